"""The evidence for every line, and the reasons to doubt it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.spatial import cKDTree

from railseg_core.arrays import Points
from railseg_core.centerline.junctions import Junction
from railseg_core.centerline.smoothing import STEP_M
from railseg_core.centerline.tracks import Edge, TrackGraph
from railseg_core.line_params import LineParams

CLOSEST_M = 1.2
"""Two tracks are never closer to each other than this, except where they part or cross."""
SHARP_BEND_M = 100.0
"""Smallest radius of railways outside industrial sites and ports."""
LOW_CONFIDENCE = 0.6
SHORT_PIECE_M = 45.0
"""An isolated piece of smaller total length is kept, but marked for review."""
LONG_INFERENCE_M = 40.0
_CONFIDENCE_WINDOW_M = 2.0
_ALONG_M = 20.0
"""Two lines may be too close over a shorter stretch, which may be noise."""
_PARTING_M = 60.0
"""Length over which tracks part: a 1:18.5-1200 takes 54 m to reach 1.2 m."""
_SAMPLE_M = 2.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the probabilities say about a track.

    Attributes:
        confidence: Mean probability along it, 0 to 1.
        min_confidence: Lowest mean along `_CONFIDENCE_WINDOW_M`.
        seen_confidence: Mean where the track was seen; 0 if it was seen nowhere.
        inferred_m: Length along which it was not seen.
    """

    confidence: float
    min_confidence: float
    seen_confidence: float
    inferred_m: float

    @classmethod
    def of(cls, graph: TrackGraph, edge: Edge, length_m: float) -> Evidence:
        """The evidence for an edge whose finished line has this length."""
        values = graph.pixels.probability[edge.pixels].astype(np.int64)  # the filter's running sums stay exact
        is_inferred = graph.pixels.is_inferred[edge.pixels]
        window = min(len(values), max(1, round(_CONFIDENCE_WINDOW_M / graph.pixels.gsd_m)))
        lowest = uniform_filter1d(values, window, output=np.float64, mode="nearest").min()
        steps = np.hypot(*np.diff(graph.pixels.middle[edge.pixels], axis=0).T)
        inferred_m = float(steps[is_inferred[1:] | is_inferred[:-1]].sum())
        return cls(
            confidence=float(values.mean()) / 255,
            min_confidence=float(lowest) / 255,
            seen_confidence=0.0 if is_inferred.all() else float(values[~is_inferred].mean()) / 255,
            inferred_m=min(inferred_m, length_m),
        )


def doubts_of(
    graph: TrackGraph,
    lines: dict[int, Points],
    lengths_m: dict[int, float],
    radii_m: dict[int, float | None],
    evidence: dict[int, Evidence],
    meetings: dict[int, Junction],
    params: LineParams,
) -> dict[int, list[str]]:
    """Reasons why a person should check a track, for every edge.

    Args:
        graph: The graph.
        lines: Line of every edge, sampled every `STEP_M` or so, float64 (n, 2).
        lengths_m: Their lengths on the ground.
        radii_m: Their smallest radii; None for a straight line.
        evidence: The evidence for every edge.
        meetings: The junction at every node.
        params: The run's parameters, for what counts as short.
    """
    isolated_m = _piece_lengths(graph, lengths_m)
    too_close = tracks_too_close(graph, lines, meetings)
    doubts = {}
    for number, edge in graph.edges.items():
        radius_m = radii_m[number]
        found = {
            "short isolated piece": isolated_m[number] < max(SHORT_PIECE_M, 2 * params.min_length_m),
            "sharp bend": radius_m is not None and radius_m < SHARP_BEND_M,
            "low confidence": evidence[number].seen_confidence < LOW_CONFIDENCE,
            "long inference": evidence[number].inferred_m > LONG_INFERENCE_M,
            "close to another track": number in too_close,
        }
        doubts[number] = [*sorted(edge.doubts), *(reason for reason, is_so in found.items() if is_so)]
    return doubts


def tracks_too_close(graph: TrackGraph, lines: dict[int, Points], meetings: dict[int, Junction]) -> set[int]:
    """Edges that run closer along another than two tracks can lie, away from nodes where tracks meet.

    Args:
        graph: The graph.
        lines: Line of every edge, sampled every `STEP_M` or so, float64 (n, 2).
        meetings: The junction at every node.
    """
    if len(lines) < 2:
        return set()
    parting = [graph.pixels.middle[graph.node_pixels[node]] for node, at in meetings.items() if len(at.ends) > 2]
    samples = [line[:: round(_SAMPLE_M / STEP_M)] for line in lines.values()]
    places = np.concatenate(samples)
    owners = np.repeat(list(lines), [len(seen) for seen in samples])
    if parting:
        away, _ = cKDTree(np.array(parting)).query(places)
        places, owners = places[away > _PARTING_M], owners[away > _PARTING_M]
    pairs = cKDTree(places).query_pairs(CLOSEST_M, output_type="ndarray")
    pairs = pairs[owners[pairs[:, 0]] != owners[pairs[:, 1]]]
    counts = Counter[tuple[int, int]](map(tuple, np.sort(owners[pairs], axis=1).tolist()))
    return {number for pair, count in counts.items() if count * _SAMPLE_M > _ALONG_M for number in pair}


def _piece_lengths(graph: TrackGraph, lengths_m: dict[int, float]) -> dict[int, float]:
    """Length of the connected piece that each edge is part of."""
    totals: dict[int, float] = {}
    for piece in graph.components():
        totals |= dict.fromkeys(piece, sum(lengths_m[number] for number in piece))
    return totals
