"""What one map has that another lacks: lines of two sides matched one to one, in one metric CRS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Bools, Floats, Ints, Points
from railseg_core.evaluation.line_pieces import Piece, pieces_of
from railseg_core.evaluation.line_scores import GAP_M, Samples, facing, sample_lines, segments

REACH_M = 2.5
"""Largest distance of a track's counterpart on the map: less than the track spacing, or a neighbour could match."""
SHIFT_M = 0.5
"""Mean offset above which a piece is shifted."""
PIECE_M = 25.0
_ROUNDING_M = 1e-6
_NONE = -1


@dataclass(frozen=True, slots=True)
class MapComparison:
    """Extracted lines against those of a map, piece by piece.

    Attributes:
        matched: Extracted, and in the map within the threshold.
        shifted: Extracted, and in the map further off.
        new: Extracted, but not in the map.
        missing: In the map, but not extracted.
        figures: Lengths of these and of both sides, and the mean distance of lines that have a counterpart, as
            JSON-like values; None for undefined ones.
    """

    matched: tuple[Piece, ...]
    shifted: tuple[Piece, ...]
    new: tuple[Piece, ...]
    missing: tuple[Piece, ...]
    figures: dict[str, float | None]


class _Links(NamedTuple):
    """Links between samples and the lines beside them: at most one for a sample and a line.

    Attributes:
        sample: int64 (n,), sample of the extracted lines.
        line: int64 (n,), line of the map.
        cell: int64 (n,), the map's sample beside it.
        offset_m: float64 (n,), how far to the left of the extracted line the map's is.
    """

    sample: Ints
    line: Ints
    cell: Ints
    offset_m: Floats


def compare_maps(
    extracted: Sequence[Points],
    reference: Sequence[Points],
    *,
    reach_m: float = REACH_M,
    shift_m: float = SHIFT_M,
    ignore: BaseGeometry | None = None,
) -> MapComparison:
    """Matches extracted lines with those of a map, one to one along the track.

    Extracted lines claim parts of the map's lines, the closest pair first, and what one has claimed no other gets. So
    the second of two tracks is new where the map has only one.

    Args:
        extracted: float64 (n, 2) vertices of each line, (x, y), in a metric CRS.
        reference: The map's, likewise.
        reach_m: Largest distance of a counterpart, which must also run in the same direction or its reverse.
        shift_m: Mean offset above which a piece is shifted.
        ignore: Area in which nothing counts.
    """
    made, true = sample_lines(extracted), sample_lines(reference)
    links = _links(made, reference, true, reach_m)
    link, owner = _claimed(made, true, links, reach_m)
    has = link != _NONE
    partners = np.full(len(link), _NONE)
    partners[has] = links.line[link[has]]
    offsets_m = np.full(len(link), np.nan)
    offsets_m[has] = -links.offset_m[link[has]]
    partners = _without_gaps(made, partners)
    taken = _without_gaps(true, np.where(owner == _NONE, _NONE, 0)) != _NONE
    made_counts, true_counts = _counts(made, ignore), _counts(true, ignore)
    beside = pieces_of(
        extracted,
        made,
        made_counts & (partners != _NONE),
        offsets_m=offsets_m,
        partners=partners,
        longest_m=PIECE_M,
    )
    # A piece at the threshold is not beyond it, whatever the last digits of its coordinates.
    is_shifted = [abs(piece.offset_m) > shift_m + _ROUNDING_M for piece in beside]
    pieces = {
        "matched": [piece for piece, shifted in zip(beside, is_shifted, strict=True) if not shifted],
        "shifted": [piece for piece, shifted in zip(beside, is_shifted, strict=True) if shifted],
        "new": pieces_of(extracted, made, made_counts & (partners == _NONE)),
        "missing": pieces_of(reference, true, true_counts & ~taken),
    }
    figures: dict[str, float | None] = {f"{kind}_m": _length_m(found) for kind, found in pieces.items()}
    figures["extracted_m"] = round(float(made.length_m[made_counts].sum()), 3)
    figures["reference_m"] = round(float(true.length_m[true_counts].sum()), 3)
    apart_m = np.abs(offsets_m[made_counts & ~np.isnan(offsets_m)])
    figures["mean_distance_dm"] = round(10 * float(apart_m.mean()), 3) if apart_m.size else None
    return MapComparison(
        matched=tuple(pieces["matched"]),
        shifted=tuple(pieces["shifted"]),
        new=tuple(pieces["new"]),
        missing=tuple(pieces["missing"]),
        figures=figures,
    )


def _links(made: Samples, reference: Sequence[Points], true: Samples, reach_m: float) -> _Links:
    """Links each sample to the nearest place of each of the map's lines beside it."""
    lengths = [segments([line])[2] for line in reference]
    line_of = np.repeat(np.arange(len(reference)), [len(length) for length in lengths])
    before_m = np.concatenate([np.zeros(0), *(np.cumsum(length) - length for length in lengths)])
    whole_m = np.array([length.sum() for length in lengths])
    count = np.bincount(true.line, minlength=len(reference))
    first_cell = np.cumsum(count) - count
    none = np.zeros(0, dtype=np.int64)
    parts = [_Links(none, none, none, np.zeros(0))]
    for near in facing(made, reference, reach_m):
        line = line_of[near.segment]
        along_m = before_m[near.segment] + near.along_m
        is_end = (along_m <= _ROUNDING_M) | (along_m >= whole_m[line] - _ROUNDING_M)
        beside = ~is_end | (np.abs(near.beyond_m) <= _ROUNDING_M)  # beyond its end, a line is not beside anything
        chosen = np.flatnonzero(beside)
        order = chosen[np.lexsort((np.abs(near.offset_m[chosen]), line[chosen], near.sample[chosen]))]
        _, first = np.unique(np.column_stack([near.sample, line])[order], axis=0, return_index=True)
        best = order[first]
        sample, line, along_m, offset_m = near.sample[best], line[best], along_m[best], near.offset_m[best]
        cell = first_cell[line] + np.clip(along_m / whole_m[line] * count[line], 0, count[line] - 1).astype(np.int64)
        parts.append(_Links(sample, line, cell, offset_m))
    return _Links(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _claimed(made: Samples, true: Samples, links: _Links, reach_m: float) -> tuple[Ints, Ints]:
    """Assigns the map's lines to extracted lines, the closest pair first.

    Returns:
        int64 (samples,), the link that each sample got; int64 (cells,), the extracted line that got each of the map's
        samples; -1 for none.
    """
    got, owner = np.full(len(made.line), _NONE), np.full(len(true.line), _NONE)
    if not len(links.sample):
        return got, owner
    lines = int(links.line.max()) + 1
    numbers, pair_of = np.unique(made.line[links.sample] * lines + links.line, return_inverse=True)
    pairs = np.column_stack(np.divmod(numbers, lines))
    count = np.bincount(pair_of)
    mean_m = np.bincount(pair_of, weights=np.abs(links.offset_m)) / count
    # A branch is close to its main track too, at first. Lines of which one is beside the other over its whole length
    # are the better match.
    shares = [count / np.bincount(side.line)[line] for side, line in zip((made, true), pairs.T, strict=True)]
    share = np.minimum(1.0, np.maximum(*shares))
    distance_m = share * mean_m + (1 - share) * reach_m
    members = np.split(np.argsort(pair_of, kind="stable"), np.cumsum(count)[:-1])
    for pair in np.argsort(distance_m, kind="stable"):
        link, line = members[pair], pairs[pair, 0]
        is_free = (owner[links.cell[link]] == _NONE) | (owner[links.cell[link]] == line)
        link = link[is_free & (got[links.sample[link]] == _NONE)]
        got[links.sample[link]] = link
        owner[links.cell[link]] = line
    return got, owner


def _without_gaps(samples: Samples, partners: Ints) -> Ints:
    """The partners, with stretches of less than `GAP_M` without one filled from the stretch before or after."""
    if not len(partners):
        return partners
    is_start = np.concatenate([[True], (np.diff(samples.line) != 0) | (np.diff(partners) != 0)])
    starts = np.flatnonzero(is_start)
    length_m = np.add.reduceat(samples.length_m, starts)
    line, partner = samples.line[starts], partners[starts]
    filled = partner.copy()
    for run in np.flatnonzero((partner == _NONE) & (length_m < GAP_M)):
        for beside in (run - 1, run + 1):
            if 0 <= beside < len(starts) and line[beside] == line[run]:
                filled[run] = partner[beside]
                break
    return np.repeat(filled, np.diff(np.append(starts, len(partners))))


def _counts(samples: Samples, ignore: BaseGeometry | None) -> Bools:
    if ignore is None:
        return np.ones(len(samples.line), dtype=np.bool_)
    outside: Bools = ~shapely.intersects_xy(ignore, *samples.points.T)
    return outside


def _length_m(pieces: Sequence[Piece]) -> float:
    return round(sum(float(np.hypot(*np.diff(piece.line, axis=0).T).sum()) for piece in pieces), 3)
