"""The building blocks of all parts of the network."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


class ConvBNAct(nn.Module):
    """Convolution without bias, batch norm, activation; "same" padding for odd kernels.

    Args:
        in_channels: Channels of the input (n, in_channels, rows, cols).
        out_channels: Channels of the output.
        kernel_size: Odd kernel size in pixels.
        stride: Stride in pixels.
        dilation: Spacing of the kernel's taps.
        groups: 1 for a dense convolution, `in_channels` for a depthwise one.
        activation: Layer class applied in place at the end; None for none.
        eps: Batch norm's epsilon.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 1,
        *,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
        activation: type[nn.ReLU | nn.ReLU6 | nn.Hardswish] | None = nn.ReLU,
        eps: float = 1e-5,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            padding=dilation * (kernel_size - 1) // 2,
            dilation=dilation,
            groups=groups,
            bias=False,
        )
        self.norm: nn.Module = nn.BatchNorm2d(out_channels, eps=eps)
        self.activation = activation(inplace=True) if activation is not None else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(n, in, rows, cols) to (n, out, rows / stride, cols / stride)."""
        y: Tensor = self.activation(self.norm(self.conv(x)))
        return y

    def fuse(self) -> None:
        """Folds the batch norm into the convolution, in place; the layer must be in eval mode."""
        if isinstance(self.norm, nn.BatchNorm2d):
            self.conv = fuse_conv_bn_eval(self.conv, self.norm)
            self.norm = nn.Identity()


def separable_conv(in_channels: int, out_channels: int) -> nn.Sequential:
    """Depthwise 3×3, then pointwise convolution, each with batch norm and ReLU: a light substitute for a dense one."""
    return nn.Sequential(
        ConvBNAct(in_channels, in_channels, 3, groups=in_channels),
        ConvBNAct(in_channels, out_channels),
    )


def choose_onednn(module: nn.Module) -> None:
    """Makes torch use oneDNN for pointwise convolutions even if a single thread runs the network on a CPU, in place.

    Otherwise torch then takes an older kernel, which copies more and multiplies more slowly: the whole network takes an
    eighth longer with AVX2 and half as long again with AVX-512. It always leaves dilated convolutions to oneDNN, and
    dilation, which spreads a kernel's taps, has no effect on a pointwise one with its single tap.
    """
    if not torch.backends.mkldnn.is_available():
        return
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d) and layer.kernel_size == (1, 1):
            layer.dilation = (2, 2)
