"""What an interrupted run leaves behind, and how the next one resumes from it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from listening import Listening

from railseg_core.__main__ import main
from railseg_core.errors import RailSegError
from railseg_core.folder_lock import alone_in
from railseg_core.inference.block_plan import PlannedBlock, plan_blocks
from railseg_core.inference.finished_blocks import FinishedBlocks, finished_blocks, shared_blocks, unfinished_folder
from railseg_core.inference.prediction import BlockPrediction, TilePrediction, from_bytes, to_bytes
from railseg_core.inference.probability import predict_missing
from railseg_core.pipeline import run
from railseg_core.reporting import Silent
from railseg_core.requests import ExtractRequest, SegmentRequest
from railseg_core.tiling import BLOCK_PX, STRIDE_PX, TILE_PX, PixelWindow, Tile, blocks_of, tiles_of
from railseg_core.vectors.area import Area
from railseg_core.vectors.line_layer import read_lines

BLOCK = PlannedBlock(0, PixelWindow(0, 0, 448, 448), (Tile(0, 0), Tile(1, 0)), (Tile(0, 0), Tile(1, 0)))


def some_prediction(seed: int = 0, tiles: tuple[Tile, ...] = BLOCK.fresh) -> BlockPrediction:
    """Of all kinds: no picture, a whole one, one with gaps."""
    rng = np.random.default_rng(seed)
    prediction: BlockPrediction = {}
    for number, tile in enumerate(tiles):
        probability = rng.integers(0, 256, (2, TILE_PX, TILE_PX), dtype=np.uint8)
        valid = rng.random((STRIDE_PX, STRIDE_PX)) < 0.5
        prediction[tile] = (None, TilePrediction(probability, None), TilePrediction(probability, valid))[
            (number + seed) % 3
        ]
    return prediction


def assert_same(first: BlockPrediction | None, second: BlockPrediction) -> None:
    assert first is not None
    assert list(first) == list(second)
    for tile, item in second.items():
        other = first[tile]
        if item is None or other is None:
            assert item is other
            continue
        np.testing.assert_array_equal(other.probability, item.probability)
        assert (other.valid is None) == (item.valid is None)
        if item.valid is not None and other.valid is not None:
            np.testing.assert_array_equal(other.valid, item.valid)


@settings(max_examples=20, deadline=None)
@given(
    col=st.integers(-3000, 3000), row=st.integers(-3000, 3000), width=st.integers(1, 5000), height=st.integers(1, 5000)
)
def test_every_tile_is_fresh_in_one_block_and_no_later_than_it_is_needed(
    col: int, row: int, width: int, height: int
) -> None:
    window = PixelWindow(col, row, width, height)
    blocks = plan_blocks(window, lambda _: True)
    assert [block.number for block in blocks] == list(range(len(blocks_of(window))))
    known: set[Tile] = set()
    for block in blocks:
        assert not known & set(block.fresh)
        known.update(block.fresh)
        assert set(block.tiles) == set(tiles_of(block.window))
        assert known >= set(block.tiles)
    assert known == set(tiles_of(window))


def test_blocks_without_a_wanted_tile_are_left_out() -> None:
    window = PixelWindow(0, 0, 3 * BLOCK_PX, BLOCK_PX)
    blocks = plan_blocks(window, lambda tile: tile.right > 2.5 * BLOCK_PX)
    assert [block.window.col for block in blocks] == [2 * BLOCK_PX]
    assert [block.number for block in blocks] == [0]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_prediction_comes_back_from_its_bytes_as_it_was(seed: int) -> None:
    prediction = some_prediction(seed)
    assert_same(from_bytes(to_bytes(prediction), BLOCK.fresh), prediction)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_bytes_are_told_from_whole_ones(data: st.DataObject) -> None:
    whole = to_bytes({Tile(0, 0): None})
    content = bytearray(whole)
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    result = from_bytes(bytes(content), [Tile(0, 0)])
    assert result is None or result == {Tile(0, 0): None}


def test_a_prediction_of_other_tiles_is_not_taken() -> None:
    assert from_bytes(to_bytes(some_prediction()), [Tile(0, 0)]) is None
    np_file = b"\x93NUMPY\x01\x00"
    assert from_bytes(np_file, BLOCK.fresh) is None


def test_the_folder_goes_when_all_is_done(tmp_path: Path) -> None:
    output = tmp_path / "out.gpkg"
    with finished_blocks(unfinished_folder(output), {}, resume=True, reporter=Silent()) as finished:
        finished.write(BLOCK, some_prediction())
        assert finished.has(BLOCK)
        assert_same(finished.read(BLOCK), some_prediction())
    assert list(tmp_path.iterdir()) == []


def test_on_windows_a_folder_that_a_scanner_looks_into_for_a_moment_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hold_files: Callable[[int], None]
) -> None:
    hold_files(2)
    monkeypatch.setattr("sys.platform", "win32")
    with shared_blocks(tmp_path / "out.gpkg", {}, 2) as blocks:
        assert blocks.folder.is_dir()


def interrupted(output: Path, identity: dict[str, object], *, with_block: bool = True) -> None:
    def work(finished: FinishedBlocks) -> None:
        if with_block:
            finished.write(BLOCK, some_prediction())
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        finished_blocks(unfinished_folder(output), identity, resume=True, reporter=Silent()) as found,
    ):
        work(found)


def test_an_interrupted_run_leaves_its_blocks_to_the_next_like_it(tmp_path: Path) -> None:
    output = tmp_path / "out.gpkg"
    interrupted(output, {"model": "a", "bands": (1, 2)})
    listening = Listening()
    with finished_blocks(
        unfinished_folder(output), {"model": "a", "bands": (1, 2)}, resume=True, reporter=listening
    ) as finished:
        assert_same(finished.read(BLOCK), some_prediction())
    assert "resuming where it stopped" in listening.messages[0]


def test_a_second_run_at_the_same_time_is_refused_before_anything_else_and_takes_nothing_from_the_first(
    small_raster: Path, tmp_path: Path
) -> None:
    output = tmp_path / "tracks.gpkg"
    interrupted(output, {})
    before = sorted(unfinished_folder(output).iterdir())
    with alone_in(unfinished_folder(output)):
        for raster in (small_raster, tmp_path / "not looked for.tif"):
            with pytest.raises(RailSegError, match="already working"):
                run(ExtractRequest(raster=str(raster), output=output, resume=False))
    assert sorted(unfinished_folder(output).iterdir()) == before


def test_with_other_parameters_it_starts_anew_and_says_so(tmp_path: Path) -> None:
    output = tmp_path / "out.gpkg"
    interrupted(output, {"model": "a", "bands": None})
    listening = Listening()
    with finished_blocks(
        unfinished_folder(output), {"model": "b", "bands": None}, resume=True, reporter=listening
    ) as finished:
        assert not finished.has(BLOCK)
    assert listening.messages == ["An earlier run was not finished but differs in model: starting over."]


def test_what_a_gpu_has_left_is_kept_while_it_is_out_of_reach(tmp_path: Path) -> None:
    folder = unfinished_folder(tmp_path / "out.gpkg")
    interrupted(tmp_path / "out.gpkg", {"device": "cuda"})
    on_the_processor = {"device": "cpu"}
    with (
        pytest.raises(RailSegError, match="made on cuda, which can't be used now"),
        finished_blocks(folder, on_the_processor, resume=True, reporter=Silent(), is_device_named=False),
    ):
        pass
    with finished_blocks(folder, {"device": "cuda"}, resume=True, reporter=Silent(), is_device_named=False) as finished:
        assert finished.has(BLOCK)
    interrupted(tmp_path / "out.gpkg", {"device": "cuda"})
    with finished_blocks(folder, on_the_processor, resume=True, reporter=Silent()) as finished:
        assert not finished.has(BLOCK)


def test_it_starts_anew_where_that_is_asked(tmp_path: Path) -> None:
    output = tmp_path / "out.gpkg"
    interrupted(output, {})
    with finished_blocks(unfinished_folder(output), {}, resume=False, reporter=Silent()) as finished:
        assert not finished.has(BLOCK)


def test_a_folder_of_other_files_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    kept = tmp_path / "mine" / "a letter.txt"
    kept.write_text("keep this")
    with (
        pytest.raises(RailSegError, match="other files"),
        finished_blocks(kept.parent, {}, resume=True, reporter=Silent()),
    ):
        pass
    assert kept.read_text() == "keep this"
    kept.unlink()
    with finished_blocks(kept.parent, {}, resume=True, reporter=Silent()):
        pass
    assert not kept.parent.exists()


def test_nothing_stays_of_a_run_without_a_finished_block(tmp_path: Path) -> None:
    interrupted(tmp_path / "out.gpkg", {}, with_block=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [1, 10])
def test_a_block_that_finds_no_folder_ends_the_run_and_all_before_it_are_kept(tmp_path: Path, count: int) -> None:
    plan = [PlannedBlock(number, BLOCK.window, BLOCK.tiles, BLOCK.fresh) for number in range(count)]
    finished = FinishedBlocks(tmp_path / "unfinished", {})
    finished.folder.mkdir()

    def predict(blocks: Sequence[PlannedBlock], _: Callable[[int], None]) -> Generator[BlockPrediction, None, None]:
        for block in blocks:
            if block.number == count - 1:
                for kept in plan[:-1]:
                    wait_for(finished, kept)
                finished.folder.rename(tmp_path / "away")
            yield some_prediction(block.number)

    with pytest.raises(RailSegError, match="could not be written"):
        list(predict_missing(predict, plan, finished, Silent()))
    assert len(list((tmp_path / "away").iterdir())) == count - 1


def wait_for(finished: FinishedBlocks, block: PlannedBlock) -> None:
    """Blocks are written beside other work."""
    until = time.monotonic() + 30
    while not finished.has(block):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_damaged_block_is_removed_and_its_way_out_is_said(tmp_path: Path) -> None:
    output = tmp_path / "out.gpkg"
    interrupted(output, {})
    path = next(unfinished_folder(output).glob("*.npz"))
    path.write_bytes(path.read_bytes()[:-40])
    with (
        pytest.raises(RailSegError, match=r"damaged or missing.*Run it again"),
        finished_blocks(unfinished_folder(output), {}, resume=True, reporter=Silent()) as finished,
    ):
        finished.read(BLOCK)
    assert not path.exists()


def extract(raster: Path, output: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "railseg_core", "extract", str(raster), str(output), "--device", "cpu", "--json"]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_killed_run_is_taken_up_and_gives_the_same_lines(
    sample_raster: Path, sample_result: dict[str, Any], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gpkg"
    folder = unfinished_folder(broken)
    also = ("--probability", str(tmp_path / "p.tif"))  # what a killed run has written of it goes with its blocks
    for blocks in (1, 2):
        running = extract(sample_raster, broken, *also)
        while running.poll() is None and len(list(folder.glob("*.npz"))) < blocks:
            time.sleep(0.02)
        running.kill()
        _, errors = running.communicate()
        assert running.returncode == -signal.SIGKILL, errors
        assert not broken.exists()
        assert (blocks == 1) == ("resuming where it stopped" not in errors)
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.npz")}
    running = extract(sample_raster, broken, *also)
    result, errors = running.communicate()
    assert running.returncode == 0, errors
    assert len(kept) >= 2
    assert "resuming where it stopped" in errors
    assert json.loads(result)["tracks"] > 0
    first, second = (read_lines(path)[0] for path in (sample_result["output"], broken))
    assert len(first) == len(second)
    for line, other in zip(first, second, strict=True):
        assert line.tobytes() == other.tobytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.gpkg", "p.tif"]


class Stopped(Silent):
    """Stops a run when a stage begins."""

    def __init__(self, stage: str) -> None:
        self.stage = stage

    def progress(self, stage: str, done: int, total: int) -> None:
        if stage == self.stage:
            raise KeyboardInterrupt


def test_a_run_goes_on_also_where_it_had_put_rasters_in_place(small_raster: Path, tmp_path: Path) -> None:
    probability, mask = tmp_path / "p.tif", tmp_path / "m.tif"
    request = ExtractRequest(
        raster=str(small_raster), output=tmp_path / "out.gpkg", probability=probability, mask=mask, device="cpu"
    )
    with pytest.raises(KeyboardInterrupt):
        run(request, Stopped("lines"))
    assert probability.exists()
    assert mask.exists()
    assert run(request)["tracks"] > 0  # the same command goes on
    with pytest.raises(RailSegError, match="already exists"):
        run(replace(request, output=tmp_path / "other.gpkg"))


def test_so_does_a_command_with_an_area(small_raster: Path, tmp_path: Path) -> None:
    with rasterio.open(small_raster) as file:
        wkb, crs = shapely.to_wkb(np.array([shapely.box(*file.bounds)])), str(file.crs)
    area, output, mask = (tmp_path / name for name in ("area.gpkg", "p.tif", "m.tif"))
    pyogrio.raw.write(area, wkb, [], [], geometry_type="Polygon", crs=crs)
    request = SegmentRequest(
        raster=str(small_raster), output=output, mask=mask, area=Area.from_file(str(area)), device="cpu"
    )
    with pytest.raises(KeyboardInterrupt):
        run(request, Stopped("mask"))
    assert output.exists()
    command = ["segment", str(small_raster), str(output), "--mask", str(mask), "--aoi", str(area), "--device", "cpu"]
    assert main([*command, "--quiet"]) == 0
    assert mask.exists()


def test_a_raster_that_another_has_changed_is_not_replaced(small_raster: Path, tmp_path: Path) -> None:
    request = SegmentRequest(raster=str(small_raster), output=tmp_path / "p.tif", mask=tmp_path / "m.tif", device="cpu")
    with pytest.raises(KeyboardInterrupt):
        run(request, Stopped("mask"))
    request.output.write_bytes(b"mine")
    with pytest.raises(RailSegError, match="already exists"):
        run(request)
    assert request.output.read_bytes() == b"mine"


def test_of_runs_that_want_a_folder_at_the_same_moment_one_gets_it(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []
    end = time.monotonic() + 1.5

    def start_again_and_again(number: int) -> None:
        while time.monotonic() < end:
            with (
                suppress(RailSegError),
                alone_in(tmp_path / "blocks"),
                finished_blocks(tmp_path / "blocks", {}, resume=True, reporter=Silent(), is_device_named=True),
            ):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(start_again_and_again, range(6)))
    assert len(most) > 10
    assert max(most) == 1


def test_a_run_interrupted_while_it_draws_the_preview_goes_on_from_there(
    small_raster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ExtractRequest(
        raster=str(small_raster), output=tmp_path / "map.gpkg", preview=tmp_path / "p.png", device="cpu"
    )

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("railseg_core.pipeline.draw_preview", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(request)
    assert request.output.exists()
    assert run(request)["preview"] == str(tmp_path / "p.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.gpkg", "p.png"]
