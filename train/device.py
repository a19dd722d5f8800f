"""Where to train."""

from __future__ import annotations

from argparse import ArgumentTypeError

import torch


def usable_device(name: str) -> str:
    """A torch device that can be used here, as the type of an option.

    Raises:
        ArgumentTypeError: If it can't.
    """
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:  # torch without CUDA asserts
        raise ArgumentTypeError(f"{name} cannot be used here: {str(error).splitlines()[0]}") from error
    return name


def is_cuda(device: str) -> bool:
    """Whether a torch device, such as `cuda:1`, is an NVIDIA card."""
    return torch.device(device).type == "cuda"
