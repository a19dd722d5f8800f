"""The CRS in which to process a picture: one whose metres are metres on the ground."""

from __future__ import annotations

import math
from functools import lru_cache

import pyproj
from pyproj.crs import BoundCRS, ProjectedCRS
from pyproj.crs.coordinate_operation import UTMConversion

from railseg_core.errors import RailSegError

MAX_DISTORTION = 0.002
"""Largest relative difference between a metre of the CRS and a metre on the ground."""
_UTM_LATITUDES = (-80.0, 84.0)
_PROBE_M = 50.0
_WGS84 = pyproj.CRS.from_epsg(4326)


def horizontal(crs: pyproj.CRS, what: str = "raster") -> pyproj.CRS:
    """The two-dimensional part of a CRS, without heights.

    A datum shift that comes with it (TOWGS84) is kept only if PROJ does not know the datum; otherwise PROJ knows better
    ones.

    Args:
        crs: Any CRS.
        what: What has it, for error messages.

    Raises:
        RailSegError: the CRS is neither geographic nor projected, so that nothing says where on Earth it lies.
    """
    bound = None
    while crs.is_bound or crs.is_compound:
        inner = crs.source_crs if crs.is_bound else None
        bound = None if inner is None else crs
        crs = crs.sub_crs_list[0] if inner is None else inner
    crs = crs.to_2d()
    if not (crs.is_projected or crs.is_geographic):
        raise RailSegError(
            f"The {what}'s CRS ({crs.name}) does not say where on Earth it lies.",
            f"Assign a projected or geographic CRS to the {what}.",
        )
    return crs if bound is None or _is_known(crs.geodetic_crs) else _bound(crs, bound)


@lru_cache(maxsize=64)  # PROJ takes half a second to look for a zone on a datum that has no code
def choose_working_crs(source: pyproj.CRS, x: float, y: float, what: str = "raster") -> pyproj.CRS:
    """The working CRS for a picture, or a map, around (x, y).

    Args:
        source: The picture's CRS, horizontal.
        x: Coordinate of the picture's centre in `source`; an easting or a longitude.
        y: Coordinate of the picture's centre in `source`; a northing or a latitude.
        what: What lies there, for error messages.

    Returns:
        `source` itself if it is projected, in metres, and true to within `MAX_DISTORTION` there. Otherwise the UTM
        zone of the place on the source's own datum: without a datum shift, the transformation back is exact.

    Raises:
        RailSegError: the place is not on Earth, or too near a pole for UTM.
    """
    longitude, latitude = pyproj.Transformer.from_crs(source, _WGS84, always_xy=True).transform(x, y)
    if not (abs(longitude) <= 360 and abs(latitude) <= 90):
        raise RailSegError(
            f"The {what}'s coordinates ({x:.7g}, {y:.7g}) are not valid in its CRS ({source.name}).",
            "Its CRS or its georeference is wrong: assign the right one.",
        )
    if _in_metres(source) and distortion(source, x, y) <= MAX_DISTORTION:
        return source
    if not _UTM_LATITUDES[0] <= latitude <= _UTM_LATITUDES[1]:
        raise RailSegError(
            f"The {what} lies too close to a pole for UTM.", "Reproject it to a CRS that is true to scale there."
        )
    zone, hemisphere = int((longitude + 180) // 6) % 60 + 1, "N" if latitude >= 0 else "S"
    datum = _utm_datum(source)
    utm = ProjectedCRS(
        conversion=UTMConversion(str(zone), hemisphere),
        geodetic_crs=datum,
        name=f"{datum.name} / UTM zone {zone}{hemisphere}",
    )
    if source.is_bound and datum != _WGS84:
        return _bound(utm, source)
    known = utm.to_authority(min_confidence=70)
    return pyproj.CRS.from_authority(*known) if known else utm


def _is_known(datum: pyproj.CRS | None) -> bool:
    return datum is not None and datum.to_authority(min_confidence=70) is not None


def _bound(crs: pyproj.CRS, like: pyproj.CRS) -> pyproj.CRS:
    """A CRS on the datum of another, with that one's datum shift."""
    return BoundCRS(crs, like.target_crs, like.coordinate_operation)


def _utm_datum(source: pyproj.CRS) -> pyproj.CRS:
    """The source's geographic CRS; WGS 84 if that is rotated, has another prime meridian or is not in degrees."""
    datum = source.geodetic_crs
    if datum is None or datum.is_derived or datum.prime_meridian is None or datum.prime_meridian.longitude != 0:
        return _WGS84
    datum = datum.to_2d()
    return datum if all(axis.unit_name == "degree" for axis in datum.axis_info) else _WGS84


def _in_metres(crs: pyproj.CRS) -> bool:
    return crs.is_projected and all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2])


def distortion(crs: pyproj.CRS, x: float, y: float) -> float:
    """The largest error of a metre of a projected CRS around (x, y), over eight directions, measured on the ellipsoid.

    It is measured because PROJ's own answer would refer to the sphere that Web Mercator takes the Earth for.
    """
    datum = _utm_datum(crs)
    geod = datum.get_geod()
    if geod is None:
        return math.inf
    to_degrees = pyproj.Transformer.from_crs(crs, datum, always_xy=True)
    errors = []
    for dx, dy in ((1, 0), (0, 1), (1, 1), (1, -1)):
        ends = [(x + sign * dx * _PROBE_M, y + sign * dy * _PROBE_M) for sign in (-1, 1)]
        (lon0, lat0), (lon1, lat1) = (to_degrees.transform(*end, radians=True) for end in ends)
        ground = geod.inv(lon0, lat0, lon1, lat1, radians=True)[2]
        errors.append(abs(2 * _PROBE_M * math.hypot(dx, dy) / ground - 1) if ground else math.inf)
    return max(errors)
