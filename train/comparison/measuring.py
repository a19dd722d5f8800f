"""Measures a trained network: its masks against the truth, and the time they take."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from railseg_core.arrays import Bools, Floats, UInt8Array
from railseg_core.chips.files import Chip
from railseg_core.morphology import clean
from railseg_core.network.deeplabv3plus import fuse_batch_norms, normalise
from train.checkpoint import CHECKPOINT_NAME
from train.models.table import NETWORKS
from train.pixel_scores import PixelScores

TIMED_PICTURES = 288  # as in the paper
TIMED_PX = 512  # side of the paper's pictures


@dataclass(frozen=True, slots=True)
class Morphology:
    """Opening and closing for the rows with morphology, metres."""

    gsd_m: float
    opening_m: float
    closing_m: float

    def cleaned(self, mask: Bools) -> Bools:
        """The mask, bool (rows, cols), opened and closed."""
        return clean(mask, self.gsd_m, self.opening_m, self.closing_m)


class Predictor:
    """A trained network as it is used: batch norms folded, channels last, one picture at a time."""

    def __init__(self, name: str, run: Path, device: str = "cpu") -> None:
        """Loads the last weights of a run of `train_network`."""
        network: nn.Module = NETWORKS[name]()
        network.load_state_dict(torch.load(run / CHECKPOINT_NAME, map_location="cpu", weights_only=True)["model"])
        fuse_batch_norms(network.eval())
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's stubs
        self.device = device

    @torch.inference_mode()
    def mask(self, image: UInt8Array) -> Bools:
        """The mask of tracks, bool (rows, cols), of a picture (rows, cols, 3) uint8."""
        pixels = torch.from_numpy(image).to(self.device).permute(2, 0, 1)[None].float()
        logits = self.network(normalise(pixels).contiguous(memory_format=torch.channels_last))
        found: Bools = (logits[0, 1] > logits[0, 0]).cpu().numpy()
        return found


def score(predictor: Predictor, tiles: Iterable[Chip], morphology: Morphology) -> dict[bool, PixelScores]:
    """Scores pooled over all pixels that count, by whether masks are opened and closed."""
    nothing = PixelScores.of_none()
    scores = {False: nothing, True: nothing}
    for tile in tiles:
        plain = predictor.mask(tile.image)
        for is_cleaned, mask in ((False, plain), (True, morphology.cleaned(plain))):
            truth, counts = tile.target[..., 0], tile.target[..., 2] == 0
            scores[is_cleaned] += PixelScores.of(truth, mask.astype(np.uint8), counts)
    return scores


def write_scores(scores: Mapping[bool, PixelScores], path: Path) -> None:
    """Writes the confusion matrices as JSON."""
    content = {"plain": scores[False].confusion.tolist(), "morphology": scores[True].confusion.tolist()}
    path.write_text(json.dumps(content), encoding="utf-8")


def read_scores(path: Path) -> dict[bool, PixelScores]:
    """The scores that `write_scores` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    names = {False: "plain", True: "morphology"}
    return {is_cleaned: PixelScores(np.array(content[name], dtype=np.int64)) for is_cleaned, name in names.items()}


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds per picture, float64 (rounds, 2) each: wall-clock time, and processor time of all threads.

    Attributes:
        network: From the picture in memory to its mask.
        morphology: Opening and closing that mask.
    """

    network: Floats
    morphology: Floats

    def of(self, *, has_morphology: bool) -> Floats:
        """The seconds of a row with or without morphology."""
        return self.network + has_morphology * self.morphology


def take_times(
    predictors: Mapping[str, Predictor], pictures: Sequence[UInt8Array], rounds: int, morphology: Morphology
) -> dict[str, Times]:
    """Times of the networks by name; every round times all of them, in random order.

    Args:
        predictors: Networks by name.
        pictures: uint8 (`TIMED_PX`, `TIMED_PX`, 3); every round takes the next.
        rounds: Number of rounds that count, after one to warm up.
        morphology: Opening and closing, timed as well.
    """
    taken: dict[str, list[Floats]] = {name: [] for name in predictors}
    rng = np.random.default_rng(0)
    for number in range(rounds + 1):
        picture = pictures[number % len(pictures)]
        for name in rng.permutation(list(predictors)):
            clocks = [_clocks()]
            mask = predictors[name].mask(picture)
            clocks.append(_clocks())
            morphology.cleaned(mask)
            clocks.append(_clocks())
            if number:
                taken[name].append(np.diff(clocks, axis=0))
    return {name: Times(*np.stack(rows, axis=1)) for name, rows in taken.items()}


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def timed_picture(tile: UInt8Array) -> UInt8Array:
    """A tile repeated or cut to the size of the paper's pictures."""
    rows, cols = (-(-TIMED_PX // side) for side in tile.shape[:2])
    return np.ascontiguousarray(np.tile(tile, (rows, cols, 1))[:TIMED_PX, :TIMED_PX])
