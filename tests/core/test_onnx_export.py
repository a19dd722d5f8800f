"""The ONNX file: it gives what the network gives, and holds the metadata that Deepness reads."""

from __future__ import annotations

import json
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from railseg_core.__main__ import main
from railseg_core.errors import RailSegError
from railseg_core.network.deeplabv3plus import normalise, probabilities
from railseg_core.network.model_card import bundled_model_path
from railseg_core.network.model_file import load_model
from railseg_core.onnx_export import export_onnx
from railseg_core.raster import open_working_grid
from railseg_core.tiling import TILE_PX, PixelWindow


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    assert main(["export-onnx", str(path), "--json"]) == 0
    assert [file.name for file in path.parent.iterdir()] == ["model.onnx"]
    return path


@pytest.fixture(scope="module")
def session(exported: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])


def test_it_gives_the_networks_probabilities_of_a_picture(
    session: onnxruntime.InferenceSession, sample_raster: Path
) -> None:
    with open_working_grid(sample_raster) as grid:
        middle = PixelWindow(
            grid.window.col + grid.window.width // 2 - TILE_PX // 2,
            grid.window.row + grid.window.height // 2 - TILE_PX // 2,
            TILE_PX,
            TILE_PX,
        )
        pixels, _ = grid.read(middle)
    network, _ = load_model(bundled_model_path())
    with torch.inference_mode():
        track = probabilities(network(normalise(torch.from_numpy(pixels[np.newaxis]).float())))[0, 0].numpy()
    (found,) = session.run(None, {session.get_inputs()[0].name: (pixels[np.newaxis] / 255).astype(np.float32)})
    assert found.shape == (1, 2, TILE_PX, TILE_PX)
    assert track.max() > 0.9  # a track is in the picture
    np.testing.assert_allclose(found[0, 1], track, atol=1e-4)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-6)


def test_it_says_what_deepness_reads(session: onnxruntime.InferenceSession) -> None:
    said: dict[str, Any] = {
        name: json.loads(value) for name, value in session.get_modelmeta().custom_metadata_map.items()
    }
    card = said.pop("railseg_model")
    assert (card["name"], card["licence"]) == (load_model(bundled_model_path())[1].name, "GPL-2.0-or-later")
    assert said == {
        "model_type": "Segmentor",
        "class_names": {"0": "background", "1": "track"},
        "resolution": 20.0,
        "tile_size": 512,
        "tiles_overlap": 13,
        "seg_thresh": 0.5,
        "seg_small_segment": 0,
        "standardization_mean": [0.0, 0.0, 0.0],
        "standardization_std": [1.0, 1.0, 1.0],
    }
    assert [(item.name, item.shape) for item in session.get_inputs()] == [("image", [1, 3, 512, 512])]
    assert [(item.name, item.shape) for item in session.get_outputs()] == [("probabilities", [1, 2, 512, 512])]


def test_it_tells_nothing_of_the_machine_that_made_it(exported: Path) -> None:
    content = exported.read_bytes()
    assert str(Path(torch.__file__).parent).encode() not in content
    assert str(bundled_model_path().parent.parent.parent).encode() not in content


def test_a_file_that_exists_stays(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = exported.read_bytes()
    assert main(["export-onnx", str(exported)]) == 1
    assert "already exists" in capsys.readouterr().err
    assert exported.read_bytes() == before


def test_a_missing_package_is_named_with_the_way_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("railseg_core.onnx_export.find_spec", lambda name: None if name == "onnxscript" else util)
    with pytest.raises(RailSegError, match=r"needs onnxscript.* pip install onnxscript"):
        export_onnx(tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
