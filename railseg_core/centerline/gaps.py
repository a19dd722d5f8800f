"""Gaps: two ends that face each other and fit as one track are joined; nearness alone never is a reason.

The neighbour is 4 m away, and the missing piece may be 40 m long. What tells that two ends belong together is that one
track's direction and bend lead into the other's, or that both pieces lie on one arc; over more than `PLAIN_GAP_M` a
track that runs through beside them must vouch for it too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from railseg_core.arrays import Points
from railseg_core.centerline.legs import leg_places
from railseg_core.centerline.poses import (
    CURVED_M,
    REACH_M,
    Fit,
    Pose,
    arc_through,
    directions,
    end_pose,
    fit_of,
    way_between,
)
from railseg_core.centerline.tracks import TrackEnd, TrackGraph
from railseg_core.polylines import left_of

PLAIN_GAP_M = 40.0
"""Longest gap that is bridged without a track beside it."""
LONGEST_GAP_M = 250.0
"""Longest gap that is bridged at all: a goods train with its locomotive."""
MIN_RADIUS_M = 150.0
_HEADING_DEG = 3.0
"""How wrong the direction of an end may be, and twice that where little of its track is known."""
_WELL_KNOWN_M = REACH_M - 1.0
_SHORT_M = 10.0
_SHORT_GAP_M = 2.0
"""A longer gap must not be longer than the pieces of track at its ends, as far as these are looked at."""
_MISS_M = 0.4
_LARGEST_MISS_M = 1.5
"""Two fifths of the least distance of two tracks."""
_LARGEST_TURN_DEG = 25.0
_MIN_ARC_RADIUS_M = 80.0
"""Of the sharpest curve that wagons run through coupled, as sidings have; directions alone do not tell of such."""
_ARC_RMS_M = 0.3
"""How far two pieces of track may lie from the arc that makes them one. At the least distance of two tracks, and over a
gap no longer than the pieces, it is half a metre."""
_BESIDE_M = (2.8, 7.5)
"""How far off a track may be that vouches for a gap."""
_STEADY_M = 0.4
"""How much that distance may vary along the gap (standard deviation)."""
_COVERED = 0.9
_CLEAR_M = 1.6
"""A bridge comes no nearer to another track, unless it crosses it."""
_CROSSING_DEG = 20.0
_SAMPLE_M = 2.0


@dataclass(frozen=True, slots=True)
class _Others:
    """Samples along all tracks, to look for what is beside a gap.

    Attributes:
        tree: Of the samples' places.
        direction: float64 (n, 2), of the track there.
    """

    tree: cKDTree
    direction: Points


def bridge_gaps(graph: TrackGraph) -> int:
    """Joins the ends that belong together, in place; returns how many gaps were bridged."""
    total = 0
    while bridged := _bridge_once(graph):
        total += bridged
    return total


def _bridge_once(graph: TrackGraph) -> int:
    ends, poses, seen = _free_ends(graph)
    if len(ends) < 2:
        return 0
    others: _Others | None = None
    candidates = []
    for i, j in facing_pairs(poses):
        fit = fit_of(poses[i], poses[j])
        if ends[i].edge == ends[j].edge:
            continue
        if fits(fit, poses[i], poses[j]) or (_may_be_an_arc(fit, poses[i], poses[j]) and is_arc(seen[i], seen[j])):
            candidates.append((fit.gap_m + 10 * fit.miss_m + fit.bend_deg, i, j, fit))
    taken: set[int] = set()
    bridged = 0
    for _, i, j, fit in sorted(candidates, key=lambda candidate: candidate[:3]):
        if taken & {i, j}:
            continue
        others = others or _others(graph)
        way = way_between(poses[i], poses[j], graph.pixels.gsd_m)
        if _runs_into_a_track(way, others) or (fit.gap_m > PLAIN_GAP_M and not _is_vouched_for(way, others)):
            continue
        # An edge that was joined at its other end has got another number: next time.
        if ends[i].edge in graph.edges and ends[j].edge in graph.edges:
            _join(graph, ends[i], ends[j], way)
            bridged += 1
        taken |= {i, j}
    return bridged


def _free_ends(graph: TrackGraph) -> tuple[list[TrackEnd], list[Pose], list[Points]]:
    """The ends that neither meet another track nor the picture's edge, and the places that tell their poses."""
    ends = [graph.ends_at(node)[0] for node in graph.free_nodes()]
    seen = [leg_places(graph, end, REACH_M) for end in ends]
    return ends, [end_pose(places) for places in seen], seen


def facing_pairs(poses: list[Pose]) -> list[tuple[int, int]]:
    """The pairs of poses, by number, that `fits` does not refuse for their distance or the turn between them.

    A yard has hundreds of free ends: all pairs are looked at as arrays. Those of short pieces only nearby.
    """
    points, ahead = np.array([pose.point for pose in poses]), np.array([pose.direction for pose in poses])
    well_known = np.flatnonzero([pose.known_m >= _WELL_KNOWN_M for pose in poses])
    near = cKDTree(points).query_pairs(REACH_M, output_type="ndarray").reshape(-1, 2)
    far = well_known[cKDTree(points[well_known]).query_pairs(LONGEST_GAP_M, output_type="ndarray").reshape(-1, 2)]
    pairs = np.unique(np.sort(np.vstack([near, far]), axis=1), axis=0)
    across = points[pairs[:, 1]] - points[pairs[:, 0]]
    gap_m = np.hypot(*across.T)
    onward = np.minimum(np.sum(ahead[pairs[:, 0]] * across, axis=1), -np.sum(ahead[pairs[:, 1]] * across, axis=1))
    limit = np.cos(np.radians(_LARGEST_TURN_DEG)) - 1e-9  # rounding decides later
    return [(int(i), int(j)) for i, j in pairs[(onward >= limit * gap_m) | (gap_m == 0)]]


def fits(fit: Fit, first: Pose, second: Pose) -> bool:
    """Whether two ends may be one track by their place and direction."""
    known_m = min(first.known_m, second.known_m)
    if fit.gap_m > max(known_m, _SHORT_GAP_M) and known_m < _WELL_KNOWN_M:
        return False
    heading_deg = _HEADING_DEG * (2 if known_m < _SHORT_M else 1)
    bend_deg = np.degrees(fit.gap_m / MIN_RADIUS_M) + heading_deg
    miss_m = min(_MISS_M + fit.gap_m * np.radians(heading_deg) / 2, _LARGEST_MISS_M)
    # Ends that overlap lie side by side: their straight way turns back.
    return bool(fit.bend_deg <= bend_deg and fit.turn_deg <= _LARGEST_TURN_DEG and fit.miss_m <= miss_m)


def _may_be_an_arc(fit: Fit, first: Pose, second: Pose) -> bool:
    """Whether enough is known of two ends for an arc through both to tell neighbouring tracks from one."""
    known_m = min(first.known_m, second.known_m)
    return known_m >= CURVED_M and fit.gap_m <= (PLAIN_GAP_M if known_m >= _WELL_KNOWN_M else known_m)


def is_arc(first: Points, second: Points) -> bool:
    """Whether two pieces of track, each from its facing end inwards, lie on one arc that trains can run on.

    An end that wanders by a decimetre or two tells a wrong direction, which `fits` refuses; the whole of both tells.
    """
    arc = arc_through(first, second)
    return arc is not None and arc.rms_m <= _ARC_RMS_M and arc.curvature * _MIN_ARC_RADIUS_M <= 1.0


def _others(graph: TrackGraph) -> _Others:
    """Samples along all edges."""
    places, headings = [np.zeros((0, 2))], [np.zeros((0, 2))]
    step = max(round(_SAMPLE_M / graph.pixels.gsd_m), 1)
    for edge in graph.edges.values():
        seen = graph.pixels.middle[
            edge.pixels[np.append(np.arange(0, len(edge.pixels) - 1, step), len(edge.pixels) - 1)]
        ]
        places.append(seen)
        headings.append(directions(seen))
    return _Others(cKDTree(np.concatenate(places)), np.concatenate(headings))


def _runs_into_a_track(way: Points, others: _Others) -> bool:
    """Whether a way comes so near to another track, other than at its own ends or across it, that it is the same."""
    if len(way) < 3:
        return False
    places, along = way[::3], directions(way)[::3]
    ends = way[[0, -1]]
    inner = np.min(np.hypot(*(places[:, np.newaxis] - ends).transpose(2, 0, 1)), axis=1) > _CLEAR_M + _SAMPLE_M
    for direction, near in zip(along[inner], others.tree.query_ball_point(places[inner], _CLEAR_M), strict=True):
        cosine = np.abs(others.direction[near] @ direction)
        if (cosine > np.cos(np.radians(_CROSSING_DEG))).any():
            return True
    return False


def _is_vouched_for(way: Points, others: _Others) -> bool:
    """Whether a track runs through beside a way, nearly all along and always as far off."""
    step = max(len(way) // 60, 1)
    places, along = way[::step], directions(way)[::step]
    left = left_of(along)
    for side in (1.0, -1.0):
        offsets = []
        for place, direction, normal, near in zip(
            places, along, left * side, others.tree.query_ball_point(places, _BESIDE_M[1] + _SAMPLE_M), strict=True
        ):
            away = others.tree.data[near] - place
            parallel = np.abs(others.direction[near] @ direction) > np.cos(np.radians(_CROSSING_DEG / 2))
            beside = np.abs(away @ direction) <= _SAMPLE_M
            across = (away @ normal)[parallel & beside]
            across = across[(across >= _BESIDE_M[0]) & (across <= _BESIDE_M[1])]
            if len(across):
                offsets.append(float(across.min()))
        if len(offsets) >= _COVERED * len(places) and np.std(offsets) <= _STEADY_M:
            return True
    return False


def _join(graph: TrackGraph, first: TrackEnd, second: TrackEnd, way: Points) -> None:
    """Makes one edge of two by a way from the one end to the other."""
    before, after = graph.outward(first)[::-1], graph.outward(second)
    one, other = graph.remove(first.edge), graph.remove(second.edge)
    start = one.node(1 - first.end)
    end = other.node(1 - second.end)
    bridge = graph.pixels.add(way, 0, is_inferred=True)
    graph.add(start, end, np.concatenate([before, bridge, after]), one.doubts | other.doubts)
