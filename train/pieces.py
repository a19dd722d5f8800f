"""Pieces of a picture to train or measure on, covering the region where its tracing is complete."""

from __future__ import annotations

from collections.abc import Iterator

import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.tiling import PixelWindow

PIECE_PX = 1024
_CONTEXT_PX = 128  # margin around the part that counts: half a crop


def pieces_of(region: BaseGeometry, gsd_m: float) -> Iterator[PixelWindow]:
    """The pieces that cover a region: at most `PIECE_PX` a side, each cropped to its part of the region plus a margin.

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
