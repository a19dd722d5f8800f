"""Branches whose ribbon ends beside the track that they come from: they are led to it, and doubted."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from railseg_core.centerline.poses import Pose, directions, end_pose
from railseg_core.centerline.switches import FORK_DOUBT, Switch
from railseg_core.centerline.tracks import TrackEnd, TrackGraph

Points = npt.NDArray[np.float64]

BESIDE_M = (0.5, 1.6)
"""How far from its track a branch may end."""
PARTING_DEG = (2.0, 9.0)
"""At which angle."""
AHEAD_M = 45.0
"""How far before that end its toe may lie."""
_KNOWN_M = 20.0
"""A shorter piece does not tell where it leads."""
_LEAST_RADIUS_M = 130.0
_ROOM_M = 2.0
"""No toe lies nearer to an end of its track."""


class _Merge(NamedTuple):
    """A free end and where it leads.

    Attributes:
        end: The branch's free end.
        edge: The track it comes from.
        pixels: Numbers of that edge's pixels from beside the end to the toe.
        is_left: Whether the branch is to the left, seen from the toe.
        radius_m: Of its arc.
        apart_m: How far it is from the track at its end.
    """

    end: TrackEnd
    edge: int
    pixels: npt.NDArray[np.int64]
    is_left: bool
    radius_m: float
    apart_m: float


def merge_branches(graph: TrackGraph) -> dict[int, Switch]:
    """Leads free ends that run towards a track at a switch's angle into it, in place.

    Returns:
        The new switches by node; their arcs are inferred, so all of them are doubted.
    """
    nodes = sorted((node for node in graph.at if graph.degree(node) == 1), key=lambda node: graph.node_pixels[node])
    ends = [graph.ends_at(node)[0] for node in nodes if not graph.is_cut(node)]
    if not ends:
        return {}
    numbers = np.concatenate([np.full(len(edge.pixels), number) for number, edge in graph.edges.items()])
    pixels = np.concatenate([edge.pixels for edge in graph.edges.values()])
    tree = cKDTree(graph.pixels.middle[pixels])
    merges = []
    for end in ends:
        pose = end_pose(graph.pixels.places(graph.outward(end)))
        if pose.known_m >= _KNOWN_M:
            near = tree.query_ball_point(pose.point, BESIDE_M[1])
            beside = sorted({int(number) for number in numbers[near] if number != end.edge})
            found = [merge for number in beside if (merge := _merge(graph, end, pose, number)) is not None]
            merges += sorted(found, key=lambda merge: merge.apart_m)[:1]
    switches: dict[int, Switch] = {}
    for merge in merges:
        # A track that was parted for another branch has another number: that branch alone is led to it.
        if merge.edge in graph.edges and merge.end.edge in graph.edges:
            node, switch = _draw(graph, merge)
            switches[node] = switch
    return switches


def _merge(graph: TrackGraph, end: TrackEnd, pose: Pose, number: int) -> _Merge | None:
    """Where a free end leads on another track; None where it does not as a branch does."""
    pixels = graph.edges[number].pixels
    places = graph.pixels.places(pixels)
    away = np.hypot(*(places - pose.point).T)
    at = int(np.argmin(away))
    reach = round(5.0 / graph.pixels.gsd_m)
    before, after = places[max(at - reach, 0)], places[min(at + reach, len(places) - 1)]
    along = (after - before) / max(float(np.hypot(*(after - before))), 1e-9)
    forward = float(along @ pose.direction) > 0
    along = along if forward else -along
    left = np.array([-along[1], along[0]])
    # Seen in the direction towards the toe.
    aside = float((pose.point - places[at]) @ left)
    towards = -math.copysign(1.0, aside) * float(pose.direction @ left)
    parting = math.asin(min(max(towards, -1.0), 1.0))
    if not (BESIDE_M[0] <= abs(aside) <= BESIDE_M[1] and PARTING_DEG[0] <= math.degrees(parting) <= PARTING_DEG[1]):
        return None
    # On its arc a branch that is d away and still turns by a has its toe 2d/a before.
    ahead_m = 2 * abs(aside) / parting
    radius_m = ahead_m / parting
    if ahead_m > AHEAD_M or radius_m < _LEAST_RADIUS_M:
        return None
    onward = np.arange(at, len(pixels)) if forward else np.arange(at, -1, -1)
    run = np.hypot(*(places[onward] - places[at]).T)
    far = np.flatnonzero(run >= ahead_m)
    if not len(far):
        return None
    toe = int(onward[far[0]])
    room = round(_ROOM_M / graph.pixels.gsd_m)
    if not room <= toe < len(pixels) - room:
        return None
    # From the toe the branch goes the other way, so that left and right change places.
    return _Merge(end, number, onward[: far[0] + 1], aside < 0, radius_m, abs(aside))


def _draw(graph: TrackGraph, merge: _Merge) -> tuple[int, Switch]:
    """Parts the track at the toe and leads the branch there along its arc."""
    track = graph.edges[merge.edge]
    toe = int(merge.pixels[-1])
    beside = track.pixels[merge.pixels]
    places = graph.pixels.places(beside)
    from_toe = np.hypot(*(places - places[-1]).T)
    # What the arc misses at the branch's end fades out towards the toe.
    distance = from_toe**2 / (2 * merge.radius_m)
    distance *= merge.apart_m / max(float(distance[0]), 1e-9)
    along = directions(places)
    # Along the way to the toe; the branch's left from the toe is on the right here.
    side = np.column_stack([along[:, 1], -along[:, 0]]) * (1.0 if merge.is_left else -1.0)
    arc = graph.pixels.add((places + distance[:, np.newaxis] * side)[1:-1], 0, is_inferred=True)
    node = graph.add_node(int(track.pixels[toe]))
    graph.remove(merge.edge)
    first = graph.add(track.start, node, track.pixels[: toe + 1], track.doubts)
    second = graph.add(node, track.end, track.pixels[toe:], track.doubts)
    branch = graph.outward(merge.end)[::-1]
    other = graph.remove(merge.end.edge)
    far = other.end if merge.end.end == 0 else other.start
    number = graph.add(far, node, np.concatenate([branch, arc, track.pixels[toe : toe + 1]]), other.doubts)
    forward = merge.pixels[-1] > merge.pixels[0]
    through, stem = (TrackEnd(first, 1), TrackEnd(second, 0)) if forward else (TrackEnd(second, 0), TrackEnd(first, 1))
    angle_deg = math.degrees(math.sqrt(2 * merge.apart_m / merge.radius_m))
    return node, Switch(
        stem, through, TrackEnd(number, 1), "left" if merge.is_left else "right", merge.radius_m, angle_deg, FORK_DOUBT
    )
