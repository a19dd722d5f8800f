"""Why an environment can't be created or doesn't work, sorted by cause, each with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from .locations import REQUIREMENTS
from .translation import tr

_TAIL_LINES = 15
ENDED_BY_SYSTEM = (-9, 137, 0xC0000017, 0xC000012D)
"""Exit codes: killed on Linux and macOS, directly and as a shell reports it; out of memory on Windows (two codes)."""


class Cause(Enum):
    """The kinds of problems."""

    NETWORK = "network"
    PROXY = "proxy"
    CERTIFICATE = "certificate"
    DISK_FULL = "disk full"
    NO_ACCESS = "no access"
    BLOCKED = "blocked"
    LONG_PATH = "long path"
    NO_WHEEL = "no wheel"
    NO_PIP = "no pip"
    NO_VENV = "no venv"
    NO_PYTHON = "no Python"
    NO_PACKAGE = "no package"
    RUNTIME = "C++ runtime"
    MEMORY = "memory"
    BUSY = "busy"
    OTHER = "other"


class EnvironmentProblemError(Exception):
    """The environment can't be created or doesn't work; the text is for the user, its first line the most important.

    Args:
        message: What happened, and what to do about it.
        cause: The kind of problem.
    """

    def __init__(self, message: str, cause: Cause = Cause.OTHER) -> None:
        super().__init__(message)
        self.cause = cause


# How a cause shows in the output of pip, venv and Python. The order matters: pip reports a proxy's failure as one of
# the network too, and what it can't download as a package that doesn't exist.
_SIGNS: tuple[tuple[Cause, str], ...] = (
    (Cause.DISK_FULL, r"No space left on device|Disk quota exceeded|not enough space on the disk|WinError 112\b"),
    (Cause.LONG_PATH, r"Windows Long Path|WinError 206\b|File name too long"),
    (
        Cause.BLOCKED,
        r"WinError (?:225|1260|4551)\b|contains a virus|blocked by group policy|Application Control policy",
    ),
    (Cause.NO_ACCESS, r"WinError (?:5|32)\b|Permission denied|Access is denied|used by another process|Read-only file"),
    (Cause.CERTIFICATE, r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|SSLCertVerificationError|SSLError"),
    (Cause.PROXY, r"ProxyError|Cannot connect to proxy|Tunnel connection failed|407 Proxy|dependencies for SOCKS"),
    (Cause.NO_VENV, r"ensurepip is not available|No module named '?(?:ensurepip|venv)\b|'ensurepip'.*non-zero exit"),
    (Cause.NO_PIP, r"No module named '?pip\b"),
    (Cause.NO_PACKAGE, r"ModuleNotFoundError: No module named"),
    (Cause.RUNTIME, r"WinError (?:126|1114)\b|DLL load failed|VCRUNTIME|libgomp\.so\.1: cannot open"),
    (Cause.MEMORY, r"\bMemoryError\b|Cannot allocate memory"),
    (
        Cause.NETWORK,
        (
            r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|RemoteDisconnected|IncompleteRead"
            r"|timed out|Connection (?:refused|reset)|Network is unreachable|getaddrinfo failed|Max retries exceeded"
            r"|HTTP error 5"
        ),
    ),
    (
        Cause.NO_WHEEL,
        (
            r"No matching distribution found|Could not find a version that satisfies|not a supported wheel"
            r"|requires a different Python|No such file or directory: '.*\.whl'"
        ),
    ),
)


def cause_of(output: Sequence[str], exit_code: int = 1) -> Cause:
    """The cause that the output of a failed program points to."""
    text = "\n".join(output)
    for cause, pattern in _SIGNS:
        if re.search(pattern, text, re.IGNORECASE):
            return cause
    return Cause.MEMORY if exit_code in ENDED_BY_SYSTEM else Cause.OTHER


def problem_of(program: str, exit_code: int, output: Sequence[str]) -> EnvironmentProblemError:
    """The error for a program that has failed: what to do about it first, then the program's last lines."""
    cause = cause_of(output, exit_code)
    failure = tr("{program} failed with exit code {code}:").format(program=program, code=exit_code)
    return EnvironmentProblemError("\n".join([*way_out(cause), failure, *output[-_TAIL_LINES:]]), cause)


def problem_with(message: str, error: OSError) -> EnvironmentProblemError:
    """The error for what the system has refused: the message first, then what to do about it."""
    cause = cause_of([str(error)])
    return EnvironmentProblemError("\n".join([message, *way_out(cause)]), cause)


def way_out(cause: Cause) -> list[str]:
    """What happened and what helps, in one line; no line if nothing is known."""
    texts = {
        Cause.NETWORK: tr(
            "The package server can't be reached. Check the connection, then try again: what has been downloaded isn't "
            "downloaded twice. Without a network, install from a folder of wheels."
        ),
        Cause.PROXY: tr(
            "The proxy doesn't let the download through. Check host, port, user and password under Settings > Options "
            "> Network (an HTTP proxy: pip can't use SOCKS by itself), or install from a folder of wheels."
        ),
        Cause.CERTIFICATE: tr(
            "The server's certificate isn't trusted, perhaps because a company's firewall inspects connections. Set "
            "the variable PIP_CERT to the company's certificate file (PEM) before QGIS starts, or install from a "
            "folder of wheels."
        ),
        Cause.DISK_FULL: tr("The disk is full. Free some space, then try again."),
        Cause.NO_ACCESS: tr(
            "A file can't be written, because another program is using it (a virus scanner, another QGIS window) or "
            "you have no access to the folder. Wait or close other QGIS windows and try again; if that doesn't help, "
            "exclude the folder from virus scanning."
        ),
        Cause.BLOCKED: tr(
            "A virus scanner or a policy of this machine doesn't let the program run. Ask the machine's administrator "
            "to allow it in this folder, or use an existing Python."
        ),
        Cause.LONG_PATH: tr(
            "A file's path is too long for this system. Enable long paths in Windows, or use an existing Python in a "
            "folder with a shorter name."
        ),
        Cause.NO_WHEEL: tr(
            "A package isn't available for this Python and system. If you install from a folder, check that its wheels "
            "were downloaded for this system and this version of Python; otherwise use an existing Python (3.11 to "
            "3.14)."
        ),
        Cause.NO_PIP: tr("This Python has no pip. Create the environment again, or use an existing Python."),
        Cause.NO_VENV: tr(
            "This Python can't create environments. Install its venv module (on Debian and Ubuntu the package "
            "python3-venv), then try again, or use an existing Python."
        ),
        Cause.NO_PACKAGE: tr(
            "This Python lacks a package that RailSeg needs. Install those listed in {requirements} into it (pip "
            "install -r), or let RailSeg create an environment of its own."
        ).format(requirements=REQUIREMENTS),
        Cause.RUNTIME: tr(
            "A system library that PyTorch needs is missing. On Windows install Microsoft's Visual C++ Redistributable "
            "(2015–2022, x64), on Linux the package libgomp1, then check again."
        ),
        Cause.MEMORY: tr(
            "There wasn't enough memory, and the program was stopped. Close other programs, then try again."
        ),
    }
    return [texts[cause]] if cause in texts else []
