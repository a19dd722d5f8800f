"""The electronic railway map: its layers' names and its features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from railseg_core.arrays import Points

TRACK_LAYER = "rail_track"
NODE_LAYER = "rail_node"
RELATION_LAYER = "rail_relation"
RUN_LAYER = "railseg_run"
MAP_LAYERS = (TRACK_LAYER, NODE_LAYER, RELATION_LAYER, RUN_LAYER)
OK = "ok"
REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Track:
    """A track between two nodes; the fields are those of `rail_track`.

    Attributes:
        track_id: The same content gives the same id.
        from_node: `node_id` at the start.
        to_node: `node_id` at the end.
        line: float64 (n, 2), (x, y) in the map's CRS, n at least 2.
        length_m: Length on the ground.
        confidence: Mean probability along the line, 0 to 1.
        min_confidence: The lowest mean along any two metres of it.
        inferred_m: Length that was bridged without evidence.
        min_radius_m: Smallest radius; None if it is straight or too short to tell.
        status: `ok` or `review`.
        review_reason: Why it needs review.
    """

    track_id: str
    from_node: str
    to_node: str
    line: Points
    length_m: float
    confidence: float
    min_confidence: float
    inferred_m: float
    min_radius_m: float | None
    status: str
    review_reason: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """Where tracks meet or end; the fields are those of `rail_node`.

    Attributes:
        node_id: The same content gives the same id.
        x: Coordinate in the map's CRS.
        y: Coordinate in the map's CRS.
        railway: `switch`, `railway_crossing`, `end`, or `cut` at the picture's or the area's edge.
        degree: Number of track ends.
        angle_deg: Angle between the tracks that diverge or cross; None at an end.
        radius_m: Radius of a switch's branch relative to the track it leaves; None if it is not known.
        turnout_side: Side on which a switch's branch leaves when facing the switch, `left` or `right`; None elsewhere.
        confidence: Probability around it, 0 to 1.
        status: `ok` or `review`.
        review_reason: Why it needs review.
    """

    node_id: str
    x: float
    y: float
    railway: str
    degree: int
    angle_deg: float | None
    radius_m: float | None
    turnout_side: str | None
    confidence: float
    status: str
    review_reason: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    """Two track ends at a node, and whether a train can run from one to the other; ends are 0 (start) or 1 (end)."""

    node_id: str
    track_a: str
    end_a: int
    track_b: str
    end_b: int
    navigable: bool


@dataclass(frozen=True, slots=True)
class RailwayMap:
    """Tracks, nodes and relations.

    Attributes:
        tracks: The tracks, in an order that depends on their place only.
        nodes: The nodes, likewise.
        relations: The relations, likewise.
        crs: CRS of all coordinates: the metric working CRS, in any form that PROJ accepts.
        gsd_m: Ground sampling distance of the probabilities the lines come from.
    """

    tracks: Sequence[Track]
    nodes: Sequence[Node]
    relations: Sequence[Relation]
    crs: str
    gsd_m: float

    @property
    def total_length_m(self) -> float:
        """Length of all tracks on the ground."""
        return sum(track.length_m for track in self.tracks)

    @property
    def switches(self) -> int:
        """Number of switches."""
        return sum(node.railway == "switch" for node in self.nodes)

    @property
    def reviews(self) -> int:
        """Number of tracks and nodes that need review."""
        return sum(track.status == REVIEW for track in self.tracks) + sum(node.status == REVIEW for node in self.nodes)
