"""Smooth lines for the edges of a graph: what runs through nodes is smoothed as one, and a branch with its stem."""

from __future__ import annotations

import math

import numpy as np

from railseg_core.arrays import Ints, Points
from railseg_core.centerline.junctions import Junction
from railseg_core.centerline.smoothing import WINDOW_M, cut_line, pin, smooth
from railseg_core.centerline.tracks import TrackEnd, TrackGraph

_DIRECTION_M = 3.0
"""Length over which the direction of a free end is measured."""

Run = list[tuple[int, bool]]
"""Edges that run through nodes as one line: their numbers in order, and whether each is traversed from end to start."""


def smooth_lines(graph: TrackGraph, meetings: dict[int, Junction]) -> tuple[dict[int, Points], dict[int, Points]]:
    """A smooth, evenly sampled line for every edge, and the place of every node, at which lines end bit for bit."""
    lines: dict[int, Points] = {}
    through: dict[int, list[Points]] = {}
    stems = {
        junction.switch.branch: junction.switch.stem for junction in meetings.values() if junction.switch is not None
    }
    for run in _runs(graph, meetings):
        pixels, joints = _run_pixels(graph, run)
        points, offsets = graph.pixels.middle[pixels], graph.pixels.offset_m[pixels].astype(np.float64)
        points, offsets, shifted = _with_free_ends(graph, run, pixels, points, offsets)
        head, tail = _lead_ins(graph, run, stems)
        points = np.vstack([graph.pixels.middle[head], points, graph.pixels.middle[tail]])
        offsets = np.vstack([graph.pixels.offset_m[head], offsets, graph.pixels.offset_m[tail]], dtype=np.float64)
        samples, along = smooth(points, offsets, graph.pixels.gsd_m)
        inner = (along[joint + shifted + len(head)].mean() for joint in joints)
        cuts = [float(along[len(head)]), *map(float, inner), float(along[len(along) - 1 - len(tail)])]
        for index, (number, is_reversed) in enumerate(run):
            line = cut_line(samples, cuts[index], cuts[index + 1])
            lines[number] = line[::-1] if is_reversed else line
            if index:
                node = graph.edges[number].node(is_reversed)
                through.setdefault(node, []).append(line[0])
    places = {}
    for node, junction in meetings.items():
        meet = through.get(node) or [lines[number][-1 if end else 0] for number, end in junction.ends]
        places[node] = meet[0] if len(meet) == 1 else np.mean(meet, axis=0)
    for number, edge in graph.edges.items():
        lines[number] = pin(lines[number], places[edge.start], places[edge.end])
    return lines, places


def _runs(graph: TrackGraph, meetings: dict[int, Junction]) -> list[Run]:
    """All edges in runs through nodes, each run starting from its end that comes first on the lattice."""
    onward: dict[TrackEnd, TrackEnd] = {}
    for junction in meetings.values():
        for a, b in junction.through:
            onward[a], onward[b] = b, a

    def follow(first: TrackEnd) -> Run:
        """The edges from the one entered at `first`, up to where no track runs through or back to the first."""
        passed: Run = []
        entered: TrackEnd | None = first
        seen = set()
        while entered is not None and entered.edge not in seen:
            seen.add(entered.edge)
            passed.append((entered.edge, entered.end == 1))
            entered = onward.get(TrackEnd(entered.edge, 1 - entered.end))
        return passed

    def entrance(number: int, is_reversed: bool) -> int:
        edge = graph.edges[number]
        return int(graph.node_pixels[edge.node(is_reversed)])

    runs = []
    done: set[int] = set()
    for number in sorted(graph.edges, key=lambda number: int(graph.edges[number].pixels.min())):
        if number in done:
            continue
        last, was_reversed = follow(TrackEnd(number, 1))[-1]
        way = follow(TrackEnd(last, 0 if was_reversed else 1))
        back = [(edge, not is_reversed) for edge, is_reversed in reversed(way)]
        way = min(way, back, key=lambda edges: (entrance(*edges[0]), edges[0][1]))
        done.update(edge for edge, _ in way)
        runs.append(way)
    return runs


def _lead_ins(graph: TrackGraph, run: Run, stems: dict[TrackEnd, TrackEnd]) -> tuple[Ints, Ints]:
    """The pixels of the stems that a run leaves as a branch, before and after it, so that it leaves them smoothly."""
    (first, is_first_reversed), (last, is_last_reversed) = run[0], run[-1]
    parts = []
    for end in (TrackEnd(first, int(is_first_reversed)), TrackEnd(last, int(not is_last_reversed))):
        stem = stems.get(end)
        reach = round(WINDOW_M / graph.pixels.gsd_m)
        parts.append(np.zeros(0, dtype=np.int64) if stem is None else graph.outward(stem)[1:reach])
    return parts[0][::-1], parts[1]


def _run_pixels(graph: TrackGraph, run: Run) -> tuple[Ints, list[Ints]]:
    """A run's pixels in order, and where its edges meet: indices of the last pixel of one and the first of the next."""
    parts: list[Ints] = []
    joints: list[Ints] = []
    count = 0
    for number, is_reversed in run:
        pixels = graph.edges[number].pixels
        pixels = pixels[::-1] if is_reversed else pixels
        if parts:
            shared = int(parts[-1][-1] == pixels[0])
            pixels = pixels[shared:]
            joints.append(np.array([count - 1, count - shared]))
        parts.append(pixels)
        count += len(pixels)
    return np.concatenate(parts), joints


def _with_free_ends(
    graph: TrackGraph, run: Run, pixels: Ints, points: Points, offsets: Points
) -> tuple[Points, Points, int]:
    """Straightens a run's free ends, where the skeleton leans towards a corner of the mask, and extends them.

    Thinning takes half the mask's width off an end and may bend as much again of what is left.

    Returns:
        The points and offsets with one more at each free end, and how many were added at the start (0 or 1).
    """
    points, offsets = points.copy(), offsets.copy()
    added = []
    first, last = run[0], run[-1]
    for at_end, edge, is_start in ((first[1], first[0], True), (not last[1], last[0], False)):
        node = graph.edges[edge].node(at_end)
        place = slice(None) if is_start else slice(None, None, -1)
        from_end, shifts = points[place], offsets[place]
        reach_m = float(graph.pixels.half_width_m[pixels[place][0]])
        leaning = min(1 + math.ceil(reach_m / graph.pixels.gsd_m), len(points) // 3)
        direction = (
            from_end[leaning] - from_end[min(leaning + round(_DIRECTION_M / graph.pixels.gsd_m), len(points) - 1)]
        )
        length = float(np.hypot(*direction))
        if graph.degree(node) != 1 or reach_m <= 0 or length == 0:
            added.append(np.zeros((0, 2)))
            continue
        direction /= length
        ahead = (from_end[:leaning] - from_end[leaning]) @ direction
        from_end[:leaning] = from_end[leaning] + np.maximum(ahead, 0.0)[:, np.newaxis] * direction
        shifts[:leaning] = shifts[leaning]
        added.append(from_end[:1] + direction * reach_m)
    before, after = added
    return (
        np.vstack([before, points, after]),
        np.vstack([offsets[: len(before)], offsets, offsets[len(offsets) - len(after) :]]),
        len(before),
    )
