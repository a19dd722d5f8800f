"""The paper's network: DeepLabV3+ with a MobileNetV3 encoder and CARAFE upsampling (its section 2.2, figure 2)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from railseg_core.network.aspp import ASPP
from railseg_core.network.carafe import Carafe
from railseg_core.network.config import OUTPUTS, PIXEL_MEAN, PIXEL_SCALE, NetworkConfig
from railseg_core.network.layers import ConvBNAct, separable_conv
from railseg_core.network.mobilenetv3 import HIGH_LEVEL_CHANNELS, LOW_LEVEL_CHANNELS, MobileNetV3Large

CHANNELS = 256
"""Of the ASPP's features and in the decoder."""
_LOW_LEVEL_PROJECTED = 48


class Features(NamedTuple):
    """What the encoder and the ASPP give the decoder.

    Attributes:
        low: (n, 24, rows / 4, cols / 4), the low-level features.
        context: (n, 256, rows / 16, cols / 16), the ASPP's.
    """

    low: Tensor
    context: Tensor


class DeepLabV3Plus(nn.Module):
    """Logits of background, track and axis for every pixel.

    The classifier comes before the last CARAFE: reassembly applies the same kernel to every channel and the
    kernels sum to 1, so the order doesn't affect the result, and 3 channels are upsampled instead of 256.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = MobileNetV3Large()
        self.aspp = ASPP(HIGH_LEVEL_CHANNELS, CHANNELS)
        self.upsample_features = Carafe(CHANNELS)
        self.project_low = ConvBNAct(LOW_LEVEL_CHANNELS, _LOW_LEVEL_PROJECTED)
        fused = CHANNELS + _LOW_LEVEL_PROJECTED
        if config.decoder == "dense":
            self.decode = nn.Sequential(ConvBNAct(fused, CHANNELS, 3), ConvBNAct(CHANNELS, CHANNELS, 3))
        else:
            self.decode = nn.Sequential(separable_conv(fused, CHANNELS), separable_conv(CHANNELS, CHANNELS))
        self.classify = nn.Conv2d(CHANNELS, len(OUTPUTS), 1)
        self.upsample_logits = Carafe(CHANNELS, config.kernel_channels)

    def forward(self, image: Tensor) -> Tensor:
        """Logits.

        Args:
            image: (n, 3, rows, cols) float, RGB normalised as (value - 128) / 127; rows and cols multiples of 16.

        Returns:
            (n, 3, rows, cols): background and track are a softmax's two logits, axis a sigmoid's one.
        """
        return self.logits(self.features(image))

    def features(self, image: Tensor) -> Features:
        """The encoder's and the ASPP's features of an image as in `forward`."""
        low, high = self.encoder(image)
        return Features(low, self.aspp(high))

    def logits(self, features: Features) -> Tensor:
        """The decoder: features to logits as in `forward`."""
        context = self.upsample_features(features.context)
        decoded = self.decode(torch.cat([context, self.project_low(features.low)], dim=1))
        logits: Tensor = self.upsample_logits(decoded, self.classify(decoded))
        return logits


def normalise(pixels: Tensor) -> Tensor:
    """The network's input: 0 to 255 of any shape and float type to about -1 to 1."""
    return (pixels - PIXEL_MEAN) / PIXEL_SCALE


def probabilities(logits: Tensor) -> Tensor:
    """P(track) and P(axis): (n, 3, rows, cols) logits to (n, 2, rows, cols) in 0 to 1."""
    return torch.stack([logits[:, 1] - logits[:, 0], logits[:, 2]], dim=1).sigmoid()


def fuse_batch_norms(module: nn.Module) -> None:
    """Folds every batch norm into the convolution before it, in place; the module must be in eval mode."""
    for layer in module.modules():
        if isinstance(layer, ConvBNAct):
            layer.fuse()
