"""From pixels to probabilities: the model on the local GPU or CPU, tile by tile, blended and written once per block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from railseg_core.errors import RailSegError
from railseg_core.grid_raster import GridRasterWriter
from railseg_core.network.deeplabv3plus import fuse_batch_norms, normalise, probabilities
from railseg_core.network.model_file import load_model
from railseg_core.raster import WorkingGrid, reflect_invalid
from railseg_core.reporting import Reporter
from railseg_core.tiling import PixelWindow, Tile, blending_weights, blocks_of, tiles_of

UInt8Array = npt.NDArray[np.uint8]
BoolArray = npt.NDArray[np.bool_]

DEVICES = ("auto", "cpu", "cuda", "mps")
BANDS = ("track", "axis")
_BATCH_TILES = {"cpu": 1, "cuda": 8, "mps": 2}


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


class Segmenter:
    """A loaded model on a device."""

    def __init__(self, model_path: Path, device: str = "auto") -> None:
        """Loads the model: batch norms folded, channels last, half precision on CUDA.

        Args:
            model_path: A RailSeg model file.
            device: One of `DEVICES`.

        Raises:
            RailSegError: From `load_model` and `choose_device`.
        """
        self.device = choose_device(device)
        network, self.card = load_model(model_path)
        fuse_batch_norms(network)
        dtype = torch.float16 if self.device == "cuda" else torch.float32
        # MPS has had wrong results with channels-last convolutions: there the plain layout.
        self._layout = torch.contiguous_format if self.device == "mps" else torch.channels_last
        network = network.to(device=self.device, dtype=dtype, memory_format=self._layout)  # type: ignore[call-overload]  # not in torch's stubs
        self._network = _ProbabilityNetwork(network, dtype).eval()
        self.batch_tiles = _BATCH_TILES[self.device]

    def predict(self, tiles: UInt8Array) -> UInt8Array:
        """Probabilities of tiles.

        Args:
            tiles: (n, 3, rows, cols) uint8 RGB at the model's GSD.

        Returns:
            (n, 2, rows, cols) uint8, P(track) and P(axis), 0 to 255 for 0 to 1.

        Raises:
            RailSegError: If the device can't do it; most often its memory isn't enough.
        """
        parts = [
            self._predict_batch(tiles[first : first + self.batch_tiles])
            for first in range(0, len(tiles), self.batch_tiles)
        ]
        return np.concatenate(parts)

    def _predict_batch(self, tiles: UInt8Array) -> UInt8Array:
        try:
            with torch.inference_mode():
                batch = torch.from_numpy(tiles).to(self.device).contiguous(memory_format=self._layout)
                result: UInt8Array = self._network(batch).cpu().numpy()
        except RuntimeError as error:  # out of memory is one, by several names
            raise RailSegError(
                f"{device_description(self.device)} could not run the model: {str(error).splitlines()[0]}.",
                "Close other programs that use it, or choose the device cpu.",
            ) from error
        return result


@dataclass(frozen=True, slots=True)
class _BlockInput:
    """What is read for a block.

    Attributes:
        window: The block's.
        tiles: The tiles that are looked at and reach into it.
        valid: bool (rows, cols), where the picture is and every tile that has a say is looked at.
        images: uint8 (3, 512, 512) of the tiles that no block before has needed; None where there is no picture.
    """

    window: PixelWindow
    tiles: tuple[Tile, ...]
    valid: BoolArray
    images: dict[Tile, UInt8Array | None]


def segment(grid: WorkingGrid, segmenter: Segmenter, output: GridRasterWriter, reporter: Reporter) -> None:
    """Writes P(track) and P(axis) of the grid's window, where it is wanted.

    A tile's content hangs on the lattice and the raster alone, so the same pixels come out whatever the window.
    Where two to four tiles overlap, their probabilities are averaged by `blending_weights`. Reading runs in a thread
    of its own, one block ahead of the network.

    Args:
        grid: The open raster; its GSD must be the model's.
        segmenter: The loaded model.
        output: Opened for the grid's window with the bands of `BANDS`.
        reporter: Told of every batch, stage `segment`, counted in tiles.
    """
    windows = [block.window.intersection(grid.window) for block in blocks_of(grid.window)]
    blocks_left = Counter(tile for window in windows for tile in tiles_of(window) if grid.wants(tile.window))
    total = len(blocks_left)
    wanted = frozenset(blocks_left)
    done = 0
    reporter.progress("segment", 0, total)
    # Neighbouring blocks share tiles: each is predicted once and kept until its last block is written.
    predicted: dict[Tile, UInt8Array | None] = {}
    with closing(_read_ahead(grid, windows, wanted)) as blocks:
        for block in blocks:
            predicted |= {tile: None for tile, image in block.images.items() if image is None}
            seen = [(tile, image) for tile, image in block.images.items() if image is not None]
            for first in range(0, len(seen), segmenter.batch_tiles):
                batch = seen[first : first + segmenter.batch_tiles]
                values = segmenter.predict(np.stack([image for _, image in batch]))
                predicted |= {tile: value for (tile, _), value in zip(batch, values, strict=True)}
                done += len(batch)
                reporter.progress("segment", done, total)
            blended = blend(block.window, {tile: predicted[tile] for tile in block.tiles})
            output.write(block.window, blended, block.valid)
            blocks_left.subtract(block.tiles)
            for tile in block.tiles:
                if not blocks_left[tile]:
                    del predicted[tile]
    reporter.progress("segment", total, total)


def _read_ahead(
    grid: WorkingGrid, windows: Sequence[PixelWindow], wanted: frozenset[Tile]
) -> Generator[_BlockInput, None, None]:
    """Each window's pixels, read in a thread while the one before is worked on; windows without wanted tiles not."""
    seen: set[Tile] = set()

    def read(window: PixelWindow) -> _BlockInput | None:
        every = tiles_of(window)
        tiles = tuple(tile for tile in every if tile in wanted)
        if not tiles:
            return None
        fresh = [tile for tile in tiles if tile not in seen]
        seen.update(fresh)
        _, valid = grid.read(window)
        for tile in every:
            if tile not in wanted:
                valid[tile.window.intersection(window).local_slices(window)] = False
        return _BlockInput(window, tiles, valid, {tile: _tile_image(grid, tile) for tile in fresh})

    with ThreadPoolExecutor(max_workers=1) as reader:
        ahead = [reader.submit(read, window) for window in windows[:1]]
        for window in [*windows[1:], None]:
            current = ahead.pop()
            if window is not None:
                ahead.append(reader.submit(read, window))
            block = current.result()
            if block is not None:
                yield block


def _tile_image(grid: WorkingGrid, tile: Tile) -> UInt8Array | None:
    image, valid = grid.read(tile.window)
    return reflect_invalid(image, valid) if valid.any() else None


def blend(window: PixelWindow, predicted: Mapping[Tile, UInt8Array | None]) -> UInt8Array:
    """The weighted mean of overlapping tiles.

    Args:
        window: What is wanted.
        predicted: (2, 512, 512) uint8 of every tile that reaches into it, None counting as 0.

    Returns:
        (2, rows, cols) uint8. The weights are dyadic and the sums exact, so the order of the tiles doesn't matter.
    """
    weights = blending_weights()
    total = np.zeros((len(BANDS), *window.shape), dtype=np.float32)
    for tile, values in predicted.items():
        if values is not None:
            common = tile.window.intersection(window)
            there = common.local_slices(window)
            here = common.local_slices(tile.window)
            total[:, *there] += values[:, *here] * weights[here]
    blended: UInt8Array = np.floor(total + 0.5).astype(np.uint8)
    return blended
