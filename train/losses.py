"""What the training makes small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_SMOOTH = 1.0


def _dice(probability: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """1 - Dice over the batch: for things so thin that nearly every pixel is none."""
    overlap = (probability * truth * weight).sum()
    total = ((probability + truth) * weight).sum()
    return 1 - (2 * overlap + _SMOOTH) / (total + _SMOOTH)


def railway_loss(logits: Tensor, target: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Cross-entropy and Dice, for the two classes and for the axis alike.

    Args:
        logits: (n, 3, rows, cols) of background, track, axis.
        target: (n, 3, rows, cols) uint8 of 0 and 1: track, axis, ignore.

    Returns:
        The sum of the four terms, and each by name.
    """
    logits = logits.float()
    track, axis, ignore = target.float().unbind(dim=1)
    weight = 1 - ignore
    track_logit = logits[:, 1] - logits[:, 0]  # a softmax of two classes is a sigmoid of their difference
    terms = {}
    count = weight.sum().clamp(min=1)
    for name, logit, truth in (("track", track_logit, track), ("axis", logits[:, 2], axis)):
        entropy = functional.binary_cross_entropy_with_logits(logit, truth, reduction="none")
        terms[f"{name}_entropy"] = (entropy * weight).sum() / count
        terms[f"{name}_dice"] = _dice(logit.sigmoid(), truth, weight)
    total = torch.stack(list(terms.values())).sum()
    return total, {name: float(term.detach()) for name, term in terms.items()}
