"""Railway alignments: straights, arcs and clothoids, and the tangent arcs of switches, as polylines in metres.

Scene coordinates: x to the right, y downwards, metres from the picture's top-left corner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from railseg_core.arrays import Floats

STEP_M = 1.0
"""Distance between neighbouring points of an alignment; an arc of 190 m radius bulges 0.7 mm between two."""

SWITCHES = (
    (190.0, 6.6),
    (190.0, 7.5),
    (190.0, 9.0),
    (300.0, 9.0),
    (500.0, 12.0),
    (760.0, 14.0),
    (1200.0, 18.5),
)
"""Common switches: (radius_m, n of the crossing angle 1:n)."""

SWITCH_WEIGHTS = np.array([0.1, 0.1, 0.3, 0.25, 0.15, 0.05, 0.05])


def normals(points: Floats) -> Floats:
    """Unit vectors to the right of a line (y grows downwards) at each of its points, (n, 2)."""
    d = np.gradient(points, axis=0)
    length = np.maximum(np.hypot(d[:, 0], d[:, 1]), 1e-9)
    return np.asarray(np.stack([-d[:, 1], d[:, 0]], axis=1) / length[:, None])


def arc_lengths(points: Floats) -> Floats:
    """Distance along a line of each of its points, (n,) metres."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])


@dataclass(frozen=True, slots=True)
class Alignment:
    """A centre-line as points spaced `STEP_M` apart.

    Attributes:
        points: (n, 2) float64, metres.
        heading: (n,) float64, radians from the x axis towards y.
        curvature: (n,) float64, 1/m; positive turns from x towards y.
    """

    points: Floats
    heading: Floats
    curvature: Floats

    @property
    def arc_m(self) -> Floats:
        """Distance along the line of each point, (n,) metres."""
        return np.arange(len(self.points), dtype=np.float64) * STEP_M

    def offset(self, lateral_m: Floats | float) -> Floats:
        """Points moved sideways (to the right of the heading in a y-down frame), (n, 2) metres."""
        normal = np.stack([-np.sin(self.heading), np.cos(self.heading)], axis=1)
        return np.asarray(self.points + normal * np.broadcast_to(lateral_m, len(self.points))[:, None])

    def reversed(self) -> Alignment:
        """The same line run the other way."""
        return Alignment(self.points[::-1].copy(), self.heading[::-1] + np.pi, -self.curvature[::-1])


def trace(start: Floats, heading: float, curvature: Floats) -> Alignment:
    """Integrates a curvature, one value per point, into a line that starts at a pose.

    Args:
        start: (2,) metres.
        heading: Radians.
        curvature: (n,) 1/m at each of the line's points.

    Returns:
        The alignment, n points long.
    """
    middle = 0.5 * (curvature[1:] + curvature[:-1])
    headings = heading + np.concatenate([[0.0], np.cumsum(middle) * STEP_M])
    chord = headings[:-1] + (0.375 * curvature[:-1] + 0.125 * curvature[1:]) * STEP_M
    steps = STEP_M * np.stack([np.cos(chord), np.sin(chord)], axis=1)
    points = np.asarray(start, dtype=np.float64) + np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    return Alignment(points, headings, curvature)


def random_curvature(rng: np.random.Generator, length_m: float, min_radius_m: float) -> Floats:
    """Curvature of a random sequence of straights and arcs with clothoids between them, (n,) 1/m."""
    arc = [0.0]
    value = [0.0]
    straight = rng.random() < 0.45
    while arc[-1] < length_m:
        k = 0.0
        if not straight:
            radius = min_radius_m * float(np.exp(rng.uniform(0.0, 2.3)))
            k = float(rng.choice([-1.0, 1.0])) / radius
        straight = not straight or rng.random() < 0.2
        arc += [arc[-1] + rng.uniform(15.0, 80.0), 0.0]
        arc[-1] = arc[-2] + rng.uniform(40.0, 250.0)
        value += [k, k]
    value[0] = value[1]
    return np.asarray(np.interp(np.arange(0.0, length_m + STEP_M, STEP_M), arc, value), dtype=np.float64)


def random_alignment(
    rng: np.random.Generator, point: Floats, heading: float, half_length_m: float, min_radius_m: float
) -> Alignment:
    """A random line that passes through a point with a heading, with `half_length_m` on either side of it."""
    line = trace(np.zeros(2), 0.0, random_curvature(rng, 2.0 * half_length_m, min_radius_m))
    middle = len(line.points) // 2
    turn = heading - float(line.heading[middle])
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    points = (line.points - line.points[middle]) @ rotation + point
    return Alignment(points, line.heading + turn, line.curvature)


def random_switch(rng: np.random.Generator, curvature: float = 0.0) -> tuple[float, float]:
    """A switch (radius_m, tan of its angle) whose branch keeps a radius of 155 m on a main track of this curvature."""
    radius, n = SWITCHES[int(rng.choice(len(SWITCHES), p=SWITCH_WEIGHTS))]
    while 1.0 / radius + abs(curvature) > 1.0 / 155.0 and radius < 2000.0:
        radius, n = radius * 1.4, n * 1.2
    return radius, 1.0 / n


def departure(arc_m: Floats, radius_m: float, tangent: float) -> Floats:
    """Lateral distance of a branch beyond its toe: the tangent arc, then the straight at the switch's angle."""
    angle = np.arctan(tangent)
    end = radius_m * np.sin(angle)
    on_arc = np.clip(arc_m, 0.0, end)
    return np.asarray(
        radius_m - np.sqrt(radius_m**2 - on_arc**2) + np.maximum(arc_m - end, 0.0) * tangent, dtype=np.float64
    )


def shift_length(shift_m: float, radius_m: float, tangent: float) -> float:
    """Length along the main track of `lateral_shift` from toe to end, metres."""
    angle = min(np.arctan(tangent), np.arccos(max(1.0 - shift_m / (2.0 * radius_m), -1.0)))
    arcs = 2.0 * radius_m * (1.0 - np.cos(angle))
    return float(2.0 * radius_m * np.sin(angle) + max(shift_m - arcs, 0.0) / max(np.tan(angle), 1e-9))


def lateral_shift(arc_m: Floats, shift_m: float, radius_m: float, tangent: float) -> Floats:
    """Lateral distance of a track that leaves by a switch and turns parallel at `shift_m` (arc, straight, arc)."""
    length = shift_length(shift_m, radius_m, tangent)
    angle = min(np.arctan(tangent), np.arccos(max(1.0 - shift_m / (2.0 * radius_m), -1.0)))
    first = departure(arc_m, radius_m, float(np.tan(angle)))
    second = shift_m - departure(length - arc_m, radius_m, float(np.tan(angle)))
    return np.clip(np.where(arc_m < length / 2.0, first, second), 0.0, shift_m)
