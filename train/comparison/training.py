"""One network's training as in the paper's section 3.2, from a folder of tiles."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from railseg_core.errors import RailSegError
from train.checkpoint import CHECKPOINT_NAME, read_checkpoint, write_checkpoint
from train.data import as_batch, normalised, own_numbers, paper_crop, read_scene
from train.device import is_cuda
from train.losses import track_loss
from train.models.table import NETWORKS
from train.pixel_scores import PixelScores
from train.precision import keep_depthwise_in_float32, mixed_precision
from train.run_log import add_to_log
from train.train import CHECKPOINT_SECONDS, MOMENTUM, learning_rate_factor

LOG_ROWS = 10
WATCHED_CROPS = 8
"""Crops of the test part on which the loss is watched: in the paper, it serves as the validation part as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How every network is trained; the defaults are the paper's where it states them.

    Attributes:
        epochs: Passes over the training part.
        minutes: Time limit for each network and seed, if reached before the epochs; None for no limit.
        batch: Crops in a step.
        crop_px: Side of the crops, a multiple of 16.
        learning_rate: Peak learning rate; it rises over 3 % of the budget, then falls along a half cosine.
        weight_decay: Weight decay of all weights.
        loss: `entropy`, or `dice` for cross-entropy and Dice.
        keep_every: Epochs between the weights that are kept; 0 to keep only the last.
    """

    epochs: float = 100.0
    minutes: float | None = None
    batch: int = 8
    crop_px: int = 512
    learning_rate: float = 7e-3
    weight_decay: float = 1e-4
    loss: str = "entropy"
    keep_every: int = 5


class TileStream(IterableDataset[tuple[Tensor, Tensor]]):
    """An endless stream of batches of augmented crops; every tile comes once before any comes again.

    Args:
        tiles: Target files as `train.data.read_scene` takes them.
        batch: Crops in a batch.
        crop_px: Side of the crops.
        seed: Seed of the order and the augmentation.
    """

    def __init__(self, tiles: Sequence[Path], batch: int, crop_px: int, seed: tuple[int, ...]) -> None:
        self.tiles = tuple(tiles)
        self.batch = batch
        self.crop_px = crop_px
        self.seed = seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yields images (n, 3, crop, crop) uint8 RGB and targets (n, 3, crop, crop) uint8: track, axis, ignore."""
        cv2.setNumThreads(1)
        rng = own_numbers(self.seed)
        order = self._order()
        while True:
            yield as_batch([paper_crop(read_scene(next(order)), self.crop_px, rng) for _ in range(self.batch)])

    def _order(self) -> Iterator[Path]:
        """This worker's share of an order that is the same in all workers."""
        worker = get_worker_info()
        share = slice(None) if worker is None else slice(worker.id, None, worker.num_workers)
        shared = np.random.default_rng(self.seed)
        if not self.tiles[share]:
            raise ValueError("there are more workers than tiles")
        while True:
            yield from (self.tiles[place] for place in shared.permutation(len(self.tiles))[share])


def train_network(
    name: str,
    seed: int,
    run: Path,
    parts: tuple[Sequence[Path], Sequence[Path]],
    recipe: Recipe,
    device: str = "cpu",
    workers: int = 0,
) -> None:
    """Trains a network until its budget is used up; resumes an interrupted run, and skips a finished one.

    Args:
        name: Name in `NETWORKS`.
        seed: Seed of the initial weights and of the crops.
        run: Folder of the checkpoint, the log and the weights that are kept.
        parts: Tiles of the training part and of the test part.
        recipe: How to train, the same for all networks.
        device: Where to run.
        workers: Processes that read tiles; 0 to read in this one.

    Raises:
        RailSegError: If the loss is not finite, or the folder can't be written.
    """
    run.mkdir(parents=True, exist_ok=True)
    state = read_checkpoint(run / CHECKPOINT_NAME)
    if state is not None and state["finished"]:
        return
    training = _Training(name, seed, recipe, device, state)
    # Another stream of random numbers after each resume, so that no crop is seen twice.
    train_tiles, test_tiles = parts
    stream = TileStream(train_tiles, recipe.batch, recipe.crop_px, (seed, training.step))
    batches = iter(DataLoader(stream, batch_size=None, num_workers=workers, pin_memory=is_cuda(device)))
    watched = next(iter(TileStream(test_tiles, WATCHED_CROPS, recipe.crop_px, (0,))))

    last_saved = time.monotonic()
    losses: list[float] = []
    logged = -1
    while True:
        epoch = training.crops / len(train_tiles)
        progress = training.progress(epoch)
        finished = progress >= 1 and training.step > 0  # the shortest budget is a step
        if losses and (finished or int(progress * LOG_ROWS) > logged):
            logged = int(progress * LOG_ROWS)
            add_to_log(run, training.log_row(epoch, losses, watched))
            losses.clear()
        if finished or time.monotonic() - last_saved > CHECKPOINT_SECONDS:
            training.save(run / CHECKPOINT_NAME, finished=finished)
            last_saved = time.monotonic()
        if finished:
            return
        losses.append(training.take_step(next(batches), progress))
        epochs_done = training.crops // len(train_tiles)
        if recipe.keep_every and epochs_done > int(epoch) and epochs_done % recipe.keep_every == 0:
            training.save(run / f"epoch_{epochs_done:03d}.pt", finished=False)


class _Training:
    """A network being trained.

    Args:
        name: Name in `NETWORKS`.
        seed: Seed of the initial weights.
        recipe: How to train.
        device: Where to run.
        state: Checkpoint to continue from; None to begin.
    """

    def __init__(self, name: str, seed: int, recipe: Recipe, device: str, state: dict[str, Any] | None) -> None:
        torch.manual_seed(seed)
        self.title = f"{name}, seed {seed}"
        self.recipe = recipe
        self.device = device
        self.mixed = mixed_precision("auto", device)
        self.step, self.seconds_before, self.started = 0, 0.0, time.monotonic()
        model: nn.Module = NETWORKS[name]().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's stubs
        if state is not None:
            model.load_state_dict(state["model"])
            self.step, self.seconds_before = state["step"], state["seconds"]
        self.model = model.to(device)
        if self.mixed:
            keep_depthwise_in_float32(self.model)
        self.optimiser = torch.optim.SGD(
            self.model.parameters(), recipe.learning_rate, MOMENTUM, weight_decay=recipe.weight_decay, nesterov=True
        )
        if state is not None:
            self.optimiser.load_state_dict(state["optimiser"])

    @property
    def crops(self) -> int:
        """How many crops it has seen."""
        return self.step * self.recipe.batch

    @property
    def seconds(self) -> float:
        """How long it has been trained, with earlier runs."""
        return self.seconds_before + time.monotonic() - self.started

    def progress(self, epoch: float) -> float:
        """How much of the budget is used up after so many passes over the training part: 1 for all of it."""
        minutes = self.recipe.minutes
        return max(epoch / self.recipe.epochs, self.seconds / (60 * minutes) if minutes else 0.0)

    def take_step(self, batch: tuple[Tensor, Tensor], progress: float) -> float:
        """Moves the weights by one batch; returns its loss.

        Raises:
            RailSegError: If the loss is not finite.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.learning_rate * learning_rate_factor(progress)
        images, target = batch
        self.model.train()
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.mixed):
            logits = self.model(normalised(images, self.device))
        loss = track_loss(logits, target.to(self.device, non_blocking=True), self.recipe.loss)
        if not loss.isfinite():
            raise RailSegError(f"{self.title}: the loss is not finite at step {self.step}.", "Lower --learning-rate.")
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.step += 1
        return float(loss.detach())

    def log_row(self, epoch: float, losses: Sequence[float], watched: tuple[Tensor, Tensor]) -> dict[str, float]:
        """A row of the log: the mean of the losses since the last one, and the scores on the watched crops."""
        test_loss, test_iou = watch(self.model, watched, self.recipe.loss, self.device, mixed=self.mixed)
        return {
            "crops": float(self.crops),
            "epoch": epoch,
            "minutes": self.seconds / 60,
            "track_loss": float(np.mean(losses)),
            "track_loss_test": test_loss,
            "track_iou": test_iou,
        }

    def save(self, path: Path, *, finished: bool) -> None:
        """Writes a checkpoint."""
        content = {
            "model": self.model.state_dict(),
            "optimiser": None if finished else self.optimiser.state_dict(),
            "step": self.step,
            "crops": self.crops,
            "seconds": self.seconds,
            "finished": finished,
        }
        write_checkpoint(content, path)


@torch.inference_mode()
def watch(
    model: nn.Module, batch: tuple[Tensor, Tensor], kind: str, device: str, *, mixed: bool
) -> tuple[float, float]:
    """Loss and IoU of the track on a batch, with the model's current weights."""
    images, target = batch
    model.eval()
    with torch.autocast(device, dtype=torch.bfloat16, enabled=mixed):
        logits = model(normalised(images, device))
    found = (logits[:, 1] > logits[:, 0]).cpu().numpy().astype(np.uint8)
    scores = PixelScores.of(target[:, 0].numpy(), found, target[:, 2].numpy() == 0)
    return float(track_loss(logits, target.to(device), kind)), float(scores.iou[1])
