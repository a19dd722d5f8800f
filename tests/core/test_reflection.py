"""Mirrored pixels where a picture has none."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from railseg_core.rasters.reflection import reflect_invalid


def test_mirroring_continues_a_straight_edge_as_a_mirror_does() -> None:
    image = np.random.default_rng(1).integers(0, 256, (3, 20, 30), dtype=np.uint8)
    valid = np.zeros((20, 30), dtype=bool)
    valid[:, :20] = True
    filled = reflect_invalid(image, valid)
    np.testing.assert_array_equal(filled[:, valid], image[:, valid])
    np.testing.assert_array_equal(filled[:, :, 20:], image[:, :, 18:8:-1])


@settings(deadline=None)
@given(st.tuples(*[st.integers(1, 12)] * 2), st.tuples(*[st.integers(0, 11)] * 2))
def test_mirroring_beyond_an_edge_is_that_of_any_gap(size: tuple[int, int], start: tuple[int, int]) -> None:
    rows, cols = (slice(first, first + length) for first, length in zip(start, size, strict=True))
    image = np.random.default_rng(3).integers(0, 256, (3, 12, 15), dtype=np.uint8)
    valid = np.zeros((12, 15), dtype=bool)
    valid[rows, cols] = True
    filled = reflect_invalid(image, valid)
    for row, col in np.ndindex(valid.shape):
        near = np.clip(row, rows.start, min(rows.stop, 12) - 1), np.clip(col, cols.start, min(cols.stop, 15) - 1)
        far = 2 * near[0] - row, 2 * near[1] - col
        is_valid = rows.start <= far[0] < min(rows.stop, 12) and cols.start <= far[1] < min(cols.stop, 15)
        np.testing.assert_array_equal(filled[:, row, col], image[:, *(far if is_valid else near)])


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.99))
def test_mirroring_invents_no_value_whatever_the_gaps(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    valid = rng.random((12, 15)) < share
    image = np.where(valid, rng.integers(1, 200, (3, 12, 15)), 255).astype(np.uint8)
    filled = reflect_invalid(image, valid)
    known = {tuple(pixel) for pixel in image[:, valid].T} or {(128, 128, 128)}
    assert {tuple(pixel) for pixel in filled.reshape(3, -1).T} <= known
    np.testing.assert_array_equal(filled[:, valid], image[:, valid])


def test_mirroring_leaves_a_whole_picture_alone_and_greys_an_empty_one() -> None:
    image = np.full((3, 5, 5), 7, dtype=np.uint8)
    assert reflect_invalid(image, np.ones((5, 5), dtype=bool)) is image
    assert (reflect_invalid(image, np.zeros((5, 5), dtype=bool)) == 128).all()
