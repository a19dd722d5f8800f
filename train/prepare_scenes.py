"""Brings traced scenes to the model's GSD, as pairs of PNG that training reads without any GIS library.

    python -m train.prepare_scenes DATA/real/fit build/fit

Writes NAME.png (RGB) and NAME_target.png (255 where: red track, green axis, blue ignore).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from shapely.geometry.base import BaseGeometry

from railseg_core.raster import open_working_grid, reflect_invalid
from train.data import TARGET_SUFFIX
from train.scenes import TracedScene, traced_scenes

GSD_M = 0.2
TRACK_WIDTH_M = 2.6  # a sleeper's length
AXIS_WIDTH_M = 0.6
HIDDEN_WIDTH_M = 5.0  # beside a hidden track the truth is as doubtful as on it
_SHIFT = 4  # OpenCV draws in sixteenths of a pixel


def drawn(
    geometries: tuple[BaseGeometry, ...], shape: tuple[int, int], transform: Affine, width_m: float
) -> npt.NDArray[np.uint8]:
    """Bands round lines, and polygons, burnt into (rows, cols) uint8 of 0 and 255; `width_m` 0 takes polygons as is."""
    canvas = np.zeros(shape, dtype=np.uint8)
    for geometry in geometries:
        area = geometry.buffer(width_m / 2, cap_style="flat") if width_m else geometry
        for polygon in shapely.get_parts(area):
            points = np.column_stack(~transform @ np.asarray(polygon.exterior.coords)[:, :2].T) - 0.5
            cv2.fillPoly(canvas, [np.round(points * (1 << _SHIFT)).astype(np.int32)], 255, shift=_SHIFT)
    return canvas


def prepare(scene: TracedScene, folder: Path) -> None:
    """Writes one scene's pair."""
    with open_working_grid(scene.raster, gsd_m=GSD_M) as grid:
        window = grid.picture_window
        image, valid = grid.read(window)
        transform = window.transform(GSD_M)
    shape = valid.shape
    target = np.stack(
        [
            drawn(scene.visible, shape, transform, TRACK_WIDTH_M),
            drawn(scene.visible, shape, transform, AXIS_WIDTH_M),
            np.maximum.reduce(
                [
                    drawn(scene.hidden, shape, transform, HIDDEN_WIDTH_M),
                    drawn(scene.ignore, shape, transform, 0.0),
                    np.where(valid, 0, 255).astype(np.uint8),
                ]
            ),
        ],
        axis=-1,
    )
    pixels = reflect_invalid(image, valid).transpose(1, 2, 0)
    for name, content in ((f"{scene.name}.png", pixels), (f"{scene.name}{TARGET_SUFFIX}", target)):
        if not cv2.imwrite(str(folder / name), cv2.cvtColor(content, cv2.COLOR_RGB2BGR)):
            raise OSError(f"{folder / name} could not be written")


def main() -> None:
    """Prepares every scene of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=Path, help="folder of NAME.tif and NAME.geojson")
    parser.add_argument("out", type=Path, help="folder to write")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for scene in traced_scenes(arguments.scenes):
        prepare(scene, arguments.out)
        print(scene.name)


if __name__ == "__main__":
    main()
