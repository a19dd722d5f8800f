"""The network in ONNX Runtime: what `railseg export-onnx` writes, with P(axis) in the place of P(background).

python -m tests.benchmarks.onnx_network OUT.onnx
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from railseg_core.network.model_card import bundled_model_path, read_card


def export(model_path: Path, path: Path) -> None:
    """Writes the ONNX file of a model."""
    from torch import Tensor, nn

    from railseg_core.network.deeplabv3plus import fuse_batch_norms, normalise, probabilities
    from railseg_core.network.model_file import load_model
    from railseg_core.onnx_export import PIXEL_MAX, write_onnx

    class Probabilities(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network, _ = load_model(model_path)
            fuse_batch_norms(self.network)

        def forward(self, image: Tensor) -> Tensor:
            return probabilities(self.network(normalise(image * PIXEL_MAX)))

    write_onnx(Probabilities(), path, {}, overwrite=True)


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
    export(bundled_model_path(), Path(sys.argv[1]))
