"""Pieces of a picture at the model's GSD with what is known of them, as pairs of PNG.

Training reads the pairs without any GIS library: NAME.png (RGB) and NAME_target.png (255 where: red track, green axis,
blue ignore).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from rasterio.features import rasterize
from shapely.geometry.base import BaseGeometry

from railseg_core.area import polygon_mask
from railseg_core.raster import WorkingGrid, reflect_invalid
from railseg_core.tiling import PixelWindow
from railseg_core.tracing import Tracing
from train.data import TARGET_SUFFIX, RealScene

TRACK_WIDTH_M = 2.6  # a sleeper's length
AXIS_WIDTH_M = 0.6
HIDDEN_WIDTH_M = 5.0  # beside a hidden track the truth is as doubtful as on it
PIECE_PX = 1024
_CONTEXT_PX = 128  # kept beside what counts: half a crop


def drawn(
    geometries: Iterable[BaseGeometry], shape: tuple[int, int], transform: Affine, width_m: float
) -> npt.NDArray[np.uint8]:
    """Bands round lines, and polygons, burnt into (rows, cols) uint8 of 0 and 255; `width_m` 0 takes polygons as is."""
    areas = [geometry.buffer(width_m / 2, cap_style="flat") if width_m else geometry for geometry in geometries]
    filled = [area for area in areas if area.area > 0]
    if not filled:
        return np.zeros(shape, dtype=np.uint8)
    # By the pixels' middles, as rendered targets: OpenCV's polygons are half a pixel wider on either side.
    canvas: npt.NDArray[np.uint8] = rasterize(
        filled, out_shape=shape, transform=transform, default_value=255, dtype=np.uint8
    )
    return canvas


def read_chip(
    grid: WorkingGrid, window: PixelWindow, tracing: Tracing, complete: BaseGeometry | None = None
) -> RealScene:
    """A window of the picture with its target.

    Args:
        grid: The open picture.
        window: Of the grid's lattice, within the picture or not.
        tracing: In the grid's CRS.
        complete: Polygon in the grid's CRS in which every track is traced, beyond which nothing counts; None for all.
    """
    image, valid = grid.read(window)
    counts = valid if complete is None else valid & polygon_mask(complete, window, grid.gsd_m)
    near = tracing.within(shapely.box(*window.bounds(grid.gsd_m)).buffer(HIDDEN_WIDTH_M))
    transform = window.transform(grid.gsd_m)
    bands = [
        drawn(near.visible, window.shape, transform, TRACK_WIDTH_M) > 0,
        drawn(near.visible, window.shape, transform, AXIS_WIDTH_M) > 0,
        (drawn(near.hidden, window.shape, transform, HIDDEN_WIDTH_M) > 0)
        | (drawn(near.ignore, window.shape, transform, 0.0) > 0)
        | ~counts,
    ]
    return RealScene(reflect_invalid(image, valid).transpose(1, 2, 0), np.stack(bands, axis=-1).astype(np.uint8))


def write_chip(chip: RealScene, folder: Path, name: str) -> None:
    """Writes a chip's pair of pictures.

    Raises:
        OSError: If one could not be written.
    """
    for file, content in ((f"{name}.png", chip.image), (f"{name}{TARGET_SUFFIX}", chip.target * np.uint8(255))):
        if not cv2.imwrite(str(folder / file), cv2.cvtColor(content, cv2.COLOR_RGB2BGR)):
            raise OSError(f"{folder / file} could not be written")


def pieces_of(region: BaseGeometry, gsd_m: float) -> Iterator[PixelWindow]:
    """The pieces of at most `PIECE_PX` that cover a region, each no larger than its part and what is close to that.

    Args:
        region: Polygons in the working grid's CRS.
        gsd_m: Ground sampling distance of the grid, metres.
    """
    if region.is_empty:
        return
    shapely.prepare(region)
    whole = _window_of(region, gsd_m).snapped(PIECE_PX)
    for row in range(whole.row, whole.bottom, PIECE_PX):
        for col in range(whole.col, whole.right, PIECE_PX):
            square = PixelWindow(col, row, PIECE_PX, PIECE_PX)
            box = shapely.box(*square.bounds(gsd_m))
            if not region.intersects(box):
                continue
            part = region.intersection(box)
            if part.area > 0:
                yield _window_of(part, gsd_m).expanded(_CONTEXT_PX).intersection(square)


def _window_of(region: BaseGeometry, gsd_m: float) -> PixelWindow:
    """The smallest window that covers a region."""
    xmin, ymin, xmax, ymax = region.bounds
    return PixelWindow.covering(xmin, ymin, xmax, ymax, gsd_m)
