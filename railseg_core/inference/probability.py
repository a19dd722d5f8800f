"""Blocks to the probability raster: their tiles are predicted or taken from an earlier run, blended, written once."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

import numpy as np

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.inference.block_plan import PlannedBlock
from railseg_core.inference.finished_blocks import FinishedBlocks
from railseg_core.inference.prediction import BANDS, BlockPrediction, PredictBlocks, TilePrediction
from railseg_core.rasters.grid_raster_writer import GridRasterWriter
from railseg_core.reporting import Reporter
from railseg_core.threads import in_order, threads
from railseg_core.tiling import OVERLAP_PX, PixelWindow, Tile, blending_weights, seams_of, tiles_of

_WRITERS = 2
"""Number of blocks, each of a few megabytes, that are compressed and written at a time."""
_STITCHERS = 2
"""Number of blocks, likewise, whose tiles are blended at a time."""


def predict_missing(
    predict: PredictBlocks,
    blocks: Sequence[PlannedBlock],
    finished: FinishedBlocks,
    reporter: Reporter,
) -> Generator[BlockPrediction, None, None]:
    """The prediction of every block in order; missing ones are predicted and stored.

    Args:
        predict: Predicts the missing blocks.
        blocks: In the order of their numbers.
        finished: Where predictions are stored.
        reporter: Receives progress after every batch, stage `segment`, counted in missing tiles.
    """
    missing = [block for block in blocks if not finished.has(block)]
    total = sum(len(block.fresh) for block in missing)
    done = 0

    def on_tiles(count: int) -> None:
        nonlocal done
        done += count
        reporter.progress("segment", done, total)

    on_tiles(0)
    numbers = {block.number for block in missing}
    writing: deque[Future[None]] = deque()
    # Compressing takes longer than everything else in this thread; a GPU would have to wait for it.
    with closing(predict(missing, on_tiles)) as predictions, ThreadPoolExecutor(_WRITERS) as writers:
        for block in blocks:
            if block.number in numbers:
                prediction = next(predictions)
                writing.append(writers.submit(finished.write, block, prediction))
                if len(writing) > _WRITERS:
                    writing.popleft().result()
            else:
                prediction = finished.read(block)
            yield prediction
        for written in writing:
            written.result()
    reporter.progress("segment", total, total)


def write_probabilities(
    blocks: Sequence[PlannedBlock], predictions: Iterable[BlockPrediction], output: GridRasterWriter
) -> None:
    """Writes P(track) and P(axis) of blocks.

    Where two to four tiles overlap, their probabilities are averaged by `blending_weights`: the same pixels come out
    whatever the window.

    Args:
        blocks: In the order of their numbers.
        predictions: The blocks' predictions, in the same order.
        output: Opened for the grid's window with the bands of `BANDS`.
    """
    # Threads stitch, and one writes: a GPU would have to wait for it otherwise.
    with threads(_STITCHERS, waits=True) as stitchers, threads(1, waits=True) as writer:
        stitched = in_order(stitchers, _stitched, _with_neighbours(blocks, predictions), _STITCHERS)
        for _ in in_order(writer, lambda block: output.write(*block), stitched, 1):
            pass


def _with_neighbours(
    blocks: Sequence[PlannedBlock], predictions: Iterable[BlockPrediction]
) -> Iterator[tuple[PixelWindow, BlockPrediction]]:
    """The window of every block, and the predictions of all tiles that contribute to it."""
    blocks_left = Counter(tile for block in blocks for tile in block.tiles)
    # Neighbouring blocks share tiles: each is kept until its last block has it.
    known: BlockPrediction = {}
    for block, prediction in zip(blocks, predictions, strict=True):
        known |= prediction
        yield block.window, {tile: known[tile] for tile in block.tiles}
        blocks_left.subtract(block.tiles)
        for tile in block.tiles:
            if not blocks_left[tile]:
                del known[tile]


def _stitched(block: tuple[PixelWindow, BlockPrediction]) -> tuple[PixelWindow, UInt8Array, Bools]:
    """A block's window, its probabilities and where they are valid."""
    window, predicted = block
    return window, blend(window, predicted), _valid(window, predicted)


def blend(window: PixelWindow, predicted: Mapping[Tile, TilePrediction | None]) -> UInt8Array:
    """The weighted mean of overlapping tiles.

    Args:
        window: The window to compute.
        predicted: Every tile that reaches into it, None counting as 0.

    Returns:
        (2, rows, cols) uint8. The weights are dyadic and the sums exact, so the order of the tiles doesn't matter.
    """
    blended = np.zeros((len(BANDS), *window.shape), dtype=np.uint8)
    for tile, prediction in predicted.items():
        alone = tile.window.expanded(-OVERLAP_PX).intersection(window)
        if prediction is not None and not alone.is_empty:
            blended[:, *alone.local_slices(window)] = prediction.probability[:, *alone.local_slices(tile.window)]
    for seam in seams_of(window):
        blended[:, *seam.local_slices(window)] = _mean(seam, predicted)
    return blended


def _mean(window: PixelWindow, predicted: Mapping[Tile, TilePrediction | None]) -> UInt8Array:
    weights = blending_weights()
    total = np.zeros((len(BANDS), *window.shape), dtype=np.float32)
    for tile in tiles_of(window):
        prediction = predicted.get(tile)
        if prediction is not None:
            common = tile.window.intersection(window)
            here = common.local_slices(tile.window)
            total[:, *common.local_slices(window)] += prediction.probability[:, *here] * weights[here]
    mean: UInt8Array = np.floor(total + 0.5).astype(np.uint8)
    return mean


def _valid(window: PixelWindow, predicted: Mapping[Tile, TilePrediction | None]) -> Bools:
    """Where there is data and every contributing tile was processed: bool (rows, cols)."""
    valid = np.zeros(window.shape, dtype=np.bool_)
    for tile, prediction in predicted.items():
        if prediction is not None:
            common = tile.core.intersection(window)
            if not common.is_empty:
                part = True if prediction.valid is None else prediction.valid[common.local_slices(tile.core)]
                valid[common.local_slices(window)] = part
    for tile in tiles_of(window):
        if tile not in predicted:
            valid[tile.window.intersection(window).local_slices(window)] = False
    return valid
