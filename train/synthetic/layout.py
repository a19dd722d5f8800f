"""Scene layout: where tracks, roads, buildings, trees, trains and masts stand. Metres only, nothing drawn yet."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from railseg_core.arrays import Floats
from train.synthetic.alignment import normals, random_alignment
from train.synthetic.canvas import Floats32, rectangle, ribbon
from train.synthetic.trackplan import Track, TrackPlan, as_photographed, random_plan

TRAINS = ("coach", "wagon", "wagon", "tank", "container", "flat", "loco")
"""Kinds of vehicle on tracks, repeated in proportion to how often they are drawn."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something long: a road, a wall, a fence, ruts; (n, 2) metres, a width, whether it runs beside tracks."""

    kind: str
    points: Floats
    width_m: float
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A building, wagon, vehicle or platform: a rectangle with a height."""

    kind: str
    centre: Floats
    length_m: float
    width_m: float
    heading: float
    height_m: float

    @property
    def ring(self) -> Floats:
        """Its corners on the ground, (4, 2) metres."""
        return rectangle(self.centre, self.length_m, self.width_m, self.heading)


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that a scene shows.

    Attributes:
        extent_m: Side of the square scene.
        plan: Tracks and switches.
        lines: Long things on the ground, drawn beneath the tracks.
        fields: Areas of parallel rows (furrows, parking, greenhouses), as boxes whose height is the row spacing.
        boxes: Things with a height, drawn above the tracks.
        masts: (n, 4) x, y of the foot, heading across the tracks, arm or gantry length.
        trees: (n, 3) x, y, crown radius.
        bridges: Roads over the tracks.
        decks: Outlines of bridges that carry the tracks.
        crossings: Roads across the tracks at grade.
        panels: Outlines of what lies between the rails at such crossings.
        roofs: Halls and canopies over the tracks.
        hills: Outlines of ground with tracks in tunnels beneath it; the first two points are the portal.
        paved: Whether the tracks lie in a street, without ballast.
    """

    extent_m: float
    plan: TrackPlan
    lines: tuple[Line, ...] = ()
    fields: tuple[Box, ...] = ()
    boxes: tuple[Box, ...] = ()
    masts: Floats | None = None
    trees: Floats | None = None
    bridges: tuple[Line, ...] = ()
    decks: tuple[Floats, ...] = ()
    crossings: tuple[Line, ...] = ()
    panels: tuple[Floats, ...] = ()
    roofs: tuple[Box, ...] = ()
    hills: tuple[Floats, ...] = ()
    paved: bool = False


def distance_to(tracks: tuple[Track, ...], extent_m: float, cells: int) -> Floats32:
    """Distance to the nearest centre-line on a raster of `cells` × `cells`, float32 metres (999 without tracks)."""
    if not tracks:
        return np.full((cells, cells), 999.0, np.float32)
    cell = extent_m / cells
    away = np.full((cells, cells), 255, np.uint8)
    for track in tracks:
        fixed = np.round((track.points / cell - 0.5) * 16).astype(np.int32)
        cv2.polylines(away, [fixed], False, 0.0, 1, cv2.LINE_8, 4)
    return np.asarray(cv2.distanceTransform(away, cv2.DIST_L2, 5) * cell, dtype=np.float32)


def random_layout(
    rng: np.random.Generator, extent_m: float, real_background: bool, plan: TrackPlan | None = None
) -> Layout:
    """A random scene.

    Args:
        rng: Random number generator.
        extent_m: Side of the scene.
        real_background: Whether a picture will lie beneath it, which needs fewer things drawn on it.
        plan: The tracks; None for a random plan, or sometimes no tracks at all.
    """
    if plan is None:
        empty = rng.random()
        plan = TrackPlan() if empty < 0.23 else as_photographed(rng, random_plan(rng, extent_m), extent_m)
        if empty < 0.07 and real_background:
            return Layout(extent_m, plan)
    busy = 1.4 if not plan.tracks else (0.35 if real_background else 1.0)
    clear = distance_to(plan.tracks, extent_m, 128)
    platforms = _platforms(rng, plan)
    boxes = [*_trains(rng, plan, extent_m), *platforms, *_buildings(rng, extent_m, clear, busy), *_stops(rng, plan)]
    lines = _lines(rng, plan, extent_m, busy) + _ways(rng, extent_m, 1.6 if not plan.tracks else 0.8)
    paved = _is_paved(rng, plan)
    if paved:
        lines += _streets(rng, plan, extent_m)
    over: tuple[Line, ...] = ()
    grade: tuple[Line, ...] = ()
    decks: tuple[Floats, ...] = ()
    panels: tuple[Floats, ...] = ()
    kind = rng.random() if plan.tracks else 1.0
    if kind < 0.13:
        over = (_across(rng, plan, "bridge"),)
    elif kind < 0.3:
        grade = tuple(_across(rng, plan, "road") for _ in range(1 + int(rng.random() < 0.2)))
        panels = _ribbons(plan, grade[0], 1.3, 0.0) if rng.random() < 0.5 else ()
    elif kind < 0.38:
        below = _across(rng, plan, "road" if rng.random() < 0.6 else "canal")
        lines.append(below)
        decks = _ribbons(plan, below, rng.uniform(1.5, 2.3), 2.0)
    return Layout(
        extent_m,
        plan,
        lines=tuple(lines),
        fields=tuple(_fields(rng, extent_m, busy)),
        boxes=tuple(boxes),
        masts=_masts(rng, plan, extent_m),
        trees=_trees(rng, plan, extent_m, clear, busy),
        bridges=over,
        decks=decks,
        crossings=grade,
        panels=panels,
        roofs=_roofs(rng, plan, platforms),
        hills=_hills(rng, plan),
        paved=paved,
    )


def _is_paved(rng: np.random.Generator, plan: TrackPlan) -> bool:
    """Whether tracks lie in a street: trams more often than not, sidings of harbours and factories sometimes."""
    share = {"tram": 0.6, "single": 0.15}.get(plan.kind, 0.0)
    return bool(rng.random() < share)


def _streets(rng: np.random.Generator, plan: TrackPlan, extent_m: float) -> list[Line]:
    """The streets that tracks lie in, and sometimes one that crosses them."""
    width = rng.uniform(16.0, 40.0) if rng.random() < 0.3 else rng.uniform(7.0, 16.0)
    found = [Line("street", track.points, width) for track in plan.tracks]
    if rng.random() < 0.4:
        point, heading = _inside(rng, plan.tracks[0])
        across = random_alignment(rng, point, heading + rng.uniform(0.4, 2.7), extent_m, 300.0)
        found.append(Line("street", across.points, rng.uniform(7.0, 25.0)))
    return found


def _stops(rng: np.random.Generator, plan: TrackPlan) -> list[Box]:
    """Buffer stops where tracks end."""
    found: list[Box] = []
    for track in plan.tracks:
        others = [t.points for t in plan.tracks if t is not track]
        for end, before in ((0, 3), (-1, -4)):
            point = track.points[end]
            alone = not others or min(float(np.hypot(*(o - point).T).min()) for o in others) > 1.5
            if alone and rng.random() < 0.6:
                d = point - track.points[before]
                found.append(Box("stop", point, rng.uniform(0.6, 2.5), 2.4, float(np.arctan2(d[1], d[0])), 1.0))
    return found


def _roofs(rng: np.random.Generator, plan: TrackPlan, platforms: list[Box]) -> tuple[Box, ...]:
    """Canopies over platforms, some reaching over the track's edge, and occasionally a hall over everything."""
    found = []
    for platform in platforms:
        if rng.random() < 0.4:
            length = platform.length_m * rng.uniform(0.2, 0.9)
            width = platform.width_m + rng.uniform(-1.0, 1.6)
            found.append(Box("canopy", platform.centre, length, max(width, 1.5), platform.heading, 4.0))
    if plan.tracks and rng.random() < 0.03:
        point, heading = _inside(rng, plan.tracks[int(rng.integers(len(plan.tracks)))])
        found.append(Box("hall", point, rng.uniform(15, 60), rng.uniform(6, 30), heading, 8.0))
    return tuple(found)


def _hills(rng: np.random.Generator, plan: TrackPlan) -> tuple[Floats, ...]:
    """The ground over a tunnel: a strip that covers all tracks from the portal on."""
    if not plan.tracks or rng.random() > 0.03:
        return ()
    point, heading = _inside(rng, plan.tracks[0])
    heading += float(rng.choice([0.0, np.pi]))
    along = np.array([np.cos(heading), np.sin(heading)])
    across = np.array([-along[1], along[0]])
    away = np.concatenate([track.points for track in plan.tracks]) - point
    aside = np.abs(away @ across)[away @ along > 0.0]
    across *= float(aside.max(initial=0.0)) + rng.uniform(5.0, 40.0)
    return (np.array([point - across, point + across, point + across + 200.0 * along, point - across + 200.0 * along]),)


def _inside(rng: np.random.Generator, track: Track) -> tuple[Floats, float]:
    """A random point of a track and the heading there."""
    i = int(rng.integers(1, len(track.points) - 1))
    d = track.points[i + 1] - track.points[i - 1]
    return track.points[i], float(np.arctan2(d[1], d[0]))


def _lines(rng: np.random.Generator, plan: TrackPlan, extent_m: float, busy: float) -> list[Line]:
    """Roads, paths, ruts, fences, walls, pipes, canals; some run along the tracks."""
    kinds: tuple[tuple[str, float], ...] = (
        ("road", 7.0),
        ("street", 10.0),
        ("path", 2.2),
        ("ruts", 1.8),
        ("fence", 0.12),
        ("wall", 0.5),
        ("pipe", 0.9),
        ("canal", 6.0),
        ("kerb", 0.3),
        ("cable", 0.4),
        ("strip", 3.0),
        ("twins", 1.6),
        ("pipes", 2.5),
        ("conveyor", 1.8),
        ("hedge", 1.5),
    )
    found: list[Line] = []
    for _ in range(int(rng.poisson(2.0 * busy))):
        kind, width = kinds[int(rng.integers(len(kinds)))]
        width *= rng.uniform(0.7, 1.4) if kind != "ruts" else rng.uniform(0.9, 1.1)
        width *= rng.uniform(0.7, 6.0) if kind == "strip" else 1.0
        beside = bool(plan.tracks) and rng.random() < 0.55
        if beside:
            track = plan.tracks[int(rng.choice([0, len(plan.tracks) - 1]))]
            from_track = rng.uniform(3.2, 9.0) + 0.5 * width
            points = track.points + normals(track.points) * from_track * rng.choice([-1.0, 1.0])
            clear = min(float(np.hypot(*(t.points[::8, None] - points[None, ::8]).T).min()) for t in plan.tracks)
            if clear < 2.4 + 0.5 * width:
                continue
        else:
            point = rng.uniform(0.0, extent_m, 2)
            radius = rng.choice([15.0, 60.0, 300.0])
            points = random_alignment(rng, point, rng.uniform(0, 6.3), 1.2 * extent_m, radius).points
        found.append(Line(kind, points, width, beside))
    return found


def _ways(rng: np.random.Generator, extent_m: float, expected: float) -> list[Line]:
    """Roads and field paths at any angle: few pictures lack them, and two parallel lines on one look like rails."""
    found: list[Line] = []
    for _ in range(int(rng.poisson(expected))):
        kind, width = (("road", 6.5), ("road", 3.2), ("street", 9.0), ("ruts", 1.8), ("twins", 1.6))[rng.integers(5)]
        width *= rng.uniform(0.8, 1.4)
        radius = rng.choice([30.0, 100.0, 500.0])
        way = random_alignment(rng, rng.uniform(0.0, extent_m, 2), rng.uniform(0.0, 6.3), 1.5 * extent_m, radius)
        found.append(Line(kind, way.points, width))
    return found


def _fields(rng: np.random.Generator, extent_m: float, busy: float) -> list[Box]:
    """Areas with parallel rows."""
    found = []
    for _ in range(int(rng.poisson(0.3 * busy))):
        kind, rows = (
            ("furrows", rng.uniform(0.5, 2.0)),
            ("vines", rng.uniform(1.6, 2.6)),
            ("parking", rng.uniform(2.3, 2.7)),
            ("greenhouse", rng.uniform(2.0, 6.0)),
            ("solar", rng.uniform(3.0, 7.0)),
        )[int(rng.integers(5))]
        size = rng.uniform(12.0, 70.0, 2)
        found.append(Box(kind, rng.uniform(0, extent_m, 2), size[0], size[1], rng.uniform(0, 3.15), rows))
    return found


def _trains(rng: np.random.Generator, plan: TrackPlan, extent_m: float) -> list[Box]:
    """Standing trains, vehicle by vehicle along a track."""
    found: list[Box] = []
    share = rng.uniform(0.0, 0.5) if rng.random() < 0.4 else 0.04
    for track in plan.tracks:
        if rng.random() > share or len(track.points) < 30:
            continue
        kind = TRAINS[int(rng.integers(len(TRAINS)))]
        length = 26.0 if kind == "coach" else rng.uniform(11.0, 20.0)
        at = rng.uniform(0.0, 0.8) * len(track.points)
        end = at + rng.uniform(12.0, 1.2 * extent_m)
        height = rng.uniform(1.5, 4.3) if kind != "flat" else 1.2
        while at + length < min(len(track.points) - 1, end):
            a, b = track.points[int(at)], track.points[int(at + length)]
            angle = float(np.arctan2(b[1] - a[1], b[0] - a[0]))
            found.append(Box(kind, (a + b) / 2, length - 0.9, 2.85, angle, height))
            at += length + (0.0 if rng.random() < 0.9 else rng.uniform(1.0, 25.0))
    return found


def _platforms(rng: np.random.Generator, plan: TrackPlan) -> list[Box]:
    """A platform beside an outer track: often with trams and in stations, seldom elsewhere."""
    if not plan.tracks or rng.random() > (0.3 if plan.kind in ("tram", "station") else 0.12):
        return []
    outer = int(rng.choice([0, len(plan.tracks) - 1]))
    point, heading = _inside(rng, plan.tracks[outer])
    width, length = rng.uniform(2.5, 7.0), rng.uniform(30.0, 200.0)
    side = float(rng.choice([-1.0, 1.0]))
    along = np.array([np.cos(heading), np.sin(heading)])
    across = np.array([-along[1], along[0]])
    centre = point + side * (1.75 + 0.5 * width) * across
    # It ends where a track comes too close to its edge.
    away = np.concatenate([track.points for track in plan.tracks]) - centre
    blocked = np.abs(away @ along)[np.abs(away @ across) < 0.5 * width + 1.4]
    length = min(length, 2.0 * float(blocked.min(initial=np.inf)))
    if length < 15.0:
        return []
    return [Box("platform", centre, length, width, heading, 0.8)]


def _buildings(rng: np.random.Generator, extent_m: float, clear: Floats32, busy: float) -> list[Box]:
    """Buildings, sheds and vehicles that keep clear of the tracks."""
    found = []
    heading = rng.uniform(0, np.pi)
    for _ in range(int(rng.poisson(3.5 * busy))):
        centre = rng.uniform(0, extent_m, 2)
        size = np.exp(rng.uniform(np.log(3.0), np.log(45.0), 2))
        gap = float(_sample(clear, centre, extent_m))
        if gap > 0.5 * float(np.hypot(*size)) + 3.0:
            angle = heading + (np.pi / 2 if rng.random() < 0.5 else 0.0) + rng.normal(0, 0.03)
            found.append(Box("building", centre, size[0], size[1], angle, rng.uniform(2.5, 16.0)))
    for _ in range(int(rng.poisson(3.0 * busy))):
        centre = rng.uniform(0, extent_m, 2)
        big = rng.random() < 0.2
        length = rng.uniform(8, 16) if big else rng.uniform(3.8, 5.2)
        if _sample(clear, centre, extent_m) > 0.5 * length + 2.0:
            found.append(Box("car", centre, length, 2.5 if big else 1.8, heading, 3.5 if big else 1.5))
    return found


def _sample(raster: Floats32, point: Floats, extent_m: float) -> float:
    """A raster's value at a point in metres."""
    cells = len(raster)
    col, row = np.clip((point / extent_m * cells).astype(int), 0, cells - 1)
    return float(raster[row, col])


def _masts(rng: np.random.Generator, plan: TrackPlan, extent_m: float) -> Floats | None:
    """Masts or gantries every 50–70 m along the first track of a line."""
    if not plan.tracks or rng.random() < 0.4:
        return None
    track = plan.tracks[0]
    gantry = rng.random() < 0.35 and len(plan.tracks) > 2
    side = float(rng.choice([-1.0, 1.0]))
    found = []
    for i in np.arange(rng.uniform(2, 50), len(track.points) - 2, rng.uniform(45.0, 70.0)):
        point, d = track.points[int(i)], track.points[int(i) + 1] - track.points[int(i)]
        heading = float(np.arctan2(d[1], d[0])) + side * np.pi / 2
        foot = point - rng.uniform(2.8, 3.3) * np.array([np.cos(heading), np.sin(heading)])
        found.append((foot[0], foot[1], heading, rng.uniform(15, 50) if gantry else rng.uniform(2.5, 6.5)))
    return np.array(found) if found else None


def _trees(rng: np.random.Generator, plan: TrackPlan, extent_m: float, clear: Floats32, busy: float) -> Floats | None:
    """Trees, alone, in clumps and in rows along the tracks; few crowns reach over the tracks."""
    found = []
    if plan.tracks and rng.random() < 0.22:
        track = plan.tracks[int(rng.choice([0, len(plan.tracks) - 1]))].points
        normal = normals(track)
        side, from_track, tall = rng.choice([-1.0, 1.0]), rng.uniform(4.0, 10.0), rng.uniform(1.5, 4.0)
        at = rng.uniform(0, 10)
        while at < len(track) - 1:
            centre = track[int(at)] + side * (from_track + rng.normal(0, 0.8)) * normal[int(at)]
            radius = tall * rng.uniform(0.6, 1.3)
            if _sample(clear, centre, extent_m) > radius * rng.uniform(0.5, 1.0) + 1.0:
                found.append((centre[0], centre[1], radius))
            at += rng.uniform(0.8, 2.5) * tall * (1.0 if rng.random() < 0.93 else 8.0)
    for _ in range(int(rng.integers(1, 8)) if rng.random() < 0.65 else 0):
        middle = rng.uniform(0, extent_m, 2)
        spread = rng.uniform(1.0, 20.0)
        for _ in range(int(rng.poisson(6.0 * busy)) + 1):
            centre, radius = middle + rng.normal(0, spread, 2), rng.uniform(1.0, 5.5)
            if _sample(clear, centre, extent_m) > radius * rng.uniform(0.2, 1.3) + 2.0:
                found.append((centre[0], centre[1], radius))
    return np.array(found) if found else None


def _across(rng: np.random.Generator, plan: TrackPlan, kind: str) -> Line:
    """A road that crosses the tracks, sometimes a wide one or at a shallow angle."""
    track = plan.tracks[int(rng.integers(len(plan.tracks)))]
    point, heading = _inside(rng, track)
    heading += np.pi / 2 + (rng.normal(0.0, 0.3) if rng.random() < 0.7 else rng.uniform(-1.1, 1.1))
    reach = np.linspace(-120.0, 120.0, 9)[:, None] * np.array([np.cos(heading), np.sin(heading)])
    return Line(kind, point + reach, rng.uniform(3.5, 14.0) if rng.random() < 0.7 else rng.uniform(14.0, 35.0))


def _ribbons(plan: TrackPlan, across: Line, half_width_m: float, beyond_m: float) -> tuple[Floats, ...]:
    """Outlines of the tracks where they cross a road, extended by `beyond_m` on either side."""
    along = across.points[-1] - across.points[0]
    normal = np.array([-along[1], along[0]]) / float(np.hypot(*along))
    rings = []
    for track in plan.tracks:
        over = np.abs((track.points - across.points[0]) @ normal) < 0.5 * across.width_m + beyond_m
        if int(over.sum()) > 3 and int(np.diff(np.flatnonzero(over)).max()) == 1:
            rings.append(ribbon(track.points[over], -half_width_m, half_width_m))
    return tuple(rings)
