"""Settings for how lines are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from railseg_core.arrays import Bools
from railseg_core.morphology import KernelShape
from railseg_core.tiling import PixelWindow

AreaMask = Callable[[PixelWindow], Bools | None]
"""Function that tells which pixels of a window are wanted, bool (rows, cols); None for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineParams:
    """How probabilities become lines; lengths in metres.

    Attributes:
        threshold: Probability of track from which a pixel counts, 0 to 1.
        axis_threshold: The same for the axis ribbon; None for `threshold`.
        opening_m: Size of the opening's kernel on the track mask.
        closing_m: Size of the closing's kernel on the track mask.
        kernel: Shape of both kernels.
        min_length_m: Isolated pieces of smaller total length are left out, unless the picture cuts them.
        min_piece_confidence: Isolated pieces whose mean probability, 0 to 1, is lower are left out. With a low
            `axis_threshold` this keeps faint stretches of a track that is clear as a whole, but no other faint things.
        short_piece_margin: How far an isolated piece of `min_length_m` must exceed `min_piece_confidence`; a piece n
            times as long, an n-th as far: the shorter a piece, the clearer it must be. For one that the picture cuts
            half of that is enough, since it goes on beyond.
    """

    threshold: float = 0.5
    axis_threshold: float | None = None
    opening_m: float = 0.6
    closing_m: float = 1.0
    kernel: KernelShape = "disc"
    min_length_m: float = 15.0
    min_piece_confidence: float = 0.0
    short_piece_margin: float = 0.0


def level_of(threshold: float) -> int:
    """The smallest uint8 (0-255 for 0-1) that stands for at least this probability; never 0, which means no track."""
    return max(1, math.ceil(threshold * 255 - 1e-6))
