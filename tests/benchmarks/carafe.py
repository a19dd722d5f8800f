"""RailSeg's CARAFE against the form that is usual in public code."""

from __future__ import annotations

import time
from statistics import median

import torch

from railseg_core.network.carafe import reassemble
from tests.benchmarks.plain_network import unfolded


def carafe_ratio(channels: int, side: int) -> float:
    """How many times as long the usual form takes; both give the same result."""
    torch.manual_seed(0)
    values = torch.randn(1, channels, side, side).contiguous(memory_format=torch.channels_last)
    kernels = torch.randn(1, side, side, 16, 25).softmax(dim=-1)
    torch.testing.assert_close(unfolded(values, kernels), reassemble(values, kernels), rtol=1e-4, atol=1e-5)
    seconds: dict[str, list[float]] = {"usual": [], "ours": []}
    for _ in range(5):
        for name, form in (("usual", unfolded), ("ours", reassemble)):
            started = time.perf_counter()
            form(values, kernels)
            seconds[name].append(time.perf_counter() - started)
    return median(seconds["usual"]) / median(seconds["ours"])
