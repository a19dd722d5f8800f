"""The network in ONNX Runtime, with P(axis) in place of the P(background) that `railseg export-onnx` gives.

    python -m tests.benchmarks.onnx_network OURS.onnx PLAIN.onnx

Writes the network as RailSeg exports it, and as the exporter makes it from `plain_network`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import onnxruntime

from railseg_core.network.model_card import bundled_model_path, read_card

if TYPE_CHECKING:  # the loop with ONNX Runtime needs no torch
    from torch import Tensor, nn


def export(network: nn.Module, path: Path) -> None:
    """Writes the ONNX file of a network that gives logits."""
    from torch import nn

    from railseg_core.network.deeplabv3plus import normalise, probabilities
    from railseg_core.onnx_export import PIXEL_MAX, write_onnx

    class Probabilities(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, image: Tensor) -> Tensor:
            return probabilities(self.network(normalise(image * PIXEL_MAX)))

    write_onnx(Probabilities(), path, {}, overwrite=True)


def export_ours(model_path: Path, path: Path) -> None:
    """Writes a model's network in RailSeg's own form."""
    from railseg_core.network.deeplabv3plus import fuse_batch_norms
    from railseg_core.network.model_file import load_model

    network, _ = load_model(model_path)
    fuse_batch_norms(network)
    export(network, path)


def export_plain(model_path: Path, path: Path) -> None:
    """Writes a model's network in the form of public code; ONNX Runtime folds the batch norms itself."""
    from railseg_core.network.model_file import load_model
    from tests.benchmarks.plain_network import PlainNetwork

    export(PlainNetwork(load_model(model_path)[0]), path)


class OnnxPredictor:
    """P(track) and P(axis) of a tile, on as many threads as torch takes; torch itself is not loaded."""

    def __init__(self, model_path: Path, onnx_path: Path) -> None:
        self.card = read_card(model_path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0))
        self._session = onnxruntime.InferenceSession(onnx_path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def __call__(self, tile: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """uint8 (3, 512, 512) to float32 (2, 512, 512)."""
        (found,) = self._session.run(None, {self._input: tile[np.newaxis].astype(np.float32) / 255})
        return np.asarray(found)[0]


if __name__ == "__main__":
    export_ours(bundled_model_path(), Path(sys.argv[1]))
    export_plain(bundled_model_path(), Path(sys.argv[2]))
