"""DeepLabV3 with ResNet-50, and the product's own DeepLabV3+ with other encoders and upsampling."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn
from torch.nn import functional

from railseg_core.network.aspp import ASPP
from railseg_core.network.carafe import SCALE
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus
from railseg_core.network.layers import ConvBNAct
from train.models import mobilenetv2, resnet

CLASSES = 2
_FEATURES = 256
_STRIDE = 16

Encoder = Literal["mobilenetv2", "mobilenetv3"]
Upsampling = Literal["bilinear", "carafe"]


class Bilinear(nn.Module):
    """Upsampling by 4 in place of a `Carafe`."""

    def forward(self, features: Tensor, values: Tensor | None = None) -> Tensor:
        """Upsamples `values`, or the features themselves: (n, channels, 4 rows, 4 cols)."""
        return functional.interpolate(features if values is None else values, scale_factor=SCALE, mode="bilinear")


def deeplabv3plus(encoder: Encoder, upsampling: Upsampling) -> DeepLabV3Plus:
    """The product's network in its variant `faithful`, for background and track only.

    Args:
        encoder: Encoder; MobileNetV2 feeds 320 channels to the ASPP, MobileNetV3-Large 160.
        upsampling: Upsampling in both places.
    """
    network = DeepLabV3Plus(VARIANTS["faithful"])
    network.classify = nn.Conv2d(network.classify.in_channels, CLASSES, 1)
    if encoder == "mobilenetv2":
        low_channels = network.project_low.conv.out_channels
        network.add_module("encoder", mobilenetv2.MobileNetV2())
        network.aspp = ASPP(mobilenetv2.HIGH_LEVEL_CHANNELS, _FEATURES)
        network.project_low = ConvBNAct(mobilenetv2.LOW_LEVEL_CHANNELS, low_channels)
    if upsampling == "bilinear":
        network.add_module("upsample_features", Bilinear())
        network.add_module("upsample_logits", Bilinear())
    return network


class DeepLabV3(nn.Module):
    """ResNet-50, ASPP, one 3x3 convolution, and bilinear upsampling by 16: no decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = resnet.ResNet50()
        self.aspp = ASPP(resnet.HIGH_LEVEL_CHANNELS, _FEATURES)
        self.head = ConvBNAct(_FEATURES, _FEATURES, 3)
        self.classify = nn.Conv2d(_FEATURES, CLASSES, 1)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, rows, cols) to logits (n, 2, rows, cols) of background and track; sides multiples of 16."""
        logits = self.classify(self.head(self.aspp(self.encoder(image))))
        return functional.interpolate(logits, scale_factor=_STRIDE, mode="bilinear")
