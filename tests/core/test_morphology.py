from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from railseg_core.morphology import clean, clean_block, closing, dilation, erosion, halo_px, kernel, opening

masks = arrays(np.bool_, st.tuples(st.integers(40, 60), st.integers(40, 60)), elements=st.booleans())
sizes = st.sampled_from([0.0, 0.1, 0.3, 0.6, 1.0, 1.5])
shapes = st.sampled_from(["square", "disc"])


@pytest.mark.parametrize(("size_m", "pixels"), [(0, 1), (0.1, 1), (0.39, 1), (0.4, 3), (0.6, 3), (0.8, 5), (1.0, 5)])
def test_a_kernel_in_metres_becomes_an_odd_number_of_pixels(size_m, pixels):
    assert kernel(size_m, 0.2, "square").shape == (pixels, pixels)
    assert kernel(size_m, 0.2, "disc").shape == (pixels, pixels)


def test_a_disc_has_no_corners():
    disc = kernel(1.4, 0.2, "disc")
    assert disc[0, 0] == 0
    assert disc[3, 0] == disc[0, 3] == 1
    assert (disc == disc.T).all()
    assert kernel(1.4, 0.2, "square").all()


def test_opening_removes_spots_and_closing_fills_holes():
    mask = np.zeros((40, 40), dtype=bool)
    mask[10:30, 10:30] = True
    spotted = mask.copy()
    spotted[2, 2] = True
    holed = mask.copy()
    holed[20, 20] = False
    element = kernel(0.6, 0.2, "square")
    assert (opening(spotted, element) == mask).all()
    assert (closing(holed, element) == mask).all()


def test_erosion_and_dilation_move_the_border_by_half_the_kernel():
    mask = np.zeros((20, 20), dtype=bool)
    mask[5:15, 5:15] = True
    element = kernel(0.6, 0.2, "square")
    assert erosion(mask, element).sum() == 8 * 8
    assert dilation(mask, element).sum() == 12 * 12


@given(masks, shapes)
def test_a_size_below_a_pixel_changes_nothing(mask, shape):
    assert (clean(mask, 0.2, 0.0, 0.1, shape) == mask).all()


@given(masks, sizes, shapes)
def test_opening_takes_away_closing_adds_and_twice_is_once(mask, size_m, shape):
    element = kernel(size_m, 0.2, shape)
    inner = (slice(10, -10), slice(10, -10))
    opened, closed = opening(mask, element), closing(mask, element)
    assert (opened <= mask)[inner].all()
    assert (closed >= mask)[inner].all()
    assert (opening(opened, element) == opened)[inner].all()


@settings(deadline=None)
@given(masks, sizes, sizes, shapes, st.integers(7, 23))
def test_blocks_with_their_halo_equal_the_whole(mask, opening_m, closing_m, shape, block):
    halo = halo_px(opening_m, closing_m, 0.2)
    padded = np.pad(mask, halo)
    whole = clean_block(padded, 0.2, opening_m, closing_m, shape)
    tiled = np.zeros_like(mask)
    for row in range(0, mask.shape[0], block):
        for col in range(0, mask.shape[1], block):
            window = padded[row : row + block + 2 * halo, col : col + block + 2 * halo]
            core = clean_block(window, 0.2, opening_m, closing_m, shape)
            tiled[row : row + block, col : col + block] = core
    assert (tiled == whole).all()


def test_without_the_halo_blocks_do_not_equal_the_whole():
    rng = np.random.default_rng(0)
    mask = rng.random((60, 60)) < 0.6
    whole = clean(mask, 0.2, 0.6, 1.0)
    assert (clean(mask[:30], 0.2, 0.6, 1.0) != whole[:30]).any()
