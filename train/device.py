"""Where to train."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError

import torch

MAX_WORKERS = 8


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


def workers_for(device: str) -> int:
    """How many processes make crops fast enough: one beside a processor; a card takes more than they can make."""
    return max(1, min(MAX_WORKERS, (os.cpu_count() or 1) - 1)) if is_cuda(device) else 1
