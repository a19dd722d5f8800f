"""Probability and mask rasters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.vrt
import rasterio.warp
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS
from rasters import CORNER_X, CORNER_Y, FEET, UTM, Kind, write

from railseg_core.errors import RailSegError
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.tiling import PixelWindow

GSD_M = 0.2
WINDOW = PixelWindow(-512, -768, 512, 768)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def probabilities(window: PixelWindow = WINDOW, bands: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 256, (bands, *window.shape), dtype=np.uint8)
    return pixels, rng.random(window.shape) < 0.8


def test_what_is_written_by_windows_is_read_back_by_any_window(tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    pixels, valid = probabilities()
    with create_grid_raster(path, WINDOW, GSD_M, UTM, tags={"model": "first"}) as output:
        for row in range(WINDOW.row, WINDOW.bottom, 256):
            part = PixelWindow(WINDOW.col, row, WINDOW.width, 256)
            where = part.local_slices(WINDOW)
            output.write(part, pixels[:, *where], valid[where])
    assert names(tmp_path) == ["p.tif"]
    with open_grid_raster(path) as raster:
        assert (raster.window, raster.gsd_m, raster.bands) == (WINDOW, GSD_M, ("track", "axis"))
        assert raster.crs == CRS.from_string(UTM)
        assert raster.tags["model"] == "first"
        reach = PixelWindow(WINDOW.col + 100, WINDOW.row - 30, 700, 300)
        read, seen = raster.read(reach)
    common = reach.intersection(WINDOW)
    here, there = common.local_slices(reach), common.local_slices(WINDOW)
    np.testing.assert_array_equal(seen[here], valid[there])
    np.testing.assert_array_equal(read[:, *here], np.where(valid, pixels, 0)[:, *there])
    assert seen.sum() == valid[there].sum()


def test_the_file_is_tiled_eight_bit_and_carries_its_mask_inside(tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    with create_grid_raster(path, WINDOW, GSD_M, UTM, bands=("track",)) as output:
        output.write(WINDOW, *probabilities(bands=1))
    with rasterio.open(path) as file:
        assert file.profile["dtype"] == "uint8"
        assert file.block_shapes == [(256, 256)]
        assert file.compression.name == "deflate"
        assert file.descriptions == ("track",)
        assert file.transform == WINDOW.transform(GSD_M)
        assert rasterio.enums.MaskFlags.per_dataset in file.mask_flag_enums[0]


def test_what_is_never_written_is_not_valid(tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    part = PixelWindow(WINDOW.col, WINDOW.row, 256, 256)
    with create_grid_raster(path, WINDOW, GSD_M, UTM) as output:
        output.write(part, np.full((2, 256, 256), 9, dtype=np.uint8), np.ones((256, 256), dtype=bool))
    with open_grid_raster(path) as raster:
        read, seen = raster.read(WINDOW)
    assert seen.sum() == 256 * 256
    assert seen[part.local_slices(WINDOW)].all()
    assert (read[:, ~seen] == 0).all()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    written=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 200)), max_size=3),
    places=st.lists(
        st.tuples(st.integers(-900, 900), st.integers(-900, 900), st.integers(1, 300)), min_size=5, max_size=5
    ),
)
def test_where_no_track_can_be_none_is_read(
    written: list[tuple[int, int, int]], places: list[tuple[int, int, int]], tmp_path: Path
) -> None:
    window = PixelWindow(-512, -512, 1280, 1280)
    path = tmp_path / "law.tif"
    with create_grid_raster(path, window, 0.2, "EPSG:25832", overwrite=True) as output:
        for col, row, side in written:
            part = PixelWindow(col - 512, row - 512, side, side)
            output.write(part, np.full((2, side, side), 9, np.uint8), np.ones((side, side), np.bool_))
    with open_grid_raster(path) as raster:
        for col, row, side in places:
            place = PixelWindow(col, row, side, side)
            assert raster.may_have_track(place) or not raster.read(place)[0].any()
        for col, row, side in written:
            assert raster.may_have_track(PixelWindow(col - 512, row - 512, side, side))


def test_an_interrupt_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupted() -> None:
        with create_grid_raster(tmp_path / "p.tif", WINDOW, GSD_M, UTM) as output:
            output.write(WINDOW, *probabilities())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(tmp_path) == []


FILL_THE_DISK = """
import resource, signal, sys
import numpy as np
from railseg_core.errors import RailSegError
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.tiling import PixelWindow
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
rows, limit = int(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
noise = np.random.default_rng(0).integers(0, 256, (2, rows, 1024), dtype=np.uint8)
try:
    with create_grid_raster(sys.argv[1], PixelWindow(0, 0, 1024, 1024), 0.2, "EPSG:25832") as output:
        output.write(PixelWindow(0, 0, 1024, rows), noise, noise[0] < 128)
except RailSegError as error:
    print(error.message)
"""


def fill_the_disk(path: Path, rows: int, limit: int) -> str:
    run = [sys.executable, "-c", FILL_THE_DISK, str(path), str(rows), str(limit)]
    return subprocess.run(run, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX's")
@pytest.mark.parametrize("rows", [256, 1024])
def test_a_full_disk_is_an_error_and_leaves_nothing_behind(rows: int, tmp_path: Path) -> None:
    assert "could not be written" in fill_the_disk(tmp_path / "p.tif", rows, 200_000)
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX's")
def test_a_disk_that_fills_while_the_file_is_closed_is_an_error_too(tmp_path: Path) -> None:
    assert fill_the_disk(tmp_path / "whole.tif", 256, 10**7) == ""
    size = (tmp_path / "whole.tif").stat().st_size
    for missing in (1, 20, 50, 300, 9000, 20_000):  # the mask's directory, its last tile, several of them
        assert "could not be written" in fill_the_disk(tmp_path / "p.tif", 256, size - missing)
    assert names(tmp_path) == ["whole.tif"]


def test_a_window_beyond_the_file_is_a_mistake_of_the_program(tmp_path: Path) -> None:
    beyond = PixelWindow(WINDOW.col - 1, WINDOW.row, 4, 4)
    with (
        pytest.raises(ValueError, match="reaches beyond"),
        create_grid_raster(tmp_path / "p.tif", WINDOW, GSD_M, UTM) as output,
    ):
        output.write(beyond, np.zeros((2, 4, 4), dtype=np.uint8), np.ones((4, 4), dtype=bool))


MASK = np.zeros((1, 50, 80))
MASK[0, 20:30, 10:70] = 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((MASK * 1).astype(np.uint8), MASK * 255),
        ((MASK * 255).astype(np.uint8), MASK * 255),
        ((MASK * 1).astype(np.int32), MASK * 255),
        ((MASK * -1).astype(np.int16), MASK * 255),
        ((MASK * 0).astype(np.uint8), MASK * 0),
        ((MASK * 0.5 + 0.25).astype(np.float32), np.rint((MASK * 0.5 + 0.25) * 255)),
        ((MASK * 90 + 20).astype(np.uint8), MASK * 90 + 20),
        ((MASK * 90 + 20).astype(np.uint16), MASK * 90 + 20),
    ],
    ids=["0 and 1", "0 and 255", "long integers", "-1 for true", "empty", "0 to 1", "0 to 255", "0 to 255 in 16 bit"],
)
def test_masks_and_probabilities_made_elsewhere_become_0_to_255(
    values: np.ndarray, expected: np.ndarray, tmp_path: Path
) -> None:
    with open_grid_raster(write(tmp_path / "elsewhere.tif", values)) as raster:
        assert raster.bands == ("track",)
        read, seen = raster.read(raster.window)
    np.testing.assert_array_equal(read, expected)
    assert seen.all()


def test_a_nodata_value_of_0_is_the_background_of_a_mask_and_another_is_a_gap(tmp_path: Path) -> None:
    mask = MASK.astype(np.uint8)
    with open_grid_raster(write(tmp_path / "background.tif", mask, nodata=0)) as raster:
        assert raster.read(raster.window)[1].all()
    mask[0, :5] = 99
    with open_grid_raster(write(tmp_path / "gap.tif", mask, nodata=99)) as raster:
        read, seen = raster.read(raster.window)
    assert not seen[:5].any()
    assert seen[5:].all()
    np.testing.assert_array_equal(read, MASK * 255)


@pytest.mark.parametrize(
    ("values", "nodata"),
    [
        (np.where(MASK > 0, 1, 255).astype(np.uint8), 255),
        (np.where(MASK > 0, 1, np.nan).astype(np.float32), None),
        (np.where(MASK > 0, 7, -9999).astype(np.int32), -9999),
    ],
    ids=["255", "not a number", "-9999"],
)
@pytest.mark.parametrize("crs", [UTM, "EPSG:3857"])
def test_nodata_is_the_background_of_a_mask_that_has_no_0(
    values: np.ndarray, nodata: float | None, crs: str, tmp_path: Path
) -> None:
    place = {} if crs == UTM else {"crs": crs, "transform": Affine(0.31, 0, 1e6, 0, -0.31, 6.55e6)}
    options = {} if nodata is None else {"nodata": nodata}
    plain = write(tmp_path / "plain.tif", (MASK > 0).astype(np.uint8), **place)
    with (
        open_grid_raster(plain) as expected,
        open_grid_raster(write(tmp_path / "m.tif", values, **place, **options)) as raster,
    ):
        assert raster.window == expected.window
        read, seen = raster.read(raster.window.expanded(5))
        np.testing.assert_array_equal(read, expected.read(raster.window.expanded(5))[0])
        assert seen.sum() == raster.window.width * raster.window.height


@pytest.mark.parametrize("crs", [UTM, "EPSG:3857"])
def test_nodata_is_the_background_of_probabilities_of_which_none_is_0(crs: str, tmp_path: Path) -> None:
    place = {} if crs == UTM else {"crs": crs, "transform": Affine(0.31, 0, 1e6, 0, -0.31, 6.55e6)}
    ramp = np.linspace(0.3, 0.9, 80)
    only_track = np.where(MASK > 0, ramp, np.nan).astype(np.float32)
    with open_grid_raster(write(tmp_path / "p.tif", only_track, **place)) as raster:
        read, seen = raster.read(raster.window)
        assert seen.all()
        assert 0.8 * 255 < read.max() <= 0.9 * 255
        assert (read == 0).mean() > 0.5
    with_gap = np.where(MASK > 0, ramp, 1e-6).astype(np.float32)  # a network's: the picture's edge is no background
    with_gap[0, :9] = np.nan
    with open_grid_raster(write(tmp_path / "gap.tif", with_gap, **place)) as raster:
        assert not raster.read(raster.window)[1].all()


@pytest.mark.parametrize("values", [MASK * 1.0000001 * 0.98 + 0.01, MASK * 1.04 - 0.02 + np.eye(50, 80)[None] * 1e-3])
def test_probabilities_may_stray_beyond_0_and_1(values: np.ndarray, tmp_path: Path) -> None:
    with open_grid_raster(write(tmp_path / "p.tif", values.astype(np.float32))) as raster:
        read, _ = raster.read(raster.window)
    assert (read.min(), read.max()) in ((3, 252), (0, 255))


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (np.arange(24).reshape(1, 4, 6).astype(np.uint16) * 100, "neither a mask nor probabilities"),
        (MASK - 0.5, "neither a mask nor probabilities"),
        (np.arange(24).reshape(1, 4, 6).astype(np.uint8) % 4, "looks like classes"),
        (np.zeros((3, 5, 5), dtype=np.uint8), "looks like a picture"),
    ],
    ids=["numbers", "negative numbers", "classes", "picture"],
)
def test_what_is_neither_a_mask_nor_a_probability_is_refused(
    values: np.ndarray, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(RailSegError, match=complaint) as error:
        open_grid_raster(write(tmp_path / "elsewhere.tif", values, photometric="minisblack"))
    assert error.value.hint


def middle_of_mass(raster_path: Path) -> tuple[np.ndarray, CRS, float]:
    """The middle of a mask in map coordinates, by the raster's own transform, and its area in square metres."""
    with open_grid_raster(raster_path) as raster:
        read, seen = raster.read(raster.window)
        rows, cols = np.nonzero(read[0])
        assert set(np.unique(read[0])) == {0, 255}
        middle = np.array([cols.mean() + 0.5 + raster.window.col, rows.mean() + 0.5 + raster.window.row])
        assert seen.any()
        return np.array(raster.transform @ tuple(middle)), raster.crs, len(rows) * raster.gsd_m**2


KINDS = {
    "on its own lattice": Kind(),
    "off the lattice": Kind(shift_px=(0.4, 0.3)),
    "another GSD": Kind(gsd_m=0.15),
    "rotated": Kind(turn_deg=25.0),
    "degrees": Kind(crs="EPSG:4326"),
    "web mercator": Kind(crs="EPSG:3857"),
    "feet": Kind(crs=FEET),
    "south-up": Kind(scale=(1, 1)),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_mask_on_any_grid_lies_where_its_georeference_says(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    # A disc of 4 m radius, 2 m east and 3 m north of the corner.
    kind.write(tmp_path / "rgb.tif", lambda x, y: (np.hypot(x - CORNER_X - 2, y - CORNER_Y - 3) < 4) * 100.0)
    with rasterio.open(tmp_path / "rgb.tif") as file:
        disc = (file.read(1) > 50) * np.uint8(1)
        path = write(tmp_path / "mask.tif", disc[None], crs=file.crs, transform=file.transform)
    middle, crs, area = middle_of_mass(path)
    x, y = rasterio.warp.transform(crs, UTM, [middle[0]], [middle[1]])
    # The nearest pixel may be half a pixel away, everywhere alike if the grids are parallel.
    assert (x[0], y[0]) == pytest.approx((CORNER_X + 2, CORNER_Y + 3), abs=0.06 if "mercator" in name else 0.02)
    assert area == pytest.approx(np.pi * 16, rel=0.02)


def test_a_raster_on_its_own_lattice_has_the_lattices_numbers_and_another_counts_from_its_corner(
    tmp_path: Path,
) -> None:
    mask = MASK.astype(np.uint8)
    with open_grid_raster(write(tmp_path / "on.tif", mask)) as raster:
        assert raster.window == PixelWindow(round(CORNER_X / GSD_M), round(-CORNER_Y / GSD_M), 80, 50)
        assert raster.transform == Affine.scale(GSD_M, -GSD_M)
    off = Affine(GSD_M, 0, CORNER_X + 0.05, 0, -GSD_M, CORNER_Y)
    with open_grid_raster(write(tmp_path / "off.tif", mask, transform=off)) as raster:
        assert raster.window == PixelWindow(0, 0, 80, 50)
        assert raster.transform == off


def test_a_raster_of_ours_keeps_its_crs_where_that_would_not_have_been_chosen(tmp_path: Path) -> None:
    path = tmp_path / "far_out.tif"
    window = PixelWindow(0, -5_000_000 * 5, 256, 256)  # 4.5 degrees of longitude from the meridian, 3 metres per km
    nameless = "+proj=tmerc +lon_0=9 +k=0.9996 +x_0=500000 +ellps=bessel +units=m"
    for crs in (UTM, nameless):
        with create_grid_raster(path, window, GSD_M, crs, overwrite=True) as output:
            output.write(window, *probabilities(window))
        with open_grid_raster(path) as raster:
            assert (raster.window, raster.crs) == (window, CRS.from_string(crs))


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_a_raster_of_ours_that_was_reprojected_is_one_made_elsewhere(crs: str, tmp_path: Path) -> None:
    ours, moved = tmp_path / "ours.tif", tmp_path / "moved.tif"
    window = PixelWindow(round(CORNER_X / GSD_M), round(-CORNER_Y / GSD_M), 256, 256)
    with create_grid_raster(ours, window, GSD_M, UTM) as output:
        output.write(window, *probabilities(window))
    with rasterio.open(ours) as file, rasterio.vrt.WarpedVRT(file, crs=crs) as warped:
        profile = warped.profile | {"driver": "GTiff", "blockxsize": 256, "blockysize": 256}
        with rasterio.open(moved, "w", **profile) as copy:
            copy.write(warped.read())
            copy.update_tags(**file.tags())  # as gdalwarp and QGIS do
    with open_grid_raster(moved) as raster:
        assert raster.crs == CRS.from_epsg(32632)
        assert raster.gsd_m == pytest.approx(GSD_M, rel=0.2)


def test_the_band_called_track_is_taken_wherever_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", np.stack([MASK[0] * 0, MASK[0] * 0, MASK[0]]).astype(np.uint8))
    with rasterio.open(path, "r+") as file:
        file.descriptions = ("background", "axis", "track")
    with open_grid_raster(path) as raster:
        assert raster.bands == ("track", "axis")
        np.testing.assert_array_equal(raster.read(raster.window)[0], np.stack([MASK[0], MASK[0] * 0]) * 255)


def test_a_raster_without_a_place_is_closed_when_it_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "nowhere.tif", MASK.astype(np.uint8), crs=None)
    with pytest.raises(RailSegError, match="no coordinate reference system") as error:
        open_grid_raster(path)
    assert error.tb is not None  # the frames hold what they have opened
    assert path.name not in {link.resolve().name for link in Path("/proc/self/fd").glob("*")}


def test_where_a_raster_holds_tracks_is_known_before_threads_read_it(tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    pixels, valid = probabilities()
    with create_grid_raster(path, WINDOW.expanded(512), GSD_M, UTM) as output:
        output.write(WINDOW, pixels, valid)
    raster = open_grid_raster(path)
    raster.close()  # the file's directory can't be looked into while another thread reads: it must not be needed again
    assert raster.may_have_track(WINDOW)
    assert not raster.may_have_track(PixelWindow(WINDOW.col - 512, WINDOW.row - 512, 256, 256))
