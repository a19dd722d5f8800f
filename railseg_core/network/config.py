"""Configuration, input and output of networks of the paper's architecture; needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OUTPUTS = ("background", "track", "axis")
PIXEL_MEAN = 128.0
PIXEL_SCALE = 127.0


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """What may differ between two networks of this architecture.

    Attributes:
        decoder: The two 3x3 convolutions: `dense` as in the paper, or depthwise `separable`.
        kernel_channels: Compressed channels of the second CARAFE's kernel encoder (64 in the paper).
    """

    decoder: Literal["dense", "separable"] = "dense"
    kernel_channels: int = 64


VARIANTS = {"faithful": NetworkConfig(), "lite": NetworkConfig(decoder="separable", kernel_channels=16)}
