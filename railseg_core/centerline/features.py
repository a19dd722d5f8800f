"""The map's features from a graph: smooth lines through the nodes, confidence, doubts, ids, relations."""

from __future__ import annotations

import hashlib
from itertools import combinations

import numpy as np
from scipy.ndimage import uniform_filter1d

from railseg_core.arrays import Points
from railseg_core.centerline.doubts import tracks_too_close
from railseg_core.centerline.junctions import Junction
from railseg_core.centerline.lines import smooth_lines
from railseg_core.centerline.params import LineParams
from railseg_core.centerline.smoothing import min_radius_m, simplified
from railseg_core.centerline.tracks import Edge, TrackGraph
from railseg_core.coordinates import ground_lengths
from railseg_core.railway_map import OK, REVIEW, Node, RailwayMap, Relation, Track

SHARP_BEND_M = 100.0
"""Railways have no smaller radius outside of works and ports."""
LOW_CONFIDENCE = 0.6
SHORT_PIECE_M = 45.0
"""An isolated piece of a smaller total length is kept, but doubted."""
LONG_INFERENCE_M = 40.0
_CONFIDENCE_WINDOW_M = 2.0


def railway_map_of(graph: TrackGraph, meetings: dict[int, Junction], crs: str, params: LineParams) -> RailwayMap:
    """Tracks, nodes and relations of a graph.

    Args:
        graph: Simplified, with its gaps, crossings and switches drawn.
        meetings: What every node is.
        crs: The pixels' CRS, metric.
        params: The run's, for what counts as short.
    """
    pixels = graph.pixels
    lines, places = smooth_lines(graph, meetings)
    node_ids = {node: _node_id(crs, pixels.middle[graph.node_pixels[node]]) for node in meetings}
    order = sorted(graph.edges, key=lambda number: (graph.edges[number].pixels.min(), number))
    track_ids = {number: _track_id(graph, crs, graph.edges[number], node_ids) for number in order}
    written = {number: simplified(lines[number]) for number in order}
    lengths = dict(zip(order, ground_lengths([written[number] for number in order], crs).tolist(), strict=True))
    isolated_m = _piece_lengths(graph, lengths)
    too_close = tracks_too_close(graph, lines, meetings)
    tracks = []
    for number in order:
        edge = graph.edges[number]
        mean, lowest, seen = _confidence(graph, edge)
        inferred_m = min(_inferred_m(graph, edge), lengths[number])
        radius_m = min_radius_m(lines[number])
        doubts = sorted(edge.doubts)
        if isolated_m[number] < max(SHORT_PIECE_M, 2 * params.min_length_m):
            doubts.append("short isolated piece")
        if radius_m is not None and radius_m < SHARP_BEND_M:
            doubts.append("sharp bend")
        if seen < LOW_CONFIDENCE:
            doubts.append("low confidence")
        if inferred_m > LONG_INFERENCE_M:
            doubts.append("long inference")
        if number in too_close:
            doubts.append("close to another track")
        tracks.append(
            Track(
                track_id=track_ids[number],
                from_node=node_ids[edge.start],
                to_node=node_ids[edge.end],
                line=written[number],
                length_m=lengths[number],
                confidence=mean,
                min_confidence=lowest,
                inferred_m=inferred_m,
                min_radius_m=radius_m,
                status=REVIEW if doubts else OK,
                review_reason="; ".join(doubts) or None,
            )
        )
    nodes, relations = [], []
    for node in sorted(meetings, key=lambda number: graph.node_pixels[number]):
        junction = meetings[node]
        switch = junction.switch
        nodes.append(
            Node(
                node_id=node_ids[node],
                x=float(places[node][0]),
                y=float(places[node][1]),
                railway=junction.railway,
                degree=len(junction.ends),
                angle_deg=junction.angle_deg,
                radius_m=None if switch is None else switch.radius_m,
                turnout_side=None if switch is None else switch.side,
                confidence=float(pixels.probability[graph.node_pixels[node]]) / 255,
                status=REVIEW if junction.doubt else OK,
                review_reason=junction.doubt or None,
            )
        )
        relations += _relations(junction, node_ids[node], track_ids)
    return RailwayMap(tracks, nodes, relations, crs, pixels.gsd_m)


def _piece_lengths(graph: TrackGraph, lengths: dict[int, float]) -> dict[int, float]:
    """For every edge the length of the connected piece it is part of."""
    totals: dict[int, float] = {}
    for piece in graph.components():
        totals |= dict.fromkeys(piece, sum(lengths[number] for number in piece))
    return totals


def _confidence(graph: TrackGraph, edge: Edge) -> tuple[float, float, float]:
    """Mean probability along an edge, its lowest mean along `_CONFIDENCE_WINDOW_M`, and its mean where it was seen."""
    values = graph.pixels.probability[edge.pixels].astype(np.float64) / 255
    window = min(len(values), max(1, round(_CONFIDENCE_WINDOW_M / graph.pixels.gsd_m)))
    seen = values[~graph.pixels.is_inferred[edge.pixels]]
    lowest = max(float(uniform_filter1d(values, window, mode="nearest").min()), 0.0)
    return float(values.mean()), lowest, float(seen.mean())


def _inferred_m(graph: TrackGraph, edge: Edge) -> float:
    """Length of an edge along which there is no evidence."""
    inferred = graph.pixels.is_inferred[edge.pixels]
    steps = np.hypot(*np.diff(graph.pixels.middle[edge.pixels], axis=0).T)
    return float(steps[inferred[1:] | inferred[:-1]].sum())


def _relations(junction: Junction, node_id: str, track_ids: dict[int, str]) -> list[Relation]:
    """Every pair of track ends at a node."""
    return [
        Relation(
            node_id,
            track_ids[one.edge],
            one.end,
            track_ids[other.edge],
            other.end,
            bool({(one, other), (other, one)} & junction.navigable),
        )
        for one, other in combinations(junction.ends, 2)
    ]


def _node_id(crs: str, middle: Points) -> str:
    return "n_" + _digest(crs, _place(middle))


def _track_id(graph: TrackGraph, crs: str, edge: Edge, node_ids: dict[int, str]) -> str:
    """From the nodes and the pixel halfway: what tells a track from any other between the same nodes."""
    halfway = graph.pixels.middle[edge.pixels[len(edge.pixels) // 2]]
    return "t_" + _digest(crs, node_ids[edge.start], _place(halfway), node_ids[edge.end])


def _place(point: Points) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _digest(*content: str) -> str:
    """Sixteen hexadecimal digits that are the same for the same content."""
    return hashlib.blake2b("|".join(content).encode(), digest_size=8).hexdigest()
