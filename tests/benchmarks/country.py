"""The cost of a whole country, in hours and money, simulated from measured rates.

    python -m tests.benchmarks.country --measure      # this machine's rates, in processor seconds of one core
    python -m tests.benchmarks.country --tiles-per-s 3.2 --price-per-hour 0.05 --workers 1 16 64
    python -m tests.benchmarks.country --route-km 33400 --corridor 50 --workers 64

With `--scheduler`, a worker reads, predicts and packs blocks of 16 tiles, of which two per worker are in flight at a
time; the client unpacks, blends and writes them in order, and draws the lines once all are there. With `--shard`,
workers wait for nobody, and the merge does the client's part afterwards. Worker and client have the same price.
"""

from __future__ import annotations

import argparse
import heapq
import math
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from railseg_core.centerline.vectorize import vectorize
from railseg_core.inference.block_plan import plan_blocks
from railseg_core.inference.prediction import BANDS, from_bytes, predict_blocks, to_bytes
from railseg_core.inference.probability import write_probabilities
from railseg_core.line_params import LineParams
from railseg_core.network.model_card import bundled_model_path
from railseg_core.raster import AREA_MARGIN_M, open_working_grid
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.segmentation import Segmenter
from railseg_core.tiling import BLOCK_PX, GSD_M, STRIDE_PX, TILE_PX
from tests.benchmarks.pictures import mirrored_sample

TILES_PER_BLOCK = (BLOCK_PX // STRIDE_PX) ** 2
STARTUP_S = 10.0
"""Start-up time of a worker: loading torch and the model from a cold disk."""
SPREAD = 0.2
"""Share by which blocks take longer or shorter, uniformly distributed: neighbours, caches, edges of the picture."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Core seconds per tile.

    Attributes:
        worker_s: Reading, the network, packing.
        client_s: Unpacking, blending, writing to the probability raster.
        lines_s: Morphology, thinning, lines.
    """

    worker_s: float
    client_s: float
    lines_s: float


MEASURED = Rates(worker_s=0.257, client_s=0.0033, lines_s=0.0094)
"""Rates from `--measure` on one core of a shared machine (AMD EPYC with AVX-512) with other work on it."""


def measure(side_px: int) -> Rates:
    """Rates on the mirrored sample at 0.1 m, in processor seconds, which other programs hardly affect."""
    torch.set_num_threads(1)
    segmenter = Segmenter(bundled_model_path(), "cpu", every_tile=True)
    segmenter.predict(np.zeros((1, 3, TILE_PX, TILE_PX), dtype=np.uint8))  # the first one takes longer
    with tempfile.TemporaryDirectory() as folder:
        picture, probability = Path(folder, "picture.tif"), Path(folder, "p.tif")
        mirrored_sample(picture, side_px)
        with open_working_grid(picture) as grid:
            blocks = plan_blocks(grid.window, grid.wants)
            tiles = sum(len(block.fresh) for block in blocks)
            marks = [time.process_time()]
            packed = [to_bytes(prediction) for prediction in predict_blocks(grid, segmenter, blocks, lambda _: None)]
            marks.append(time.process_time())
            unpacked = [from_bytes(content, block.fresh) or {} for content, block in zip(packed, blocks, strict=True)]
            with create_grid_raster(probability, grid.window, grid.gsd_m, grid.crs, bands=BANDS) as output:
                write_probabilities(blocks, unpacked, output)
            marks.append(time.process_time())
            with open_grid_raster(probability) as source:
                vectorize(source, LineParams())
            marks.append(time.process_time())
    return Rates(*(np.diff(marks) / tiles).tolist())


def tiles_of_area(km2: float) -> int:
    """How many tiles cover a large area."""
    return math.ceil(km2 * 1e6 / (STRIDE_PX * GSD_M) ** 2)


def tiles_of_corridors(route_km: float, corridor_m: float) -> int:
    """How many tiles see a corridor along lines in any direction, from its width plus a tile's own mean width.

    The mean width of a square over all directions is 4/π of its side.
    """
    reach_m = 2 * (corridor_m + AREA_MARGIN_M) + 4 / math.pi * TILE_PX * GSD_M
    return tiles_of_area(route_km * reach_m / 1e3)


def cluster_hours(tiles: int, workers: int, rates: Rates) -> float:
    """Hours from start to map with `--scheduler`: blocks are consumed in order, with two per worker in flight."""
    blocks = math.ceil(tiles / TILES_PER_BLOCK)
    spread = np.random.default_rng(0).uniform(1 - SPREAD, 1 + SPREAD, blocks)
    free_s = [STARTUP_S] * workers
    consumed_s = [0.0] * blocks
    client_s = 0.0
    for number, seconds in enumerate(spread * rates.worker_s * TILES_PER_BLOCK):
        sent_s = consumed_s[number - 2 * workers] if number >= 2 * workers else 0.0
        done_s = max(heapq.heappop(free_s), sent_s) + float(seconds)
        heapq.heappush(free_s, done_s)
        client_s = consumed_s[number] = max(client_s, done_s) + rates.client_s * TILES_PER_BLOCK
    return (client_s + rates.lines_s * tiles) / 3600


def shard_hours(tiles: int, workers: int, rates: Rates) -> tuple[float, float]:
    """Hours with one shard per worker: until the last is done, and for the merge after that."""
    return (
        (STARTUP_S + math.ceil(tiles / workers) * rates.worker_s) / 3600,
        (rates.client_s + rates.lines_s) * tiles / 3600,
    )


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true", help="measure this machine's rates first, and use them")
    parser.add_argument("--side", type=int, default=6000, help="side of the picture to measure on, pixels of 0.1 m")
    parser.add_argument("--tiles-per-s", type=float, help="rate of a worker, instead of the measured one")
    parser.add_argument("--price-per-hour", type=float, default=0.05, help="price of a worker, in any currency")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 16, 64, 256])
    parser.add_argument("--km2", type=float, default=1000.0, help="area to process, km²")
    parser.add_argument("--route-km", type=float, help="process this many km of railway instead of --km2")
    parser.add_argument("--corridor", type=float, default=50.0, help="how far to either side of the railway, m")
    arguments = parser.parse_args()
    rates = measure(arguments.side) if arguments.measure else MEASURED
    if arguments.tiles_per_s:
        rates = Rates(**asdict(rates) | {"worker_s": 1 / arguments.tiles_per_s})
    tiles = tiles_of_area(arguments.km2)
    if arguments.route_km:
        tiles = tiles_of_corridors(arguments.route_km, arguments.corridor)
    print("  ".join(f"{name} {seconds * 1e3:.1f} ms" for name, seconds in asdict(rates).items()), "per tile")
    print(f"{tiles:,} tiles of {STRIDE_PX * GSD_M:.1f} m")
    print("workers   cluster h     cost   shards h  + merge h     cost")
    for workers in arguments.workers:
        cluster = cluster_hours(tiles, workers, rates)
        shards, merge = shard_hours(tiles, workers, rates)
        cluster_cost, shard_cost = (
            hours * arguments.price_per_hour for hours in (cluster * (workers + 1), shards * workers + merge)
        )
        print(f"{workers:>7} {cluster:>11.2f} {cluster_cost:>8.2f} {shards:>10.2f} {merge:>10.2f} {shard_cost:>8.2f}")


if __name__ == "__main__":
    main()
