"""Quality of extracted lines: how much of the reference they find, how much of them is right, how far off they are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Bools, Floats, Ints, Points

RHO_M = 1.0
"""Largest distance of a line from the reference: less than half the track spacing, or the neighbour would count."""
SAMPLE_M = 0.5
HEADING_DEG = 15.0
GAP_M = 2.0
"""Length above which a part of the reference without a line counts as a gap."""
_SAMPLES_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class LineScores:
    """Extracted lines against reference lines; lengths in metres, NaN for undefined values.

    Attributes:
        reference_m: Length of the reference that counts.
        found_m: Part of it that has an extracted line.
        extracted_m: Length of the extracted lines that counts.
        right_m: Part of it that has a reference line.
        gaps: Number of stretches of the reference longer than `GAP_M` without a line.
        offsets_m: float64 (n,), distance of the line at every sample of the reference that has one; positive to the
            left of the reference's direction.
    """

    reference_m: float
    found_m: float
    extracted_m: float
    right_m: float
    gaps: int
    offsets_m: Floats

    @classmethod
    def pooled(cls, scores: Iterable[LineScores]) -> LineScores:
        """The scores of several scenes as one: lengths are summed, not ratios averaged."""
        every = list(scores)
        return cls(
            reference_m=sum(score.reference_m for score in every),
            found_m=sum(score.found_m for score in every),
            extracted_m=sum(score.extracted_m for score in every),
            right_m=sum(score.right_m for score in every),
            gaps=sum(score.gaps for score in every),
            offsets_m=np.concatenate([np.zeros(0), *(score.offsets_m for score in every)]),
        )

    @property
    def completeness(self) -> float:
        """Share of the reference that was found."""
        return _share(self.found_m, self.reference_m)

    @property
    def correctness(self) -> float:
        """Share of the extracted lines that is correct."""
        return _share(self.right_m, self.extracted_m)

    @property
    def quality(self) -> float:
        """Correct length over the sum of what was extracted and what was missed."""
        return _share(self.right_m, self.extracted_m + (self.reference_m - self.found_m))

    @property
    def redundancy(self) -> float:
        """Share of the correct lines in excess of the reference they match: duplicated tracks."""
        return _share(self.right_m - self.found_m, self.right_m)

    @property
    def lateral_rms_cm(self) -> float:
        """Root mean square of the offsets."""
        return 100 * float(np.sqrt(np.mean(self.offsets_m**2))) if self.offsets_m.size else float("nan")

    @property
    def lateral_bias_cm(self) -> float:
        """Mean of the offsets, positive to the left."""
        return 100 * float(np.mean(self.offsets_m)) if self.offsets_m.size else float("nan")

    @property
    def lateral_p95_cm(self) -> float:
        """Distance that 95 % of the offsets do not exceed."""
        return 100 * float(np.percentile(np.abs(self.offsets_m), 95)) if self.offsets_m.size else float("nan")

    @property
    def gaps_per_km(self) -> float:
        """Number of gaps per kilometre of the reference."""
        return _share(1000 * self.gaps, self.reference_m)


def score_lines(
    extracted: Sequence[Points],
    reference: Sequence[Points],
    *,
    rho_m: float = RHO_M,
    hidden: Sequence[Points] = (),
    ignore: BaseGeometry | None = None,
) -> LineScores:
    """Compares extracted lines with reference lines, sample by sample.

    A sample has a counterpart if a line of the other side is within `rho_m` and runs within `HEADING_DEG` of its
    direction or the reverse.

    Args:
        extracted: float64 (n, 2) vertices of each line, (x, y), in a metric CRS.
        reference: The visible tracks, likewise.
        rho_m: Largest distance that counts as found; choose less than half the track spacing.
        hidden: Tracks that exist but cannot be seen (in a tunnel, under trees): finding them is neither rewarded
            nor penalised.
        ignore: Area in which nothing counts.
    """
    return match_lines(extracted, reference, rho_m=rho_m, hidden=hidden, ignore=ignore).scores


def match_lines(
    extracted: Sequence[Points],
    reference: Sequence[Points],
    *,
    rho_m: float,
    hidden: Sequence[Points],
    ignore: BaseGeometry | None,
) -> LineMatch:
    """What `score_lines` counts, sample by sample; the arguments are the same."""
    truth = sample_lines(reference, ignore)
    found, offsets = _matched(truth, extracted, rho_m)
    made = sample_lines(extracted, ignore)
    right, made_offsets = _matched(made, reference, rho_m)
    beside_hidden, _ = _matched(made, hidden, rho_m)
    return LineMatch(truth, found, offsets, made, right, made_offsets, right | ~beside_hidden)


class Samples(NamedTuple):
    """Points along lines.

    Attributes:
        number: int64 (n,), rising by one along a line, by more at its end and where samples are left out.
        line: int64 (n,), index of the line.
        along_m: float64 (n,), distance from the line's start.
        points: float64 (n, 2).
        direction: float64 (n, 2), the line's unit vector there.
        length_m: float64 (n,), length of the piece of line that each represents.
    """

    number: Ints
    line: Ints
    along_m: Floats
    points: Points
    direction: Points
    length_m: Floats


class LineMatch(NamedTuple):
    """Lines of two sides, sample by sample.

    Attributes:
        reference: The reference's n samples, those that count.
        found: bool (n,), whether an extracted line is there.
        offsets_m: float64 (n,), how far to the left of the reference it is; NaN without one.
        extracted: The extracted lines' m samples.
        right: bool (m,), whether a reference line is there.
        extracted_offsets_m: float64 (m,), how far to the left of the extracted line it is; NaN without one.
        counts: bool (m,), False where only a hidden track is there.
    """

    reference: Samples
    found: Bools
    offsets_m: Floats
    extracted: Samples
    right: Bools
    extracted_offsets_m: Floats
    counts: Bools

    @property
    def scores(self) -> LineScores:
        """The lengths and offsets of all samples."""
        return LineScores(
            reference_m=float(self.reference.length_m.sum()),
            found_m=float(self.reference.length_m[self.found].sum()),
            extracted_m=float(self.extracted.length_m[self.counts].sum()),
            right_m=float(self.extracted.length_m[self.right].sum()),
            gaps=_gaps(self.reference, self.found),
            offsets_m=self.offsets_m[self.found],
        )


def sample_lines(lines: Sequence[Points], ignore: BaseGeometry | None = None, step_m: float = SAMPLE_M) -> Samples:
    """The midpoints of pieces of at most `step_m` of every line, without those in the ignored area."""
    parts = [segments([line]) for line in lines]
    alongs = [np.concatenate([[0.0], np.cumsum(length)]) for _, _, length in parts]
    counts = [math.ceil(along[-1] / step_m) for along in alongs]
    total = sum(counts)
    # A country's samples fill gigabytes: they are written where they belong, not line by line and then joined.
    samples = Samples(
        number=np.zeros(total, dtype=np.int64),
        line=np.repeat(np.arange(len(counts)), np.array(counts, dtype=np.int64)),
        along_m=np.zeros(total),
        points=np.zeros((total, 2)),
        direction=np.zeros((total, 2)),
        length_m=np.zeros(total),
    )
    first = gaps = 0
    for (start, direction, length), along, count in zip(parts, alongs, counts, strict=True):
        if not count:
            continue
        here = slice(first, first + count)
        places = (np.arange(count) + 0.5) * along[-1] / count
        segment = np.minimum(np.searchsorted(along, places, side="right") - 1, len(length) - 1)
        samples.number[here] = np.arange(first, first + count) + gaps
        samples.along_m[here] = places
        samples.points[here] = start[segment] + direction[segment] * (places - along[segment])[:, np.newaxis]
        samples.direction[here] = direction[segment]
        samples.length_m[here] = along[-1] / count
        first += count
        gaps += 1
    if ignore is None:
        return samples
    counts = ~shapely.intersects_xy(ignore, *samples.points.T)
    return Samples(*(array[counts] for array in samples))


def segments(lines: Sequence[Points]) -> tuple[Points, Points, Floats]:
    """Start, unit vector and length of every straight piece of the lines; zero-length pieces are left out."""
    starts = np.concatenate([np.zeros((0, 2)), *(line[:-1] for line in lines)])
    vectors = np.concatenate([np.zeros((0, 2)), *(np.diff(line, axis=0) for line in lines)])
    length = np.hypot(*vectors.T)
    real = length > 0
    return starts[real], vectors[real] / length[real, np.newaxis], length[real]


class Facing(NamedTuple):
    """Straight pieces of lines beside samples of others.

    Attributes:
        sample: int64 (n,), index of the sample.
        segment: int64 (n,), index into `segments`.
        along_m: float64 (n,), the segment's nearest place, from its start.
        beyond_m: float64 (n,), how far the foot of the sample's perpendicular lies beyond that, along the segment.
        offset_m: float64 (n,), distance, positive where the segment is to the sample's left.
    """

    sample: Ints
    segment: Ints
    along_m: Floats
    beyond_m: Floats
    offset_m: Floats


def facing(samples: Samples, lines: Sequence[Points], reach_m: float) -> Iterator[Facing]:
    """Every segment within `reach_m` of a sample that runs within `HEADING_DEG` of its direction or the reverse.

    Yields them for some of the samples at a time, in their order: what it takes to find them would fill the memory.
    """
    start, direction, length = segments(lines)
    ends = start + direction * length[:, np.newaxis]
    tree = shapely.STRtree(shapely.linestrings(np.stack([start, ends], axis=1)))
    for first in range(0, len(samples.points), _SAMPLES_AT_ONCE):
        some = shapely.points(samples.points[first : first + _SAMPLES_AT_ONCE])
        sample, segment = tree.query(some, predicate="dwithin", distance=reach_m)
        sample += first
        own = samples.direction[sample]
        parallel = np.abs(np.sum(own * direction[segment], axis=1)) >= math.cos(math.radians(HEADING_DEG))
        sample, segment, own = sample[parallel], segment[parallel], own[parallel]
        away = samples.points[sample] - start[segment]
        foot = np.sum(away * direction[segment], axis=1)
        along = np.clip(foot, 0.0, length[segment])
        to_line = direction[segment] * along[:, np.newaxis] - away
        distance = np.hypot(*to_line.T)
        is_left = own[:, 0] * to_line[:, 1] - own[:, 1] * to_line[:, 0] >= 0
        yield Facing(sample, segment, along, foot - along, np.where(is_left, distance, -distance))


def _matched(samples: Samples, lines: Sequence[Points], rho_m: float) -> tuple[Bools, Floats]:
    """Whether each sample has a counterpart among the lines, and how far to its left it is (NaN without one)."""
    offsets = np.full(len(samples.points), np.nan)
    for near in facing(samples, lines, rho_m):
        order = np.lexsort((np.abs(near.offset_m), near.sample))
        nearest, first = np.unique(near.sample[order], return_index=True)
        offsets[nearest] = near.offset_m[order[first]]
    return ~np.isnan(offsets), offsets


def _gaps(samples: Samples, found: Bools) -> int:
    """Number of runs of more than `GAP_M` without a counterpart."""
    missed = np.flatnonzero(~found)
    if not len(missed):
        return 0
    run = np.cumsum(np.diff(samples.number[missed], prepend=samples.number[missed[0]]) != 1)
    return int(np.count_nonzero(np.bincount(run, weights=samples.length_m[missed]) > GAP_M))


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
