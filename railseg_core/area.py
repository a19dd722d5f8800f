"""The part of a picture that is asked for."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyogrio
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError
from rasterio.features import geometry_mask
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from railseg_core.errors import RailSegError
from railseg_core.outputs import gdal_name
from railseg_core.tiling import PixelWindow

_EDGE_PIECES = 256
"""Straight edges in one CRS are curves in another: the longest is cut into this many pieces before it is moved."""


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon in a CRS of its own.

    Attributes:
        polygon: Polygon or MultiPolygon; made valid and two-dimensional when the area is made.
        crs: Its CRS, in any form that PROJ reads: "EPSG:25832", WKT, a PROJ string.

    Raises:
        RailSegError: the polygon encloses nothing, or PROJ does not know the CRS.
    """

    polygon: BaseGeometry
    crs: str

    def __post_init__(self) -> None:
        try:
            pyproj.CRS.from_user_input(self.crs)
        except CRSError as error:
            raise RailSegError(
                f"The area's CRS is not known: {str(self.crs)[:80] or 'none given'}.",
                "Give it as an authority's code such as EPSG:25832, or as WKT.",
            ) from error
        polygons = _polygons_of(shapely.force_2d(self.polygon))
        if polygons.is_empty or not np.isfinite(polygons.bounds).all():
            raise RailSegError("The area is empty.", "Give a polygon, or an extent with a width and a height.")
        object.__setattr__(self, "polygon", polygons)

    @classmethod
    def from_extent(cls, xmin: float, ymin: float, xmax: float, ymax: float, crs: str) -> Area:
        """The area of a box of map coordinates.

        Raises:
            RailSegError: the box has no width or no height, or PROJ does not know the CRS.
        """
        if not all(map(math.isfinite, (xmin, ymin, xmax, ymax))) or xmin >= xmax or ymin >= ymax:
            raise RailSegError(
                f"The extent {xmin:.12g}, {ymin:.12g}, {xmax:.12g}, {ymax:.12g} is empty.",
                "Give it as xmin, ymin, xmax, ymax with xmin < xmax and ymin < ymax.",
            )
        return cls(shapely.box(xmin, ymin, xmax, ymax), crs)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Area:
        """The union of the polygons of a vector file's first layer that has any.

        Raises:
            RailSegError: the file cannot be read, has no polygon, or does not say its CRS.
        """
        name = gdal_name(path)
        try:
            for layer, geometry_type in pyogrio.list_layers(name):
                if geometry_type is None:
                    continue
                meta, _, geometries, _ = pyogrio.raw.read(name, layer=layer, columns=[])
                polygons = _polygons_of(*shapely.from_wkb(geometries, on_invalid="ignore"))
                if not polygons.is_empty:
                    if not meta["crs"]:
                        raise RailSegError(f"{name} does not say its CRS.", "Assign one to the layer.")
                    return cls(polygons, meta["crs"])
        except pyogrio.errors.DataSourceError as error:
            raise RailSegError(
                f"{name} is not a vector file that can be read.",
                "Give a GeoPackage, GeoJSON or shapefile of polygons.",
            ) from error
        raise RailSegError(f"{name} has no polygon.", "Give a layer whose polygons enclose the area.")

    def polygon_in(self, crs: pyproj.CRS) -> BaseGeometry:
        """The polygon in another CRS, its edges bent as they are on the ground.

        Raises:
            RailSegError: a part of the polygon has no place in that CRS, or nothing leads from the one to the other.
        """
        own = pyproj.CRS.from_user_input(self.crs)
        if own.equals(crs, ignore_axis_order=True):
            return self.polygon
        xmin, ymin, xmax, ymax = self.polygon.bounds
        dense = shapely.segmentize(self.polygon, max(xmax - xmin, ymax - ymin) / _EDGE_PIECES)
        try:
            move = pyproj.Transformer.from_crs(own, crs, always_xy=True).transform
        except ProjError as error:
            raise RailSegError(
                f"The area's georeference cannot be used ({error}).", "Give the area in the picture's own CRS."
            ) from error
        moved = shapely.transform(dense, move, interleaved=False)
        if not np.isfinite(shapely.get_coordinates(moved)).all():
            raise RailSegError(
                "The area reaches beyond the part of the Earth that the picture's map projection shows.",
                "Check the area's CRS, or draw it closer round the picture.",
            )
        return _polygons_of(moved)


def polygon_mask(polygon: BaseGeometry, window: PixelWindow, gsd_m: float) -> npt.NDArray[np.bool_]:
    """The pixels whose middle lies in a polygon of the working CRS: bool (rows, cols)."""
    box = shapely.box(*window.bounds(gsd_m))
    if not polygon.intersects(box):
        return np.zeros(window.shape, dtype=np.bool_)
    if polygon.contains(box):
        return np.ones(window.shape, dtype=np.bool_)
    mask: npt.NDArray[np.bool_] = geometry_mask(
        [polygon], out_shape=window.shape, transform=window.transform(gsd_m), invert=True
    )
    return mask


def _polygons_of(*geometries: BaseGeometry | None) -> BaseGeometry:
    """The union of all that encloses something; lines and points are left out."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid([g for g in geometries if g is not None])))
    return shapely.union_all([part for part in parts if isinstance(part, Polygon | MultiPolygon)])
