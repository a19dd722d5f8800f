"""Chips of real pictures: readable by training, only where there is something to see, written whole or not at all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from rasters import CORNER_X, CORNER_Y, UTM
from rasters import write as write_raster
from station import moved, write_lines

from railseg_core.__main__ import main
from railseg_core.chips.export import chip_windows
from railseg_core.errors import RailSegError
from railseg_core.pipeline import run
from railseg_core.requests import ChipsRequest
from railseg_core.tiling import PixelWindow
from railseg_core.vectors.area import Area
from train.data import load_real_scenes

SIDE = 100


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """500 x 300 pixels of noise at 0.2 m; the right fifth has no data."""
    bands = np.random.default_rng(1).integers(1, 255, (3, 300, 500), dtype=np.uint8)
    bands[:, :, 400:] = 0
    return write_raster(tmp_path_factory.mktemp("picture") / "My picture.tif", bands, nodata=0)


def place(x_px: float, y_px: float) -> tuple[float, float]:
    return CORNER_X + 0.2 * x_px, CORNER_Y - 0.2 * y_px


TRACK = shapely.LineString([place(-50, 150), place(550, 150)])


def export(picture: Path, lines: Path, folder: Path, **options: Any) -> dict[str, Any]:
    return run(ChipsRequest(raster=str(picture), lines=str(lines), output=folder, **{"side_px": SIDE, **options}))


def test_a_picture_is_covered_by_chips_of_one_size() -> None:
    windows = chip_windows(PixelWindow(-30, 7, 250, 100), 100)
    assert windows == [PixelWindow(col, 7, 100, 100) for col in (-30, 70, 120)]
    assert chip_windows(PixelWindow(5, 6, 70, 210), 100) == [PixelWindow(5, row, 70, 100) for row in (6, 106, 116)]


@pytest.mark.parametrize("crs", [UTM, "EPSG:4326", "EPSG:3857"])
def test_training_reads_the_chips_and_finds_track_and_axis_where_they_were_traced(
    crs: str, picture: Path, tmp_path: Path
) -> None:
    lines = write_lines(tmp_path / "lines.gpkg", [TRACK], crs)
    found = export(picture, lines, tmp_path / "chips")
    # The fifth column of three has no data.
    assert (found["chips"], found["with_track"], found["without_track"]) == (12, 4, 8)
    assert (found["side_px"], found["gsd_m"], found["output"]) == (SIDE, 0.2, str(tmp_path / "chips"))
    chips = load_real_scenes(tmp_path / "chips")
    assert len(chips) == 12
    assert {chip.image.shape for chip in chips} == {(SIDE, SIDE, 3)}
    tracked = [chip for chip in chips if chip.target[..., 0].any()]
    assert len(tracked) == 4
    for chip in tracked:
        assert chip.target[..., 0].sum(axis=0) == pytest.approx(np.full(SIDE, 13), abs=1)
        assert chip.target[..., 1].sum(axis=0) == pytest.approx(np.full(SIDE, 3), abs=1)
        assert not chip.target[..., 2].any()


def test_chips_show_the_picture_itself(picture: Path, tmp_path: Path) -> None:
    export(picture, write_lines(tmp_path / "lines.gpkg", [TRACK]), tmp_path / "chips")
    with rasterio.open(picture) as file:
        whole = file.read().transpose(1, 2, 0)
    squares = {
        whole[row : row + SIDE, col : col + SIDE].tobytes() for row in (0, 100, 200) for col in range(0, 500, 100)
    }
    assert {chip.image.tobytes() for chip in load_real_scenes(tmp_path / "chips")} <= squares


@pytest.mark.parametrize(("share", "bare"), [(0.0, 0), (0.5, 2), (1.0, 4), (9.0, 8)])
def test_only_a_share_without_a_track_is_written(share: float, bare: int, picture: Path, tmp_path: Path) -> None:
    lines = write_lines(tmp_path / "lines.gpkg", [TRACK])
    found = export(picture, lines, tmp_path / "chips", bare_share=share)
    assert (found["with_track"], found["without_track"]) == (4, bare)
    assert len(load_real_scenes(tmp_path / "chips")) == 4 + bare


def test_the_side_may_be_metres(picture: Path, tmp_path: Path) -> None:
    lines = write_lines(tmp_path / "lines.gpkg", [TRACK])
    assert export(picture, lines, tmp_path / "chips", side_m=30.0)["side_px"] == 150
    for side_m in (5.0, 900.0):
        with pytest.raises(RailSegError, match=r"from 12\.8 to 819\.2"):
            export(picture, lines, tmp_path / "others", side_m=side_m)


def test_beyond_the_area_nothing_counts(picture: Path, tmp_path: Path) -> None:
    lines = write_lines(tmp_path / "lines.gpkg", [TRACK])
    area = Area(moved(shapely.box(*place(0, 300), *place(150, 0)), "EPSG:4326"), "EPSG:4326")
    assert export(picture, lines, tmp_path / "chips", area=area)["chips"] == 6
    ignored = sorted(chip.target[..., 2].mean() for chip in load_real_scenes(tmp_path / "chips"))
    assert ignored == pytest.approx([0, 0, 0, 0.5, 0.5, 0.5], abs=0.02)


def test_polygons_of_tracks_get_their_middle_and_too_wide_ones_count_for_nothing(picture: Path, tmp_path: Path) -> None:
    yard = shapely.box(*place(20, 90), *place(80, 20))
    polygons = write_lines(tmp_path / "polygons.gpkg", [TRACK.buffer(1.4), yard], "EPSG:4326")
    export(picture, polygons, tmp_path / "chips")
    with_lines = write_lines(tmp_path / "lines.gpkg", [TRACK])
    export(picture, with_lines, tmp_path / "others", bare_share=0.0)
    for path in sorted((tmp_path / "others").glob("*_target.png")):
        assert (tmp_path / "chips" / path.name).exists()
    by_polygons = [c for c in load_real_scenes(tmp_path / "chips") if c.target[..., 1].any()]
    by_lines = load_real_scenes(tmp_path / "others")
    assert len(by_polygons) == len(by_lines) == 4
    for one, other in zip(by_polygons, by_lines, strict=True):
        assert (one.target[..., 1] != other.target[..., 1]).mean() < 0.02
    (wide,) = (c for c in load_real_scenes(tmp_path / "chips") if c.target[..., 2].any())
    assert wide.target[..., 2].sum() == pytest.approx(60 * 70, rel=0.05)


def test_chips_of_several_pictures_share_a_folder_and_are_replaced_only_if_allowed(
    picture: Path, tmp_path: Path
) -> None:
    lines, folder = write_lines(tmp_path / "lines.gpkg", [TRACK]), tmp_path / "chips"
    export(picture, lines, folder)
    (folder / "other_1_2_target.png").write_text("precious")
    with pytest.raises(RailSegError, match="already contains chips of My_picture"):
        export(picture, lines, folder)
    export(picture, lines, folder, overwrite=True, side_px=150, bare_share=0.0)
    names = {path.name for path in folder.iterdir()} - {"other_1_2_target.png"}
    assert (folder / "other_1_2_target.png").read_text() == "precious"
    assert len(names) == 2 * 6


def test_pictures_whose_names_have_other_letters_share_a_folder(picture: Path, tmp_path: Path) -> None:
    lines, folder = write_lines(tmp_path / "lines.gpkg", [TRACK]), tmp_path / "chips"
    for name in ("東京", "大阪 1"):
        export(Path(shutil.copy(picture, tmp_path / f"{name}.tif")), lines, folder)
    assert {path.name.split("_")[0] for path in folder.iterdir()} == {"東京", "大阪"}
    assert load_real_scenes(folder)


def test_what_cannot_be_cut_is_told_and_nothing_is_left(picture: Path, tmp_path: Path) -> None:
    lines = write_lines(tmp_path / "lines.gpkg", [TRACK])
    far = write_lines(tmp_path / "far.gpkg", [shapely.transform(TRACK, lambda points: points + np.array([5e4, 0]))])
    unseen = write_lines(tmp_path / "unseen.gpkg", [shapely.LineString([place(450, 10), place(450, 290)])])
    points = write_lines(tmp_path / "points.gpkg", [shapely.Point(place(10, 10))])
    area = Area(shapely.box(*place(0, 40), *place(40, 0)), UTM)
    for path, options, words in (
        (far, {}, "None of the tracks"),
        (unseen, {}, "has no data where"),
        (points, {}, "has no lines"),
        (lines, {"area": area}, "in the area"),
    ):
        with pytest.raises(RailSegError, match=words) as told:
            export(picture, path, tmp_path / "chips", **options)
        assert told.value.hint
    assert not (tmp_path / "chips").exists()
    with pytest.raises(RailSegError, match="is a file"):
        export(picture, lines, lines)
    with pytest.raises(RailSegError, match="does not exist"):
        export(picture, lines, tmp_path / "no" / "such")


def test_the_command_writes_chips(picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = write_lines(tmp_path / "lines.gpkg", [TRACK])
    command = ["chips", str(picture), str(lines), str(tmp_path / "chips"), "--side", "20", "--bare", "0.25"]
    assert main([*command, "--aoi", str(lines), "--corridor", "30", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["chips"] == 5
    assert main(command) == 1
    assert "already" in capsys.readouterr().err


def test_a_chip_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys, numpy as np\n"
        "from pathlib import Path\n"
        "from railseg_core.chips.files import Chip, write_chip\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)\n"
        "write_chip(Chip(noise, noise * 0), Path(sys.argv[1]), 'a')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert "RailSegError" in done.stderr
    assert f"{tmp_path / 'a.png'} could not be written: File too large." in done.stderr
