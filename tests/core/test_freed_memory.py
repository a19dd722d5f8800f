"""What happens to freed memory."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from railseg_core.freed_memory import return_freed_memory

_PROGRAM = """
import sys
from railseg_core.freed_memory import keep_freed_memory, return_freed_memory
import numpy as np

def megabytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

keep_freed_memory()
before = megabytes()
array = np.ones(300_000_000, dtype=np.uint8)
del array
kept = megabytes() - before
return_freed_memory()
print(round(kept), round(megabytes() - before))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep and return memory as they like")
def test_freed_memory_is_kept_until_it_is_returned() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    kept, left = map(int, done.stdout.split())
    assert kept > 250
    assert left < 50


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_what_torch_keeps_on_a_gpu_is_returned_even_if_the_gpu_refuses(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def refuse() -> None:
        calls.append("empty_cache")
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: device == "cuda")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: device == "mps")
    monkeypatch.setattr(getattr(torch, device), "empty_cache", refuse)
    return_freed_memory()
    assert calls == ["empty_cache"]
