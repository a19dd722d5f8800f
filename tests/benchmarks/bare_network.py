"""The lower bound: RailSeg's network alone on a picture's tiles, loaded and warm, each tile read beforehand.

    python -m tests.benchmarks.bare_network PICTURE

Prints the number of `tiles`, and the `seconds` for one pass over them, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from railseg_core.network.model_card import bundled_model_path
from railseg_core.process_environment import prepare_process_environment


def bare_network(picture: Path) -> dict[str, float]:
    """The number of `tiles`, and the `seconds` for one pass over them."""
    from railseg_core.raster import open_working_grid
    from railseg_core.segmentation import Segmenter
    from railseg_core.tiling import tiles_of

    segmenter = Segmenter(bundled_model_path(), "cpu", every_tile=True)
    with open_working_grid(picture, gsd_m=segmenter.card.gsd_m) as grid:
        # Tiles that are in the window but wholly outside the picture are skipped.
        tiles = [tile for tile in tiles_of(grid.window) if tile.window.intersects(grid.picture_window)]
        step = segmenter.batch_tiles
        seconds = 0.0
        for first in range(0, len(tiles), step):
            batch = np.stack([grid.read(tile.window)[0] for tile in tiles[first : first + step]])
            if not first:
                segmenter.predict(batch)
            started = time.perf_counter()
            segmenter.predict(batch)
            seconds += time.perf_counter() - started
    return {"tiles": len(tiles), "seconds": seconds}


if __name__ == "__main__":
    prepare_process_environment()
    print(json.dumps(bare_network(Path(sys.argv[1]))))
