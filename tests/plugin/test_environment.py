"""The worker's Python environment: its state and how it is built, with the real venv, pip and worker."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from qgis.core import QgsSettings
from railseg.plugin import base_python
from railseg.plugin.base_python import find_base_python
from railseg.plugin.environment import PYTHON_SETTING, Environment, State
from railseg.plugin.environment_builder import build, share_libraries
from railseg.plugin.install_plan import Build, InstallPlan
from railseg.plugin.install_problem import Cause, EnvironmentProblemError
from railseg.plugin.program import JobCancelledError
from railseg.plugin.self_test import describe, self_test
from servers import silent_server
from support import Feedback, make_ready, wait_until

BUILDER = """
import sys
from pathlib import Path
from railseg.plugin.environment import Environment
from railseg.plugin.environment_builder import build
from railseg.plugin.install_plan import InstallPlan

class Log:
    def isCanceled(self): return False
    def setProgress(self, progress): pass
    def pushInfo(self, info): print(info, flush=True)

build(Environment(Path(sys.argv[1])), InstallPlan(), Log(), requirements=Path(sys.argv[2]))
"""


@pytest.fixture
def stuck_builder(
    new_environment: Environment, requirements: Path, plugin_path: Path
) -> Iterator[subprocess.Popen[str]]:
    """Another process that builds the same environment, in the middle of a download that doesn't come."""
    with silent_server() as index:
        environment = os.environ | {"PYTHONPATH": str(plugin_path), "PIP_INDEX_URL": index}
        builder = subprocess.Popen(
            [sys.executable, "-c", BUILDER, str(new_environment.folder), str(requirements)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert builder.stdout is not None
        assert any(line.startswith("pip install") for line in builder.stdout)
        wait_until(lambda: bool(_programs_in(new_environment.folder)))
        yield builder
        builder.kill()
        builder.wait()
        builder.stdout.close()


def _programs_in(folder: Path) -> list[str]:
    """Command lines of the processes that run the environment's Python."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text()
        except OSError:
            continue
        if command.startswith(str(folder)):
            found.append(command)
    return found


def test_it_is_missing_first_and_says_how_to_get_it(new_environment: Environment) -> None:
    status = new_environment.status()
    assert status.state is State.MISSING
    assert "Settings > Options > RailSeg > Create environment" in status.message
    assert "RAILSEG_PYTHON" in status.message


def test_by_default_it_lies_in_the_user_s_profile(qgis_app: object) -> None:
    assert "profiles/default/railseg/env" in Environment().folder.as_posix()


def test_a_chosen_python_counts_if_it_is_there(
    new_environment: Environment, worker_python: Path, no_choice: None, tmp_path: Path
) -> None:
    QgsSettings().setValue(PYTHON_SETTING, str(worker_python))
    assert new_environment.status().is_ok
    assert new_environment.python() == worker_python
    QgsSettings().setValue(PYTHON_SETTING, str(tmp_path / "none"))
    assert new_environment.status().state is State.MISSING
    assert str(tmp_path / "none") in new_environment.status().message


@pytest.mark.usefixtures("no_choice")
def test_a_chosen_python_that_cannot_be_looked_up_is_missing_too(new_environment: Environment, tmp_path: Path) -> None:
    # For the superuser, who may enter every folder, a name that is too long stands in for a folder that is closed.
    QgsSettings().setValue(PYTHON_SETTING, str(tmp_path / ("x" * 300)))
    assert new_environment.status().state is State.MISSING


def test_the_variable_goes_before_the_setting(
    new_environment: Environment, worker_python: Path, no_choice: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    QgsSettings().setValue(PYTHON_SETTING, "/nowhere/python")
    monkeypatch.setenv("RAILSEG_PYTHON", str(worker_python))
    assert new_environment.python() == worker_python


def test_an_environment_for_other_requirements_is_outdated(new_environment: Environment) -> None:
    make_ready(new_environment)
    assert new_environment.status().is_ok
    stamp = next(path for path in new_environment.folder.iterdir() if path.is_file())
    stamp.write_text("0" * 64)
    assert new_environment.status().state is State.OUTDATED
    assert "Create it again" in new_environment.status().message


def test_an_environment_whose_base_python_has_gone_is_to_be_made_anew(
    new_environment: Environment, tmp_path: Path
) -> None:
    make_ready(new_environment)
    (new_environment.folder / "pyvenv.cfg").write_text(f"home = {tmp_path / 'QGIS 3.40' / 'bin'}\nversion = 3.12\n")
    assert new_environment.status().state is State.OUTDATED
    assert "is gone" in new_environment.status().message


def test_build_makes_an_environment_in_which_the_worker_works(
    new_environment: Environment, requirements: Path, wheels: Path, feedback: Feedback
) -> None:
    info = build(new_environment, InstallPlan(wheels=wheels), feedback, requirements=requirements)
    assert new_environment.status().is_ok
    assert new_environment.python().is_relative_to(new_environment.folder)
    assert "PyTorch" in describe(info)
    assert "tiles per second" in describe(info)
    assert any("Successfully installed borrowed" in line for line in feedback.infos)
    assert feedback.percents == sorted(feedback.percents)
    assert feedback.percents[-1] == 100.0
    assert sorted(path.name for path in new_environment.folder.parent.iterdir()) == ["env"]
    assert not (new_environment.folder / "tmp").exists()


def test_a_build_whose_packages_cannot_be_had_says_so_and_leaves_nothing_not_even_of_a_killed_one_before_it(
    new_environment: Environment, wheels: Path, tmp_path: Path, feedback: Feedback
) -> None:
    (new_environment.folder / "lib").mkdir(parents=True)  # venv has just begun
    (new_environment.folder / "made-by-railseg").touch()
    (new_environment.folder.parent / "removed-abc").mkdir()
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("no-such-package==1\n")
    with pytest.raises(EnvironmentProblemError, match=r"(?s)exit code 1.*no-such-package") as caught:
        build(new_environment, InstallPlan(wheels=wheels), feedback, requirements=requirements)
    assert caught.value.cause is Cause.NO_WHEEL
    assert not list(new_environment.folder.parent.iterdir())
    assert new_environment.status().state is State.MISSING


def test_a_build_can_be_cancelled_and_leaves_nothing(
    new_environment: Environment, requirements: Path, wheels: Path
) -> None:
    feedback = Feedback(cancel_when=lambda feedback: any(line.startswith("Looking in") for line in feedback.infos))
    with pytest.raises(JobCancelledError):
        build(new_environment, InstallPlan(wheels=wheels), feedback, requirements=requirements)
    assert not list(new_environment.folder.parent.iterdir())


def test_a_build_never_removes_a_folder_that_is_something_else(
    new_environment: Environment, requirements: Path, wheels: Path, feedback: Feedback
) -> None:
    new_environment.folder.mkdir(parents=True)
    treasure = new_environment.folder / "thesis.odt"
    treasure.touch()
    with pytest.raises(EnvironmentProblemError, match="contains other files"):
        build(new_environment, InstallPlan(wheels=wheels), feedback, requirements=requirements)
    assert treasure.exists()


def test_without_space_nothing_is_touched(new_environment: Environment, tmp_path: Path, feedback: Feedback) -> None:
    make_ready(new_environment)
    wheels = tmp_path / "huge"
    wheels.mkdir()
    with (wheels / "huge-1-py3-none-any.whl").open("wb") as wheel:
        wheel.truncate(10**12)  # it takes no space itself
    with pytest.raises(EnvironmentProblemError, match=r"needs 4000\.0 GB") as caught:
        build(new_environment, InstallPlan(wheels=wheels), feedback)
    assert caught.value.cause is Cause.DISK_FULL
    assert new_environment.status().is_ok


def test_an_empty_folder_of_wheels_is_told_before_anything_is_touched(
    new_environment: Environment, tmp_path: Path, feedback: Feedback
) -> None:
    with pytest.raises(EnvironmentProblemError, match="has no wheels"):
        build(new_environment, InstallPlan(wheels=tmp_path / "none"), feedback)
    assert not new_environment.folder.exists()


def test_two_windows_do_not_build_at_once_and_what_a_killed_build_leaves_is_replaced_by_the_next(
    new_environment: Environment,
    requirements: Path,
    wheels: Path,
    feedback: Feedback,
    stuck_builder: subprocess.Popen[str],
) -> None:
    with pytest.raises(EnvironmentProblemError, match=f"process {stuck_builder.pid} ") as caught:
        build(new_environment, InstallPlan(wheels=wheels), feedback, requirements=requirements)
    assert caught.value.cause is Cause.BUSY
    assert stuck_builder.poll() is None
    assert _programs_in(new_environment.folder)
    os.kill(stuck_builder.pid, signal.SIGKILL)
    stuck_builder.wait()
    wait_until(lambda: not _programs_in(new_environment.folder))  # its pip doesn't write on
    assert new_environment.own_python.exists()
    assert new_environment.lock_file.exists()
    assert new_environment.status().state is State.MISSING
    build(new_environment, InstallPlan(wheels=wheels), feedback, requirements=requirements)
    assert new_environment.status().is_ok
    assert not new_environment.lock_file.exists()


@pytest.mark.parametrize(
    ("system", "build_of", "expected"),
    [
        ("linux", Build.CPU, ["--extra-index-url", "https://download.pytorch.org/whl/cpu", "torch==2.13.0+cpu"]),
        ("linux", Build.CUDA, []),
        ("win32", Build.CPU, []),
        ("win32", Build.CUDA, ["--extra-index-url", "https://download.pytorch.org/whl/cu130", "torch==2.13.0+cu130"]),
        ("darwin", Build.CPU, []),
    ],
)
def test_pip_is_asked_for_the_pytorch_of_the_system(
    system: str, build_of: Build, expected: list[str], tmp_path: Path
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("numpy==2.4.6\ntorch==2.13.0\n")
    arguments = InstallPlan(build_of).pip_arguments(requirements, system)
    always = ["--only-binary", ":all:", "-r", str(requirements)]
    assert [argument for argument in arguments if argument not in always] == expected
    assert set(always) <= set(arguments)


def test_a_folder_of_wheels_stands_in_for_the_network(requirements: Path, wheels: Path) -> None:
    plan = InstallPlan(wheels=wheels)
    assert plan.pip_arguments(requirements)[:3] == ["--no-index", "--find-links", str(wheels)]
    assert plan.download_gb == 0.0
    assert 0.0 < plan.disk_gb < 0.001


def test_the_base_python_is_a_python_and_new_enough(qgis_app: object, feedback: Feedback) -> None:
    assert find_base_python(feedback).name.startswith("python")
    assert not feedback.infos


@pytest.mark.parametrize("version", ["3 10", "3 15"])
def test_a_python_for_which_there_are_no_wheels_is_named_but_not_used(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, feedback: Feedback
) -> None:
    (tmp_path / "python3").write_text(f"#!/bin/sh\necho {version}\n")
    (tmp_path / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    with pytest.raises(EnvironmentProblemError, match=rf"3\.11 to 3\.14.*{version.replace(' ', '.')}\)") as caught:
        find_base_python(feedback)
    assert caught.value.cause is Cause.NO_PYTHON


def test_on_macos_neither_qgis_s_own_python_nor_apple_s_stand_in_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("python3", "python3.12"):
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "darwin")
    candidates = list(base_python._candidates())
    assert tmp_path / "python3.12" in candidates
    assert not any(path.name == "python3" for path in candidates)


def test_an_environment_of_the_python_that_comes_with_qgis_on_windows_has_sqlite_s_dll_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[str] = []

    @contextmanager
    def add_dll_directory(folder: str) -> Iterator[None]:
        used.append(folder)
        monkeypatch.delitem(sys.modules, "sqlite3", raising=False)
        yield
        assert "sqlite3" in sys.modules

    monkeypatch.setattr(os, "add_dll_directory", add_dll_directory, raising=False)
    root = tmp_path / "Programme" / "QGIS für alle"
    monkeypatch.setenv("OSGEO4W_ROOT", str(root))
    share_libraries(root / "apps" / "Python312" / "python.exe", tmp_path)
    runpy.run_path(str(tmp_path / "sitecustomize.py"))
    assert used == [str(root / "bin")]


def test_an_environment_of_another_python_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSGEO4W_ROOT", str(tmp_path / "QGIS"))
    share_libraries(tmp_path / "Python313" / "python.exe", tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_self_test_of_a_python_without_the_packages_shows_what_is_wrong(
    qgis_app: object, feedback: Feedback
) -> None:
    with pytest.raises(EnvironmentProblemError, match=r"(?s)lacks a package.*ModuleNotFoundError") as caught:
        self_test(Path("/usr/bin/python3"), feedback)
    assert caught.value.cause is Cause.NO_PACKAGE
