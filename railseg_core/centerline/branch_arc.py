"""The arc on which a switch's branch leaves its track, derived from how far apart the two are.

A branch of radius R is s²/2R away from the through track s metres beyond the toe, so a ribbon 0.6 m wide shows no fork
before 15 m (R 190) or 38 m (R 1200) and lies between the two tracks until then. But the ribbon widens by exactly that
distance, and beyond the fork the distance can be measured. Plotted together as √(2d) over s, both form a straight line
that starts at the toe and rises by 1/√R, on curved track as on straight track, since 1/R is the difference of the two
curvatures. Where a model sees no second track before the fork, the arc is that of the common switch that best fits the
tracks beyond it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from railseg_core.arrays import Floats
from railseg_core.centerline.legs import BIN_M

LEAST_BINS = 4
_ARC_END_M = (0.6, 3.2)
"""How far from the through track arcs end: 1:9-190 at 1.2 m, 1:6.6-190 at 2.2 m; the angle is only known to a tenth."""
_TOLD_M = 1.2
"""Largest standard error of a toe that is certain; without a second track seen before the fork, errors are larger."""
_USUAL_NUMBERS, _USUAL_RADII_M = (6.0, 7.5, 9.0, 12.0, 14.0, 18.5), (190.0, 190.0, 250.0, 500.0, 760.0, 1200.0)
"""Common switches: n of their angles 1:n, and their radii; a 1:9 has 190 or 300 m."""
_MOST_USUAL, _UNUSUAL = 9.0, 0.3
"""Number of the most common switch, and the spread of the logarithms of other switches' numbers around it."""
_USUAL_M = (1.3, 3.5)
"""Range of distances over which a common switch is fitted: closer, the two tracks pull each other together, and from
3.2 m on a siding at 4.4 m turns parallel."""
_PARALLEL = 0.5 / _USUAL_NUMBERS[-1]
"""Tracks that part more slowly run side by side: over `_USUAL_M` the flattest switch has nearly its full angle."""
_PARALLEL_M = 12.0
"""Length of track needed to tell that."""
_TORN_M = 1.15
"""Distance at which a model that sees a switch as one track begins to see two: the inner rails part at 1.4 m."""
_TORN_BINS = 3
_RIBBON_M, _WIDEST_RIBBON_M = 0.6, 1.2
"""Width of the axis ribbon from which these three come, and of a hesitant model's at most. A wider ribbon is that of a
mask, in which two tracks are told apart only where they lie further apart by as much as it is wider."""
_USUAL_ERROR_M = 4.0
"""Standard error of a common switch's toe, measured on rendered yards."""
_DISTANCE_ERROR_M = 0.15
_ALIKE_BINS = 4
"""Number of neighbouring bins whose errors are so alike that they count as one."""


class BranchArc(NamedTuple):
    """The branch's distance from the through track: (s - toe)² / 2R up to the switch's angle, then straight on.

    Attributes:
        toe_m: Where it begins, in metres along the tracks from the fork, negative before it.
        radius_m: Its radius.
        error_m: Standard error of the toe.
        slope: Tangent of the angle at which the arc ends.
        plain_m: Up to where, going back along the stem beyond the toe, only a single track was seen, metres from the
            fork; infinite where no second one was.
    """

    toe_m: float
    radius_m: float
    error_m: float
    slope: float = math.inf
    plain_m: float = math.inf

    def distance_m(self, along_m: Floats) -> Floats:
        """The distance from the through track at places along it."""
        beyond = np.maximum(along_m - self.toe_m, 0.0)
        on_arc = np.minimum(beyond, self.radius_m * self.slope)
        straight = np.where(beyond > on_arc, (beyond - on_arc) * self.slope, 0.0) if math.isfinite(self.slope) else 0.0
        return np.asarray(on_arc**2 / (2 * self.radius_m) + straight)

    @property
    def is_certain(self) -> bool:
        """Whether the arc ends as far from the through track as those of switches do, and its toe is well known."""
        is_usual = _ARC_END_M[0] <= self.radius_m * self.slope**2 / 2 <= _ARC_END_M[1]
        return bool(is_usual and self.error_m <= _TOLD_M)


def usual_arc(along_m: Floats, apart_m: Floats, *, is_torn: bool, ribbon_m: float = _RIBBON_M) -> BranchArc | None:
    """The arc of the common switch that best fits the two tracks; of two that fit alike, the more common one.

    Args:
        along_m: float64 (n,), along the tracks, metres from the fork or from where the branch is first seen.
        apart_m: float64 (n,), the distance between them there.
        is_torn: Whether the two are a single line up to where `along_m` is 0.
        ribbon_m: Width of one track's ribbon.

    Returns:
        The arc; None where the tracks are not seen to part.
    """
    wider_m = ribbon_m - _RIBBON_M if ribbon_m > _WIDEST_RIBBON_M else 0.0
    far = np.flatnonzero(apart_m > _USUAL_M[1] + wider_m)
    seen = apart_m >= _USUAL_M[0] + wider_m
    seen[far[0] if len(far) else len(seen) :] = False
    if np.count_nonzero(seen) < 2:
        return None
    along, apart = along_m[seen], apart_m[seen]
    if np.ptp(along) >= _PARALLEL_M and np.polynomial.polynomial.polyfit(along, apart, 1)[1] < _PARALLEL:
        if not (is_torn and wider_m):
            return None
        along, apart = along[:0], apart[:0]  # this far apart a siding has turned parallel
    if is_torn:
        along = np.concatenate([np.zeros(_TORN_BINS), along])
        apart = np.concatenate([np.full(_TORN_BINS, _TORN_M + wider_m), apart])
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
    """Fits the straight line through √(2d) robustly; None where there is too little to go by."""
    if len(along_m) < LEAST_BINS or np.ptp(along_m) < LEAST_BINS * BIN_M:
        return None
    height = np.sqrt(2 * distance_m)
    weight = height.copy()  # the larger d is, the less an error in d changes √(2d)
    for _ in range(6):
        slope, toe = _line(along_m, height, weight)
        if not slope > 0:
            return None
        # The error in the distance, not in its root.
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
