"""Smooth lines through pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import savgol_filter

from railseg_core.centerline.smoothing import STEP_M, local_cubic, min_radius_m, smooth
from tests.truth.ribbons import GSD_M


@given(radius_m=st.floats(150, 5000), seed=st.integers(0, 100))
def test_smoothing_does_not_cut_curves(radius_m, seed):
    along = np.arange(0, 120, GSD_M)
    angle = along / radius_m + seed
    circle = radius_m * np.column_stack([np.cos(angle), np.sin(angle)])
    samples, places = smooth(circle, np.zeros_like(circle), GSD_M)
    off = np.abs(np.hypot(*samples.T) - radius_m)
    assert off.max() < 0.005
    assert places[0] == 0
    assert places[-1] == pytest.approx(len(samples) - 1)
    measured = min_radius_m(samples)
    assert measured is None or measured == pytest.approx(radius_m, rel=0.02)


@pytest.mark.parametrize("count", [4, 5, 8, 41, 42, 200])
def test_lines_are_smoothed_by_the_filter_of_savitzky_and_golay(count):
    wobbly = np.column_stack([np.arange(count) * STEP_M, np.random.default_rng(1).normal(0, 0.05, count)])
    half = min(20, (count - 1) // 2)
    expected = savgol_filter(wobbly, 2 * half + 1, min(3, 2 * half - 1), axis=0, mode="interp")
    np.testing.assert_allclose(local_cubic(wobbly), expected, atol=1e-10)
