"""CARAFE: content-aware reassembly of features, the paper's x4 upsampling (its section 2.5 and figure 5).

Every output pixel is a weighted mean of the 5x5 source pixels around it, with weights predicted from the content.
A source pixel's 4x4 output pixels share one window, so the operation is a batch of small matrix products,
(16 x 25) kernels times (25 x channels) windows, a few rows at a time so that the copied windows stay in cache.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

SCALE = 4
KERNEL = 5
_TAPS = KERNEL * KERNEL
_SUBPIXELS = SCALE * SCALE
_PAD = KERNEL // 2
_WINDOW_BYTES = 1 << 20  # copied windows per product: within a core's second-level cache
_GPU_WINDOW_BYTES = 1 << 28  # a GPU wants few, large products
_GPU_MATRICES = 1 << 15  # with more than 65,535 in one product, some libraries have got the rest wrong


def _rows_at_once(padded: Tensor, cols: int) -> int:
    row_bytes = padded.shape[0] * cols * _TAPS * padded.shape[3] * padded.element_size()
    if padded.device.type == "cpu":
        return max(1, _WINDOW_BYTES // row_bytes)
    return max(1, min(_GPU_WINDOW_BYTES // row_bytes, _GPU_MATRICES // (padded.shape[0] * cols)))


def _windows(padded: Tensor, first: int, last: int) -> Tensor:
    """The 5x5 windows of source rows `first` to `last`: (n * rows * cols, 25, channels)."""
    view = padded[:, first : last + 2 * _PAD].unfold(1, KERNEL, 1).unfold(2, KERNEL, 1)
    return view.permute(0, 1, 2, 4, 5, 3).reshape(-1, _TAPS, padded.shape[3])


def _subpixel_rows(fine: Tensor, first: int, last: int) -> Tensor:
    """(n, 4 rows, 4 cols, channels) seen as (n, last - first, cols, 4, 4, channels), a view."""
    n, rows, cols, channels = fine.shape
    view = fine.view(n, rows // SCALE, SCALE, cols // SCALE, SCALE, channels)[:, first:last]
    return view.permute(0, 1, 3, 2, 4, 5)


class _Reassemble(torch.autograd.Function):
    """Forward as described above; backward as two matrix products and 25 shifted additions."""

    @staticmethod
    def forward(ctx: Any, padded: Tensor, kernels: Tensor) -> Tensor:
        ctx.save_for_backward(padded, kernels)
        n, rows, cols = kernels.shape[:3]
        channels = padded.shape[3]
        fine = padded.new_empty((n, rows * SCALE, cols * SCALE, channels))
        step = _rows_at_once(padded, cols)
        for first in range(0, rows, step):
            last = min(rows, first + step)
            weights = kernels[:, first:last].reshape(-1, _SUBPIXELS, _TAPS)
            values = torch.bmm(weights, _windows(padded, first, last))
            target = _subpixel_rows(fine, first, last)
            target.copy_(values.view(target.shape))
        return fine

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, Tensor]:
        padded, kernels = ctx.saved_tensors
        grad_fine = grad_outputs[0].contiguous()
        n, rows, cols = kernels.shape[:3]
        channels = padded.shape[3]
        grad_padded = torch.zeros_like(padded)
        grad_kernels = torch.empty_like(kernels)
        step = _rows_at_once(padded, cols)
        for first in range(0, rows, step):
            last = min(rows, first + step)
            grad = _subpixel_rows(grad_fine, first, last).reshape(-1, _SUBPIXELS, channels)
            windows = _windows(padded, first, last)
            weights = kernels[:, first:last].reshape(-1, _SUBPIXELS, _TAPS)
            grad_kernels[:, first:last] = torch.bmm(grad, windows.transpose(1, 2)).view(
                n, last - first, cols, _SUBPIXELS, _TAPS
            )
            grad_windows = torch.bmm(weights.transpose(1, 2), grad).view(n, last - first, cols, _TAPS, channels)
            for tap in range(_TAPS):
                dy, dx = divmod(tap, KERNEL)
                grad_padded[:, first + dy : last + dy, dx : dx + cols] += grad_windows[:, :, :, tap]
        return grad_padded, grad_kernels


def reassemble(values: Tensor, kernels: Tensor) -> Tensor:
    """Upsamples by 4, every output pixel the given weighted mean of its 5x5 source window.

    The border is replicated: with zeros the kernels lose up to 64 % of their mass at a tile's corners.

    Args:
        values: (n, channels, rows, cols) float.
        kernels: (n, rows, cols, 16, 25) float, weights by sub-pixel (row-major in the 4x4) and tap (row-major in
            the 5x5); each 25 sum to 1.

    Returns:
        (n, channels, 4 rows, 4 cols), channels last in memory.
    """
    # Apple's MPS has given wrong results with views of views.
    if torch.compiler.is_exporting() or values.device.type == "mps":
        return _reassemble_in_plain_operations(values, kernels)
    padded = functional.pad(values, (_PAD,) * 4, mode="replicate").permute(0, 2, 3, 1).contiguous()
    fine: Tensor = _Reassemble.apply(padded, kernels.to(padded.dtype).contiguous())  # type: ignore[no-untyped-call]
    return fine.permute(0, 3, 1, 2)


def _reassemble_in_plain_operations(values: Tensor, kernels: Tensor) -> Tensor:
    """`reassemble` in one piece, with operations that other formats support too: 25 shifted copies and one product."""
    n, channels, rows, cols = values.shape
    padded = functional.pad(values, (_PAD,) * 4, mode="replicate").permute(0, 2, 3, 1)
    taps = [padded[:, dy : dy + rows, dx : dx + cols] for dy in range(KERNEL) for dx in range(KERNEL)]
    fine = torch.matmul(kernels, torch.stack(taps, dim=3)).view(n, rows, cols, SCALE, SCALE, channels)
    return fine.permute(0, 5, 1, 3, 2, 4).reshape(n, channels, rows * SCALE, cols * SCALE)


def _bilinear_taps() -> Tensor:
    """(16, 25): the weights that make CARAFE the bilinear x4 upsampling (pixel centres, not corners, aligned)."""
    offsets = (torch.arange(SCALE) + 0.5) / SCALE - 0.5
    taps = torch.arange(KERNEL) - _PAD
    weights_1d = (1 - (offsets[:, None] - taps).abs()).clamp(min=0)
    return torch.einsum("iy,jx->ijyx", weights_1d, weights_1d).reshape(_SUBPIXELS, _TAPS)


class Carafe(nn.Module):
    """Kernel prediction and reassembly, x4.

    Kernel channels are stored sub-pixel-major, tap-minor: in channels-last memory the softmax then runs over
    contiguous numbers and the kernels are ready-made matrices.

    Args:
        in_channels: Channels of the features the kernels are predicted from.
        compressed_channels: Channels of the compressed map before the 3x3 kernel encoder.
    """

    def __init__(self, in_channels: int, compressed_channels: int = 64) -> None:
        super().__init__()
        self.compress = nn.Conv2d(in_channels, compressed_channels, 1)
        self.encode = nn.Conv2d(compressed_channels, _SUBPIXELS * _TAPS, 3, padding=1)
        nn.init.xavier_uniform_(self.compress.weight)
        nn.init.zeros_(self.compress.bias)  # type: ignore[arg-type]  # created with a bias above
        nn.init.normal_(self.encode.weight, std=1e-3)
        # The usual initialisation is nearly a 5x5 box blur, which thin rails don't survive: start as bilinear instead.
        with torch.no_grad():
            self.encode.bias.copy_(torch.log(_bilinear_taps().flatten() + 1e-6))  # type: ignore[union-attr]

    def kernels(self, features: Tensor) -> Tensor:
        """(n, in, rows, cols) to kernels (n, rows, cols, 16, 25), each 25 summing to 1."""
        encoded = self.encode(self.compress(features)).permute(0, 2, 3, 1)
        n, rows, cols, _ = encoded.shape
        kernels: Tensor = encoded.reshape(n, rows, cols, _SUBPIXELS, _TAPS).softmax(dim=-1)
        return kernels

    def forward(self, features: Tensor, values: Tensor | None = None) -> Tensor:
        """Upsamples by 4.

        Args:
            features: (n, in, rows, cols); the kernels come from these.
            values: (n, channels, rows, cols) to upsample; the features themselves if None.

        Returns:
            (n, channels, 4 rows, 4 cols).
        """
        return reassemble(features if values is None else values, self.kernels(features))
