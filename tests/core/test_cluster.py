"""Blocks on the workers of a cluster."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from listening import Listening

from railseg_core import __version__
from railseg_core.__main__ import main
from railseg_core.errors import RailSegError
from railseg_core.inference.block_plan import plan_blocks
from railseg_core.inference.cluster import _result, predict_with
from railseg_core.inference.cluster_worker import WorkerSetup, _opened, check_worker, predict_block
from railseg_core.inference.finished_blocks import unfinished_folder
from railseg_core.inference.prediction import from_bytes, predict_blocks, to_bytes
from railseg_core.network.model_card import bundled_model_path, checksum
from railseg_core.pipeline import run
from railseg_core.raster import WorkingGrid, open_working_grid
from railseg_core.reporting import Silent
from railseg_core.requests import ExtractRequest
from railseg_core.segmentation import Segmenter
from railseg_core.vectors.line_layer import read_lines


@pytest.fixture
def grid(corner_raster: Path) -> Iterator[WorkingGrid]:
    with open_working_grid(corner_raster) as opened:
        yield opened


@pytest.fixture
def setup(grid: WorkingGrid) -> WorkerSetup:
    return WorkerSetup(
        recipe=grid.recipe,
        raster=tuple((file.name, file.size) for file in grid.files),
        model=None,
        model_sha256=checksum(bundled_model_path()),
        device="cpu",
        every_tile=False,
        version=__version__,
    )


class Killing(Silent):
    """Kills the worker that is at work when the first block is done."""

    killed: psutil.Process | None = None

    def progress(self, stage: str, done: int, total: int) -> None:
        if stage == "segment" and 0 < done < total and self.killed is None:
            workers = [psutil.Process(child.pid) for child in multiprocessing.active_children()]
            assert len(workers) == 2
            self.killed = max(workers, key=lambda worker: worker.cpu_percent(interval=0.1))
            self.killed.kill()


def test_a_cluster_of_which_a_worker_is_killed_gives_the_lines_of_one_process(
    corner_raster: Path, corner_lines: list[bytes], tmp_path: Path
) -> None:
    output, killing = tmp_path / "out.gpkg", Killing()
    request = ExtractRequest(raster=str(corner_raster), output=output, device="cpu", scheduler="local:2")
    assert run(request, killing)["device"] == "cpu (2 workers at local:2)"
    assert killing.killed is not None
    assert [line.tobytes() for line in read_lines(output)[0]] == corner_lines
    assert list(tmp_path.iterdir()) == [output]
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("every_tile", [False, True])
def test_a_worker_predicts_what_this_process_does(grid: WorkingGrid, setup: WorkerSetup, every_tile: bool) -> None:
    block = plan_blocks(grid.window, grid.wants)[-1]
    segmenter = Segmenter(bundled_model_path(), "cpu", every_tile=every_tile)
    (here,) = predict_blocks(grid, segmenter, [block], lambda _: None)
    sent = replace(setup, every_tile=every_tile)
    there = predict_block(pickle.loads(pickle.dumps(sent)), pickle.loads(pickle.dumps(block)))
    assert there.value == to_bytes(here)
    assert from_bytes(there.value, block.fresh) is not None
    assert there.warnings == ()


def test_no_more_blocks_are_under_way_than_are_allowed(grid: WorkingGrid, setup: WorkerSetup) -> None:
    sent: list[Future[Any]] = []

    class Counting(ThreadPoolExecutor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            sent.append(super().submit(fn, *args, **kwargs))
            return sent[-1]

    blocks = plan_blocks(grid.window, grid.wants)
    tiles = 0

    def on_tiles(count: int) -> None:
        nonlocal tiles
        tiles += count

    with Counting(1) as executor:
        predictions = predict_with(
            executor, setup, blocks, on_tiles, reporter=Silent(), most_under_way=lambda: 2, watch=lambda: None
        )
        for number, (block, prediction) in enumerate(zip(blocks, predictions, strict=True)):
            assert list(prediction) == list(block.fresh)
            assert len(sent) <= number + 2
    assert tiles == sum(len(block.fresh) for block in blocks)


def test_what_a_worker_has_to_make_do_with_is_told(grid: WorkingGrid, setup: WorkerSetup) -> None:
    def refuse(*_: object) -> None:
        hook.remove()
        raise RuntimeError("out of memory")

    hook = _opened(setup).segmenter._placed.network.encoder.register_forward_pre_hook(refuse)
    blocks, messages = plan_blocks(grid.window, grid.wants)[:2], Listening()
    with ThreadPoolExecutor(1) as executor:
        predictions = predict_with(
            executor, setup, blocks, lambda _: None, reporter=messages, most_under_way=lambda: 1, watch=lambda: None
        )
        assert len(list(predictions)) == len(blocks)
    (message,) = messages.messages
    assert re.fullmatch(r"The worker on .+: cpu .+ is out of memory: one batch at a time from now on\.", message)
    _opened.cache_clear()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": "0.0.1"}, "not 0.0.1. Install the same version"),
        ({"model_sha256": "0"}, "different model at"),
        ({"model": Path("none.safetensors")}, "none.safetensors"),
        ({"raster": (("corner.tif", 7),)}, "different raster"),
        ({"device": "abacus"}, "abacus"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_worker_that_would_predict_something_else_is_refused(
    setup: WorkerSetup, change: dict[str, Any], words: str
) -> None:
    assert check_worker(setup).value == "cpu"
    with pytest.raises(RailSegError, match=words):
        check_worker(replace(setup, **change))


def test_a_worker_that_can_not_open_the_raster_names_itself_and_the_way_out(setup: WorkerSetup) -> None:
    missing = replace(setup, recipe=replace(setup.recipe, path="/elsewhere/picture.tif"))
    with pytest.raises(RailSegError) as raised:
        check_worker(missing)
    error = pickle.loads(pickle.dumps(raised.value))  # as it comes back
    assert isinstance(error, RailSegError)
    assert "The worker on" in error.message
    assert "/elsewhere/picture.tif" in error.message
    assert "shared disk" in error.hint


class Failing(Executor):
    """Has no workers left that could do anything."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.error is None:
            future.cancel()
        else:
            future.set_exception(self.error)
        return future


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "scheduler was lost.*resumes from there"),
        (ModuleNotFoundError("No module named 'railseg_core'"), "cannot be loaded on the workers"),
        (TimeoutError("of the worker's own"), "TimeoutError: of the worker's own"),
        (MemoryError(), "MemoryError"),
        (RailSegError("The raster is damaged.", "Get another."), "damaged. Get another"),
    ],
    ids=str,
)
def test_what_fails_on_the_cluster_is_told_with_the_way_out(
    grid: WorkingGrid, setup: WorkerSetup, error: BaseException | None, words: str
) -> None:
    blocks = plan_blocks(grid.window, grid.wants)
    with pytest.raises(RailSegError, match=words):
        next(
            predict_with(
                Failing(error),
                setup,
                blocks,
                lambda _: None,
                reporter=Silent(),
                most_under_way=lambda: 2,
                watch=lambda: None,
            )
        )


@pytest.mark.parametrize(
    ("scheduler", "words"),
    [
        ("tcp://127.0.0.1:9", "cannot be reached.*dask scheduler"),
        ("local:0", "'local:0' is not a scheduler address"),
        ("tcp://host", "'tcp://host' is not a scheduler address"),
    ],
)
def test_a_scheduler_that_is_not_there_ends_with_one_line(
    scheduler: str, words: str, corner_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.gpkg"
    assert main(["extract", str(corner_raster), str(output), "--scheduler", scheduler, "--quiet"]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert re.search(words, message)
    assert list(tmp_path.iterdir()) == []


def test_without_dask_the_way_out_is_named(
    corner_raster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    output = tmp_path / "out.gpkg"
    assert main(["extract", str(corner_raster), str(output), "--scheduler", "local:2", "--quiet"]) == 1
    assert "pip install 'railseg-core[cluster]'" in capsys.readouterr().err


class _Late(Future[int]):
    """It is done just after the time for waiting ran out."""

    def result(self, timeout: float | None = None) -> int:
        if timeout is not None:
            self.set_result(7)
            raise TimeoutError
        return super().result()


def test_a_block_that_is_done_at_the_last_moment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("railseg_core.inference.cluster._LOOK_FOR_WORKERS_S", 0.01)
    late = _Late()
    assert _result(late, lambda: late.set_result(7)) == 7


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl-C is no signal to a group of processes")
@pytest.mark.parametrize("moment", ["workers begin", "workers predict"])
def test_ctrl_c_in_a_terminal_ends_in_one_line(sample_raster: Path, tmp_path: Path, moment: str) -> None:
    output = tmp_path / "out.gpkg"
    command = [sys.executable, "-m", "railseg_core", "extract", str(sample_raster), str(output)]
    run = subprocess.Popen(
        [*command, "--scheduler", "local:2", "--quiet"], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    workers = psutil.Process(run.pid)
    while run.poll() is None:
        has_begun = len(workers.children(recursive=True)) >= 3  # one of them only looks after what they share
        if any(unfinished_folder(output).glob("*.npz")) if moment == "workers predict" else has_begun:
            break
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
    _, told = run.communicate(timeout=60)
    assert "railseg: interrupted." in told
    assert "Traceback" not in told
    assert run.returncode == 130
