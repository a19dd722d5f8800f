"""The map's features from a simplified graph: smooth lines through the nodes, confidence, doubts, ids, relations."""

from __future__ import annotations

import hashlib
import math
from itertools import combinations

import numpy as np
import numpy.typing as npt
from affine import Affine
from scipy.ndimage import uniform_filter1d

from railseg_core.centerline.junctions import NAVIGABLE_DEG, Junction, TrackEnd, junctions
from railseg_core.centerline.params import LineParams
from railseg_core.centerline.smoothing import cut_line, min_radius_m, pin, simplified, smooth
from railseg_core.centerline.tracks import Edge, TrackGraph
from railseg_core.railway_map import OK, REVIEW, Node, RailwayMap, Relation, Track, ground_lengths

Points = npt.NDArray[np.float64]

SHARP_BEND_M = 100.0
"""Railways have no smaller radius outside of works and ports."""
LOW_CONFIDENCE = 0.6
SHORT_PIECE_M = 45.0
"""An isolated piece of a smaller total length is kept, but doubted."""
_CONFIDENCE_WINDOW_M = 2.0
_DIRECTION_M = 3.0
"""Length over which the direction of a free end is taken."""


Run = list[tuple[int, bool]]
"""Edges that run through nodes as one line: their numbers in order, and whether each is passed from end to start."""


def railway_map_of(graph: TrackGraph, transform: Affine, crs: str, params: LineParams) -> RailwayMap:
    """Tracks, nodes and relations of a graph.

    Args:
        graph: Simplified.
        transform: (col + 0.5, row + 0.5) of a pixel to its middle (x, y); north-up.
        crs: The coordinates' CRS, metric.
        params: The run's, for what counts as short.
    """
    _orient(graph)
    meetings = junctions(graph)
    middles = np.column_stack([graph.cols + 0.5, graph.rows + 0.5]) * (transform.a, transform.e)
    middles += transform.c, transform.f
    lines, places = _lines(graph, meetings, middles)
    node_ids = {node: _node_id(crs, middles[graph.node_pixels[node]]) for node in meetings}
    order = sorted(graph.edges, key=lambda number: graph.edges[number].pixels.min())
    track_ids = {number: _track_id(crs, middles, graph.edges[number], node_ids) for number in order}
    written = {number: simplified(lines[number]) for number in order}
    lengths = dict(zip(order, ground_lengths([written[number] for number in order], crs).tolist(), strict=True))
    tracks = []
    isolated_m = _piece_lengths(graph, lengths)
    for number in order:
        edge = graph.edges[number]
        mean, lowest = _confidence(graph, edge)
        radius_m = min_radius_m(lines[number])
        doubts = []
        if isolated_m[number] < max(SHORT_PIECE_M, 2 * params.min_length_m):
            doubts.append("short isolated piece")
        if radius_m is not None and radius_m < SHARP_BEND_M:
            doubts.append("sharp bend")
        if mean < LOW_CONFIDENCE:
            doubts.append("low confidence")
        tracks.append(
            Track(
                track_id=track_ids[number],
                from_node=node_ids[edge.start],
                to_node=node_ids[edge.end],
                line=written[number],
                length_m=lengths[number],
                confidence=mean,
                min_confidence=lowest,
                inferred_m=0.0,
                min_radius_m=radius_m,
                status=REVIEW if doubts else OK,
                review_reason="; ".join(doubts) or None,
            )
        )
    nodes, relations = [], []
    for node in sorted(meetings, key=lambda number: graph.node_pixels[number]):
        junction = meetings[node]
        nodes.append(
            Node(
                node_id=node_ids[node],
                x=float(places[node][0]),
                y=float(places[node][1]),
                railway=junction.railway,
                degree=len(junction.ends),
                angle_deg=junction.angle_deg,
                confidence=float(graph.skeleton.probability[graph.node_pixels[node]]) / 255,
                status=REVIEW if junction.doubt else OK,
                review_reason=junction.doubt or None,
            )
        )
        relations += _relations(junction, node_ids[node], track_ids)
    return RailwayMap(tracks, nodes, relations, crs, graph.gsd_m)


def _orient(graph: TrackGraph) -> None:
    """Lets every edge run from the node that comes first on the lattice, however it came about."""
    for edge in graph.edges.values():
        first, last = graph.node_pixels[edge.start], graph.node_pixels[edge.end]
        if (first, edge.pixels[1]) > (last, edge.pixels[-2]):
            edge.start, edge.end, edge.pixels = edge.end, edge.start, edge.pixels[::-1]


def _lines(
    graph: TrackGraph, meetings: dict[int, Junction], middles: Points
) -> tuple[dict[int, Points], dict[int, Points]]:
    """A smooth, evenly sampled line for every edge, and the place of every node, where the lines end bit for bit."""
    lines: dict[int, Points] = {}
    through: dict[int, list[Points]] = {}
    for run in _runs(graph, meetings):
        pixels, joints = _run_pixels(graph, run)
        points, offsets = middles[pixels], graph.skeleton.offset_m[pixels].astype(np.float64)
        points, offsets, shifted = _with_free_ends(graph, run, pixels, points, offsets)
        samples, along = smooth(points, offsets, graph.gsd_m)
        cuts = [0.0, *(float(along[joint + shifted].mean()) for joint in joints), float(len(samples) - 1)]
        for index, (number, is_reversed) in enumerate(run):
            line = cut_line(samples, cuts[index], cuts[index + 1])
            lines[number] = line[::-1] if is_reversed else line
            if index:
                node = graph.edges[number].end if is_reversed else graph.edges[number].start
                through.setdefault(node, []).append(line[0])
    places = {}
    for node, junction in meetings.items():
        meet = through.get(node) or [lines[number][-1 if end else 0] for number, end in junction.ends]
        places[node] = meet[0] if len(meet) == 1 else np.mean(meet, axis=0)
    for number, edge in graph.edges.items():
        lines[number] = pin(lines[number], places[edge.start], places[edge.end])
    return lines, places


def _runs(graph: TrackGraph, meetings: dict[int, Junction]) -> list[Run]:
    """All edges, those that run through nodes together, each run from its end that comes first on the lattice."""
    onward: dict[TrackEnd, TrackEnd] = {}
    for junction in meetings.values():
        for a, b in junction.through:
            onward[a], onward[b] = b, a

    def follow(first: TrackEnd) -> Run:
        """Edges from one that is entered at `first`, up to a free end or back to the first edge."""
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
        return int(graph.node_pixels[edge.end if is_reversed else edge.start])

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


def _run_pixels(graph: TrackGraph, run: Run) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.int64]]]:
    """A run's pixels in order, and where in them its edges meet: the last pixel of one and the first of the next."""
    parts: list[npt.NDArray[np.int64]] = []
    joints: list[npt.NDArray[np.int64]] = []
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
    graph: TrackGraph, run: Run, pixels: npt.NDArray[np.int64], points: Points, offsets: Points
) -> tuple[Points, Points, int]:
    """Straightens a run's free ends, where the skeleton leans to a corner of the mask, and lets them out.

    Thinning takes half the mask's width off an end and may bend as much again.

    Returns:
        The points and offsets with one more at either free end, and how many came before (0 or 1).
    """
    points, offsets = points.copy(), offsets.copy()
    added = []
    first, last = run[0], run[-1]
    for at_end, edge, is_start in ((first[1], first[0], True), (not last[1], last[0], False)):
        node = graph.edges[edge].end if at_end else graph.edges[edge].start
        place = slice(None) if is_start else slice(None, None, -1)
        from_end, shifts = points[place], offsets[place]
        reach_m = float(graph.skeleton.half_width_m[pixels[place][0]])
        leaning = min(1 + math.ceil(reach_m / graph.gsd_m), len(points) // 3)
        direction = from_end[leaning] - from_end[min(leaning + round(_DIRECTION_M / graph.gsd_m), len(points) - 1)]
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


def _piece_lengths(graph: TrackGraph, lengths: dict[int, float]) -> dict[int, float]:
    """For every edge the length of the connected piece it is part of."""
    totals: dict[int, float] = {}
    for piece in graph.components():
        totals |= dict.fromkeys(piece, sum(lengths[number] for number in piece))
    return totals


def _confidence(graph: TrackGraph, edge: Edge) -> tuple[float, float]:
    """Mean probability along an edge, and the lowest mean along `_CONFIDENCE_WINDOW_M` of it."""
    values = graph.skeleton.probability[edge.pixels].astype(np.float64) / 255
    window = min(len(values), max(1, round(_CONFIDENCE_WINDOW_M / graph.gsd_m)))
    return float(values.mean()), float(uniform_filter1d(values, window, mode="nearest").min())


def _relations(junction: Junction, node_id: str, track_ids: dict[int, str]) -> list[Relation]:
    """Every pair of track ends at a node."""
    return [
        Relation(
            node_id,
            track_ids[junction.ends[i].edge],
            junction.ends[i].end,
            track_ids[junction.ends[j].edge],
            junction.ends[j].end,
            bool(junction.bends_deg[i, j] < NAVIGABLE_DEG),
        )
        for i, j in combinations(range(len(junction.ends)), 2)
    ]


def _node_id(crs: str, middle: Points) -> str:
    return "n_" + _digest(crs, _place(middle))


def _track_id(crs: str, middles: Points, edge: Edge, node_ids: dict[int, str]) -> str:
    """From the nodes and the pixel halfway: what tells a track from any other between the same nodes."""
    halfway = middles[edge.pixels[len(edge.pixels) // 2]]
    return "t_" + _digest(crs, node_ids[edge.start], _place(halfway), node_ids[edge.end])


def _place(point: Points) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _digest(*content: str) -> str:
    """Sixteen hexadecimal digits that are the same for the same content."""
    return hashlib.blake2b("|".join(content).encode(), digest_size=8).hexdigest()
