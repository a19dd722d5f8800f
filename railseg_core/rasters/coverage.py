"""Where a raster has no data, determined from its directory alone, without reading or decompressing pixels.

A sparse GeoTIFF stores no bytes for its empty blocks, and a mosaic has no picture between its sources. For other
rasters only the extent is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from rasterio.io import DatasetReader

from railseg_core.rasters.placement import Placement
from railseg_core.rasters.source_raster import SourceRaster
from railseg_core.rasters.virtual_raster import description_of, is_on_network
from railseg_core.tiling import PixelWindow

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # nosec B405

_MAX_BLOCKS = 4_000_000
"""Largest number of blocks that are checked: more would take seconds."""
_POINTS = 9
"""Points to transform along a window's side: between them, a map projection is straight to within the margin."""
_MARGIN_PX = 64
"""Margin in pixels of the raster, for the kernels of overviews and of resampling."""
_PLAIN_SOURCES = ("SimpleSource", "ComplexSource", "AveragedSource")

Holds = Callable[[PixelWindow], bool]
"""Tells whether a window of a raster, in the raster's own pixel coordinates, may have data."""


class Coverage:
    """Tells whether a raster may have data in a window of the lattice.

    Args:
        source: The raster itself, not an overview. It may be closed afterwards.
        placement: Where its pixels lie.
        gsd_m: The lattice's GSD, metres.
    """

    def __init__(self, source: SourceRaster, placement: Placement, gsd_m: float) -> None:
        self._window = source.window
        self._placement = placement
        self._gsd_m = gsd_m
        self._holds = holds_of(source)

    def may_have_data(self, window: PixelWindow) -> bool:
        """False if it certainly has none; if true for a window, it is true for every window that contains it."""
        xmin, ymin, xmax, ymax = window.bounds(self._gsd_m)
        x, y = np.meshgrid(np.linspace(xmin, xmax, _POINTS), np.linspace(ymin, ymax, _POINTS))
        cols, rows = self._placement.to_pixel(x, y)
        if not (np.isfinite(cols).all() and np.isfinite(rows).all()):
            return True
        reach = PixelWindow.between(
            math.floor(cols.min()), math.floor(rows.min()), math.ceil(cols.max()), math.ceil(rows.max())
        )
        there = reach.expanded(_MARGIN_PX).intersection(self._window)
        return not there.is_empty and (self._holds is None or self._holds(there))


def holds_of(source: SourceRaster) -> Holds | None:
    """The `Holds` that the raster's directory allows; None if it allows none."""
    if not source.is_invalid_where_empty:
        return None  # blocks that were never written are black, which is valid data
    if is_on_network(source.name):
        return None  # its whole directory would be fetched
    if source.dataset.driver == "GTiff":
        return held_by_tiff(source.dataset, source.stored_bands)
    if source.dataset.driver == "VRT":
        return _holds_of_mosaic(description_of(source.dataset), source.stored_bands)
    return None


def held_by_tiff(dataset: DatasetReader, bands: tuple[int, ...]) -> Holds | None:
    """Tells whether a window has bytes in a GeoTIFF, in any of the bands; None if the file's directory can't say."""
    block_rows, block_cols = dataset.block_shapes[bands[0] - 1]
    if block_cols == dataset.width and block_rows < dataset.height:
        return None  # in strips: GDAL may split a tall one into rows that have no offset of their own in the file
    count_down, count_across = -(-dataset.height // block_rows), -(-dataset.width // block_cols)
    if count_down * count_across * len(bands) > _MAX_BLOCKS:
        return None
    stored = np.array(
        [
            [
                any(dataset.get_tag_item(f"BLOCK_OFFSET_{across}_{down}", "TIFF", bidx=band) for band in bands)
                for across in range(count_across)
            ]
            for down in range(count_down)
        ]
    )
    if stored.all() or not stored.any():
        return None

    def holds(window: PixelWindow) -> bool:
        rows = slice(window.row // block_rows, -(-window.bottom // block_rows))
        cols = slice(window.col // block_cols, -(-window.right // block_cols))
        return bool(stored[rows, cols].any())

    return holds


def _holds_of_mosaic(description: Element, bands: tuple[int, ...]) -> Holds | None:
    """Tells whether any source of a virtual raster reaches into a window; None if not all of them are plain."""
    numbers = {str(band) for band in bands}
    elements = [element for element in description.findall("VRTRasterBand") if element.get("band") in numbers]
    if description.get("subClass") or any(element.get("subClass") for element in elements):
        return None  # warped, pansharpened or derived
    places = []
    for element in elements:
        for source in element:
            if source.tag.endswith("Source"):
                place = source.find("DstRect")
                if source.tag not in _PLAIN_SOURCES or place is None:
                    return None
                left, top, width, height = (
                    float(place.get(name, "nan")) for name in ("xOff", "yOff", "xSize", "ySize")
                )
                places.append((left, top, left + width, top + height))
    if not (places and np.isfinite(places).all()):
        return None
    left, top, right, bottom = np.unique(np.array(places, dtype=np.float64), axis=0).T

    def holds(window: PixelWindow) -> bool:
        across = (left < window.right) & (right > window.col)
        return bool((across & (top < window.bottom) & (bottom > window.row)).any())

    return holds
