"""Builds the worker's Python environment."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .base_python import find_base_python
from .build_lock import build_lock
from .environment import Environment
from .install_plan import Build, InstallPlan
from .install_problem import Cause, EnvironmentProblemError, problem_with
from .locations import REQUIREMENTS
from .program import JobFeedback, run_program
from .proxy import with_proxy
from .self_test import self_test
from .translation import tr
from .worker_variables import worker_variables

_OWNER_MARK = "made-by-railseg"
_REMOVED_PREFIX = "removed-"
_RAW_PROGRESS_SINCE = (24, 1)
_SITECUSTOMIZE = """\
# The Python of QGIS on Windows finds these modules' DLLs by a sitecustomize of its own, which its environments lack.
# Only these are taken from there: the packages have libraries of their own, which QGIS's could stand in for.
import os

with os.add_dll_directory({folder!r}):
    import bz2
    import sqlite3
    import ssl
"""
# Ends pip with this process, even if that is killed, as its standard input ends then. Otherwise pip would go on
# writing into a folder that the next build recreates.
_PIP = (
    "import os, runpy, threading\n"
    "threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()\n"
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)\n"
)


def build(
    environment: Environment,
    plan: InstallPlan,
    feedback: JobFeedback,
    *,
    proxy: Mapping[str, str] | None = None,
    requirements: Path = REQUIREMENTS,
) -> dict[str, Any]:
    """Creates the plugin's own environment, replacing an existing one.

    The environment counts as missing until all of it has been installed and tested. What a failed or cancelled build
    leaves behind is removed at once, what a killed one leaves, by the next build. pip keeps its downloads, so that the
    next build need not repeat them.

    Args:
        environment: The environment to build.
        plan: What to install.
        feedback: Receives the log and the progress, and is asked ten times a second whether to stop.
        proxy: The result of `proxy_variables`.
        requirements: The pinned packages.

    Returns:
        What the worker reports about itself (its `info`).

    Raises:
        EnvironmentProblemError: It can't be created; the message says why.
        JobCancelledError: The user has cancelled.
    """
    folder = environment.folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _folder_problem(folder, error) from error
    with build_lock(environment.lock_file):
        base_python = find_base_python(feedback)
        feedback.pushInfo(tr("Python: {path}").format(path=base_python))
        _check_plan(plan, folder)
        try:
            _prepare(environment)
        except OSError as error:
            raise _folder_problem(folder, error) from error
        is_done = False
        try:
            run_program([str(base_python), "-I", "-m", "venv", str(folder)], feedback)
            share_libraries(base_python, folder / "Lib" / "site-packages")
            feedback.setProgress(5)
            _install(environment, plan, requirements, proxy or {}, feedback)
            feedback.setProgress(90)
            info = self_test(environment.own_python, feedback)
            environment.mark_ready()
            is_done = True
        except OSError as error:
            raise _folder_problem(folder, error) from error
        finally:
            if not is_done:
                with suppress(OSError):
                    _remove(folder)
    if plan.wheels is None and plan.build is Build.CUDA and "cuda" not in info.get("devices", ()):
        problem = info.get("device_problems", {}).get("cuda", "?")
        feedback.pushInfo(
            tr("PyTorch can't use the NVIDIA card and runs on the CPU: {problem}").format(problem=problem)
        )
    feedback.setProgress(100)
    return info


def _check_plan(plan: InstallPlan, folder: Path) -> None:
    """Fails, before anything is touched, if wheels or disk space are missing."""
    if plan.wheels is not None and not any(plan.wheels.glob("*.whl")):
        message = tr("{folder} has no wheels (files that end in .whl).").format(folder=plan.wheels)
        raise EnvironmentProblemError(message, Cause.NO_WHEEL)
    free_gb = shutil.disk_usage(folder.parent).free / 1e9
    if free_gb < plan.needed_gb:
        free_gb += sum(path.lstat().st_size for path in folder.rglob("*")) / 1e9  # what removing the old one frees
    if free_gb < plan.needed_gb:
        message = tr(
            "{folder} has {free:.1f} GB free, but creating the environment needs {needed:.1f} GB. Free some space, "
            "then try again."
        ).format(folder=folder.parent, free=free_gb, needed=plan.needed_gb)
        raise EnvironmentProblemError(message, Cause.DISK_FULL)


def _prepare(environment: Environment) -> None:
    """Creates an empty folder, marked as ours, in place of an old environment."""
    folder = environment.folder
    if folder.exists():
        is_ours = (folder / _OWNER_MARK).exists() or (folder / "pyvenv.cfg").exists()
        if any(folder.iterdir()) and not is_ours:
            raise EnvironmentProblemError(
                tr("{folder} contains other files. Move them away, then try again.").format(folder=folder)
            )
        environment.mark_unready()
        _remove(folder)
    for leftover in folder.parent.glob(f"{_REMOVED_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder.mkdir()
    (folder / _OWNER_MARK).touch()


def _remove(folder: Path) -> None:
    """Removes a folder: renames all of it at once, then deletes its files as far as possible."""
    aside = Path(tempfile.mkdtemp(prefix=_REMOVED_PREFIX, dir=folder.parent))
    try:
        folder.rename(aside / folder.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def share_libraries(base_python: Path, site_packages: Path) -> None:
    """Lets an environment made from the Python that comes with QGIS on Windows load SQLite, whose DLL is QGIS's.

    Args:
        base_python: The Python that the environment was made from; with any other there is nothing to do.
        site_packages: The environment's folder of packages.

    Raises:
        OSError: The folder can't be written.
    """
    root = os.environ.get("OSGEO4W_ROOT")
    if root and base_python.resolve().is_relative_to(Path(root).resolve()):  # either may be a short name, PROGRA~1
        source = _SITECUSTOMIZE.format(folder=str(Path(root) / "bin"))
        (site_packages / "sitecustomize.py").write_text(source, "utf-8")


def _install(
    environment: Environment, plan: InstallPlan, requirements: Path, proxy: Mapping[str, str], feedback: JobFeedback
) -> None:
    python = str(environment.own_python)
    names = set(re.findall(r"^([\w.-]+)==", requirements.read_text("utf-8"), re.MULTILINE))
    seen: set[str] = set()

    def follow(line: str) -> bool:
        """Sets the progress: about half of it is the download of the named packages, the rest their installation."""
        download = re.fullmatch(r"Progress (\d+) of (\d+)", line)
        name = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        if name and name[1] in names:
            seen.add(name[1])
        if seen and (download or name):
            part = int(download[1]) / max(1, int(download[2])) if download else 0.0
            feedback.setProgress(5 + 55 * min(1.0, (len(seen) - 1 + part) / len(names)))
        elif line.startswith("Installing collected packages"):
            feedback.setProgress(65)
        return download is None

    # The system's folder for temporary files may be small, or on a disk whose space was not checked.
    scratch = environment.folder / "tmp"
    scratch.mkdir()
    variables = with_proxy(worker_variables(), proxy) | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    pip = [python, "-I", "-c", _PIP]
    # pip reports a server that it can't reach only if it retries.
    options = ["--no-input", "--disable-pip-version-check", "--retries", "3"]
    options += ["--progress-bar", _progress_style(python, feedback)]
    arguments = plan.pip_arguments(requirements)
    feedback.pushInfo(f"pip install {' '.join(arguments)}")
    run_program([*pip, "install", *options, *arguments], feedback, show=follow, variables=variables)
    shutil.rmtree(scratch, ignore_errors=True)


def _progress_style(python: str, feedback: JobFeedback) -> str:
    """`raw`, occasional lines about a download, if the environment's pip supports it, else `off`."""
    output = run_program([python, "-I", "-m", "pip", "--version"], feedback)
    version = re.match(r"pip (\d+)\.(\d+)", output[-1]) if output else None
    return "raw" if version and (int(version[1]), int(version[2])) >= _RAW_PROGRESS_SINCE else "off"


def _folder_problem(folder: Path, error: OSError) -> EnvironmentProblemError:
    message = tr("The folder {folder} can't be written: {error}.").format(folder=folder, error=error)
    return problem_with(message, error)
