"""Counts of tracks, switches and ways, on lines with known figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from railseg_core.evaluation.path_similarity import path_similarity, paths_kept
from railseg_core.evaluation.switch_matching import find_switches, match_switches, switches_at
from railseg_core.evaluation.track_counts import count_tracks


def line(*points):
    return np.array(points, dtype=np.float64)


def branch(x=100.0, radius_m=300.0, length_m=80.0, side=1, way=1):
    """A track that leaves the x axis at x in an arc, to the left (side 1) of the way it goes (1 or -1)."""
    along = np.linspace(0, length_m, 81)
    return np.column_stack([x + way * along, way * side * along**2 / (2 * radius_m)])


def beside(one, x, y):
    return one + np.array([x, y])


MAIN = line((0, 0), (400, 0))
NEXT = beside(MAIN, 0, 4.0)


def moved(lines, turn=0.0, shift=(0.0, 0.0)):
    rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return [one @ rotation + shift for one in lines]


def split(one, x):
    """A straight line in two, cut at x."""
    cut = np.array([x, one[0, 1]])
    return [np.array([one[0], cut]), np.array([cut, one[1]])]


def test_the_same_tracks_have_the_same_numbers():
    counts = count_tracks([MAIN, NEXT], [MAIN, NEXT])
    assert len(counts.reference) == 80
    assert set(counts.reference) == {2}
    assert (counts.accuracy, counts.mae) == (1, 0)


def test_a_missing_neighbour_is_one_track_less_on_every_section():
    counts = count_tracks([MAIN], [MAIN, NEXT])
    assert (counts.accuracy, counts.mae) == (0, 1)


def test_a_track_over_a_bridge_and_one_far_away_do_not_count():
    over, far = line((200, -50), (200, 50)), beside(MAIN, 0, 31.0)
    counts = count_tracks([MAIN, over, far], [MAIN])
    assert counts.accuracy == 1


def test_a_track_in_pieces_is_one_track():
    counts = count_tracks([*split(MAIN, 195), line((0, 4), (100, 4), (205, 4), (400, 4))], [MAIN, NEXT])
    assert counts.accuracy == 1


def test_where_there_is_no_reference_nothing_is_counted():
    assert math.isnan(count_tracks([MAIN], []).accuracy)
    assert math.isnan(count_tracks([MAIN], []).mae)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("way", [1, -1])
def test_a_switch_faces_where_tracks_part_and_knows_its_side(side, way):
    for through in ([MAIN], split(MAIN, 100)):
        found = find_switches([*through, branch(side=side, way=way)])
        assert found.places == pytest.approx(np.array([[100, 0]]))
        assert found.facing[0] @ (way, 0) > 0.99
        assert found.side.tolist() == [side]


def test_an_end_a_crossing_a_corner_and_a_line_in_two_pieces_are_no_switches():
    cross = [line((100, 0), (200, 20)), line((0, -20), (100, 0)), *split(MAIN, 100)]
    assert not len(find_switches(cross).places)
    assert not len(find_switches([MAIN, line((100, 0), (100, 50))]).places)
    assert not len(find_switches([*split(MAIN, 100), NEXT]).places)
    assert not len(find_switches([]).places)


def test_a_switch_s_point_may_lie_beside_the_lines_and_where_none_part_nothing_is_told():
    told = switches_at(line((99.5, 0.3), (300, 0), (0, 90)), [MAIN, branch()], reach_m=1.0)
    assert told.facing[0] @ (1, 0) > 0.99
    assert told.side.tolist() == [1, 0, 0]
    assert np.isnan(told.facing[1:]).all()


@given(turn=st.floats(0, 2 * math.pi), flips=st.lists(st.booleans(), min_size=3, max_size=3))
def test_switches_do_not_depend_on_the_map_s_turn_or_the_lines_direction(turn, flips):
    lines = moved([*split(MAIN, 100), branch(side=-1)], turn, (5e5, 5.6e6))
    found = find_switches([one[::-1] if flip else one for one, flip in zip(lines, flips, strict=True)])
    assert found.places == pytest.approx(np.array(moved([line((100, 0))], turn, (5e5, 5.6e6)))[0], abs=1e-6)
    assert found.side.tolist() == [-1]


def switch_figures(extracted, reference):
    match = match_switches(find_switches(extracted), find_switches(reference))
    return match, (match.precision, match.recall, match.f1)


def test_a_switch_three_metres_beyond_is_found_three_metres_off():
    match, figures = switch_figures([MAIN, branch(103)], [MAIN, branch(100)])
    assert figures == (1, 1, 1)
    assert match.along_m == pytest.approx([3.0], abs=0.01)
    assert match.along_rms_m == pytest.approx(3.0, abs=0.01)
    assert match.side_accuracy == 1


def test_a_switch_too_far_along_or_across_or_facing_the_other_way_is_not_found():
    for lines in ([MAIN, branch(106)], [NEXT, beside(branch(), 0, 4)], [MAIN, branch(way=-1)]):
        match, figures = switch_figures(lines, [MAIN, branch()])
        assert figures == (0, 0, 0)
        assert math.isnan(match.along_rms_m)
        assert math.isnan(match.side_accuracy)


def test_a_branch_on_the_wrong_side_is_a_switch_of_the_wrong_side():
    match, figures = switch_figures([MAIN, branch(side=-1)], [MAIN, branch(side=1)])
    assert figures == (1, 1, 1)
    assert match.side_accuracy == 0


def test_each_switch_is_paired_once_and_as_many_as_possible():
    reference = [MAIN, branch(100), branch(108, side=-1)]
    # The second is nearest to the first of the reference, but then nothing would be left for the first.
    match, figures = switch_figures([MAIN, branch(96), branch(103.9, side=-1), branch(300)], reference)
    assert sorted(map(tuple, match.pairs.tolist())) == [(0, 0), (1, 1)]
    assert sorted(match.along_m) == pytest.approx([-4.1, -4.0], abs=0.01)
    assert figures == pytest.approx((2 / 3, 1, 0.8))


def test_without_reference_switches_there_are_no_figures():
    match, figures = switch_figures([MAIN, branch()], [MAIN])
    assert all(map(math.isnan, figures))
    assert math.isnan(match.along_rms_m)
    match, figures = switch_figures([MAIN], [MAIN, branch()])
    assert math.isnan(figures[0])
    assert figures[1:] == (0, 0)


def test_the_same_ways_are_kept_however_the_lines_are_cut():
    assert paths_kept([MAIN, branch()], [*split(MAIN, 100), branch()[::-1]]) == pytest.approx(1)
    assert paths_kept([*split(MAIN, 100), branch()], [MAIN, branch()]) == pytest.approx(1)


def test_the_neighbouring_track_keeps_no_way():
    assert paths_kept([MAIN], [NEXT]) == 0


def test_a_gap_costs_the_ways_over_it():
    # Control points every 50 m from 0 to 400; four before the gap, five behind it: 2 · 4 · 5 of 9 · 8 ways are lost.
    pieces = [line((0, 0), (170, 0)), line((190, 0), (400, 0))]
    assert paths_kept([MAIN], pieces) == pytest.approx(1 - 40 / 72)


def test_a_detour_costs_what_it_is_longer():
    square = line((0, 0), (0, 60), (60, 60), (60, 0))
    straight = line((0, 0), (60, 0))
    kept = paths_kept([straight], [straight[:1].repeat(2, axis=0), square])
    assert kept == pytest.approx(1 - 1)  # 180 m for 60 m: more than twice as long counts as lost


def test_of_two_ways_between_the_same_places_the_shorter_counts():
    arc = line((0, 0), (200, 60), (400, 0))
    assert paths_kept([MAIN], [arc, MAIN]) == pytest.approx(1)


def test_where_there_are_no_ways_nothing_is_told():
    assert math.isnan(paths_kept([], [MAIN]))
    assert paths_kept([MAIN], []) == 0
    assert math.isnan(path_similarity(float("nan"), 1.0))
    assert path_similarity(0.0, float("nan")) == 0
    assert path_similarity(0.5, 1.0) == pytest.approx(2 / 3)


def test_a_large_map_takes_seconds_and_gives_the_same_whatever_the_order():
    rails = [line((0, 5.0 * row), (20_000, 5.0 * row)) for row in range(20)]
    assert paths_kept(rails, rails[::-1]) == pytest.approx(1)
    assert paths_kept(rails, rails[:-1]) == pytest.approx(paths_kept([one[::-1] for one in rails[::-1]], rails[:-1]))
