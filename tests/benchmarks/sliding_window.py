"""The loop common in public code: the whole picture in memory, one tile after the other, overlapping by a quarter.

    python -m tests.benchmarks.sliding_window PICTURE TRACKS.gpkg [--onnx FILE]

The network is that of `plain_network`, or of an ONNX file. Probabilities of overlapping tiles are averaged; the lines
are drawn from them as RailSeg draws its own. Prints the seconds of its stages as JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from railseg_core import __version__
from railseg_core.centerline.vectorize import vectorize
from railseg_core.network.model_card import ModelCard, bundled_model_path
from railseg_core.process_environment import prepare_process_environment
from railseg_core.raster import open_working_grid
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.rasters.provenance import card_levels
from railseg_core.tiling import TILE_PX
from railseg_core.vectors.map_file import RunRecord, write_map

STEP_PX = TILE_PX * 3 // 4


class Predictor(Protocol):
    """A network with its card."""

    card: ModelCard

    def __call__(self, tile: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """uint8 (3, 512, 512) to float32 (2, 512, 512), P(track) and P(axis)."""


def starts(side_px: int) -> Iterator[int]:
    """Where tiles begin along a side that is at least a tile long; the last tile ends with it."""
    yield from range(0, side_px - TILE_PX, STEP_PX)
    yield side_px - TILE_PX


def averaged(image: npt.NDArray[np.uint8], predict: Predictor) -> npt.NDArray[np.float32]:
    """The mean over all tiles that cover a pixel: uint8 (3, rows, cols) to float32 (2, rows, cols)."""
    total = np.zeros((2, *image.shape[1:]), dtype=np.float32)
    count = np.zeros(image.shape[1:], dtype=np.float32)
    for row in starts(image.shape[1]):
        for col in starts(image.shape[2]):
            here = np.s_[row : row + TILE_PX, col : col + TILE_PX]
            total[:, *here] += predict(image[:, *here])
            count[here] += 1
    return total / count


def extract(picture: Path, output: Path, predict: Predictor) -> dict[str, float]:
    """Writes the tracks of a picture, and returns the seconds by stage."""
    card = predict.card
    marks = [time.perf_counter()]
    with open_working_grid(picture, gsd_m=card.gsd_m) as grid, tempfile.TemporaryDirectory() as scratch:
        image, valid = grid.read(grid.picture_window)
        marks.append(time.perf_counter())
        values = np.round(averaged(image, predict) * 255).astype(np.uint8)
        marks.append(time.perf_counter())
        path = Path(scratch) / "probability.tif"
        with create_grid_raster(path, grid.picture_window, grid.gsd_m, grid.crs) as raster:
            raster.write(grid.picture_window, values, valid)
        with open_grid_raster(path) as probability:
            railway_map = vectorize(probability, card_levels(card))
        write_map(
            output, railway_map, grid.source_crs, RunRecord(version=__version__, raster=picture.name), overwrite=True
        )
        marks.append(time.perf_counter())
    return dict(zip(("read", "network", "lines"), np.diff(marks).round(3).tolist(), strict=True))


def main() -> None:
    """Loads the network and runs the loop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--onnx", type=Path, help="run this file in ONNX Runtime")
    arguments = parser.parse_args()
    prepare_process_environment()
    predict: Predictor
    if arguments.onnx is None:
        from tests.benchmarks.plain_network import PlainPredictor

        predict = PlainPredictor(bundled_model_path())
    else:
        from tests.benchmarks.onnx_network import OnnxPredictor

        predict = OnnxPredictor(bundled_model_path(), arguments.onnx)
    print(json.dumps(extract(arguments.picture, arguments.output, predict)))


if __name__ == "__main__":
    main()
