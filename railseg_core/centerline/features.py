"""The map's features from a graph: tracks with smooth lines, nodes, relations, and ids derived from content."""

from __future__ import annotations

import hashlib
from itertools import combinations

from railseg_core.arrays import Points
from railseg_core.centerline.doubts import Evidence, doubts_of
from railseg_core.centerline.junctions import Junction
from railseg_core.centerline.lines import smooth_lines
from railseg_core.centerline.smoothing import min_radius_m, simplified
from railseg_core.centerline.tracks import Edge, TrackGraph
from railseg_core.line_params import LineParams
from railseg_core.railway_map import OK, REVIEW, Node, RailwayMap, Relation, Track
from railseg_core.vectors.coordinates import ground_lengths


def railway_map_of(graph: TrackGraph, meetings: dict[int, Junction], crs: str, params: LineParams) -> RailwayMap:
    """Tracks, nodes and relations of a graph.

    Args:
        graph: Simplified, with its gaps, crossings and switches drawn.
        meetings: The junction at every node.
        crs: The pixels' CRS, metric.
        params: The run's parameters, for what counts as short.
    """
    lines, places = smooth_lines(graph, meetings)
    order = sorted(graph.edges, key=lambda number: (graph.edges[number].pixels.min(), number))
    node_ids = {node: _node_id(crs, graph.pixels.middle[graph.node_pixels[node]]) for node in meetings}
    track_ids = {number: _track_id(graph, crs, graph.edges[number], node_ids) for number in order}
    written = {number: simplified(lines[number]) for number in order}
    lengths_m = dict(zip(order, ground_lengths([written[number] for number in order], crs).tolist(), strict=True))
    radii_m = {number: min_radius_m(lines[number]) for number in order}
    evidence = {number: Evidence.of(graph, graph.edges[number], lengths_m[number]) for number in order}
    doubts = doubts_of(graph, lines, lengths_m, radii_m, evidence, meetings, params)
    tracks = [
        Track(
            track_id=track_ids[number],
            from_node=node_ids[graph.edges[number].start],
            to_node=node_ids[graph.edges[number].end],
            line=written[number],
            length_m=lengths_m[number],
            confidence=evidence[number].confidence,
            min_confidence=evidence[number].min_confidence,
            inferred_m=evidence[number].inferred_m,
            min_radius_m=radii_m[number],
            status=REVIEW if doubts[number] else OK,
            review_reason="; ".join(doubts[number]) or None,
        )
        for number in order
    ]
    in_order = sorted(meetings, key=lambda number: graph.node_pixels[number])
    nodes = [_node(graph, node, node_ids[node], places[node], meetings[node]) for node in in_order]
    relations = [relation for node in in_order for relation in _relations(meetings[node], node_ids[node], track_ids)]
    return RailwayMap(tracks, nodes, relations, crs, graph.pixels.gsd_m)


def _node(graph: TrackGraph, number: int, node_id: str, place: Points, junction: Junction) -> Node:
    switch = junction.switch
    return Node(
        node_id=node_id,
        x=float(place[0]),
        y=float(place[1]),
        railway=junction.railway,
        degree=len(junction.ends),
        angle_deg=junction.angle_deg,
        radius_m=None if switch is None else switch.radius_m,
        turnout_side=None if switch is None else switch.side,
        confidence=float(graph.pixels.probability[graph.node_pixels[number]]) / 255,
        status=REVIEW if junction.doubt else OK,
        review_reason=junction.doubt or None,
    )


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
    """Id from the nodes and the pixel halfway, which tells a track from any other between the same nodes."""
    halfway = graph.pixels.middle[edge.pixels[len(edge.pixels) // 2]]
    return "t_" + _digest(crs, node_ids[edge.start], _place(halfway), node_ids[edge.end])


def _place(point: Points) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _digest(*content: str) -> str:
    """Sixteen hexadecimal digits that are the same for the same content."""
    return hashlib.blake2b("|".join(content).encode(), digest_size=8).hexdigest()
