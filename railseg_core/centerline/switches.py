"""Switches: where a branch really leaves its track, far before the fork that the skeleton shows.

The distance between the branch and its track gives the arc, and the arc gives the toe (`branch_arc`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from railseg_core.arrays import Floats, Ints, Points
from railseg_core.centerline.branch_arc import LEAST_BINS, BranchArc, fitted_arc, usual_arc
from railseg_core.centerline.legs import BIN_M, CLEAR_M, LEG_M, apart_from, binned, leg_pixels, ribbon_m
from railseg_core.centerline.poses import Pose, end_pose, way_between
from railseg_core.centerline.tracks import TrackEnd, TrackGraph
from railseg_core.vectors.polylines import cross, left_of, unit

FORK_DOUBT = "uncertain fork"
MAX_PARTING_DEG = 25.0
"""Tracks that part at a larger angle do not do so at a switch."""
MAX_SWITCH_DEG = 15.0
"""Switches with a larger angle are marked for review: one of 1:4.8 has 11.8°, those of tramways have more."""
_RADIUS_M = (80.0, 4000.0)
"""Smallest and largest radius of a branch relative to its track; any other comes from a bad fit."""
ARC_M = 1.5
"""Up to this distance between the two tracks a branch is on its arc: a 1:9-190 ends it at 1.16 m, others later."""
_ALONG_STEM_M, _ALONG_LEGS_M = 75.0, 70.0
"""How far a fork is measured: a 1:18.5-1200 has it 38 m beyond the toe, and its tracks 3.5 m apart 59 m further on."""
_LEAST_M = 0.12
"""Distances below this are lost in the noise of the ribbon's width."""
_FUSED = 0.8
"""Share of a ribbon's width up to which two ribbons so far apart merge without a valley between them."""
_KNOWN_M = 8.0
"""Length of track needed before the toe to tell how it continues."""
_SYMMETRIC = 0.6
"""Two legs whose deviations from the stem have a ratio above this bend alike: the through track can't be told."""
_ANGLE_M = (1.2, 2.4)
"""Distances between the legs from and to which their angle is measured."""
_END_M = 1.0
"""A toe lies no closer than this to the stem's other end."""
_BEYOND_M = 5.0
"""A toe that lies less than this beyond the stem's other end is put at that end."""
_NEAR_FORK_M = 12.0
"""How far before the fork the ribbon is at its widest."""
_PAST_TOE_M = 2.0
"""From this far before the toe on, the ribbon is a single track's."""
_LEAST_LEG_PX = 3
"""What must be left of a leg beyond the place where it is clear of the other."""
_BASE_BINS = 30
"""Number of bins before the toe that tell how wide the ribbon of one track is."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch.

    Attributes:
        stem: The track end before it.
        through: The track end that continues the stem.
        branch: The track end that leaves it.
        side: `left` or `right`, the side on which the branch leaves, seen from a train that comes along the stem.
        radius_m: Radius of the branch relative to the through track; None where it is unknown.
        angle_deg: Angle between them beyond the arc.
        doubt: Why a person should check it; empty if there is no reason.
    """

    stem: TrackEnd
    through: TrackEnd
    branch: TrackEnd
    side: str
    radius_m: float | None
    angle_deg: float
    doubt: str


class _Fork(NamedTuple):
    """A fork of the skeleton, as measured.

    Attributes:
        stem: The track end before it.
        left: The leg on the left, seen from the stem.
        right: The leg on the right.
        stem_pixels: Pixels of the stem, from the fork backwards.
        along_m: float64 (n,), positions along the legs, metres from the fork.
        apart_m: float64 (n,), distance between the legs there.
        left_places: float64 (n, 2), where the left leg runs there.
        right_places: float64 (n, 2), where the right leg runs there.
    """

    stem: TrackEnd
    left: TrackEnd
    right: TrackEnd
    stem_pixels: Ints
    along_m: Floats
    apart_m: Floats
    left_places: Points
    right_places: Points


def reconstruct_switches(graph: TrackGraph, known: Container[int]) -> dict[int, Switch]:
    """Moves the nodes of switches from the forks to the toes, and both tracks beyond to where they lie, in place.

    All are measured before any is moved, so the outcome does not depend on their order.

    Args:
        graph: The graph, oriented.
        known: Nodes already known as switches, which are left alone.
    """
    nodes = sorted(
        (node for node in graph.at if graph.degree(node) == 3 and node not in known),
        key=lambda node: graph.node_pixels[node],
    )
    measured = [(node, fork, _arc(graph, fork)) for node in nodes if (fork := _fork(graph, node)) is not None]
    plans = [(node, _Plan.of(graph, fork, arc)) for node, fork, arc in measured]
    return {node: plan.carried_out(graph, node) for node, plan in plans}


def _fork(graph: TrackGraph, node: int) -> _Fork | None:
    """The fork at a node; None where the tracks do not meet as at a switch."""
    ends = graph.ends_at(node)
    origin = graph.pixels.middle[graph.node_pixels[node]]
    lines = {end: binned(origin, graph.pixels.places(leg_pixels(graph, end, _ALONG_LEGS_M))) for end in ends}
    headings = {end: _heading(origin, *line) for end, line in lines.items()}
    pairs = [(ends[0], ends[1], ends[2]), (ends[0], ends[2], ends[1]), (ends[1], ends[2], ends[0])]
    one, other, stem = max(pairs, key=lambda trio: float(headings[trio[0]] @ headings[trio[1]]))
    limit = math.cos(math.radians(MAX_PARTING_DEG))
    if headings[one] @ headings[other] < limit or any(headings[stem] @ headings[leg] > -limit for leg in (one, other)):
        return None
    (along, places), (along_other, places_other) = lines[one], lines[other]
    common = along[along <= along_other[-1]]
    places = places[: len(common)]
    beside = np.column_stack([np.interp(common, along_other, places_other[:, axis]) for axis in (0, 1)])
    across = beside - places
    is_left = cross(-headings[stem], across[-1]) < 0 if len(common) else True
    left, right = (one, other) if is_left else (other, one)
    return _Fork(
        stem,
        left,
        right,
        leg_pixels(graph, stem, _ALONG_STEM_M),
        common,
        np.hypot(*across.T),
        places if is_left else beside,
        beside if is_left else places,
    )


def _heading(origin: Points, along_m: Floats, places: Points) -> Points:
    """Unit vector from a node along a leg."""
    return unit(places[np.searchsorted(along_m, min(LEG_M, float(along_m[-1])))] - origin)


def _arc(graph: TrackGraph, fork: _Fork) -> BranchArc | None:
    """The branch's arc, from the ribbon's growing width before the fork and the distance between the tracks beyond."""
    pixels = fork.stem_pixels
    origin = graph.pixels.middle[pixels[0]]
    along, _, width = binned(origin, graph.pixels.places(pixels), graph.pixels.width_m[pixels])
    # The fork itself is wider than either ribbon, and its first bin is incomplete.
    along, width = along[1:], width[1:]
    if len(along) < LEAST_BINS:
        return None
    beyond = (fork.apart_m >= ribbon_m(graph, pixels) + CLEAR_M) & (fork.apart_m <= ARC_M)

    def above(base_m: float) -> BranchArc | None:
        distance = width - base_m
        # Close to the fork the ribbon is too wide to be measured; from its widest place back it narrows to the toe.
        widest = int(np.argmax(np.where(along < _NEAR_FORK_M, distance, -np.inf)))
        fused = (np.cumsum((distance < _LEAST_M)[widest:]) == 0) & (distance[widest:] <= ARC_M)
        fused = np.append(np.zeros(widest, dtype=np.bool_), fused)
        return fitted_arc(
            np.concatenate([-along[fused], fork.along_m[beyond]]),
            np.concatenate([distance[fused], fork.apart_m[beyond]]),
        )

    base = float(np.quantile(width, 0.2))
    arc = above(base)
    for _ in range(2):
        if arc is None:
            return None
        before = width[along > _PAST_TOE_M - arc.toe_m]
        if len(before) >= LEAST_BINS:
            base = float(np.median(before[:_BASE_BINS]))
            arc = above(base)
    if arc is None:
        return None
    wide = np.flatnonzero((along > _PAST_TOE_M - arc.toe_m) & (width - base > 2 * _LEAST_M))
    return arc._replace(
        slope=math.tan(math.radians(_angle_deg(fork))) or math.inf,
        plain_m=float(along[wide[0]]) - BIN_M if len(wide) else math.inf,
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a fork is to become.

    Attributes:
        fork: The fork as measured.
        arc: Arc of the branch; None where it is unknown: then the node stays at the fork.
        toe: Index of the toe among the stem's pixels.
        is_left: Whether the left leg is the branch.
        doubt: Why a person should check it.
    """

    fork: _Fork
    arc: BranchArc | None
    toe: int
    is_left: bool
    doubt: str

    @classmethod
    def of(cls, graph: TrackGraph, fork: _Fork, arc: BranchArc | None) -> _Plan:
        """Looks for the toe on the stem and for the leg that continues it."""
        places = graph.pixels.places(fork.stem_pixels)
        away = np.hypot(*(places - graph.pixels.middle[fork.stem_pixels[0]]).T)
        doubt = ""
        if arc is None or not arc.is_certain:
            width_m = ribbon_m(graph, fork.stem_pixels)
            arc, doubt = usual_arc(fork.along_m, fork.apart_m, is_torn=True, ribbon_m=width_m), FORK_DOUBT
        if arc is not None and not (_RADIUS_M[0] <= arc.radius_m <= _RADIUS_M[1] and arc.toe_m < 0):
            arc = None
        toe = 0
        if arc is not None:
            toe = int(np.searchsorted(np.maximum.accumulate(away), -arc.toe_m))
            last = len(places) - 1 - round(_END_M / graph.pixels.gsd_m)
            if toe > last:
                is_near = -arc.toe_m - away[-1] < _BEYOND_M and last > 0
                toe, doubt = max(last, 0), FORK_DOUBT
                arc = arc if is_near else None
        if arc is None:
            toe, doubt = 0, FORK_DOUBT
        end = len(away) if arc is None else max(int(np.searchsorted(np.maximum.accumulate(away), arc.plain_m)), toe + 2)
        is_left, is_plain = _branch_is_left(fork, places[toe:end], away[toe:end])
        return cls(fork, arc, toe, is_left, doubt or ("" if is_plain else FORK_DOUBT))

    def carried_out(self, graph: TrackGraph, node: int) -> Switch:
        """Redraws the tracks; where another switch took the pixels they need, leaves the fork as it was, for review."""
        fork = self.fork
        through, branch = (fork.right, fork.left) if self.is_left else (fork.left, fork.right)
        angle_deg = _angle_deg(fork)
        doubt = self.doubt or (FORK_DOUBT if angle_deg > MAX_SWITCH_DEG else "")
        radius_m = None if self.arc is None else self.arc.radius_m
        if self.arc is not None and not self._redraw(graph, node, through, branch, self.arc):
            radius_m, doubt = None, FORK_DOUBT
        return Switch(fork.stem, through, branch, "left" if self.is_left else "right", radius_m, angle_deg, doubt)

    def _cuts(self, graph: TrackGraph, through: TrackEnd, branch: TrackEnd) -> dict[TrackEnd, int] | None:
        """How many pixels to cut off each end: the stem's up to the toe, the legs' up to where they are clear.

        None where another switch took pixels of the stem, or nothing of a leg would be left.
        """
        onward, own = graph.outward(self.fork.stem), self.fork.stem_pixels[: self.toe + 1]
        if len(onward) - 1 <= self.toe or (onward[: self.toe + 1] != own).any():
            return None
        cuts = {self.fork.stem: self.toe}
        for leg, other in ((through, branch), (branch, through)):
            cuts[leg] = min(apart_from(graph, leg, other), len(graph.outward(leg)) - 1)
        lost = Counter[int]()
        for end, cut in cuts.items():
            lost[end.edge] += cut  # an edge may have two of these ends
        is_left = all(len(graph.outward(leg)) - lost[leg.edge] >= _LEAST_LEG_PX for leg in (through, branch))
        return cuts if is_left else None

    def _redraw(self, graph: TrackGraph, node: int, through: TrackEnd, branch: TrackEnd, arc: BranchArc) -> bool:
        """Cuts the stem at the toe and extends both legs to it; returns whether that was possible."""
        cuts = self._cuts(graph, through, branch)
        if cuts is None:
            return False
        pixels = graph.pixels
        stem = self.fork.stem_pixels
        clear_through, clear_branch = (pixels.places(graph.outward(leg)[cuts[leg] :]) for leg in (through, branch))
        origin = pixels.middle[stem[0]]
        kept = stem[self.toe : 0 : -1]  # from the toe towards the fork
        places = pixels.places(kept)
        distance = arc.distance_m(-np.hypot(*(places - origin).T))
        fused = distance <= _FUSED * ribbon_m(graph, stem)
        fused[:2] = True
        kept, places, distance = kept[fused], places[fused], distance[fused]
        sign = 1.0 if self.is_left else -1.0
        left = _left_normals(pixels.places(stem[::-1]))[::-1][self.toe : 0 : -1][fused]
        shift = (sign * distance / 2)[:, np.newaxis] * left
        # The through track: moved by half the distance from the middle of both, then smoothly on to where it is clear.
        back = end_pose(np.concatenate([(places - shift)[::-1], pixels.places(stem[self.toe + 1 :])]))
        way = way_between(back, end_pose(clear_through), pixels.gsd_m)
        along_way = _signed(origin, way, back)
        probability = pixels.probability[stem[0]]
        bridge = pixels.add(way, probability, is_inferred=False)
        # The branch: as far to the other side, then beside the through track at the distance its arc gives.
        own = pixels.add((places + shift)[1:], pixels.probability[kept[1:]], is_inferred=False)
        before = along_way < _signed(origin, clear_branch[:1], back)[0] - pixels.gsd_m
        beside = way + (sign * arc.distance_m(along_way))[:, np.newaxis] * _left_normals(way) if len(way) > 1 else way
        own_bridge = pixels.add(beside[before], probability, is_inferred=False)
        pixels.offset_m[kept] -= shift
        toe = stem[self.toe : self.toe + 1]
        heads = {through: np.concatenate([kept, bridge]), branch: np.concatenate([toe, own, own_bridge])}
        _redraw_ends(graph, cuts, heads)
        graph.node_pixels[node] = toe[0]
        return True


def _branch_is_left(fork: _Fork, before: Points, away: Floats) -> tuple[bool, bool]:
    """Whether the left leg is the branch, and whether that is clear.

    Args:
        fork: The fork as measured.
        before: float64 (n, 2), the stem from the toe backwards.
        away: float64 (n,), distances of these from the fork.
    """
    if not len(fork.along_m) or len(before) < 3:
        return True, False
    wide = np.flatnonzero(fork.apart_m >= ARC_M)
    at = int(wide[0]) if len(wide) else len(fork.along_m) - 1
    known_m = float(away[-1] - away[0])
    pose = end_pose(before)
    if known_m < _KNOWN_M:  # too short for its curvature to be continued: its direction alone is used
        pose = replace(pose, curvature=0.0)
    left, right = (abs(pose.aside_m(places[at])) for places in (fork.left_places, fork.right_places))
    return left > right, min(left, right) < _SYMMETRIC * max(left, right) and known_m >= _KNOWN_M


def _angle_deg(fork: _Fork) -> float:
    """Angle at which the two legs part, measured about where the frog would be."""
    seen = (fork.apart_m >= _ANGLE_M[0]) & (fork.apart_m <= _ANGLE_M[1])
    if np.count_nonzero(seen) < 4:
        seen = np.arange(len(fork.along_m)) >= len(fork.along_m) - 8
    if np.count_nonzero(seen) < 2:
        return 0.0
    slope = np.polynomial.polynomial.polyfit(fork.along_m[seen], fork.apart_m[seen], 1)[1]
    return float(np.degrees(np.arctan(abs(slope))))


def _left_normals(line: Points) -> Points:
    """Unit vectors to the left along a line, smooth over about two metres: float64 (n, 2)."""
    reach = min(5, (len(line) - 1) // 2) or 1
    padded = np.vstack([np.repeat(line[:1], reach, axis=0), line, np.repeat(line[-1:], reach, axis=0)])
    along = padded[2 * reach :] - padded[: -2 * reach]
    return left_of(unit(along))


def _signed(origin: Points, places: Points, onward: Pose) -> Floats:
    """Straight-line distances from the fork, negative before it."""
    away = places - origin
    return np.asarray(np.hypot(*away.T) * np.sign(away @ onward.direction))


def _redraw_ends(graph: TrackGraph, cuts: dict[TrackEnd, int], heads: dict[TrackEnd, Ints]) -> None:
    """Cuts pixels off the ends of edges and puts others there, given from the end on; both ends may be of one edge."""
    for number in {end.edge for end in cuts}:
        pixels = graph.edges[number].pixels
        start, end = TrackEnd(number, 0), TrackEnd(number, 1)
        kept = pixels[cuts.get(start, 0) : len(pixels) - cuts.get(end, 0)]
        before, after = (heads.get(at, np.zeros(0, dtype=np.int64)) for at in (start, end))
        graph.redraw(number, np.concatenate([before, kept, after[::-1]]))
