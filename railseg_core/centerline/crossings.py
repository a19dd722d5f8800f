"""Crossings: two tracks that run straight through each other.

Where they do so at a small angle, their ribbons merge for some metres, and the skeleton shows two forks joined by a
waist. The legs tell this from two switches that face each other: those of a crossing lead straight into one another
across the waist, while those of switches miss each other by metres because a switch's branch bends away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import shapely

from railseg_core.arrays import Ints, Points
from railseg_core.centerline.legs import LEG_M, apart_from, binned, leg_pixels, leg_places, pose_at, ribbon_m
from railseg_core.centerline.poses import CURVED_M, Pose, crossing_angle_deg, end_pose, fit_of, way_between
from railseg_core.centerline.tracks import TrackEnd, TrackGraph
from railseg_core.vectors.polylines import along_m, unit

LEVEL_DEG = 25.0
"""Tracks that cross at a larger angle mostly do so on a bridge, so they get no node."""
LEVEL_DOUBT = "crosses another track"
SLIP_DOUBT = "crossing or slip"
_SLIP_M = 0.2
"""A waist this much wider than one ribbon may be a slip, whose arc lies 0.3 to 0.5 m beside the crossing."""
_LAST_PX = 20
"""Pixels at the far end of a leg, where its ribbon is that of one track."""
_WAIST_M = 40.0
"""Longest waist of a crossing: at 1:18.5 it is 26 m."""
_LEAST_STEM_M = 16.0
"""The forks of two switches that face each other are further apart: each lies at least 15 m beyond its toe."""
_BEND_DEG, _MISS_M = 3.0, 0.4
"""How far off two legs that lead straight into one another may be."""
_WAIST_SLACK = 3.0
"""Factor on both limits at a waist too short for two switches, where only the crossing's pairs remain to be found."""
_WAIST_RIBBONS = 6.0
"""Longest waist of a crossing, in ribbon widths divided by the tangent of its angle: ribbons merge no further."""
_FORK_M = 8.0
"""Largest distance between the two forks into which thinning may split a steep crossing."""


class _Leg(NamedTuple):
    """A track end at a crossing, from the point where it is clear of the others.

    Attributes:
        end: The track end.
        pixels: Its pixels from there on.
        pose: Pose of the track there, looking into the crossing.
    """

    end: TrackEnd
    pixels: Ints
    pose: Pose


def resolve_crossings(graph: TrackGraph) -> dict[int, str]:
    """Lets tracks that cross run straight through each other, in place.

    Returns:
        The nodes of crossings at grade, each with four track ends (`through_pairs` tells which are one track), and
        why a person should check it; empty if there is no reason.
    """
    nodes: dict[int, str] = {}
    waists = [(edge.length_m, int(edge.pixels.min()), number) for number, edge in graph.edges.items()]
    for length_m, _, number in sorted(waists):
        edge = graph.edges.get(number)
        if length_m > _WAIST_M or edge is None or edge.start == edge.end:
            continue
        if graph.degree(edge.start) == graph.degree(edge.end) == 3:
            sides = [[end for end in graph.ends_at(node) if end.edge != number] for node in (edge.start, edge.end)]
            doubt = SLIP_DOUBT if _is_wide(graph, number, sides) else ""
            if _resolve(graph, edge.start, sides, number):
                nodes[edge.start] = doubt
    for node in [node for node in graph.at if graph.degree(node) == 4]:
        if node not in nodes and _resolve_star(graph, node):
            nodes[node] = ""
    return {node: doubt for node, doubt in nodes.items() if node in graph.at}  # the others are bridges


def _is_wide(graph: TrackGraph, waist: int, sides: list[list[TrackEnd]]) -> bool:
    """Whether a waist is nowhere as narrow as one ribbon: then a slip may run beside the crossing."""
    pixels = graph.edges[waist].pixels
    _, _, widths = binned(graph.pixels.middle[pixels[0]], graph.pixels.places(pixels), graph.pixels.width_m[pixels])
    alone = [graph.pixels.width_m[leg_pixels(graph, end, LEG_M)[-_LAST_PX:]] for side in sides for end in side]
    return bool(widths.min() - np.median(np.concatenate(alone)) > _SLIP_M)


def through_pairs(graph: TrackGraph, node: int) -> tuple[tuple[TrackEnd, TrackEnd], ...]:
    """Which track ends at a resolved crossing are one track: those that lead straight into one another."""
    ends = graph.ends_at(node)
    poses = {end: pose_at(graph, end) for end in ends}
    first, *rest = ends
    partner = min(rest, key=lambda end: fit_of(poses[first], poses[end]).bend_deg)
    second = tuple(end for end in rest if end != partner)
    return (first, partner), (second[0], second[1])


def _resolve_star(graph: TrackGraph, node: int) -> bool:
    """`_resolve` for a node of four track ends, with two neighbouring ones on each side."""
    ends = graph.ends_at(node)
    places = {end: leg_places(graph, end, LEG_M) for end in ends}
    a, b, c, d = sorted(ends, key=lambda end: _bearing(places[end]))
    return any(_resolve(graph, node, sides) for sides in (((a, b), (c, d)), ((b, c), (d, a))))


def _bearing(places: Points) -> float:
    x, y = places[-1] - places[0]
    return float(np.arctan2(y, x))


def _resolve(graph: TrackGraph, node: int, sides: Sequence[Sequence[TrackEnd]], waist: int | None = None) -> bool:
    """Joins the two legs of one side to those of the other if they form a crossing; returns whether they do.

    Its node is then `node`, or none where the tracks cross on different levels.
    """
    if len({end.edge for side in sides for end in side}) < 4:
        return False
    waist_m = 0.0 if waist is None else graph.edges[waist].length_m
    centre = None
    if waist is not None and waist_m < _LEAST_STEM_M:
        pixels = graph.edges[waist].pixels
        centre = graph.pixels.middle[pixels[len(pixels) // 2]]
    legs = [[_leg(graph, own, other, centre) for own, other in (side, side[::-1])] for side in sides]
    (a, b), (c, d) = legs
    for pairs in (((a, c), (b, d)), ((a, d), (b, c))):
        fits = [fit_of(one.pose, other.pose) for one, other in pairs]
        ways = [
            np.vstack([one.pose.point, way_between(one.pose, other.pose, graph.pixels.gsd_m), other.pose.point])
            for one, other in pairs
        ]
        meeting = _meeting(*ways)
        slack = 1.0 if centre is None else _WAIST_SLACK
        if meeting is None or any(fit.excess_deg > slack * _BEND_DEG or fit.miss_m > slack * _MISS_M for fit in fits):
            continue
        angle_deg = crossing_angle_deg(*((one.pose, other.pose) for one, other in pairs))
        if waist_m > max(
            _WAIST_RIBBONS * ribbon_m(graph, a.pixels) / max(np.tan(np.radians(angle_deg)), 1e-3), _FORK_M
        ):
            continue
        _draw(graph, node, pairs, ways, meeting, waist, is_level=angle_deg <= LEVEL_DEG)
        return True
    return False


def _leg(graph: TrackGraph, end: TrackEnd, other: TrackEnd, centre: Points | None) -> _Leg:
    """A leg, from where it is clear of the other one on.

    With a centre of the crossing, a leg too short to show its direction, as in scissors, leads there.
    """
    pixels = graph.outward(end)
    clear = min(apart_from(graph, end, other), len(pixels) - 2)
    pixels = pixels[max(clear, 0) :]
    places = graph.pixels.places(pixels)
    pose = end_pose(places, LEG_M)
    if centre is not None and pose.known_m < CURVED_M:
        pose = replace(pose, direction=unit(centre - places.mean(axis=0)), curvature=0.0)
    return _Leg(end, pixels, pose)


def _meeting(first: Points, second: Points) -> tuple[int, int, Points] | None:
    """Where two ways meet: how many points of each come before it, and the place; None if they do not meet once."""
    lines = shapely.LineString(first), shapely.LineString(second)
    place = lines[0].intersection(lines[1])
    if not isinstance(place, shapely.Point):
        return None
    before, before_other = (
        int(np.searchsorted(along_m(way), line.project(place)))
        for way, line in zip((first, second), lines, strict=True)
    )
    return before, before_other, shapely.get_coordinates(place)[0]


def _draw(
    graph: TrackGraph,
    node: int,
    pairs: tuple[tuple[_Leg, _Leg], tuple[_Leg, _Leg]],
    ways: list[Points],
    meeting: tuple[int, int, Points],
    waist: int | None,
    *,
    is_level: bool,
) -> None:
    """Replaces the merged part by ways straight through, which meet at the node if they are level."""
    *splits, place = meeting
    probability = graph.pixels.probability[graph.node_pixels[node]]
    middle = graph.pixels.add(place[np.newaxis], probability, is_inferred=False) if is_level else None
    if waist is not None:
        graph.remove(waist)
    for (one, other), way, split in zip(pairs, ways, splits, strict=True):
        first, second = graph.remove(one.end.edge), graph.remove(other.end.edge)
        far, far_other = first.node(one.end.other.end), second.node(other.end.other.end)
        bridge = graph.pixels.add(way[1:-1], probability, is_inferred=False)
        if middle is None:
            pixels = np.concatenate([one.pixels[::-1], bridge, other.pixels])
            graph.add(far, far_other, pixels, first.doubts | second.doubts | {LEVEL_DOUBT})
        else:
            # Without the points next to the meeting.
            before, after = bridge[: max(split - 2, 0)], bridge[split + 1 :]
            graph.add(far, node, np.concatenate([one.pixels[::-1], before, middle]), first.doubts)
            graph.add(node, far_other, np.concatenate([middle, after, other.pixels]), second.doubts)
    if middle is not None:
        graph.node_pixels[node] = middle[0]
