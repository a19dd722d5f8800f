"""Finds a Python on this machine that can create the worker's environment."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from .install_problem import Cause, EnvironmentProblemError
from .program import JobFeedback, run_program
from .translation import tr

_OLDEST, _NEWEST = (3, 11), (3, 14)
"""The versions for which all pinned packages have wheels."""
_PROBE = "import sys; print(*sys.version_info[:2]); import ensurepip, venv"


def find_base_python(feedback: JobFeedback) -> Path:
    """A Python that has all packages' wheels and can create environments.

    Raises:
        EnvironmentProblemError: No such Python was found.
        JobCancelledError: The user has cancelled.
    """
    unsuitable: list[str] = []
    without_venv: list[str] = []
    for candidate in _candidates():
        version, can_make_environments = _probe(candidate, feedback)
        if version is None:
            continue
        if not _OLDEST <= version <= _NEWEST:
            unsuitable.append(f"{candidate} ({_text(version)})")
        elif can_make_environments:
            return candidate
        else:
            without_venv.append(str(candidate))
    message = tr(
        "RailSeg needs Python {oldest} to {newest} with its venv module to create the environment. Install it (from "
        "python.org; on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python."
    ).format(oldest=_text(_OLDEST), newest=_text(_NEWEST))
    if unsuitable:
        message += " " + tr("Of another version: {pythons}.").format(pythons=", ".join(unsuitable))
    if without_venv:
        message += " " + tr("Without venv: {pythons}.").format(pythons=", ".join(without_venv))
    raise EnvironmentProblemError(message, Cause.NO_VENV if without_venv else Cause.NO_PYTHON)


def _probe(python: Path, feedback: JobFeedback) -> tuple[tuple[int, int] | None, bool]:
    """The version, None if it isn't a Python, and whether it has what it takes to create environments with pip."""
    heard: list[str] = []

    def hear(line: str) -> bool:
        heard.append(line)
        return False

    try:
        run_program([str(python), "-I", "-c", _PROBE], feedback, show=hear)
    except EnvironmentProblemError:
        is_whole = False
    else:
        is_whole = True
    match = re.fullmatch(r"(\d+) (\d+)", heard[0]) if heard else None
    return None if match is None else (int(match[1]), int(match[2])), is_whole


def _text(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def _candidates() -> Iterator[Path]:
    """The Pythons to try, each once. Never QGIS itself, which `sys.executable` is on Windows and macOS."""
    names = ["python3", *(f"python3.{minor}" for minor in range(_NEWEST[1], _OLDEST[1] - 1, -1))]
    search_path = os.environ.get("PATH", "")
    found: list[Path] = []
    if sys.platform == "win32":
        found.append(Path(sys.exec_prefix) / "python.exe")
        names = ["python", *names]
    elif sys.platform == "darwin":
        # QGIS's own Python is too old or makes environments that don't start. Apple's python3 asks to install Xcode.
        names.remove("python3")
        extra = ("/opt/homebrew/bin", "/usr/local/bin", "/Library/Frameworks/Python.framework/Versions/Current/bin")
        search_path = os.pathsep.join((search_path, *extra))
    elif re.fullmatch(r"python[\d.]*", Path(sys.executable).name):
        found.append(Path(sys.executable))
    found += [Path(path) for path in (shutil.which(name, path=search_path) for name in names) if path]
    yield from dict.fromkeys(path for path in found if path.is_file())
