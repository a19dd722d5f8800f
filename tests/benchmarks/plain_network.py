"""The network as public code commonly writes it, with the same weights.

CARAFE unfolds and contracts with einsum, the last one on all 256 channels before the classifier; batch norms stay
separate, memory is in NCHW order, and every operation runs as it comes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from railseg_core.network.deeplabv3plus import DeepLabV3Plus, normalise, probabilities
from railseg_core.network.model_file import load_model


def unfolded(values: Tensor, kernels: Tensor) -> Tensor:
    """The usual form of `railseg_core.network.carafe.reassemble`, same kernels, same border."""
    n, channels, rows, cols = values.shape
    windows = functional.unfold(functional.pad(values, (2, 2, 2, 2), mode="replicate"), 5)
    windows = windows.view(n, channels, 25, rows, cols)
    fine = torch.einsum("nctrs,nrsut->ncurs", windows, kernels)
    return functional.pixel_shuffle(fine.reshape(n, channels * 16, rows, cols), 4)


class PlainNetwork(nn.Module):
    """Logits as `DeepLabV3Plus` gives them, the plain way."""

    def __init__(self, network: DeepLabV3Plus) -> None:
        super().__init__()
        self.network = network.eval()

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, rows, cols) normalised to (n, 3, rows, cols) logits."""
        net = self.network
        low, high = net.encoder(image)
        features = net.aspp(high)
        features = unfolded(features, net.upsample_features.kernels(features))
        features = net.decode(torch.cat([features, net.project_low(low)], dim=1))
        features = unfolded(features, net.upsample_logits.kernels(features))
        return net.classify(features)


class PlainPredictor:
    """P(track) and P(axis) of a tile."""

    def __init__(self, model_path: Path) -> None:
        network, self.card = load_model(model_path)
        self._network = PlainNetwork(network)

    @torch.inference_mode()
    def __call__(self, tile: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """uint8 (3, 512, 512) to float32 (2, 512, 512)."""
        image = normalise(torch.from_numpy(tile).unsqueeze(0).float())
        return probabilities(self._network(image))[0].numpy()
