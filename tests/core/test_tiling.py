"""The lattice of tiles and blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from railseg_core.tiling import (
    BLOCK_PX,
    OVERLAP_PX,
    RASTER_TILE_PX,
    TILE_PX,
    Block,
    PixelWindow,
    Tile,
    blending_weights,
    blocks_of,
    tiles_of,
)

places = st.integers(-5000, 5000)
windows = st.builds(PixelWindow, places, places, st.integers(1, 3000), st.integers(1, 3000))


@given(windows)
def test_the_blending_weights_of_all_tiles_over_a_pixel_add_up_to_one_exactly(window: PixelWindow) -> None:
    window = PixelWindow(window.col, window.row, min(window.width, 40), min(window.height, 40))
    total = np.zeros(window.shape, dtype=np.float32)
    for tile in tiles_of(window):
        common = tile.window.intersection(window)
        total[common.local_slices(window)] += blending_weights()[common.local_slices(tile.window)]
    assert (total == 1).all()


def test_blending_weights_are_one_in_the_middle_and_fall_in_a_line_across_the_overlap() -> None:
    weights = blending_weights()
    assert weights.shape == (TILE_PX, TILE_PX)
    assert weights.dtype == np.float32
    assert (weights[OVERLAP_PX:-OVERLAP_PX, OVERLAP_PX:-OVERLAP_PX] == 1).all()
    np.testing.assert_allclose(np.diff(weights[256, :OVERLAP_PX]), 1 / OVERLAP_PX)


@given(windows)
def test_blocks_cover_a_window_once_and_no_block_is_beside_it(window: PixelWindow) -> None:
    parts = [block.window.intersection(window) for block in blocks_of(window)]
    assert all(not part.is_empty for part in parts)
    assert sum(part.width * part.height for part in parts) == window.width * window.height


@given(windows)
def test_the_tiles_of_a_window_are_those_that_see_a_pixel_of_it(window: PixelWindow) -> None:
    tiles = tiles_of(window)
    near = tiles_of(window.expanded(2 * TILE_PX))
    assert set(tiles) == {tile for tile in near if tile.window.intersects(window)}


def test_an_empty_window_has_neither_tiles_nor_blocks() -> None:
    empty = PixelWindow(100, 100, 0, 50)
    assert tiles_of(empty) == []
    assert blocks_of(empty) == []


def test_a_block_is_four_by_four_tile_cores_and_whole_raster_tiles() -> None:
    block = Block(-1, 2).window
    cores = [Tile(tx, ty).core for tx in range(-4, 0) for ty in range(8, 12)]
    assert all(block.contains(core) for core in cores)
    assert sum(core.width * core.height for core in cores) == BLOCK_PX**2
    assert block.snapped(RASTER_TILE_PX) == block


@given(windows, st.sampled_from([1, 7, 256, 448]))
def test_snapping_grows_a_window_outward_by_less_than_the_multiple(window: PixelWindow, multiple: int) -> None:
    snapped = window.snapped(multiple)
    assert snapped.contains(window)
    assert all(n % multiple == 0 for n in (snapped.col, snapped.row, snapped.right, snapped.bottom))
    assert window.col - snapped.col < multiple
    assert snapped.bottom - window.bottom < multiple


@given(windows, st.sampled_from([0.05, 0.1, 0.2, 0.3]))
def test_a_window_covers_its_own_bounds_and_nothing_more(window: PixelWindow, gsd_m: float) -> None:
    assert PixelWindow.covering(*window.bounds(gsd_m), gsd_m) == window


def test_rows_grow_downwards_from_the_origin_of_the_crs() -> None:
    window = PixelWindow(10, -20, 5, 5)
    assert window.transform(0.2) @ (0.5, 0.5) == pytest.approx((2.1, 3.9))
    assert window.bounds(0.2) == pytest.approx((2.0, 3.0, 3.0, 4.0))


@given(windows, windows)
def test_intersection_holds_the_pixels_both_have(one: PixelWindow, other: PixelWindow) -> None:
    common = one.intersection(other)
    assert common == other.intersection(one)
    assert one.intersects(other) == (not common.is_empty)
    assert one.contains(common)
    assert other.contains(common)


def test_a_slice_beyond_the_array_is_an_error_not_a_wrapped_index() -> None:
    with pytest.raises(ValueError, match="reaches beyond"):
        PixelWindow(-1, 0, 5, 5).local_slices(PixelWindow(0, 0, 10, 10))
