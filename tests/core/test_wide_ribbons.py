"""Ribbons wider than a track's: parted at their crests, and what is wider still has no line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listening import Listening
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from railseg_core.centerline.blocks import SparseSkeleton, block_halo_px, skeleton_of_window
from railseg_core.centerline.vectorize import vectorize
from railseg_core.evaluation.line_scores import score_lines
from railseg_core.line_params import LineParams
from railseg_core.tiling import PixelWindow
from tests.truth.ribbons import GSD_M, ORIGIN_X, ORIGIN_Y, beside, probabilities, raster_of, track, window_round


def _on_crests(lines, window):
    """P(axis) that falls by a tenth every 16 cm from lines, so that halfway between two it is still a half."""
    x = (window.col + np.arange(window.width) + 0.5) * GSD_M
    y = -(window.row + np.arange(window.height) + 0.5) * GSD_M
    places = np.stack(np.meshgrid(x, y), axis=-1)
    away = cKDTree(np.vstack(lines)).query(places.reshape(-1, 2))[0].reshape(window.shape)
    axis = np.where(away < 0.85, 1 - away / 1.6, 0.0)
    return np.round(np.stack([away < 1.5, axis]) * 255).astype(np.uint8)


CRESTS = (track(0, 0, 20, (80, 0)), beside(track(0, 0, 20, (80, 0)), 1.6))
LOW = LineParams(axis_threshold=0.2)


@pytest.fixture(scope="module")
def fused(tmp_path_factory):
    """Two tracks 1.6 m apart, whose ribbon at a low level is one area 3.3 m wide."""
    window = window_round(CRESTS)
    bands = _on_crests(CRESTS, window)
    ribbon = (bands[1] >= 51).sum() * GSD_M**2
    assert ribbon == pytest.approx(80 * 3.3, rel=0.05)
    with raster_of(tmp_path_factory.mktemp("fused") / "p.tif", bands, window) as raster:
        yield raster


def test_tracks_whose_ribbons_are_one_wide_area_are_parted_at_their_crests(fused):
    found = vectorize(fused, LOW)
    assert len(found.tracks) == 2
    assert {node.degree for node in found.nodes} == {1}
    scores = score_lines([one.line for one in found.tracks], CRESTS, rho_m=0.3)
    assert scores.quality > 0.98
    assert scores.lateral_rms_cm < 5


@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(block_px=st.integers(61, 300))
def test_wide_ribbons_are_parted_in_blocks_as_in_one(fused, block_px):
    in_blocks, in_one = (vectorize(fused, LOW, block_px=px).tracks for px in (block_px, 2 * max(fused.window.shape)))
    assert all((one.line == other.line).all() for one, other in zip(in_blocks, in_one, strict=True))


def test_wide_ribbons_are_parted_alike_in_a_turned_picture(fused, tmp_path):
    bands, _ = fused.read(fused.window)
    window = PixelWindow(fused.window.row, -fused.window.right, fused.window.height, fused.window.width)
    with raster_of(tmp_path / "p.tif", np.ascontiguousarray(np.rot90(bands, axes=(1, 2))), window) as raster:
        turned = vectorize(raster, LOW)
    back = [np.column_stack([one.line[:, 1], -one.line[:, 0]]) for one in turned.tracks]
    assert len(back) == 2
    assert score_lines(back, [one.line for one in vectorize(fused, LOW).tracks], rho_m=GSD_M).quality == 1.0


@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 10_000), grain=st.sampled_from([2.0, 4.0, 8.0]), block_px=st.sampled_from([41, 64, 100]))
def test_the_skeleton_of_any_probabilities_is_that_of_its_blocks(seed, grain, block_px):
    """Wide areas, crests and specks of all kinds, which no track has."""
    whole = PixelWindow(0, 0, 180, 160)
    field = gaussian_filter(np.random.default_rng(seed).normal(size=whole.shape), grain)
    axis = np.clip(field / field.std() * 0.35 + 0.45, 0, 1)
    bands = np.round(np.stack([axis > 0.15, axis]) * 255).astype(np.uint8)
    halo = block_halo_px(GSD_M, LOW, has_axis=True)
    around = np.pad(bands, ((0, 0), (halo, halo), (halo, halo)))
    valid = np.pad(np.ones(whole.shape, dtype=bool), halo)

    def skeleton(core):
        window = core.expanded(halo)
        part = (slice(core.row, core.bottom + 2 * halo), slice(core.col, core.right + 2 * halo))
        return skeleton_of_window(around[:, *part], valid[part], None, window, core, GSD_M, LOW)

    cores = [
        PixelWindow(col, row, block_px, block_px).intersection(whole)
        for row in range(0, whole.height, block_px)
        for col in range(0, whole.width, block_px)
    ]
    expected, found = SparseSkeleton.joined([skeleton(whole)]), SparseSkeleton.joined([*map(skeleton, cores)])
    assert len(expected.keys) > 20
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("axis_threshold", [None, 0.2])
def test_a_wide_flat_area_has_no_line_of_its_own_and_is_told(tmp_path, axis_threshold):
    line = track(0, 0, 0, (140, 0))
    window = window_round([line], 15)
    bands = probabilities([line], window)
    top = -round((ORIGIN_Y + 4) / GSD_M) - window.row
    left = round((ORIGIN_X + 55) / GSD_M) - window.col
    bands[:, top : top + 40, left : left + 150] = 255
    listener = Listening()
    with raster_of(tmp_path / "p.tif", bands, window) as raster:
        (found,) = vectorize(raster, LineParams(axis_threshold=axis_threshold), reporter=listener).tracks
    # All that runs there is the track's bridge.
    assert abs(found.line[:, 1] - ORIGIN_Y).max() < 0.05
    assert found.length_m == pytest.approx(140, abs=1)
    assert found.inferred_m == pytest.approx(30, abs=2.5)
    assert listener.messages == ["Areas too wide for a track were left out: 240 m²."]
