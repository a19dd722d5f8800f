"""Makes a model file from a training run's checkpoint: averaged weights, thresholds, scores, card.

    python -m train.export build/train/checkpoint.pt resources/models/railseg.safetensors --name railseg-1 …

Thresholds and scores come from rendered scenes that no training run sees, never from the check scenes. The threshold
for the track is the one with the best IoU, that for the axis the one with the best lines.
"""

from __future__ import annotations

import argparse
import copy
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from railseg_core.errors import RailSegError
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus
from railseg_core.network.model_card import ModelCard
from railseg_core.network.model_file import load_model, save_model
from railseg_core.outputs import prepare_output
from train.checkpoint import read_checkpoint
from train.command import command
from train.data import CropStream, Mixture
from train.pixel_scores import scores_by_threshold
from train.seeds import Seed
from train.thresholds import SCENES, with_best_levels

CROP_PX = 512
LICENCE = "GPL-2.0-or-later"
THRESHOLDS = tuple(np.linspace(0.2, 0.8, 13).round(2).tolist())


def averaged_model(checkpoint: Path) -> tuple[DeepLabV3Plus, dict[str, Any]]:
    """A network with a training run's averaged weights, in eval mode, and the whole content of the checkpoint.

    Raises:
        RailSegError: If there is no such file, or it is not a checkpoint of `train.train`.
    """
    state = read_checkpoint(checkpoint)
    if state is None or not {"average", "start"} <= state.keys():
        raise RailSegError(f"{checkpoint} is not a checkpoint of train.train.", "Give the checkpoint.pt in its --out.")
    model = DeepLabV3Plus(VARIANTS[state["variant"]])
    model.load_state_dict(state["average"])
    model = model.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's stubs
    return model, state


def mean_of(first: DeepLabV3Plus, second: DeepLabV3Plus) -> DeepLabV3Plus:
    """A network with the mean weights of two, one of them trained further from the other: often better than both.

    Args:
        first: The network whose counters are kept.
        second: A network of the same variant.
    """
    others = second.state_dict()
    mean = copy.deepcopy(first)
    mean.load_state_dict(
        {
            name: (value + others[name]) / 2 if value.is_floating_point() else value
            for name, value in first.state_dict().items()
        }
    )
    return mean


def parse_settings(arguments: list[str] | None = None) -> argparse.Namespace:
    """The settings of an export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("model", type=Path, help="safetensors file to write")
    parser.add_argument("--mean-with", type=Path, help="model file whose weights to average with the run's")
    parser.add_argument("--name", required=True, help="short name with a version")
    parser.add_argument(
        "--trained-on", default="rendered scenes", help="what this run was trained on, not what its start model was"
    )
    parser.add_argument("--credit", action="append", default=[], help="another source to credit; repeatable")
    parser.add_argument("--licence", help=f"instead of that of the models it is made from, or {LICENCE}")
    parser.add_argument("--backgrounds", type=Path)
    parser.add_argument("--scenes", type=int, default=SCENES, help="rendered scenes to choose the thresholds on")
    parser.add_argument("--crops", type=int, default=120, help="rendered crops of 512 px to measure on")
    settings = parser.parse_args(arguments)
    if min(settings.scenes, settings.crops) < 1:
        parser.error("--scenes and --crops must be 1 or more: thresholds are chosen on them")
    return settings


def card_of(
    settings: argparse.Namespace, variant: str, start: Mapping[str, Any] | None, other: ModelCard | None
) -> ModelCard:
    """The card of a new model, without thresholds and scores.

    Args:
        settings: From `parse_settings`.
        variant: The network's variant.
        start: Content of the card of the model that the run started from, if any.
        other: Card of the model that is averaged in, if any.

    Raises:
        RailSegError: If the model that is averaged in has another variant, or another licence and none is given.
    """
    trained_on = [start["trained_on"], settings.trained_on] if start else [settings.trained_on]
    credited = list(start["credits"]) if start else []
    licence = settings.licence or (start["licence"] if start else LICENCE)
    if other is not None:
        if other.variant != variant:
            raise RailSegError(
                f"{settings.mean_with} has the variant {other.variant}, the run {variant}.", "Choose another model."
            )
        if settings.licence is None and other.licence != licence:
            raise RailSegError(
                f"{settings.mean_with} has the licence {other.licence}, the run's model {licence}.",
                "Say with --licence which one the new model has.",
            )
        if other.trained_on not in trained_on:
            trained_on.append(f"averaged with {other.name}, trained on {other.trained_on}")
        credited += other.credits
    return ModelCard(
        name=settings.name,
        variant=variant,
        trained_on="; then ".join(trained_on),
        licence=licence,
        credits=tuple(dict.fromkeys([*credited, *settings.credit])),
    )


@command
def main(arguments: list[str] | None = None) -> None:
    """Writes the model file."""
    settings = parse_settings(arguments)
    inputs = [path for path in (settings.checkpoint, settings.mean_with) if path]
    prepare_output(settings.model, overwrite=True, inputs=inputs, endings=(".safetensors",))
    model, state = averaged_model(settings.checkpoint)
    other, other_card = load_model(settings.mean_with) if settings.mean_with else (None, None)
    card = card_of(settings, state["variant"], state["start"], other_card)
    if other is not None:
        model = mean_of(model, other)

    stream = CropStream((CROP_PX,), 4, (Seed.TEST,), Mixture(settings.backgrounds))
    count = -(-settings.crops // stream.batch)
    batches = tqdm(islice(stream, count), total=count, unit="batch")
    by_threshold = scores_by_threshold(model, batches, {"track": THRESHOLDS, "axis": THRESHOLDS})
    best_pixels = {name: int(np.argmax([one.iou[1] for one in scores])) for name, scores in by_threshold.items()}
    track, axis = (by_threshold[name][index] for name, index in best_pixels.items())
    card = replace(card, track_threshold=THRESHOLDS[best_pixels["track"]])

    with tempfile.TemporaryDirectory() as scratch:
        unfinished = Path(scratch) / settings.model.name
        save_model(model, card, unfinished)
        card = with_best_levels(card, unfinished, settings.scenes, settings.backgrounds)
    card = replace(
        card,
        scores={
            **card.scores,
            "rendered_crops": float(count * stream.batch),
            "rendered_mean_iou": round(track.miou, 4),
            "rendered_track_iou": round(float(track.iou[1]), 4),
            "rendered_track_recall": round(float(track.recall[1]), 4),
            "rendered_axis_iou": round(float(axis.iou[1]), 4),
            "training_steps": float(state["step"]),
            "training_crops": float(state["crops"]),
            "training_minutes": round(float(state["seconds"]) / 60, 1),
        },
    )
    save_model(model, card, settings.model)
    print(card)


if __name__ == "__main__":
    main()
