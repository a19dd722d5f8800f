"""The devices the network can run on: those of this machine that torch can use, and why not the others."""

from __future__ import annotations

import warnings

import torch

from railseg_core.errors import RailSegError
from railseg_core.inference.cuda_cards import cuda_cards

DEVICES = ("auto", "cpu", "cuda", "mps")


def choose_device(name: str) -> str:
    """The device to run on: `cuda`, `mps` or `cpu`.

    Args:
        name: One of `DEVICES`; `auto` takes the first available of CUDA, Apple's MPS and the CPU.

    Raises:
        RailSegError: If the name is unknown or torch can't use such a device, with the reason.
    """
    available = available_devices()
    if name == "auto":
        return available[0]
    if name not in DEVICES:
        raise RailSegError(f"There is no device called {name!r}.", f"Choose one of {', '.join(DEVICES)}.")
    if name not in available:
        raise RailSegError(
            f"torch {torch.__version__} can't use the device {name} on this machine: {device_problem(name)}.",
            f"Choose one of auto, {', '.join(available)}.",
        )
    return name


def available_devices() -> tuple[str, ...]:
    """The devices torch can use here, fastest first; the CPU is always the last."""
    return (*(device for device in ("cuda", "mps") if device_problem(device) is None), "cpu")


def unusable_devices() -> dict[str, str]:
    """The devices that this machine has, and this torch was built for, but that torch can't use, and why, in one line.

    Such as a card whose memory other programs fill, or whose driver is too old.
    """
    built_for = {"cuda": torch.version.cuda is not None, "mps": torch.backends.mps.is_available()}
    problems = {device: device_problem(device) for device, is_built_for in built_for.items() if is_built_for}
    return {
        device: problem
        for device, problem in problems.items()
        if problem is not None and (device != "cuda" or cuda_cards())
    }


def device_problem(device: str) -> str | None:
    """Why torch can't use `cuda` or `mps` here, in one line; None if it can.

    The device is tried out: torch also lists cards that it has no kernels for or that are unavailable at the moment.
    It is tried every time, since another program may have released it.
    """
    if device == "cuda" and torch.version.cuda is None and torch.version.hip is None:
        return "it was built without CUDA"
    if device == "mps" and not torch.backends.mps.is_available():
        return "there is no Apple GPU, or macOS is too old"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the error says the same
            if device == "cuda":
                torch.cuda.init()
            works = bool((torch.ones(1, device=device) + 1).cpu() == 2)
    except Exception as error:  # of many kinds: a driver or card that is too old, a card that is in use
        return in_a_line(error)
    return None if works else "it can't add two numbers"


def device_description(device: str) -> str:
    """The device with its name or its number of threads, for display."""
    if device == "cuda":
        return f"cuda ({torch.cuda.get_device_name()})"
    if device == "cpu":
        return f"cpu ({torch.get_num_threads()} threads)"
    return device


def in_a_line(error: Exception) -> str:
    """The first line of a torch error, without its full stop."""
    return str(error).strip().partition("\n")[0].rstrip(". ") or type(error).__name__
