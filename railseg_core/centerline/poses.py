"""How a track would continue beyond its end, and how well two ends fit together as one track."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from railseg_core.arrays import Points
from railseg_core.vectors.polylines import left_of, unit

REACH_M = 30.0
"""Length of track that shows how it continues."""
CURVED_M = 12.0
"""A shorter piece does not show its curvature."""
_OVERLAP_M = 0.5


@dataclass(frozen=True, slots=True)
class Pose:
    """The end of a track.

    Attributes:
        point: float64 (2,), where it ends, (x, y).
        direction: float64 (2,), unit vector onwards.
        curvature: 1/m, positive where it turns left onwards; 0 where the track is too short to tell.
        known_m: Length of track that this comes from.
    """

    point: Points
    direction: Points
    curvature: float
    known_m: float

    def local(self, points: Points) -> Points:
        """Points (…, 2) as (ahead, to the left) of the pose."""
        ahead = self.direction
        away = points - self.point
        return np.stack([away @ ahead, away @ left_of(ahead)], axis=-1)

    def aside_m(self, point: Points) -> float:
        """How far to the left of the track's continuation a point lies, metres."""
        ahead, left = self.local(point)
        return float(left - 0.5 * self.curvature * ahead**2)


def end_pose(places: Points, reach_m: float = REACH_M) -> Pose:
    """The pose of a track at the first of its places, looking away from them.

    Args:
        places: float64 (n, 2), from the end inwards, n at least 2.
        reach_m: How far along them to look, metres.
    """
    seen = within_reach(places, reach_m)
    inwards = seen[-1] - seen[0]
    length = float(np.hypot(*inwards))
    if length == 0.0:
        return Pose(places[0], np.array([1.0, 0.0]), 0.0, 0.0)
    ahead = -inwards / length
    left = left_of(ahead)
    x, y = (seen - seen[0]) @ ahead, (seen - seen[0]) @ left
    order = 2 if length >= CURVED_M else 1
    coefficients = np.polynomial.polynomial.polyfit(x, y, order) if len(seen) > order else np.zeros(order + 1)
    slope = coefficients[1]
    secant = math.hypot(1.0, slope)
    curvature = 2 * coefficients[2] / secant**3 if order == 2 else 0.0
    return Pose(seen[0] + coefficients[0] * left, (ahead + slope * left) / secant, float(curvature), length)


def within_reach(places: Points, reach_m: float) -> Points:
    """The leading places, float64 (n, 2) with n at least 2, up to a distance from the first."""
    beyond = np.flatnonzero(np.hypot(*(places - places[0]).T) > reach_m)
    return places[: max(int(beyond[0]), 2)] if len(beyond) else places


@dataclass(frozen=True, slots=True)
class Fit:
    """How two ends that face each other fit together.

    Attributes:
        gap_m: Distance between them.
        bend_deg: Angle by which the direction changes from one to the other.
        excess_deg: The part of it that the mean curvature of both does not explain.
        turn_deg: The larger of the angles between an end's direction and the straight way to the other.
        miss_m: How far one track passes beside the other, beyond what an evenly curved way between them explains.
    """

    gap_m: float
    bend_deg: float
    excess_deg: float
    turn_deg: float
    miss_m: float


def fit_of(first: Pose, second: Pose) -> Fit:
    """How well two ends fit together as one track."""
    across = second.point - first.point
    gap_m = float(np.hypot(*across))
    straight = across / gap_m if gap_m else first.direction
    # On an arc both turns are equal; their difference is a sideways step.
    before, after = _turn(first.direction, straight), _turn(straight, -second.direction)
    bend = _turn(first.direction, -second.direction)
    curved = gap_m * (first.curvature - second.curvature) / 2
    explained = min(max(bend, min(curved, 0.0)), max(curved, 0.0))
    return Fit(
        gap_m=gap_m,
        bend_deg=math.degrees(abs(bend)),
        excess_deg=math.degrees(abs(bend - explained)),
        turn_deg=math.degrees(max(abs(before), abs(after))),
        miss_m=gap_m / 2 * abs(before - after),
    )


@dataclass(frozen=True, slots=True)
class Arc:
    """The arc that best fits two pieces of track.

    Attributes:
        curvature: 1/m, positive.
        rms_m: How far the two lie from it, root mean square.
    """

    curvature: float
    rms_m: float


def arc_through(first: Points, second: Points) -> Arc | None:
    """The arc through two pieces of track that face each other, float64 (n, 2), each from its facing end inwards.

    The arc is approximated by a parabola, as in the formulas for switches. None where the pieces overlap.
    """
    across = second[0] - first[0]
    gap_m = float(np.hypot(*across))
    if gap_m == 0.0:
        return None
    ahead = across / gap_m
    before, behind = (first - first[0]) @ ahead, (second - first[0]) @ ahead
    if before.max() > before[0] + _OVERLAP_M or behind.min() < behind[0] - _OVERLAP_M:
        return None
    x = np.concatenate([before, behind]) - gap_m / 2
    y = np.concatenate([first, second]) @ left_of(ahead)
    coefficients = np.polynomial.polynomial.polyfit(x, y, 2)
    left_m = y - np.polynomial.polynomial.polyval(x, coefficients)
    return Arc(abs(2 * float(coefficients[2])), float(np.sqrt(np.mean(left_m**2))))


def directions(line: Points) -> Points:
    """Unit vector along a line at each of its points, float64 (n, 2)."""
    return unit(np.gradient(line, axis=0))


def crossing_angle_deg(first: tuple[Pose, Pose], second: tuple[Pose, Pose]) -> float:
    """Acute angle between two tracks, each given by its ends on either side of the crossing."""
    one, other = (a.direction - b.direction for a, b in (first, second))
    cosine = abs(float(one @ other)) / max(float(np.hypot(*one) * np.hypot(*other)), 1e-12)
    return float(np.degrees(np.arccos(min(cosine, 1.0))))


def way_between(first: Pose, second: Pose, step_m: float) -> Points:
    """A smooth way (cubic Hermite) from one end to the other, evenly sampled, without the ends: float64 (n, 2)."""
    gap_m = float(np.hypot(*(second.point - first.point)))
    t = np.linspace(0.0, 1.0, max(round(gap_m / step_m), 1) + 1)[1:-1, np.newaxis]
    return np.asarray(
        (2 * t**3 - 3 * t**2 + 1) * first.point
        + (t**3 - 2 * t**2 + t) * gap_m * first.direction
        + (3 * t**2 - 2 * t**3) * second.point
        - (t**3 - t**2) * gap_m * second.direction
    )


def _turn(a: Points, b: Points) -> float:
    """Angle from one unit vector to another, radians, positive to the left."""
    return math.atan2(float(a[0] * b[1] - a[1] * b[0]), float(a @ b))
