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

_OLDEST = (3, 11)
_PROBE = "import sys; print(*sys.version_info[:2]); import ensurepip, venv"


def find_base_python(feedback: JobFeedback) -> Path:
    """A Python that is recent enough and can create environments.

    Raises:
        EnvironmentProblemError: No such Python was found.
        JobCancelledError: The user has cancelled.
    """
    too_old: list[str] = []
    without_venv: list[str] = []
    for candidate in _candidates():
        version, can_make_environments = _probe(candidate, feedback)
        if version is None:
            continue
        if version < _OLDEST:
            too_old.append(f"{candidate} ({'.'.join(map(str, version))})")
        elif can_make_environments:
            return candidate
        else:
            without_venv.append(str(candidate))
    message = tr(
        "RailSeg needs Python {version} or later with its venv module to create the environment. Install it (from "
        "python.org; on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python."
    ).format(version=".".join(map(str, _OLDEST)))
    if too_old:
        message += " " + tr("Too old: {pythons}.").format(pythons=", ".join(too_old))
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


def _candidates() -> Iterator[Path]:
    """The Pythons to try, each once. Never QGIS itself, which `sys.executable` is on Windows and macOS."""
    names = ["python3", *(f"python3.{minor}" for minor in range(14, 10, -1))]
    search_path = os.environ.get("PATH", "")
    found: list[Path] = []
    if sys.platform == "win32":
        found.append(Path(sys.exec_prefix) / "python.exe")
        names = ["python", *names]
    elif sys.platform == "darwin":
        found.append(Path(sys.executable).parent / "bin" / "python3")
        extra = ("/opt/homebrew/bin", "/usr/local/bin", "/Library/Frameworks/Python.framework/Versions/Current/bin")
        search_path = os.pathsep.join((search_path, *extra))
    elif re.fullmatch(r"python[\d.]*", Path(sys.executable).name):
        found.append(Path(sys.executable))
    found += [Path(path) for path in (shutil.which(name, path=search_path) for name in names) if path]
    yield from dict.fromkeys(path for path in found if path.is_file())
