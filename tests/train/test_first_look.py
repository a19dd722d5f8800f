"""The first look is fitted to what the model sees, and loses none of it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from railseg_core.network.model_card import bundled_model_path
from railseg_core.network.model_file import load_first_look, load_model
from railseg_core.pipeline import run
from railseg_core.requests import ExtractRequest
from railseg_core.segmentation import Segmenter
from railseg_core.vectors.line_layer import read_lines
from train import first_look as training
from train.data import CropStream
from train.first_look import Lesson, fit, highest, mixture
from train.seeds import Seed


def test_it_learns_where_the_model_sees_axis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_STEPS", 300)
    rng = np.random.default_rng(0)
    context = torch.from_numpy(rng.normal(size=(40, 256, 8, 8)).astype(np.float16))
    axis = torch.zeros(40, 8, 8)
    axis[:20, 3, 4] = 0.9
    context[:20, 7, 3, 4] += 6
    lesson = Lesson(context, axis, axis.sum(dim=(1, 2)))
    logits = highest(fit(lesson), lesson)
    assert logits[:20].min() > logits[20:].max()


def test_the_file_is_the_same_model_and_passes_over_no_crop_in_which_it_sees_axis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(training, "_STEPS", 60)
    out = tmp_path / "looking.safetensors"
    training.main([str(bundled_model_path()), str(out), "--crops", "12"])
    assert capsys.readouterr().out.count("crops passed over") == 2

    assert load_first_look(out) is not None
    before, after = (load_model(path)[0].state_dict() for path in (bundled_model_path(), out))
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    every, looking = (Segmenter(out, "cpu", every_tile=is_every) for is_every in (True, False))
    crops = [
        crop.numpy() for crop, _ in islice(CropStream((512,), 1, (Seed.FIRST_LOOK,), mixture(None, None, None)), 6)
    ]
    with_axis = 0
    for crop in crops:
        expected = every.predict(crop)
        if (expected[:, 1] >= 255 * every.card.axis_threshold).sum() >= 25:  # 1 m²
            np.testing.assert_array_equal(looking.predict(crop), expected)
            with_axis += 1
    assert with_axis > 0


def test_too_few_crops_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        training.main([str(bundled_model_path()), str(tmp_path / "out.safetensors"), "--crops", "3"])


def test_the_bundled_models_first_look_changes_no_line_of_the_sample(
    sample_raster: Path, sample_result: dict[str, Any], tmp_path: Path
) -> None:
    assert load_first_look(bundled_model_path()) is not None
    output = tmp_path / "every.gpkg"
    run(ExtractRequest(raster=str(sample_raster), output=output, device="cpu", every_tile=True))
    every, looking = ([line.tobytes() for line in read_lines(path)[0]] for path in (output, sample_result["output"]))
    assert looking
    assert every == looking


def test_the_bundled_models_first_look_passes_over_fields_and_water() -> None:
    segmenter = Segmenter(bundled_model_path(), "cpu")
    decoded: list[int] = []
    segmenter._placed.network.upsample_logits.register_forward_hook(lambda *_: decoded.append(1))
    rng = np.random.default_rng(0)
    rows, cols = np.mgrid[:512, :512]
    furrows = 110 + 25 * np.sin((rows + 0.4 * cols) / 9)
    ripples = 60 + 6 * rng.normal(size=(512, 512))
    for ground in (furrows, ripples):
        tile = np.clip(ground + rng.normal(0, 4, (1, 3, 512, 512)), 0, 255).astype(np.uint8)
        assert not segmenter.predict(tile).any()
    assert decoded == []
    segmenter.predict(tile, every_tile=True)
    assert decoded == [1]
