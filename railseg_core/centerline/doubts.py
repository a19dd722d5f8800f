"""What the finished lines say against themselves."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from railseg_core.arrays import Points
from railseg_core.centerline.junctions import Junction
from railseg_core.centerline.tracks import TrackGraph

CLOSEST_M = 1.2
"""Two tracks are never nearer to each other than this, but where they part or cross."""
_ALONG_M = 20.0
"""A shorter stretch may be noise."""
_PARTING_M = 60.0
"""Length on which tracks part: 1:18.5-1200 takes 54 m to 1.2 m."""
_SAMPLE_M = 2.0


def tracks_too_close(graph: TrackGraph, lines: dict[int, Points], meetings: dict[int, Junction]) -> set[int]:
    """Edges that run along another one where no two tracks can lie, away from nodes of several tracks.

    Args:
        graph: The graph.
        lines: Line of every edge, evenly sampled, float64 (n, 2).
        meetings: What every node is.
    """
    if len(lines) < 2:
        return set()
    parting = [graph.pixels.middle[graph.node_pixels[node]] for node, at in meetings.items() if len(at.ends) > 2]
    samples, owner = [], []
    for number, line in lines.items():
        step = float(np.hypot(*(line[1] - line[0]))) or _SAMPLE_M
        seen = line[:: max(round(_SAMPLE_M / step), 1)]
        samples.append(seen)
        owner.append(np.full(len(seen), number))
    places, owners = np.concatenate(samples), np.concatenate(owner)
    if parting:
        away, _ = cKDTree(np.array(parting)).query(places)
        places, owners = places[away > _PARTING_M], owners[away > _PARTING_M]
    pairs = cKDTree(places).query_pairs(CLOSEST_M, output_type="ndarray")
    pairs = pairs[owners[pairs[:, 0]] != owners[pairs[:, 1]]]
    counts: dict[tuple[int, int], int] = {}
    for a, b in np.sort(owners[pairs], axis=1).tolist():
        counts[a, b] = counts.get((a, b), 0) + 1
    return {number for pair, count in counts.items() if count * _SAMPLE_M > _ALONG_M for number in pair}
