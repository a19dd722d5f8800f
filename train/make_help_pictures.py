"""Draws the pictures in the algorithms' help, input beside output: `python -m train.make_help_pictures`.

All show the sample as RailSeg processes it; one PNG per algorithm, named after it, goes to resources/help/.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import shapely

from railseg_core.arrays import Points, UInt8Array
from railseg_core.chips.files import TARGET_SUFFIX
from railseg_core.line_params import level_of
from railseg_core.network.model_card import bundled_model_path, read_card
from railseg_core.pipeline import run
from railseg_core.raster import open_working_grid
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.requests import ChipsRequest, ExtractRequest
from railseg_core.resources_dir import resource_path
from railseg_core.tiling import GSD_M, PixelWindow
from railseg_core.vectors.line_layer import read_lines
from railseg_core.vectors.tracing import read_tracing
from train.data import read_scene
from train.judge_pictures import strokes
from train.pictures import write_picture

Lines = Sequence[Points]
Colour = tuple[int, int, int]

SHOWN_PX = 128
GAP_PX = 4
WINDOW = PixelWindow.covering(612_340.0, 5_612_400.0, 612_460.0, 5_612_520.0, GSD_M)
"""The cutout: the double track, the switch and the siding."""
_RED, _GREEN, _BLUE, _ORANGE = (214, 40, 60), (30, 150, 120), (31, 110, 200), (240, 140, 20)
_COLOURS = 32
"""Number of colours in a picture, few so that it stays small in the package."""


def beside(*pictures: UInt8Array) -> UInt8Array:
    """Pictures of the cutout, scaled down, side by side."""
    small = [cv2.resize(picture, (SHOWN_PX, SHOWN_PX), interpolation=cv2.INTER_AREA) for picture in pictures]
    gap = np.full((SHOWN_PX, GAP_PX, 3), 255, np.uint8)
    parts = [part for picture in small for part in (gap, picture)][1:]
    return np.asarray(np.hstack(parts), dtype=np.uint8)


def with_lines(picture: UInt8Array, lines: Lines, colour: Colour) -> UInt8Array:
    """A picture of the cutout with lines drawn on it, given in metres in the sample's CRS."""
    drawn = picture.copy()
    strokes(drawn, WINDOW.transform(GSD_M), lines, colour, 7)
    return drawn


def in_tiles(picture: UInt8Array) -> UInt8Array:
    """A picture of the cutout split into four tiles with gaps between them."""
    rows, cols = (slice(length // 2 - 10, length // 2 + 10) for length in picture.shape[:2])
    tiles = picture.copy()
    tiles[rows] = tiles[:, cols] = 255
    return tiles


def few_colours(picture: UInt8Array) -> UInt8Array:
    """A picture in `_COLOURS` colours."""
    values = picture.reshape(-1, 3).astype(np.float32)
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    _, label, centres = cv2.kmeans(values, _COLOURS, np.zeros(len(values), np.int32), stop, 1, cv2.KMEANS_PP_CENTERS)
    return np.asarray(centres[label.ravel()].round().astype(np.uint8).reshape(picture.shape))


def first_band(path: Path) -> UInt8Array:
    """The first band of a grid raster as grey, in the cutout."""
    with open_grid_raster(path) as raster:
        (values, *_), _ = raster.read(WINDOW)
    return np.asarray(cv2.cvtColor(values, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def help_pictures(folder: Path) -> dict[str, UInt8Array]:
    """The pictures by algorithm name.

    Args:
        folder: Folder for intermediate files.
    """
    sample = resource_path("sample", "sample.tif")
    truth_path = resource_path("sample", "sample_tracks.geojson")
    with open_working_grid(sample) as grid:
        picture = grid.read(WINDOW)[0].transpose(1, 2, 0).copy()
    request = ExtractRequest(
        raster=str(sample), output=folder / "out.gpkg", probability=folder / "p.tif", mask=folder / "m.tif"
    )
    run(request)
    lines, _ = read_lines(request.output)
    tracing = read_tracing(truth_path)
    truth = [shapely.get_coordinates(line) for line in (*tracing.visible, *tracing.hidden)]
    probability, mask = first_band(folder / "p.tif"), first_band(folder / "m.tif")
    level = level_of(read_card(bundled_model_path()).track_threshold)
    raw = np.where(probability >= level, np.uint8(255), np.uint8(0))
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    faint = np.asarray(cv2.addWeighted(grey, 0.5, np.full_like(grey, 255), 0.5, 0), dtype=np.uint8)
    run(ChipsRequest(raster=str(sample), lines=str(truth_path), output=folder / "chips"))
    target_path = max((folder / "chips").glob(f"*{TARGET_SUFFIX}"), key=lambda path: path.stat().st_size)
    chip = read_scene(target_path)
    shifted = [np.add(line, (0.0, 3.0)) for line in truth[:1]]
    return {
        "extractrailway": beside(picture, with_lines(picture, lines, _RED)),
        "extractrailwayfolder": beside(in_tiles(picture), with_lines(picture, lines, _RED)),
        "segmentrailway": beside(picture, probability),
        "cleanrailwaymask": beside(raw, mask),
        "vectorizerailwaymask": beside(mask, with_lines(mask, lines, _RED)),
        "evaluaterailway": beside(with_lines(faint, truth, _BLUE), with_lines(faint, lines, _GREEN)),
        "comparerailway": beside(
            with_lines(faint, shifted, _BLUE), with_lines(with_lines(faint, lines, _GREEN), shifted, _ORANGE)
        ),
        "exporttrainingchips": beside(chip.image, chip.target * np.uint8(255)),
    }


def main() -> None:
    """Writes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "resources" / "help")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name, picture in help_pictures(Path(scratch)).items():
            path = out / f"{name}.png"
            write_picture(path, few_colours(picture))
            print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
