"""Training in small: it runs, goes on after an interruption, and its model file is one that the product loads."""

from __future__ import annotations

import csv
import sys
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from railseg_core.network.mobilenetv3 import MobileNetV3Large
from railseg_core.network.model_file import load_model
from train import export, train
from train.data import TARGET_SUFFIX, augmented_crop, load_real_scenes
from train.losses import railway_loss
from train.pretrained import start_encoder

SETTINGS = ["--epochs", "0.001", "--batch", "2", "--crop-px", "64", "--workers", "0", "--device", "cpu"]


def steps(run: Path) -> int:
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    return int(state["step"])


def test_a_run_goes_on_where_it_stood_and_becomes_a_model_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    train.main(["--out", str(run), *SETTINGS])
    first = steps(run)
    train.main(["--out", str(run), *SETTINGS, "--epochs", "0.002"])
    assert (first, steps(run)) == (4, 8)  # of 2 crops, 0.001 and 0.002 epochs of 7,892
    with (run / "log.csv").open() as file:
        logged = [int(row["step"]) for row in csv.DictReader(file)]
    assert logged == [first, steps(run)]

    model_path = tmp_path / "model.safetensors"
    monkeypatch.setattr(export, "CROP_PX", 64)
    arguments = [str(run / "checkpoint.pt"), str(model_path), "--name", "tiny", "--crops", "4"]
    monkeypatch.setattr(sys, "argv", ["export", *arguments])
    export.main()
    _, card = load_model(model_path)
    assert card.name == "tiny"
    assert card.scores["training_steps"] == steps(run)
    assert 0.2 <= card.axis_threshold <= 0.8


def test_a_checkpoint_of_another_variant_is_not_gone_on_with(tmp_path: Path) -> None:
    run = tmp_path / "run"
    train.main(["--out", str(run), *SETTINGS])
    with pytest.raises(SystemExit, match="choose another --out"):
        train.main(["--out", str(run), *SETTINGS, "--variant", "faithful"])


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    factors = [train.learning_rate_factor(progress) for progress in np.linspace(0, 1, 101)]
    assert max(factors) == pytest.approx(1, abs=0.01)
    assert factors.index(max(factors)) <= 5
    assert factors[-1] == pytest.approx(0)
    assert all(later <= earlier for earlier, later in pairwise(factors[5:]))


def test_the_loss_is_small_for_the_truth_and_blind_to_what_is_ignored() -> None:
    target = torch.zeros(1, 3, 16, 16, dtype=torch.uint8)
    target[:, 0, 4:10] = 1
    target[:, 1, 6:8] = 1
    target[:, 2, :, 12:] = 1
    logits = torch.zeros(1, 3, 16, 16)
    logits[:, 1] = target[:, 0] * 40.0 - 20
    logits[:, 2] = target[:, 1] * 40.0 - 20
    right, terms = railway_loss(logits, target)
    assert float(right) < 0.05
    assert set(terms) == {"track_entropy", "track_dice", "axis_entropy", "axis_dice"}
    spoilt = logits.clone()
    spoilt[..., 12:] *= -1
    torch.testing.assert_close(railway_loss(spoilt, target)[0], right)
    assert float(railway_loss(-logits, target)[0]) > 2


def test_real_scenes_are_cropped_with_their_targets(tmp_path: Path) -> None:
    image = np.full((200, 300, 3), 60, np.uint8)
    image[90:110] = 200
    target = np.zeros_like(image)
    target[90:110, :, 0] = 255
    for name, content in (("scene.png", image), (f"scene{TARGET_SUFFIX}", target)):
        cv2.imwrite(str(tmp_path / name), cv2.cvtColor(content, cv2.COLOR_RGB2BGR))
    (scene,) = load_real_scenes(tmp_path)
    crop, crop_target = augmented_crop(scene, 128, np.random.default_rng(5))
    assert crop.shape == crop_target.shape == (128, 128, 3)
    known = crop_target[..., 2] == 0
    bright = crop.mean(axis=-1) > crop[known].mean()
    agreement = (bright == (crop_target[..., 0] == 1))[known].mean()
    assert agreement > 0.9


def test_a_folder_without_scenes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="prepare_scenes"):
        load_real_scenes(tmp_path)


def test_a_pretrained_encoder_passes_on_what_its_weights_did(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    encoder = MobileNetV3Large()
    weights = {}
    names = [("stem.conv", encoder.stem)]
    for index, block in enumerate(encoder.blocks):
        parts = {"expand": block.expand, "dw": block.depthwise, "project": block.project}
        names += [(f"blocks.{index}.{name}.conv", part) for name, part in parts.items() if hasattr(part, "conv")]
    for name, layer in names:
        shape = list(layer.conv.weight.shape)
        shape[2:] = [min(side, 3) for side in shape[2:]]
        weights[f"{name}.weight"] = torch.randn(shape, generator=generator) * 0.2
        weights[f"{name}.bias"] = torch.randn(shape[0], generator=generator)
    path = tmp_path / "weights.safetensors"
    save_file(weights, path)
    images = torch.randn(4, 3, 64, 64, generator=generator)
    start_encoder(encoder, path, images)
    convolved = encoder.stem.conv(images) + weights["stem.conv.bias"][:, None, None]
    torch.testing.assert_close(encoder.stem.norm(encoder.stem.conv(images)), convolved, rtol=1e-3, atol=1e-3)
    encoder.eval()
    torch.testing.assert_close(encoder.stem.norm(encoder.stem.conv(images)), convolved, rtol=1e-3, atol=1e-3)
