"""Transformation from a raster's pixels to the working CRS, and back."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import pyproj
from affine import Affine
from pyproj.enums import TransformDirection
from pyproj.exceptions import ProjError
from rasterio.errors import CRSError
from rasterio.io import DatasetReader
from rasterio.transform import GCPTransformer

from railseg_core.arrays import Floats
from railseg_core.errors import RailSegError
from railseg_core.paths import exists
from railseg_core.rasters.source_raster import GDAL_ERRORS
from railseg_core.rasters.working_crs import choose_working_crs, horizontal
from railseg_core.tiling import PixelWindow

_CYLINDRICAL = ("Mercator", "Popular Visualisation Pseudo Mercator", "Equidistant Cylindrical")
"""Names in PROJ, or their beginnings, of projections whose x is a longitude."""
_EDGE_POINTS = 65
"""Points along each edge of the raster when its footprint is transformed: its edges may be curves."""


class Placement:
    """The transformation between a raster's pixels and the working CRS: its georeference, then its map projection.

    Pixel coordinates are (col, row) in the raster, corner-based: 0.5 is the first pixel's centre.

    Args:
        dataset: A raster with a CRS and either an affine transform (it may be rotated, sheared or south-up) or
            ground control points (then GDAL fits a polynomial to them).
        crs: The working CRS; by default the one that `choose_working_crs` chooses.

    Raises:
        RailSegError: the raster has no CRS or no georeference, has one that PROJ or GDAL cannot use, or lies nowhere on
            Earth.
    """

    def __init__(self, dataset: DatasetReader, crs: pyproj.CRS | None = None) -> None:
        self.width, self.height = dataset.width, dataset.height
        self._name = dataset.name
        points, points_crs = dataset.gcps
        # GDAL marks the lack of another georeference by an identity, or by zeros for an overview.
        by_points = bool(points) and (dataset.transform.is_identity or dataset.transform.is_degenerate)
        _check_georeference(dataset, by_points)
        self._affine: Affine = dataset.transform
        try:
            self._points = GCPTransformer(points) if by_points else None
            own_crs = pyproj.CRS.from_user_input(points_crs if by_points else dataset.crs)
            self.source_crs = horizontal(own_crs, f"raster {self._name}")
            x, y = self._to_source(np.array([self.width / 2]), np.array([self.height / 2]))
            self._middle_x = float(x[0])
            self.crs = crs or choose_working_crs(self.source_crs, self._middle_x, float(y[0]), f"raster {self._name}")
            self._projection = self._projection_to(self.crs)
            self._round_the_earth = _round_the_earth(self.source_crs)
        except (ProjError, CRSError, *GDAL_ERRORS) as error:
            raise RailSegError(
                f"{dataset.name}'s georeference cannot be used ({error}).",
                "Assign the right CRS, or georeference it again with three or more points that are not on a line.",
            ) from error

    @property
    def is_upright(self) -> bool:
        """Whether the raster's own pixels are north-up squares of the working CRS."""
        a = self._affine
        return (
            self._projection is None
            and self._points is None
            and a.a > 0
            and abs(a.b) + abs(a.d) < 1e-9 * a.a
            and math.isclose(a.a, -a.e, rel_tol=1e-6)
        )

    @property
    def pixel_m(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The central pixel in the working CRS: (x, y) of a step of one column, and of a step of one row."""
        col, row = self.width / 2, self.height / 2
        x, y = self.to_working(np.array([col - 0.5, col + 0.5, col, col]), np.array([row, row, row - 0.5, row + 0.5]))
        return (float(x[1] - x[0]), float(y[1] - y[0])), (float(x[3] - x[2]), float(y[3] - y[2]))

    @property
    def gsd_m(self) -> float:
        """The raster's ground sampling distance: the square root of the central pixel's area, in metres."""
        (ax, ay), (bx, by) = self.pixel_m
        return math.sqrt(abs(ax * by - ay * bx))

    def moved_to(self, crs: pyproj.CRS) -> Placement:
        """The same raster's placement in another working CRS."""
        moved = copy.copy(self)
        moved.crs = crs
        moved._projection = self._projection_to(crs)
        return moved

    def outline(self) -> Floats:
        """Points around the raster's edge in the working CRS, in order: float64 (n, 2).

        Raises:
            RailSegError: part of the raster cannot be transformed to the working CRS.
        """
        along, rest = np.linspace(0.0, 1.0, _EDGE_POINTS)[:-1], np.zeros(_EDGE_POINTS - 1)
        cols = np.concatenate([along, rest + 1, 1 - along, rest]) * self.width
        rows = np.concatenate([rest, along, rest + 1, 1 - along]) * self.height
        points = np.column_stack(self.to_working(cols, rows))
        if not np.isfinite(points).all():
            raise RailSegError(
                f"Part of {self._name} has invalid coordinates in its own CRS.",
                "Its CRS or its georeference is wrong: assign the right one.",
            )
        return points

    def footprint(self, gsd_m: float) -> PixelWindow:
        """The smallest window of the lattice that covers the raster."""
        x, y = self.outline().T
        return PixelWindow.covering(x.min(), y.min(), x.max(), y.max(), gsd_m)

    def to_working(self, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Pixel coordinates to (x, y) of the working CRS."""
        x, y = self._to_source(cols, rows)
        return self._projection.transform(x, y) if self._projection else (x, y)

    def to_pixel(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """(x, y) of the working CRS to pixel coordinates; infinite outside the raster's CRS."""
        if self._projection:
            x, y = self._projection.transform(x, y, direction=TransformDirection.INVERSE)
            if turn := self._round_the_earth:
                # PROJ's x ends at the antimeridian, where a picture may continue to 181 degrees.
                with np.errstate(invalid="ignore"):  # infinite outside the raster's CRS
                    x = x + turn * np.round((self._middle_x - x) / turn)
        if self._points:
            rows, cols = self._points.rowcol(x.ravel(), y.ravel(), op=np.positive)
            return cols.reshape(x.shape), rows.reshape(x.shape)
        return _applied(~self._affine, x, y)

    def _projection_to(self, crs: pyproj.CRS) -> pyproj.Transformer | None:
        return None if crs == self.source_crs else pyproj.Transformer.from_crs(self.source_crs, crs, always_xy=True)

    def _to_source(self, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        if self._points:
            x, y = self._points.xy(rows, cols, offset="ul")
            return np.asarray(x), np.asarray(y)
        return _applied(self._affine, cols, rows)


def _round_the_earth(crs: pyproj.CRS) -> float:
    """The length of a full turn around the Earth along a CRS's x; 0 if x doesn't lead around it."""
    if crs.is_geographic:
        return 2 * math.pi / float(crs.axis_info[0].unit_conversion_factor)
    inner = crs.source_crs if crs.is_bound else crs
    projection = None if inner is None else inner.coordinate_operation
    if projection is None or not projection.method_name.startswith(_CYLINDRICAL):
        return 0.0
    move = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    x, _ = move.transform([9.0, 10.0, 99.0, 100.0], [0.0] * 4)  # one of the two pairs is far from the seam
    return 360 * float(min(abs(x[1] - x[0]), abs(x[3] - x[2])))


def _applied(affine: Affine, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    return affine.a * x + affine.b * y + affine.c, affine.d * x + affine.e * y + affine.f


def _check_georeference(dataset: DatasetReader, by_points: bool) -> None:
    if not by_points and dataset.transform.is_identity:
        if dataset.rpcs:
            raise RailSegError(
                f"{dataset.name} has only a camera model (RPC) and no map coordinates.",
                "Orthorectify it first, for example with gdalwarp -rpc and an elevation model.",
            )
        raise RailSegError(
            f"{dataset.name} has no georeference: nothing says where its pixels lie.",
            "Georeference it first, or put its world file (.tfw, .jgw) beside it.",
        )
    if not (dataset.gcps[1] if by_points else dataset.crs):
        raise RailSegError(
            f"{dataset.name} has no coordinate reference system (CRS).",
            f"Assign one: {_way_to_assign_crs(dataset)}.",
        )
    if not by_points and dataset.transform.is_degenerate:
        raise RailSegError(f"{dataset.name} has pixels without an area.", "Georeference it again.")


def _way_to_assign_crs(dataset: DatasetReader) -> str:
    if dataset.driver not in ("JPEG", "PNG"):
        return "in QGIS, Raster > Projections > Assign Projection"
    # QGIS's tool can't write to these formats. A .prj beside them is not read by GDAL and QGIS, since it may be that of
    # a shapefile of the same name, in another CRS.
    sidecar = Path(dataset.name).with_suffix(".prj")
    crs = f'"{sidecar}"' if exists(sidecar) else "EPSG:CODE"
    return f'gdal_edit.py -ro -a_srs {crs} "{dataset.name}"'
