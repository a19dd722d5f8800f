"""The paper's pixel metrics (its equations 3 to 8), by which models are compared while they are trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from railseg_core.arrays import Bools, Floats, Ints
from railseg_core.network.deeplabv3plus import DeepLabV3Plus, probabilities
from train.data import normalised


@dataclass(frozen=True, slots=True)
class PixelScores:
    """Metrics of a confusion matrix; class by class as float64 (2,), NaN for a class that does not occur.

    Attributes:
        confusion: int64 (2, 2), pixels by true class (row) and predicted class (column), background and track.
    """

    confusion: Ints

    @classmethod
    def of(
        cls,
        truth: npt.NDArray[np.integer],
        predicted: npt.NDArray[np.integer],
        valid: Bools | None = None,
    ) -> PixelScores:
        """Compares masks of class numbers with the same shape; pixels that are not `valid` do not count."""
        seen = np.ones(truth.shape, dtype=np.bool_) if valid is None else valid
        codes = 2 * truth[seen].astype(np.int64) + predicted[seen]
        return cls(np.bincount(codes, minlength=4).reshape(2, 2))

    @classmethod
    def of_none(cls) -> PixelScores:
        """The scores of no pixels, to which others can be added."""
        return cls(np.zeros((2, 2), dtype=np.int64))

    def __add__(self, other: PixelScores) -> PixelScores:
        """The scores of both sets of pixels together."""
        return PixelScores(self.confusion + other.confusion)

    @property
    def iou(self) -> Floats:
        """Intersection over union, TP / (TP + FN + FP): equation 3."""
        return _ratio(self._true, self._truth + self._predicted - self._true)

    @property
    def miou(self) -> float:
        """Mean of the classes' IoU: equation 4."""
        return _mean(self.iou)

    @property
    def cpa(self) -> Floats:
        """Class pixel accuracy, TP / (TP + FP), which others call precision: equation 5.

        It is 0 for a class that occurs but is never predicted: leaving it out of `mpa` would reward finding nothing.
        """
        return np.where((self._predicted == 0) & (self._truth > 0), 0.0, _ratio(self._true, self._predicted))

    @property
    def mpa(self) -> float:
        """Mean of the classes' CPA: equation 6."""
        return _mean(self.cpa)

    @property
    def recall(self) -> Floats:
        """TP / (TP + FN): equation 7."""
        return _ratio(self._true, self._truth)

    @property
    def accuracy(self) -> float:
        """Share of the pixels that are correct: equation 8."""
        total = int(self.confusion.sum())
        return int(self._true.sum()) / total if total else float("nan")

    @property
    def _true(self) -> Ints:
        return np.diagonal(self.confusion)

    @property
    def _truth(self) -> Ints:
        return np.asarray(self.confusion.sum(axis=1))

    @property
    def _predicted(self) -> Ints:
        return np.asarray(self.confusion.sum(axis=0))


@torch.inference_mode()
def scores_by_threshold(
    model: DeepLabV3Plus,
    batches: Iterable[tuple[Tensor, Tensor]],
    levels: Mapping[str, Sequence[float]],
    device: str = "cpu",
) -> dict[str, list[PixelScores]]:
    """Scores of `track` and of `axis` at each of their thresholds, pooled over all pixels that count.

    Args:
        model: On any device; it is moved to `device` and set to evaluation.
        batches: Images (n, 3, rows, cols) and targets (n, 3, rows, cols) uint8: track, axis, ignore.
        levels: Thresholds by name, `track` first.
        device: Where to run.
    """
    nothing = PixelScores.of_none()
    pooled = {name: [nothing] * len(thresholds) for name, thresholds in levels.items()}
    model = model.eval().to(device)
    for images, target in batches:
        found = probabilities(model(normalised(images, device))).cpu().numpy()
        counts = target[:, 2].numpy() == 0
        for band, (name, thresholds) in enumerate(levels.items()):
            truth = target[:, band].numpy()
            for index, threshold in enumerate(thresholds):
                predicted = (found[:, band] >= threshold).astype(np.uint8)
                pooled[name][index] += PixelScores.of(truth, predicted, counts)
    return pooled


def _ratio(part: Ints, whole: Ints) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0))


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
