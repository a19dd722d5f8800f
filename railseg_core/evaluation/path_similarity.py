"""Whether the paths from place to place are as long on one map as on another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from railseg_core.arrays import Bools, Floats, Ints, Points
from railseg_core.evaluation.line_meetings import MEET_M, Meetings, meetings_of
from railseg_core.vectors.polylines import linestrings

CONTROL_STEP_M = 50.0
SNAP_M = 1.0
"""Less than half the distance between two tracks, or a path along the neighbouring track would count."""
MAX_SOURCES = 200
_SOURCES_AT_ONCE = 20
_SHORTEST_EDGE_M = 1e-9
"""Smallest length of an edge: a sparse graph may take a length of zero for no edge."""


def path_similarity(kept: float, true: float) -> float:
    """Harmonic mean of how well the reference's paths are kept in the extracted lines, and the other way round.

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
    """How well the shortest paths along lines are kept along other lines: one direction of APLS, for railways.

    Control points are all meetings and ends, and places at most `CONTROL_STEP_M` apart between them. Each is moved to
    the nearest of the other lines within `SNAP_M`. A pair costs the relative difference of its two shortest paths, at
    most 1, and 1 where the others have no path. Paths start from at most `MAX_SOURCES` points, spread evenly.

    Args:
        lines: float64 (n, 2) vertices of each, (x, y), in a metric CRS.
        others: Likewise.

    Returns:
        1 minus the mean cost; NaN where the lines connect no two points.
    """
    meetings = meetings_of(lines)
    controls = _controls(lines, meetings)
    graph, at = _network(meetings, controls.line, controls.along_m)
    line, along, known = _snapped(controls.points, others)
    other_graph, other_at = _network(meetings_of(others), line[known], along[known])
    vertex = np.full(len(at), -1)
    vertex[known] = other_at
    every = np.lexsort(controls.points.T)  # by place, so that the lines' order and direction don't matter
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
        line: int64 (n,), index of the line.
        along_m: float64 (n,), distance from its start.
    """

    points: Points
    line: Ints
    along_m: Floats


def _controls(lines: Sequence[Points], meetings: Meetings) -> _Places:
    """The places between which paths are compared."""
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


def _network(meetings: Meetings, line: Ints, along_m: Floats) -> tuple[csr_array, Ints]:
    """The graph of lines that meet, weighted by length, and its vertices at the given places on them."""
    own = len(meetings.places) + np.arange(len(line))
    vertex = np.concatenate([meetings.meeting, own])
    number, place = np.concatenate([meetings.line, line]), np.concatenate([meetings.along_m, along_m])
    order = np.lexsort((place, number))
    vertex, number, place = vertex[order], number[order], place[order]
    same = np.diff(number) == 0
    pairs = np.sort(np.column_stack([vertex[:-1], vertex[1:]])[same], axis=1)
    length = np.maximum(np.diff(place)[same], _SHORTEST_EDGE_M)
    # Two edges between the same vertices would be added up: only the shorter is kept.
    order = np.lexsort((length, *pairs.T))
    pairs, first = np.unique(pairs[order], axis=0, return_index=True)
    size = len(meetings.places) + len(line)
    return csr_array((length[order][first], pairs.T), shape=(size, size)), own


def _snapped(points: Points, lines: Sequence[Points]) -> tuple[Ints, Floats, Bools]:
    """The nearest line to each point, where on it, and whether there is one within `SNAP_M`."""
    line, along, known = np.zeros(len(points), dtype=np.int64), np.zeros(len(points)), np.zeros(len(points), np.bool_)
    geometries = linestrings(lines)
    tree = shapely.STRtree(geometries)
    own, nearest = tree.query_nearest(shapely.points(points), max_distance=SNAP_M, all_matches=False)
    line[own], known[own] = nearest, True
    along[own] = shapely.line_locate_point(geometries[nearest], shapely.points(points[own]))
    return line, along, known


def _points_at(lines: Sequence[Points], line: Ints, along_m: Floats) -> Points:
    points: Points = shapely.get_coordinates(shapely.line_interpolate_point(linestrings(lines)[line], along_m))
    return points
