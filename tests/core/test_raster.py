"""The working grid: any raster in, the same square metric pixels out."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt
import pyproj
import pytest
import rasterio
import rasterio.shutil
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio._env import get_gdal_config
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.features import geometry_mask
from rasterio.rpc import RPC
from rasterio.windows import Window
from rasters import CORNER_X, CORNER_Y, KINDS, UTM, WAVE_X, WAVE_Y, Kind, waves, write
from shapely import affinity

from railseg_core.errors import RailSegError
from railseg_core.raster import AREA_MARGIN_M, open_working_grid, read_raster_info
from railseg_core.rasters.alpha import alpha_band
from railseg_core.rasters.chunks import ChunkCache
from railseg_core.rasters.source_raster import CACHE_BYTES, SourceRaster, choose_bands, gdal_environment
from railseg_core.tiling import PixelWindow
from railseg_core.vectors.area import Area, polygon_mask

GSD_M = 0.2


@pytest.fixture(scope="module", params=KINDS)
def picture(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return KINDS[request.param].write(tmp_path_factory.mktemp("kinds") / "picture.tif")


def test_a_window_has_the_same_pixels_whatever_it_is_part_of_and_whatever_area_is_set(picture: Path) -> None:
    with open_working_grid(picture) as grid:
        whole = grid.picture_window.expanded(20)
        image, valid = grid.read(whole)
        crs = grid.crs.to_wkt()

    @settings(max_examples=8, deadline=None)
    @given(st.data())
    def law(data: st.DataObject) -> None:
        window = PixelWindow(
            data.draw(st.integers(whole.col, whole.right - 2)),
            data.draw(st.integers(whole.row, whole.bottom - 2)),
            data.draw(st.integers(1, 100)),
            data.draw(st.integers(1, 100)),
        ).intersection(whole)
        xmin, ymin, xmax, ymax = grid.picture_window.expanded(-40).bounds(GSD_M)
        area = Area.from_extent(xmin, ymin, xmin + data.draw(st.floats(0.01, xmax - xmin)), ymax, crs=crs)
        with open_working_grid(picture, area=data.draw(st.sampled_from([None, area]))) as other:
            part, part_valid = other.read(window)
        where = window.local_slices(whole)
        np.testing.assert_array_equal(part, image[:, *where])
        np.testing.assert_array_equal(part_valid, valid[where])

    law()


def test_threads_that_read_at_once_get_the_pixels_that_one_gets(picture: Path) -> None:
    with open_working_grid(picture) as alone, open_working_grid(picture) as shared:
        places = [shared.picture_window.expanded(px) for px in range(-40, 40, 5)] * 3
        with ThreadPoolExecutor(6) as threads:
            found = list(threads.map(shared.read, places))
        for place, (pixels, valid) in zip(places, found, strict=True):
            expected = alone.read(place)
            np.testing.assert_array_equal(pixels, expected[0])
            np.testing.assert_array_equal(valid, expected[1])


def test_a_raster_is_closed_when_all_threads_have_read(tmp_path: Path) -> None:
    picture = Kind(gsd_m=0.02).write(tmp_path / "picture.tif")
    source = SourceRaster(picture, lambda dataset: choose_bands(dataset, None))
    with ThreadPoolExecutor(4) as threads:
        reads = [threads.submit(source.read, source.window) for _ in range(4)]
        while not any(read.running() or read.done() for read in reads):
            time.sleep(0.001)
        source.close()
    assert source.dataset.closed
    assert all(read.exception() is None or isinstance(read.exception(), RailSegError) for read in reads)


def test_a_chunk_that_fails_fails_for_all_that_wait_for_it_and_is_made_anew() -> None:
    waiting, calls = Event(), []

    def make(place: PixelWindow) -> npt.NDArray[np.uint8]:
        calls.append(place)
        if len(calls) == 1:
            waiting.wait(10)
            raise RailSegError("The file is cut short.", "Copy it again.")
        return np.full((1, *place.shape), 7, dtype=np.uint8)

    cache = ChunkCache(16, 1, make)
    window = PixelWindow(0, 0, 16, 16)
    with ThreadPoolExecutor(3) as threads:
        reads = [threads.submit(cache.read, window) for _ in range(3)]
        while not calls:
            time.sleep(0.001)
        time.sleep(0.05)  # for the others to come to the same chunk
        waiting.set()
        failed = [isinstance(read.exception(), RailSegError) for read in reads]
    assert any(failed)
    assert (cache.read(window) == 7).all()


def test_fewer_threads_read_finer_pictures(tmp_path: Path) -> None:
    most = []
    for gsd_m, dtype in ((0.2, "uint8"), (0.02, "uint8"), (0.02, "uint16")):
        path = Kind(gsd_m=gsd_m, dtype=dtype).write(tmp_path / f"{dtype}_{gsd_m}.tif")
        with open_working_grid(path) as grid:
            most.append(grid.most_readers)
    assert most[0] > 8 > most[1] > most[2] == 1


def test_every_kind_of_raster_fills_its_footprint(picture: Path) -> None:
    with open_working_grid(picture) as grid:
        window = grid.picture_window
        _, valid = grid.read(window.expanded(5))
        cover = valid.sum() * GSD_M**2
        assert cover == pytest.approx(grid.info.width * grid.info.height * grid.source_gsd_m**2, rel=0.02)
        assert valid[5:-5, 5:-5].sum() == valid.sum()
        assert grid.window.contains(window)
        assert all(n % 256 == 0 for n in (grid.window.col, grid.window.row, grid.window.width, grid.window.height))


EXACT = {
    **{name: kind for name, kind in KINDS.items() if kind.dtype == "uint8" and name != "nodata"},
    **{f"{gsd} m": Kind(gsd_m=gsd, shift_px=(0.3, 0.6)) for gsd in (0.02, 0.05, 0.13, 0.2, 0.3, 0.6)},
}


@pytest.mark.parametrize("kind", EXACT.values(), ids=EXACT)
def test_the_picture_lies_where_its_georeference_says_to_a_twentieth_of_a_pixel(kind: Kind, tmp_path: Path) -> None:
    with open_working_grid(kind.write(tmp_path / "waves.tif")) as grid:
        middle = PixelWindow(round(CORNER_X / GSD_M), round(-CORNER_Y / GSD_M), 0, 0).expanded(40)
        image, valid = grid.read(middle)
        assert valid.all()
        cols, rows = np.meshgrid(np.arange(middle.width) + 0.5, np.arange(middle.height) + 0.5)
        x, y = middle.transform(GSD_M) @ (cols, rows)
        if grid.crs != rasterio.crs.CRS.from_string(UTM):
            x, y = pyproj.Transformer.from_crs(grid.crs, UTM, always_xy=True).transform(x, y)
    for value, wave, at in ((image[0], WAVE_X, x), (image[0], WAVE_Y, y), (255.0 - image[1], WAVE_X, x)):
        # 80 px are 16 m: four waves in x; for y, use 75 px, three waves.
        whole_waves = slice(0, 75) if wave == WAVE_Y else slice(0, 80)
        turn = np.exp(2j * np.pi * (at - (CORNER_X if wave == WAVE_X else CORNER_Y)) / wave)
        part = (np.asarray(value, dtype=float) * turn)[whole_waves].mean()
        shift_m = np.angle(part) / (2 * np.pi) * wave
        assert abs(shift_m) < 0.05 * GSD_M
        assert 2 * abs(part) == pytest.approx(50, rel=0.08)


def test_an_aligned_finer_raster_is_the_mean_of_its_pixels(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3, 400, 600), dtype=np.uint8)
    path = write(tmp_path / "noise.tif", noise, transform=Affine(0.05, 0, CORNER_X, 0, -0.05, CORNER_Y))
    with open_working_grid(path) as grid:
        image, valid = grid.read(grid.picture_window)
    assert valid.shape == (100, 150)
    assert valid.all()
    mean = noise.reshape(3, 100, 4, 150, 4).mean(axis=(2, 4))
    assert np.abs(image - mean).max() <= 0.51


def test_a_raster_at_the_grids_own_pixels_is_taken_as_it_is(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3, 60, 70), dtype=np.uint8)
    with open_working_grid(write(tmp_path / "noise.tif", noise)) as grid:
        np.testing.assert_array_equal(grid.read(grid.picture_window)[0], noise)


@pytest.mark.parametrize("turn_deg", [0.0, 20.0, 45.0])
def test_a_finer_raster_is_averaged_over_the_footprint_also_when_rotated(turn_deg: float, tmp_path: Path) -> None:
    with open_working_grid(Kind(gsd_m=0.05, turn_deg=turn_deg).write(tmp_path / "noise.tif")) as grid:
        middle = PixelWindow(round(CORNER_X / GSD_M), round(-CORNER_Y / GSD_M), 0, 0).expanded(35)
        noise = grid.read(middle)[0][2]
    # White noise of uniform values has a deviation of 73.6; the mean of 16 of them a quarter of it.
    assert noise.std() < 73.6 / 4 * 1.1
    assert noise.mean() == pytest.approx(128, abs=2)


def test_very_fine_rasters_are_averaged_over_the_whole_footprint(tmp_path: Path) -> None:
    with open_working_grid(Kind(gsd_m=0.01, shift_px=(0.5, 0.5)).write(tmp_path / "noise.tif")) as grid:
        middle = PixelWindow(round(CORNER_X / GSD_M), round(-CORNER_Y / GSD_M), 0, 0).expanded(30)
        noise = grid.read(middle)[0][2]
    assert noise.std() < 73.6 / 20 * 1.2


def test_overviews_are_used_while_two_of_their_pixels_lie_along_a_working_pixel(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3, 1600, 1600), dtype=np.uint8)
    place = Affine(0.02, 0, CORNER_X, 0, -0.02, CORNER_Y)
    without = write(tmp_path / "without.tif", noise, transform=place, tiled=True)
    with_overviews = write(tmp_path / "with.tif", noise, transform=place, tiled=True, overviews=[2, 4, 8])
    with open_working_grid(without) as plain, open_working_grid(with_overviews) as overviewed:
        assert plain.info.overview == 1
        assert overviewed.info.overview == 4
        assert overviewed.picture_window == plain.picture_window
        one, other = (grid.read(grid.picture_window)[0].astype(float) for grid in (plain, overviewed))
    assert np.abs(one - other).max() < 16
    assert one.mean() == pytest.approx(other.mean(), abs=0.5)


def test_overviews_are_passed_over_that_know_nothing_of_a_mask_or_nodata_value_given_later(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(1, 256, (3, 1600, 1600), dtype=np.uint8)
    noise[:, :, 800:] = 7
    place = Affine(0.02, 0, CORNER_X, 0, -0.02, CORNER_Y)
    masked = write(tmp_path / "masked.tif", noise, transform=place, tiled=True, overviews=[2, 4])
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(masked, "r+") as file:
        file.write_mask(noise[0] != 7)
    with_nodata = write(tmp_path / "nodata.tif", noise, transform=place, tiled=True, overviews=[2, 4])
    with rasterio.open(with_nodata, "r+") as file:
        file.nodata = 7
    without = write(tmp_path / "plain.tif", noise, transform=place, tiled=True, nodata=7)
    with open_working_grid(without) as plain:
        _, expected = plain.read(plain.picture_window)
    for path in (masked, with_nodata):
        with open_working_grid(path) as grid:
            _, valid = grid.read(grid.picture_window)
        np.testing.assert_array_equal(valid, expected)
        assert 0.4 < valid.mean() < 0.6
    as_nodata = write(tmp_path / "before.tif", noise, transform=place, tiled=True, nodata=7, overviews=[2, 4])
    with open_working_grid(as_nodata) as grid:
        assert grid.info.overview == 4


def test_a_picture_placed_by_control_points_may_have_overviews(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3, 600, 600), dtype=np.uint8)
    place = Affine(0.04, 0, CORNER_X, 0, -0.04, CORNER_Y)
    corners = [(0, 0), (600, 0), (0, 600), (600, 600)]
    places = [place @ corner for corner in corners]
    points = [
        GroundControlPoint(row=row, col=col, x=x, y=y) for (col, row), (x, y) in zip(corners, places, strict=True)
    ]
    plain = write(tmp_path / "plain.tif", noise, transform=place, overviews=[2])
    pointed = write(tmp_path / "points.tif", noise, gcps=points, overviews=[2])
    with open_working_grid(plain) as first, open_working_grid(pointed) as second:
        assert (first.info.overview, second.info.overview) == (2, 2)
        assert second.picture_window == first.picture_window
        np.testing.assert_allclose(
            second.read(first.picture_window)[0].astype(float), first.read(first.picture_window)[0], atol=2
        )


def half(rows: int = 90, cols: int = 120) -> np.ndarray:
    """Valid in the left part up to an uneven edge."""
    edge = cols // 2 + (np.arange(rows) * 7 % 5)
    return np.arange(cols)[None, :] < edge[:, None]


GAPS: dict[str, Callable[[np.ndarray, np.ndarray], dict]] = {
    "nodata": lambda picture, valid: {"bands": np.where(valid, picture, 7), "nodata": 7},
    "mask": lambda picture, valid: {"bands": np.where(valid, picture, 7), "mask": valid},
    "alpha": lambda picture, valid: {
        "bands": np.concatenate([np.where(valid, picture, 7), 255 * valid[None].astype(np.uint8)]),
        "colours": [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha],
    },
    "not a number": lambda picture, valid: {"bands": np.where(valid, picture, np.nan).astype(np.float32)},
}


@pytest.mark.parametrize("gsd_m", [0.07, 0.1, 0.2, 0.31])
@pytest.mark.parametrize("gap", GAPS)
def test_what_has_no_data_is_not_valid_and_never_mixes_into_what_has(gap: str, gsd_m: float, tmp_path: Path) -> None:
    valid = half()
    picture = np.full((3, *valid.shape), 200, dtype=np.uint8)
    place = Affine(gsd_m, 0, CORNER_X + 0.03, 0, -gsd_m, CORNER_Y)
    path = write(tmp_path / "gap.tif", transform=place, **GAPS[gap](picture, valid))
    with open_working_grid(path) as grid:
        image, seen = grid.read(grid.picture_window.expanded(3))
    assert (image[:, ~seen] == 0).all()
    # A float raster of one value has no range to stretch and becomes the middle grey.
    assert (image[:, seen] == (128 if gap == "not a number" else 200)).all()
    assert seen.sum() * GSD_M**2 == pytest.approx(valid.sum() * gsd_m**2, rel=0.04)


def test_a_dark_shadow_is_no_hole_where_only_one_band_has_the_nodata_value(tmp_path: Path) -> None:
    shadow = np.stack([np.zeros((50, 50)), np.full((50, 50), 3), np.full((50, 50), 9)]).astype(np.uint8)
    shadow[:, :10] = 0
    with open_working_grid(write(tmp_path / "shadow.tif", shadow, nodata=0)) as grid:
        valid = grid.read(grid.picture_window)[1]
    assert valid[10:].all()
    assert not valid[:10].any()


def test_an_external_mask_file_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "picture.tif", np.full((3, 40, 40), 50, dtype=np.uint8))
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as file:
        file.write_mask(half(40, 40))
    assert (tmp_path / "picture.tif.msk").exists()
    with open_working_grid(path) as grid:
        np.testing.assert_array_equal(grid.read(grid.picture_window)[1], half(40, 40))


COLOURS = [ColorInterp.red, ColorInterp.green, ColorInterp.blue]


@pytest.mark.parametrize(
    ("count", "colours", "wish", "expected"),
    [
        (3, None, None, (1, 2, 3)),
        (4, [*COLOURS, ColorInterp.undefined], None, (1, 2, 3)),
        (4, [*COLOURS, ColorInterp.alpha], None, (1, 2, 3)),
        (4, [ColorInterp.undefined, *COLOURS[::-1]], None, (4, 3, 2)),
        (5, None, [4, 2, 1], (4, 2, 1)),
        (1, None, None, (1, 1, 1)),
        (2, [ColorInterp.gray, ColorInterp.alpha], None, (1, 1, 1)),
        (3, None, [2], (2, 2, 2)),
    ],
)
def test_the_bands_are_those_that_make_the_picture(
    count: int, colours: list | None, wish: list | None, expected: tuple, tmp_path: Path
) -> None:
    bands = np.arange(1, count + 1, dtype=np.uint8)[:, None, None] * np.ones((1, 20, 20), dtype=np.uint8)
    options = {"colours": colours} if colours else {"photometric": "minisblack"}
    with open_working_grid(write(tmp_path / "bands.tif", bands, **options), bands=wish) as grid:
        image, valid = grid.read(grid.picture_window)
    assert valid.all()
    assert tuple(image[:, 5, 5]) == expected


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_bands_described_as_red_green_and_blue_make_the_picture(dtype: type, tmp_path: Path) -> None:
    path = write(tmp_path / "drone.tif", np.zeros((5, 20, 20), dtype=dtype))
    with rasterio.open(path, "r+") as file:
        file.descriptions = ("Blue", "Green", "Red", "NIR", "Red edge")
    assert read_raster_info(path).bands == (3, 2, 1)


@pytest.mark.parametrize("wish", [[1, 2], [0], [4], [1, 2, 5], []])
def test_bands_that_cannot_be_taken_are_refused_with_a_list_of_what_there_is(wish: list, tmp_path: Path) -> None:
    path = write(tmp_path / "rgb.tif", np.zeros((3, 20, 20), dtype=np.uint8), photometric="rgb")
    with pytest.raises(RailSegError, match="cannot be used") as error:
        open_working_grid(path, bands=wish)
    assert "1 (red), 2 (green), 3 (blue)" in error.value.hint


def test_a_palette_is_turned_into_its_colours_before_they_are_averaged(tmp_path: Path) -> None:
    index = np.tile(np.array([[3, 5], [5, 3]], dtype=np.uint8), (40, 40))[None]
    palette = {3: (10, 20, 30, 255), 5: (50, 60, 70, 255)}
    place = Affine(0.1, 0, CORNER_X, 0, -0.1, CORNER_Y)
    with open_working_grid(write(tmp_path / "palette.tif", index, transform=place, palette=palette)) as grid:
        image, valid = grid.read(grid.picture_window)
    assert valid.all()
    assert (image == np.array([30, 40, 50])[:, None, None]).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_picture_in_which_0_is_white_is_turned_round(dtype: type, tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(50, 200, (1, 30, 30)).astype(dtype)
    grey[:, :5] = 0
    positive = write(tmp_path / "positive.tif", grey, nodata=0)
    # Its nodata value is one of the file's own values.
    negative = write(
        tmp_path / "negative.tif", np.iinfo(dtype).max - grey, nodata=np.iinfo(dtype).max, photometric="MINISWHITE"
    )
    with open_working_grid(positive) as one, open_working_grid(negative) as other:
        for mine, its in zip(one.read(one.picture_window), other.read(other.picture_window), strict=True):
            np.testing.assert_allclose(mine, its, atol=1)


@pytest.mark.parametrize("ending", ["tif", "vrt"])
def test_near_infrared_that_is_marked_as_alpha_is_no_mask(ending: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    bands = rng.integers(1, 256, (4, 200, 200), dtype=np.uint8)
    bands[3, 60:140] = 0  # water, or a deep shadow
    bands[3, 90:110] = 5
    path = write(tmp_path / "rgbi.tif", bands)
    with rasterio.open(path) as file:
        assert file.colorinterp[3] == ColorInterp.alpha  # which is what GDAL makes of any four bytes
    if ending == "vrt":
        rasterio.shutil.copy(path, path := tmp_path / "rgbi.vrt", driver="VRT")
    assert read_raster_info(path).validity == ""
    with open_working_grid(path) as grid:
        assert grid.read(grid.picture_window)[1].all()


@pytest.mark.parametrize("kind", ["feathered", "blurred by JPEG", "evenly translucent"])
def test_alpha_with_shades_is_still_a_mask(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    bands = rng.integers(1, 256, (4, 200, 200), dtype=np.uint8)
    if kind == "evenly translucent":
        bands[3] = 128
    else:
        bands[3] = np.clip((np.arange(200) - 100) * 9, 0, 255)
    if kind == "blurred by JPEG":
        bands[3] = np.clip(bands[3] + rng.normal(0, 4, (200, 200)), 0, 255)
    bands[3, :, :60] = 0
    with open_working_grid(write(tmp_path / "rgba.tif", bands)) as grid:
        assert not grid.read(grid.picture_window)[1][:, :60].any()


def test_alpha_beside_a_nodata_value_is_read_without_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "rgba.tif", np.full((4, 60, 60), 90, dtype=np.uint8), nodata=0)
    program = f"from railseg_core.raster import read_outline; read_outline({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_alpha_counts_also_beside_more_bands_than_a_picture_has(tmp_path: Path) -> None:
    bands = np.full((5, 60, 60), 90, dtype=np.uint8)
    bands[4, :, :30] = 0
    bands[4, :, 30:] = 255
    meaning = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.undefined, ColorInterp.alpha]
    path = write(tmp_path / "multispectral.tif", bands, colours=meaning)
    assert read_raster_info(path).validity == "mask"
    with open_working_grid(path) as grid:
        _, valid = grid.read(grid.picture_window)
    assert valid[:, 30:].all()
    assert not valid[:, :30].any()


@pytest.mark.parametrize(
    ("crs", "x", "step"),
    [
        *(("EPSG:4326", longitude, 2e-6) for longitude in (179.9999, 190.0, -180.0001, 350.0)),
        *(("EPSG:3857", sign * 20_037_508.34 - 10, 0.25) for sign in (1, -1)),
    ],
)
def test_a_picture_beyond_the_antimeridian_is_read_as_one_before_it(
    crs: str, x: float, step: float, tmp_path: Path
) -> None:
    values = np.random.default_rng(0).integers(1, 255, (3, 100, 100), dtype=np.uint8)
    place = Affine(step, 0, x, 0, -step, 51.0 if crs == "EPSG:4326" else 6e6)
    with open_working_grid(write(tmp_path / "far.tif", values, crs=crs, transform=place)) as grid:
        assert grid.wants(grid.picture_window)
        assert grid.picture_window.width < 200
        _, valid = grid.read(grid.picture_window)
    assert valid.mean() > 0.9


def test_a_mosaic_of_a_state_is_too_large_only_where_all_of_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Kind().write(tmp_path / "state.tif")
    monkeypatch.setattr("railseg_core.raster.MAX_WINDOW_PX", 256 * 256)
    with pytest.raises(RailSegError, match=r"covers .* km²: more than one run can process\. Choose an extent"):
        open_working_grid(path)
    area = Area.from_extent(CORNER_X + 1, CORNER_Y + 1, CORNER_X + 3, CORNER_Y + 3, UTM)
    monkeypatch.setattr("railseg_core.raster.AREA_MARGIN_M", 0.1)
    with open_working_grid(path, area=area) as grid, replace(grid.recipe, area=None).open() as worker_s:
        assert worker_s.window.width * worker_s.window.height > 256 * 256
        np.testing.assert_array_equal(worker_s.read(grid.window)[0], grid.read(grid.window)[0])


@given(seed=st.integers(0, 10_000), turn_deg=st.floats(0, 90))
def test_what_lies_far_from_a_window_does_not_change_its_area(seed: int, turn_deg: float) -> None:
    rng = np.random.default_rng(seed)
    lines = shapely.linestrings(rng.uniform(-300, 300, (6, 4, 2)))
    corridors = affinity.rotate(shapely.union_all(shapely.buffer(lines, 7.0)), turn_deg, origin=(0, 0))
    window = PixelWindow(-100, -80, 256, 200)
    whole = geometry_mask([corridors], out_shape=window.shape, transform=window.transform(0.2), invert=True)
    np.testing.assert_array_equal(polygon_mask(corridors, window, 0.2), whole)


def test_an_area_limits_the_window_and_is_masked_by_the_pixels_middles(tmp_path: Path) -> None:
    path = Kind().write(tmp_path / "picture.tif")
    to_degrees = pyproj.Transformer.from_crs(UTM, 4326, always_xy=True).transform_bounds
    area = Area.from_extent(*to_degrees(CORNER_X + 1, CORNER_Y + 1, CORNER_X + 5, CORNER_Y + 4), crs="EPSG:4326")
    with open_working_grid(path, area=area) as grid, open_working_grid(path) as whole:
        assert whole.window.contains(grid.window)
        asked = PixelWindow.covering(CORNER_X + 1, CORNER_Y + 1, CORNER_X + 5, CORNER_Y + 4, GSD_M)
        margin = asked.expanded(math.ceil(AREA_MARGIN_M / GSD_M)).intersection(grid.picture_window)
        assert grid.window.contains(margin)
        assert not grid.window.contains(margin.expanded(256))
        mask = grid.area_mask(grid.window.expanded(7))
        assert mask is not None
        assert mask.sum() * GSD_M**2 == pytest.approx(12, rel=0.05)
        part = PixelWindow(grid.window.col + 3, grid.window.row + 50, 30, 200)
        np.testing.assert_array_equal(grid.area_mask(part), mask[part.local_slices(grid.window.expanded(7))])
        assert whole.area_mask(whole.window) is None


def test_an_area_beside_the_raster_is_an_error(tmp_path: Path) -> None:
    path = Kind().write(tmp_path / "picture.tif")
    area = Area.from_extent(CORNER_X + 500, CORNER_Y, CORNER_X + 600, CORNER_Y + 10, crs=UTM)
    with pytest.raises(RailSegError, match="outside the raster"):
        open_working_grid(path, area=area)


def test_a_recipe_opens_the_same_grid_in_another_process(tmp_path: Path) -> None:
    area = Area.from_extent(CORNER_X, CORNER_Y, CORNER_X + 5, CORNER_Y + 5, crs=UTM)
    path = KINDS["16 bit"].write(tmp_path / "picture.tif")
    with (
        open_working_grid(path, area=area) as grid,
        pickle.loads(pickle.dumps(grid.recipe)).open() as again,
    ):
        assert again.window == grid.window
        assert again.info == grid.info
        np.testing.assert_array_equal(again.read(again.window)[0], grid.read(grid.window)[0])


def test_the_info_names_what_the_raster_is(tmp_path: Path) -> None:
    info = read_raster_info(KINDS["web mercator"].write(tmp_path / "picture.tif"))
    assert (info.driver, info.crs, info.working_crs) == ("GTiff", "EPSG:3857", "EPSG:32632")
    assert info.gsd_m == pytest.approx(0.1, rel=0.01)
    assert (info.width, info.height, info.bands) == (300, 260, (1, 2, 3))


def rgb(**_: object) -> np.ndarray:
    return np.full((3, 30, 30), 90, dtype=np.uint8)


BAD: dict[str, tuple[str, Callable[[Path], object]]] = {
    "missing": ("does not exist", lambda path: None),
    "text": ("not a raster", lambda path: path.write_text("a letter, not a picture")),
    "folder": ("a folder without pictures", lambda path: path.mkdir()),
    "no CRS": ("no coordinate reference system", lambda path: write(path, rgb(), crs=None)),
    "local CRS": ("does not say where", lambda path: write(path, rgb(), crs='LOCAL_CS["site",UNIT["metre",1]]')),
    "no georeference": ("no georeference", lambda path: write(path, rgb(), transform=Affine.identity())),
    "camera model only": ("camera model", lambda path: write(path, rgb(), rpcs=CAMERA, crs=None)),
    "complex": ("complex", lambda path: write(path, rgb().astype(np.complex64))),
    "bands of different types": ("different data types", lambda path: path.write_text(MIXED)),
    "alpha only": ("only an alpha band", lambda path: write(path, rgb()[:1], colours=[ColorInterp.alpha])),
    "all nodata": ("no pixel with data", lambda path: write(path, rgb(), nodata=90)),
    "all masked": ("no pixel with data", lambda path: write(path, rgb(), mask=np.zeros((30, 30), dtype=bool))),
    "all not a number": ("no pixel with data", lambda path: write(path, rgb() * np.float32("nan"))),
    "too coarse": ("too coarse", lambda path: write(path, rgb(), transform=Affine(2, 0, CORNER_X, 0, -2, CORNER_Y))),
    "on the Moon": ("georeference cannot be used", lambda path: write(path, rgb(), crs="IAU_2015:30110", **DEGREES)),
    "one control point": ("georeference cannot be used", lambda path: write(path, rgb(), gcps=LINE[:1])),
    "control points in a line": ("georeference cannot be used", lambda path: write(path, rgb(), gcps=LINE)),
    "nowhere on Earth": ("not valid in its CRS", lambda path: write(path, rgb(), crs="EPSG:4326")),
}
MIXED = (
    '<VRTDataset rasterXSize="30" rasterYSize="30"><SRS>EPSG:25832</SRS>'
    f"<GeoTransform>{CORNER_X}, 0.2, 0, {CORNER_Y}, 0, -0.2</GeoTransform>"
    + "".join(f'<VRTRasterBand dataType="{kind}" band="{i}"/>' for i, kind in enumerate(("Byte", "Byte", "UInt16"), 1))
    + "</VRTDataset>"
)
DEGREES = {"transform": Affine(1e-6, 0, 10, 0, -1e-6, 10)}
LINE = [GroundControlPoint(row=i, col=i, x=CORNER_X + i / 5, y=CORNER_Y - i / 5) for i in range(5)]
CAMERA = RPC(
    height_off=0, height_scale=1, lat_off=50, lat_scale=1, line_off=15, line_scale=15, long_off=9, long_scale=1,
    samp_off=15, samp_scale=15, line_num_coeff=[0.0] * 20, line_den_coeff=[1.0] + [0.0] * 19,
    samp_num_coeff=[0.0] * 20, samp_den_coeff=[1.0] + [0.0] * 19,
)  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_raster_that_cannot_be_worked_on_is_refused_before_the_work(case: str, tmp_path: Path) -> None:
    complaint, make = BAD[case]
    path = tmp_path / "bad.tif"
    make(path)
    with pytest.raises(RailSegError, match=complaint) as error:
        open_working_grid(path)
    assert error.value.hint


def test_alpha_of_a_narrow_strip_is_a_mask_though_no_more_than_its_feathered_edge_is_looked_at(tmp_path: Path) -> None:
    bands = np.random.default_rng(0).integers(1, 256, (4, 200, 600), dtype=np.uint8)
    bands[3] = np.interp(np.arange(600), [100, 190, 220, 255], [0, 255, 255, 0])
    info = read_raster_info(write(tmp_path / "rgba.tif", bands))
    assert info.validity == "mask"


def test_an_opaque_alpha_band_is_known_from_one_look(tmp_path: Path) -> None:
    bands = np.random.default_rng(0).integers(1, 256, (4, 600, 600), dtype=np.uint8)
    bands[3] = 255
    path = write(tmp_path / "rgba.tif", bands)
    looks = []

    class Watched:
        def __init__(self, dataset: rasterio.DatasetReader) -> None:
            self._dataset = dataset

        def __getattr__(self, name: str) -> object:
            return getattr(self._dataset, name)

        def read(self, band: int, window: Window) -> np.ndarray:
            looks.append(window)
            return self._dataset.read(band, window=window)

    with rasterio.open(path) as dataset:
        assert alpha_band(Watched(dataset)) == 4
    assert len(looks) == 1


@pytest.mark.parametrize("crs", [UTM, "EPSG:4326", "EPSG:3857"])
def test_pixels_of_1_m_may_be_a_little_larger_on_the_ground(crs: str, tmp_path: Path) -> None:
    picture = Kind(crs=crs, gsd_m=1.003).write(tmp_path / "metre.tif")
    with open_working_grid(picture) as grid:
        assert 1.0 < grid.info.gsd_m < 1.01
    with pytest.raises(RailSegError, match="too coarse"):
        open_working_grid(Kind(crs=crs, gsd_m=1.07).write(tmp_path / "coarse.tif"))


def test_a_projection_file_beside_a_picture_without_crs_is_part_of_the_way_out(tmp_path: Path) -> None:
    path = write(tmp_path / "sheet.jpg", rgb(), driver="JPEG", crs=None)
    (tmp_path / "sheet.prj").write_text(pyproj.CRS(UTM).to_wkt())
    with pytest.raises(RailSegError, match="no coordinate reference system") as error:
        open_working_grid(path)
    assert f'-a_srs "{tmp_path / "sheet.prj"}" "{path}"' in error.value.hint


@pytest.mark.parametrize("options", [{}, {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}])
def test_a_truncated_raster_is_named_when_reading_fails(options: dict, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3, 300, 300), dtype=np.uint8)
    path = write(tmp_path / "cut.tif", noise, **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with pytest.raises(RailSegError, match=r"cut\.tif .*(damaged|not a raster)"), open_working_grid(path) as grid:
        grid.read(grid.window)


def open_files() -> set[str]:
    """Names of the files that this process holds open; none where the system does not tell."""
    return {link.resolve().name for link in Path("/proc/self/fd").glob("*")}


@pytest.mark.parametrize("missing", [16, 60])
def test_a_raster_cut_in_its_last_directory_is_named_and_closed(missing: int, tmp_path: Path) -> None:
    path = write(tmp_path / "cut.tif", rgb(), mask=np.ones((30, 30), dtype=bool), compress="deflate")
    path.write_bytes(path.read_bytes()[:-missing])
    with pytest.raises(RailSegError, match=r"cut\.tif could not be read") as error:
        open_working_grid(path)
    assert error.tb is not None  # the frames hold what they have opened
    assert path.name not in open_files()


def test_a_raster_that_is_refused_is_closed(tmp_path: Path) -> None:
    path = Kind().write(tmp_path / "picture.tif")
    with open_working_grid(path):
        assert (path.name in open_files()) == Path("/proc/self/fd").exists()
    beside = Area.from_extent(CORNER_X + 500, CORNER_Y, CORNER_X + 600, CORNER_Y + 10, crs=UTM)
    for options in ({"area": beside}, {"bands": [7]}):
        with pytest.raises(RailSegError) as error:
            open_working_grid(path, **options)
        assert error.tb is not None
        assert path.name not in open_files()


def test_the_scene_itself_is_what_the_tests_take_it_for() -> None:
    assert waves(np.array(CORNER_X), np.array(CORNER_Y)) == 228


@pytest.mark.parametrize("is_tiled", [True, False])
def test_rows_that_several_tiles_need_stay_in_the_cache(is_tiled: bool, tmp_path: Path) -> None:
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16} if is_tiled else {"tiled": False}
    path = write(tmp_path / "a.tif", rgb(), **tiles)
    with open_working_grid(path), gdal_environment():
        assert (get_gdal_config("GDAL_CACHEMAX") > 2 * CACHE_BYTES) is not is_tiled
    with gdal_environment():
        assert get_gdal_config("GDAL_CACHEMAX") == CACHE_BYTES
