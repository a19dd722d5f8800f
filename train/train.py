"""Trains the network: settings, data, state, steps and the loop, from top to bottom.

    python -m train.train --out build/run --minutes 60 --backgrounds DATA/backgrounds --encoder WEIGHTS.safetensors

The paper's recipe (section 3.2) is --optimiser sgd --learning-rate 7e-3 --weight-decay 1e-4 --loss entropy; the
defaults did better (see train/README.md). As in the paper, weights are kept every 5 epochs of 7,892 pictures. An
interrupted run resumes from its last checkpoint when started again with the same --out.
Needs no GIS library, and matplotlib only for the curves. `train.export` makes the model file from the checkpoint.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from railseg_core.chips.files import Chip
from railseg_core.errors import RailSegError
from railseg_core.folder_lock import alone_in
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus
from railseg_core.network.model_card import read_card
from railseg_core.network.model_file import load_model
from train.checkpoint import CHECKPOINT_NAME, read_checkpoint, write_checkpoint
from train.command import command
from train.curves import draw_curves
from train.data import CropStream, Mixture, as_batch, load_real_scenes, normalised, tiled
from train.device import is_cuda, usable_device, workers_for
from train.losses import LOSSES, railway_loss
from train.pixel_scores import scores_by_threshold
from train.precision import keep_depthwise_in_float32, mixed_precision
from train.pretrained import start_encoder
from train.run_log import add_to_log
from train.seeds import RUN_SEEDS, Seed

EPOCH_CROPS = 7892  # pictures in the paper's training set
KEEP_EVERY_EPOCHS = 5
MOMENTUM = 0.9
CLIP_NORM = 5.0
CROP_STEP_PX = 16  # the network halves its input four times
NEGATIVE_SHARE = 0.1
WARM_UP = 0.03  # share of the budget in which the learning rate rises
AVERAGE_DECAY = 0.998
MAX_LEFT_OUT = 100  # steps without a finite loss
CHECKPOINT_SECONDS = 120.0
MIN_SWITCH_CROP_PX = 128
VALIDATION_CROPS, VALIDATION_BATCH = 48, 8
HALF = {"track": (0.5,), "axis": (0.5,)}
IDENTITY = ("variant", "optimiser", "start", "encoder", "seed", "backgrounds", "real")  # with others it is another run


def parse_settings(arguments: list[str] | None = None) -> argparse.Namespace:
    """The settings of a run.

    Raises:
        RailSegError: If --start is not a model file.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the run: checkpoint, log")
    parser.add_argument("--variant", choices=VARIANTS, default="lite")
    parser.add_argument("--minutes", type=float, help="budget in minutes, over which the learning rate falls")
    parser.add_argument("--epochs", type=float, default=100.0, help="budget in epochs, if --minutes is not given")
    parser.add_argument("--batch", type=int, default=8, help="crops of the first size in a batch")
    parser.add_argument(
        "--crop-px", type=int, nargs="+", default=[256, 512], help="sizes, one chosen at random per batch"
    )
    parser.add_argument("--loss", choices=LOSSES, default="cldice")
    parser.add_argument("--optimiser", choices=("sgd", "adamw"), default="adamw")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, default=1e-2)
    parser.add_argument("--backgrounds", type=Path, help="folder with naip/, pdok/, bern_roofs/")
    parser.add_argument("--real", type=Path, help="folder that train.prepare_scenes wrote")
    parser.add_argument("--real-share", type=float, default=0.25)
    parser.add_argument("--negatives", type=Path, help="folder that train.hard_negatives wrote")
    parser.add_argument("--negative-share", type=float, default=NEGATIVE_SHARE)
    parser.add_argument("--switch-share", type=float, default=0.0, help="share of rendered crops sure to show a switch")
    parser.add_argument("--validation", type=Path, help="folder of real scenes to measure on, not to train on")
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--encoder", type=Path, help="pretrained encoder weights (safetensors)")
    begin.add_argument("--start", type=Path, help="model file whose weights to start from; sets --variant")
    parser.add_argument("--device", type=usable_device, default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto")
    parser.add_argument(
        "--workers", type=int, help="processes that make crops (default: as many as keep the device busy)"
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=0)
    settings = parser.parse_args(arguments)
    if settings.epochs <= 0 or (settings.minutes is not None and settings.minutes <= 0):
        parser.error("--minutes and --epochs must be more than 0")
    if min(settings.learning_rate, settings.weight_decay) < 0:
        parser.error("--learning-rate and --weight-decay must be 0 or more")
    shares = (settings.real_share, settings.negative_share)
    if min(shares) < 0 or sum(shares) > 1:
        parser.error("--real-share and --negative-share must be 0 or more, and not exceed 1 together")
    if settings.switch_share and min(settings.crop_px) < MIN_SWITCH_CROP_PX:
        parser.error(f"--switch-share needs crops of {MIN_SWITCH_CROP_PX} px or more: no fan of tracks fits into less")
    if any(side <= 0 or side % CROP_STEP_PX for side in settings.crop_px):
        parser.error(f"--crop-px must be multiples of {CROP_STEP_PX}")
    if settings.batch < 2:
        parser.error("--batch must be 2 or more: batch norm needs several crops")
    if settings.workers is None:
        settings.workers = workers_for(settings.device)
    if settings.threads < 1 or settings.workers < 0:
        parser.error("--threads must be 1 or more, --workers 0 or more")
    if settings.seed not in RUN_SEEDS:
        parser.error(f"--seed must be from 0 to {RUN_SEEDS.stop - 1}: validation and test use larger ones")
    settings.start_card = None
    if settings.start:
        settings.start_card = read_card(settings.start)
        settings.variant = settings.start_card.variant
    return settings


def training_batches(settings: argparse.Namespace, step: int) -> Iterator[tuple[Tensor, Tensor]]:
    """An endless stream of batches, as of `CropStream`; another after each resume, so that no crop is seen twice."""
    mixture = Mixture(
        settings.backgrounds,
        real_scenes=tuple(load_real_scenes(settings.real)) if settings.real else (),
        real_share=settings.real_share,
        negatives=tuple(load_real_scenes(settings.negatives)) if settings.negatives else (),
        negative_share=settings.negative_share,
        switch_share=settings.switch_share,
    )
    stream = CropStream(settings.crop_px, settings.batch, (settings.seed, step), mixture)
    loader = DataLoader(stream, batch_size=None, num_workers=settings.workers, pin_memory=is_cuda(settings.device))
    return iter(loader)


def validation_batches(settings: argparse.Namespace) -> list[tuple[Tensor, Tensor]]:
    """Rendered crops that no run trains on."""
    stream = iter(CropStream(settings.crop_px[:1], VALIDATION_BATCH, (Seed.VALIDATION,), Mixture(settings.backgrounds)))
    return [next(stream) for _ in range(VALIDATION_CROPS // VALIDATION_BATCH)]


@dataclass(slots=True)
class Run:
    """The state of a run, all of which its checkpoints keep.

    Attributes:
        model: The network.
        average: A running average of its weights, which `train.export` makes the model file from.
        optimiser: Steps the model's weights.
        step: Number of steps so far.
        crops: Number of crops seen in them.
        began: When it would have begun without interruptions, by `time.monotonic`.
    """

    model: DeepLabV3Plus
    average: DeepLabV3Plus
    optimiser: torch.optim.Optimizer
    step: int = 0
    crops: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Time spent on it, measuring and saving included."""
        return time.monotonic() - self.began

    def progress(self, settings: argparse.Namespace) -> float:
        """As `share_used`."""
        return share_used(settings, self.seconds, self.crops)

    def resume(self, checkpoint: dict[str, Any]) -> None:
        """Takes everything over from a checkpoint, except settings that may change: weight decay, learning rate."""
        weight_decays = [group["weight_decay"] for group in self.optimiser.param_groups]
        self.model.load_state_dict(checkpoint["model"])
        self.average.load_state_dict(checkpoint["average"])
        self.optimiser.load_state_dict(checkpoint["optimiser"])
        for group, weight_decay in zip(self.optimiser.param_groups, weight_decays, strict=True):
            group["weight_decay"] = weight_decay
        self.step, self.crops = checkpoint["step"], checkpoint["crops"]
        self.began = time.monotonic() - checkpoint["seconds"]

    def save(self, settings: argparse.Namespace, name: str) -> None:
        """Writes a checkpoint to the run's folder.

        Raises:
            RailSegError: As `write_checkpoint`.
        """
        content = {
            "identity": identity(settings),
            "variant": settings.variant,
            "start": asdict(settings.start_card) if settings.start_card else None,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "crops": self.crops,
            "seconds": self.seconds,
        }
        write_checkpoint(content, settings.out / name)


def share_used(settings: argparse.Namespace, seconds: float, crops: int) -> float:
    """Share of the budget that is used up; 1 or more at the end."""
    if settings.minutes:
        return seconds / (60 * float(settings.minutes))
    return crops / EPOCH_CROPS / float(settings.epochs)


def identity(settings: argparse.Namespace) -> dict[str, str]:
    """The settings that must be the same when a run is resumed."""
    return {name: str(getattr(settings, name)) for name in IDENTITY}


def check_identity(checkpoint: dict[str, Any], settings: argparse.Namespace) -> None:
    """Checks that a checkpoint is of the same run.

    Raises:
        RailSegError: If it is not.
    """
    own, found = identity(settings), checkpoint.get("identity", {})
    if changed := [name for name, value in own.items() if found.get(name) != value]:
        options = ", ".join(f"another --{name} ({found.get(name)})" for name in changed)
        raise RailSegError(f"{settings.out} holds a run with {options}.", "Choose another --out.")


def new_network(settings: argparse.Namespace) -> DeepLabV3Plus:
    """A network with the weights of --start, or random ones."""
    model = load_model(settings.start)[0] if settings.start else DeepLabV3Plus(VARIANTS[settings.variant])
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]  # not in torch's stubs


def new_run(model: DeepLabV3Plus, settings: argparse.Namespace) -> Run:
    """A run that begins with a network's weights."""
    model = model.to(settings.device)
    average = copy.deepcopy(model)
    if mixed_precision(settings.precision, settings.device):
        keep_depthwise_in_float32(model)
    # Batch norms and biases are not decayed: decaying a scale does not regularise.
    groups = [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in model.parameters() if p.ndim == 1], "weight_decay": 0.0},
    ]
    if settings.optimiser == "sgd":
        return Run(model, average, torch.optim.SGD(groups, settings.learning_rate, MOMENTUM, nesterov=True))
    return Run(model, average, torch.optim.AdamW(groups, settings.learning_rate))


def learning_rate_factor(progress: float) -> float:
    """Linear warm-up, then a half cosine to zero; `progress` is the share of the budget used."""
    if progress < WARM_UP:
        return max(progress / WARM_UP, 0.01)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP))))


def training_step(run: Run, batch: tuple[Tensor, Tensor], settings: argparse.Namespace) -> dict[str, float] | None:
    """Moves the weights and their average by one batch.

    Returns:
        The terms of the loss; None if loss or gradient are not finite, in which case the run stays as it was.
    """
    images, target = batch
    device = settings.device
    run.model.train()
    with torch.autocast(device, dtype=torch.bfloat16, enabled=mixed_precision(settings.precision, device)):
        logits = run.model(normalised(images, device))
    loss, terms = railway_loss(logits, target.to(device, non_blocking=True), settings.loss)
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(run.model.parameters(), CLIP_NORM)
    if not (loss.isfinite() and norm.isfinite()):
        restore_statistics(run.model, run.average)
        return None
    run.optimiser.step()
    run.step, run.crops = run.step + 1, run.crops + len(images)
    update_average(run.average, run.model, run.step)
    return terms


@torch.no_grad()
def update_average(average: DeepLabV3Plus, model: DeepLabV3Plus, step: int) -> None:
    """Moves the averaged weights (and batch norm statistics) towards the trained ones."""
    decay = min(AVERAGE_DECAY, (1 + step) / (10 + step))
    current = model.state_dict()
    for name, value in average.state_dict().items():
        if value.is_floating_point():
            value.lerp_(current[name], 1 - decay)
        else:
            value.copy_(current[name])


@torch.no_grad()
def restore_statistics(model: DeepLabV3Plus, average: DeepLabV3Plus) -> None:
    """Restores the batch norms' running statistics from the average, after a step that may have corrupted them."""
    kept = dict(average.named_buffers())
    for name, buffer in model.named_buffers():
        buffer.copy_(kept[name])


def scores(
    run: Run, validation: Iterable[tuple[Tensor, Tensor]], watched: Sequence[Chip], device: str
) -> dict[str, float]:
    """IoU at 0.5 of the averaged weights on rendered crops and, if there are any, on real scenes of --validation."""
    parts: dict[str, Iterable[tuple[Tensor, Tensor]]] = {"": validation}
    if watched:
        parts["real_"] = (as_batch([tile]) for tile in tiled(watched))
    return {
        f"{part}{name}_iou": float(found.iou[1])
        for part, batches in parts.items()
        for name, (found,) in scores_by_threshold(run.average, batches, HALF, device).items()
    }


def report(folder: Path, row: dict[str, float]) -> None:
    """Adds a row to the log, prints it, and draws the curves."""
    add_to_log(folder, row)
    print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
    if find_spec("matplotlib"):
        draw_curves([folder], folder / "curves.png")


def begun(
    settings: argparse.Namespace, checkpoint: dict[str, Any] | None
) -> tuple[Run, Iterator[tuple[Tensor, Tensor]]]:
    """A run that begins, or goes on from a checkpoint, and its batches."""
    model = new_network(settings)
    batches = training_batches(settings, checkpoint["step"] if checkpoint else 0)
    if settings.encoder and not checkpoint:
        start_encoder(model.encoder, settings.encoder, normalised(next(batches)[0], "cpu"))
    run = new_run(model, settings)
    if checkpoint:
        run.resume(checkpoint)
    return run, batches


@command
def main(arguments: list[str] | None = None) -> None:
    """Trains until the budget is used up."""
    settings = parse_settings(arguments)
    with alone_in(settings.out):
        settings.out.mkdir(parents=True, exist_ok=True)
        train(settings)


def train(settings: argparse.Namespace) -> None:
    """Begins or resumes a run, and trains until the budget is used up.

    Raises:
        RailSegError: If something is wrong with an input, --out is of another run or can't be written, or too many
            steps have no finite loss or gradient.
        FileNotFoundError: If a folder of scenes or backgrounds is empty.
    """
    torch.set_num_threads(settings.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(settings.seed)

    checkpoint = read_checkpoint(settings.out / CHECKPOINT_NAME)
    if checkpoint:
        check_identity(checkpoint, settings)
        if share_used(settings, checkpoint["seconds"], checkpoint["crops"]) >= 1:
            print(f"The run in {settings.out} is finished. A larger budget continues it.")
            return
    validation = validation_batches(settings)
    watched = load_real_scenes(settings.validation) if settings.validation else []
    run, batches = begun(settings, checkpoint)

    left_out = 0
    terms: dict[str, float] = {}
    last_saved = time.monotonic()
    while True:
        progress = run.progress(settings)
        if progress >= 1 or time.monotonic() - last_saved > CHECKPOINT_SECONDS:
            run.save(settings, CHECKPOINT_NAME)  # first, so that no step that was reported is taken again
            row = {"step": run.step, "crops": run.crops, "minutes": run.seconds / 60, "left_out": left_out}
            report(settings.out, row | scores(run, validation, watched, settings.device) | terms)
            last_saved = time.monotonic()
        if progress >= 1:
            break
        for group in run.optimiser.param_groups:
            group["lr"] = settings.learning_rate * learning_rate_factor(progress)
        epochs_before = run.crops // EPOCH_CROPS
        new_terms = training_step(run, next(batches), settings)
        if new_terms is None:
            left_out += 1
            if left_out > MAX_LEFT_OUT:
                raise RailSegError(f"{left_out} steps gave no finite loss or gradient.", "Lower --learning-rate.")
            continue
        terms = {name: 0.98 * terms.get(name, value) + 0.02 * value for name, value in new_terms.items()}
        epochs = run.crops // EPOCH_CROPS
        if epochs > epochs_before and epochs % KEEP_EVERY_EPOCHS == 0:
            run.save(settings, f"epoch_{epochs:03d}.pt")


if __name__ == "__main__":
    main()
