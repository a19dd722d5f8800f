"""Atrous spatial pyramid pooling: context at several distances (the paper's section 2.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from railseg_core.network.layers import ConvBNAct

# DeepLab's rule for output stride 16; larger rates outgrow a 32x32 map.
ATROUS_RATES = (6, 12, 18)


class ASPP(nn.Module):
    """One 1x1 branch, three dilated 3x3 branches and the picture's mean, projected together."""

    def __init__(self, in_channels: int, out_channels: int = 256) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [
                ConvBNAct(in_channels, out_channels),
                *(ConvBNAct(in_channels, out_channels, 3, dilation=rate) for rate in ATROUS_RATES),
            ]
        )
        self.image_pool = ConvBNAct(in_channels, out_channels)
        self.project = ConvBNAct(out_channels * (len(self.branches) + 1), out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """(n, in, rows, cols) to (n, out, rows, cols)."""
        features = [branch(x) for branch in self.branches]
        mean = self.image_pool(x.mean(dim=(2, 3), keepdim=True))
        # In the others' memory layout: merely expanded, it would cause all of them to be rearranged, twice.
        spread = torch.zeros_like(features[0]) + mean
        fused: Tensor = self.project(torch.cat([*features, spread], dim=1))
        return fused
