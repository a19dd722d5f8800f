"""What the model says of a block's tiles: predicted on this machine's cores or card, or read from bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import islice, takewhile
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.block_plan import PlannedBlock
from railseg_core.raster import WorkingGrid, reflect_invalid
from railseg_core.threads import in_order, threads
from railseg_core.tiling import OVERLAP_PX, STRIDE_PX, TILE_PX, Tile

if TYPE_CHECKING:
    from railseg_core.segmentation import Segmenter


BANDS = ("track", "axis")
"""What the model tells of each pixel: P(track) and P(axis)."""
_CORE = slice(OVERLAP_PX // 2, TILE_PX - OVERLAP_PX // 2)
_AHEAD_TILES = 16
"""So many are read before they are wanted, 1 MB each: some take longer to read than to predict."""


class TilePrediction(NamedTuple):
    """What is known of a tile.

    Attributes:
        probability: uint8 (2, 512, 512), P(track) and P(axis), 0 to 255.
        valid: bool (448, 448), where the tile's core has a picture; None for everywhere.
    """

    probability: UInt8Array
    valid: Bools | None


BlockPrediction = dict[Tile, TilePrediction | None]
"""Of all fresh tiles of a block; None where there is no picture."""
PredictBlocks = Callable[[Sequence[PlannedBlock], Callable[[int], None]], Generator[BlockPrediction, None, None]]
"""Of these blocks, in order; it tells the second argument of so many more tiles that are done."""


class Predictor(NamedTuple):
    """What predicts blocks that no run before has left.

    Attributes:
        device: `cuda`, `mps` or `cpu`: predictions of one device are not mixed with those of another.
        description: The device, for a person.
        predict: Does it.
    """

    device: str
    description: str
    predict: PredictBlocks


class _TileImage(NamedTuple):
    """uint8 (3, 512, 512), gaps mirrored; and bool (448, 448) or None as in `TilePrediction`."""

    pixels: UInt8Array
    valid: Bools | None


class _Part(NamedTuple):
    """Tiles of a block that are read and predicted in one go, and whether they are its last."""

    tiles: tuple[Tile, ...]
    ends_block: bool


class _Batch(NamedTuple):
    """Tiles that have been read, and what is or will be predicted of those with a picture, in order."""

    images: dict[Tile, _TileImage | None]
    future: Future[UInt8Array] | None


def predict_blocks(
    grid: WorkingGrid, segmenter: Segmenter, blocks: Iterable[PlannedBlock], on_tiles: Callable[[int], None]
) -> Generator[BlockPrediction, None, None]:
    """Runs the model over the fresh tiles of blocks; a tile's prediction hangs on the lattice and the raster alone.

    Threads read ahead. On a CPU each of a few threads predicts a tile of its own: they need not wait for each other
    after every layer, as threads that share a tile do, nor for what else the machine does meanwhile.

    Args:
        grid: The open raster; its GSD must be the model's.
        segmenter: The loaded model.
        blocks: In the order of their numbers.
        on_tiles: Told in this thread of so many more tiles that are done.

    Yields:
        The prediction of each block, in order, while the next is being worked on.
    """
    ended = Event()

    def read(part: _Part) -> tuple[dict[Tile, _TileImage | None], bool]:
        return {tile: _tile_image(grid, tile) for tile in part.tiles if not ended.is_set()}, part.ends_block

    count = min(segmenter.readers, grid.most_readers)
    ahead = max(count, _AHEAD_TILES // segmenter.batch_tiles)
    with (
        threads(count, waits=True) as readers,  # the raster may be closed when these have ended
        threads(segmenter.parallel_batches, waits=False) as network,
        segmenter.threads_divided(),
    ):
        computing: deque[list[_Batch]] = deque([[]])  # of blocks, the last one still incomplete
        try:
            for images, ends_block in in_order(readers, read, _parts(blocks, segmenter.batch_tiles), ahead):
                pixels = [image.pixels for image in images.values() if image is not None]
                future = network.submit(segmenter.predict, np.stack(pixels)) if pixels else None
                on_tiles(len(images) - len(pixels))
                computing[-1].append(_Batch(images, future))
                if ends_block:
                    if len(computing) > 1:
                        yield _collect(computing.popleft(), on_tiles)
                    computing.append([])
            computing.pop()
            while computing:
                yield _collect(computing.popleft(), on_tiles)
        finally:
            ended.set()


def read_ahead(grid: WorkingGrid, blocks: Iterable[PlannedBlock], ended: Event) -> None:
    """Reads the first tiles into the grid's cache until `ended` is set; what fails here fails again when it counts."""
    tiles = (tile for block in blocks for tile in block.fresh)
    with suppress(Exception):
        for tile in takewhile(lambda _: not ended.is_set(), islice(tiles, _AHEAD_TILES)):
            grid.read(tile.window)


def to_bytes(prediction: BlockPrediction) -> bytes:
    """A block's prediction, compressed, for a file or another machine."""
    present = {tile: item for tile, item in prediction.items() if item is not None}
    partial = {tile: item.valid for tile, item in present.items() if item.valid is not None}
    arrays = {
        "tiles": np.array(list(prediction), dtype=np.int64).reshape(-1, 2),
        "present": np.array([tile in present for tile in prediction], dtype=np.bool_),
        "partial": np.array([tile in partial for tile in present], dtype=np.bool_),
        "probability": np.array([item.probability for item in present.values()], dtype=np.uint8),
        "valid": np.packbits(np.array(list(partial.values()), dtype=np.bool_).reshape(-1, STRIDE_PX**2), axis=1),
    }
    file = io.BytesIO()
    # What `numpy.savez_compressed` writes, which knows the usual level only: this takes half as long.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, array in arrays.items():
            with packed.open(f"{name}.npy", "w") as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
    return file.getvalue()


def from_bytes(content: bytes, expected: Sequence[Tile]) -> BlockPrediction | None:
    """What `to_bytes` wrote; None where it is damaged or not of the expected tiles."""
    file = io.BytesIO(content)
    if not zipfile.is_zipfile(file):
        return None
    try:
        with np.load(file, allow_pickle=False) as arrays:
            tiles = [Tile(int(x), int(y)) for x, y in arrays["tiles"]]
            present, partial = arrays["present"], arrays["partial"]
            probability, packed = arrays["probability"], arrays["valid"]
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None
    count = int(present.sum())
    shapes_fit = (
        tiles == list(expected)
        and len(present) == len(tiles)
        and len(partial) == count
        and (not count or probability.shape == (count, len(BANDS), TILE_PX, TILE_PX))
        and packed.shape == (int(partial.sum()), STRIDE_PX**2 // 8)
        and probability.dtype == packed.dtype == np.uint8
    )
    if not shapes_fit:
        return None
    masks = iter(np.unpackbits(packed, axis=1).reshape(-1, STRIDE_PX, STRIDE_PX) > 0)
    items = iter(
        TilePrediction(values, next(masks) if is_partial else None)
        for values, is_partial in zip(probability, partial, strict=True)
    )
    return {tile: next(items) if is_present else None for tile, is_present in zip(tiles, present, strict=True)}


def _tile_image(grid: WorkingGrid, tile: Tile) -> _TileImage | None:
    image, valid = grid.read(tile.window)
    if not valid.any():
        return None
    core = valid[_CORE, _CORE]
    return _TileImage(reflect_invalid(image, valid), None if core.all() else core.copy())


def _collect(batches: Sequence[_Batch], on_tiles: Callable[[int], None]) -> BlockPrediction:
    prediction: BlockPrediction = {}
    for images, future in batches:
        values = iter(() if future is None else future.result())
        for tile, image in images.items():
            prediction[tile] = None if image is None else TilePrediction(next(values), image.valid)
        on_tiles(sum(image is not None for image in images.values()))
    return prediction


def _parts(blocks: Iterable[PlannedBlock], batch_tiles: int) -> Iterator[_Part]:
    """The fresh tiles of all blocks, `batch_tiles` at a time; a block without any has one part, which is empty."""
    for block in blocks:
        count = max(1, -(-len(block.fresh) // batch_tiles))
        for number in range(count):
            yield _Part(block.fresh[number * batch_tiles : (number + 1) * batch_tiles], number == count - 1)
