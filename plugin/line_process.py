"""A child process whose output can be read without blocking."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess  # nosec B404
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO

_PATIENCE_S = 5.0


class LineProcess:
    """A running program whose output is read line by line.

    A separate thread reads the output, so that a caller who waits for a line can also watch for cancellation.

    Args:
        command: Program and arguments.
        variables: All of its environment variables.
        stderr: Where its standard error goes: an open file, or `subprocess.STDOUT`.

    Raises:
        OSError: The program can't be started.
    """

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], stderr: IO[bytes] | int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - fixed programs, no shell  # nosec B603
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=dict(variables),
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, name="railseg-reader", daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Whether the process is still running."""
        return self._process.poll() is None

    def read_line(self, timeout_s: float) -> str | None:
        """The next line of output without its line break, or None if none came in time.

        Raises:
            EOFError: The output has ended.
        """
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if line is None:
            self._lines.put(None)
            raise EOFError
        return line.rstrip("\r\n")

    def write_line(self, line: str) -> None:
        """Sends a line to its standard input, without waiting for it to be read."""
        threading.Thread(target=self._write, args=(line,), name="railseg-writer", daemon=True).start()

    def wait(self) -> int:
        """The exit code, once the output has ended; negative for the signal that ended the process."""
        try:
            return self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.stop()
            return self._process.wait()

    def stop(self) -> None:
        """Ends the process and what it started: asks first, and forces it after five seconds."""
        if self.is_running:
            if sys.platform == "win32":
                # Windows has no signal that lets it clean up. The worker and pip end as soon as their input does.
                self._close_input()
            else:
                self._end(signal.SIGTERM)
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._end(getattr(signal, "SIGKILL", signal.SIGTERM))
                self._process.wait()
        self._close_input()

    def _close_input(self) -> None:
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def _end(self, signal_number: int) -> None:
        if sys.platform == "win32":
            self._process.terminate()
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal_number)  # it leads its own session, and so its own group

    def _read(self) -> None:
        if self._process.stdout is not None:
            with contextlib.suppress(OSError, ValueError), self._process.stdout as stream:
                for line in stream:
                    self._lines.put(line)
        self._lines.put(None)

    def _write(self, line: str) -> None:
        # A process that has ended is noticed where its output is read.
        with contextlib.suppress(OSError, ValueError):
            if self._process.stdin is not None:
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
