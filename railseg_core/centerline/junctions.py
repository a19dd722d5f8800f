"""What a node is, and which track runs through it: told by headings measured beyond the zone where tracks are fused."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from railseg_core.centerline.tracks import Edge, TrackGraph

FUSED_M = 8.0
"""Up to here from a fork its tracks' ribbons touch and their direction says nothing."""
HEADING_M = 25.0
"""Up to here a heading is measured."""
NAVIGABLE_DEG = 45.0
"""A train does not turn more than this from one track into the next."""
MAX_SWITCH_DEG = 25.0
"""Tracks that part at a larger angle do so at no switch."""
STRAIGHT_DEG = 10.0
"""Two tracks that bend less than this at a crossing are one track."""


class TrackEnd(NamedTuple):
    """An end of an edge: 0 its start, 1 its end."""

    edge: int
    end: int


@dataclass(frozen=True, slots=True)
class Junction:
    """A node with its track ends.

    Attributes:
        ends: The track ends that meet here.
        bends_deg: float64 (ends, ends), by how much a train turns from one end into the other; 0 is straight on.
        through: Pairs of track ends that are one track running through.
        railway: `switch`, `railway_crossing`, `end` or `cut`.
        angle_deg: Angle between the tracks that part or cross; None at an end.
        doubt: Why a person should look at it; empty for no reason.
    """

    ends: tuple[TrackEnd, ...]
    bends_deg: npt.NDArray[np.float64]
    through: tuple[tuple[TrackEnd, TrackEnd], ...]
    railway: str
    angle_deg: float | None
    doubt: str


def junctions(graph: TrackGraph) -> dict[int, Junction]:
    """Every node of the graph, told what it is."""
    return {node: _junction(graph, node) for node in sorted(graph.at)}


def _junction(graph: TrackGraph, node: int) -> Junction:
    numbers = sorted(set(graph.at[node]), key=lambda number: int(graph.edges[number].pixels.min()))
    ends = tuple(
        TrackEnd(number, end)
        for number in numbers
        for end, at in enumerate((graph.edges[number].start, graph.edges[number].end))
        if at == node
    )
    headings = np.array([_heading(graph, graph.edges[number], end) for number, end in ends])
    bends = 180.0 - np.degrees(np.arccos(np.clip(headings @ headings.T, -1.0, 1.0)))
    if len(ends) == 1:
        return Junction(ends, bends, (), "cut" if graph.is_cut(node) else "end", None, "")
    if len(ends) == 2:
        return Junction(ends, bends, (), "end", None, "closed ring")
    pairs = _through_pairs(bends)
    through = tuple((ends[i], ends[j]) for i, j in pairs)
    short = any(graph.edges[number].length_m < FUSED_M for number in numbers)
    if len(ends) == 3:
        parting_deg = _switch_angle(bends, pairs)
        doubt = "uncertain fork" if short or not pairs or parting_deg > MAX_SWITCH_DEG else ""
        return Junction(ends, bends, through, "switch", parting_deg, doubt)
    is_plain = len(ends) == 4 and len(pairs) == 2 and all(bends[pair] < STRAIGHT_DEG for pair in pairs)
    doubt = "" if is_plain and not short else "uncertain crossing"
    return Junction(ends, bends, through, "railway_crossing", _crossing_angle(headings, pairs), doubt)


def _heading(graph: TrackGraph, edge: Edge, end: int) -> npt.NDArray[np.float64]:
    """Unit vector (x, y) away from an edge's end, along its pixels between `FUSED_M` and `HEADING_M` from it."""
    pixels = edge.pixels if end == 0 else edge.pixels[::-1]
    rows, cols = graph.rows[pixels] - graph.rows[pixels[0]], graph.cols[pixels] - graph.cols[pixels[0]]
    points = np.column_stack([cols, -rows]) * graph.gsd_m
    # The straight distance is as good as the length on a track, and free of the pixels' steps.
    away = np.hypot(*points.T)
    near, far = min(FUSED_M, edge.length_m / 3), min(HEADING_M, edge.length_m)
    beyond = np.flatnonzero(away > far)
    stop = int(beyond[0]) if len(beyond) else len(points)
    start = min(int(np.argmax(away >= near)), stop - 2) if stop >= 2 else 0
    seen = points[max(start, 0) : stop]
    half = len(seen) // 2
    direction = seen[-max(half, 1) :].mean(axis=0) - seen[: max(half, 1)].mean(axis=0)
    length = float(np.hypot(*direction))
    return direction / length if length > 0 else np.array([1.0, 0.0])


def _through_pairs(bends: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs of ends with the smallest bends, each end in one pair at most, none that a train could not take."""
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for i, j in sorted(combinations(range(len(bends)), 2), key=lambda pair: (bends[pair], pair)):
        if bends[i, j] < NAVIGABLE_DEG and not taken & {i, j}:
            pairs.append((i, j))
            taken |= {i, j}
    return pairs


def _switch_angle(bends: npt.NDArray[np.float64], pairs: list[tuple[int, int]]) -> float:
    """Angle between the branch and the leg of the through track beside it."""
    branch = ({0, 1, 2} - set(pairs[0])).pop() if pairs else 2
    return 180.0 - float(max(bends[branch, leg] for leg in range(3) if leg != branch))


def _crossing_angle(headings: npt.NDArray[np.float64], pairs: list[tuple[int, int]]) -> float | None:
    """Acute angle between the two tracks that run through."""
    if len(pairs) != 2:
        return None
    first, second = (headings[i] - headings[j] for i, j in pairs)
    cosine = abs(float(first @ second)) / max(float(np.hypot(*first) * np.hypot(*second)), 1e-12)
    return float(np.degrees(np.arccos(min(cosine, 1.0))))
