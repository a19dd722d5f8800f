"""How good a map's topology is: how many tracks lie side by side, its switches, and the ways from place to place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from railseg_core.arrays import Bools, Floats, Ints, Points
from railseg_core.metrics import sample_lines, segments

MEET_M = 0.05
"""Line ends this close meet; a line's end this close to another line touches it."""
SECTION_STEP_M = 10.0
SECTION_HALF_M = 30.0
SECTION_HEADING_DEG = 30.0
LEG_M = 20.0
"""Length along a track over which its direction away from a switch is taken: nearer the tracks still are one."""
MAX_PARTING_DEG = 25.0
"""Tracks that part at a larger angle do so at no switch."""
NAVIGABLE_DEG = 45.0
"""A train does not turn more than this from one track into the next."""
SWITCH_ALONG_M = 5.0
SWITCH_ACROSS_M = 1.0
FACING_DEG = 45.0
CONTROL_STEP_M = 50.0
SNAP_M = 1.0
"""Less than half the distance of two tracks, or a way over the neighbouring track would do."""
MAX_SOURCES = 200
_SOURCES_AT_ONCE = 20
_NO_PAIR = 1e6
_SHORTEST_EDGE_M = 1e-9
"""A graph in sparse form might take a length of nothing for no edge."""


@dataclass(frozen=True, slots=True)
class TrackCounts:
    """How many tracks lie side by side, section by section.

    Attributes:
        reference: int64 (n,), tracks of the reference that each section crosses.
        extracted: int64 (n,), extracted tracks.
    """

    reference: Ints
    extracted: Ints

    @property
    def accuracy(self) -> float:
        """Share of the sections with the same number; NaN without sections."""
        return float(np.mean(self.reference == self.extracted)) if len(self.reference) else float("nan")

    @property
    def mae(self) -> float:
        """Mean difference of the numbers; NaN without sections."""
        return float(np.mean(np.abs(self.reference - self.extracted))) if len(self.reference) else float("nan")


def count_tracks(extracted: Sequence[Points], reference: Sequence[Points]) -> TrackCounts:
    """Counts tracks on sections square to the reference, every `SECTION_STEP_M`, `SECTION_HALF_M` to either side.

    A track counts where it runs within `SECTION_HEADING_DEG` of the reference; one that passes over does not.

    Args:
        extracted: float64 (n, 2) vertices of each line, (x, y), in a metric CRS.
        reference: Likewise.
    """
    places = sample_lines(reference, step_m=SECTION_STEP_M)
    return TrackCounts(
        _tracks_across(places.points, places.direction, reference),
        _tracks_across(places.points, places.direction, extracted),
    )


def _tracks_across(points: Points, heading: Points, lines: Sequence[Points]) -> Ints:
    """Number of lines that cross the section through each point: int64 (n,)."""
    across = np.column_stack([-heading[:, 1], heading[:, 0]])
    ends = np.stack([points - SECTION_HALF_M * across, points + SECTION_HALF_M * across], axis=1)
    start, direction, length = segments(lines)
    pieces = shapely.linestrings(np.stack([start, start + direction * length[:, np.newaxis]], axis=1))
    section, piece = shapely.STRtree(pieces).query(shapely.linestrings(ends), predicate="intersects")
    along = np.abs(np.sum(heading[section] * direction[piece], axis=1))
    parallel = along >= math.cos(math.radians(SECTION_HEADING_DEG))
    section, piece = section[parallel], piece[parallel]
    offset = _cross(start[piece] - points[section], direction[piece]) / _cross(across[section], direction[piece])
    order = np.lexsort((offset, section))
    section, offset = section[order], offset[order]
    # Where two pieces of a track meet both are crossed; so are the tracks of a switch where they are still one.
    is_new = (np.diff(section, prepend=-1) != 0) | (np.diff(offset, prepend=-np.inf) > MEET_M)
    return np.bincount(section[is_new], minlength=len(points))


@dataclass(frozen=True, slots=True)
class Switches:
    """Switches, as the lines around them tell.

    Attributes:
        places: float64 (n, 2), (x, y) in a metric CRS.
        facing: float64 (n, 2), unit vector from the stem to where two tracks part; NaN where no three lines tell.
        side: int64 (n,), where the diverging track leaves the through track: 1 left, -1 right, 0 where nothing tells.
    """

    places: Points
    facing: Points
    side: Ints

    def only(self, wanted: Bools) -> Switches:
        """Some of them; bool (n,)."""
        return Switches(self.places[wanted], self.facing[wanted], self.side[wanted])


def switches_at(places: Points, lines: Sequence[Points], reach_m: float) -> Switches:
    """Looks at the lines around places at which there are switches.

    Args:
        places: float64 (n, 2), (x, y) in a metric CRS.
        lines: float64 (n, 2) vertices of each, likewise.
        reach_m: How far a line may pass from a place and still belong to it.
    """
    return _described(places, _legs(places, lines, reach_m))


def find_switches(lines: Sequence[Points]) -> Switches:
    """The switches that lines make: three ends meet, or an end touches a line, and two of the three legs run together.

    Args:
        lines: float64 (n, 2) vertices of each, (x, y), in a metric CRS.
    """
    places = _meetings(lines).places
    legs = _legs(places, lines, MEET_M)
    found = _described(places, {place: headings for place, headings in legs.items() if len(headings) == 3})
    return found.only(~np.isnan(found.facing[:, 0]))


def _described(places: Points, legs: Mapping[int, Points]) -> Switches:
    """What the legs of each place tell of it; nothing where there are none."""
    facing, side = np.full((len(places), 2), np.nan), np.zeros(len(places), dtype=np.int64)
    for place, headings in legs.items():
        told = _parting(headings)
        if told is not None:
            facing[place], side[place] = told
    return Switches(places, facing, side)


def _legs(places: Points, lines: Sequence[Points], reach_m: float) -> dict[int, Points]:
    """Directions in which lines leave places: float64 (legs, 2) by the place's number."""
    geometries = _linestrings(lines)
    place, line = shapely.STRtree(geometries).query(shapely.points(places), predicate="dwithin", distance=reach_m)
    length = shapely.length(geometries[line])
    starts, ends = (np.array([entry[end] for entry in lines]).reshape(-1, 2)[line] for end in (0, -1))
    at_start, at_end = (np.hypot(*(end - places[place]).T) <= reach_m for end in (starts, ends))
    inside = ~(at_start | at_end)
    along = shapely.line_locate_point(geometries[line], shapely.points(places[place]))
    along = np.where(at_start, 0.0, along)
    leaving, origin, sign = (
        np.concatenate(parts)
        for parts in zip(
            (np.flatnonzero(at_start), along[at_start], np.ones(np.count_nonzero(at_start))),
            (np.flatnonzero(at_end), length[at_end], -np.ones(np.count_nonzero(at_end))),
            (np.flatnonzero(inside), along[inside], np.ones(np.count_nonzero(inside))),
            (np.flatnonzero(inside), along[inside], -np.ones(np.count_nonzero(inside))),
            strict=True,
        )
    )
    own = geometries[line[leaving]]
    away = np.clip(origin + sign * LEG_M, 0.0, length[leaving])
    vectors = shapely.get_coordinates(shapely.line_interpolate_point(own, away)) - shapely.get_coordinates(
        shapely.line_interpolate_point(own, origin)
    )
    size = np.hypot(*vectors.T)
    real = size > 0
    headings, owner = vectors[real] / size[real, np.newaxis], place[leaving[real]]
    order = np.argsort(owner, kind="stable")
    numbers, first = np.unique(owner[order], return_index=True)
    return dict(zip(numbers.tolist(), np.split(headings[order], first[1:]), strict=True)) if len(numbers) else {}


def _parting(headings: Points) -> tuple[Points, int] | None:
    """Facing direction and side of the switch that legs make, None if they make none.

    A switch is a stem and two legs that a train can reach from it, and that run nearly the same way. Of several the one
    that parts most is meant: between tracks that still lie in each other there is nothing to choose.
    """
    best: tuple[float, Points, int] | None = None
    for trio in combinations(range(len(headings)), 3):
        for stem in trio:
            first, second = (headings[leg] for leg in trio if leg != stem)
            parting_deg = _angle_deg(first, second)
            bends = [_angle_deg(-headings[stem], leg) for leg in (first, second)]
            if parting_deg > MAX_PARTING_DEG or max(bends) > NAVIGABLE_DEG:
                continue
            through, branch = (first, second) if bends[0] <= bends[1] else (second, first)
            middle = (first + second) / np.hypot(*(first + second))
            if best is None or parting_deg > best[0]:
                best = parting_deg, middle, int(np.sign(_cross(through, branch)))
    return None if best is None else best[1:]


@dataclass(frozen=True, slots=True)
class SwitchMatch:
    """Extracted and reference switches, paired one to one.

    Attributes:
        extracted: The extracted switches that count.
        reference: Those of the reference.
        pairs: int64 (k, 2), numbers of an extracted and a reference switch that are the same.
        along_m: float64 (k,), how far the extracted one lies beyond the other, in its facing direction.
    """

    extracted: Switches
    reference: Switches
    pairs: Ints
    along_m: Floats

    @property
    def precision(self) -> float:
        """Share of the extracted switches that is right; NaN where the reference has none, as all figures here."""
        return self._share(len(self.extracted.places))

    @property
    def recall(self) -> float:
        """Share of the reference's switches that was found."""
        return self._share(len(self.reference.places))

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return self._share((len(self.extracted.places) + len(self.reference.places)) / 2)

    @property
    def along_rms_m(self) -> float:
        """Root mean square of the distances along the track; NaN where no switch was found."""
        return float(np.sqrt(np.mean(self.along_m**2))) if len(self.along_m) else float("nan")

    @property
    def side_accuracy(self) -> float:
        """Share of the switches found that diverge to the right side; NaN where none was found."""
        if not len(self.pairs):
            return float("nan")
        extracted, reference = self.pairs.T
        return float(np.mean(self.extracted.side[extracted] == self.reference.side[reference]))

    def _share(self, whole: float) -> float:
        return len(self.pairs) / whole if whole and len(self.reference.places) else float("nan")


def match_switches(extracted: Switches, reference: Switches) -> SwitchMatch:
    """Pairs switches one to one: as many as possible, and of these the nearest.

    Two are the same if they lie within `SWITCH_ALONG_M` along the track and `SWITCH_ACROSS_M` across it and face the
    same way.
    """
    reach_m = math.hypot(SWITCH_ALONG_M, SWITCH_ACROSS_M)
    tree = shapely.STRtree(shapely.points(extracted.places))
    mine, own = tree.query(shapely.points(reference.places), predicate="dwithin", distance=reach_m)
    apart, facing = extracted.places[own] - reference.places[mine], reference.facing[mine]
    along, across = np.sum(apart * facing, axis=1), _cross(facing, apart)
    same_way = np.sum(extracted.facing[own] * facing, axis=1) >= math.cos(math.radians(FACING_DEG))
    possible = same_way & (np.abs(along) <= SWITCH_ALONG_M) & (np.abs(across) <= SWITCH_ACROSS_M)
    rows, row = np.unique(own[possible], return_inverse=True)
    cols, col = np.unique(mine[possible], return_inverse=True)
    cost, beyond = np.full((len(rows), len(cols)), _NO_PAIR), np.zeros((len(rows), len(cols)))
    cost[row, col] = along[possible] ** 2 + across[possible] ** 2
    beyond[row, col] = along[possible]
    row, col = linear_sum_assignment(cost)
    paired = cost[row, col] < _NO_PAIR
    row, col = row[paired], col[paired]
    return SwitchMatch(extracted, reference, np.column_stack([rows[row], cols[col]]), beyond[row, col])


def path_similarity(kept: float, true: float) -> float:
    """Harmonic mean of how well the reference's paths are kept in the extracted lines, and of the way round.

    Args:
        kept: `paths_kept` of the reference in the extracted lines.
        true: `paths_kept` of the extracted lines in the reference.

    Returns:
        0 to 1; NaN where the reference has no paths.
    """
    if math.isnan(kept):
        return float("nan")
    return 0.0 if math.isnan(true) or kept + true == 0 else 2 * kept * true / (kept + true)


def paths_kept(lines: Sequence[Points], others: Sequence[Points]) -> float:
    """How well the shortest ways along lines are kept along other lines: one direction of APLS, for railways.

    Control points are all meetings and ends, and places at most `CONTROL_STEP_M` apart between them. Each is moved to
    the nearest of the other lines within `SNAP_M`. A pair costs the relative difference of its two shortest ways, 1 at
    most, and 1 where there is no other way. Ways start from at most `MAX_SOURCES` points, spread evenly.

    Args:
        lines: float64 (n, 2) vertices of each, (x, y), in a metric CRS.
        others: Likewise.

    Returns:
        1 less the mean cost; NaN where no two points are joined by the lines.
    """
    controls = _controls(lines)
    graph, at = _network(lines, controls.line, controls.along_m)
    line, along, known = _snapped(controls.points, others)
    other_graph, other_at = _network(others, line[known], along[known])
    vertex = np.full(len(at), -1)
    vertex[known] = other_at
    every = np.lexsort(controls.points.T)  # by place: neither order nor direction of the lines decides
    sources = every[np.unique(np.linspace(0, len(every) - 1, min(len(every), MAX_SOURCES)).round().astype(np.int64))]
    cost, pairs = 0.0, 0
    for chunk in np.array_split(sources, math.ceil(len(sources) / _SOURCES_AT_ONCE)) if len(sources) else ():
        length = dijkstra(graph, directed=False, indices=at[chunk])[:, at]
        other_length = np.full(length.shape, np.inf)
        placed = vertex[chunk] >= 0
        if placed.any():
            ways = dijkstra(other_graph, directed=False, indices=vertex[chunk][placed])
            other_length[np.ix_(placed, known)] = ways[:, vertex[known]]
        joined = np.isfinite(length) & (length > MEET_M)
        difference = np.abs(length[joined] - other_length[joined]) / length[joined]
        cost += float(np.minimum(difference, 1.0).sum())
        pairs += int(np.count_nonzero(joined))
    return 1.0 - cost / pairs if pairs else float("nan")


class _Places(NamedTuple):
    """Places on lines.

    Attributes:
        points: float64 (n, 2).
        line: int64 (n,), which line.
        along_m: float64 (n,), from its start.
    """

    points: Points
    line: Ints
    along_m: Floats


class _Meetings(NamedTuple):
    """Where lines end, meet or touch.

    Attributes:
        places: float64 (n, 2).
        meeting: int64 (k,), which of them, for every time that a line comes there.
        line: int64 (k,), which line.
        along_m: float64 (k,), where on it.
    """

    places: Points
    meeting: Ints
    line: Ints
    along_m: Floats


def _meetings(lines: Sequence[Points]) -> _Meetings:
    ends = np.array([line[end] for end in (0, -1) for line in lines]).reshape(-1, 2)
    pairs = cKDTree(ends).query_pairs(MEET_M, output_type="ndarray").reshape(-1, 2)
    joined = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(ends), len(ends)))
    count, owner = connected_components(joined, directed=False) if len(ends) else (0, np.zeros(0, dtype=np.int64))
    size = np.bincount(owner, minlength=count)
    places = np.column_stack([np.bincount(owner, axis, count) / size for axis in ends.T]).reshape(-1, 2)
    geometries = _linestrings(lines)
    length = shapely.length(geometries)
    meeting, line = shapely.STRtree(geometries).query(shapely.points(places), predicate="dwithin", distance=MEET_M)
    along = shapely.line_locate_point(geometries[line], shapely.points(places[meeting]))
    touching = (along > MEET_M) & (along < length[line] - MEET_M)
    numbers = np.arange(len(lines))
    return _Meetings(
        places,
        np.concatenate([owner, meeting[touching]]).astype(np.int64),
        np.concatenate([numbers, numbers, line[touching]]),
        np.concatenate([np.zeros(len(lines)), length, along[touching]]),
    )


def _controls(lines: Sequence[Points]) -> _Places:
    """The places between which ways are compared."""
    meetings = _meetings(lines)
    _, first = np.unique(meetings.meeting, return_index=True)
    numbers, places = [meetings.line[first]], [meetings.along_m[first]]
    order = np.lexsort((meetings.along_m, meetings.line))
    line, along = meetings.line[order], meetings.along_m[order]
    for index in np.flatnonzero(np.diff(line) == 0):
        steps = math.ceil((along[index + 1] - along[index]) / CONTROL_STEP_M)
        between = np.linspace(along[index], along[index + 1], steps + 1)[1:-1]
        numbers.append(np.full(len(between), line[index]))
        places.append(between)
    line, along = np.concatenate(numbers), np.concatenate(places)
    return _Places(_points_at(lines, line, along), line, along)


def _network(lines: Sequence[Points], line: Ints, along_m: Floats) -> tuple[csr_array, Ints]:
    """Lines as a graph whose edges have their lengths, and its vertices at the given places on them."""
    meetings = _meetings(lines)
    own = len(meetings.places) + np.arange(len(line))
    vertex = np.concatenate([meetings.meeting, own])
    number, place = np.concatenate([meetings.line, line]), np.concatenate([meetings.along_m, along_m])
    order = np.lexsort((place, number))
    vertex, number, place = vertex[order], number[order], place[order]
    same = np.diff(number) == 0
    pairs = np.sort(np.column_stack([vertex[:-1], vertex[1:]])[same], axis=1)
    length = np.maximum(np.diff(place)[same], _SHORTEST_EDGE_M)
    # Two ways between the same vertices would be added up: only the shorter counts.
    order = np.lexsort((length, *pairs.T))
    pairs, first = np.unique(pairs[order], axis=0, return_index=True)
    size = len(meetings.places) + len(line)
    return csr_array((length[order][first], pairs.T), shape=(size, size)), own


def _snapped(points: Points, lines: Sequence[Points]) -> tuple[Ints, Floats, Bools]:
    """The nearest line to each point, where on it, and whether there is one within `SNAP_M`."""
    line, along, known = np.zeros(len(points), dtype=np.int64), np.zeros(len(points)), np.zeros(len(points), np.bool_)
    geometries = _linestrings(lines)
    tree = shapely.STRtree(geometries)
    own, nearest = tree.query_nearest(shapely.points(points), max_distance=SNAP_M, all_matches=False)
    line[own], known[own] = nearest, True
    along[own] = shapely.line_locate_point(geometries[nearest], shapely.points(points[own]))
    return line, along, known


def _points_at(lines: Sequence[Points], line: Ints, along_m: Floats) -> Points:
    points: Points = shapely.get_coordinates(shapely.line_interpolate_point(_linestrings(lines)[line], along_m))
    return points


def _linestrings(lines: Sequence[Points]) -> npt.NDArray[np.object_]:
    if not lines:
        return np.zeros(0, dtype=object)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return np.asarray(shapely.linestrings(np.concatenate(lines), indices=owner), dtype=object)


def _cross(first: Points, second: Points) -> Floats:
    """The cross product of vectors (…, 2): positive where the second points to the left of the first."""
    return np.asarray(first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0])


def _angle_deg(first: Points, second: Points) -> float:
    """Between unit vectors."""
    return math.degrees(math.acos(min(1.0, max(-1.0, float(first @ second)))))
