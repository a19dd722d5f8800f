"""Scores of lines with known figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from railseg_core.evaluation.line_scores import LineScores, score_lines


def _line(*points):
    return np.array(points, dtype=np.float64)


ROAD = _line((0, 0), (100, 0))


def _beside(metres):
    return ROAD + np.array([0, metres])


def test_the_same_lines_score_full_marks():
    scores = score_lines([ROAD[::-1]], [ROAD])
    assert (scores.completeness, scores.correctness, scores.quality, scores.redundancy) == (1, 1, 1, 0)
    assert (scores.lateral_rms_cm, scores.lateral_p95_cm, scores.gaps) == (0, 0, 0)


def test_a_line_to_the_left_has_a_positive_bias():
    scores = score_lines([_beside(0.3)], [ROAD])
    assert scores.lateral_bias_cm == pytest.approx(30)
    assert scores.lateral_rms_cm == pytest.approx(30)
    assert score_lines([_beside(-0.3)], [ROAD]).lateral_bias_cm == pytest.approx(-30)


def test_the_neighbouring_track_does_not_count_as_found():
    scores = score_lines([_beside(4.0)], [ROAD])
    assert (scores.completeness, scores.correctness, scores.quality) == (0, 0, 0)
    assert math.isnan(scores.lateral_rms_cm)


def test_a_line_across_does_not_count_as_found():
    scores = score_lines([_line((50, -50), (50, 50))], [ROAD])
    assert (scores.completeness, scores.correctness) == (0, 0)


def test_half_a_track_and_a_false_one_of_the_same_length():
    scores = score_lines([_line((0, 0), (50, 0)), _line((0, 30), (50, 30))], [ROAD], rho_m=0.5)
    assert scores.completeness == pytest.approx(0.5, abs=0.01)
    assert scores.correctness == pytest.approx(0.5, abs=0.01)
    assert scores.quality == pytest.approx(1 / 3, abs=0.01)


def test_a_track_drawn_twice_is_redundant():
    scores = score_lines([_beside(0.2), _beside(-0.2)], [ROAD])
    assert scores.redundancy == pytest.approx(0.5)
    assert scores.correctness == 1


def test_gaps_are_counted_by_the_kilometre_and_short_ones_are_none():
    pieces = [_line((0, 0), (20, 0)), _line((23.5, 0), (60, 0)), _line((60.9, 0), (100, 0))]
    scores = score_lines(pieces, [ROAD], rho_m=0.25)
    assert scores.gaps == 1
    assert scores.gaps_per_km == pytest.approx(10)


def test_a_gap_does_not_run_on_from_one_line_to_the_next():
    short = [_line((x, 0), (x + 1.5, 0)) for x in (0, 1.5, 3.0)]
    assert score_lines([], short).gaps == 0
    assert score_lines([], [_line((0, 0), (4.5, 0))]).gaps == 1


def test_ignored_areas_count_on_neither_side():
    wrong = _line((60, 20), (100, 20))
    scores = score_lines([_line((0, 0), (50, 0)), wrong], [ROAD], ignore=shapely.box(50, -50, 200, 50))
    assert (scores.completeness, scores.correctness) == (1, 1)
    assert scores.reference_m == pytest.approx(50)


def test_hidden_tracks_are_neither_rewarded_nor_punished():
    hidden = _line((100, 0), (150, 0))
    found = score_lines([_line((0, 0), (150, 0))], [ROAD], hidden=[hidden], rho_m=0.5)
    missed = score_lines([ROAD], [ROAD], hidden=[hidden], rho_m=0.5)
    for scores in (found, missed):
        assert scores.completeness == 1
        assert scores.correctness == 1
        assert scores.reference_m == pytest.approx(100)


def test_nothing_found_and_nothing_there_have_no_ratio():
    nothing = score_lines([], [])
    assert math.isnan(nothing.completeness)
    assert math.isnan(nothing.correctness)
    assert score_lines([], [ROAD]).completeness == 0
    assert score_lines([ROAD], []).correctness == 0


def test_pooled_scores_sum_lengths_instead_of_averaging_ratios():
    long, short = score_lines([ROAD * 9], [ROAD * 9]), score_lines([], [ROAD])
    pooled = LineScores.pooled([long, short])
    assert pooled.completeness == pytest.approx(0.9)
    assert pooled.gaps == 1
    assert len(pooled.offsets_m) == len(long.offsets_m)


@given(
    turn=st.floats(0, 2 * math.pi),
    shift=st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)),
    off=st.floats(0.05, 0.8),
)
def test_scores_do_not_depend_on_where_and_which_way(turn, shift, off):
    rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    reference, extracted = (line @ rotation + shift for line in (ROAD, _line((10, off), (70, off))))
    scores = score_lines([extracted], [reference])
    assert scores.lateral_bias_cm == pytest.approx(100 * off, abs=3)
    assert scores.completeness == pytest.approx(0.6, abs=0.025)
    assert scores.correctness == 1
