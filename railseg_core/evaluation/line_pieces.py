"""Parts of lines: turns samples that have something in common back into lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from railseg_core.arrays import Bools, Floats, Ints, Points
from railseg_core.evaluation.line_scores import Samples
from railseg_core.vectors.polylines import along_m

_WHOLE_M = 1e-6


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line.

    Attributes:
        line: float64 (n, 2), (x, y) in the CRS of the comparison.
        offset_m: Mean distance of the line to the left of its counterpart, seen in its own direction; NaN without
            one.
        source: Number of the line it is a part of.
        partner: Number of its counterpart among the lines of the other side; -1 without one.
    """

    line: Points
    offset_m: float
    source: int
    partner: int = -1


def pieces_of(
    lines: Sequence[Points],
    samples: Samples,
    wanted: Bools,
    *,
    offsets_m: Floats | None = None,
    partners: Ints | None = None,
    longest_m: float = math.inf,
) -> list[Piece]:
    """The parts of lines that the wanted samples stand for, one for each unbroken run of samples.

    Args:
        lines: float64 (n, 2) vertices of each line.
        samples: Samples of the lines.
        wanted: bool (samples,), which samples to use.
        offsets_m: float64 (samples,), NaN where unknown; a piece has the mean of those known.
        partners: int64 (samples,); a piece ends where the partner changes.
        longest_m: Longer pieces are cut into equal ones.
    """
    chosen = np.flatnonzero(wanted)
    if not len(chosen):
        return []
    is_end = np.diff(samples.number[chosen]) != 1
    if partners is not None:
        is_end |= np.diff(partners[chosen]) != 0
    pieces = []
    for run in np.split(chosen, np.flatnonzero(is_end) + 1):
        count = max(1, math.ceil(samples.length_m[run].sum() / longest_m - _WHOLE_M))
        for part in np.array_split(run, min(count, len(run))):
            first, last = part[0], part[-1]
            start = samples.along_m[first] - samples.length_m[first] / 2
            end = samples.along_m[last] + samples.length_m[last] / 2
            known = np.zeros(0) if offsets_m is None else offsets_m[part][~np.isnan(offsets_m[part])]
            pieces.append(
                Piece(
                    line=_part(lines[samples.line[first]], start, end),
                    offset_m=float(known.mean()) if known.size else math.nan,
                    source=int(samples.line[first]),
                    partner=-1 if partners is None else int(partners[first]),
                )
            )
    return pieces


def _part(line: Points, start_m: float, end_m: float) -> Points:
    """The part of a line between two places along it; the line itself, bit for bit, if that is all of it."""
    along = along_m(line)
    if start_m <= _WHOLE_M and end_m >= along[-1] - _WHOLE_M:
        return line
    inner = along[(along > start_m) & (along < end_m)]
    places = np.concatenate([[start_m], inner, [end_m]])
    return np.column_stack([np.interp(places, along, axis) for axis in line.T])
