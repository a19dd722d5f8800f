"""Comparing one map with another: what is new, missing and shifted, and properties that always hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from station import MAIN, ORIGIN, beside, branch, line, yards

from railseg_core.evaluation.line_scores import facing, sample_lines
from railseg_core.evaluation.map_comparison import MapComparison, compare_maps


def lengths(found: MapComparison) -> dict[str, float | None]:
    return {kind: found.figures[f"{kind}_m"] for kind in ("matched", "shifted", "new", "missing")}


def test_new_missing_shifted_and_matched_are_told_apart() -> None:
    extracted = [MAIN, beside(MAIN, 0, 20.8), beside(MAIN, 0, 40)]
    found = compare_maps(extracted, [beside(MAIN[::-1], 0, 0.2), beside(MAIN, 0, 20), beside(MAIN, 0, 60)])
    assert lengths(found) == pytest.approx(dict.fromkeys(("matched", "shifted", "new", "missing"), 400), abs=1e-2)
    assert len(found.matched) == len(found.shifted) == 16
    assert [piece.offset_m for piece in found.matched] == pytest.approx([-0.2] * 16)
    assert [piece.offset_m for piece in found.shifted] == pytest.approx([0.8] * 16)
    assert {(piece.source, piece.partner) for piece in found.shifted} == {(1, 1)}
    assert [(piece.source, piece.partner) for piece in (*found.new, *found.missing)] == [(2, -1), (2, -1)]


def test_a_track_3_8_m_beside_is_another_track() -> None:
    found = compare_maps([MAIN], [beside(MAIN, 0, 3.8)])
    assert lengths(found) == pytest.approx({"matched": 0, "shifted": 0, "new": 400, "missing": 400})
    assert found.figures["mean_distance_dm"] is None


def test_the_second_of_two_tracks_is_new_where_the_map_has_one() -> None:
    for near, far in ((0.3, -1.9), (-0.3, 1.9)):
        found = compare_maps([beside(MAIN, 0, far), beside(MAIN, 0, near)], [MAIN])
        assert lengths(found) == pytest.approx({"matched": 400, "shifted": 0, "new": 400, "missing": 0})
        assert {piece.source for piece in found.new} == {0}


def test_a_branch_that_the_map_lacks_is_new_from_its_switch_on() -> None:
    found = compare_maps([MAIN, branch()], [beside(MAIN, 0, 0.4)])
    assert found.figures["matched_m"] == pytest.approx(400)
    assert {piece.source for piece in found.matched} == {0}
    assert found.figures["new_m"] == pytest.approx(shapely.LineString(branch()).length, abs=0.01)
    cut = [line((0, 0.4), (100, 0.4)), line((100, 0.4), (400, 0.4)), branch()]
    found = compare_maps(cut, [line((0, 0), (60, 0)), line((60, 0), (170, 0)), line((170, 0), (400, 0))])
    assert {piece.source for piece in found.new} == {2}
    assert lengths(found)["missing"] == 0
    found = compare_maps([beside(MAIN, 0, 0.4)], [branch(), MAIN])
    assert lengths(found)["missing"] == pytest.approx(shapely.LineString(branch()).length, abs=1)


def test_how_lines_are_cut_and_which_way_they_run_changes_nothing() -> None:
    map_lines = [line((0, 0), (130, 0)), line((130, 0), (131.5, 0)), line((400, 0), (131.5, 0))]
    found = compare_maps([line((0, 0.3), (205, 0.3)), line((400, 0.3), (205, 0.3))], map_lines)
    assert lengths(found) == pytest.approx({"matched": 400, "shifted": 0, "new": 0, "missing": 0})
    assert [abs(piece.offset_m) for piece in found.matched] == pytest.approx([0.3] * len(found.matched))
    assert max(np.hypot(*np.diff(piece.line, axis=0).T).sum() for piece in found.matched) <= 25.01


def test_what_a_line_has_beyond_the_other_s_end_is_new() -> None:
    found = compare_maps([line((0, 1), (200, 1))], [line((50, 0), (150, 0))])
    assert found.figures["new_m"] == pytest.approx(100, abs=1)
    assert [piece.offset_m for piece in found.shifted] == pytest.approx([1.0] * 4, abs=0.02)
    assert len(found.new) == 2


def test_where_nothing_counts_nothing_is_told() -> None:
    ignore = shapely.box(*(ORIGIN - 10), *beside(ORIGIN, 200, 100))
    found = compare_maps([beside(MAIN, 0, 1)], [MAIN, beside(MAIN, 0, 20)], ignore=ignore)
    assert lengths(found) == pytest.approx({"matched": 0, "shifted": 200, "new": 0, "missing": 200}, abs=0.1)


def test_an_empty_side_is_all_new_or_all_missing() -> None:
    assert lengths(compare_maps([], [MAIN]))["missing"] == 400
    assert lengths(compare_maps([MAIN], []))["new"] == 400
    assert compare_maps([], []).figures["reference_m"] == 0


@settings(max_examples=25, deadline=None)
@given(yards(), st.data())
def test_a_map_against_itself_has_nothing_new_missing_or_shifted(lines: list, data: st.DataObject) -> None:
    flips = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    turned = [one[::-1] if flip else one for one, flip in zip(lines, flips, strict=True)]
    order = data.draw(st.permutations(range(len(lines))))
    found = compare_maps([turned[index] for index in order], lines)
    assert not found.new
    assert not found.missing
    assert not found.shifted
    assert found.figures["mean_distance_dm"] == pytest.approx(0, abs=1e-3)
    assert all(order[piece.source] == piece.partner for piece in found.matched)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.02, 1.8), st.floats(0, 2 * math.pi), st.integers(1, 4), st.booleans())
@example(0.5, 1.0, 1, False)
def test_a_map_that_is_shifted_by_d_has_the_offset_d(shift_m: float, turn: float, tracks: int, flipped: bool) -> None:
    assume(not 0.5 < shift_m <= 0.5 + 2e-6)  # nearer to the threshold than the coordinates' last digits
    rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    straight = [np.array([[0.0, 3.8 * track], [310.0, 3.8 * track]]) for track in range(tracks)]
    reference = [one @ rotation + ORIGIN for one in straight]
    moved = [beside(one, 0, shift_m) @ rotation + ORIGIN for one in straight]
    found = compare_maps([one[::-1] for one in moved] if flipped else moved, reference)
    pieces = [*found.matched, *found.shifted]
    assert not found.new
    assert not found.missing
    assert [piece.offset_m for piece in pieces] == pytest.approx(
        [-shift_m if flipped else shift_m] * len(pieces), abs=1e-5
    )
    assert all(piece.source == piece.partner for piece in pieces)
    assert bool(found.shifted) == (shift_m > 0.5)


def test_what_is_beside_a_countrys_lines_is_found_part_by_part() -> None:
    far = 90_000.0
    extracted = [np.array([[0.0, 0.0], [far, 0.0]]), np.array([[0.0, 10.0], [far, 10.0]])]
    reference = [np.add(own, [0.0, 0.3]) for own in extracted]
    parts = list(facing(sample_lines(extracted), reference, 2.5))
    assert len(parts) > 1
    samples = np.concatenate([part.sample for part in parts])
    np.testing.assert_array_equal(samples, np.arange(4 * far))
    np.testing.assert_array_equal(np.concatenate([part.segment for part in parts]), np.repeat([0, 1], 2 * round(far)))
    assert compare_maps(extracted, reference).figures["matched_m"] == pytest.approx(2 * far)
