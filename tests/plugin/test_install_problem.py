"""What pip, venv and Python say when they fail, and what the user is told."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from railseg.plugin.install_problem import Cause, EnvironmentProblemError, cause_of, problem_of, way_out
from railseg.plugin.program import run_program
from servers import refusing_proxy
from support import Feedback


def _outputs() -> list[tuple[Cause, str]]:
    """What pip, venv and Python wrote when they failed, each under a line with its cause."""
    text = Path(__file__).with_name("failed_installs.txt").read_text("utf-8")
    return [(Cause[name], output) for name, output in re.findall(r"^== (\w+)\n(.*?)(?=^== |\Z)", text, re.M | re.S)]


@pytest.mark.parametrize(("cause", "output"), _outputs())
def test_outputs_are_sorted_by_cause(cause: Cause, output: str) -> None:
    assert cause_of(output.splitlines()) is cause


def test_a_killed_program_was_short_of_memory() -> None:
    assert cause_of(["Collecting torch"], -9) is Cause.MEMORY
    assert cause_of(["Collecting torch"], 1) is Cause.OTHER


def test_the_way_out_comes_first_and_the_program_s_own_words_last(qgis_app: object) -> None:
    lines = str(problem_of("python", 1, ["a", "OSError: [Errno 28] No space left on device"])).splitlines()
    assert lines == [
        "The disk is full. Free some space, then try again.",
        "python failed with exit code 1:",
        "a",
        "OSError: [Errno 28] No space left on device",
    ]


def test_every_cause_that_output_shows_has_a_way_out(qgis_app: object) -> None:
    assert all(len(way_out(cause)) == 1 for cause, _ in _outputs() if cause is not Cause.OTHER)


@pytest.fixture(scope="module")
def pip(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A real pip without this machine's settings."""
    folder = tmp_path_factory.mktemp("pip") / "env"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
    return [str(folder / "bin" / "python"), "-I", "-m", "pip", "--isolated", "install", "--retries", "1"]


def _cause(command: list[str], **variables: str) -> Cause:
    with pytest.raises(EnvironmentProblemError) as caught:
        run_program(command, Feedback(), variables={"PATH": "", "PIP_CONFIG_FILE": "/dev/null", **variables})
    return caught.value.cause


def test_a_server_out_of_reach_is_the_network(pip: list[str]) -> None:
    assert _cause([*pip, "--index-url", "http://127.0.0.1:9/simple", "torch"]) is Cause.NETWORK


def test_a_proxy_that_refuses_is_the_proxy(pip: list[str]) -> None:
    with refusing_proxy() as (port, _):
        assert _cause([*pip, "torch"], HTTPS_PROXY=f"http://127.0.0.1:{port}") is Cause.PROXY


def test_a_socks_proxy_is_the_proxy(pip: list[str]) -> None:
    assert _cause([*pip, "torch"], HTTPS_PROXY="socks5h://127.0.0.1:9") is Cause.PROXY


def test_a_certificate_that_nobody_knows_is_the_certificate(pip: list[str], untrusted_index: str) -> None:
    assert _cause([*pip, "--index-url", untrusted_index, "torch"]) is Cause.CERTIFICATE


def test_a_folder_without_the_wheel_is_the_wheel(pip: list[str], tmp_path: Path) -> None:
    assert _cause([*pip, "--no-index", "--find-links", str(tmp_path), "torch"]) is Cause.NO_WHEEL


def test_an_environment_without_pip_is_told_as_such(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")], check=True)
    assert _cause([str(tmp_path / "env" / "bin" / "python"), "-I", "-m", "pip", "--version"]) is Cause.NO_PIP


def test_a_program_that_is_not_there_is_told(qgis_app: object, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblemError, match="can't be started"):
        run_program([str(tmp_path / "python")], Feedback())


@pytest.fixture
def untrusted_index(tmp_path: Path) -> Iterator[str]:
    """A package index with a certificate of its own making."""
    from servers import https_server

    if shutil.which("openssl") is None:
        pytest.skip("openssl isn't installed.")
    with https_server(tmp_path) as address:
        yield f"{address}/simple"
