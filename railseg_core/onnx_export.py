"""Exports the model as an ONNX file with the metadata from which Deepness, a QGIS plugin, fills in its form.

Deepness shows the network's output as polygons of track; lines, switches and review marks are RailSeg's own work.
"""

from __future__ import annotations

import json
import logging
import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from railseg_core.errors import RailSegError
from railseg_core.network.deeplabv3plus import fuse_batch_norms, normalise, probabilities
from railseg_core.network.model_card import HEADER_KEY, ModelCard, bundled_model_path
from railseg_core.network.model_file import load_model
from railseg_core.outputs import prepare_output, written_aside
from railseg_core.tiling import OVERLAP_PX, TILE_PX

INPUT, OUTPUT = "image", "probabilities"
CLASSES = ("background", "track")
_PACKAGES = ("onnx", "onnxscript")
_OPSET = 18
"""Supported by onnxruntime 1.14 (2023) and later."""
PIXEL_MAX = 255.0
_MORE_LIKELY = 0.5


class _ClassProbabilities(nn.Module):
    """The network as Deepness expects it: pixels from 0 to 1 in, a probability per class out."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, rows, cols) float RGB, 0 to 1, to (n, 2, rows, cols), P(background) and P(track)."""
        track = probabilities(self.network(normalise(image * PIXEL_MAX)))[:, :1]
        return torch.cat([1 - track, track], dim=1)


def export_onnx(output: Path, model_path: Path | None = None, *, overwrite: bool = False) -> dict[str, Any]:
    """Writes a model's network for Deepness.

    Args:
        output: File to write, `.onnx`.
        model_path: A RailSeg model file; None for the bundled one.
        overwrite: Whether an existing file may be replaced.

    Returns:
        `output`, `model` (its name), `classes`, `gsd_m` and `tile_px`.

    Raises:
        RailSegError: If the packages onnx and onnxscript are missing, the output can't be written or the model
            file is missing or damaged.
    """
    source = model_path or bundled_model_path()
    prepare_output(output, overwrite=overwrite, inputs=[source], endings=(".onnx",))
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise RailSegError(
            f"The export needs {' and '.join(missing)} to be installed.",
            f"Install with: python -m pip install {' '.join(missing)}.",
        )
    network, card = load_model(source)
    fuse_batch_norms(network)
    write_onnx(_ClassProbabilities(network), output, deepness_metadata(card), overwrite=overwrite)
    return {
        "output": str(output),
        "model": card.name,
        "classes": list(CLASSES),
        "gsd_m": card.gsd_m,
        "tile_px": TILE_PX,
    }


def deepness_metadata(card: ModelCard) -> dict[str, Any]:
    """The metadata that Deepness reads, under its own names, and the model's card."""
    return {
        "model_type": "Segmentor",
        "class_names": dict(enumerate(CLASSES)),
        "resolution": card.gsd_m * 100,  # centimetres
        "tile_size": TILE_PX,
        "tiles_overlap": math.ceil(100 * OVERLAP_PX / TILE_PX),  # per cent
        "seg_thresh": _MORE_LIKELY,  # it picks the likelier of the two classes: a lower threshold would change nothing
        "seg_small_segment": 0,
        "standardization_mean": [0.0] * 3,  # the network does it
        "standardization_std": [1.0] * 3,
        HEADER_KEY: asdict(card),
    }


def write_onnx(module: nn.Module, path: Path, metadata: Mapping[str, Any], *, overwrite: bool) -> None:
    """Writes a network that takes one tile to an ONNX file.

    Args:
        module: In eval mode on the CPU; takes (1, 3, 512, 512) float32 named `INPUT`, gives one tensor, `OUTPUT`.
        path: File to write.
        metadata: Written as JSON, entry by entry.
        overwrite: Whether an existing file may be replaced.

    Raises:
        RailSegError: If the file can't be written.
    """
    import onnx

    with written_aside(path, overwrite=overwrite) as aside:
        with _quiet(), torch.inference_mode():
            torch.onnx.export(
                module.eval(),
                (torch.zeros(1, 3, TILE_PX, TILE_PX),),
                aside,
                input_names=[INPUT],
                output_names=[OUTPUT],
                opset_version=_OPSET,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
        model = onnx.load(aside)
        for part in (model.graph, *model.graph.node):
            part.ClearField("metadata_props")  # paths of source files on this machine
        onnx.helper.set_model_props(model, {name: json.dumps(value) for name, value in metadata.items()})
        onnx.save(model, aside)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences the exporter's messages about its internals and about packages that nothing here needs."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
