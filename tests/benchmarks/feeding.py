"""How many tiles per second everything beside the network can feed a GPU with: the upper bound of a run's speed there.

    python -m tests.benchmarks.feeding PICTURE [--readers 8]

The network is replaced by a constant. Prints, for one pass over a picture's tiles: the tiles per second, and the
milliseconds of processor time per tile, of all threads and of the main one alone, which more cores do not help.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from functools import partial
from pathlib import Path

from railseg_core.process_environment import prepare_process_environment


def feeding(picture: Path, readers: int) -> dict[str, float]:
    """What the module's docstring says: `tiles`, `tiles_per_s`, `ms_per_tile`, `main_thread_ms_per_tile`."""
    import numpy as np

    from railseg_core.arrays import UInt8Array
    from railseg_core.inference.block_plan import plan_blocks
    from railseg_core.inference.finished_blocks import finished_blocks
    from railseg_core.inference.prediction import BANDS, predict_blocks
    from railseg_core.inference.probability import predict_missing, write_probabilities
    from railseg_core.network.model_card import bundled_model_path
    from railseg_core.raster import open_working_grid
    from railseg_core.rasters.grid_raster_writer import create_grid_raster
    from railseg_core.reporting import Silent
    from railseg_core.segmentation import Segmenter

    class Constant(Segmenter):
        """Gives the same prediction for every tile, from as many threads and in batches as on CUDA."""

        parallel_batches = 2
        prediction: UInt8Array

        def predict(self, tiles: UInt8Array, *, every_tile: bool = False) -> UInt8Array:
            return np.repeat(self.prediction, len(tiles), axis=0)

    Constant.readers = readers  # type: ignore[assignment,method-assign]
    segmenter = Constant(bundled_model_path(), "cpu")
    segmenter.batch_tiles = 8
    with tempfile.TemporaryDirectory() as folder, open_working_grid(picture, gsd_m=segmenter.card.gsd_m) as grid:
        blocks = plan_blocks(grid.window, grid.wants)
        tiles = [tile for block in blocks for tile in block.fresh]
        middle = grid.read(tiles[len(tiles) // 2].window)[0][None]
        segmenter.prediction = Segmenter.predict(segmenter, middle, every_tile=True)
        clocks = (time.perf_counter, time.process_time, time.thread_time)
        started = [clock() for clock in clocks]
        with (
            finished_blocks(Path(folder, "blocks"), {}, resume=False, reporter=Silent()) as finished,
            create_grid_raster(Path(folder, "p.tif"), grid.window, grid.gsd_m, grid.crs, bands=BANDS) as output,
        ):
            predict = partial(predict_blocks, grid, segmenter)
            write_probabilities(blocks, predict_missing(predict, blocks, finished, Silent()), output)
            wall_s, process_s, main_s = (clock() - start for clock, start in zip(clocks, started, strict=True))
    return {
        "tiles": len(tiles),
        "tiles_per_s": round(len(tiles) / wall_s, 1),
        "ms_per_tile": round(process_s / len(tiles) * 1e3, 2),
        "main_thread_ms_per_tile": round(main_s / len(tiles) * 1e3, 2),
    }


if __name__ == "__main__":
    prepare_process_environment()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--readers", type=int, default=8, help="threads that read")
    settings = parser.parse_args()
    print(json.dumps(feeding(settings.picture, settings.readers), indent=2))
