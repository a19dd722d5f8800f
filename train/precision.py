"""Mixed precision, where it is faster and as exact."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def mixed_precision(precision: str, device: str) -> bool:
    """Whether convolutions run in bfloat16; `auto` uses it only on devices that multiply in it: others are slower."""
    if precision == "auto" and device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if precision == "auto":
        return device == "cpu" and torch.cpu._is_avx512_bf16_supported()
    return precision == "bfloat16"


class Float32Conv2d(nn.Conv2d):
    """A convolution that autocast leaves in float32."""

    def forward(self, x: Tensor) -> Tensor:
        """(n, in, rows, cols) to float32 (n, out, rows, cols)."""
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


def keep_depthwise_in_float32(model: nn.Module) -> None:
    """Leaves large, strided and dilated depthwise convolutions out of mixed precision on the CPU, in place.

    Their gradient in bfloat16 is up to five times as slow, and for dilated ones it is occasionally NaN (torch 2.13).
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and module.groups > 1:
            is_plain = module.kernel_size[0] <= 3 and module.stride[0] == 1 and module.dilation[0] == 1
            module.__class__ = nn.Conv2d if is_plain else Float32Conv2d
