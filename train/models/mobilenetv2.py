"""MobileNetV2 at output stride 16: the encoder of the paper's network before it is improved to MobileNetV3."""

from __future__ import annotations

from torch import nn

from railseg_core.network.layers import ConvBNAct
from railseg_core.network.mobilenetv3 import BlockSpec, InvertedResidual, MobileNet

LOW_LEVEL_CHANNELS = 24
HIGH_LEVEL_CHANNELS = 320
_STEM_CHANNELS = 32
_EXPANSION = 6
_LOW_LEVEL_BLOCK = 2

# Channels, blocks, stride of the first, dilation: as published, but with dilation instead of the last stride of 2.
_STAGES = (
    (16, 1, 1, 1),
    (24, 2, 2, 1),
    (32, 3, 2, 1),
    (64, 4, 2, 1),
    (96, 3, 1, 1),
    (160, 3, 1, 2),
    (320, 1, 1, 2),
)


class MobileNetV2(MobileNet):
    """The feature extractor: `LOW_LEVEL_CHANNELS` and `HIGH_LEVEL_CHANNELS`."""

    def __init__(self) -> None:
        stem = ConvBNAct(3, _STEM_CHANNELS, 3, stride=2, activation=nn.ReLU6)
        blocks: list[nn.Module] = []
        channels = _STEM_CHANNELS
        for out_channels, count, first_stride, dilation in _STAGES:
            for number in range(count):
                width = channels * _EXPANSION if blocks else channels
                stride = 1 if number else first_stride
                spec = BlockSpec(3, width, out_channels, False, False, stride, dilation)
                blocks.append(InvertedResidual(channels, spec, nn.ReLU6))
                channels = out_channels
        super().__init__(stem, blocks, _LOW_LEVEL_BLOCK)
