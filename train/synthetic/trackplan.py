"""Track plans: which tracks a scene has and where their switches lie."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from railseg_core.arrays import Floats
from train.synthetic.alignment import (
    STEP_M,
    Alignment,
    departure,
    lateral_shift,
    random_alignment,
    random_curvature,
    random_switch,
    shift_length,
    trace,
)

REACH_M = 8.0
"""How far beyond the picture tracks are kept, so that ballast and shadows at its edge are drawn too."""


@dataclass(frozen=True, slots=True)
class Track:
    """A piece of track.

    Attributes:
        points: (n, 2) float64 centre-line, metres.
        kind: 'rail' or 'tram'.
        group: Number of the line that it belongs to; a group's tracks look alike.
    """

    points: Floats
    kind: str = "rail"
    group: int = 0


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """Tracks and the toes of their switches, metres; `kind` is the name of the function that drew it up."""

    tracks: tuple[Track, ...] = ()
    switches: tuple[tuple[float, float], ...] = ()
    kind: str = "none"


class _Builder:
    """Collects tracks while a plan is drawn up."""

    def __init__(self, extent_m: float) -> None:
        self.extent_m = extent_m
        self.tracks: list[Track] = []
        self.switches: list[tuple[float, float]] = []

    def add(self, points: Floats, kind: str = "rail", group: int = 0) -> None:
        """Keeps the parts of a track that lie in or near the picture."""
        inside = np.all((points > -REACH_M) & (points < self.extent_m + REACH_M), axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(np.int8), [0]])))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            if last - first >= 4:
                self.tracks.append(Track(points[first:last].copy(), kind, group))

    def switch(self, point: Floats) -> None:
        """Keeps a toe that lies in the picture."""
        if np.all((point > 0) & (point < self.extent_m)):
            self.switches.append((float(point[0]), float(point[1])))

    def plan(self) -> TrackPlan:
        """What was collected."""
        return TrackPlan(tuple(self.tracks), tuple(self.switches))


def _base(rng: np.random.Generator, extent_m: float, min_radius_m: float, half_length_m: float) -> Alignment:
    point = rng.uniform(0.15, 0.85, 2) * extent_m
    return random_alignment(rng, point, rng.uniform(0.0, 2.0 * np.pi), half_length_m, min_radius_m)


def _crossover(build: _Builder, rng: np.random.Generator, base: Alignment, lateral: Floats, pair: int) -> None:
    """Joins tracks `pair` and `pair + 1` (lateral offsets in metres) by a crossover somewhere in the picture."""
    visible = np.flatnonzero(np.all((base.points > 0) & (base.points < build.extent_m), axis=1))
    if len(visible) < 10:
        return
    start = int(rng.choice(visible))
    radius, tangent = random_switch(rng, float(np.abs(base.curvature).max()))
    shift = float(lateral[pair + 1] - lateral[pair])
    length = shift_length(shift, radius, tangent)
    count = int(np.ceil(length / STEP_M)) + 1
    if start + count >= len(base.points):
        return
    arc = np.minimum(np.arange(count) * STEP_M, length)
    rise = lateral_shift(arc, shift, radius, tangent)
    line = Alignment(*(a[start : start + count] for a in (base.points, base.heading, base.curvature)))
    ways = [lateral[pair] + rise, lateral[pair + 1] - rise]
    scissors = rng.random() < 0.15
    first = int(rng.integers(2))
    for way in ways if scissors else ways[first : first + 1]:
        points = line.offset(way)
        build.add(points)
        build.switch(points[0])
        build.switch(points[-1])


def _branch(build: _Builder, rng: np.random.Generator, base: Alignment, lateral_m: float, side: float) -> None:
    """Lets a track leave the line by a switch and go its own way, or turn parallel as a siding."""
    if rng.random() < 0.5:
        base, lateral_m, side = base.reversed(), -lateral_m, -side
    visible = np.flatnonzero(np.all((base.points > 0) & (base.points < build.extent_m), axis=1))
    if len(visible) < 20:
        return
    start = int(rng.choice(visible[: max(len(visible) * 2 // 3, 1)]))
    radius, tangent = random_switch(rng, float(np.abs(base.curvature[start:]).max()))
    rest = Alignment(base.points[start:], base.heading[start:], base.curvature[start:])
    if rng.random() < 0.5:
        shift = rng.uniform(4.4, 6.5)
        points = rest.offset(lateral_m + side * lateral_shift(rest.arc_m, shift, radius, tangent))
    else:
        points = rest.offset(lateral_m)
        angle = np.arctan(tangent)
        count = int(radius * angle / STEP_M)
        beyond = random_curvature(rng, 200.0, 200.0) * (rng.random() < 0.6)
        beyond[: min(30, len(beyond))] *= np.linspace(0.0, 1.0, 30)[: len(beyond)]
        own = np.concatenate([np.full(count, side / radius) + rest.curvature[0], beyond])
        points = trace(points[0], float(rest.heading[0]), own).points
    if rng.random() < 0.15:
        points = points[: int(rng.integers(60, 140))]
    build.add(points)
    build.switch(points[0])


def single(rng: np.random.Generator, extent_m: float) -> TrackPlan:
    """A single track, often with a branch or a siding."""
    build = _Builder(extent_m)
    base = _base(rng, extent_m, rng.choice([190.0, 300.0, 600.0]), extent_m)
    build.add(base.points)
    for _ in range(int(rng.choice([0, 1, 2], p=[0.5, 0.35, 0.15]))):
        _branch(build, rng, base, 0.0, float(rng.choice([-1.0, 1.0])))
    return build.plan()


def station(rng: np.random.Generator, extent_m: float) -> TrackPlan:
    """Two to eight tracks side by side with crossovers and branches."""
    build = _Builder(extent_m)
    count = int(rng.choice([2, 2, 2, 3, 3, 4, 5, 6, 8]))
    base = _base(rng, extent_m, rng.choice([300.0, 600.0]), extent_m)
    spacing = rng.uniform(3.8, 4.7) + rng.uniform(0.0, 0.8, count - 1) * (count > 2)
    if count > 3 and rng.random() < 0.4:
        spacing[int(rng.integers(count - 1))] += rng.uniform(3.0, 8.0)
    lateral = np.concatenate([[0.0], np.cumsum(spacing)])
    lateral -= lateral[int(rng.integers(count))]
    for k, e in enumerate(lateral):
        build.add(base.offset(e), group=k // 2)
    for _ in range(int(rng.integers(0, 2 + count // 2))):
        pair = int(rng.integers(count - 1))
        if spacing[pair] < 6.0:
            _crossover(build, rng, base, lateral, pair)
    for _ in range(int(rng.choice([0, 1, 2], p=[0.5, 0.35, 0.15]))):
        outer = rng.random() < 0.5
        _branch(build, rng, base, float(lateral[-1 if outer else 0]), 1.0 if outer else -1.0)
    return build.plan()


def yard(rng: np.random.Generator, extent_m: float) -> TrackPlan:
    """A line with a ladder from which the tracks of a yard leave one after another."""
    build = _Builder(extent_m)
    base = _base(rng, extent_m, 900.0, max(extent_m, 300.0))
    if rng.random() < 0.5:
        base = base.reversed()
    side = float(rng.choice([-1.0, 1.0]))
    spacing = rng.uniform(4.4, 5.5)
    count = int(rng.integers(4, 16))
    build.add(base.points)
    if rng.random() < 0.5:
        build.add(base.offset(-side * rng.uniform(3.8, 4.7)))
    radius, tangent = random_switch(rng, float(np.abs(base.curvature).max()))
    tangent = max(tangent, 1.0 / 10.0)
    middle = len(base.points) // 2
    toe = int(np.clip(middle + rng.uniform(-3.2, 0.3) * extent_m, 5, len(base.points) - 60))
    rest = Alignment(base.points[toe:], base.heading[toe:], base.curvature[toe:])
    angle = float(np.arctan(tangent))
    entry = rng.uniform(0.0, 30.0) if rng.random() < 0.3 else 0.0
    for k in range(1, count + 1):
        shift = spacing * k + entry * tangent
        full = rest.offset(side * lateral_shift(rest.arc_m, shift, radius, tangent))
        leave = shift_length(shift, radius, tangent) - radius * np.sin(angle)
        first = 0 if k == count else max(int(leave / STEP_M), 0)
        if shift < 2.0 * radius * (1.0 - np.cos(angle)):
            first = 0
        last = len(full)
        if first > last - 10:
            continue
        if k < count and rng.random() < 0.12:
            last = min(first + int(rng.integers(60, 300)), last)
        build.add(full[first:last], group=1 + k // 5)
        build.switch(full[first])
    return build.plan()


def fan(rng: np.random.Generator, extent_m: float) -> TrackPlan:
    """A depot's fan: branches of branches, close together and sharply curved."""
    build = _Builder(extent_m)
    base = _base(rng, extent_m, 300.0, extent_m)
    build.add(base.points)
    line, lateral, side = base, 0.0, float(rng.choice([-1.0, 1.0]))
    visible = np.flatnonzero(np.all((base.points > 0) & (base.points < extent_m), axis=1))
    if len(visible) < 30:
        return build.plan()
    start = int(rng.choice(visible[: len(visible) // 2]))
    for _ in range(int(rng.integers(2, 7))):
        curve = float(np.abs(line.curvature[start:]).max()) if start < len(line.points) else 1.0
        if start > len(line.points) - 25 or curve > 1.0 / 260.0:
            break
        radius, tangent = 190.0, 1.0 / 7.5
        if curve > 1.0 / 155.0 - 1.0 / 190.0:
            radius = 1.0 / (1.0 / 155.0 - curve)
        rest = Alignment(line.points[start:], line.heading[start:], line.curvature[start:])
        points = rest.offset(lateral + side * departure(rest.arc_m, radius, tangent))
        build.add(points)
        build.switch(points[0])
        if rng.random() < 0.35:
            side = -side
        start += int(rng.integers(14, 34))
    return build.plan()


def tram(rng: np.random.Generator, extent_m: float) -> TrackPlan:
    """One or two tracks of a tramway, with curves too tight for a railway."""
    build = _Builder(extent_m)
    base = _base(rng, extent_m, rng.choice([40.0, 120.0, 400.0]), extent_m)
    build.add(base.points, "tram")
    if rng.random() < 0.8:
        build.add(base.offset(rng.uniform(2.9, 3.6)), "tram")
    return build.plan()


def crossing(rng: np.random.Generator, extent_m: float) -> TrackPlan:
    """Two lines that cross at grade."""
    build = _Builder(extent_m)
    point = rng.uniform(0.3, 0.7, 2) * extent_m
    heading = rng.uniform(0.0, 2.0 * np.pi)
    for group in range(2):
        base = random_alignment(rng, point, heading, extent_m, 600.0)
        for e in (0.0, rng.uniform(3.8, 4.7))[: int(rng.integers(1, 3))]:
            build.add(base.offset(e), group=group)
        heading += float(rng.choice([-1.0, 1.0])) * np.radians(rng.uniform(6.0, 90.0))
    return build.plan()


WITH_SWITCHES = (yard, fan, station)
"""Kinds of plan that are seldom without switches."""


def plan_with_switches(rng: np.random.Generator, extent_m: float, kind: int) -> TrackPlan:
    """A track plan of one of the kinds `WITH_SWITCHES` that shows at least one switch."""
    draw_up = WITH_SWITCHES[kind % len(WITH_SWITCHES)]
    plan = TrackPlan()
    while not plan.switches:
        plan = draw_up(rng, extent_m)
    return replace(plan, kind=draw_up.__name__)


PLANS = ((single, 0.27), (station, 0.32), (yard, 0.21), (fan, 0.07), (tram, 0.08), (crossing, 0.05))
"""Kinds of plan and how often each is drawn."""


def random_plan(rng: np.random.Generator, extent_m: float) -> TrackPlan:
    """A track plan of a random kind that shows at least one track."""
    kinds = [kind for kind, _ in PLANS]
    weights = np.array([weight for _, weight in PLANS])
    while True:
        kind = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
        plan = kind(rng, extent_m)
        if plan.tracks:
            return replace(plan, kind=kind.__name__)


def as_photographed(rng: np.random.Generator, plan: TrackPlan, extent_m: float) -> TrackPlan:
    """The plan as an orthophoto shows it: with waves of some centimetres, and a step where two pictures meet."""
    waves = []
    for axis in range(2):
        number = 2.0 * np.pi / rng.uniform(25.0, 90.0)
        angle, phase = rng.uniform(0.0, 2.0 * np.pi, 2)
        direction = np.array([np.cos(angle), np.sin(angle)])
        waves.append((axis, number * direction, phase, rng.uniform(0.0, 0.12)))
    seam = rng.uniform(0.2, 0.8, 2) * extent_m
    angle = rng.uniform(0.0, 2.0 * np.pi)
    across = np.array([np.cos(angle), np.sin(angle)])
    step = rng.normal(0.0, 0.15, 2) * float(rng.random() < 0.3)

    def moved(points: Floats) -> Floats:
        out = points + np.where((points - seam) @ across > 0.0, 1.0, 0.0)[:, None] * step
        for axis, number, phase, height_m in waves:
            out[:, axis] += height_m * np.sin(points @ number + phase)
        return np.asarray(out)

    toes = moved(np.array(plan.switches).reshape(-1, 2)).tolist()
    return TrackPlan(
        tuple(replace(track, points=moved(track.points)) for track in plan.tracks),
        tuple((x, y) for x, y in toes),
        plan.kind,
    )
