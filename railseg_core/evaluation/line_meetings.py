"""Where the lines of a map end, meet or touch one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from railseg_core.arrays import Floats, Ints, Points
from railseg_core.vectors.polylines import linestrings

MEET_M = 0.05
"""Line ends this close meet; a line's end this close to another line touches it."""


class Meetings(NamedTuple):
    """Where lines end, meet or touch.

    Attributes:
        places: float64 (n, 2), (x, y).
        meeting: int64 (k,), index of the place, for every time that a line comes to one.
        line: int64 (k,), index of that line.
        along_m: float64 (k,), how far along it.
    """

    places: Points
    meeting: Ints
    line: Ints
    along_m: Floats


def meetings_of(lines: Sequence[Points]) -> Meetings:
    """Finds the meetings of lines, float64 (n, 2) vertices of each, (x, y), in a metric CRS."""
    ends = np.array([line[end] for end in (0, -1) for line in lines]).reshape(-1, 2)
    pairs = cKDTree(ends).query_pairs(MEET_M, output_type="ndarray").reshape(-1, 2)
    joined = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(ends), len(ends)))
    count, owner = connected_components(joined, directed=False) if len(ends) else (0, np.zeros(0, dtype=np.int64))
    size = np.bincount(owner, minlength=count)
    places = np.column_stack([np.bincount(owner, axis, count) / size for axis in ends.T]).reshape(-1, 2)
    geometries = linestrings(lines)
    length = shapely.length(geometries)
    meeting, line = shapely.STRtree(geometries).query(shapely.points(places), predicate="dwithin", distance=MEET_M)
    along = shapely.line_locate_point(geometries[line], shapely.points(places[meeting]))
    touching = (along > MEET_M) & (along < length[line] - MEET_M)
    numbers = np.arange(len(lines))
    return Meetings(
        places,
        np.concatenate([owner, meeting[touching]]).astype(np.int64),
        np.concatenate([numbers, numbers, line[touching]]),
        np.concatenate([np.zeros(len(lines)), length, along[touching]]),
    )
