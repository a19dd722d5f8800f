from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from railseg_core.centerline.poses import Pose, arc_through, end_pose, fit_of, way_between

radii = st.one_of(st.floats(150, 3000), st.floats(-3000, -150))


def _arc(radius_m, first_m, last_m, step_m=0.2):
    angle = np.arange(first_m, last_m, step_m) / radius_m
    return radius_m * np.column_stack([np.sin(angle), 1 - np.cos(angle)])


@given(radius_m=radii)
def test_the_end_of_an_arc_tells_its_direction_and_its_bend(radius_m):
    # The place looked away from comes first: the arc's end is its last point.
    pose = end_pose(_arc(radius_m, 0, 40)[::-1])
    angle = 39.8 / radius_m
    assert pose.direction == pytest.approx([np.cos(angle), np.sin(angle)], abs=2e-3)
    assert pose.curvature == pytest.approx(1 / radius_m, abs=2e-4)
    assert pose.known_m == pytest.approx(30, abs=0.5)


@given(radius_m=radii, gap_m=st.floats(1, 40))
def test_two_ends_of_one_arc_fit_whatever_is_missing_between_them(radius_m, gap_m):
    first, second = end_pose(_arc(radius_m, 0, 40)[::-1]), end_pose(_arc(radius_m, 40 + gap_m, 80 + gap_m))
    fit = fit_of(first, second)
    assert fit.miss_m < 0.1
    assert fit.bend_deg == pytest.approx(np.degrees(fit.gap_m / abs(radius_m)), abs=0.2)
    way = way_between(first, second, 0.2)
    away = np.hypot(way[:, 0], way[:, 1] - radius_m) - abs(radius_m)
    assert np.abs(away).max() < 0.1 if len(way) else gap_m < 1


@given(gap_m=st.floats(3, 40), shift_m=st.floats(0.1, 6))
def test_a_parallel_track_misses_by_its_distance(gap_m, shift_m):
    first = end_pose(np.column_stack([-np.arange(0, 40, 0.2), np.zeros(200)]))
    second = end_pose(np.column_stack([gap_m + np.arange(0, 40, 0.2), np.full(200, shift_m)]))
    fit = fit_of(first, second)
    # Near enough to the distance while the straight way between them is flat.
    assert fit.miss_m == pytest.approx(fit.gap_m * np.arctan(shift_m / gap_m), rel=1e-6)
    assert fit.bend_deg == pytest.approx(0, abs=1e-6)


def test_a_short_piece_tells_no_bend():
    assert end_pose(_arc(200.0, 0, 8)[::-1]).curvature == 0


def test_a_point_beside_the_continuation_of_an_arc():
    pose = Pose(np.zeros(2), np.array([1.0, 0.0]), 1 / 200, 30.0)
    assert pose.aside_m(np.array([20.0, 1.0])) == pytest.approx(0.0)
    assert pose.aside_m(np.array([20.0, 3.0])) == pytest.approx(2.0)


@given(radius_m=radii, gap_m=st.floats(1, 40), scale=st.floats(0.05, 0.3))
def test_two_pieces_of_one_arc_are_one_however_their_ends_wander(radius_m, gap_m, scale):
    first, second = _arc(radius_m, 0, 30)[::-1], _arc(radius_m, 30 + gap_m, 60 + gap_m)
    wander = scale * np.exp(-np.arange(len(first)) * 0.2 / 3)
    arc = arc_through(first + np.column_stack([0 * wander, wander]), second)
    assert arc.rms_m < scale
    # Over 100 m of an arc of 150 m a parabola is a decimetre off, and so is its bend by some percents.
    assert arc.curvature == pytest.approx(1 / abs(radius_m), rel=0.2, abs=4e-4)


@given(gap_m=st.floats(1, 30), shift_m=st.floats(3.5, 8), turn=st.floats(-0.01, 0.01))
def test_a_parallel_track_is_on_no_arc_with_this_one(gap_m, shift_m, turn):
    along = np.arange(0, 30, 0.2)
    second = np.column_stack([gap_m + along, shift_m + turn * along])
    assert arc_through(np.column_stack([-along, 0 * along]), second).rms_m > 0.4


def test_pieces_that_overlap_are_on_no_arc():
    along = np.arange(0, 30, 0.2)
    first = np.column_stack([-along, 0 * along])
    assert arc_through(first, np.column_stack([along - 10, 0 * along])) is None
    assert arc_through(first, first) is None
