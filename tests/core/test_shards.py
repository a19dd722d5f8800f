"""A raster in shards, side by side or on several machines, and their merge."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railseg_core.__main__ import main
from railseg_core.errors import RailSegError
from railseg_core.inference.block_plan import PlannedBlock, shard_of
from railseg_core.inference.finished_blocks import (
    FinishedBlocks,
    finished_blocks,
    gathered_blocks,
    shared_blocks,
    unfinished_folder,
)
from railseg_core.reporting import Silent
from railseg_core.requests import ExtractRequest, parse_request
from railseg_core.tiling import PixelWindow, Tile
from railseg_core.vectors.line_layer import read_lines

PLAN = [PlannedBlock(number, PixelWindow(0, 0, 1, 1), (Tile(number, 0),), (Tile(number, 0),)) for number in range(10)]


def command(raster: Path, output: Path, name: str, *options: str) -> list[str]:
    return [name, str(raster), str(output), *(["--device", "cpu"] if name == "extract" else []), "--quiet", *options]


def lines_of(path: Path) -> list[bytes]:
    return [line.tobytes() for line in read_lines(path)[0]]


@given(blocks=st.integers(0, 50), count=st.integers(1, 60))
def test_shards_cover_all_blocks_once_in_order(blocks: int, count: int) -> None:
    plan = [PlannedBlock(number, PixelWindow(0, 0, 1, 1), (), ()) for number in range(blocks)]
    shards = [shard_of(plan, number, count) for number in range(1, count + 1)]
    assert [block for shard in shards for block in shard] == plan
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


def test_shards_side_by_side_and_the_merge_give_the_lines_of_one_run(
    corner_raster: Path, corner_lines: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.gpkg"
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "railseg_core"),
                *command(corner_raster, output, "extract", "--shard", shard, "--json"),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for shard in ("1/2", "2/2")
    ]
    results = [json.loads(shard.communicate()[0]) for shard in running]
    folder = unfinished_folder(output)
    assert [(result["shard"], result["blocks"], result["folder"]) for result in results] == [
        ("1/2", 2, str(folder)),
        ("2/2", 2, str(folder)),
    ]
    assert not output.exists()
    assert len(list(folder.glob("*.npz"))) == 4
    assert main(command(corner_raster, output, "merge", "--every-tile")) == 1
    assert "differs in every_tile" in capsys.readouterr().err
    assert main(command(corner_raster, output, "merge", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["device"] == "cpu (in shards)"
    assert lines_of(output) == corner_lines
    assert list(tmp_path.iterdir()) == [output]


def test_shards_of_other_machines_are_merged_from_their_folders(
    corner_raster: Path, corner_lines: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (tmp_path / name / "out.gpkg" for name in ("first", "second"))
    for number, output in ((1, first), (2, second)):
        output.parent.mkdir()
        copy = shutil.copy(corner_raster, output.with_name("picture.tif"))  # copied today: another time of change
        os.utime(copy, (number, number))
        assert main(command(copy, output, "extract", "--every-tile", "--shard", f"{number}/2")) == 0
        merged_alone = main(command(copy, output, "merge"))
        assert merged_alone == 1
        assert f"Unfinished shards: {3 - number} of 2." in capsys.readouterr().err
    theirs = unfinished_folder(second)
    blocks = {path.name: path.read_bytes() for path in theirs.iterdir()}
    raster = first.with_name("picture.tif")
    assert main(command(raster, first, "merge", "--from", str(theirs), "--preview", str(tmp_path / "p.png"))) == 0
    assert lines_of(first) == corner_lines
    with sqlite3.connect(first) as database:
        (parameters,) = database.execute("SELECT parameters FROM railseg_run").fetchone()
    assert json.loads(parameters)["every_tile"] is True, "it is as in the shards, though not named for the merge"
    assert not unfinished_folder(first).exists()
    assert {path.name: path.read_bytes() for path in theirs.iterdir()} == blocks


def test_the_merge_does_not_wait_for_torch(corner_raster: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.gpkg"
    assert main(command(corner_raster, output, "extract", "--shard", "1/1")) == 0
    merge = command(corner_raster, output, "merge")
    program = (
        "import sys; from railseg_core.__main__ import main\n"
        f"assert main({merge!r}) == 0\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert output.exists()


def test_shards_that_start_at_the_same_moment_keep_each_other_s_blocks(tmp_path: Path) -> None:
    output, identity = tmp_path / "out.gpkg", {"model": "a"}
    together = threading.Barrier(len(PLAN))

    def shard(block: PlannedBlock) -> None:
        together.wait()
        with shared_blocks(output, identity, len(PLAN)) as finished:
            finished.write(block, dict.fromkeys(block.fresh))

    with ThreadPoolExecutor(len(PLAN)) as threads:
        list(threads.map(shard, PLAN))
    with shared_blocks(output, identity, len(PLAN)) as finished:
        assert all(finished.has(block) for block in PLAN)
    assert [path.name for path in tmp_path.iterdir()] == [unfinished_folder(output).name]


def test_a_shard_of_another_run_is_refused_and_nothing_is_thrown_away(tmp_path: Path) -> None:
    output = tmp_path / "out.gpkg"
    with shared_blocks(output, {"model": "a", "device": "cpu"}, 2) as finished:
        finished.write(PLAN[0], dict.fromkeys(PLAN[0].fresh))
    with (
        pytest.raises(RailSegError, match=r"differs in device\. Delete"),
        shared_blocks(output, {"model": "a", "device": "cuda"}, 2),
    ):
        pass
    assert FinishedBlocks(unfinished_folder(output), {}).has(PLAN[0])


def test_a_run_that_is_no_shard_does_not_throw_away_what_shards_have_left(tmp_path: Path) -> None:
    folder = unfinished_folder(tmp_path / "out.gpkg")
    with shared_blocks(tmp_path / "out.gpkg", {"model": "a"}, 2) as finished:
        finished.write(PLAN[0], dict.fromkeys(PLAN[0].fresh))
    for identity, resume in (({"model": "b"}, True), ({"model": "a"}, False)):
        with (
            pytest.raises(RailSegError, match=r"blocks from shards.* Merge them"),
            finished_blocks(folder, identity, resume=resume, reporter=Silent()),
        ):
            pass
        assert FinishedBlocks(folder, {}).has(PLAN[0])


def test_a_damaged_block_of_another_machine_is_named_and_left(tmp_path: Path) -> None:
    with shared_blocks(tmp_path / "other" / "out.gpkg", {"model": "a"}, 1) as finished:
        finished.write(PLAN[0], dict.fromkeys(PLAN[0].fresh))
    (block,) = finished.folder.glob("*.npz")
    block.write_bytes(block.read_bytes()[:-20])
    with pytest.raises(RailSegError, match=r"damaged or missing\. Delete that file and merge again"):
        FinishedBlocks(tmp_path / "own", {}, [finished.folder]).read(PLAN[0])
    assert block.exists()


def test_a_damaged_block_of_this_machine_is_removed_so_that_the_next_merge_names_its_shard(tmp_path: Path) -> None:
    with shared_blocks(tmp_path / "out.gpkg", {}, 10) as finished:
        finished.write(PLAN[6], dict.fromkeys(PLAN[6].fresh))
    (block,) = finished.folder.glob("*.npz")
    block.write_bytes(block.read_bytes()[:-20])
    with pytest.raises(RailSegError, match=r"damaged or missing\. Merge again"):
        finished.read(PLAN[6])
    with pytest.raises(RailSegError, match="--shard 7/10"):
        finished.refuse_missing(PLAN, [block for block in PLAN if not finished.has(block)][6:7], lambda _: None)


def test_a_merge_that_comes_too_early_leaves_the_shards_at_work_their_folder(tmp_path: Path) -> None:
    output = tmp_path / "out.gpkg"
    with shared_blocks(output, {}, 10) as at_work:
        with pytest.raises(RailSegError, match="shards: 1-10 of 10"), gathered_blocks(output, {}, []) as finished:
            finished.refuse_missing(PLAN, PLAN, lambda _: None)
        at_work.write(PLAN[0], dict.fromkeys(PLAN[0].fresh))
    with pytest.raises(RailSegError, match="shards: 2-10 of 10"), gathered_blocks(output, {}, []) as finished:
        finished.refuse_missing(PLAN, [block for block in PLAN if not finished.has(block)], lambda _: None)


def test_missing_shards_are_named_as_a_batch_queue_takes_them(tmp_path: Path) -> None:
    with shared_blocks(tmp_path / "out.gpkg", {}, 10) as finished:
        missing = [PLAN[number] for number in (0, 1, 2, 6)]
        with pytest.raises(RailSegError, match=r"4 of 10 blocks .* shards: 1-3,7 of 10.*--shard 1/10"):
            finished.refuse_missing(PLAN, missing, lambda _: None)
        assert list(finished.refuse_missing(PLAN, [], lambda _: None)) == []


def test_a_merge_of_nothing_or_of_another_run_names_the_way_out(
    corner_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.gpkg"
    assert main(command(corner_raster, output, "merge")) == 1
    assert "nothing to merge" in capsys.readouterr().err
    assert main(command(corner_raster, output, "merge", "--from", str(tmp_path))) == 1
    assert "run.json" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    folder = unfinished_folder(output)
    folder.mkdir()
    (folder / "run.json").write_text('{"version": "0.0.1"}')
    assert main(command(corner_raster, output, "merge")) == 1
    assert "differs in version, raster" in capsys.readouterr().err
    assert folder.exists()


def test_of_a_raster_copied_since_the_shards_ran_the_way_out_works(
    corner_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raster, output = tmp_path / "copy.tif", tmp_path / "out.gpkg"
    shutil.copy(corner_raster, raster)
    assert main(command(raster, output, "extract", "--shard", "1/1")) == 0
    os.utime(raster, (1e9, 1e9))
    assert main(command(raster, output, "merge")) == 1
    assert "copied since the shards left" in capsys.readouterr().err
    elsewhere = unfinished_folder(output).rename(tmp_path / "blocks.unfinished")
    assert main(command(raster, output, "merge", "--from", str(elsewhere))) == 0
    assert output.exists()


@pytest.mark.parametrize("shard", ["0/2", "3/2", "2", "a/b", "1/2/3", "1/0"])
def test_a_shard_that_can_not_be_is_refused(shard: str) -> None:
    with pytest.raises(RailSegError, match="shard"):
        parse_request("extract", {"raster": "a.tif", "output": "a.gpkg", "shard": shard})


def test_a_shard_does_not_start_anew() -> None:
    with pytest.raises(RailSegError, match="would discard"):
        ExtractRequest(raster="a.tif", output=Path("a.gpkg"), shard=(1, 2), resume=False)
