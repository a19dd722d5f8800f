"""U-Net, and a light version of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from railseg_core.network.layers import ConvBNAct, separable_conv

CLASSES = 2
CHANNELS = (64, 128, 256, 512, 1024)
LIGHT_CHANNELS = (32, 64, 128, 256, 512)


class UNet(nn.Module):
    """Five levels of two 3x3 convolutions, down by pooling, up by transposed convolutions, joined level by level.

    Unlike in the publication, convolutions are padded, so that the output has the input's size, and normalised.

    Args:
        channels: Channels of every level, the finest first.
        is_separable: Whether the 3x3 convolutions are depthwise separable.
    """

    def __init__(self, channels: Sequence[int] = CHANNELS, *, is_separable: bool = False) -> None:
        super().__init__()

        def double(in_channels: int, out_channels: int) -> nn.Sequential:
            sides = ((in_channels, out_channels), (out_channels, out_channels))
            return nn.Sequential(*(separable_conv(*s) if is_separable else ConvBNAct(*s, 3) for s in sides))

        self.pool = nn.MaxPool2d(2)
        self.down = nn.ModuleList(double(above, here) for above, here in pairwise((3, *channels)))
        steps = [(here, above) for above, here in pairwise(channels)][::-1]
        self.up = nn.ModuleList(nn.ConvTranspose2d(here, above, 2, stride=2) for here, above in steps)
        self.join = nn.ModuleList(double(2 * above, above) for _, above in steps)
        self.classify = nn.Conv2d(channels[0], CLASSES, 1)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, rows, cols) to logits (n, 2, rows, cols) of background and track; sides multiples of 16."""
        levels: list[Tensor] = []
        x = image
        for layers in self.down:
            x = layers(self.pool(x) if levels else x)
            levels.append(x)
        for up, join, beside in zip(self.up, self.join, levels[-2::-1], strict=True):
            x = join(torch.cat([up(x), beside], dim=1))
        logits: Tensor = self.classify(x)
        return logits


def light_unet() -> UNet:
    """A U-Net with half the channels, and separable convolutions: the paper does not say what its L-UNet is."""
    return UNet(LIGHT_CHANNELS, is_separable=True)
