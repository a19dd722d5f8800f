"""The arc of a branch, derived from the distance between two tracks, for switches with known geometry."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from railseg_core.centerline.branch_arc import BranchArc, fitted_arc, usual_arc
from train.synthetic.alignment import departure

TORN_M = 1.15
MASK_M = 2.6
# Of one angle there are two radii (1:9-190 and 1:9-300): their straight parts lie as one where their toes are 6 m
# apart, and between 1:14 and 1:18.5 the angle is told to a number only. The toe is known to that.
REACHABLE_M = 4.0
USUAL = [(190.0, 6.6), (190.0, 7.5), (190.0, 9.0), (300.0, 9.0), (500.0, 12.0), (760.0, 14.0), (1200.0, 18.5)]


def _seen(radius_m, number, *, first_m=TORN_M, reach_m=70.0):
    """Distances every metre from where they first exceed one, and where the toe lies before that."""
    beyond = np.arange(0.5, 200.0)
    apart = departure(beyond, radius_m, 1 / number)
    first = int(np.argmax(apart > first_m))
    along = beyond[first:] - beyond[first]
    return along[along < reach_m], apart[first:][along < reach_m], -float(beyond[first])


@pytest.mark.parametrize("is_torn", [True, False])
@pytest.mark.parametrize(("radius_m", "number"), USUAL)
def test_the_toe_of_every_usual_switch_is_told_beyond_it(radius_m, number, is_torn):
    along, apart, toe = _seen(radius_m, number)
    arc = usual_arc(along, apart, is_torn=is_torn)
    assert arc.toe_m == pytest.approx(toe, abs=REACHABLE_M)
    assert 1 / arc.slope == pytest.approx(number, abs=1.1)
    assert arc.radius_m == pytest.approx(radius_m, rel=0.32)
    assert 0.6 <= arc.radius_m * arc.slope**2 / 2 <= 3.2
    assert not arc.is_certain
    assert arc.error_m == REACHABLE_M
    # Where both tracks are seen the arc lies as they do.
    seen = (apart > 1.3) & (apart < 3.5)
    assert arc.distance_m(along)[seen] == pytest.approx(apart[seen], abs=0.15)


def test_a_siding_that_a_mask_shows_only_where_it_is_parallel_has_the_toe_of_a_usual_switch():
    along, apart, toe = _seen(300.0, 9.0, first_m=TORN_M + MASK_M - 0.6)
    assert usual_arc(along, np.minimum(apart, 4.4), is_torn=True, ribbon_m=MASK_M).toe_m == pytest.approx(toe, abs=5.0)


@pytest.mark.parametrize(("radius_m", "number"), USUAL)
def test_the_toe_is_told_where_masks_of_whole_tracks_part(radius_m, number):
    along, apart, toe = _seen(radius_m, number, first_m=TORN_M + MASK_M - 0.6)
    assert usual_arc(along, apart, is_torn=True, ribbon_m=MASK_M).toe_m == pytest.approx(toe, abs=5.0)


@pytest.mark.parametrize("is_torn", [True, False])
@pytest.mark.parametrize(("radius_m", "number"), USUAL)
def test_a_decimetre_of_noise_moves_the_toe_by_some_metres(radius_m, number, is_torn):
    along, apart, toe = _seen(radius_m, number)
    rng = np.random.default_rng(7)
    off = []
    for _ in range(30):
        arc = usual_arc(along, apart + rng.normal(0.0, 0.1, len(apart)), is_torn=is_torn)
        off.append(arc.toe_m - toe)
    assert np.sqrt(np.mean(np.square(off))) < REACHABLE_M + 0.5


@pytest.mark.parametrize("is_torn", [True, False])
def test_a_switch_whose_radius_its_angle_tells_has_its_toe_within_a_metre(is_torn):
    for radius_m, number in ((190.0, 6.6), (190.0, 7.5)):
        along, apart, toe = _seen(radius_m, number)
        assert usual_arc(along, apart, is_torn=is_torn).toe_m == pytest.approx(toe, abs=1.0)


def test_where_they_are_torn_tells_when_little_is_seen_beyond():
    # On a few metres before a siding turns parallel 1:12 is as good as 1:9; that they part so far before tells.
    along, apart, toe = _seen(500.0, 12.0)
    few = (apart > 2.9) & (apart < 3.5)
    torn, loose = (usual_arc(along[few], apart[few], is_torn=is_torn) for is_torn in (True, False))
    assert torn.toe_m == pytest.approx(toe, abs=4.5)
    assert loose.toe_m - toe > 10.0


@pytest.mark.parametrize("is_torn", [True, False])
@pytest.mark.parametrize("apart_m", [0.6, 1.2, 1.4, 2.5, 3.4, 3.6, 4.4])
def test_tracks_that_run_parallel_tell_no_arc(apart_m, is_torn):
    along = np.arange(0.5, 35.0)
    assert usual_arc(along, np.full_like(along, apart_m), is_torn=is_torn) is None


@pytest.mark.parametrize("is_torn", [True, False])
def test_tracks_that_come_nearer_tell_no_arc(is_torn):
    along, apart, _ = _seen(300.0, 9.0)
    assert usual_arc(along, apart[::-1], is_torn=is_torn) is None
    assert usual_arc(along, np.linspace(3.4, 1.4, len(along)), is_torn=is_torn) is None


@pytest.mark.parametrize("is_torn", [True, False])
def test_tracks_that_are_not_followed_far_enough_tell_no_arc(is_torn):
    along, apart, _ = _seen(300.0, 9.0, first_m=0.3)
    near = apart < 1.3
    assert near.any()
    assert usual_arc(along[near], apart[near], is_torn=is_torn) is None
    nothing = np.zeros(0)
    assert usual_arc(nothing, nothing, is_torn=is_torn) is None


@pytest.mark.parametrize("is_torn", [True, False])
def test_what_lies_beyond_the_switch_does_not_count(is_torn):
    """A siding at 4.4 m that turns parallel, and comes back further on, tells what the switch alone does."""
    along, apart, _ = _seen(300.0, 9.0, reach_m=60.0)
    alone = apart < 3.5
    siding = np.minimum(apart, 4.4)
    siding[-15:] = np.linspace(4.3, 2.0, 15)
    expected = usual_arc(along[alone], apart[alone], is_torn=is_torn)
    assert usual_arc(along, siding, is_torn=is_torn) == expected


@given(
    switch=st.sampled_from(USUAL),
    shift_m=st.floats(-60.0, 60.0),
    seed=st.integers(0, 1000),
)
def test_the_toe_moves_with_the_place_from_which_metres_are_counted(switch, shift_m, seed):
    along, apart, _ = _seen(*switch)
    apart = apart + np.random.default_rng(seed).normal(0.0, 0.05, len(apart))
    here, there = (usual_arc(along + shift, apart, is_torn=False) for shift in (0.0, shift_m))
    assert there.toe_m == pytest.approx(here.toe_m + shift_m, abs=1e-6)
    assert there[1:] == here[1:]


@given(
    radius_m=st.floats(100.0, 2000.0), toe_m=st.floats(-60.0, -5.0), slope=st.one_of(st.none(), st.floats(0.04, 0.2))
)
def test_the_distance_along_an_arc_begins_at_its_toe_and_never_shrinks(radius_m, toe_m, slope):
    arc = BranchArc(toe_m, radius_m, 1.0) if slope is None else BranchArc(toe_m, radius_m, 1.0, slope)
    along = np.arange(toe_m - 10.0, toe_m + 100.0, 0.1)
    distance = arc.distance_m(along)
    assert not distance[along <= toe_m].any()
    steps = np.diff(distance) / 0.1
    assert (steps >= 0).all()
    assert (np.diff(steps) >= -1e-9).all()
    assert steps.max() <= (100.0 / radius_m if slope is None else slope) + 1e-9


@given(radius_m=st.floats(150.0, 1500.0), toe_m=st.floats(-50.0, -5.0))
def test_a_mere_arc_is_fitted_exactly(radius_m, toe_m):
    along = toe_m + np.sqrt(2 * radius_m * np.linspace(0.15, 1.5, 20))
    arc = fitted_arc(along, (along - toe_m) ** 2 / (2 * radius_m))
    assert arc.toe_m == pytest.approx(toe_m, abs=1e-6)
    assert arc.radius_m == pytest.approx(radius_m, rel=1e-6)
    assert arc.slope == math.inf


def test_too_few_places_and_tracks_that_do_not_part_fit_no_arc():
    along = np.arange(10.0)
    assert fitted_arc(along[:3], along[:3] ** 2 / 400) is None
    assert fitted_arc(along / 10, along**2 / 400) is None
    assert fitted_arc(along, along[::-1] ** 2 / 400 + 0.2) is None
