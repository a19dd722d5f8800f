"""Evaluates lines against reference lines in one metric CRS: figures, and what is matched, missed and false."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Points
from railseg_core.evaluation.line_pieces import Piece, pieces_of
from railseg_core.evaluation.line_scores import RHO_M, LineMatch, match_lines
from railseg_core.evaluation.path_similarity import path_similarity, paths_kept
from railseg_core.evaluation.switch_matching import (
    SWITCH_ACROSS_M,
    Switches,
    SwitchMatch,
    find_switches,
    match_switches,
    switches_at,
)
from railseg_core.evaluation.track_counts import TrackCounts, count_tracks

STEPS = 5
"""Number of steps of an evaluation, for its progress."""
_DECIMALS = 6
"""Decimals of the figures: further ones are rounding in the coordinates."""


@dataclass(frozen=True, slots=True)
class LineEvaluation:
    """Extracted lines against reference lines.

    Attributes:
        match: The lines, sample by sample.
        tracks: Counts of parallel tracks.
        switches: The switches, pair by pair.
        path_similarity: How similar the paths along the lines are, 0 to 1; NaN if there are none.
        matched: Parts of the extracted lines that are right.
        missed: Parts of the reference without a line.
        false: Parts of the extracted lines without a reference.
    """

    match: LineMatch
    tracks: TrackCounts
    switches: SwitchMatch
    path_similarity: float
    matched: tuple[Piece, ...]
    missed: tuple[Piece, ...]
    false: tuple[Piece, ...]

    @property
    def figures(self) -> dict[str, float | int | None]:
        """All figures as JSON-like values; None for undefined ones."""
        scores = self.match.scores
        numbers = {
            "completeness": scores.completeness,
            "correctness": scores.correctness,
            "quality": scores.quality,
            "redundancy": scores.redundancy,
            "lateral_rms_cm": scores.lateral_rms_cm,
            "lateral_bias_cm": scores.lateral_bias_cm,
            "lateral_p95_cm": scores.lateral_p95_cm,
            "gaps_per_km": scores.gaps_per_km,
            "reference_m": scores.reference_m,
            "extracted_m": scores.extracted_m,
            "track_count_accuracy": self.tracks.accuracy,
            "track_count_mae": self.tracks.mae,
            "switches_reference": len(self.switches.reference.places),
            "switches_extracted": len(self.switches.extracted.places),
            "switch_precision": self.switches.precision,
            "switch_recall": self.switches.recall,
            "switch_f1": self.switches.f1,
            "switch_along_rms_m": self.switches.along_rms_m,
            "switch_side_accuracy": self.switches.side_accuracy,
            "path_similarity": self.path_similarity,
        }
        return {name: None if math.isnan(number) else round(number, _DECIMALS) for name, number in numbers.items()}


def evaluate_lines(
    extracted: Sequence[Points],
    reference: Sequence[Points],
    *,
    rho_m: float = RHO_M,
    hidden: Sequence[Points] = (),
    ignore: BaseGeometry | None = None,
    extracted_switches: Points | None = None,
    reference_switches: Points | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> LineEvaluation:
    """Compares lines in one metric CRS.

    Args:
        extracted: float64 (n, 2) vertices of each line, (x, y).
        reference: The visible tracks, likewise.
        rho_m: Largest distance that counts as found.
        hidden: Tracks that exist but cannot be seen: finding them is neither rewarded nor penalised.
        ignore: Area in which nothing counts.
        extracted_switches: float64 (n, 2); None for those that the lines form.
        reference_switches: Likewise.
        progress: Called with the number of steps done, of `STEPS`.
    """
    if ignore is not None:
        shapely.prepare(ignore)
    progress(0)
    match = match_lines(extracted, reference, rho_m=rho_m, hidden=hidden, ignore=ignore)
    progress(1)
    # Paths are taken from what counts, but anything present may keep them: a hidden track breaks none on either side.
    counted = [piece.line for piece in pieces_of(extracted, match.extracted, match.counts)]
    asked = [piece.line for piece in pieces_of(reference, match.reference, np.ones(len(match.found), dtype=np.bool_))]
    tracks = count_tracks(counted, asked)
    progress(2)
    switches = compare_switches(
        extracted,
        reference,
        rho_m=rho_m,
        hidden=hidden,
        ignore=ignore,
        extracted_switches=extracted_switches,
        reference_switches=reference_switches,
    )
    progress(3)
    kept = paths_kept(asked, extracted)
    progress(4)
    similarity = path_similarity(kept, paths_kept(counted, [*reference, *hidden]))
    progress(5)
    return LineEvaluation(
        match=match,
        tracks=tracks,
        switches=switches,
        path_similarity=similarity,
        matched=tuple(pieces_of(extracted, match.extracted, match.right, offsets_m=-match.extracted_offsets_m)),
        missed=tuple(pieces_of(reference, match.reference, ~match.found)),
        false=tuple(pieces_of(extracted, match.extracted, match.counts & ~match.right)),
    )


def compare_switches(
    extracted: Sequence[Points],
    reference: Sequence[Points],
    *,
    rho_m: float = RHO_M,
    hidden: Sequence[Points] = (),
    ignore: BaseGeometry | None = None,
    extracted_switches: Points | None = None,
    reference_switches: Points | None = None,
) -> SwitchMatch:
    """Compares the switches alone; arguments as for `evaluate_lines`."""
    made = _switches(extracted_switches, extracted, extracted, ignore)
    true = _switches(reference_switches, reference, [*reference, *hidden], ignore)
    return _match_switches(made, true, hidden, rho_m)


def _switches(
    places: Points | None, lines: Sequence[Points], around: Sequence[Points], ignore: BaseGeometry | None
) -> Switches:
    """The given switches as the lines around them show them, or those that lines form; none in the ignored area."""
    switches = find_switches(lines) if places is None else switches_at(places, around, SWITCH_ACROSS_M)
    if ignore is None:
        return switches
    return switches.only(~shapely.intersects_xy(ignore, *switches.places.T))


def _match_switches(made: Switches, true: Switches, hidden: Sequence[Points], rho_m: float) -> SwitchMatch:
    """Matches switches; one on a hidden track that the reference does not have is ignored."""
    match = match_switches(made, true)
    unpaired = np.ones(len(made.places), dtype=np.bool_)
    unpaired[match.pairs[:, 0]] = False
    tracks = shapely.MultiLineString(list(hidden))
    beside_hidden = shapely.dwithin(shapely.points(made.places), tracks, rho_m)
    return match_switches(made.only(~(unpaired & beside_hidden)), true)
