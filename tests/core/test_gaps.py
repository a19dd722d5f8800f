"""Gaps: which ends are considered together. What becomes of them is tested in test_vectorize and test_yards."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from railseg_core.centerline.gaps import LONGEST_GAP_M, facing_pairs, fits
from railseg_core.centerline.poses import Pose, fit_of


def yard(seed: int, tracks: int = 14) -> list[Pose]:
    """Ends of pieces of parallel tracks with gaps of 1 to 240 m, some known for a few metres alone."""
    rng = np.random.default_rng(seed)
    poses = []
    for track in range(tracks):
        along = 0.0
        for _ in range(4):
            along += rng.uniform(1.0, 60.0)
            gap_m = rng.choice([rng.uniform(1.0, 30.0), rng.uniform(30.0, 240.0)])
            known_m = rng.choice([rng.uniform(3.0, 29.0), 30.0], size=2)
            for place, forward, known in ((along, 1.0, known_m[0]), (along + gap_m, -1.0, known_m[1])):
                turn = rng.normal(0.0, 0.02)
                direction = forward * np.array([np.cos(turn), np.sin(turn)])
                point = np.array([place, 4.5 * track + rng.normal(0.0, 0.1)])
                poses.append(Pose(point, direction, 0.0, float(known)))
            along += gap_m
    return poses


@pytest.mark.parametrize("seed", range(4))
def test_no_pair_of_ends_that_may_be_one_track_is_passed_over(seed: int) -> None:
    poses = yard(seed)
    fitting = set()
    for i, j in combinations(range(len(poses)), 2):
        fit = fit_of(poses[i], poses[j])
        if fit.gap_m <= LONGEST_GAP_M and fits(fit, poses[i], poses[j]):
            fitting.add((i, j))
    looked_at = facing_pairs(poses)
    assert len(fitting) > 20
    assert max(fit_of(poses[i], poses[j]).gap_m for i, j in fitting) > 100
    assert fitting <= set(looked_at)
    assert len(looked_at) == len(set(looked_at))
    assert len(looked_at) < len(poses) * (len(poses) - 1) / 8  # and most others are


def test_ends_in_one_place_and_ends_of_short_pieces_alone() -> None:
    end = Pose(np.zeros(2), np.array([1.0, 0.0]), 0.0, 30.0)
    assert facing_pairs([end, end]) == [(0, 1)]
    short = [Pose(np.array([x, 0.0]), np.array([ahead, 0.0]), 0.0, 5.0) for x, ahead in ((0.0, 1.0), (4.0, -1.0))]
    assert facing_pairs(short) == [(0, 1)]
    assert facing_pairs(short[::-1]) == [(0, 1)]
    further = [short[0], Pose(np.array([20.0, 0.0]), np.array([-1.0, 0.0]), 0.0, 5.0)]
    assert facing_pairs(further) == []  # in a mask of noise there are millions of such pairs
    apart = [short[0], Pose(np.array([40.0, 0.0]), np.array([-1.0, 0.0]), 0.0, 30.0)]
    assert facing_pairs(apart) == []  # 5 m do not tell what lies 40 m on
