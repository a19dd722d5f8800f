"""Yards and switches of known geometry: the truth, from which a probability raster is drawn directly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Points
from tests.truth.ribbons import ORIGIN_X, ORIGIN_Y, dense
from train.synthetic.alignment import (
    STEP_M,
    Alignment,
    arc_lengths,
    departure,
    lateral_shift,
    shift_length,
    trace,
)
from train.synthetic.trackplan import random_plan


@dataclass(frozen=True, slots=True)
class TrueSwitch:
    """A switch: where its branch leaves, the direction (unit vector) in which it does, and to which side."""

    toe: Points
    direction: Points
    side: str


@dataclass(slots=True)
class Yard:
    """Tracks as they lie, (x, y) in metres; a branch starts at its toe, on the track it leaves.

    Attributes:
        name: What it shows.
        tracks: float64 (n, 2) each.
        switches: All of them.
        crossings: Middles of the crossings at grade.
        hidden: Where no track can be seen.
    """

    name: str
    tracks: list[Points] = field(default_factory=list)
    switches: list[TrueSwitch] = field(default_factory=list)
    crossings: list[Points] = field(default_factory=list)
    hidden: BaseGeometry | None = None

    def add(self, points: Points) -> Points:
        """Adds a track of the plan's frame (y downwards) and returns it on the map."""
        line = dense(on_map(points))
        self.tracks.append(line)
        return line

    def branch(self, points: Points, main: Points, *, at_end: bool = False) -> Points:
        """Adds a track that leaves `main` (the plan's frame) by a switch at its start, or at its end too."""
        line = self.add(points)
        self.switches.append(_switch(line, on_map(main)))
        if at_end:
            self.switches.append(_switch(line[::-1], on_map(main)))
        return line


def on_map(points: Points) -> Points:
    """From the plan's frame (y downwards) to the map's."""
    return np.asarray(points * (1.0, -1.0) + (ORIGIN_X, ORIGIN_Y))


def _switch(branch: Points, main: Points) -> TrueSwitch:
    arc = arc_lengths(branch)
    ahead = branch[int(np.searchsorted(arc, 2.0))] - branch[0]
    direction = ahead / np.hypot(*ahead)
    there = branch[min(int(np.searchsorted(arc, 25.0)), len(branch) - 1)]
    rail = shapely.linestrings(main)
    foot = shapely.get_coordinates(
        shapely.line_interpolate_point(rail, shapely.line_locate_point(rail, shapely.Point(there)))
    )[0]
    across = there - foot
    side = "left" if direction[0] * across[1] - direction[1] * across[0] > 0 else "right"
    return TrueSwitch(branch[0], direction, side)


def _straight(length_m: float) -> Points:
    return np.zeros(int(length_m / STEP_M) + 1)


def _arc(length_m: float, radius_m: float, easing_m: float = 0.0) -> Points:
    """Curvature of an arc with clothoids at both ends."""
    count = int(length_m / STEP_M) + 1
    along = np.arange(count) * STEP_M
    rise = np.ones(count) if not easing_m else np.clip(np.minimum(along, along[-1] - along) / easing_m, 0, 1)
    return rise / radius_m


def _line(heading_deg: float, *curvature: Points) -> Alignment:
    return trace(np.zeros(2), np.radians(heading_deg), np.concatenate(curvature))


def _part(line: Alignment, first: int, last: int | None = None) -> Alignment:
    return Alignment(line.points[first:last], line.heading[first:last], line.curvature[first:last])


def switch_yard(
    radius_m: float, n: float, side: float, *, main_radius_m: float = 0.0, heading_deg: float = 12.0
) -> Yard:
    """One switch 1:n, its branch goes on straight; `side` is 1 to the right of the heading, -1 to the left."""
    bend = _straight(260) if not main_radius_m else _arc(260, main_radius_m, 60)
    main = _line(heading_deg, bend)
    start = 100
    rest = _part(main, start)
    yard = Yard(
        f"1:{n:g}-{radius_m:g} {'right' if side > 0 else 'left'}" + (f" on R{main_radius_m:g}" if main_radius_m else "")
    )
    yard.add(main.points)
    yard.branch(rest.offset(side * departure(rest.arc_m, radius_m, 1 / n))[:140], main.points)
    return yard


def crossover_yard(
    spacing_m: float, radius_m: float, n: float, *, scissors: bool = False, heading_deg: float = -7.0
) -> Yard:
    """Two tracks joined by a crossover, or by two that cross."""
    main = _line(heading_deg, _straight(260))
    second = main.offset(spacing_m)
    yard = Yard(f"{'scissors' if scissors else 'crossover'} 1:{n:g}-{radius_m:g} at {spacing_m:g} m")
    yard.add(main.points)
    yard.add(second)
    length = shift_length(spacing_m, radius_m, 1 / n)
    start = 90
    along = np.append(np.arange(0, length, STEP_M), length)
    rise = lateral_shift(along, spacing_m, radius_m, 1 / n)
    points = main.points[start] + along[:, None] * [np.cos(main.heading[0]), np.sin(main.heading[0])]
    normal = np.array([-np.sin(main.heading[0]), np.cos(main.heading[0])])
    ways = [rise] + ([spacing_m - rise] if scissors else [])
    for way in ways:
        line = points + way[:, None] * normal
        first, last = (main.points, second) if way[0] < way[-1] else (second, main.points)
        yard.branch(line, first)
        yard.switches.append(_switch(yard.tracks[-1][::-1], on_map(last)))
    if scissors:
        yard.crossings.append(on_map(points[0] + normal * spacing_m / 2 + (points[-1] - points[0]) / 2))
    return yard


def ladder_yard(count: int, spacing_m: float, radius_m: float, n: float, *, heading_deg: float = 20.0) -> Yard:
    """A line with a ladder from which `count` - 1 tracks leave one after another."""
    angle = np.arctan(1 / n)
    ladder_m = spacing_m * count / np.tan(angle)
    main = _line(heading_deg, _straight(ladder_m + 260))
    rest = _part(main, 60)
    yard = Yard(f"ladder of {count} tracks 1:{n:g}-{radius_m:g} at {spacing_m:g} m")
    yard.add(main.points)
    ladder = rest.offset(lateral_shift(rest.arc_m, spacing_m * (count - 1), radius_m, 1 / n))
    yard.branch(ladder, main.points)
    for k in range(1, count - 1):
        shift = spacing_m * k
        full = rest.offset(lateral_shift(rest.arc_m, shift, radius_m, 1 / n))
        leave = shift_length(shift, radius_m, 1 / n) - radius_m * np.sin(angle)
        # Exactly where the ladder's straight and the track's last arc touch.
        index = int(np.ceil(leave / STEP_M))
        touch = rest.points[0] + leave * np.array([np.cos(main.heading[0]), np.sin(main.heading[0])])
        touch = touch + departure(np.array([leave]), radius_m, 1 / n)[0] * np.array(
            [-np.sin(main.heading[0]), np.cos(main.heading[0])]
        )
        yard.branch(np.vstack([touch, full[index:]]), ladder)
    return yard


def loop_yard(tracks: int, spacing_m: float, radius_m: float, n: float, *, heading_deg: float = 33.0) -> Yard:
    """A station: passing loops beside a line that leave and come back."""
    main = _line(heading_deg, _straight(420 + 100 * tracks))
    yard = Yard(f"{tracks} passing loops at {spacing_m:g} m")
    yard.add(main.points)
    for k in range(1, tracks + 1):
        side = 1 if k % 2 else -1
        first = 50 * k
        rest = _part(main, first, len(main.points) - first)
        rise = np.minimum(
            lateral_shift(rest.arc_m, spacing_m, radius_m, 1 / n),
            lateral_shift(rest.arc_m[-1] - rest.arc_m, spacing_m, radius_m, 1 / n),
        )
        yard.branch(rest.offset(side * rise), main.points, at_end=True)
    return yard


def crossing_yard(angle_deg: float, *, at_grade: bool, heading_deg: float = 4.0, radius_m: float = math.inf) -> Yard:
    """Two straight or curved tracks that cross."""
    first = _line(heading_deg, _arc(240, radius_m))
    second = _line(heading_deg + angle_deg, _arc(240, radius_m))
    middle = first.points[120]
    yard = Yard(f"{'diamond' if at_grade else 'bridge'} of {angle_deg:.1f}°")
    yard.add(first.points)
    yard.add(second.points - second.points[120] + middle)
    if at_grade:
        yard.crossings.append(on_map(middle))
    return yard


def curve_yard(radius_m: float, *, tracks: int = 2, spacing_m: float = 3.8) -> Yard:
    """Parallel tracks on a curve with clothoids."""
    main = _line(5.0, _straight(60), _arc(160, radius_m, 40), _straight(60))
    yard = Yard(f"{tracks} tracks on R{radius_m:g}")
    for k in range(tracks):
        yard.add(main.offset(-spacing_m * k))  # outwards
    return yard


def gap_yard(gap_m: float, *, tracks: int, radius_m: float = 0.0, hide: int = 1) -> Yard:
    """Tracks of which the first `hide` cannot be seen along `gap_m` (trees, a standing train)."""
    length = gap_m + 240
    main = _line(15.0, _straight(length) if not radius_m else _arc(length, radius_m, 50))
    yard = Yard(
        f"gap of {gap_m:g} m on {tracks} track{'s' if tracks > 1 else ''}" + (f", R{radius_m:g}" if radius_m else "")
    )
    for k in range(tracks):
        yard.add(main.offset(4.5 * k))
    first, last = 120, 120 + int(gap_m)
    covers = [
        shapely.LineString(on_map(main.offset(4.5 * k)[first : last + 1])).buffer(2.2, cap_style="flat")
        for k in range(hide)
    ]
    yard.hidden = shapely.union_all(covers)
    return yard


SWITCHES = ((190.0, 9.0), (300.0, 9.0), (500.0, 12.0), (760.0, 14.0), (1200.0, 18.5))


def plain_yards() -> Iterator[Yard]:
    """Curves, switches, crossovers, ladders, loops, crossings: everything is seen."""
    for radius_m in (150.0, 300.0, 700.0, 2000.0):
        yield curve_yard(radius_m)
    for radius_m, n in SWITCHES:
        for side in (1.0, -1.0):
            yield switch_yard(radius_m, n, side)
            yield switch_yard(radius_m, n, side, main_radius_m=900.0, heading_deg=-40.0)
    yield crossover_yard(4.0, 190.0, 9.0)
    yield crossover_yard(4.5, 500.0, 12.0)
    yield crossover_yard(4.5, 300.0, 9.0, scissors=True)
    yield ladder_yard(12, 4.5, 190.0, 9.0)
    yield loop_yard(2, 4.7, 300.0, 9.0)
    yield loop_yard(1, 4.5, 500.0, 12.0)
    yield crossing_yard(np.degrees(np.arctan(1 / 9)), at_grade=True)
    yield crossing_yard(np.degrees(np.arctan(1 / 4.5)), at_grade=True)
    yield crossing_yard(62.0, at_grade=False)


def gap_yards() -> Iterator[Yard]:
    """Tracks that trees, trains and bridges hide."""
    yield gap_yard(30.0, tracks=1)
    yield gap_yard(30.0, tracks=1, radius_m=400.0)
    yield gap_yard(30.0, tracks=3, hide=2)
    yield gap_yard(200.0, tracks=3)
    yield gap_yard(200.0, tracks=2, radius_m=800.0)


def random_yards(count: int, extent_m: float = 220.0) -> Iterator[Yard]:
    """Yards of the scene generator's; their switches are not told.

    Those are left out in which tracks lie where no two can: nearer to each other than rails are apart, away from
    where the one leaves the other.
    """
    seed = 0
    while count:
        rng = np.random.default_rng([77, seed])
        seed += 1
        plan = random_plan(rng, extent_m)
        if plan.kind not in ("station", "yard", "single"):
            continue
        yard = Yard(f"{plan.kind} {seed}")
        for track in plan.tracks:
            yard.add(track.points)
        if _can_be_built(yard.tracks):
            count -= 1
            yield yard


_PARTING_M = 60.0


def _can_be_built(tracks: list[Points]) -> bool:
    """Whether tracks are near each other only within `_PARTING_M` of where one leaves the other, and never three."""
    rails = [shapely.linestrings(track) for track in tracks]
    beside: list[BaseGeometry] = []
    for i, first in enumerate(rails):
        for second in rails[:i]:
            shared = first.intersection(second.buffer(1.2))
            if shared.is_empty:
                continue
            ends = shapely.points([*tracks[i][[0, -1]], *shapely.get_coordinates(second)[[0, -1]]])
            toes = shapely.multipoints(ends[(first.distance(ends) < 0.2) & (second.distance(ends) < 0.2)])
            if not toes.buffer(_PARTING_M).contains(shared) or any(shared.distance(other) < 2.0 for other in beside):
                return False
            beside.append(shared)
    return True


def three_way_yard(radius_m: float, n: float, *, heading_deg: float = 8.0) -> Yard:
    """A three-way switch: a branch to either side from nearly the same toe."""
    main = _line(heading_deg, _straight(240))
    yard = Yard(f"three-way 1:{n:g}-{radius_m:g}")
    yard.add(main.points)
    for side, start in ((1.0, 90), (-1.0, 96)):
        rest = _part(main, start)
        yard.branch(rest.offset(side * departure(rest.arc_m, radius_m, 1 / n))[:130], main.points)
    return yard


def slip_yard(n: float, radius_m: float, *, heading_deg: float = -3.0) -> Yard:
    """A diamond with a single slip: a train may also turn from the one track into the other on one side."""
    yard = crossing_yard(float(np.degrees(np.arctan(1 / n))), at_grade=True, heading_deg=heading_deg)
    angle = np.arctan(1 / n)
    tangent_m = radius_m * np.tan(angle / 2)
    first = _line(heading_deg, _straight(240))
    start = first.points[120] - tangent_m * np.array([np.cos(first.heading[0]), np.sin(first.heading[0])])
    slip = trace(start, float(first.heading[0]), np.full(int(radius_m * angle / STEP_M) + 1, 1 / radius_m))
    yard.name = f"slip 1:{n:g}"
    yard.add(slip.points)
    return yard
