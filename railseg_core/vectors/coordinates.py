"""Transformation of coordinates and geometries from one CRS to another, and lengths on the ground."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
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
    given = np.array(geometries, dtype=object)
    lengths = shapely.length(given)
    dense = shapely.segmentize(given, np.maximum(lengths / _PIECES, _STRAIGHT_M / _metres_per_unit(source)))
    moved = shapely.transform(dense, move, interleaved=False)
    points, owner = shapely.get_coordinates(moved, return_index=True)
    is_lost = lengths == 0
    is_lost[owner[~np.isfinite(points).all(axis=1)]] = True
    return [None if lost else place for place, lost in zip(moved, is_lost, strict=True)]


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
