"""How many tracks of a map lie side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from railseg_core.arrays import Ints, Points
from railseg_core.evaluation.line_meetings import MEET_M
from railseg_core.evaluation.line_scores import sample_lines, segments
from railseg_core.vectors.polylines import cross, left_of

SECTION_STEP_M = 10.0
SECTION_HALF_M = 30.0
SECTION_HEADING_DEG = 30.0


@dataclass(frozen=True, slots=True)
class TrackCounts:
    """How many tracks lie side by side, section by section.

    Attributes:
        reference: int64 (n,), tracks of the reference that each section crosses.
        extracted: int64 (n,), extracted tracks.
    """

    reference: Ints
    extracted: Ints

    @property
    def accuracy(self) -> float:
        """Share of the sections with the same number of tracks; NaN without sections."""
        return float(np.mean(self.reference == self.extracted)) if len(self.reference) else float("nan")

    @property
    def mae(self) -> float:
        """Mean absolute difference of the numbers of tracks; NaN without sections."""
        return float(np.mean(np.abs(self.reference - self.extracted))) if len(self.reference) else float("nan")


def count_tracks(extracted: Sequence[Points], reference: Sequence[Points]) -> TrackCounts:
    """Counts tracks on sections square to the reference, every `SECTION_STEP_M`, `SECTION_HALF_M` to either side.

    A track counts if it runs within `SECTION_HEADING_DEG` of the reference's direction; one that passes over does not.

    Args:
        extracted: float64 (n, 2) vertices of each line, (x, y), in a metric CRS.
        reference: Likewise.
    """
    places = sample_lines(reference, step_m=SECTION_STEP_M)
    return TrackCounts(
        _tracks_across(places.points, places.direction, reference),
        _tracks_across(places.points, places.direction, extracted),
    )


def _tracks_across(points: Points, heading: Points, lines: Sequence[Points]) -> Ints:
    """Number of lines that cross the section through each point: int64 (n,)."""
    across = left_of(heading)
    ends = np.stack([points - SECTION_HALF_M * across, points + SECTION_HALF_M * across], axis=1)
    start, direction, length = segments(lines)
    pieces = shapely.linestrings(np.stack([start, start + direction * length[:, np.newaxis]], axis=1))
    section, piece = shapely.STRtree(pieces).query(shapely.linestrings(ends), predicate="intersects")
    along = np.abs(np.sum(heading[section] * direction[piece], axis=1))
    parallel = along >= math.cos(math.radians(SECTION_HEADING_DEG))
    section, piece = section[parallel], piece[parallel]
    offset = cross(start[piece] - points[section], direction[piece]) / cross(across[section], direction[piece])
    order = np.lexsort((offset, section))
    section, offset = section[order], offset[order]
    # Where two pieces of a track meet, or a switch's tracks are still one, both are crossed: they count once.
    is_new = (np.diff(section, prepend=-1) != 0) | (np.diff(offset, prepend=-np.inf) > MEET_M)
    return np.bincount(section[is_new], minlength=len(points))
