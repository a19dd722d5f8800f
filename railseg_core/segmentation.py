"""From pixels to probabilities: the model on the local GPU or CPU, tile by tile, within the available memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import NamedTuple

import numpy as np
import torch

from railseg_core.arrays import UInt8Array
from railseg_core.errors import RailSegError
from railseg_core.freed_memory import return_gpu_memory
from railseg_core.inference.devices import (
    available_devices,
    choose_device,
    device_description,
    in_a_line,
    unusable_devices,
)
from railseg_core.inference.placed_network import PRECISIONS, NotFiniteError, Numbers, PlacedNetwork, is_right, place
from railseg_core.network.deeplabv3plus import fuse_batch_norms
from railseg_core.network.model_file import load_first_look, load_model
from railseg_core.reporting import Reporter, Silent

_BATCH_TILES = {"cpu": 1, "cuda": 8, "mps": 2}
_MOST_PARALLEL = 8
"""Most tiles predicted at a time on a CPU, each of which takes 140 MB: with more cores, some share a tile."""
_MOST_READERS = 8
_OUT_OF_MEMORY = (
    "out of memory",
    "allocate memory",
    "alloc_failed",
    "allocation_failed",
    "cublas_status_not_initialized",
    "cudnn_status_not_initialized",
    "unable to find an engine",
    "unable to find a valid cudnn algorithm",
)
"""What devices and their libraries say when memory isn't enough, in lower case."""


class _Attempt(NamedTuple):
    """Where a batch is tried, of how many tiles at most, and whether other threads' batches must wait."""

    placed: PlacedNetwork
    tiles: int
    alone: bool


class _Failure(NamedTuple):
    """Why an attempt failed, in one line, and what may help: fewer tiles, or higher precision."""

    message: str
    is_memory: bool = False
    is_not_finite: bool = False


class Segmenter:
    """A loaded model on a device. Several threads may use it.

    Attributes:
        card: The model's card.
        batch_tiles: How many tiles the device processes at once.
        passed_over: Devices of this machine that `auto` has found unable to run it, and why, in one line.
    """

    def __init__(
        self, model_path: Path, device: str = "auto", reporter: Reporter | None = None, *, every_tile: bool = False
    ) -> None:
        """Loads the model: batch norms folded, channels last, half precision on CUDA.

        A device other than the CPU must give what the CPU gives; `auto` skips one that does not, with a warning.

        Args:
            model_path: A RailSeg model file.
            device: One of `DEVICES`.
            reporter: Receives warnings when memory isn't enough or a device is skipped.
            every_tile: Whether `predict` looks closely at every tile, even if the caller doesn't ask for it.

        Raises:
            RailSegError: From `load_model` and `choose_device`; or the named device can't run the model.
        """
        candidates = available_devices() if device == "auto" else (choose_device(device),)
        self._fused, self.card = load_model(model_path)
        fuse_batch_norms(self._fused)
        self._first_look = load_first_look(model_path)
        self._every_tile = every_tile
        self._reporter = reporter or Silent()
        self._change = Condition()
        self._running = 0
        self._one_at_a_time: bool
        self.batch_tiles: int
        self.passed_over = unusable_devices() if device == "auto" else {}
        self._used: list[str]
        self._cpu = device_description("cpu")  # with all its threads, even if they are divided when it takes over
        for unusable, reason in self.passed_over.items():
            self._reporter.log("warning", f"torch can't use the device {unusable}: {reason}. Using the next best one.")
        for candidate in candidates:
            problem = self._start_on(candidate)
            if problem is None:
                self._used = [device_description(candidate)]
                return
            told = f"{device_description(candidate)} can't run the model: {problem}"
            if candidate == candidates[-1]:
                raise RailSegError(f"{told}.", "Close other programs that use it, or choose the device cpu.")
            self.passed_over[candidate] = problem
            self._reporter.log("warning", f"{told}. Using the next best device.")

    @property
    def device(self) -> str:
        """`cuda`, `mps` or `cpu`: the one chosen, or the CPU once its memory has turned out not to be enough."""
        return self._placed.numbers.device

    @property
    def description(self) -> str:
        """The device for display, such as `cpu (4 threads)`; all of them in order if the CPU had to take over."""
        return ", then ".join(self._used)

    @property
    def parallel_batches(self) -> int:
        """The best number of threads to call `predict` from: on CUDA one prepares while the other computes."""
        return {"cpu": min(torch.get_num_threads(), _MOST_PARALLEL), "cuda": 2}.get(self.device, 1)

    @property
    def readers(self) -> int:
        """How many threads must read to keep the device busy: one for every eight predicting, several for a GPU."""
        if self.device == "cpu":
            return max(1, torch.get_num_threads() // 8)
        return min(os.cpu_count() or 1, _MOST_READERS)

    @contextmanager
    def threads_divided(self) -> Iterator[None]:
        """Divides torch's threads among `parallel_batches` callers of `predict` in the `with` block."""
        threads = torch.get_num_threads()
        torch.set_num_threads(max(1, threads // self.parallel_batches))
        try:
            yield
        finally:
            torch.set_num_threads(threads)

    def predict(self, tiles: UInt8Array, *, every_tile: bool = False) -> UInt8Array:
        """Probabilities of tiles: 0 for those that show no track at the model's first look.

        If the device's memory isn't enough, batches are halved, then run one at a time; if that is still too much, the
        CPU takes over. If half precision isn't enough, single precision is used. The reporter receives a warning.

        Args:
            tiles: (n, 3, rows, cols) uint8 RGB at the model's GSD.
            every_tile: Whether to look closely at those too.

        Returns:
            (n, 2, rows, cols) uint8, P(track) and P(axis), 0 to 255 for 0 to 1.

        Raises:
            RailSegError: If the device can't run the model, or its results are infinite or NaN.
        """
        parts: list[UInt8Array] = []
        first = 0
        while first < len(tiles):
            failure = None
            with self._attempt() as attempt:
                batch = tiles[first : first + attempt.tiles]
                if len(batch) < attempt.tiles:
                    # For each new size, a GPU's libraries prepare anew, for up to seconds, and round differently.
                    batch = np.resize(batch, (attempt.tiles, *batch.shape[1:]))
                try:
                    parts.append(attempt.placed.predict(batch, every_tile=every_tile or self._every_tile))
                except (RuntimeError, NotFiniteError) as error:
                    failure = _failure(error)
            # Outside of `except`: the error's traceback holds everything that the device has calculated so far.
            if failure is None:
                first += attempt.tiles
            elif not self._make_do(attempt, failure):
                raise RailSegError(
                    f"{device_description(attempt.placed.numbers.device)} could not run the model: {failure.message}.",
                    "Choose another model file."
                    if failure.is_not_finite
                    else "Close other programs that use it, or choose the device cpu.",
                )
        return np.concatenate(parts)[: len(tiles)]

    @contextmanager
    def _attempt(self) -> Iterator[_Attempt]:
        """An attempt to run a batch; other threads' may run at the same time, unless memory was too short for that."""
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

    def _make_do(self, failed: _Attempt, failure: _Failure) -> bool:
        """Takes fewer tiles at a time, one batch at a time, higher precision, or the CPU; False if none can help."""
        numbers = failed.placed.numbers
        device = device_description(numbers.device)
        with self._change:
            if failed != _Attempt(self._placed, self.batch_tiles, self._one_at_a_time):
                return True  # another thread has done so in the meantime
            if failure.is_not_finite:
                if numbers.dtype != torch.float16:
                    return False
                self._reporter.log("warning", f"{device} can't run the model in half precision: using single.")
                self._put_on(Numbers(numbers.device, torch.float32))
            elif not failure.is_memory:
                return False
            elif failed.tiles > 1:
                self._halve_batches()
            elif not self._one_at_a_time:
                self._one_at_a_time = True  # other threads' batches may be all that was in the way
                self._reporter.log("warning", f"{device} is out of memory: one batch at a time from now on.")
            elif numbers.device != "cpu":
                self._reporter.log("warning", f"{device} is out of memory: the CPU takes over, which is much slower.")
                self._put_on(Numbers("cpu", torch.float32))
                self._used.append(self._cpu)
            else:
                return False
        return_gpu_memory()
        return True

    def _start_on(self, device: str) -> str | None:
        """Places the network, as precise and in as small batches as need be; returns what prevents it, or None."""
        problem = None
        for dtype in PRECISIONS[device]:
            if problem is not None:
                told = f"{device_description(device)} can't run the model in half precision: {problem}."
                self._reporter.log("warning", f"{told} Using single.")
            try:
                self._put_on(Numbers(device, dtype))
                if device == "cpu" or self._is_right():
                    return None
                problem = "its results differ from the CPU's"
            except (RuntimeError, NotFiniteError) as error:
                problem = _failure(error).message
        return problem

    def _is_right(self) -> bool:
        """Whether the device gives what the CPU gives; if memory is short, with fewer tiles at a time.

        Raises:
            NotFiniteError, RuntimeError: As for `PlacedNetwork.predict`.
        """
        while True:
            try:
                return is_right(self._placed, self._fused, self._first_look, self.batch_tiles)
            except RuntimeError as error:
                if self.batch_tiles == 1 or not _failure(error).is_memory:
                    raise
            self._halve_batches()
            return_gpu_memory()

    def _halve_batches(self) -> None:
        self.batch_tiles //= 2
        device = device_description(self.device)
        self._reporter.log("warning", f"{device} is out of memory: batches of {self.batch_tiles} from now on.")

    def _put_on(self, numbers: Numbers) -> None:
        """Places a copy of the network, so that a thread that still runs the previous one can finish."""
        self._placed = place(self._fused, numbers, self._first_look)
        self.batch_tiles = _BATCH_TILES[numbers.device]
        self._one_at_a_time = False
        return_gpu_memory()


def _failure(error: RuntimeError | NotFiniteError) -> _Failure:
    if isinstance(error, NotFiniteError):
        return _Failure("its results are not finite numbers", is_not_finite=True)
    message = str(error).lower()
    is_memory = isinstance(error, torch.OutOfMemoryError) or any(words in message for words in _OUT_OF_MEMORY)
    return _Failure(in_a_line(error), is_memory=is_memory)
