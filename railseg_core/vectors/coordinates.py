"""Transformation of coordinates from one CRS to another, and lengths on the ground."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyproj
from pyproj.exceptions import CRSError

from railseg_core.arrays import Floats, Points
from railseg_core.errors import RailSegError

Mover = Callable[[Points], Points]


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


def mover(source: pyproj.CRS, target: pyproj.CRS) -> Mover:
    """A function that transforms points (n, 2); it raises a RailSegError for points outside the target CRS."""
    if source.equals(target, ignore_axis_order=True):
        return lambda points: points
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)

    def move(points: Points) -> Points:
        moved = np.column_stack(transformer.transform(*points.T)).reshape(-1, 2)
        if not np.isfinite(moved).all():
            raise RailSegError(
                "Some lines cannot be transformed to the output's CRS.",
                "Choose a CRS that covers the picture.",
            )
        return moved

    return move


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
