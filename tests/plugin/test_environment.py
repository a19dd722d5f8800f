"""The worker's Python environment: its state, how it is built, and the page that does it."""

from __future__ import annotations

import os
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import QgsSettings
from railseg.plugin.environment import PYTHON_SETTING, Environment, State
from railseg.plugin.environment_builder import (
    BuildCancelledError,
    EnvironmentProblemError,
    build,
    describe,
    find_base_python,
    self_test,
)
from railseg.plugin.environment_task import EnvironmentJobs
from railseg.plugin.options_page import RailSegOptionsFactory, RailSegOptionsPage
from support import Feedback, wait_until


@pytest.fixture
def requirements(worker_python: Path, tmp_path: Path) -> Path:
    """Requirements that are quick to install: a wheel by which the new environment sees what the core's has."""
    packages = worker_python.parent.parent / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    if not packages.is_dir():
        pytest.skip("The core's environment isn't of the same Python as QGIS.")
    wheel = tmp_path / "borrowed-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("borrowed.pth", f"{packages}\n")
        archive.writestr("borrowed-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: borrowed\nVersion: 1\n")
        archive.writestr("borrowed-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("borrowed-1.dist-info/RECORD", "")
    path = tmp_path / "requirements.txt"
    path.write_text(f"{wheel}\n")
    return path


@pytest.fixture
def no_choice(qgis_app: object) -> Iterator[None]:
    """The setting of another Python is as it was afterwards."""
    yield
    QgsSettings().remove(PYTHON_SETTING)


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


def test_the_variable_goes_before_the_setting(
    new_environment: Environment, worker_python: Path, no_choice: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    QgsSettings().setValue(PYTHON_SETTING, "/nowhere/python")
    monkeypatch.setenv("RAILSEG_PYTHON", str(worker_python))
    assert new_environment.python() == worker_python


def test_build_makes_an_environment_in_which_the_worker_works(
    new_environment: Environment, requirements: Path, feedback: Feedback
) -> None:
    info = build(new_environment, feedback, requirements)
    assert new_environment.status().is_ok
    assert new_environment.python().is_relative_to(new_environment.folder)
    assert "PyTorch" in describe(info)
    assert any("Successfully installed borrowed" in line for line in feedback.infos)
    assert feedback.percents == sorted(feedback.percents)
    assert feedback.percents[-1] == 100.0


def test_an_environment_for_other_requirements_is_outdated(new_environment: Environment) -> None:
    new_environment.own_python.parent.mkdir(parents=True)
    new_environment.own_python.touch()
    new_environment.mark_ready()
    assert new_environment.status().is_ok
    stamp = next(path for path in new_environment.folder.iterdir() if path.is_file())
    stamp.write_text("0" * 64)
    assert new_environment.status().state is State.OUTDATED
    assert "anew" in new_environment.status().message


def test_a_build_whose_packages_cannot_be_had_says_so_and_leaves_nothing(
    new_environment: Environment, tmp_path: Path, feedback: Feedback
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{tmp_path / 'none-1-py3-none-any.whl'}\n")
    with pytest.raises(EnvironmentProblemError, match=r"(?s)exit code 1.*none-1"):
        build(new_environment, feedback, requirements)
    assert not new_environment.folder.exists()
    assert new_environment.status().state is State.MISSING


def test_a_build_can_be_cancelled_and_leaves_nothing(new_environment: Environment, requirements: Path) -> None:
    feedback = Feedback(cancel_when=lambda feedback: any(line.startswith("Processing") for line in feedback.infos))
    with pytest.raises(BuildCancelledError):
        build(new_environment, feedback, requirements)
    assert not new_environment.folder.exists()


def test_a_build_never_removes_a_folder_that_is_something_else(
    new_environment: Environment, requirements: Path, feedback: Feedback
) -> None:
    new_environment.folder.mkdir(parents=True)
    treasure = new_environment.folder / "thesis.odt"
    treasure.touch()
    with pytest.raises(EnvironmentProblemError, match="something else"):
        build(new_environment, feedback, requirements)
    assert treasure.exists()


def test_the_base_python_is_a_python_and_new_enough(qgis_app: object, feedback: Feedback) -> None:
    assert find_base_python(feedback).name.startswith("python")


def test_the_self_test_of_a_python_without_the_packages_shows_what_is_wrong(
    qgis_app: object, feedback: Feedback
) -> None:
    with pytest.raises(EnvironmentProblemError, match="ModuleNotFoundError"):
        self_test(Path("/usr/bin/python3"), feedback)


def test_the_options_page_checks_the_python(
    qgis_app: object, worker_python: Path, no_choice: None, new_environment: Environment
) -> None:
    jobs = EnvironmentJobs(new_environment, lambda: None)
    page = RailSegOptionsFactory(new_environment, jobs).createWidget()
    assert "Create environment" in page.status_label.text()
    page.python_widget.setFilePath(str(worker_python))
    page.apply()
    assert QgsSettings().value(PYTHON_SETTING) == str(worker_python)
    page.check_button.click()
    assert not page.create_button.isEnabled()
    wait_until(lambda: jobs.task is None)
    assert "PyTorch" in page.status_label.text()
    assert page.create_button.isEnabled()


def test_a_build_from_the_options_page_goes_on_without_it_and_can_be_cancelled(
    qgis_app: object, new_environment: Environment, no_choice: None
) -> None:
    stopped_workers = []
    jobs = EnvironmentJobs(new_environment, lambda: stopped_workers.append(True))
    page = RailSegOptionsPage(new_environment, jobs)
    page.create_button.click()
    assert stopped_workers
    wait_until(lambda: page.log_view.toPlainText() != "")
    page.deleteLater()
    second_page = RailSegOptionsPage(new_environment, jobs)
    assert second_page.log_view.toPlainText() != ""
    assert second_page.cancel_button.isEnabled()
    second_page.cancel_button.click()
    wait_until(lambda: jobs.task is None)
    assert second_page.status_label.text() == "Cancelled."
    assert not new_environment.folder.exists()
    assert os.environ.get("RAILSEG_PYTHON") is None
