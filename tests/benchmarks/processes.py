"""Runs a command and measures its time, and the peak memory of it and its children."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.05


@dataclass(frozen=True)
class Finished:
    """A command that has finished successfully.

    Attributes:
        seconds: From start to end.
        cpu_s: Processor seconds of it and its children.
        peak_rss_mb: Peak resident memory of its processes together, polled, or of it alone if that is more; NaN where
            the system has no /proc.
        output: What it wrote on standard output.
    """

    seconds: float
    cpu_s: float
    peak_rss_mb: float
    output: str


def run_python(*arguments: str) -> Finished:
    """Runs this Python with arguments.

    Raises:
        CalledProcessError: If it failed; its errors are on standard error.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, *arguments], stdout=output)
        peak_kb = 0
        ended = 0
        while not ended:
            peak_kb = max(peak_kb, kilobytes(process.pid, "VmHWM"), sum(map(_resident, _family(process.pid))))
            time.sleep(_POLL_S)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        output.seek(0)
        return Finished(
            seconds, usage.ru_utime + usage.ru_stime, peak_kb / 1024 if peak_kb else float("nan"), output.read()
        )


def _family(pid: int) -> list[int]:
    """A process and all its descendants."""
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [pid, *(relative for child in children.split() for relative in _family(int(child)))]
    return [pid]


def _resident(pid: int) -> int:
    return kilobytes(pid, "VmRSS")


def kilobytes(pid: int, name: str) -> int:
    """A figure of a process from /proc, such as VmHWM, its peak memory so far; 0 when it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0
