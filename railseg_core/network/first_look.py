"""A first look at tiles: whether they may show a track. The decoder, most of the work, is for those that may."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from railseg_core.network.deeplabv3plus import CHANNELS

_HIDDEN = (64, 32)


class FirstLook(nn.Module):
    """Looks at every place of the ASPP's features by itself: three convolutions of 1x1, which cost next to nothing.

    It belongs to the weights of the network whose features it was fitted to (`train.first_look`).
    """

    level: Tensor

    def __init__(self) -> None:
        super().__init__()
        first, second = _HIDDEN
        self.layers = nn.Sequential(
            nn.Conv2d(CHANNELS, first, 1), nn.ReLU(), nn.Conv2d(first, second, 1), nn.ReLU(), nn.Conv2d(second, 1, 1)
        )
        self.register_buffer("level", torch.zeros(()))

    def forward(self, context: Tensor) -> Tensor:
        """How much each place looks like track.

        Args:
            context: (n, 256, rows, cols), see `Features`.

        Returns:
            (n, rows, cols) logits.
        """
        logits: Tensor = self.layers(context)
        return logits.squeeze(1)

    def shows_none(self, context: Tensor) -> Tensor:
        """Which tiles show no track, because no place is above the level.

        Args:
            context: (n, 256, rows, cols), see `Features`.

        Returns:
            (n,) bool; False where a place is NaN.
        """
        is_low: Tensor = self(context) <= self.level
        return is_low.all(dim=(1, 2))
