"""The page under Settings > Options > RailSeg, its jobs and its report."""

from __future__ import annotations

import os
import venv
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsSettings
from railseg.plugin.environment import PYTHON_SETTING, Environment
from railseg.plugin.environment_task import EnvironmentJobs
from railseg.plugin.options_page import RailSegOptionsFactory, RailSegOptionsPage
from railseg.plugin.proxy import proxy_variables
from railseg.plugin.report import report, without_private_parts
from support import make_ready, set_proxy, wait_until

pytestmark = pytest.mark.usefixtures("qgis_app", "no_choice")


@pytest.fixture
def jobs(new_environment: Environment) -> EnvironmentJobs:
    return EnvironmentJobs(new_environment, lambda: None)


@pytest.fixture
def page(new_environment: Environment, jobs: EnvironmentJobs) -> RailSegOptionsPage:
    return RailSegOptionsFactory(new_environment, jobs).createWidget()


def test_it_says_what_will_be_installed_how_large_and_where(
    page: RailSegOptionsPage, new_environment: Environment
) -> None:
    from qgis.PyQt.QtWidgets import QLabel

    texts = "\n".join(label.text() for label in page.findChildren(QLabel))
    assert "PyTorch" in texts
    assert str(new_environment.folder) in texts
    assert "GB to download" in page.cpu_choice.text()
    assert "Create environment" in page.status_label.text()
    assert page.create_button.text() == "Create environment"
    assert not page.check_button.isEnabled()


@pytest.mark.parametrize(
    ("answer", "is_first"),
    [
        ("9.0, 580.65.06", True),
        ("6.1, 580.65.06\n8.6, 580.65.06", True),
        ("6.1, 580.65.06", False),  # a GTX 1060: PyTorch's build has no kernels for it
        ("8.9, 535.183.01", False),
        ("Field is not a valid field to query.", False),
    ],
)
def test_cuda_is_offered_where_there_is_an_nvidia_driver_which_is_asked_once_the_page_is_shown(
    new_environment: Environment,
    jobs: EnvironmentJobs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    is_first: bool,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    page = RailSegOptionsPage(new_environment, jobs)
    assert page.cuda_choice.isHidden() == (not Path("/proc/driver/nvidia").exists())
    (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n: > {tmp_path}/asked\necho '{answer}'\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    page = RailSegOptionsPage(new_environment, jobs)
    assert not page.cuda_choice.isHidden()
    assert not (tmp_path / "asked").exists()  # QGIS creates the page with all others, also for who wants another
    page.show()
    assert (tmp_path / "asked").exists()
    assert page.cuda_choice.isChecked() == is_first
    assert page.cpu_choice.isChecked() != is_first
    assert "CUDA" in page.cuda_choice.text()


def test_an_existing_python_is_checked_and_kept_and_once_it_was_given_up_checked_again(
    page: RailSegOptionsPage, jobs: EnvironmentJobs, new_environment: Environment, worker_python: Path
) -> None:
    page.python_choice.setChecked(True)
    assert page.create_button.text() == "Check and use it"
    assert not page.create_button.isEnabled()
    page.python_widget.setFilePath(f'"{worker_python}"')  # as Windows copies a path
    page.create_button.click()
    assert not page.create_button.isEnabled()
    wait_until(lambda: jobs.task is None, timeout_s=100)
    assert "PyTorch" in page.status_label.text()
    assert "tiles per second" in page.status_label.text()
    assert page.create_button.isEnabled()
    assert page.check_button.isEnabled()
    assert QgsSettings().value(PYTHON_SETTING) == str(worker_python)
    make_ready(new_environment)
    page.cpu_choice.setChecked(True)
    page.apply()
    assert new_environment.chosen_python is None
    page.python_choice.setChecked(True)
    page.apply()
    wait_until(lambda: jobs.task is None, timeout_s=100)
    assert new_environment.chosen_python == worker_python


def test_a_python_that_fails_its_check_is_not_used(
    page: RailSegOptionsPage, jobs: EnvironmentJobs, new_environment: Environment, tmp_path: Path
) -> None:
    venv.create(tmp_path / "bare")
    python = tmp_path / "bare" / "bin" / "python"
    page.python_choice.setChecked(True)
    page.python_widget.setFilePath(str(python))
    page.create_button.click()
    wait_until(lambda: jobs.task is None, timeout_s=100)
    assert "lacks a package" in page.status_label.text()
    page.apply()  # OK
    assert jobs.task is None  # it has been told once
    assert new_environment.chosen_python is None
    later = RailSegOptionsPage(new_environment, EnvironmentJobs(new_environment, lambda: None))
    assert "Create environment" in later.status_label.text()


def test_a_python_that_nobody_checked_is_checked_on_ok(
    page: RailSegOptionsPage, jobs: EnvironmentJobs, new_environment: Environment, tmp_path: Path
) -> None:
    page.python_choice.setChecked(True)
    page.python_widget.setFilePath(str(tmp_path / "python"))
    page.apply()  # OK
    assert jobs.task is not None
    wait_until(lambda: jobs.task is None)
    assert "can't be started" in jobs.outcome
    assert new_environment.chosen_python is None


def test_a_build_that_fails_leaves_the_chosen_python(
    page: RailSegOptionsPage, jobs: EnvironmentJobs, new_environment: Environment, worker_python: Path, tmp_path: Path
) -> None:
    new_environment.choose(worker_python)
    page.wheels_choice.setChecked(True)
    page.wheels_widget.setFilePath(str(tmp_path))
    page.create_button.click()
    wait_until(lambda: jobs.task is None)
    assert "no wheels" in page.status_label.text()
    page.apply()  # OK
    assert new_environment.python() == worker_python


def test_a_chosen_python_is_given_up_for_railseg_s_own_once_that_is_ready(
    page: RailSegOptionsPage, jobs: EnvironmentJobs, new_environment: Environment, worker_python: Path
) -> None:
    new_environment.choose(worker_python)
    page.cpu_choice.setChecked(True)
    page.apply()
    assert new_environment.chosen_python == worker_python
    make_ready(new_environment)
    page.apply()
    assert new_environment.chosen_python is None
    assert jobs.task is None


def test_what_is_wrong_stands_first_and_the_report_has_it_all(
    page: RailSegOptionsPage, jobs: EnvironmentJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[tuple[bool, str]] = []
    jobs.ended.connect(lambda is_done, text: ended.append((is_done, text)))
    page.wheels_choice.setChecked(True)
    page.wheels_widget.setFilePath(str(tmp_path))
    page.create_button.click()
    wait_until(lambda: jobs.task is None)
    assert page.status_label.text() == f"{tmp_path} has no wheels (files that end in .whl)."
    assert ended == [(False, page.status_label.text())]
    monkeypatch.setenv("HOME", str(tmp_path))
    page.report_button.click()
    text = QgsApplication.clipboard().text()
    assert text == page.log_view.toPlainText()
    assert "Environment: missing, ~/profile/railseg/env" in text
    assert "~ has no wheels" in text
    assert str(tmp_path) not in text


def test_a_build_goes_on_without_the_page_and_can_be_cancelled(new_environment: Environment) -> None:
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


def test_qgis_s_proxy_becomes_pip_s(no_proxy: None) -> None:
    assert proxy_variables() == {}
    set_proxy("HttpProxy", "proxy.example", 3128, user="me", password="p@ss/word")
    assert proxy_variables() == {
        "HTTP_PROXY": "http://me:p%40ss%2Fword@proxy.example:3128",
        "HTTPS_PROXY": "http://me:p%40ss%2Fword@proxy.example:3128",
        "NO_PROXY": "intranet.example,10.0.0.1",
    }
    set_proxy("Socks5Proxy", "socks.example", 1080)
    assert proxy_variables()["HTTPS_PROXY"] == "socks5h://socks.example:1080"


def test_pip_asks_qgis_s_proxy_and_its_refusal_is_told_as_such(
    page: RailSegOptionsPage, jobs: EnvironmentJobs, no_proxy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from servers import refusing_proxy

    monkeypatch.setenv("PIP_INDEX_URL", "https://index.invalid/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("no_proxy", "*")
    with refusing_proxy() as (port, requests):
        set_proxy("HttpProxy", "127.0.0.1", port, user="me", password="secret")
        page.cpu_choice.setChecked(True)
        page.create_button.click()
        wait_until(lambda: jobs.task is None, timeout_s=100)
    assert requests[0].startswith("CONNECT index.invalid:443")
    assert "Proxy-Authorization: Basic" in requests[0]
    assert "proxy doesn't let the download through" in page.status_label.text()
    assert "secret" not in "\n".join(jobs.log)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in /home/anna/.local/share: /home/anna", "in ~/.local/share: ~"),
        ("/home/anna2/x and /home/anna.old", "/home/anna2/x and /home/anna.old"),
        ("Looking in https://anna:geheim@pypi.example/simple", "Looking in https://…@pypi.example/simple"),
    ],
)
def test_a_report_has_no_private_paths_and_passwords(text: str, expected: str) -> None:
    assert without_private_parts(text, Path("/home/anna")) == expected


def test_a_report_says_what_is_needed_for_a_diagnosis(new_environment: Environment) -> None:
    text = report(new_environment, ["a line of the log"])
    for part in ("RailSeg 0.1.0", "QGIS 3.", "Qt ", "Environment: missing", "Free space", "a line of the log"):
        assert part in text
