"""The tracks that leave a node, and how far apart they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from railseg_core.arrays import Floats, Ints, Points
from railseg_core.centerline.poses import REACH_M, Pose, end_pose, within_reach
from railseg_core.centerline.tracks import TrackEnd, TrackGraph

LEG_M = 25.0
"""Length over which a leg's direction is measured."""
BIN_M = 1.0
"""Legs are averaged over pieces of this length: single pixels stray by some centimetres."""
CLEAR_M = 0.4
"""Distance between the rims of two ribbons from which neither pulls the other towards itself."""


def pose_at(graph: TrackGraph, end: TrackEnd, reach_m: float = REACH_M) -> Pose:
    """The pose of a track at an end, looking away from it, from the last `reach_m` of the track."""
    return end_pose(graph.pixels.places(_first_pixels(graph, end, reach_m)), reach_m)


def leg_places(graph: TrackGraph, end: TrackEnd, reach_m: float) -> Points:
    """Where the track runs from its end on, up to a straight-line distance: float64 (n, 2)."""
    return graph.pixels.places(leg_pixels(graph, end, reach_m))


def leg_pixels(graph: TrackGraph, end: TrackEnd, reach_m: float) -> Ints:
    """The pixels of a track from its end on, up to a straight-line distance."""
    pixels = _first_pixels(graph, end, reach_m)
    return pixels[: len(within_reach(graph.pixels.middle[pixels], reach_m))]


def _first_pixels(graph: TrackGraph, end: TrackEnd, reach_m: float) -> Ints:
    """The first pixels of a track from its end on: enough to include all within a straight-line distance."""
    return graph.outward(end)[: round(1.5 * reach_m / graph.pixels.gsd_m) + 2]


def ribbon_m(graph: TrackGraph, pixels: Ints) -> float:
    """Width of one track's ribbon along pixels, where no other merges with it; 0.6 m where none has a width.

    The mask's half-width would not do: measured in whole pixels, it depends on the track's direction.
    """
    widths = graph.pixels.width_m[pixels]
    return float(np.quantile(widths[widths > 0], 0.25)) if (widths > 0).any() else 0.6


def binned(origin: Points, places: Points, *columns: npt.NDArray[np.floating]) -> tuple[Floats, ...]:
    """Means over bins of `BIN_M` in straight-line distance from an origin.

    Args:
        origin: float64 (2,).
        places: float64 (n, 2), in order, leading away from the origin.
        columns: float (n,) each, or (n, 2).

    Returns:
        The distances float64 (bins,), the places float64 (bins, 2), and every column likewise.
    """
    away = np.hypot(*(places - origin).T)
    label = (away / BIN_M).astype(np.int64)
    _, place = np.unique(label, return_inverse=True)
    counts = np.bincount(place)

    def mean(values: npt.NDArray[np.floating]) -> Floats:
        if values.ndim == 2:
            return np.column_stack([mean(values[:, axis]) for axis in range(values.shape[1])])
        return np.bincount(place, weights=values) / counts

    return (mean(away), mean(places), *(mean(column) for column in columns))


def apart_from(graph: TrackGraph, end: TrackEnd, other: TrackEnd) -> int:
    """Number of a track's pixels, from the node on, up to where another track that leaves there is clear of it."""
    own = leg_pixels(graph, end, 3 * LEG_M)
    places, others = graph.pixels.places(own), leg_places(graph, other, 3 * LEG_M)
    origin = graph.pixels.middle[own[0]]
    away, away_other = (np.hypot(*(line - origin).T) for line in (places, others))
    order = np.argsort(away_other, kind="stable")
    beside = np.column_stack([np.interp(away, away_other[order], others[order, axis]) for axis in (0, 1)])
    near = np.hypot(*(places - beside).T) < ribbon_m(graph, own) + CLEAR_M
    near[away > away_other[order[-1]]] = False
    return int(np.flatnonzero(near)[-1]) + 1 if near.any() else 0
