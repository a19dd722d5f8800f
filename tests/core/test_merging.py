"""Branches whose ribbon ends beside their track, as with models that see no second track before the frog."""

from __future__ import annotations

import numpy as np
import pytest

from railseg_core.centerline.vectorize import vectorize
from railseg_core.evaluation.line_scores import score_lines
from railseg_core.line_params import LineParams
from railseg_core.tiling import PixelWindow
from tests.truth.ribbons import GSD_M, ORIGIN_X, ORIGIN_Y, beside, probabilities, raster_of, track, window_round
from tests.truth.scores import found_switches
from train.synthetic.alignment import departure

MAIN = track(0, 0, 0, (260, 0))


def _branch(toe_m, side, ends_m, *, radius_m=300.0, number=9.0, length_m=50.0, facing=1):
    """A switch's branch off `MAIN`, 1 to its left, as far as it is seen: from a distance of `ends_m` on."""
    beyond = np.arange(0.0, 160.0, 0.1)
    apart = departure(beyond, radius_m, 1 / number)
    seen = (apart >= ends_m) & (beyond <= beyond[np.argmax(apart >= ends_m)] + length_m)
    return np.column_stack([ORIGIN_X + toe_m + facing * beyond[seen], ORIGIN_Y + side * apart[seen]])


def _beyond_toe_m(apart_m, radius_m=300.0, number=9.0):
    """How far beyond its toe a branch is so far from its track."""
    beyond = np.arange(0.0, 100.0, 0.1)
    return float(np.interp(apart_m, departure(beyond, radius_m, 1 / number), beyond))


def _map(folder, *lines, min_length_m=15.0):
    """The map of lines in a picture that cuts `MAIN` at both ends."""
    whole = window_round(lines, 10)
    window = PixelWindow.between(whole.col + 80, whole.row, whole.right - 80, whole.bottom)
    with raster_of(folder / "p.tif", probabilities(lines, window), window) as raster:
        return vectorize(raster, LineParams(min_length_m=min_length_m))


def _assert_led_in(found, *expected):
    """Every switch (toe, side, facing) is there and doubted, its three ways are right, and nothing else meets."""
    switches = sorted(found_switches(found), key=lambda switch: float(switch[0][0]))
    assert len(switches) == len(expected)
    for (place, direction, side), (toe_m, is_left, facing) in zip(switches, sorted(expected), strict=True):
        # 1:9 has 190 or 300 m, so the toe is known to some metres.
        assert place[0] - ORIGIN_X == pytest.approx(toe_m, abs=4.0)
        assert place[1] - ORIGIN_Y == pytest.approx(0.0, abs=0.1)
        assert direction == pytest.approx([facing, 0.0], abs=0.01)
        assert side == ("left" if is_left else "right")
    ends = {one.track_id: (one.from_node, one.to_node) for one in found.tracks}
    lines = {one.track_id: one.line for one in found.tracks}
    nodes = {node.node_id: node for node in found.nodes if node.degree > 1}
    assert len(nodes) == len(expected)
    for node in nodes.values():
        assert (node.railway, node.degree) == ("switch", 3)
        assert (node.status, node.review_reason) == ("review", "uncertain fork")
        assert node.angle_deg == pytest.approx(np.degrees(np.arctan(1 / 9)), abs=0.5)
        ways = [way for way in found.relations if way.node_id == node.node_id]
        assert sorted(way.navigable for way in ways) == [False, True, True]
        for way in ways:
            assert ends[way.track_a][way.end_a] == ends[way.track_b][way.end_b] == node.node_id
        # A train gets from either leg to the stem only: stem and through lie on the main track, the branch does not.
        (apart,) = ({way.track_a, way.track_b} for way in ways if not way.navigable)
        off = {one: abs(lines[one][:, 1] - ORIGIN_Y).max() for one in apart}
        assert min(off.values()) < 0.2
        assert max(off.values()) > 1.0
    assert len(found.tracks) == 2 * len(expected) + 1


@pytest.mark.parametrize("ends_m", [1.5, 2.0, 3.0])
def test_a_branch_that_ends_beside_its_track_is_led_into_it(tmp_path, ends_m):
    whole = _branch(60, 1, 0.0, length_m=100.0)
    found = _map(tmp_path, MAIN, _branch(60, 1, ends_m))
    _assert_led_in(found, (60, True, 1))
    (branch,) = (one for one in found.tracks if one.inferred_m)
    # Where nothing was seen it lies as the switch's branch does, up to half of what its two radii differ by.
    assert score_lines([branch.line], [MAIN, whole], rho_m=0.35).correctness == 1.0
    assert branch.inferred_m == pytest.approx(_beyond_toe_m(ends_m), abs=4.5)


def test_a_branch_that_is_seen_for_some_metres_is_led_into_its_track(tmp_path):
    found = _map(tmp_path, MAIN, _branch(60, 1, 2.0, length_m=9.5), min_length_m=5.0)
    _assert_led_in(found, (60, True, 1))


def test_a_branch_whose_last_metres_run_beside_its_track_is_led_into_it(tmp_path):
    """Its toe is then known badly, as its review says."""
    branch = _branch(60, 1, 1.2)
    branch[:, 1] += np.clip(1 - np.arange(len(branch)) / 200, 0, 1) ** 2  # a metre further off, fading over 20 m
    found = _map(tmp_path, MAIN, branch)
    ((_, direction, side),) = found_switches(found)
    assert direction == pytest.approx([1.0, 0.0], abs=0.01)
    assert side == "left"
    assert [node.review_reason for node in found.nodes if node.degree > 1] == ["uncertain fork"]
    assert len(found.tracks) == 3


def test_two_branches_are_led_into_one_track(tmp_path):
    found = _map(tmp_path, MAIN, _branch(60, 1, 2.0), _branch(110, -1, 2.0))
    _assert_led_in(found, (60, True, 1), (110, False, 1))


def test_a_track_between_two_nodes_of_which_nothing_was_seen_is_doubted(tmp_path):
    """Both branches are led into the bridge over one gap."""
    before, after = (MAIN[(MAIN[:, 0] - ORIGIN_X < 92)], MAIN[(MAIN[:, 0] - ORIGIN_X > 128)])
    found = _map(tmp_path, before, after, _branch(98, 1, 2.0), _branch(118, -1, 2.0))
    invented = [one for one in found.tracks if one.inferred_m > one.length_m - 1.0]
    assert [(one.confidence, one.status, one.review_reason) for one in invented] == [(0.0, "review", "low confidence")]


def test_two_branches_of_one_side_are_led_into_one_track(tmp_path):
    found = _map(tmp_path, MAIN, _branch(50, 1, 2.0, length_m=35.0), _branch(140, 1, 2.0))
    _assert_led_in(found, (50, True, 1), (140, True, 1))


def test_branches_that_face_each_other_are_led_into_one_track(tmp_path):
    found = _map(tmp_path, MAIN, _branch(60, 1, 2.0), _branch(200, -1, 2.0, facing=-1))
    _assert_led_in(found, (60, True, 1), (200, True, -1))


@pytest.mark.parametrize("ends_m", [2.0, 3.0])
def test_a_branch_is_led_past_the_toe_of_another(tmp_path, ends_m):
    """The second branch runs on beside the third's toe, which parts the track before the second is led in."""
    branches = [_branch(60, 1, ends_m), _branch(110, -1, ends_m), _branch(150, 1, ends_m)]
    found = _map(tmp_path, MAIN, *branches)
    _assert_led_in(found, (60, True, 1), (110, False, 1), (150, True, 1))
    alone = found_switches(_map(tmp_path, MAIN, branches[1]))[0]
    assert any(np.hypot(*(place - alone[0])) < 0.01 for place, _, _ in found_switches(found))


def test_a_piece_between_two_tracks_is_led_into_both(tmp_path):
    """A crossover of which only the straight middle is seen."""
    second = beside(MAIN, 6.0)
    middle = _branch(80, 1, 2.0, length_m=18.0)
    assert middle[:, 1].max() - ORIGIN_Y == pytest.approx(4.0, abs=0.1)
    found = _map(tmp_path, MAIN, second, middle)
    switches = sorted(found_switches(found), key=lambda switch: float(switch[0][0]))
    assert [side for *_, side in switches] == ["left", "left"]
    assert [round(float(place[1] - ORIGIN_Y)) for place, *_ in switches] == [0, 6]
    assert [round(float(direction[0])) for _, direction, _ in switches] == [1, -1]
    assert len(found.tracks) == 5


@pytest.mark.parametrize("apart_m", [2.5, 3.8])
def test_a_track_that_ends_while_it_runs_parallel_is_not_led_in(tmp_path, apart_m):
    found = _map(tmp_path, MAIN, beside(MAIN, apart_m)[600:1600])
    assert {node.degree for node in found.nodes} == {1}
    assert len(found.tracks) == 2
    assert all(one.inferred_m == 0 for one in found.tracks)


def test_a_parallel_track_whose_last_metres_lean_over_is_not_led_in(tmp_path):
    """A usual switch would have its toe 60 m further on."""
    parallel = track(200, 2.5, 180, (92, 0))
    leaning = parallel[-1] + np.linspace(0.1, 8.0, 80)[:, None] * [-1.0, -np.tan(np.radians(2.0))]
    found = _map(tmp_path, MAIN, np.vstack([parallel, leaning]))
    assert {node.degree for node in found.nodes} == {1}


@pytest.mark.parametrize("is_cut", [True, False])
def test_a_branch_that_the_picture_cuts_is_not_led_in(tmp_path, is_cut):
    """It goes on where nothing is seen, so what it does there is not to be told."""
    lines = (MAIN, _branch(60, 1, 2.0))
    window = window_round(lines, 10)
    bands = probabilities(lines, window)
    first, top = round((ORIGIN_X + 96) / GSD_M) - window.col, round(-(ORIGIN_Y + 1.6) / GSD_M) - window.row
    bands[:, :top, :first] = 0
    valid = np.ones(window.shape, dtype=bool)
    valid[:top, :first] = not is_cut
    with raster_of(tmp_path / "p.tif", bands, window, valid=valid) as raster:
        found = vectorize(raster, LineParams())
    assert [node.railway for node in found.nodes].count("switch") == (0 if is_cut else 1)


def test_a_branch_that_ends_too_far_off_is_not_led_in(tmp_path):
    found = _map(tmp_path, MAIN, _branch(60, 1, 3.6))
    assert {node.degree for node in found.nodes} == {1}


def test_the_switches_turn_with_the_picture(tmp_path):
    lines = (MAIN, _branch(60, 1, 2.0), _branch(110, -1, 2.0))
    window = window_round(lines, 10)
    bands = probabilities(lines, window)
    turned = PixelWindow(window.row, -window.right, window.height, window.width)
    with raster_of(tmp_path / "a.tif", bands, window) as raster:
        upright = vectorize(raster, LineParams())
    with raster_of(tmp_path / "b.tif", np.ascontiguousarray(np.rot90(bands, axes=(1, 2))), turned) as raster:
        rotated = vectorize(raster, LineParams())
    back = [(np.array([place[1], -place[0]]), side) for place, _, side in found_switches(rotated)]
    ours = [(place, side) for place, _, side in found_switches(upright)]
    assert len(back) == len(ours) == 2
    for place, side in ours:
        nearest, other = min(back, key=lambda one: float(np.hypot(*(one[0] - place))))
        assert np.hypot(*(nearest - place)) < 0.5
        assert side == other
