"""How the time and memory for drawing lines grow with the raster: one with 5 % track, repeated.

    python -m tests.benchmarks.growth P.tif

Draws the lines of one raster and prints the seconds, processor seconds and kilometres as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from railseg_core.centerline.vectorize import vectorize
from railseg_core.line_params import LineParams
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.tiling import PixelWindow
from tests.benchmarks.processes import run_python
from tests.truth.ribbons import GOOD, GSD_M, UTM, probabilities
from tests.truth.scores import window_of
from tests.truth.yards import ladder_yard

_BLOCK_PX = 2048
_YARDS_IN_BLOCK = 2


def lines_growth(sizes_mpx: Sequence[float], folder: Path) -> list[dict[str, float]]:
    """Seconds and peak memory of a process that draws lines from a raster, for each size in million pixels."""
    yard = ladder_yard(6, 4.5, 190.0, 9.0, heading_deg=0.0)
    drawn = probabilities(yard.tracks, window_of(yard), seer=GOOD)[:, :, :_BLOCK_PX]
    block = np.zeros((2, _BLOCK_PX, _BLOCK_PX), dtype=np.uint8)
    for row in range(0, _BLOCK_PX - drawn.shape[1], _BLOCK_PX // _YARDS_IN_BLOCK):
        block[:, row : row + drawn.shape[1], : drawn.shape[2]] = drawn
    rows = []
    for mpx in sizes_mpx:
        side = round((mpx * 1e6) ** 0.5)
        if side > _BLOCK_PX:
            side = round(side / _BLOCK_PX) * _BLOCK_PX
        whole = PixelWindow(0, 0, side, side)
        path = folder / "p.tif"
        with create_grid_raster(path, whole, GSD_M, UTM, overwrite=True) as output:
            for row in range(0, side, _BLOCK_PX):
                for col in range(0, side, _BLOCK_PX):
                    part = PixelWindow(col, row, _BLOCK_PX, _BLOCK_PX).intersection(whole)
                    output.write(part, block[:, : part.height, : part.width], np.ones(part.shape, dtype=np.bool_))
        finished = run_python("-m", "tests.benchmarks.growth", str(path))
        found = json.loads(finished.output)
        rows.append(
            {
                "mpx": side**2 / 1e6,
                "track_share": float((block[0] > 127).mean()),
                **found,
                "mpx_per_cpu_s": side**2 / 1e6 / found["cpu_s"],
                "peak_rss_mb": finished.peak_rss_mb,
            }
        )
        path.unlink()
    return rows


def main() -> None:
    """Draws the lines of one raster."""
    with open_grid_raster(Path(sys.argv[1])) as raster:
        started, processor = time.perf_counter(), time.process_time()
        railway_map = vectorize(raster, LineParams())
        figures = {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - processor}
    print(json.dumps(figures | {"km": railway_map.total_length_m / 1000}))


if __name__ == "__main__":
    main()
