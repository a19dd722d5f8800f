"""Loss functions for training."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

LOSSES = ("entropy", "dice", "cldice")
_SMOOTH = 1.0
_BETWEEN_PX = 11
"""Gap between axis ribbons, 2.2 m, below which they belong to tracks that part or cross."""
_RIBBON_PX = 3
_PARTING_WEIGHT = 5.0


def _entropy(logit: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Mean cross-entropy of the pixels that count."""
    entropy = functional.binary_cross_entropy_with_logits(logit, truth, reduction="none")
    return (entropy * weight).sum() / weight.sum().clamp(min=1)


def _dice(probability: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """1 - Dice over the batch: for things so thin that nearly every pixel is background."""
    overlap = (probability * truth * weight).sum()
    total = ((probability + truth) * weight).sum()
    return 1 - (2 * overlap + _SMOOTH) / (total + _SMOOTH)


def _where_tracks_part(axis: Tensor) -> Tensor:
    """1 on and between axis ribbons that are close together, as where tracks part or cross, else 0.

    A network is wrong there most often, and they are about one pixel in a hundred. Parallel tracks are further apart.

    Args:
        axis: (n, rows, cols) of 0 and 1.
    """

    def widest(x: Tensor, px: int) -> Tensor:
        return functional.max_pool2d(x[:, None], px, 1, px // 2)[:, 0]

    closed = 1 - widest(1 - widest(axis, _BETWEEN_PX), _BETWEEN_PX)
    return widest(functional.relu(closed - axis), 2 * _RIBBON_PX + 1)


def _skeleton(probability: Tensor) -> Tensor:
    """Soft skeleton of lines up to seven pixels wide, by iterated minima and maxima (clDice, CVPR 2021, alg. 1)."""

    def eroded(x: Tensor) -> Tensor:
        rows = -functional.max_pool2d(-x, (3, 1), 1, (1, 0))
        return torch.minimum(rows, -functional.max_pool2d(-x, (1, 3), 1, (0, 1)))

    def what_opening_removes(x: Tensor) -> Tensor:
        return functional.relu(x - functional.max_pool2d(eroded(x), 3, 1, 1))

    skeleton = what_opening_removes(probability)
    for _ in range(3):
        probability = eroded(probability)
        more = what_opening_removes(probability)
        skeleton = skeleton + functional.relu(more - skeleton * more)
    return skeleton


def _centre_line_dice(probability: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """1 - clDice: the found skeleton must lie in the true ribbon, the true skeleton in the found one."""
    probability, truth = (probability * weight)[:, None], (truth * weight)[:, None]
    found, wanted = _skeleton(probability), _skeleton(truth)
    correct = ((found * truth).sum() + _SMOOTH) / (found.sum() + _SMOOTH)
    complete = ((wanted * probability).sum() + _SMOOTH) / (wanted.sum() + _SMOOTH)
    return 1 - 2 * correct * complete / (correct + complete)


def railway_loss(logits: Tensor, target: Tensor, kind: str) -> tuple[Tensor, dict[str, float]]:
    """The training loss: the same terms for the two classes and for the axis.

    Args:
        logits: (n, 3, rows, cols) of background, track, axis.
        target: (n, 3, rows, cols) uint8 of 0 and 1: track, axis, ignore.
        kind: One of `LOSSES`: cross-entropy as in the paper; with Dice added; or with Dice and the axis's clDice added,
            in which case the axis's cross-entropy counts five times where tracks part or cross.

    Returns:
        The sum of the terms, and each by name.
    """
    logits = logits.float()
    track, axis, ignore = target.float().unbind(dim=1)
    weight = 1 - ignore
    track_logit = logits[:, 1] - logits[:, 0]  # a softmax of two classes is a sigmoid of their difference
    parting = _where_tracks_part(axis) if kind == "cldice" else torch.zeros_like(axis)
    terms = {}
    for name, logit, truth in (("track", track_logit, track), ("axis", logits[:, 2], axis)):
        stress = weight * (1 + (_PARTING_WEIGHT - 1) * parting) if name == "axis" else weight
        terms[f"{name}_entropy"] = _entropy(logit, truth, stress)
        if kind != "entropy":
            terms[f"{name}_dice"] = _dice(logit.sigmoid(), truth, weight)
    if kind == "cldice":
        terms["axis_cldice"] = _centre_line_dice(logits[:, 2].sigmoid(), axis, weight)
    total = torch.stack(list(terms.values())).sum()
    return total, {name: float(term.detach()) for name, term in terms.items()}


def track_loss(logits: Tensor, target: Tensor, kind: str) -> Tensor:
    """The training loss of a network that tells tracks from background and has no axis.

    Args:
        logits: (n, 2, rows, cols) of background, track.
        target: (n, 3, rows, cols) uint8 of 0 and 1: track, axis, ignore.
        kind: `entropy` or `dice` of `LOSSES`.
    """
    logits = logits.float()
    truth, weight = target[:, 0].float(), 1 - target[:, 2].float()
    logit = logits[:, 1] - logits[:, 0]
    loss = _entropy(logit, truth, weight)
    return loss + _dice(logit.sigmoid(), truth, weight) if kind == "dice" else loss
