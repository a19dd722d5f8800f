"""Smooth lines for the edges of a graph: what runs through nodes is smoothed as one, and a branch with its stem."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from railseg_core.arrays import Ints, Points
from railseg_core.centerline.junctions import Junction
from railseg_core.centerline.smoothing import WINDOW_M, cut_line, pin, smooth
from railseg_core.centerline.tracks import TrackEnd, TrackGraph

_DIRECTION_M = 3.0
"""Length over which the direction of a free end is measured."""

Run = list[TrackEnd]
"""Edges that run through nodes as one line, in order: the ends at which they are entered."""


def smooth_lines(graph: TrackGraph, meetings: dict[int, Junction]) -> tuple[dict[int, Points], dict[int, Points]]:
    """A smooth, evenly sampled line for every edge, and the place of every node, at which lines end bit for bit."""
    lines: dict[int, Points] = {}
    through: dict[int, list[Points]] = {}
    stems = {
        junction.switch.branch: junction.switch.stem for junction in meetings.values() if junction.switch is not None
    }
    for run in _runs(graph, meetings):
        for index, (entered, line) in enumerate(zip(run, _smooth_run(graph, run, stems), strict=True)):
            lines[entered.edge] = line[::-1] if entered.end else line
            if index:
                through.setdefault(graph.node_at(entered), []).append(line[0])
    places = {}
    for node, junction in meetings.items():
        meet = through.get(node) or [lines[number][-1 if end else 0] for number, end in junction.ends]
        places[node] = meet[0] if len(meet) == 1 else np.mean(meet, axis=0)
    for number, edge in graph.edges.items():
        lines[number] = pin(lines[number], places[edge.start], places[edge.end])
    return lines, places


def _smooth_run(graph: TrackGraph, run: Run, stems: dict[TrackEnd, TrackEnd]) -> list[Points]:
    """The lines of a run's edges, in its direction; `stems` tells the stem of every branch."""
    pixels, joints = _run_pixels(graph, run)
    middle, offset_m = graph.pixels.middle, graph.pixels.offset_m
    points, offsets = middle[pixels], offset_m[pixels].astype(np.float64)
    first, last = run[0], run[-1].other
    before = _extension(graph, first, points, offsets)
    after = _extension(graph, last, points[::-1], offsets[::-1])
    offsets = np.pad(offsets, ((len(before), len(after)), (0, 0)), "edge")
    head, tail = _lead_in(graph, stems.get(first))[::-1], _lead_in(graph, stems.get(last))
    samples, along = smooth(
        np.vstack([middle[head], before, points, after, middle[tail]]),
        np.vstack([offset_m[head], offsets, offset_m[tail]], dtype=np.float64),
        graph.pixels.gsd_m,
    )
    inner = (along[joint + len(head) + len(before)].mean() for joint in joints)
    cuts = [float(along[len(head)]), *map(float, inner), float(along[len(along) - 1 - len(tail)])]
    return [cut_line(samples, start, end) for start, end in pairwise(cuts)]


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
            passed.append(entered)
            entered = onward.get(entered.other)
        return passed

    runs = []
    done: set[int] = set()
    for number in sorted(graph.edges, key=lambda number: int(graph.edges[number].pixels.min())):
        if number in done:
            continue
        way = follow(follow(TrackEnd(number, 1))[-1].other)
        back = [entered.other for entered in reversed(way)]
        runs.append(min(way, back, key=lambda run: (int(graph.node_pixels[graph.node_at(run[0])]), run[0].end)))
        done.update(entered.edge for entered in way)
    return runs


def _run_pixels(graph: TrackGraph, run: Run) -> tuple[Ints, list[Ints]]:
    """A run's pixels in order, and where its edges meet: indices of the last pixel of one and the first of the next."""
    parts: list[Ints] = []
    joints: list[Ints] = []
    count = 0
    for entered in run:
        pixels = graph.outward(entered)
        if parts:
            shared = int(parts[-1][-1] == pixels[0])
            pixels = pixels[shared:]
            joints.append(np.array([count - 1, count - shared]))
        parts.append(pixels)
        count += len(pixels)
    return np.concatenate(parts), joints


def _lead_in(graph: TrackGraph, stem: TrackEnd | None) -> Ints:
    """The pixels of the stem that a branch leaves, from the toe on, with which it is smoothed; none without a stem."""
    if stem is None:
        return np.zeros(0, dtype=np.int64)
    return graph.outward(stem)[1 : round(WINDOW_M / graph.pixels.gsd_m)]


def _extension(graph: TrackGraph, end: TrackEnd, points: Points, offsets: Points) -> Points:
    """Straightens a run at its free end, in place, and says where the track really ends.

    Thinning takes half the mask's width off an end and may bend as much again of what is left, towards a corner.

    Args:
        graph: The graph.
        end: The run's end.
        points: float64 (n, 2), the pixels' middles from that end on.
        offsets: float64 (n, 2), their offsets.

    Returns:
        float64 (1, 2), or (0, 2) where the end is not free.
    """
    reach_m = float(graph.pixels.half_width_m[graph.outward(end)[0]])
    leaning = min(1 + math.ceil(reach_m / graph.pixels.gsd_m), len(points) // 3)
    onward = points[leaning] - points[min(leaning + round(_DIRECTION_M / graph.pixels.gsd_m), len(points) - 1)]
    length = float(np.hypot(*onward))
    if graph.degree(graph.node_at(end)) != 1 or reach_m <= 0 or length == 0:
        return np.zeros((0, 2))
    direction = onward / length
    ahead = (points[:leaning] - points[leaning]) @ direction
    points[:leaning] = points[leaning] + np.maximum(ahead, 0.0)[:, np.newaxis] * direction
    offsets[:leaning] = offsets[leaning]
    return np.asarray(points[:1] + direction * reach_m)
