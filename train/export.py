"""Makes the model file of a training run's checkpoint: averaged weights, thresholds, scores, card.

    python -m train.export build/train/checkpoint.pt resources/models/railseg.safetensors --name railseg-1 …

Thresholds and scores come from rendered scenes that no training run sees, never from the check scenes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from railseg_core.metrics import PixelScores
from railseg_core.network.deeplabv3plus import VARIANTS, DeepLabV3Plus, probabilities
from railseg_core.network.model_file import ModelCard, save_model
from train.data import CropStream, Mixture
from train.train import normalised

CROP_PX = 512
TEST_SEED = 910_001  # of no training or validation stream
THRESHOLDS = np.linspace(0.2, 0.8, 13)


def averaged_model(checkpoint: Path) -> tuple[DeepLabV3Plus, dict[str, Any]]:
    """The averaged weights of a training run, in eval mode, with all that the checkpoint holds."""
    state: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    model = DeepLabV3Plus(VARIANTS[state["variant"]])
    model.load_state_dict(state["average"])
    model = model.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's stubs
    return model, state


@torch.inference_mode()
def measured_scores(model: DeepLabV3Plus, stream: CropStream, crops: int) -> dict[str, list[PixelScores]]:
    """Scores of track and of axis at each of `THRESHOLDS`, pooled over rendered crops."""
    nothing = PixelScores(np.zeros((2, 2), dtype=np.int64))
    pooled = {name: [nothing] * len(THRESHOLDS) for name in ("track", "axis")}
    batches = iter(DataLoader(stream, batch_size=None))
    for _ in range(-(-crops // 4)):
        images, target = next(batches)
        found = probabilities(model(normalised(images, "cpu"))).numpy()
        counts = target[:, 2].numpy() == 0
        for band, name in enumerate(pooled):
            truth = target[:, band].numpy()
            for index, threshold in enumerate(THRESHOLDS):
                predicted = (found[:, band] >= threshold).astype(np.uint8)
                pooled[name][index] += PixelScores.of(truth, predicted, counts)
    return pooled


def main() -> None:
    """Writes the model file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("model", type=Path, help="safetensors file to write")
    parser.add_argument("--name", required=True, help="short name with a version")
    parser.add_argument("--trained-on", default="rendered scenes")
    parser.add_argument("--credit", action="append", default=[], help="a source to be named; may be repeated")
    parser.add_argument("--licence", default="GPL-2.0-or-later")
    parser.add_argument("--backgrounds", type=Path)
    parser.add_argument("--crops", type=int, default=120, help="rendered crops of 512 px to measure on")
    arguments = parser.parse_args()

    model, state = averaged_model(arguments.checkpoint)
    stream = CropStream((CROP_PX,), 4, TEST_SEED, Mixture(arguments.backgrounds))
    measured = measured_scores(model, stream, arguments.crops)
    best = {name: int(np.argmax([scores.iou[1] for scores in items])) for name, items in measured.items()}
    track = measured["track"][best["track"]]
    card = ModelCard(
        name=arguments.name,
        variant=state["variant"],
        track_threshold=round(float(THRESHOLDS[best["track"]]), 3),
        axis_threshold=round(float(THRESHOLDS[best["axis"]]), 3),
        trained_on=arguments.trained_on,
        licence=arguments.licence,
        credits=tuple(arguments.credit),
        scores={
            "rendered_crops": float(arguments.crops),
            "rendered_mean_iou": round(track.miou, 4),
            "rendered_track_iou": round(float(track.iou[1]), 4),
            "rendered_track_recall": round(float(track.recall[1]), 4),
            "rendered_axis_iou": round(float(measured["axis"][best["axis"]].iou[1]), 4),
            "training_steps": float(state["step"]),
            "training_minutes": round(float(state["seconds"]) / 60, 1),
        },
    )
    save_model(model, card, arguments.model)
    print(card)


if __name__ == "__main__":
    main()
