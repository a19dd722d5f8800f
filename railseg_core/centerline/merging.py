"""Branches whose ribbon ends beside the track that they come from: they are extended to it and marked for review."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from railseg_core.arrays import Ints
from railseg_core.centerline.branch_arc import BranchArc, usual_arc
from railseg_core.centerline.legs import binned, pose_at
from railseg_core.centerline.poses import Pose, directions
from railseg_core.centerline.switches import FORK_DOUBT, Switch
from railseg_core.centerline.tracks import TrackEnd, TrackGraph
from railseg_core.vectors.polylines import left_of, unit

BESIDE_M = (0.5, 3.2)
"""Smallest and largest distance from its track at which a branch may end."""
PARTING_DEG = (0.5, 15.0)
"""Smallest and largest angle to its track at which a branch may end: the last metres lean towards the track, and the
distances further on tell whether the two run side by side (`usual_arc`)."""
AHEAD_M = 70.0
"""How far from that end, along the track, the toe may lie."""
_KNOWN_M = 8.0
"""A shorter piece does not show where it leads."""
_LOOK_M = 35.0
"""Length of the branch along which its distance from the track is measured."""
_HEADING_M = 5.0
"""Half the length over which the track's direction beside the branch's end is measured."""
_SPARSE_M = 1.0
"""Spacing of the track pixels among which those beside an end are searched for, to be measured exactly afterwards."""
_ROOM_M = 2.0
"""A toe lies no closer than this to an end of its track."""


class _Merge(NamedTuple):
    """A free end and where it leads.

    Attributes:
        end: The branch's free end.
        edge: The track it comes from.
        beside: The pixels of that edge from beside the end to the toe.
        is_forward: Whether these run in the direction of the edge.
        is_left: Whether the branch is to the left, seen from the toe.
        arc: Arc of the branch, along its track from beside the end, negative towards the toe.
        apart_m: Distance of the branch from the track at its end.
    """

    end: TrackEnd
    edge: int
    beside: Ints
    is_forward: bool
    is_left: bool
    arc: BranchArc
    apart_m: float


def merge_branches(graph: TrackGraph) -> dict[int, Switch]:
    """Extends free ends that run towards a track at a switch's angle into it, in place.

    Returns:
        The new switches by node; their arcs are inferred, so all of them are marked for review.
    """
    switches: dict[int, Switch] = {}
    while _merge_once(graph, switches):
        pass
    return switches


def _merge_once(graph: TrackGraph, switches: dict[int, Switch]) -> int:
    """Extends ends into their tracks, all measured before any is drawn; adds their switches and returns how many."""
    ends = [graph.ends_at(node)[0] for node in graph.free_nodes()]
    if not ends:
        return 0
    step = max(1, round(_SPARSE_M / graph.pixels.gsd_m))
    sparse = [edge.pixels[::step] for edge in graph.edges.values()]
    numbers = np.repeat(list(graph.edges), [len(pixels) for pixels in sparse])
    tree = cKDTree(graph.pixels.middle[np.concatenate(sparse)])
    reach_m = BESIDE_M[1] + math.sqrt(2) * step * graph.pixels.gsd_m
    merges = []
    for end in ends:
        pose = pose_at(graph, end)
        if pose.known_m >= _KNOWN_M:
            near = tree.query_ball_point(pose.point, reach_m)
            beside = sorted({int(number) for number in numbers[near] if number != end.edge})
            found = [merge for number in beside if (merge := _merge(graph, end, pose, number)) is not None]
            merges += sorted(found, key=lambda merge: merge.apart_m)[:1]
    drawn = 0
    parts: dict[int, tuple[int, ...]] = {}
    for merge in merges:
        pieces = parts.get(merge.edge, (merge.edge,))
        piece = next((number for number in pieces if _has_room(graph, number, int(merge.beside[-1]))), None)
        # A branch that was itself split, or extended at its other end, has a new number now: left to the next pass.
        if piece is not None and merge.end.edge in graph.edges:
            both = _draw(graph, merge, piece, switches)
            parts[merge.edge] = (*(number for number in pieces if number != piece), *both)
            drawn += 1
    return drawn


def _has_room(graph: TrackGraph, number: int, toe: int) -> bool:
    """Whether a pixel lies on an edge that still exists, and not too close to its ends."""
    room = round(_ROOM_M / graph.pixels.gsd_m)
    return number in graph.edges and bool((graph.edges[number].pixels[room:-room] == toe).any())


def _merge(graph: TrackGraph, end: TrackEnd, pose: Pose, number: int) -> _Merge | None:
    """Where a free end joins another track; None where it does not do so as a branch would."""
    pixels = graph.edges[number].pixels
    places = graph.pixels.places(pixels)
    away = np.hypot(*(places - pose.point).T)
    at = int(np.argmin(away))
    leg = round(_HEADING_M / graph.pixels.gsd_m)
    before, after = places[max(at - leg, 0)], places[min(at + leg, len(places) - 1)]
    along = unit(after - before)
    forward = float(along @ pose.direction) > 0
    along = along if forward else -along
    left = left_of(along)
    # Seen in the direction towards the toe.
    aside = float((pose.point - places[at]) @ left)
    towards = -math.copysign(1.0, aside) * float(pose.direction @ left)
    parting_deg = math.degrees(math.asin(min(max(towards, -1.0), 1.0)))
    if not (BESIDE_M[0] <= abs(aside) <= BESIDE_M[1] and PARTING_DEG[0] <= parting_deg <= PARTING_DEG[1]):
        return None
    branch = graph.pixels.places(graph.outward(end))
    from_end, middles = binned(branch[0], branch[: round(_LOOK_M / graph.pixels.gsd_m)])
    reach = round(1.5 * _LOOK_M / graph.pixels.gsd_m)
    apart = cKDTree(places[max(at - reach, 0) : at + reach]).query(middles)[0]
    arc = usual_arc(from_end, apart, is_torn=False)
    if arc is None or not 0.0 < -arc.toe_m <= AHEAD_M:
        return None
    onward = (pixels[at:] if forward else pixels[at::-1])[: round(1.5 * AHEAD_M / graph.pixels.gsd_m)]
    far = np.flatnonzero(np.hypot(*(graph.pixels.places(onward) - places[at]).T) >= -arc.toe_m)
    if not len(far) or not _has_room(graph, number, int(onward[far[0]])):
        return None
    beside = onward[: far[0] + 1]
    # Seen from the toe the branch goes the other way, so left and right are swapped.
    return _Merge(end, number, beside, forward, aside < 0, arc, abs(aside))


def _draw(graph: TrackGraph, merge: _Merge, piece: int, switches: dict[int, Switch]) -> tuple[int, int]:
    """Splits a piece of the track at the toe, extends the branch to it along its arc, and adds the switch.

    Returns:
        The numbers of the piece's two parts.
    """
    track = graph.edges[piece]
    toe = int(np.flatnonzero(track.pixels == merge.beside[-1])[0])
    places = graph.pixels.places(merge.beside)
    from_toe = np.hypot(*(places - places[-1]).T)
    # Scaled to meet the branch's end.
    distance = merge.arc.distance_m(merge.arc.toe_m + from_toe)
    distance *= merge.apart_m / max(float(distance[0]), 1e-9)
    along = directions(places)
    # `along` leads to the toe: what is left as seen from the toe is on the right here.
    outward = np.column_stack([along[:, 1], -along[:, 0]]) * (1.0 if merge.is_left else -1.0)
    arc = graph.pixels.add((places + distance[:, np.newaxis] * outward)[1:-1], 0, is_inferred=True)
    node = graph.add_node(int(track.pixels[toe]))
    graph.remove(piece)
    first = graph.add(track.start, node, track.pixels[: toe + 1], track.doubts)
    second = graph.add(node, track.end, track.pixels[toe:], track.doubts)
    branch = graph.outward(merge.end)[::-1]
    other = graph.remove(merge.end.edge)
    far = other.node(merge.end.other.end)
    number = graph.add(far, node, np.concatenate([branch, arc, track.pixels[toe : toe + 1]]), other.doubts)
    through, stem = TrackEnd(first, 1), TrackEnd(second, 0)
    if not merge.is_forward:
        through, stem = stem, through
    side = "left" if merge.is_left else "right"
    angle_deg = math.degrees(math.atan(merge.arc.slope))
    renamed = {
        TrackEnd(piece, 0): TrackEnd(first, 0),
        TrackEnd(piece, 1): TrackEnd(second, 1),
        merge.end.other: TrackEnd(number, 0),
    }
    for known in switches.keys() & {track.start, track.end, far}:
        ends = {name: getattr(switches[known], name) for name in ("stem", "through", "branch")}
        switches[known] = replace(switches[known], **{name: renamed.get(end, end) for name, end in ends.items()})
    switches[node] = Switch(stem, through, TrackEnd(number, 1), side, merge.arc.radius_m, angle_deg, FORK_DOUBT)
    return first, second
