"""Gaps: two ends that face each other and fit together as one track are joined; being close is never reason enough.

The neighbouring track is 4 m away, while the missing piece may be 40 m long. Two ends belong together if one track's
direction and curvature lead into the other's, or if both pieces lie on one arc; over more than `PLAIN_GAP_M`, a track
that runs through beside them must vouch for the gap too.
"""

from __future__ import annotations

from typing import NamedTuple

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
from railseg_core.centerline.tracks import TrackEnd, TrackGraph, every_nth
from railseg_core.vectors.polylines import left_of

PLAIN_GAP_M = 40.0
"""Longest gap that is bridged without a track beside it."""
LONGEST_GAP_M = 250.0
"""Longest gap that is bridged at all: the length of a goods train with its locomotive."""
LONGEST_SEAM_M = 5.0
"""Longest gap that is bridged where there is no picture: a seam of a mosaic, which may run along the track."""
_MIN_RADIUS_M = 150.0
"""Radius of the sharpest curve over which directions alone may join two ends."""
_HEADING_DEG = 3.0
"""How far off the direction of an end may be; twice as far where little of its track is known."""
_WELL_KNOWN_M = REACH_M - 1.0
_SHORT_M = 10.0
_SHORT_GAP_M = 2.0
"""A longer gap must not be longer than the known track at either end, unless that is `_WELL_KNOWN_M` or more."""
_GAPS_M = (
    (0.0, _SHORT_GAP_M),
    (2.0, 4.0),
    (4.0, 8.0),
    (8.0, 16.0),
    (16.0, REACH_M),
    (_WELL_KNOWN_M, LONGEST_GAP_M),
)
"""Lengths of known track at both ends, and the longest gaps that are looked for between such ends."""
_MISS_M = 0.4
_LARGEST_MISS_M = 1.5
"""Two fifths of the smallest distance between two tracks."""
_LARGEST_TURN_DEG = 25.0
_MIN_ARC_RADIUS_M = 80.0
"""Radius of the sharpest curve for coupled wagons, as in sidings; directions alone do not reveal such curves."""
_ARC_RMS_M = 0.3
"""How far two pieces of track may lie from the arc that makes them one (root mean square). For pieces of two tracks at
the smallest distance, with a gap no longer than the pieces, it is half a metre."""
_BESIDE_M = (2.8, 7.5)
"""Smallest and largest distance of a track that vouches for a gap."""
_STEADY_M = 0.4
"""How much that distance may vary along the gap (standard deviation)."""
_COVERED = 0.9
"""Share of the gap along which that track must run."""
_CLEAR_M = 1.6
"""A bridged gap comes no closer than this to another track, unless it crosses it."""
_CROSSING_DEG = 20.0
"""A way that meets a track at a larger angle crosses it; half of that and less is parallel."""
_SAMPLE_M = 2.0
"""Spacing of the places along tracks with which a way is compared."""


class _Others(NamedTuple):
    """Samples along all tracks, for finding what lies beside a gap.

    Attributes:
        tree: Search tree of the samples' places.
        direction: float64 (n, 2), direction of the track there.
    """

    tree: cKDTree
    direction: Points


class _FreeEnd(NamedTuple):
    """An end that meets no other track.

    Attributes:
        end: The track end.
        seen: float64 (n, 2), the track from its end inwards, as far as it shows how it continues.
        pose: Its pose there.
        is_cut: Whether the picture ends there.
    """

    end: TrackEnd
    seen: Points
    pose: Pose
    is_cut: bool


def bridge_gaps(graph: TrackGraph) -> None:
    """Joins the ends that belong together, in place."""
    known: dict[TrackEnd, _FreeEnd] = {}
    while _bridge_once(graph, known):
        pass


def _bridge_once(graph: TrackGraph, known: dict[TrackEnd, _FreeEnd]) -> int:
    """Bridges the gaps between the ends that there are now; returns how many.

    Args:
        graph: The graph.
        known: The ends seen so far: an edge keeps its number for as long as it stays as it is.
    """
    ends = []
    for node in graph.free_nodes(at_rim=True):
        (end,) = graph.ends_at(node)
        if end not in known:
            seen = leg_places(graph, end, REACH_M)
            known[end] = _FreeEnd(end, seen, end_pose(seen), graph.is_cut(node))
        ends.append(known[end])
    if len(ends) < 2:
        return 0
    candidates = []
    for i, j in facing_pairs([one.pose for one in ends]):
        one, other = ends[i], ends[j]
        fit = fit_of(one.pose, other.pose)
        if one.end.edge == other.end.edge and graph.edges[one.end.edge].length_m < 2 * REACH_M:
            continue  # too short for a ring: both ends would be known from the same pixels
        if fit.gap_m > LONGEST_SEAM_M and (one.is_cut or other.is_cut):
            continue
        if fits(fit, one.pose, other.pose) or (
            _may_be_an_arc(fit, one.pose, other.pose) and is_arc(one.seen, other.seen)
        ):
            candidates.append((fit.gap_m + 10 * fit.miss_m + fit.bend_deg, i, j, fit.gap_m))
    if not candidates:
        return 0
    others = _others(graph)
    taken: set[int] = set()
    bridged = 0
    for _, i, j, gap_m in sorted(candidates):
        if taken & {i, j}:
            continue
        way = way_between(ends[i].pose, ends[j].pose, graph.pixels.gsd_m)
        if _runs_into_a_track(way, others) or (gap_m > PLAIN_GAP_M and not _is_vouched_for(way, others)):
            continue
        # An edge that was joined at its other end has a new number now: it is left to the next pass.
        if ends[i].end.edge in graph.edges and ends[j].end.edge in graph.edges:
            _join(graph, ends[i].end, ends[j].end, way)
            bridged += 1
        taken |= {i, j}
    return bridged


def facing_pairs(poses: list[Pose]) -> list[tuple[int, int]]:
    """The pairs of poses, by number, that `fits` does not reject for their distance or the turn between them.

    A yard has hundreds of free ends and a mask of noise tens of thousands, so all pairs are examined as arrays, and
    ends of short pieces are only paired nearby.
    """
    points, ahead = np.array([pose.point for pose in poses]), np.array([pose.direction for pose in poses])
    known_m = np.array([pose.known_m for pose in poses])
    codes = [np.zeros(0, dtype=np.int64)]
    for least_m, gap_m in _GAPS_M:
        own = np.flatnonzero(known_m >= least_m)
        pairs = np.sort(own[cKDTree(points[own]).query_pairs(gap_m, output_type="ndarray").reshape(-1, 2)], axis=1)
        codes.append(pairs[:, 0] * len(poses) + pairs[:, 1])
    pairs = np.column_stack(np.divmod(np.unique(np.concatenate(codes)), len(poses)))
    across = points[pairs[:, 1]] - points[pairs[:, 0]]
    gap_m = np.hypot(*across.T)
    onward = np.minimum(np.sum(ahead[pairs[:, 0]] * across, axis=1), -np.sum(ahead[pairs[:, 1]] * across, axis=1))
    limit = np.cos(np.radians(_LARGEST_TURN_DEG)) - 1e-9  # `fits` decides borderline cases
    return [(int(i), int(j)) for i, j in pairs[(onward >= limit * gap_m) | (gap_m == 0)]]


def fits(fit: Fit, first: Pose, second: Pose) -> bool:
    """Whether two ends may be one track, judging by their positions and directions."""
    known_m = min(first.known_m, second.known_m)
    if fit.gap_m > max(known_m, _SHORT_GAP_M) and known_m < _WELL_KNOWN_M:
        return False
    heading_deg = _HEADING_DEG * (2 if known_m < _SHORT_M else 1)
    bend_deg = np.degrees(fit.gap_m / _MIN_RADIUS_M) + heading_deg
    miss_m = min(_MISS_M + fit.gap_m * np.radians(heading_deg) / 2, _LARGEST_MISS_M)
    # Ends that overlap lie side by side: the straight way between them turns back.
    return bool(fit.bend_deg <= bend_deg and fit.turn_deg <= _LARGEST_TURN_DEG and fit.miss_m <= miss_m)


def _may_be_an_arc(fit: Fit, first: Pose, second: Pose) -> bool:
    """Whether enough is known of two ends for an arc through both to tell one track from two."""
    known_m = min(first.known_m, second.known_m)
    return known_m >= CURVED_M and fit.gap_m <= (PLAIN_GAP_M if known_m >= _WELL_KNOWN_M else known_m)


def is_arc(first: Points, second: Points) -> bool:
    """Whether two pieces of track, each from its facing end inwards, lie on one arc that trains can run on.

    An end that wanders by a decimetre or two points the wrong way, so `fits` rejects it; the whole pieces tell better.
    """
    arc = arc_through(first, second)
    return arc is not None and arc.rms_m <= _ARC_RMS_M and arc.curvature * _MIN_ARC_RADIUS_M <= 1.0


def _others(graph: TrackGraph) -> _Others:
    """Samples along all edges."""
    step = max(round(_SAMPLE_M / graph.pixels.gsd_m), 1)
    places = [graph.pixels.middle[every_nth(edge.pixels, step)] for edge in graph.edges.values()]
    return _Others(cKDTree(np.concatenate(places)), np.concatenate([directions(seen) for seen in places]))


def _runs_into_a_track(way: Points, others: _Others) -> bool:
    """Whether a way, except at its ends and where it crosses, comes so close to another track that it is the same."""
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
    """Whether a track runs through beside a way, along nearly all of it and at a steady distance."""
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
    """Joins two edges into one by a way from one end to the other, or both ends of an edge into a ring."""
    before, after = graph.outward(first)[::-1], graph.outward(second)
    bridge = graph.pixels.add(way, 0, is_inferred=True)
    start, end = graph.node_at(first.other), graph.node_at(second.other)
    one = graph.remove(first.edge)
    if second.edge == first.edge:
        graph.add(start, start, np.concatenate([before, bridge, before[:1]]), one.doubts)
        return
    other = graph.remove(second.edge)
    graph.add(start, end, np.concatenate([before, bridge, after]), one.doubts | other.doubts)
