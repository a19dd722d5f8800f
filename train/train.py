"""Trains the network: settings, model, data, loop and checkpoints, from top to bottom.

    python -m train.train --out build/run --minutes 60 --backgrounds DATA/backgrounds --encoder WEIGHTS.safetensors

The paper's recipe (section 3.2) is --optimiser sgd --learning-rate 7e-3 --weight-decay 1e-4 --loss entropy; the
defaults did better (see train/README.md). As in the paper, weights are kept every 5 epochs of 7,892 pictures. An
interrupted run resumes from its last checkpoint when started again with the same --out.
Needs torch, numpy, opencv and safetensors, and matplotlib for the curves; `train.export` makes the model file from the
checkpoint.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import time
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from railseg_core.chips.files import Chip
from railseg_core.freed_memory import keep_freed_memory
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus, normalise, probabilities
from railseg_core.network.model_file import load_model
from train.command import command
from train.curves import draw_curves
from train.data import CropStream, Mixture, as_batch, load_real_scenes
from train.losses import LOSSES, railway_loss
from train.pretrained import start_encoder
from train.run_log import add_to_log
from train.seeds import RUN_SEEDS, Seed

EPOCH_CROPS = 7892  # pictures in the paper's training set
KEEP_EVERY_EPOCHS = 5
MOMENTUM = 0.9
CROP_STEP_PX = 16  # the network halves its input four times
TILE_PX = 512  # side of the tiles that the product gives the network
NEGATIVE_SHARE = 0.1
WARM_UP = 0.03  # share of the budget in which the learning rate rises
AVERAGE_DECAY = 0.998
MAX_LEFT_OUT = 100  # steps without a finite loss
CHECKPOINT_SECONDS = 120.0
MIN_SWITCH_CROP_PX = 128
VALIDATION_CROPS = 48
ORIGIN = ("start", "encoder", "seed", "backgrounds", "real")  # with others it is another run


def parse_settings(arguments: list[str] | None = None) -> argparse.Namespace:
    """The settings of a run."""
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
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto")
    parser.add_argument("--workers", type=int, default=1, help="processes that render crops")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=0)
    settings = parser.parse_args(arguments)
    if settings.minutes is not None and settings.minutes <= 0:
        parser.error("--minutes must be more than 0")
    if settings.real_share + settings.negative_share > 1:
        parser.error("--real-share and --negative-share must not exceed 1 together")
    if settings.switch_share and min(settings.crop_px) < MIN_SWITCH_CROP_PX:
        parser.error(f"--switch-share needs crops of {MIN_SWITCH_CROP_PX} px or more: no fan of tracks fits into less")
    if any(side <= 0 or side % CROP_STEP_PX for side in settings.crop_px):
        parser.error(f"--crop-px must be multiples of {CROP_STEP_PX}")
    if settings.batch < 1 or settings.threads < 1 or settings.workers < 0:
        parser.error("--batch and --threads must be 1 or more, --workers 0 or more")
    try:
        torch.zeros(1, device=settings.device)
    except (RuntimeError, AssertionError) as error:  # torch without CUDA asserts
        parser.error(f"--device {settings.device} cannot be used here: {str(error).splitlines()[0]}")
    if settings.seed not in RUN_SEEDS:
        parser.error(f"--seed must be from 0 to {RUN_SEEDS.stop - 1}: validation and test use larger ones")
    return settings


def normalised(images: Tensor, device: str) -> Tensor:
    """(n, 3, rows, cols) uint8 to the network's input on `device`, channels last."""
    images = images.to(device, non_blocking=True, memory_format=torch.channels_last)
    return normalise(images.float())


def mixed_precision(precision: str, device: str) -> bool:
    """Whether convolutions run in bfloat16; `auto` uses it only on devices that multiply in it: others are slower."""
    if precision == "auto":
        return device == "cuda" or (device == "cpu" and torch.cpu._is_avx512_bf16_supported())
    return precision == "bfloat16"


class Float32Conv2d(nn.Conv2d):
    """A convolution that autocast leaves in float32."""

    def forward(self, x: Tensor) -> Tensor:
        """(n, in, rows, cols) to float32 (n, out, rows, cols)."""
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


def keep_depthwise_in_float32(model: nn.Module) -> None:
    """Leaves large, strided and dilated depthwise convolutions out of mixed precision on the CPU, in place.

    Their gradient in bfloat16 is up to five times as slow, and for dilated ones it is occasionally NaN (torch 2.13).
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and module.groups > 1:
            is_plain = module.kernel_size[0] <= 3 and module.stride[0] == 1 and module.dilation[0] == 1
            module.__class__ = nn.Conv2d if is_plain else Float32Conv2d


def learning_rate_factor(progress: float) -> float:
    """Linear warm-up, then a half cosine to zero; `progress` is the share of the budget used."""
    if progress < WARM_UP:
        return max(progress / WARM_UP, 0.01)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP))))


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


@torch.inference_mode()
def intersection_over_union(model: DeepLabV3Plus, batches: Iterable[tuple[Tensor, Tensor]], device: str) -> list[float]:
    """IoU of track and of axis at 0.5, pooled over the batches."""
    model.eval()
    overlap, union = torch.zeros(2), torch.zeros(2)
    for images, target in batches:
        found = (probabilities(model(normalised(images, device))) >= 0.5).cpu()
        truth, counts = target[:, :2].bool(), ~target[:, 2:].bool()
        overlap += (found & truth & counts).sum(dim=(0, 2, 3))
        union += ((found | truth) & counts).sum(dim=(0, 2, 3))
    return (overlap / union.clamp(min=1)).tolist()


def tiled(scenes: Iterable[Chip], tile_px: int = TILE_PX) -> Iterator[Chip]:
    """Whole scenes in tiles (tile, tile) as the product sees them; pixels beyond the edge are mirrored and ignored."""
    for scene in scenes:
        rows, cols = scene.image.shape[:2]
        below, right = (-(-side // tile_px) * tile_px - side for side in (rows, cols))
        image = cv2.copyMakeBorder(scene.image, 0, below, 0, right, cv2.BORDER_REFLECT)
        target = cv2.copyMakeBorder(scene.target, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(0, 0, 1))
        for row in range(0, rows, tile_px):
            for col in range(0, cols, tile_px):
                here = np.s_[row : row + tile_px, col : col + tile_px]
                yield Chip(image[here].astype(np.uint8), target[here].astype(np.uint8))


@command
def main(arguments: list[str] | None = None) -> None:
    """Trains until the budget is used up."""
    settings = parse_settings(arguments)
    settings.out.mkdir(parents=True, exist_ok=True)
    checkpoint_path: Path = settings.out / "checkpoint.pt"
    device = settings.device
    keep_freed_memory()
    torch.set_num_threads(settings.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(settings.seed)

    # Model and optimiser, fresh, from a model file, or as the last checkpoint left them
    if settings.start:
        model, card = load_model(settings.start)
        settings.variant = card.variant
    else:
        model = DeepLabV3Plus(VARIANTS[settings.variant])
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's stubs
    kind = f"a {settings.variant} network trained by {settings.optimiser}"
    origin = {name: str(getattr(settings, name)) for name in ORIGIN}
    state: dict[str, Any] | None = None
    step, crops, seconds_before = 0, 0, 0.0
    if checkpoint_path.exists():
        state = torch.load(checkpoint_path, map_location="cpu", weights_only=True)
        if state.get("kind") != kind:
            raise SystemExit(f"{checkpoint_path} is from {state.get('kind', 'an older version')}; choose another --out")
        if changed := [name for name, value in origin.items() if state.get("origin", origin).get(name) != value]:
            options = ", ".join(f"--{name}" for name in changed)
            raise SystemExit(f"{settings.out} holds a run with another {options}: choose another --out")
        model.load_state_dict(state["model"])
        step, crops, seconds_before = state["step"], state["crops"], state["seconds"]

    # Data: another stream of random numbers after each resume, so that no crop is seen twice
    mixture = Mixture(
        settings.backgrounds,
        real_scenes=tuple(load_real_scenes(settings.real)) if settings.real else (),
        real_share=settings.real_share,
        negatives=tuple(load_real_scenes(settings.negatives)) if settings.negatives else (),
        negative_share=settings.negative_share,
        switch_share=settings.switch_share,
    )
    loader = DataLoader(
        CropStream(settings.crop_px, settings.batch, (settings.seed, step), mixture),
        batch_size=None,
        num_workers=settings.workers,
        pin_memory=device == "cuda",
    )
    held_out = iter(CropStream(settings.crop_px[:1], 8, (Seed.VALIDATION,), Mixture(settings.backgrounds)))
    validation = [next(held_out) for _ in range(VALIDATION_CROPS // 8)]
    watched_scenes = load_real_scenes(settings.validation) if settings.validation else []

    mixed = mixed_precision(settings.precision, device)
    batches = iter(loader)
    if state is None and settings.encoder:
        start_encoder(model.encoder, settings.encoder, normalised(next(batches)[0], "cpu"))
    model = model.to(device)
    average = copy.deepcopy(model)
    if mixed and device == "cpu":
        keep_depthwise_in_float32(model)
    # Batch norms and biases are not decayed: decaying a scale does not regularise.
    vectors = [p for p in model.parameters() if p.ndim == 1]
    matrices = [p for p in model.parameters() if p.ndim > 1]
    groups = [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    optimiser: torch.optim.Optimizer
    if settings.optimiser == "sgd":
        optimiser = torch.optim.SGD(groups, lr=settings.learning_rate, momentum=MOMENTUM, nesterov=True)
    else:
        optimiser = torch.optim.AdamW(groups, lr=settings.learning_rate)
    if state is not None:
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        optimiser.param_groups[0]["weight_decay"] = settings.weight_decay

    def save(path: Path) -> None:
        content = {
            "kind": kind,
            "origin": origin,
            "variant": settings.variant,
            "model": model.state_dict(),
            "average": average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
            "crops": crops,
            "seconds": seconds_before + time.monotonic() - started,
        }
        torch.save(content, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    # The loop
    left_out = 0
    started = last_saved = time.monotonic()
    sums: dict[str, float] = {}
    while True:
        elapsed = seconds_before + time.monotonic() - started
        epoch = crops / EPOCH_CROPS
        progress = elapsed / (60 * settings.minutes) if settings.minutes else epoch / settings.epochs
        finished = progress >= 1
        if finished or time.monotonic() - last_saved > CHECKPOINT_SECONDS:
            track_iou, axis_iou = intersection_over_union(average, validation, device)
            row = {
                "step": step,
                "crops": crops,
                "minutes": elapsed / 60,
                "left_out": left_out,
                "track_iou": track_iou,
                "axis_iou": axis_iou,
            }
            if watched_scenes:
                watched = (as_batch([tile]) for tile in tiled(watched_scenes))
                scores = intersection_over_union(average, watched, device)
                row |= {"real_track_iou": scores[0], "real_axis_iou": scores[1]}
            row |= sums
            add_to_log(settings.out, row)
            print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
            save(checkpoint_path)
            if find_spec("matplotlib"):
                draw_curves([settings.out], settings.out / "curves.png")
            last_saved = time.monotonic()
        if finished:
            if state is not None and step == state["step"]:
                print(f"The run in {settings.out} is finished. A larger budget continues it.")
            return
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * learning_rate_factor(progress)
        images, target = next(batches)
        model.train()
        with torch.autocast(device, dtype=torch.bfloat16, enabled=mixed):
            logits = model(normalised(images, device))
        loss, terms = railway_loss(logits, target.to(device, non_blocking=True), settings.loss)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        if not (loss.isfinite() and norm.isfinite()):
            left_out += 1
            if left_out > MAX_LEFT_OUT:
                raise SystemExit(f"{left_out} steps gave no finite loss or gradient: lower --learning-rate")
            restore_statistics(model, average)
            continue
        optimiser.step()
        epochs_before = crops // EPOCH_CROPS
        step, crops = step + 1, crops + len(images)
        update_average(average, model, step)
        for name, value in terms.items():
            sums[name] = 0.98 * sums.get(name, value) + 0.02 * value
        epochs_done = crops // EPOCH_CROPS
        if epochs_done > epochs_before and epochs_done % KEEP_EVERY_EPOCHS == 0:
            save(settings.out / f"epoch_{epochs_done:03d}.pt")


if __name__ == "__main__":
    main()
