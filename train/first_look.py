"""Fits a model's first look: which tiles show no track, so that they need not be decoded.

    python -m train.first_look MODEL.safetensors OUT.safetensors --backgrounds DATA/backgrounds --real build/fit

The model itself is the teacher: each place of the features should tell the highest P(axis) that the decoder gives
there. The level is then put below every crop in which the model sees a bit of axis. With --backgrounds or --negatives,
half of the crops are places without tracks, because that is what most pictures show.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, max_pool2d
from tqdm import tqdm

from railseg_core.chips.files import Chip
from railseg_core.network.deeplabv3plus import DeepLabV3Plus, fuse_batch_norms, probabilities
from railseg_core.network.first_look import FirstLook
from railseg_core.network.model_file import load_model, save_model
from railseg_core.outputs import prepare_output
from railseg_core.tiling import GSD_M, TILE_PX
from train.command import command
from train.data import CropStream, Mixture, load_real_scenes, normalised
from train.hard_negatives import real_places
from train.seeds import Seed
from train.synthetic.background import Backgrounds

CROPS = 1600
_REAL_SHARE, _BARE_SHARE = 0.15, 0.5
_HELD_BACK = 4
"""One crop in so many isn't fitted to; the level is put below all of them."""
_PLACE_PX = 16
"""Side of the pixels that a place of the features stands for."""
_FAINTEST = 0.75
"""P(axis) that must not be passed over, as a share of the model's threshold."""
_SMALLEST_M2 = 1.0
"""Area of it that must not: less than two metres of track, an eighth of the shortest piece drawn."""
_MARGIN = 1.0
"""How far the level lies below the lowest such crop, as a logit."""
_STEPS, _BATCH, _LEARNING_RATE = 6000, 16, 4e-3
_TRACK_COUNTS = 10.0
"""How much more a place with axis counts than one without: a missed one costs a track, a false one some time."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a model sees in crops.

    Attributes:
        context: (n, 256, 32, 32) float16, the ASPP's features.
        axis: (n, 32, 32) float32, the highest P(axis) in each place.
        area_m2: (n,) float32, area in which P(axis) is at least the faintest that must not be passed over.
    """

    context: Tensor
    axis: Tensor
    area_m2: Tensor


def mixture(backgrounds: Path | None, real: Path | None, negatives: Path | None) -> Mixture:
    """What the crops are taken from; places without tracks are those in `negatives` and all of `backgrounds`."""
    places = load_real_scenes(negatives) if negatives else []
    if backgrounds:
        places += [Chip(image, np.zeros_like(image)) for _, image in real_places(Backgrounds(backgrounds))]
    real_scenes = tuple(load_real_scenes(real)) if real else ()
    return Mixture(backgrounds, real_scenes, _REAL_SHARE, tuple(places), _BARE_SHARE)


@torch.inference_mode()
def seen(network: DeepLabV3Plus, images: Iterable[Tensor], faintest: float) -> Lesson:
    """Runs a network in eval mode over batches of images (n, 3, 512, 512) uint8; see `Lesson` for `faintest`."""
    context, axis, area = [], [], []
    for batch in images:
        features = network.features(normalised(batch, "cpu"))
        found = probabilities(network.logits(features))[:, 1]
        context.append(features.context.half())
        axis.append(max_pool2d(found, _PLACE_PX))
        area.append((found >= faintest).sum(dim=(1, 2)) * GSD_M**2)
    return Lesson(torch.cat(context), torch.cat(axis), torch.cat(area))


def fit(lesson: Lesson) -> FirstLook:
    """A first look that tells the highest P(axis) of each place, in eval mode; its level is not chosen yet."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    first_look = FirstLook()
    optimiser = torch.optim.AdamW(first_look.parameters(), weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LEARNING_RATE, _STEPS)
    for _ in tqdm(range(_STEPS), unit="step"):
        chosen = rng.integers(len(lesson.axis), size=_BATCH)
        truth = lesson.axis[chosen]
        found = first_look(lesson.context[chosen].float())
        weight = 1 + (_TRACK_COUNTS - 1) * truth
        optimiser.zero_grad()
        binary_cross_entropy_with_logits(found, truth, weight).backward()
        optimiser.step()
        schedule.step()
    return first_look.eval()


@torch.inference_mode()
def highest(first_look: FirstLook, lesson: Lesson) -> Tensor:
    """The highest logit in each crop, (n,)."""
    return torch.stack([first_look(one[None].float()).max() for one in lesson.context])


@command
def main(arguments: list[str] | None = None) -> None:
    """Writes the model with its first look, and prints how many crops it passes over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="model file")
    parser.add_argument("out", type=Path, help="model file to write: the same with a first look")
    parser.add_argument("--backgrounds", type=Path, help="folder with naip/, pdok/, bern_roofs/")
    parser.add_argument("--real", type=Path, help="folder that train.prepare_scenes wrote")
    parser.add_argument("--negatives", type=Path, help="folder that train.hard_negatives wrote")
    parser.add_argument("--crops", type=int, default=CROPS, help="crops of 512 px to look at (default: %(default)s)")
    settings = parser.parse_args(arguments)
    if settings.crops < 2 * _HELD_BACK:
        parser.error(f"--crops must be {2 * _HELD_BACK} or more")
    prepare_output(settings.out, overwrite=True, inputs=[settings.model], endings=(".safetensors",))
    network, card = load_model(settings.model)
    stream = CropStream(
        (TILE_PX,), 1, (Seed.FIRST_LOOK,), mixture(settings.backgrounds, settings.real, settings.negatives)
    )
    fused = copy.deepcopy(network)
    fuse_batch_norms(fused)
    crops = (images for images, _ in islice(stream, settings.crops))
    lesson = seen(fused, tqdm(crops, total=settings.crops, unit="crop"), _FAINTEST * card.axis_threshold)

    is_held_back = torch.arange(len(lesson.axis)) % _HELD_BACK == 0
    first_look = fit(Lesson(*(part[~is_held_back] for part in (lesson.context, lesson.axis, lesson.area_m2))))
    logits = highest(first_look, lesson)
    matters = lesson.area_m2 >= _SMALLEST_M2
    level = float((logits[matters] if bool(matters.any()) else logits).min()) - _MARGIN
    first_look.level.fill_(level)
    save_model(network, card, settings.out, first_look)
    is_passed_over = logits <= level
    for name, those in (("fitted", ~is_held_back), ("held-back", is_held_back)):
        counts = []
        for kind, some in (("with axis", lesson.area_m2 > 0), ("without", lesson.area_m2 == 0)):
            counts.append(f"{int((those & some & is_passed_over).sum())} of {int((those & some).sum())} {kind}")
        print(f"{name} crops passed over: {', '.join(counts)}; level {level:.2f}")


if __name__ == "__main__":
    main()
