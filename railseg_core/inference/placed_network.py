"""The network on a device: its memory layout, its precision, and whether its results are right."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from railseg_core.arrays import UInt8Array
from railseg_core.network.deeplabv3plus import DeepLabV3Plus, Features, normalise, probabilities
from railseg_core.network.first_look import FirstLook
from railseg_core.network.layers import choose_onednn
from railseg_core.tiling import TILE_PX

_LARGEST_DEVIATION = 0.05
"""Accepted RMS deviation of a device's logits from the CPU's, relative to their variation. Half precision gives 0.004
and bfloat16, less precise than anything that is used, 0.011; wrong results deviate by about 1."""


class Numbers(NamedTuple):
    """A device and the numbers that the network calculates with there.

    Attributes:
        device: `cpu`, `cuda` or `mps`.
        dtype: Type of its weights and features.
    """

    device: str
    dtype: torch.dtype


PRECISIONS = {"cpu": (torch.float32,), "cuda": (torch.float16, torch.float32), "mps": (torch.float32,)}
"""The types of numbers for each device, the preferred one first."""


class NotFiniteError(ArithmeticError):
    """The network gave infinity or NaN."""


@dataclass(frozen=True)
class PlacedNetwork:
    """The network on a device. Several threads may use it.

    Attributes:
        numbers: The device and its numbers.
        network: The network there, with batch norms folded.
        layout: Memory layout of its input and weights.
        first_look: Finds the tiles that show no track; None if the model has none.
    """

    numbers: Numbers
    network: DeepLabV3Plus
    layout: torch.memory_format
    first_look: FirstLook | None

    def predict(self, tiles: UInt8Array, *, every_tile: bool) -> UInt8Array:
        """Probabilities of tiles. A tile's do not depend on the others, except for rounding.

        Args:
            tiles: (n, 3, rows, cols) uint8 RGB at the model's GSD.
            every_tile: Whether to decode tiles too that show no track at a first look, whose probabilities are 0.

        Returns:
            (n, 2, rows, cols) uint8, P(track) and P(axis), 0 to 255 for 0 to 1.

        Raises:
            NotFiniteError: Values overflow the device's numbers, or the model's weights make them infinite or NaN.
            RuntimeError: From the device: its memory isn't enough, or it doesn't support an operation.
        """
        with torch.inference_mode():
            features = self._features(tiles)
            is_empty = None
            if self.first_look is not None and not every_tile:
                is_empty = self.first_look.shows_none(features.context)
            if is_empty is not None and _fetched(is_empty.all())[0]:
                return np.zeros((len(tiles), 2, *tiles.shape[2:]), dtype=np.uint8)
            logits = self.network.logits(features).float()
            values = (probabilities(logits) * 255).round().to(torch.uint8)
            if is_empty is not None:
                values.masked_fill_(is_empty[:, None, None, None], 0)
            values, is_finite = _fetched(values, logits.sum().isfinite())
            if not is_finite:
                raise NotFiniteError
            result: UInt8Array = values.numpy()
        return result

    def logits(self, tiles: UInt8Array) -> list[Tensor]:
        """Logits of tiles, float32 in the CPU's memory.

        Returns:
            (n, 3, rows, cols), all tiles decoded; and the first look's if there is one, (n, rows / 16, cols / 16).
        """
        with torch.inference_mode():
            features = self._features(tiles)
            found = [self.network.logits(features)]
            if self.first_look is not None:
                found.append(self.first_look(features.context))
            return [logits.float().cpu() for logits in found]

    def _features(self, tiles: UInt8Array) -> Features:
        batch = torch.from_numpy(tiles)
        weight = self.network.classify.weight
        if weight.is_cuda:
            batch = batch.pin_memory()  # the card fetches it by itself while the CPU continues
        batch = batch.to(weight.device, non_blocking=weight.is_cuda).contiguous(memory_format=self.layout)
        return self.network.features(normalise(batch.to(weight.dtype)))


def place(network: DeepLabV3Plus, numbers: Numbers, first_look: FirstLook | None = None) -> PlacedNetwork:
    """Copies a network, whose batch norms are folded, and its first look to a device.

    Its layout there is channels last, except on MPS, which has given wrong results with that.

    Raises:
        RuntimeError: From the device: its memory isn't enough, or it doesn't support an operation.
    """
    layout = torch.contiguous_format if numbers.device == "mps" else torch.channels_last
    placed = copy.deepcopy(network).eval()
    if numbers.device == "cpu":
        choose_onednn(placed)
    # torch's stubs don't allow all three at once.
    placed.to(device=numbers.device, dtype=numbers.dtype, memory_format=layout)  # type: ignore[call-overload]
    looking = copy.deepcopy(first_look)
    if looking is not None:
        looking.to(device=numbers.device, dtype=numbers.dtype)
    return PlacedNetwork(numbers, placed, layout, looking)


def _fetched(*tensors: Tensor) -> list[Tensor]:
    """Tensors of one device in the CPU's memory.

    On CUDA the thread sleeps until the card has them, where a plain copy would keep a core busy that could read; and it
    does not wait for what other threads have given the card in the meantime.
    """
    copies = [tensor.to("cpu", non_blocking=tensor.is_cuda) for tensor in tensors]
    if tensors[0].is_cuda:
        event = torch.cuda.Event(blocking=True)
        event.record()
        event.synchronize()
    return copies


def deviation(placed: PlacedNetwork, network: DeepLabV3Plus, first_look: FirstLook | None, tiles: int) -> float:
    """RMS deviation of a device's logits from the CPU's, relative to how much these vary: 0 to infinity.

    Args:
        placed: The network and its first look on the device; the larger deviation of the two counts.
        network: The network it was copied from, in float32 in the CPU's memory.
        first_look: The first look it was copied from, likewise.
        tiles: How many tiles the device is given at once.

    Raises:
        RuntimeError: As for `place`.
    """
    reference = place(network, Numbers("cpu", torch.float32), first_look)
    found, expected = placed.logits(np.repeat(_test_tile(), tiles, axis=0)), reference.logits(_test_tile())
    return max(map(_relative_rms, found, expected))


def is_right(placed: PlacedNetwork, network: DeepLabV3Plus, first_look: FirstLook | None, tiles: int) -> bool:
    """Whether a device gives what the CPU gives, except for rounding; see `deviation`.

    Drivers and kernels have been silently wrong: MPS in certain layouts, cards without units for half precision.

    Raises:
        NotFiniteError, RuntimeError: As for `PlacedNetwork.predict`.
    """
    return deviation(placed, network, first_look, tiles) <= _LARGEST_DEVIATION and _predicts_its_logits(placed, tiles)


def _predicts_its_logits(placed: PlacedNetwork, tiles: int) -> bool:
    """Whether `predict` makes of a device's logits what the CPU would: it uses operations of its own."""
    pixels = np.repeat(_test_tile(), tiles, axis=0)
    logits, *looks = placed.logits(pixels)
    expected = (probabilities(logits) * 255).numpy()
    for every_tile in (True, False):
        if placed.first_look is not None and not every_tile:
            expected[(looks[0] <= placed.first_look.level.cpu()).all(dim=(1, 2)).numpy()] = 0
        if not np.abs(placed.predict(pixels, every_tile=every_tile) - expected).mean() <= 1:
            return False
    return True


def _relative_rms(found: Tensor, expected: Tensor) -> float:
    """The largest RMS deviation of one of (n, …) from (1, …), relative to the latter's standard deviation."""
    difference = (found - expected).square().flatten(1).mean(dim=1).max().sqrt() / expected.std()
    return float(difference) if difference.isfinite() else float("inf")


@cache
def _test_tile() -> UInt8Array:
    """uint8 (1, 3, 512, 512): spots and stripes of all sizes, on which any network's logits vary."""
    rng = np.random.default_rng(0)
    picture = np.zeros((3, TILE_PX, TILE_PX))
    for size in (4, 16, 64):
        spots = rng.normal(0, 30, (3, TILE_PX // size, TILE_PX // size))
        picture += spots.repeat(size, axis=1).repeat(size, axis=2)
    rows, cols = np.mgrid[:TILE_PX, :TILE_PX]
    picture += 40 * np.sign(np.sin((rows + 0.3 * cols) / 3.5)) * (np.abs(cols - rows) < TILE_PX // 8)
    tile: UInt8Array = np.clip(picture + 128, 0, 255).astype(np.uint8)[None]
    return tile
