"""Estimates, before a run of the model starts, what it will take."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from railseg_core.inference.block_plan import PlannedBlock
from railseg_core.inference.prediction import BANDS
from railseg_core.raster import WorkingGrid
from railseg_core.rasters.grid_raster_writer import expected_bytes
from railseg_core.reporting import WorkPlan
from railseg_core.segmentation import Segmenter
from railseg_core.tiling import TILE_PX

_NETWORK_SHARE = 0.87
"""Approximate share of a whole run's time; the rest is reading, cleaning and lines."""
_MEASURED_FROM_TILES = 40
"""With fewer tiles, measuring would take as long as a good part of the work."""
_known_speeds: dict[tuple[str, str], float] = {}
"""Tiles per second by model and device: in a batch of small pictures only the first pays for the measurement."""


def plan_work(grid: WorkingGrid, segmenter: Segmenter, blocks: Sequence[PlannedBlock], bands: int) -> WorkPlan:
    """Estimates the work; takes as long as two batches the first time with a model, later as long as reading a tile.

    The time is for a picture full of tracks: how many tiles will be passed over at a first look can't be known.

    Args:
        grid: The open raster.
        segmenter: The loaded model.
        blocks: All blocks of the grid.
        bands: How many bands of the window's size are written.
    """
    tiles = sum(len(block.fresh) for block in blocks)
    seconds = None
    if tiles >= _MEASURED_FROM_TILES:
        # Threads read while others compute: the slower of the two sets the pace.
        started = time.perf_counter()
        grid.read(blocks[len(blocks) // 2].tiles[0].window)
        reading_s = (time.perf_counter() - started) / min(segmenter.readers, grid.most_readers)
        seconds = round(tiles * max(reading_s, 1 / tiles_per_s(segmenter)) / _NETWORK_SHARE, 1)
    return WorkPlan(
        source_gsd_m=grid.source_gsd_m,
        area_m2=grid.area_m2,
        tiles=tiles,
        model=segmenter.card.name,
        device=segmenter.description,
        seconds=seconds,
        disk_bytes=expected_bytes(grid.window, bands + len(BANDS)),
    )


def tiles_per_s(segmenter: Segmenter) -> float:
    """A model's speed in tiles per second, all decoded; measured once in a process, on the second of two batches."""
    key = segmenter.card.name, segmenter.device
    if key not in _known_speeds:
        _known_speeds[key] = _measure(segmenter)
    return _known_speeds[key]


def _measure(segmenter: Segmenter) -> float:
    batch = np.zeros((segmenter.batch_tiles, 3, TILE_PX, TILE_PX), dtype=np.uint8)
    batches = [batch] * segmenter.parallel_batches
    predict = partial(segmenter.predict, every_tile=True)
    with ThreadPoolExecutor(len(batches)) as threads, segmenter.threads_divided():
        list(threads.map(predict, batches))  # the first ones take longer
        started = time.perf_counter()
        list(threads.map(predict, batches))
        return len(batches) * len(batch) / (time.perf_counter() - started)
