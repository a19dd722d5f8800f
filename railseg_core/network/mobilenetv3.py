"""The encoder: MobileNetV3-Large at output stride 16 (the paper's section 2.3 and figure 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn

from railseg_core.network.layers import ConvBNAct

LOW_LEVEL_CHANNELS = 24
HIGH_LEVEL_CHANNELS = 160


class BlockSpec(NamedTuple):
    """One row of MobileNetV3-Large's table."""

    kernel_size: int
    expanded_channels: int
    out_channels: int
    squeeze_excite: bool
    hard_swish: bool
    stride: int
    dilation: int


# The last stage keeps stride 16: its stride 2 becomes 1 and all three of its 5x5 blocks are dilated by 2.
BLOCKS = (
    BlockSpec(3, 16, 16, False, False, 1, 1),
    BlockSpec(3, 64, 24, False, False, 2, 1),
    BlockSpec(3, 72, 24, False, False, 1, 1),  # stride 4: the low-level features
    BlockSpec(5, 72, 40, True, False, 2, 1),
    BlockSpec(5, 120, 40, True, False, 1, 1),
    BlockSpec(5, 120, 40, True, False, 1, 1),
    BlockSpec(3, 240, 80, False, True, 2, 1),
    BlockSpec(3, 200, 80, False, True, 1, 1),
    BlockSpec(3, 184, 80, False, True, 1, 1),
    BlockSpec(3, 184, 80, False, True, 1, 1),
    BlockSpec(3, 480, 112, True, True, 1, 1),
    BlockSpec(3, 672, 112, True, True, 1, 1),
    BlockSpec(5, 672, 160, True, True, 1, 2),
    BlockSpec(5, 960, 160, True, True, 1, 2),
    BlockSpec(5, 960, 160, True, True, 1, 2),
)
_LOW_LEVEL_BLOCK = 2
_STEM_CHANNELS = 16
_BN_EPS = 1e-3


def _multiple_of_8(channels: float) -> int:
    """Rounds to a multiple of 8 without going below 90 % (the rule of the MobileNet family)."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


class SqueezeExcite(nn.Module):
    """Channel attention: pooled, squeezed to a quarter, expanded, gated by h-sigmoid (equation 2)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = _multiple_of_8(channels / 4)
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.expand = nn.Conv2d(squeezed, channels, 1)
        self.relu = nn.ReLU(inplace=True)
        self.gate = nn.Hardsigmoid(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, rows, cols) to the same shape, each channel weighted by 0 to 1."""
        pooled = x.mean(dim=(2, 3), keepdim=True)
        weights: Tensor = self.gate(self.expand(self.relu(self.reduce(pooled))))
        return x * weights


class InvertedResidual(nn.Module):
    """MobileNetV3's block (figure 3): expand 1x1, depthwise, squeeze-and-excite, project 1x1, skip where it fits.

    Args:
        in_channels: Channels of the input.
        spec: The block's row of the table.
        rectifier: Activation where the row has no h-swish; MobileNetV2 has ReLU6 there.
    """

    def __init__(self, in_channels: int, spec: BlockSpec, rectifier: type[nn.ReLU | nn.ReLU6] = nn.ReLU) -> None:
        super().__init__()
        activation = nn.Hardswish if spec.hard_swish else rectifier  # h-swish is equation 1
        width = spec.expanded_channels
        self.expand = (
            ConvBNAct(in_channels, width, activation=activation, eps=_BN_EPS) if width != in_channels else nn.Identity()
        )
        self.depthwise = ConvBNAct(
            width,
            width,
            spec.kernel_size,
            stride=spec.stride,
            dilation=spec.dilation,
            groups=width,
            activation=activation,
            eps=_BN_EPS,
        )
        self.attention = SqueezeExcite(width) if spec.squeeze_excite else nn.Identity()
        self.project = ConvBNAct(width, spec.out_channels, activation=None, eps=_BN_EPS)
        self.has_skip = spec.stride == 1 and in_channels == spec.out_channels

    def forward(self, x: Tensor) -> Tensor:
        """(n, in, rows, cols) to (n, out, rows / stride, cols / stride)."""
        y: Tensor = self.project(self.attention(self.depthwise(self.expand(x))))
        return x + y if self.has_skip else y


class MobileNet(nn.Module):
    """A stem and blocks, without the classifier's last 1x1 convolution: features of two levels.

    Args:
        stem: The first convolution, of stride 2.
        blocks: What follows it, in order.
        low_level_block: The block whose output is the low level.
    """

    def __init__(self, stem: ConvBNAct, blocks: Sequence[nn.Module], low_level_block: int) -> None:
        super().__init__()
        self.stem = stem
        self.blocks = nn.ModuleList(blocks)
        self.low_level_block = low_level_block

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Features of a picture.

        Args:
            image: (n, 3, rows, cols), normalised RGB; rows and cols multiples of 16.

        Returns:
            Low-level features (n, low, rows / 4, cols / 4) and high-level ones (n, high, rows / 16, cols / 16).
        """
        x = self.stem(image)
        low = x
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index == self.low_level_block:
                low = x
        return low, x


class MobileNetV3Large(MobileNet):
    """The feature extractor: `LOW_LEVEL_CHANNELS` and `HIGH_LEVEL_CHANNELS`."""

    def __init__(self) -> None:
        stem = ConvBNAct(3, _STEM_CHANNELS, 3, stride=2, activation=nn.Hardswish, eps=_BN_EPS)
        blocks = []
        channels = _STEM_CHANNELS
        for spec in BLOCKS:
            blocks.append(InvertedResidual(channels, spec))
            channels = spec.out_channels
        super().__init__(stem, blocks, _LOW_LEVEL_BLOCK)
