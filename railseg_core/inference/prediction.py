"""The model's predictions for a block's tiles: computed on this machine, or read from bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from itertools import islice, takewhile
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.inference.block_plan import PlannedBlock
from railseg_core.raster import WorkingGrid
from railseg_core.rasters.reflection import reflect_invalid
from railseg_core.threads import in_order, threads
from railseg_core.tiling import OVERLAP_PX, STRIDE_PX, TILE_PX, Tile

if TYPE_CHECKING:
    from railseg_core.segmentation import Segmenter


BANDS = ("track", "axis")
"""What the model predicts for each pixel: P(track) and P(axis)."""
_CORE = slice(OVERLAP_PX // 2, TILE_PX - OVERLAP_PX // 2)
_AHEAD_TILES = 16
"""Tiles to read ahead, 1 MB each: some take longer to read than to predict."""
_UNDER_WAY_TILES = 32
"""Tiles in batches that are predicted or wait for it: two blocks, so that there is work while one is written."""


class TilePrediction(NamedTuple):
    """The prediction for a tile.

    Attributes:
        probability: uint8 (2, 512, 512), P(track) and P(axis), 0 to 255.
        valid: bool (448, 448), where the tile's core has data; None for everywhere.
    """

    probability: UInt8Array
    valid: Bools | None


BlockPrediction = dict[Tile, TilePrediction | None]
"""Predictions for all fresh tiles of a block; None for tiles without data."""
PredictBlocks = Callable[[Sequence[PlannedBlock], Callable[[int], None]], Generator[BlockPrediction, None, None]]
"""Yields the predictions of blocks in order, and calls its second argument with the number of tiles just finished."""


class Predictor(NamedTuple):
    """Predicts the blocks that no earlier run has left.

    Attributes:
        device: `cuda`, `mps` or `cpu`: predictions of one device are not mixed with those of another.
        describe: Gives the device for display; on this machine, with the CPU if it had to take over.
        predict: The function that predicts.
    """

    device: str
    describe: Callable[[], str]
    predict: PredictBlocks


class _TileImage(NamedTuple):
    """uint8 (3, 512, 512), gaps filled by mirroring; and bool (448, 448) or None as in `TilePrediction`."""

    pixels: UInt8Array
    valid: Bools | None


class _Batch(NamedTuple):
    """Tiles that have been read, and the prediction, done or pending, of those with data, in order."""

    images: dict[Tile, _TileImage | None]
    future: Future[UInt8Array] | None


def predict_blocks(
    grid: WorkingGrid, segmenter: Segmenter, blocks: Sequence[PlannedBlock], on_tiles: Callable[[int], None]
) -> Generator[BlockPrediction, None, None]:
    """Runs the model over the fresh tiles of blocks; a tile's prediction depends on the lattice and the raster alone.

    Threads read ahead. On a CPU, a few threads each predict a tile of their own: they need not wait for each other
    after every layer, as threads that share a tile do, and other work on the machine delays them less.

    Args:
        grid: The open raster; its GSD must be the model's.
        segmenter: The loaded model.
        blocks: In the order of their numbers.
        on_tiles: Called in this thread with the number of tiles just finished.

    Yields:
        The prediction of each block, in order, while the next is being worked on.
    """
    ended = Event()

    def read(tiles: tuple[Tile, ...]) -> dict[Tile, _TileImage | None]:
        return {tile: _tile_image(grid, tile) for tile in tiles if not ended.is_set()}

    # Batches go across blocks: along a corridor, these have few tiles each.
    tiles = (tile for block in blocks for tile in block.fresh)
    batch_tiles = segmenter.batch_tiles
    batches = iter(lambda: tuple(islice(tiles, batch_tiles)), ())
    count = min(segmenter.readers, grid.most_readers)
    ahead = max(count, _AHEAD_TILES // batch_tiles)
    with (
        threads(count, waits=True) as readers,  # the raster must stay open until these have ended
        threads(segmenter.parallel_batches, waits=False) as network,
        segmenter.threads_divided(),
    ):
        try:
            images = in_order(readers, read, batches, ahead)
            predicted = _predicted(network, segmenter, images, _UNDER_WAY_TILES // batch_tiles, on_tiles)
            for block in blocks:
                yield dict(islice(predicted, len(block.fresh)))
        finally:
            ended.set()


def read_ahead(grid: WorkingGrid, blocks: Iterable[PlannedBlock], ended: Event) -> None:
    """Reads the first tiles into the grid's cache until `ended` is set; errors are ignored, as they recur when used."""
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
    # The format of `numpy.savez_compressed`, which only has the default level: this takes half as long.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, array in arrays.items():
            with packed.open(f"{name}.npy", "w") as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
    return file.getvalue()


def from_bytes(content: bytes, expected: Sequence[Tile]) -> BlockPrediction | None:
    """The prediction that `to_bytes` wrote; None if it is damaged or not for the expected tiles."""
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


def _predicted(
    network: Executor,
    segmenter: Segmenter,
    read: Iterable[dict[Tile, _TileImage | None]],
    most_under_way: int,
    on_tiles: Callable[[int], None],
) -> Iterator[tuple[Tile, TilePrediction | None]]:
    """The predictions of tiles in order, computed by the threads `network` while further batches are read."""
    under_way: deque[_Batch] = deque()
    for images in read:
        pixels = [image.pixels for image in images.values() if image is not None]
        future = network.submit(segmenter.predict, np.stack(pixels)) if pixels else None
        under_way.append(_Batch(images, future))
        if len(under_way) > most_under_way:
            yield from _collect(under_way.popleft(), on_tiles)
    while under_way:
        yield from _collect(under_way.popleft(), on_tiles)


def _collect(batch: _Batch, on_tiles: Callable[[int], None]) -> Iterator[tuple[Tile, TilePrediction | None]]:
    values = iter(() if batch.future is None else batch.future.result())
    on_tiles(len(batch.images))
    for tile, image in batch.images.items():
        yield tile, None if image is None else TilePrediction(next(values), image.valid)
