"""The arc on which a switch's branch leaves its track, told by how far apart both are.

Beyond the toe a branch of radius R is s²/2R away from the through track after s metres, so a ribbon of 0.6 m shows no
fork before 15 m (R 190) or 38 m (R 1200), and lies between the two tracks until then. But the ribbon grows wider by
just that distance, and beyond the fork the distance can be measured. Both together, drawn as √(2d) over s, are a
straight line that starts at the toe and rises by 1/√R: for a straight track as for a curved one, for R is that of the
difference of both curvatures. Where a model sees no second track before the fork, there is the arc of a usual switch
that lies as the tracks do beyond.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from railseg_core.arrays import Floats
from railseg_core.centerline.legs import BIN_M

LEAST_BINS = 4
_ARC_END_M = (0.6, 3.2)
"""1:9-190 ends its arc 1.2 m from the through track, 1:6.6-190 2.2 m; the angle is known to a tenth only."""
_TOLD_M = 1.2
"""Where a model sees no second track before the fork, the toe's standard error is larger: widths tell nothing there."""
_USUAL_NUMBERS, _USUAL_RADII_M = (6.0, 7.5, 9.0, 12.0, 14.0, 18.5), (190.0, 190.0, 250.0, 500.0, 760.0, 1200.0)
"""Angles 1:n of usual switches and their radii; 1:9 has 190 or 300 m."""
_MOST_USUAL, _UNUSUAL = 9.0, 0.3
"""The switch that there are most of, and by how much the logarithms of others' numbers stray from its."""
_USUAL_M = (1.3, 3.5)
"""Distances at which a usual switch is looked for: nearer the two tracks draw each other together, and from
3.2 m on a siding at 4.4 m turns parallel."""
_PARALLEL = 0.5 / _USUAL_NUMBERS[-1]
"""Tracks that part by less run beside each other: at those distances the flattest switch has nearly its angle."""
_PARALLEL_M = 12.0
"""Length from which that is to be told."""
_TORN_M = 1.15
"""Where a model that sees only one track in a switch's rails begins to see two: the inner rails part at 1.4 m."""
_TORN_BINS = 3
_USUAL_ERROR_M = 4.0
"""Standard error of its toe, on rendered yards."""
_DISTANCE_ERROR_M = 0.15
_ALIKE_BINS = 4
"""Errors of so many metres' distances are one."""


class BranchArc(NamedTuple):
    """The branch's distance from the through track: (s - toe)² / 2R up to the switch's angle, then straight on.

    Attributes:
        toe_m: Where it begins, along the stem, negative before the fork.
        radius_m: Its radius.
        error_m: Standard error of the toe.
        slope: Tangent of the angle at which the arc ends.
        plain_m: Up to where, going back along the stem, a single track was seen before the toe.
    """

    toe_m: float
    radius_m: float
    error_m: float
    slope: float = math.inf
    plain_m: float = 0.0

    def distance_m(self, along_m: Floats) -> Floats:
        """The distance at places along."""
        beyond = np.maximum(along_m - self.toe_m, 0.0)
        on_arc = np.minimum(beyond, self.radius_m * self.slope)
        straight = np.where(beyond > on_arc, (beyond - on_arc) * self.slope, 0.0) if math.isfinite(self.slope) else 0.0
        return np.asarray(on_arc**2 / (2 * self.radius_m) + straight)

    @property
    def is_certain(self) -> bool:
        """Whether the arc ends as far from the through track as those of switches do, and is well told."""
        is_usual = _ARC_END_M[0] <= self.radius_m * self.slope**2 / 2 <= _ARC_END_M[1]
        return bool(is_usual and self.error_m <= _TOLD_M)


def usual_arc(along_m: Floats, apart_m: Floats, *, is_torn: bool) -> BranchArc | None:
    """The arc of the usual switch that lies most as the two tracks do, the more usual of two that do so alike.

    Args:
        along_m: float64 (n,), along the tracks, metres from the fork or from where the branch is first seen.
        apart_m: float64 (n,), their distance there.
        is_torn: Whether the two are one line before.

    Returns:
        The arc; None where the tracks are not seen parting.
    """
    far = np.flatnonzero(apart_m > _USUAL_M[1])
    seen = apart_m >= _USUAL_M[0]
    seen[far[0] if len(far) else len(seen) :] = False
    if np.count_nonzero(seen) < 2:
        return None
    along, apart = along_m[seen], apart_m[seen]
    if np.ptp(along) >= _PARALLEL_M and np.polynomial.polynomial.polyfit(along, apart, 1)[1] < _PARALLEL:
        return None
    if is_torn:
        along = np.concatenate([np.zeros(_TORN_BINS), along])
        apart = np.concatenate([np.full(_TORN_BINS, _TORN_M), apart])
    number = np.geomspace(_USUAL_NUMBERS[0], _USUAL_NUMBERS[-1], 40)
    radius = np.exp(np.interp(number, _USUAL_NUMBERS, np.log(_USUAL_RADII_M)))
    slope = 1 / number
    # Back along the straight part, then along the arc: (numbers, places).
    on_arc = np.minimum(apart, (radius * slope**2 / 2)[:, np.newaxis])
    back = np.sqrt(2 * radius[:, np.newaxis] * on_arc) + (apart - on_arc) * number[:, np.newaxis]
    toes = along - back
    toe = np.median(toes, axis=1)
    steepness = np.sqrt(2 * on_arc / radius[:, np.newaxis])
    misfit = (toes - toe[:, np.newaxis]) * steepness / _DISTANCE_ERROR_M
    oddness = np.log(number / _MOST_USUAL) / _UNUSUAL
    best = int(np.argmin((misfit**2).sum(axis=1) / _ALIKE_BINS + oddness**2))
    return BranchArc(float(toe[best]), float(radius[best]), _USUAL_ERROR_M, float(slope[best]))


def fitted_arc(along_m: Floats, distance_m: Floats) -> BranchArc | None:
    """The line through √(2d), robustly; None where there is too little to tell."""
    if len(along_m) < LEAST_BINS or np.ptp(along_m) < LEAST_BINS * BIN_M:
        return None
    height = np.sqrt(2 * distance_m)
    weight = height.copy()  # an error of d counts for that much less the larger d is
    for _ in range(6):
        slope, toe = _line(along_m, height, weight)
        if not slope > 0:
            return None
        # How far off in distance, not in its root.
        off = np.abs(height - slope * (along_m - toe)) * height
        limit = max(2.0 * float(np.median(off)), 0.03)
        weight = height * np.minimum(1.0, limit / np.maximum(off, 1e-9))
    share = weight**2 / np.sum(weight**2)
    mean = float(share @ along_m)
    spread = float(share @ (along_m - mean) ** 2)
    residual = height - slope * (along_m - toe)
    variance = float(share @ residual**2) / max(len(along_m) - 2, 1)
    error = math.sqrt(variance * (1 + (mean - toe) ** 2 / max(spread, 1e-9))) / slope
    return BranchArc(float(toe), float(1 / slope**2), error)


def _line(along_m: Floats, height: Floats, weight: Floats) -> tuple[float, float]:
    """Slope of the weighted line, and where it is zero."""
    squared = weight**2 / np.sum(weight**2)
    mean_x, mean_y = float(squared @ along_m), float(squared @ height)
    slope = float(squared @ ((along_m - mean_x) * (height - mean_y))) / max(
        float(squared @ (along_m - mean_x) ** 2), 1e-12
    )
    return slope, mean_x - mean_y / slope if slope else 0.0
