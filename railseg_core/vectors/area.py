"""The area of interest: the part of a picture to process."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError
from rasterio.features import geometry_mask
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Bools
from railseg_core.errors import RailSegError
from railseg_core.tiling import PixelWindow
from railseg_core.vectors.coordinates import Transformation, moved_geometries, transformation
from railseg_core.vectors.vector_files import geometry_layers, known_crs, read_parts, reading_vectors, vector_name

MAX_CORRIDOR_M = 10_000.0
_EDGE_PIECES = 256
"""Pieces that an edge as long as its shape is cut into before reprojection: it may become a curve in another CRS."""
_SPARE = 0.1
"""Margin kept around a place when polygons are clipped to it, as a fraction of the place's size."""


@dataclass(frozen=True, slots=True)
class Area:
    """Polygons, and corridors around lines, in a CRS of their own.

    Attributes:
        polygon: Polygon or MultiPolygon, made valid and two-dimensional on construction. Lines in it are moved to
            `lines` if there is a corridor, and dropped otherwise.
        crs: The CRS, in any form that PROJ accepts: "EPSG:25832", WKT, a PROJ string.
        corridor_m: How far a corridor extends to either side of its line and beyond its ends, metres; 0 for none.
        within: Area that this one is limited to; None for no limit.
        file: The file it was read from, if any.
        lines: MultiLineString of the corridors' centre-lines. `polygon_in` widens them in its target CRS, where a metre
            is a metre on the ground.

    Raises:
        RailSegError: the area is empty, the corridor's width is out of range, or PROJ does not know the CRS.
    """

    polygon: BaseGeometry
    crs: str
    corridor_m: float = 0.0
    within: Area | None = None
    file: str | None = field(default=None, compare=False)
    lines: BaseGeometry = field(init=False)

    def __post_init__(self) -> None:
        try:
            pyproj.CRS.from_user_input(self.crs)
        except CRSError as error:
            raise RailSegError(
                f"The area's CRS is not known: {str(self.crs)[:80] or 'none given'}.",
                "Give it as an authority's code such as EPSG:25832, or as WKT.",
            ) from error
        if not 0 <= self.corridor_m <= MAX_CORRIDOR_M:
            raise RailSegError(
                f"A corridor of {self.corridor_m:g} m is out of range.",
                f"Give 0 to {MAX_CORRIDOR_M:,.0f} m to either side.",
            )
        shape = shapely.force_2d(self.polygon)
        polygons, lines = _polygons_of(shape), _lines_of(shape) if self.corridor_m else shapely.MultiLineString()
        filled = [part for part in (polygons, lines) if not part.is_empty]
        if not filled or not np.isfinite(shapely.total_bounds(filled)).all():
            raise RailSegError("The area is empty.", "Give a polygon, or an extent with a width and a height.")
        object.__setattr__(self, "polygon", polygons)
        object.__setattr__(self, "lines", lines)

    @classmethod
    def from_extent(cls, xmin: float, ymin: float, xmax: float, ymax: float, crs: str) -> Area:
        """The area inside a box of map coordinates.

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
    def from_file(cls, path: str | os.PathLike[str], corridor_m: float = 0.0, within: Area | None = None) -> Area:
        """The polygons of a vector file's first layer that has any; with a corridor, a layer with lines comes first.

        Args:
            path: Any file that GDAL reads; `FILE|layername=LAYER` for that layer alone.
            corridor_m: See `Area`.
            within: See `Area`.

        Raises:
            RailSegError: the file cannot be read, has no polygons (or, with a corridor, lines), or has no CRS.
        """
        name, only = vector_name(path)
        has_lines, shape, crs = False, shapely.GeometryCollection(), ""
        with reading_vectors(name, "polygons"):
            for layer in geometry_layers(name, only):
                found = read_parts(name, layer)
                polygons, lines = _polygons_of(*found.parts), _lines_of(*found.parts)
                has_lines = has_lines or not lines.is_empty
                if polygons.is_empty and (lines.is_empty or not corridor_m):
                    continue
                is_wanted = not corridor_m or not lines.is_empty  # polygons alone only if no layer has lines
                if shape.is_empty or is_wanted:
                    shape, crs = shapely.GeometryCollection([polygons, lines]), found.crs
                if is_wanted:
                    break
        if not shape.is_empty:
            return cls(shape, known_crs(name, crs), corridor_m, within, name)
        if has_lines:
            raise RailSegError(f"{name} has no polygons, only lines.", "Give the width of a corridor around them.")
        raise RailSegError(f"{name} has no polygons.", "Give a layer whose polygons enclose the area.")

    @property
    def values(self) -> dict[str, Any]:
        """The area as JSON-like values, as `from_values` takes them."""
        shape = self.polygon if self.lines.is_empty else shapely.GeometryCollection([self.polygon, self.lines])
        values: dict[str, Any] = {"wkt": shape.wkt, "crs": self.crs}
        if self.corridor_m:
            values["corridor_m"] = self.corridor_m
        if self.within is not None:
            values["within"] = self.within.values
        return values

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Area:
        """The area given by JSON-like values: `wkt`, `crs` and, optionally, `corridor_m` and `within`.

        Raises:
            RailSegError: as for an `Area`.
            KeyError: `wkt` or `crs` is missing.
            TypeError, ValueError: a value is of the wrong kind.
            ShapelyError: `wkt` is not valid WKT.
        """
        if not isinstance(values, Mapping):
            raise TypeError("it has no wkt and crs")
        within = values.get("within")
        return cls(
            shapely.from_wkt(values["wkt"]),
            str(values["crs"]),
            float(values.get("corridor_m") or 0.0),
            None if within is None else cls.from_values(within),
        )

    def polygon_in(self, crs: pyproj.CRS, near: BaseGeometry | None = None) -> BaseGeometry:
        """The whole area as polygons in another CRS, whose edges follow the same course on the ground.

        Args:
            crs: The target CRS; if there are corridors, its metres must be metres on the ground.
            near: Polygon in that CRS; parts of the area far from it may be left out. That is faster, and most of a
                country or the world has no coordinates in the CRS.

        Raises:
            RailSegError: part of the polygons cannot be transformed to that CRS, or no transformation to it exists.
        """
        move = transformation(pyproj.CRS.from_user_input(self.crs), crs, "area")
        parts = []
        place = None if near is None else _with_spare(near)
        bounds = None if place is None else self._bounds_of(place, crs)
        polygon = self.polygon if bounds is None else self._clipped(bounds)
        if place is not None and bounds is not None and self.polygon.contains(shapely.box(*bounds)):
            parts.append(place)
        elif not polygon.is_empty:
            moved = _moved(polygon, move)
            if not np.isfinite(shapely.get_coordinates(moved)).all():
                raise RailSegError(
                    "The area extends beyond the part of the Earth that the picture's CRS covers.",
                    "Check the area's CRS, or draw it closer around the picture.",
                )
            parts.append(moved if move is None else _polygons_of(moved))
        if not self.lines.is_empty:
            parts.append(self._corridors(crs, near))
        whole = parts[0] if len(parts) == 1 else shapely.union_all(parts) if parts else shapely.Polygon()
        return whole if self.within is None else _polygons_of(whole.intersection(self.within.polygon_in(crs, near)))

    def _bounds_of(self, place: BaseGeometry, crs: pyproj.CRS) -> tuple[float, float, float, float] | None:
        """Bounds in the area's own CRS, (xmin, ymin, xmax, ymax), of a place in another; None if there are none."""
        own = pyproj.CRS.from_user_input(self.crs)
        try:
            move = pyproj.Transformer.from_crs(crs, own, always_xy=True)
            west, south, east, north = move.transform_bounds(*place.bounds)
        except ProjError:
            return None
        if own.is_geographic and west > east:  # across the antimeridian
            east += 360.0
        is_box = -math.inf < west < east < math.inf and -math.inf < south < north < math.inf
        return (west, south, east, north) if is_box else None

    def _clipped(self, bounds: tuple[float, float, float, float]) -> BaseGeometry:
        """The polygons clipped to a box in the area's own CRS; unclipped if that CRS is projected.

        A projection may have its seam where the picture lies, so only geographic coordinates are clipped.
        """
        if not pyproj.CRS.from_user_input(self.crs).is_geographic:
            return self.polygon
        west, south, east, north = bounds
        turns = (-360.0, 0.0, 360.0)  # longitudes may run from -180 to 180 or from 0 to 360
        return _polygons_of(
            *(shapely.clip_by_rect(self.polygon, west + turn, south, east + turn, north) for turn in turns)
        )

    def _corridors(self, crs: pyproj.CRS, near: BaseGeometry | None) -> BaseGeometry:
        """The widened lines, without those that cannot be transformed: they are far from anything processed there."""
        own = pyproj.CRS.from_user_input(self.crs)
        moved = moved_geometries(shapely.get_parts(self.lines), own, crs)
        placed = np.array([line for line in moved if line is not None], dtype=object)
        if near is not None and len(placed):
            placed = placed[shapely.dwithin(placed, near, self.corridor_m)]
        return _polygons_of(*shapely.buffer(placed, self.corridor_m, quad_segs=16))


def _with_spare(place: BaseGeometry) -> BaseGeometry:
    """The bounding box of a place with a margin."""
    xmin, ymin, xmax, ymax = place.bounds
    more = _SPARE * max(xmax - xmin, ymax - ymin)
    return shapely.box(xmin - more, ymin - more, xmax + more, ymax + more)


def polygon_mask(polygon: BaseGeometry, window: PixelWindow, gsd_m: float) -> Bools:
    """The pixels whose centre lies in a polygon in the working CRS: bool (rows, cols)."""
    box = shapely.box(*window.bounds(gsd_m))
    if not polygon.intersects(box):
        return np.zeros(window.shape, dtype=np.bool_)
    if polygon.contains(box):
        return np.ones(window.shape, dtype=np.bool_)
    # Otherwise each window would cost as much as all of a country's corridors.
    near = shapely.clip_by_rect(polygon, *box.buffer(2 * gsd_m).bounds)
    if near.is_empty:
        return np.zeros(window.shape, dtype=np.bool_)
    mask: Bools = geometry_mask([near], out_shape=window.shape, transform=window.transform(gsd_m), invert=True)
    return mask


def _polygons_of(*geometries: BaseGeometry) -> BaseGeometry:
    """The union of all polygons; lines and points are left out."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(_parts_of(*geometries))))
    return shapely.union_all([part for part in parts if isinstance(part, Polygon | MultiPolygon)])


def _lines_of(*geometries: BaseGeometry) -> BaseGeometry:
    """All lines of non-zero length."""
    return shapely.MultiLineString([g for g in _parts_of(*geometries) if isinstance(g, LineString) and g.length > 0])


def _parts_of(*geometries: BaseGeometry) -> list[BaseGeometry]:
    """The single-part geometries that the given ones consist of."""
    parts = shapely.get_parts(list(geometries))
    while any(part.geom_type.startswith(("Multi", "GeometryC")) for part in parts):
        parts = shapely.get_parts(parts)
    return list(parts)


def _moved(shape: BaseGeometry, move: Transformation | None) -> BaseGeometry:
    """A shape in another CRS, whose edges follow the same course on the ground."""
    if move is None:
        return shape
    xmin, ymin, xmax, ymax = shape.bounds
    dense = shapely.segmentize(shape, max(xmax - xmin, ymax - ymin) / _EDGE_PIECES)
    return shapely.transform(dense, move, interleaved=False)
