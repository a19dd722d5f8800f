"""Transformation of coordinates and geometries from one CRS to another, and lengths on the ground."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Floats, Points
from railseg_core.errors import RailSegError

_PIECES = 256
"""Pieces that a geometry's length is cut into before reprojection: straight edges may become curves in another CRS."""
_STRAIGHT_M = 100.0
"""Length up to which an edge stays straight to within a millimetre: a country has hundreds of thousands of such."""
_EARTH_RADIUS_M = 6_371_000.0

Mover = Callable[[Points], Points]
Transformation = Callable[[Floats, Floats], Any]
"""Takes arrays of x and of y to another CRS; infinite where it has no place for them."""


def as_crs(crs: object) -> pyproj.CRS:
    """A pyproj CRS from a rasterio CRS, or from anything pyproj accepts.

    Raises:
        RailSegError: PROJ does not know it.
    """
    text = crs.to_wkt() if hasattr(crs, "to_wkt") and not isinstance(crs, pyproj.CRS) else crs
    try:
        return pyproj.CRS.from_user_input(text)
    except CRSError as error:
        raise RailSegError(
            f"The CRS {str(text)[:80]!r} is not known.", "Give it as an authority's code such as EPSG:25832, or as WKT."
        ) from error


def crs_text(crs: pyproj.CRS) -> str:
    """A CRS as text for other programs: its authority's code, or WKT if it has none."""
    code = crs.to_authority(min_confidence=100)
    return ":".join(code) if code else crs.to_wkt()


def transformation(source: pyproj.CRS, target: pyproj.CRS, what: str) -> Transformation | None:
    """The function that transforms x and y; None between CRSs that are the same. `what` is moved, for error messages.

    Raises:
        RailSegError: there is no transformation between the two CRSs.
    """
    if source.equals(target, ignore_axis_order=True):
        return None
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True).transform
    except ProjError as error:
        raise RailSegError(
            f"The {what} cannot be transformed to the picture's CRS ({error}).",
            f"Give the {what} in the picture's own CRS.",
        ) from error


def mover(source: pyproj.CRS, target: pyproj.CRS) -> Mover:
    """A function that transforms points (n, 2); it raises a RailSegError for points outside the target CRS.

    Raises:
        RailSegError: there is no transformation between the two CRSs.
    """
    transform = transformation(source, target, "lines")
    if transform is None:
        return lambda points: points

    def move(points: Points) -> Points:
        moved = np.column_stack(transform(*points.T)).reshape(-1, 2)
        if not np.isfinite(moved).all():
            raise RailSegError(
                "Some lines cannot be transformed to the output's CRS.",
                "Choose a CRS that covers the picture.",
            )
        return moved

    return move


def moved_geometries(
    geometries: Iterable[BaseGeometry], source: pyproj.CRS, target: pyproj.CRS
) -> list[BaseGeometry | None]:
    """Geometries in another CRS, whose edges follow the same course on the ground; None for one that cannot be moved.

    Raises:
        RailSegError: there is no transformation between the two CRSs.
    """
    move = transformation(source, target, "lines")
    if move is None:
        return list(geometries)
    given = _across_180(np.array(geometries, dtype=object), source)
    lengths = shapely.length(given)
    dense = shapely.segmentize(given, np.maximum(lengths / _PIECES, _STRAIGHT_M / _metres_per_unit(source)))
    moved = shapely.transform(dense, move, interleaved=False)
    points, owner = shapely.get_coordinates(moved, return_index=True)
    is_lost = lengths == 0
    is_lost[owner[~np.isfinite(points).all(axis=1)]] = True
    return [None if lost else place for place, lost in zip(moved, is_lost, strict=True)]


def close_together(points: Points, crs: pyproj.CRS) -> Points:
    """Points (n, 2) of a geographic CRS on both sides of 180°, with longitudes counted from 0; any others as they are.

    Counted from -180°, they would lie a whole turn apart.
    """
    turn = _turn(crs)
    if turn is None or not np.ptp(points[:, 0]) > turn / 2:
        return points
    turned = np.column_stack([points[:, 0] % turn, points[:, 1]])
    return turned if np.ptp(turned[:, 0]) < np.ptp(points[:, 0]) else points


def _across_180(geometries: npt.NDArray[np.object_], crs: pyproj.CRS) -> npt.NDArray[np.object_]:
    """Geometries in which lines across 180° are `close_together`: their edges there would run around the Earth."""
    turn = _turn(crs)
    if turn is None:
        return geometries
    west, _, east, _ = shapely.bounds(geometries).T
    # A polygon may really be as wide as the Earth.
    is_broken = (shapely.get_type_id(geometries) == shapely.GeometryType.LINESTRING) & (east - west > turn / 2)
    whole = geometries.copy()
    whole[is_broken] = [
        shapely.transform(line, lambda points: close_together(points, crs)) for line in geometries[is_broken]
    ]
    return whole


def _turn(crs: pyproj.CRS) -> float | None:
    """A whole turn in the unit of a geographic CRS; None for another CRS."""
    return 2 * math.pi / float(crs.axis_info[0].unit_conversion_factor) if crs.is_geographic else None


def _metres_per_unit(crs: pyproj.CRS) -> float:
    """The approximate length of a unit of a CRS on the ground."""
    unit = float(crs.axis_info[0].unit_conversion_factor)  # radians or metres
    return unit * _EARTH_RADIUS_M if crs.is_geographic else unit


def ground_lengths(lines: Sequence[Points], crs: object) -> Floats:
    """Lengths of lines on the ellipsoid, metres: float64 (lines,); planar lengths if the CRS has no ellipsoid.

    Args:
        lines: float64 (n, 2) each, (x, y).
        crs: Their CRS.
    """
    own = as_crs(crs)
    if not lines:
        return np.zeros(0)
    points = np.concatenate(lines)
    starts = np.concatenate([[0], np.cumsum([len(line) for line in lines])])[:-1]
    geodetic, geod = own.geodetic_crs, own.get_geod()
    if geodetic is None or geod is None:
        steps = np.hypot(*np.diff(points, axis=0, append=points[-1:]).T)
    else:
        # On the CRS's own datum: without a shift, a length does not depend on the grids PROJ has installed.
        angles = pyproj.Transformer.from_crs(own, geodetic, always_xy=True).transform(*points.T)
        lon, lat = (angle * geodetic.axis_info[0].unit_conversion_factor for angle in angles)  # some CRSs use grads
        _, _, steps = geod.inv(lon, lat, np.roll(lon, -1), np.roll(lat, -1), radians=True)
        steps = np.asarray(steps, dtype=np.float64)
    steps[np.append(starts[1:], len(points)) - 1] = 0.0
    return np.add.reduceat(steps, starts)
