from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from railseg_core.centerline.skeleton import skeleton_halo_px, skeleton_of_block


def _tiled(mask, block, cap_px):
    halo = skeleton_halo_px(cap_px)
    padded = np.pad(mask, halo)
    pixels = np.zeros_like(mask)
    blob_px = 0
    for row in range(0, mask.shape[0], block):
        for col in range(0, mask.shape[1], block):
            rows, cols = min(block, mask.shape[0] - row), min(block, mask.shape[1] - col)
            window = padded[row : row + rows + 2 * halo, col : col + cols + 2 * halo]
            part = skeleton_of_block(window, (slice(halo, halo + rows), slice(halo, halo + cols)), cap_px)
            pixels[row : row + rows, col : col + cols] = part.pixels
            blob_px += part.blob_px
    return pixels, blob_px


def _whole(mask, cap_px):
    return _tiled(mask, max(mask.shape), cap_px)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    grain=st.sampled_from([0.0, 1.0, 2.5, 6.0]),
    share=st.sampled_from([0.2, 0.5, 0.7, 0.95]),
    cap_px=st.sampled_from([2.0, 6.0, 10.5]),
    block=st.sampled_from([37, 64, 150]),
)
def test_the_skeleton_of_blocks_equals_that_of_the_whole(seed, grain, share, cap_px, block):
    field = np.random.default_rng(seed).random((190, 170))
    field = gaussian_filter(field, grain) if grain else field
    mask = field < np.quantile(field, share)
    tiled, tiled_blob_px = _tiled(mask, block, cap_px)
    whole, whole_blob_px = _whole(mask, cap_px)
    assert (tiled == whole).all()
    assert tiled_blob_px == whole_blob_px


def _ribbons(width_px):
    row, col = np.mgrid[:300, :420]
    distance = np.min(
        [
            np.abs(row - 60 - 20 * np.sin(col / 70)),
            np.abs(row - 60 - 20 * np.sin(col / 70) - np.clip((col - 100) ** 2 / 1500, 0, 40)),
            np.abs(row - 0.6 * col - 40) / np.hypot(1, 0.6),
        ],
        axis=0,
    )
    return distance <= width_px / 2


@pytest.mark.parametrize(("width_px", "cap_px"), [(3, 6.0), (13, 22.5)])
def test_the_skeleton_of_ribbons_with_forks_and_blobs_equals_that_of_the_whole(width_px, cap_px):
    mask = _ribbons(width_px)
    mask[180:290, 20:120] = True
    whole, blob_px = _whole(mask, cap_px)
    assert blob_px > 8000
    for block in (51, 128):
        tiled, _ = _tiled(mask, block, cap_px)
        assert (tiled == whole).all()


def test_a_halo_of_a_few_pixels_would_not_do():
    mask = _ribbons(13)
    whole, _ = _whole(mask, 22.5)
    cut = skeleton_of_block(mask[:, :152], (slice(0, 300), slice(0, 150)), 22.5).pixels
    assert (cut != whole[:, :150]).any()


def test_a_wide_area_has_no_line_and_a_ribbon_keeps_its_own():
    mask = np.zeros((200, 300), dtype=bool)
    mask[40:43, 10:290] = True
    mask[80:180, 80:220] = True
    pixels, blob_px = _whole(mask, 6.0)
    assert pixels[:60].sum() > 270
    assert pixels[60:].sum() <= 4 * 6  # its corners, into which the disc does not fit
    assert not pixels[90:170].any()
    assert 0.99 * 100 * 140 < blob_px < 100 * 140


def test_an_empty_block_has_an_empty_skeleton():
    skeleton = skeleton_of_block(np.zeros((50, 60), dtype=bool), (slice(10, 40), slice(20, 40)), 6.0)
    assert skeleton.pixels.shape == (30, 20)
    assert not skeleton.pixels.any()
    assert skeleton.blob_px == 0


def test_the_half_width_is_that_of_the_ribbon():
    mask = np.zeros((60, 200), dtype=bool)
    mask[20:33] = True
    skeleton = skeleton_of_block(mask, (slice(0, 60), slice(50, 150)), 22.5)
    assert np.allclose(skeleton.half_width_px[skeleton.pixels], 7.0, atol=0.2)
