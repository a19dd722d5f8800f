"""Measures a model before and after a fine-tuning, and says what the figures mean."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt
from skimage.morphology import skeletonize

from railseg_core.arrays import Bools
from railseg_core.chips.files import Chip
from railseg_core.network.deeplabv3plus import DeepLabV3Plus, probabilities
from railseg_core.network.model_card import ModelCard
from railseg_core.tiling import GSD_M
from train.data import as_batch, normalised, tiled
from train.pixel_scores import PixelScores

_LEAST_IOU = 0.2  # expected of any model if the lines do lie on the picture's tracks
_CHANCE = 0.01  # gain in the sum of both IoU that may be chance where `_CHANCE_M` are held back
_CHANCE_M = 1000.0
_BESIDE_M = 0.3  # lines further beside what the model sees teach it to draw beside the tracks
_NEIGHBOUR_M = 1.5
_FORGOTTEN = 0.02  # loss in the sum of both IoU on rendered scenes from which it is told


@dataclass(frozen=True, slots=True)
class Measured:
    """How a model does on chips.

    Attributes:
        iou: IoU of `track` and of `axis` at the card's thresholds, pooled.
        beside_m: How far the true axis lies beside what the model sees: the median distance, metres; NaN if it sees
            nothing within `_NEIGHBOUR_M`, where a neighbouring track begins.
    """

    iou: dict[str, float]
    beside_m: float


@torch.inference_mode()
def measured(model: DeepLabV3Plus, card: ModelCard, chips: Iterable[Chip], device: str) -> Measured:
    """Measures a model, which is moved to `device`, on chips."""
    model = model.eval().to(device)
    thresholds = np.array([card.track_threshold, card.axis_threshold])[:, np.newaxis, np.newaxis]
    scores = [PixelScores.of_none(), PixelScores.of_none()]
    beside_m = [np.zeros(0)]
    for tile in tiled(chips):
        counts = tile.target[..., 2] == 0
        if not counts.any():
            continue
        images = normalised(as_batch([tile])[0], device)
        found = probabilities(model(images))[0].cpu().numpy() >= thresholds
        for band in range(2):
            scores[band] += PixelScores.of(tile.target[..., band], found[band].astype(np.uint8), counts)
        if tile.target[..., 1].any():
            distance_m = GSD_M * distance_transform_edt(~_middle(tile.target[..., 1] > 0))
            beside_m.append(distance_m[_middle(found[1]) & counts & (distance_m < _NEIGHBOUR_M)])
    every = np.concatenate(beside_m)
    iou = {name: float(one.iou[1]) for name, one in zip(("track", "axis"), scores, strict=True)}
    return Measured(iou, float(np.median(every)) if every.size else math.nan)


def _middle(ribbons: Bools) -> Bools:
    return np.asarray(skeletonize(ribbons), dtype=np.bool_)  # type: ignore[no-untyped-call]


def doubts(before: Measured, model_name: str) -> list[str]:
    """Messages for the user on lines that may not be the picture's tracks.

    Args:
        before: What the start model does on the held-back part.
        model_name: Its name.
    """
    found = []
    if before.iou["track"] < _LEAST_IOU:
        found.append(
            f"{model_name} sees hardly any track where your lines are. Check that they lie on the picture's tracks, "
            "and that they are in the layer that was read: FILE|layername=LAYER names one."
        )
    if before.beside_m > _BESIDE_M:
        found.append(
            f"The lines lie {before.beside_m:.1f} m (median) beside what {model_name} sees, and the new model will "
            "learn to draw them there. Check that they lie on the middles of the tracks."
        )
    return found


def verdict(before: dict[str, float], after: dict[str, float], held_back_m: float) -> str:
    """A message for the user on how the new model does on the held-back part.

    Args:
        before: IoU of the start model, from `measured`.
        after: IoU of the new model.
        held_back_m: Length of track they were measured on: the shorter, the larger a difference may be by chance.
    """
    rows = [compared("what was held back", before, after)]
    chance = _CHANCE * math.sqrt(max(_CHANCE_M / max(held_back_m, 1.0), 1.0))
    if sum(after.values()) > sum(before.values()) + chance:
        return "\n".join([*rows, "The new model is better there."])
    rows.append(f"The new model is NOT better there by more than chance ({chance:.3f} for both together).")
    return "\n".join([*rows, "Keep the old one, or trace more and train again."])


def forgetting(before: dict[str, float], after: dict[str, float]) -> str:
    """A message for the user on how much worse the new model is on rendered scenes, which stand for other railways."""
    rows = [compared("rendered scenes", before, after)]
    if sum(after.values()) < sum(before.values()) - _FORGOTTEN:
        rows.append("It has forgotten some of what it knew of other railways: use it for pictures like yours only.")
    return "\n".join(rows)


def compared(where: str, before: dict[str, float], after: dict[str, float]) -> str:
    """The IoU before and after, a row for each output."""
    return "\n".join(f"{name:<6} IoU on {where}: {before[name]:.3f} before, {after[name]:.3f} after" for name in after)


def card_scores(where: str, before: Measured, after: Measured) -> dict[str, float]:
    """The IoU before and after, as a model's card names them."""
    return {
        f"{where}_{name}_iou{when}": round(value, 4)
        for when, one in (("_before", before), ("", after))
        for name, value in one.iou.items()
    }
