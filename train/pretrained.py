"""Initialises the encoder from published ImageNet weights of MobileNetV3-Large *minimalistic*.

Those weights have 3x3 depthwise kernels throughout, no squeeze-and-excite, ReLU, and batch norms folded into weight
and bias. Here they initialise a full MobileNetV3-Large: 3x3 kernels in the middle of 5x5 ones, squeeze-and-excite
near identity, and fresh batch norms set so that on a first batch they give what the folded ones did.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from railseg_core.errors import RailSegError
from railseg_core.network.layers import ConvBNAct
from railseg_core.network.mobilenetv3 import InvertedResidual, MobileNetV3Large, SqueezeExcite


def start_encoder(encoder: MobileNetV3Large, weights_path: Path, first_batch: Tensor) -> None:
    """Copies the weights and sets the batch norms, in place.

    Args:
        encoder: A fresh encoder.
        weights_path: The safetensors file with `stem.conv`, `blocks.N.{expand,dw,project}.conv` weights and biases.
        first_batch: (n, 3, rows, cols) float, normalised as in training: pictures to take the statistics from.

    Raises:
        RailSegError: If the file holds something else.
    """
    try:
        weights = load_file(weights_path)
    except SafetensorError as error:
        raise _unfit(weights_path, str(error)) from error
    if "stem.conv.weight" not in weights:
        raise _unfit(weights_path, "it has no stem.conv.weight")
    _start(encoder.stem, weights, "stem.conv")
    for index, block in enumerate(encoder.blocks):
        if not isinstance(block, InvertedResidual):
            raise TypeError(f"block {index} of the encoder is a {type(block).__name__}")
        if isinstance(block.expand, ConvBNAct):
            _start(block.expand, weights, f"blocks.{index}.expand.conv")
        _start(block.depthwise, weights, f"blocks.{index}.dw.conv")
        _start(block.project, weights, f"blocks.{index}.project.conv")
        if isinstance(block.attention, SqueezeExcite):
            nn.init.normal_(block.attention.expand.weight, std=1e-3)
            nn.init.constant_(block.attention.expand.bias, 3.0)  # type: ignore[arg-type]  # h-sigmoid(3) = 1
    _pass_through(encoder, first_batch)


def _unfit(path: Path, reason: str) -> RailSegError:
    return RailSegError(
        f"{path} does not hold the weights of an encoder ({reason}).",
        "Give ImageNet weights of MobileNetV3-Large minimalistic; a whole model file is for --start.",
    )


def _start(layer: ConvBNAct, weights: dict[str, Tensor], name: str) -> None:
    source = weights[f"{name}.weight"]
    target = layer.conv.weight
    margin = (target.shape[-1] - source.shape[-1]) // 2
    padded = nn.functional.pad(source, [margin] * 4)
    if padded.shape != target.shape or not isinstance(layer.norm, nn.BatchNorm2d):
        raise ValueError(f"{name} is {tuple(source.shape)}, the encoder needs {tuple(target.shape)}")
    with torch.no_grad():
        target.copy_(padded)
        layer.norm.bias.copy_(weights[f"{name}.bias"])


def _pass_through(encoder: MobileNetV3Large, first_batch: Tensor) -> None:
    """Gives every batch norm the scale and shift that undo its own normalisation, layer after layer in one pass."""

    def undo_normalising(norm: nn.Module, inputs: tuple[Tensor]) -> None:
        if isinstance(norm, nn.BatchNorm2d) and norm.running_mean is not None and norm.running_var is not None:
            variance, mean = torch.var_mean(inputs[0], dim=(0, 2, 3), correction=0)
            norm.weight.copy_(torch.sqrt(variance + norm.eps))
            norm.bias.add_(mean)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)

    hooks = [module.register_forward_pre_hook(undo_normalising) for module in encoder.modules()]
    encoder.eval()
    with torch.no_grad():
        encoder(first_batch)
    encoder.train()
    for hook in hooks:
        hook.remove()
