"""Mixed precision, where it is faster and as exact."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from train.device import is_cuda


def mixed_precision(precision: str, device: str) -> bool:
    """Whether convolutions run in bfloat16; `auto` uses it only on devices that multiply in it: others are slower."""
    if precision != "auto":
        return precision == "bfloat16"
    if is_cuda(device):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return torch.device(device).type == "cpu" and torch.cpu._is_avx512_bf16_supported()


class Float32Conv2d(nn.Conv2d):
    """A convolution that autocast leaves in float32."""

    def forward(self, x: Tensor) -> Tensor:
        """(n, in, rows, cols) to float32 (n, out, rows, cols)."""
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


def keep_depthwise_in_float32(model: nn.Module) -> None:
    """Leaves large, strided and dilated depthwise convolutions on a CPU out of mixed precision, in place.

    Their gradient in bfloat16 is up to five times as slow, and for dilated ones it is occasionally NaN (torch 2.13).
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and module.groups > 1 and module.weight.device.type == "cpu":
            is_plain = module.kernel_size[0] <= 3 and module.stride[0] == 1 and module.dilation[0] == 1
            if not is_plain:
                module.__class__ = Float32Conv2d
