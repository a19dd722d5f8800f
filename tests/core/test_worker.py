"""The worker over a real pipe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from railseg_core import worker as worker_module

WORKER = Path(worker_module.__file__)


class WorkerProcess:
    """A started worker and what it says."""

    def __init__(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-u", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | environment,
            encoding="utf-8",
        )

    def send(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def next_event(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        event: dict[str, Any] = json.loads(self.process.stdout.readline())
        return event

    def ask(self, request_id: int, method: str, **params: object) -> list[dict[str, Any]]:
        """Sends a request; its events up to `result` or `error`."""
        self.send(json.dumps({"id": request_id, "method": method, "params": params}))
        events = [self.next_event()]
        while events[-1]["event"] not in ("result", "error"):
            events.append(self.next_event())
        return events


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    started = WorkerProcess()
    assert started.next_event()["event"] == "ready"
    yield started
    started.process.kill()
    started.process.wait()


def test_it_says_that_it_is_ready_and_what_it_speaks() -> None:
    started = WorkerProcess()
    assert started.next_event() == {"event": "ready", "version": "0.1.0", "protocol": 1}
    started.process.kill()
    started.process.wait()


def test_it_extracts_with_progress_that_grows_and_ends_at_one(
    worker: WorkerProcess, small_raster: Path, tmp_path: Path
) -> None:
    events = worker.ask(1, "extract", raster=str(small_raster), output=str(tmp_path / "out.gpkg"), device="cpu")
    assert events[-1]["event"] == "result", events[-1]
    result = events[-1]["result"]
    assert Path(result["output"]).exists()
    assert {"tracks", "nodes", "switches", "review", "total_length_m", "device", "timings_s", "crs"} <= result.keys()
    progress = [event for event in events if event["event"] == "progress"]
    fractions = [event["fraction"] for event in progress]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert list(dict.fromkeys(event["stage"] for event in progress)) == ["segment", "skeleton", "lines"]
    assert all(event["id"] == 1 for event in events)
    plan = events[0]
    assert plan["event"] == "plan"
    assert (plan["tiles"], plan["device"]) == (progress[0]["total"], result["device"])
    assert plan["seconds"] is None  # so few tiles are done before their pace is known
    assert plan["disk_bytes"] > 0


def test_one_worker_serves_request_after_request_also_after_errors(worker: WorkerProcess, tmp_path: Path) -> None:
    wrong = worker.ask(1, "extract", raster=str(tmp_path / "none.tif"), output=str(tmp_path / "out.gpkg"))
    assert (wrong[-1]["event"], wrong[-1]["id"], wrong[-1]["kind"]) == ("error", 1, "RailSegError")
    assert "none.tif" in wrong[-1]["message"]
    assert wrong[-1]["hint"]
    assert worker.ask(2, "info")[-1]["result"]["version"] == "0.1.0"


@pytest.mark.parametrize("line", ["no JSON", "[1, 2]", "{", '"text"', '{"id": 3, "method": "extract", "params": 7}'])
def test_a_line_that_is_no_request_is_answered_with_an_error(worker: WorkerProcess, line: str) -> None:
    worker.send(line)
    event = worker.next_event()
    assert event["event"] == "error"
    assert event["message"]


def test_an_unknown_method_and_an_unknown_parameter_are_named(worker: WorkerProcess) -> None:
    assert "'fly'" in worker.ask(1, "fly")[-1]["message"]
    assert "'speed'" in worker.ask(2, "extract", raster="a.tif", output="b.gpkg", speed=9)[-1]["message"]


def test_it_ends_when_its_standard_input_ends_also_in_the_middle_of_a_run(
    worker: WorkerProcess, sample_raster: Path, tmp_path: Path
) -> None:
    params = {"raster": str(sample_raster), "output": str(tmp_path / "out.gpkg"), "device": "cpu"}
    worker.send(json.dumps({"id": 1, "method": "extract", "params": params}))
    while worker.next_event()["event"] != "progress":
        pass
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    started = time.monotonic()
    assert worker.process.wait(timeout=10) == 0
    assert time.monotonic() - started < 5
    assert list(tmp_path.iterdir()) == []


def test_being_terminated_in_the_middle_of_a_run_leaves_nothing_behind(
    worker: WorkerProcess, sample_raster: Path, tmp_path: Path
) -> None:
    params = {"raster": str(sample_raster), "output": str(tmp_path / "out.gpkg"), "device": "cpu"}
    worker.send(json.dumps({"id": 1, "method": "extract", "params": params}))
    while worker.next_event()["event"] != "progress":
        pass
    assert list(tmp_path.iterdir()) != []  # what it has begun to write
    worker.process.terminate()
    worker.process.wait(timeout=10)
    assert list(tmp_path.iterdir()) == []


def test_a_request_with_wrong_parameters_is_answered_with_its_id(worker: WorkerProcess) -> None:
    worker.send(json.dumps({"id": 7, "method": "extract", "params": None}))
    event = worker.next_event()
    assert (event["event"], event["id"]) == ("error", 7)


def test_variables_that_point_at_another_proj_and_gdal_do_no_harm(small_raster: Path, tmp_path: Path) -> None:
    foreign = str(tmp_path / "qgis")
    worker = WorkerProcess(PROJ_DATA=foreign, PROJ_LIB=foreign, GDAL_DATA=foreign, GDAL_DRIVER_PATH=foreign)
    assert worker.next_event()["event"] == "ready"
    events = worker.ask(1, "extract", raster=str(small_raster), output=str(tmp_path / "out.gpkg"), device="cpu")
    assert events[-1]["event"] == "result", events[-1]
    worker.process.kill()
    worker.process.wait()


def test_stray_prints_go_to_standard_error_and_the_protocol_to_standard_output() -> None:
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[1]);"
        "from railseg_core.worker import take_standard_output;"
        "protocol = take_standard_output();"
        "print('stray'); os.write(1, b'native stray'); protocol.write('protocol'); protocol.flush()"
    )
    root = str(WORKER.parent.parent)
    done = subprocess.run([sys.executable, "-c", script, root], capture_output=True, text=True, check=True)
    assert done.stdout == "protocol"
    assert "stray" in done.stderr
    assert "native stray" in done.stderr


def test_the_self_test_prints_one_result() -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(WORKER), "--self-test"], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout)["result"]
    assert result["model"]["gsd_m"] == 0.2
    assert result["tiles_per_s"] > 0
    assert result["device"].split()[0] == result["devices"][0]
    assert "torch" in result["packages"]


@pytest.mark.parametrize("library", ["sqlite3", "skimage", "filelock"])
def test_the_self_test_shows_that_a_library_of_the_later_steps_is_missing(library: str) -> None:
    script = f"import runpy, sys; sys.modules[{library!r}] = None; runpy.run_path({str(WORKER)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-I", "-c", script, "--self-test"], capture_output=True, text=True)
    assert done.returncode != 0
    assert library in done.stderr


def test_an_idle_worker_ends_with_its_input_even_where_no_signal_wakes_it() -> None:
    script = f"import runpy, signal; signal.raise_signal = print; runpy.run_path({str(WORKER)!r}, run_name='__main__')"
    began = time.monotonic()
    subprocess.run([sys.executable, "-I", "-c", script], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert time.monotonic() - began < 2.5
