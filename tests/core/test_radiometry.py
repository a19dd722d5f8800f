"""A first look at a raster's values: whether there are any, and how they become 8-bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rasters import write

from railseg_core.raster import open_working_grid, read_raster_info


@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32", "float64"])
def test_other_than_8_bit_values_are_stretched_between_their_percentiles(dtype: str, tmp_path: Path) -> None:
    ramp = np.tile(np.arange(1000, dtype=float) * 3, (3, 30, 1))
    ramp[:, 0, 0] = 30_000  # a spike that must not decide
    with open_working_grid(write(tmp_path / "ramp.tif", ramp.astype(dtype))) as grid:
        stretch = grid.info.stretch
        image = grid.read(grid.picture_window)[0]
    assert stretch is not None
    assert stretch.low == pytest.approx(15, abs=4)
    assert stretch.high == pytest.approx(2985, abs=4)
    np.testing.assert_allclose(image[0, 5, 50:950], np.interp(np.arange(50, 950), [5, 995], [0, 255]), atol=1)


@pytest.mark.parametrize(("dtype", "fill"), [("uint16", 0), ("uint16", 65535), ("int16", -9999), ("float32", -3.4e38)])
@pytest.mark.parametrize("share", [0.006, 0.3, 0.95])
def test_a_fill_value_that_is_not_declared_as_nodata_does_not_change_the_stretch(
    dtype: str, fill: float, share: float, tmp_path: Path
) -> None:
    picture = np.random.default_rng(0).integers(3000, 9000, (3, 300, 300)).astype(dtype)
    picture[:, : round(300 * share)] = fill
    stretch = read_raster_info(write(tmp_path / "filled.tif", picture)).stretch
    assert stretch is not None
    assert stretch.low == pytest.approx(3030, abs=30)
    assert stretch.high == pytest.approx(8970, abs=30)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        (np.arange(2000).clip(500, 1500), 500, 1500),  # saturated, at either end
        (np.arange(2000) // 1000 * 700, 0, 700),
        (np.arange(3000) // 1000 * 700, 0, 1400),
    ],
)
def test_what_saturates_is_no_fill_value_and_a_drawing_has_none(
    values: np.ndarray, low: float, high: float, tmp_path: Path
) -> None:
    stretch = read_raster_info(write(tmp_path / "plain.tif", values.astype(np.uint16).reshape(1, 50, -1))).stretch
    assert stretch is not None
    assert (stretch.low, stretch.high) == (low, high)


def test_a_raster_of_one_value_is_mid_grey(tmp_path: Path) -> None:
    with open_working_grid(write(tmp_path / "flat.tif", np.full((1, 30, 30), 4000, dtype=np.uint16))) as grid:
        assert (grid.read(grid.picture_window)[0] == 128).all()


def test_a_large_raster_is_stretched_from_samples_spread_over_it(tmp_path: Path) -> None:
    ramp = np.broadcast_to(np.arange(4200, dtype=np.uint16), (1, 4200, 4200))
    path = write(tmp_path / "large.tif", ramp, tiled=True, compress="deflate", zlevel=1)
    stretch = read_raster_info(path).stretch
    assert stretch is not None
    assert stretch.low == pytest.approx(21, abs=50)
    assert stretch.high == pytest.approx(4178, abs=50)


@pytest.mark.parametrize("nodata", [0, None])
def test_a_corridor_across_a_large_raster_is_found_and_stretched(nodata: int | None, tmp_path: Path) -> None:
    values = np.zeros((1, 5000, 5000), dtype=np.uint16)
    values[:, 300:340] = 2000 + np.arange(5000, dtype=np.uint16) % 1000  # between the first samples
    path = write(tmp_path / "corridor.tif", values, tiled=True, compress="deflate", zlevel=1, nodata=nodata)
    stretch = read_raster_info(path).stretch
    assert stretch is not None
    assert stretch.low == pytest.approx(2005, abs=10)
    assert stretch.high == pytest.approx(2995, abs=10)


def test_a_few_values_are_found_by_looking_everywhere(tmp_path: Path) -> None:
    values = np.zeros((1, 4200, 4200), dtype=np.uint16)
    values[0, 300, 300:302] = 1000, 3000
    path = write(tmp_path / "speck.tif", values, tiled=True, compress="deflate", zlevel=1, nodata=0)
    stretch = read_raster_info(path).stretch
    assert stretch is not None
    assert 1000 <= stretch.low < 1100 < 2900 < stretch.high <= 3000


def test_a_lone_valid_pixel_is_found_in_a_raster_that_looks_empty_when_thinned_out(tmp_path: Path) -> None:
    picture = np.zeros((1, 3000, 3000), dtype=np.uint8)
    picture[0, 2001, 1500] = 9
    with open_working_grid(write(tmp_path / "nearly.tif", picture, nodata=0, compress="deflate")) as grid:
        assert grid.read(grid.picture_window)[1].sum() == 1
