"""What every node is, and which tracks run through it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import combinations

from railseg_core.centerline.crossings import through_pairs
from railseg_core.centerline.legs import LEG_M, pose_at
from railseg_core.centerline.poses import crossing_angle_deg, fit_of
from railseg_core.centerline.switches import ARC_M, FORK_DOUBT, Switch
from railseg_core.centerline.tracks import TrackEnd, TrackGraph

NAVIGABLE_DEG = 45.0
"""A train does not turn by more than this from one track into the next."""
CROSSING_DOUBT = "uncertain crossing"
STEM_M = 30.0
"""Length of track before its toe along which a switch is measured: another fork there misleads the measurement."""
FORK_M = 15.0
"""A fork whose toe is unknown lies at least this far beyond it."""
CROWDED_M = 6.0
"""Toes of two switches are further apart than this: the blades of one and the rails of the other need the room."""

Pair = tuple[TrackEnd, TrackEnd]


@dataclass(frozen=True, slots=True)
class Junction:
    """A node with its track ends.

    Attributes:
        ends: The track ends that meet here.
        navigable: Pairs of track ends between which a train can pass.
        through: Pairs of track ends that form one track running through.
        railway: `switch`, `railway_crossing`, `end` or `cut`.
        angle_deg: Angle between the tracks that part or cross; None at an end.
        switch: What is known about the switch, if it is one.
        doubt: Why a person should check it; empty if there is no reason.
    """

    ends: tuple[TrackEnd, ...]
    navigable: frozenset[Pair] = frozenset()
    through: tuple[Pair, ...] = ()
    railway: str = "end"
    angle_deg: float | None = None
    switch: Switch | None = None
    doubt: str = ""


def junctions(graph: TrackGraph, switches: dict[int, Switch], crossings: dict[int, str]) -> dict[int, Junction]:
    """The junction at every node of the graph.

    Args:
        graph: The graph, with its switches and crossings drawn.
        switches: What is known about the switches, by node.
        crossings: Nodes of crossings at grade, each with why a person should check it, or an empty text.
    """
    meetings = {node: _junction(graph, node, switches.get(node), crossings.get(node)) for node in sorted(graph.at)}
    for node in _crowded(graph, meetings):
        meetings[node] = replace(meetings[node], doubt=meetings[node].doubt or FORK_DOUBT)
    return meetings


def _crowded(graph: TrackGraph, meetings: dict[int, Junction]) -> set[int]:
    """Switches so close together that they are a three-way switch, or of which one misleads the other's measurement."""
    crowded: set[int] = set()
    for number, edge in graph.edges.items():
        both = (meetings[edge.start], meetings[edge.end])
        if edge.start == edge.end or any(at.railway != "switch" for at in both):
            continue
        known_m = [_measured_m(at.switch, TrackEnd(number, end)) for end, at in enumerate(both)]
        if edge.length_m < (CROWDED_M if all(known_m) else max(known_m)):
            crowded |= {edge.start, edge.end}
    return crowded


def _measured_m(switch: Switch | None, end: TrackEnd) -> float:
    """Length from a switch's toe on in which a fork whose toe is unknown may be part of what was measured.

    0 where the switch's own toe is unknown: then it is doubted anyway.
    """
    if switch is None or switch.radius_m is None:
        return 0.0
    return STEM_M if end == switch.stem else math.sqrt(2 * switch.radius_m * ARC_M) + FORK_M


def _junction(graph: TrackGraph, node: int, switch: Switch | None, crossing_doubt: str | None) -> Junction:
    ends = tuple(graph.ends_at(node))
    if len(ends) == 1:
        return Junction(ends, railway="cut" if graph.is_cut(node) else "end")
    if len(ends) == 2:
        return Junction(ends, frozenset([ends]), (ends,), doubt="closed ring")
    if switch is not None:
        ways = ((switch.stem, switch.through), (switch.stem, switch.branch))
        return Junction(ends, frozenset(ways), ways[:1], "switch", switch.angle_deg, switch, switch.doubt)
    if crossing_doubt is not None:
        pairs = through_pairs(graph, node)
        angle_deg = _crossing_angle(graph, pairs)
        return Junction(ends, frozenset(pairs), pairs, "railway_crossing", angle_deg, doubt=crossing_doubt)
    return _unresolved(graph, ends)


def _unresolved(graph: TrackGraph, ends: tuple[TrackEnd, ...]) -> Junction:
    """A node at which tracks meet as at no known switch or crossing: judged by its headings and marked for review."""
    poses = [pose_at(graph, end, LEG_M) for end in ends]
    bends = {pair: fit_of(poses[pair[0]], poses[pair[1]]).bend_deg for pair in combinations(range(len(ends)), 2)}
    through: list[Pair] = []
    taken: set[int] = set()
    for i, j in sorted(bends, key=lambda pair: (bends[pair], pair)):
        if bends[i, j] < NAVIGABLE_DEG and not taken & {i, j}:
            through.append((ends[i], ends[j]))
            taken |= {i, j}
    navigable = frozenset((ends[i], ends[j]) for (i, j), bend in bends.items() if bend < NAVIGABLE_DEG)
    if len(ends) == 3:
        angle = 180.0 - max(bends.values())
        return Junction(ends, navigable, tuple(through), "switch", angle, doubt=FORK_DOUBT)
    angle_deg = _crossing_angle(graph, tuple(through)) if len(through) == 2 else None
    return Junction(ends, navigable, tuple(through), "railway_crossing", angle_deg, doubt=CROSSING_DOUBT)


def _crossing_angle(graph: TrackGraph, pairs: tuple[Pair, ...]) -> float:
    """Acute angle between the two tracks that run through."""
    return crossing_angle_deg(*((pose_at(graph, a, LEG_M), pose_at(graph, b, LEG_M)) for a, b in pairs))
