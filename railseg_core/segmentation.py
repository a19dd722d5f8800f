"""From pixels to probabilities: the model on the local GPU or CPU, tile by tile."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Condition
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from railseg_core.arrays import UInt8Array
from railseg_core.errors import RailSegError
from railseg_core.network.deeplabv3plus import fuse_batch_norms, normalise, probabilities
from railseg_core.network.layers import choose_onednn
from railseg_core.network.model_file import load_model
from railseg_core.reporting import Reporter, Silent

DEVICES = ("auto", "cpu", "cuda", "mps")
_BATCH_TILES = {"cpu": 1, "cuda": 8, "mps": 2}
_MOST_PARALLEL = 8
"""A tile being predicted takes 140 MB: on many cores some share one."""
_MOST_READERS = 8


def choose_device(name: str = "auto") -> str:
    """The device to run on: `cuda`, `mps` or `cpu`.

    Args:
        name: One of `DEVICES`; `auto` takes the first there is of CUDA, Apple's MPS and the CPU.

    Raises:
        RailSegError: If the name is unknown or the machine has no such device.
    """
    available = available_devices()
    if name == "auto":
        return available[0]
    if name not in DEVICES:
        raise RailSegError(f"There is no device called {name!r}.", f"Choose one of {', '.join(DEVICES)}.")
    if name not in available:
        raise RailSegError(
            f"The device {name} isn't available to torch {torch.__version__} on this machine.",
            f"Choose one of auto, {', '.join(available)}.",
        )
    return name


@cache
def available_devices() -> tuple[str, ...]:
    """The devices torch can use here, fastest first; the CPU is always the last."""
    found = []
    if torch.cuda.is_available() and _works("cuda"):
        found.append("cuda")
    if torch.backends.mps.is_available() and _works("mps"):
        found.append("mps")
    return (*found, "cpu")


def _works(device: str) -> bool:
    """Whether torch really runs there: it also counts cards for which it brings no kernels."""
    try:
        return bool((torch.ones(1, device=device) + 1).cpu() == 2)
    except RuntimeError:
        return False


def device_description(device: str) -> str:
    """The device with its name or its number of threads, for a person."""
    if device == "cuda":
        return f"cuda ({torch.cuda.get_device_name()})"
    if device == "cpu":
        return f"cpu ({torch.get_num_threads()} threads)"
    return device


class _ProbabilityNetwork(nn.Module):
    """Pixels in, probabilities out, both as bytes: what the device does in one go."""

    def __init__(self, network: nn.Module, dtype: torch.dtype) -> None:
        super().__init__()
        self.network = network
        self.dtype = dtype

    def forward(self, tiles: Tensor) -> Tensor:
        """(n, 3, rows, cols) uint8 to (n, 2, rows, cols) uint8, 0 to 255 for 0 to 1."""
        logits = self.network(normalise(tiles.to(self.dtype)))
        return (probabilities(logits.float()) * 255).round().to(torch.uint8)


class _Placed(NamedTuple):
    """The network on a device, and how its input lies in memory there."""

    device: str
    network: _ProbabilityNetwork
    layout: torch.memory_format


class _Attempt(NamedTuple):
    """Where a batch is tried, of how many tiles at most, and whether no other thread's may run meanwhile."""

    placed: _Placed
    tiles: int
    alone: bool


class Segmenter:
    """A loaded model on a device. Several threads may use it.

    Attributes:
        card: The model's.
        batch_tiles: How many tiles the device does in one go.
    """

    def __init__(self, model_path: Path, device: str = "auto", reporter: Reporter | None = None) -> None:
        """Loads the model: batch norms folded, channels last, half precision on CUDA.

        Args:
            model_path: A RailSeg model file.
            device: One of `DEVICES`.
            reporter: Told when memory isn't enough.

        Raises:
            RailSegError: From `load_model` and `choose_device`.
        """
        chosen = choose_device(device)
        self._fused, self.card = load_model(model_path)
        fuse_batch_norms(self._fused)
        self._reporter = reporter or Silent()
        self._change = Condition()
        self._running = 0
        self._one_at_a_time = False
        self.batch_tiles = _BATCH_TILES[chosen]
        self._put_on(chosen)

    @property
    def device(self) -> str:
        """`cuda`, `mps` or `cpu`: the one chosen, or the CPU since its memory was not enough."""
        return self._placed.device

    @property
    def parallel_batches(self) -> int:
        """From how many threads at a time `predict` is best called: on CUDA one prepares while the other computes."""
        return {"cpu": min(torch.get_num_threads(), _MOST_PARALLEL), "cuda": 2}.get(self.device, 1)

    @property
    def readers(self) -> int:
        """How many threads must read to keep the device busy: one for eight cores that predict, several for a GPU."""
        if self.device == "cpu":
            return max(1, torch.get_num_threads() // 8)
        return min(os.cpu_count() or 1, _MOST_READERS)

    @contextmanager
    def threads_divided(self) -> Iterator[None]:
        """For the block under it: torch's threads are divided among `parallel_batches` callers of `predict`."""
        threads = torch.get_num_threads()
        torch.set_num_threads(max(1, threads // self.parallel_batches))
        try:
            yield
        finally:
            torch.set_num_threads(threads)

    def predict(self, tiles: UInt8Array) -> UInt8Array:
        """Probabilities of tiles.

        Where the device's memory isn't enough, it takes half as many tiles at a time, then one thread's alone; where
        that is too much, the CPU goes on in its place. The reporter is told.

        Args:
            tiles: (n, 3, rows, cols) uint8 RGB at the model's GSD.

        Returns:
            (n, 2, rows, cols) uint8, P(track) and P(axis), 0 to 255 for 0 to 1.

        Raises:
            RailSegError: If the device can't do it.
        """
        parts: list[UInt8Array] = []
        first = 0
        while first < len(tiles):
            with self._attempt() as attempt:
                batch = tiles[first : first + attempt.tiles]
                try:
                    parts.append(_predict_batch(attempt.placed, batch))
                except RuntimeError as error:
                    if not _is_out_of_memory(error) or not self._make_do_with_less(attempt, len(batch)):
                        raise RailSegError(
                            f"{device_description(attempt.placed.device)} could not run the model: "
                            f"{str(error).splitlines()[0]}.",
                            "Close other programs that use it, or choose the device cpu.",
                        ) from error
                else:
                    first += len(batch)
        return np.concatenate(parts)

    @contextmanager
    def _attempt(self) -> Iterator[_Attempt]:
        """Another thread's may run at the same time, unless memory has been too short for that."""
        with self._change:
            self._change.wait_for(lambda: not (self._one_at_a_time and self._running))
            self._running += 1
            attempt = _Attempt(self._placed, self.batch_tiles, self._one_at_a_time)
        try:
            yield attempt
        finally:
            with self._change:
                self._running -= 1
                self._change.notify_all()

    def _make_do_with_less(self, failed: _Attempt, tiles: int) -> bool:
        """Takes fewer tiles at a time, one thread's at a time, or the CPU; False where nothing is left."""
        device = device_description(failed.placed.device)
        with self._change:
            if failed != _Attempt(self._placed, self.batch_tiles, self._one_at_a_time):
                return True  # another thread has done it meanwhile
            if tiles > 1:
                self.batch_tiles = tiles // 2
                self._reporter.log("warning", f"{device} is out of memory: batches of {tiles // 2} from now on.")
            elif not self._one_at_a_time:
                self._one_at_a_time = True  # what others were at may be all that was in the way
                self._reporter.log("warning", f"{device} is out of memory: one batch after the other from now on.")
            elif failed.placed.device != "cpu":
                self._reporter.log("warning", f"{device} is out of memory: the CPU goes on, which takes much longer.")
                self._put_on("cpu")
            else:
                return False
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        return True

    def _put_on(self, device: str) -> None:
        """Places a copy of the network, so that a thread that still runs the one before can end with it.

        Half precision on CUDA, channels last but for MPS, which has had wrong results with them.
        """
        dtype = torch.float16 if device == "cuda" else torch.float32
        layout = torch.contiguous_format if device == "mps" else torch.channels_last
        # torch's stubs don't know of all three at once.
        network = copy.deepcopy(self._fused)
        if device == "cpu":
            choose_onednn(network)
        network.to(device=device, dtype=dtype, memory_format=layout)  # type: ignore[call-overload]
        self._placed = _Placed(device, _ProbabilityNetwork(network, dtype).eval(), layout)
        self.batch_tiles = _BATCH_TILES[device]
        self._one_at_a_time = False


def _predict_batch(placed: _Placed, tiles: UInt8Array) -> UInt8Array:
    with torch.inference_mode():
        batch = torch.from_numpy(tiles)
        if placed.device == "cuda":
            batch = batch.pin_memory()  # the card fetches it by itself, while the processor goes on
        batch = batch.to(placed.device, non_blocking=placed.device == "cuda").contiguous(memory_format=placed.layout)
        result: UInt8Array = placed.network(batch).cpu().numpy()
    return result


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Every device has its own name for it."""
    message = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in message or "allocate memory" in message
