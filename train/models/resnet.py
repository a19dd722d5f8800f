"""ResNet-50 at output stride 16: DeepLabV3's encoder."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from railseg_core.network.layers import ConvBNAct

HIGH_LEVEL_CHANNELS = 2048
_EXPANSION = 4
# Width, blocks, stride of the first, dilation: as published, but with dilation instead of the last stride of 2.
_STAGES = ((64, 3, 1, 1), (128, 4, 2, 1), (256, 6, 2, 1), (512, 3, 1, 2))


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 to four times the width, with a skip that is projected where the shape changes."""

    def __init__(self, in_channels: int, width: int, stride: int, dilation: int) -> None:
        super().__init__()
        out_channels = width * _EXPANSION
        self.layers = nn.Sequential(
            ConvBNAct(in_channels, width),
            ConvBNAct(width, width, 3, stride=stride, dilation=dilation),
            ConvBNAct(width, out_channels, activation=None),
        )
        has_same_shape = stride == 1 and in_channels == out_channels
        self.skip = (
            nn.Identity() if has_same_shape else ConvBNAct(in_channels, out_channels, stride=stride, activation=None)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, in, rows, cols) to (n, 4 width, rows / stride, cols / stride)."""
        y: Tensor = self.layers(x)
        return functional.relu(y + self.skip(x))


class ResNet50(nn.Module):
    """The feature extractor, without pooling and classifier."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [ConvBNAct(3, 64, 7, stride=2), nn.MaxPool2d(3, stride=2, padding=1)]
        channels = 64
        for width, count, first_stride, dilation in _STAGES:
            for number in range(count):
                layers.append(Bottleneck(channels, width, 1 if number else first_stride, dilation))
                channels = width * _EXPANSION
        self.layers = nn.Sequential(*layers)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, rows, cols) to (n, 2048, rows / 16, cols / 16); rows and cols multiples of 16."""
        y: Tensor = self.layers(image)
        return y
