"""Where a raster has data, as polygons."""

from __future__ import annotations

import cv2
import numpy as np
import rasterio.features
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from railseg_core.rasters.radiometry import thinned_out
from railseg_core.rasters.source_raster import SourceRaster

_SPECK_PX = 7
"""Smaller gaps in a thinned-out raster are not its edge, such as black pixels in a shadow if 0 is the nodata value."""
_EDGE_PIECES = 64


def seen_polygons(source: SourceRaster) -> BaseGeometry | None:
    """The parts of a raster that have data, read thinned out to about 1,000 pixels along its longer side.

    Returns:
        Polygons in the raster's own pixels, (x, y) being (column, row) from its first corner; None if all of it has
        data, or if it is too large to look at without overviews.

    Raises:
        RailSegError: the raster is damaged or cut short.
    """
    look = None if source.is_always_valid else thinned_out(source)
    if look is None:
        return None
    kernel = np.ones((_SPECK_PX, _SPECK_PX), np.uint8)
    valid = np.asarray(cv2.morphologyEx(look[1].astype(np.uint8), cv2.MORPH_CLOSE, kernel), dtype=np.uint8)
    if valid.all():
        return None
    rows, cols = valid.shape
    scale = np.array([source.window.width / cols, source.window.height / rows])
    parts = [shape(polygon) for polygon, value in rasterio.features.shapes(valid, connectivity=8) if value]
    if not parts:
        return shapely.Polygon()
    seen = shapely.transform(shapely.simplify(shapely.multipolygons(parts), 1.0), lambda points: points * scale)
    return shapely.segmentize(seen, max(source.window.shape) / _EDGE_PIECES)
