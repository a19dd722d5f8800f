"""The paper's metrics of pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.pixel_scores import PixelScores


def test_pixel_metrics_are_those_of_the_papers_equations():
    truth = np.repeat([1, 1, 0, 0], [6, 2, 3, 9])
    predicted = np.repeat([1, 0, 1, 0], [6, 2, 3, 9])
    scores = PixelScores.of(truth, predicted)
    assert scores.confusion.tolist() == [[9, 3], [2, 6]]
    assert scores.iou.tolist() == pytest.approx([9 / 14, 6 / 11])
    assert scores.miou == pytest.approx((9 / 14 + 6 / 11) / 2)
    assert scores.cpa.tolist() == pytest.approx([9 / 11, 6 / 9])
    assert scores.mpa == pytest.approx((9 / 11 + 6 / 9) / 2)
    assert scores.recall.tolist() == pytest.approx([9 / 12, 6 / 8])
    assert scores.accuracy == pytest.approx(15 / 20)


def test_pixels_that_are_not_valid_do_not_count():
    truth, predicted = np.array([[1, 0], [1, 0]]), np.array([[1, 1], [0, 0]])
    scores = PixelScores.of(truth, predicted, valid=np.array([[True, False], [False, True]]))
    assert scores.confusion.tolist() == [[1, 0], [0, 1]]


def test_finding_nothing_is_no_accuracy_of_its_class():
    scores = PixelScores.of(np.repeat([1, 0], [2, 8]), np.zeros(10, dtype=int))
    assert scores.cpa.tolist() == [0.8, 0.0]
    assert scores.mpa == pytest.approx(0.4)  # not 0.8, which would be better than finding some of it


def test_a_class_that_is_nowhere_has_no_metric_and_does_not_spoil_the_mean():
    scores = PixelScores.of(np.zeros(5, dtype=int), np.zeros(5, dtype=int))
    assert math.isnan(scores.iou[1])
    assert scores.miou == 1


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=60), st.integers(1, 59))
def test_scores_of_parts_add_up_to_those_of_the_whole(pairs, cut):
    truth, predicted = np.array(pairs).T
    parts = PixelScores.of(truth[:cut], predicted[:cut]) + PixelScores.of(truth[cut:], predicted[cut:])
    assert (parts.confusion == PixelScores.of(truth, predicted).confusion).all()
