"""Builds and checks the worker's Python environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess  # nosec B404
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from .environment import Environment, worker_variables
from .line_process import LineProcess
from .locations import REQUIREMENTS, WORKER_SCRIPT
from .translation import tr

_OLDEST_PYTHON = (3, 11)
_POLL_S = 0.1
_GIB = 2**30
# On Linux PyTorch comes with the libraries for NVIDIA cards.
_NEEDED_GIB = 9 if sys.platform == "linux" else 4
_PROBE = "import ensurepip, sys, venv; print(*sys.version_info[:2])"
_TAIL_LINES = 15


class BuildFeedback(Protocol):
    """Where a build tells how far it is and asks whether to go on."""

    def isCanceled(self) -> bool:
        """Whether the user has asked to stop."""

    def setProgress(self, progress: float) -> None:
        """Percent of the whole."""

    def pushInfo(self, info: str) -> None:
        """A line of the log."""


class EnvironmentProblemError(Exception):
    """The environment can't be made or doesn't work; the text is for the user."""


class BuildCancelledError(Exception):
    """The user has cancelled."""


def build(environment: Environment, feedback: BuildFeedback, requirements: Path = REQUIREMENTS) -> dict[str, Any]:
    """Makes the plugin's own environment, in place of one that is there.

    The environment counts as missing until all of it has been installed and tested; what a failed or cancelled
    build leaves is removed.

    Args:
        environment: Which one.
        feedback: Gets the log and the progress, and is asked ten times a second whether to stop.
        requirements: What to install.

    Returns:
        What the worker says about itself (its `info`).

    Raises:
        EnvironmentProblemError: It can't be made; says why.
        BuildCancelledError: The user has cancelled.
    """
    base_python = find_base_python(feedback)
    feedback.pushInfo(tr("Python: {path}").format(path=base_python))
    folder = environment.folder
    try:
        _make_room(environment)
    except OSError as error:
        raise EnvironmentProblemError(
            tr("The folder {folder} can't be written: {error}.").format(folder=folder, error=error)
        ) from error
    is_done = False
    try:
        _run([str(base_python), "-I", "-m", "venv", str(folder)], feedback)
        feedback.setProgress(5)
        _install(environment.own_python, requirements, feedback)
        feedback.setProgress(90)
        info = self_test(environment.own_python, feedback)
        environment.mark_ready()
        is_done = True
    finally:
        if not is_done:
            shutil.rmtree(folder, ignore_errors=True)
    feedback.setProgress(100)
    return info


def self_test(python: Path, feedback: BuildFeedback) -> dict[str, Any]:
    """Lets the worker load all its libraries and its model once.

    Returns:
        What the worker says about itself: version, python, packages, device, devices, model.

    Raises:
        EnvironmentProblemError: It doesn't work with that Python; says why.
        BuildCancelledError: The user has cancelled.
    """
    output = _run([str(python), "-I", "-u", str(WORKER_SCRIPT), "--self-test"], feedback)
    for line in reversed(output):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("event") == "result":
            info: dict[str, Any] = event["result"]
            return info
    raise EnvironmentProblemError(tr("The worker gave no answer:") + "\n" + "\n".join(output[-_TAIL_LINES:]))


def describe(info: dict[str, Any]) -> str:
    """What the worker says about itself, in a line."""
    packages = info.get("packages", {})
    return tr("RailSeg {version}, Python {python}, PyTorch {torch}, works on: {device}").format(
        version=info.get("version", "?"),
        python=info.get("python", "?"),
        torch=packages.get("torch", "?"),
        device=info.get("device", "?"),
    )


def find_base_python(feedback: BuildFeedback) -> Path:
    """A Python that can make the environment.

    Raises:
        EnvironmentProblemError: There is none.
        BuildCancelledError: The user has cancelled.
    """
    too_old = []
    for candidate in _candidates():
        try:
            output = _run([str(candidate), "-I", "-c", _PROBE], feedback, is_logged=False)
            version = tuple(int(number) for number in output[-1].split())
        except (EnvironmentProblemError, IndexError, ValueError):
            continue
        if version >= _OLDEST_PYTHON:
            return candidate
        too_old.append(f"{candidate} ({'.'.join(map(str, version))})")
    message = tr(
        "RailSeg needs Python {version} or later with its venv module to make the environment. Install it (from "
        "python.org; on Debian and Ubuntu the package python3-venv), then try again, or choose an environment of "
        "your own."
    ).format(version=".".join(map(str, _OLDEST_PYTHON)))
    if too_old:
        message += " " + tr("Too old: {pythons}.").format(pythons=", ".join(too_old))
    raise EnvironmentProblemError(message)


def _candidates() -> Iterator[Path]:
    """Pythons to try, each once. Never QGIS itself, which `sys.executable` is on Windows and macOS."""
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


def _make_room(environment: Environment) -> None:
    """Removes what lies in the environment's folder and makes sure that the new one fits."""
    folder = environment.folder
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists():
            raise EnvironmentProblemError(
                tr("{folder} holds something else. Move it away, then try again.").format(folder=folder)
            )
        environment.mark_unready()
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    free_gib = shutil.disk_usage(folder.parent).free / _GIB
    if free_gib < _NEEDED_GIB:
        raise EnvironmentProblemError(
            tr("{folder} has {free:.1f} GB free, the environment needs {needed}. Make room, then try again.").format(
                folder=folder.parent, free=free_gib, needed=_NEEDED_GIB
            )
        )


def _install(python: Path, requirements: Path, feedback: BuildFeedback) -> None:
    names = set(re.findall(r"^([\w.-]+)==", requirements.read_text("utf-8"), re.MULTILINE))
    seen: set[str] = set()

    def follow(line: str) -> None:
        """Half of the way is the download of the named packages, the rest of it their installation."""
        match = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        if match and match[1] in names:
            seen.add(match[1])
            feedback.setProgress(5 + 55 * len(seen) / len(names))
        elif line.startswith("Installing collected packages"):
            feedback.setProgress(65)

    options = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    _run([str(python), "-I", "-m", "pip", "install", *options, "-r", str(requirements)], feedback, follow)


def _run(
    command: Sequence[str],
    feedback: BuildFeedback,
    follow: Callable[[str], None] | None = None,
    *,
    is_logged: bool = True,
) -> list[str]:
    """Runs a program to its end and returns the lines of its output.

    Raises:
        EnvironmentProblemError: It can't be started, or fails.
        BuildCancelledError: The user has cancelled; the program has been ended.
    """
    try:
        process = LineProcess(command, worker_variables(), subprocess.STDOUT)
    except OSError as error:
        raise EnvironmentProblemError(
            tr("{program} can't be started: {error}.").format(program=command[0], error=error)
        ) from error
    lines: list[str] = []
    try:
        while True:
            if feedback.isCanceled():
                raise BuildCancelledError
            line = process.read_line(_POLL_S)
            if line is None:
                continue
            lines.append(line)
            if is_logged:
                feedback.pushInfo(line)
            if follow is not None:
                follow(line)
    except EOFError:
        code = process.wait()
    finally:
        process.stop()
    if code != 0:
        tail = "\n".join(lines[-_TAIL_LINES:])
        raise EnvironmentProblemError(
            tr("{program} failed with exit code {code}:").format(program=Path(command[0]).name, code=code) + "\n" + tail
        )
    return lines
