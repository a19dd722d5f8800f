"""What a person traced in a picture: read from a vector file, moved to the CRS that the picture is worked in."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from railseg_core.coordinates import as_crs
from railseg_core.errors import RailSegError
from railseg_core.railway_map import NODE_LAYER, TRACK_LAYER
from railseg_core.vector_files import geometry_layers, known_crs, read_parts, reading_vectors, vector_name

_PIECES = 256
"""Straight edges in one CRS are curves in another: they are cut to this share of a geometry's length before a move."""

Geometries = tuple[BaseGeometry, ...]


@dataclass(frozen=True, slots=True)
class Tracing:
    """Tracks and what counts for nothing, in one CRS.

    Attributes:
        visible: Centre-lines of tracks that can be seen.
        hidden: Lines that are neither to be rewarded nor punished: tracks that are certain but not seen.
        ignore: Polygons that count for nothing.
        crs: Of all of them.
        footprints: Polygons of the ground that visible tracks take, where these were traced and no lines.
    """

    visible: Geometries
    hidden: Geometries
    ignore: Geometries
    crs: pyproj.CRS
    footprints: Geometries = ()

    def moved_to(self, crs: pyproj.CRS) -> Tracing:
        """The same in another CRS; what has no place there is left out.

        Raises:
            RailSegError: nothing leads from the one CRS to the other.
        """
        moved = [
            tuple(g for g in moved_geometries(geometries, self.crs, crs) if g is not None)
            for geometries in (self.visible, self.hidden, self.ignore, self.footprints)
        ]
        return Tracing(moved[0], moved[1], moved[2], crs, moved[3])

    def within(self, region: BaseGeometry) -> Tracing:
        """What of it comes into a region, uncut."""
        shapely.prepare(region)

        def near(geometries: Geometries) -> Geometries:
            return tuple(geometry for geometry in geometries if region.intersects(geometry))

        return Tracing(near(self.visible), near(self.hidden), near(self.ignore), self.crs, near(self.footprints))


def moved_geometries(
    geometries: Sequence[BaseGeometry], source: pyproj.CRS, target: pyproj.CRS
) -> list[BaseGeometry | None]:
    """Geometries in another CRS, their edges bent as they are on the ground; None for one that has no place there.

    Raises:
        RailSegError: nothing leads from the one CRS to the other.
    """
    if source.equals(target, ignore_axis_order=True):
        return list(geometries)
    try:
        move = pyproj.Transformer.from_crs(source, target, always_xy=True).transform
    except ProjError as error:
        raise RailSegError(
            f"The lines' CRS does not lead to the picture's ({error}).", "Give the lines in the picture's own CRS."
        ) from error
    moved: list[BaseGeometry | None] = []
    for geometry in geometries:
        place = None
        if geometry.length > 0:
            dense = shapely.segmentize(geometry, geometry.length / _PIECES)
            place = shapely.transform(dense, move, interleaved=False)
        moved.append(place if place is not None and np.isfinite(shapely.get_coordinates(place)).all() else None)
    return moved


def read_tracing(path: str | os.PathLike[str], *, footprints: bool = False) -> Tracing:
    """The tracing in a vector file: its layer `rail_track` if that has lines, else the first with lines.

    Lines are centre-lines of tracks; those whose field `state` is `hidden` or whose field `what` is `ignore` count for
    nothing, nor do polygons. Points (switches) are left out, and so is what has the `status` `rejected`.

    Args:
        path: Any file that GDAL reads; `FILE|layername=LAYER` for that layer alone.
        footprints: Whether in a file without lines polygons are the ground that tracks take.

    Raises:
        RailSegError: the file cannot be read, has no visible tracks, or does not say its CRS.
    """
    name, only = vector_name(path)
    with reading_vectors(name):
        ordered = geometry_layers(name, only, TRACK_LAYER)
        for takes_polygons, layer in itertools.product((False, True) if footprints else (False,), ordered):
            found = read_parts(name, layer, ["what", "state"])
            parts = found.parts
            passed_over = (found.says("state", "hidden") | found.says("what", "ignore"))[found.owner]
            is_line = found.are(shapely.GeometryType.LINESTRING)
            if is_line.any() and found.is_rejected[is_line].all():
                raise RailSegError(f"All lines of {name} are rejected.", "Give a layer with the tracks' centre-lines.")
            is_line &= ~found.is_rejected
            is_polygon = found.are(shapely.GeometryType.POLYGON) & ~found.is_rejected
            visible = parts[is_line & ~passed_over]
            ground = parts[is_polygon & ~passed_over] if takes_polygons else parts[:0]
            if not len(visible) and not len(ground):
                continue
            crs = as_crs(known_crs(name, found.crs))
            ignore = parts[is_polygon & passed_over] if takes_polygons else parts[is_polygon]
            hidden = parts[is_line & passed_over]
            return Tracing(
                tuple(visible),
                tuple(hidden),
                tuple(shapely.make_valid(ignore)),
                crs,
                tuple(shapely.make_valid(ground)),
            )
    raise RailSegError(f"{name} has no lines.", "Give a layer with the tracks' centre-lines.")


def read_switches(path: str | os.PathLike[str]) -> tuple[npt.NDArray[np.float64], pyproj.CRS] | None:
    """The switches in a vector file, whichever of its layers is named: points with `railway` or `what` = `switch`.

    Those whose field `state` is `hidden` or whose `status` is `rejected` are left out.

    Returns:
        float64 (n, 2), (x, y), and their CRS; None where the file says nothing of switches. It does where it has a
        layer `rail_node`, also without any.

    Raises:
        RailSegError: the file cannot be read, or does not say its CRS.
    """
    name, _ = vector_name(path)
    with reading_vectors(name):
        for layer in geometry_layers(name, first=NODE_LAYER):
            found = read_parts(name, layer, ["railway", "what", "state"])
            is_switch = (found.says("railway", "switch") | found.says("what", "switch"))[found.owner]
            switches = is_switch & found.are(shapely.GeometryType.POINT)
            if not switches.any() and layer != NODE_LAYER:
                continue
            crs = as_crs(known_crs(name, found.crs))
            is_hidden = found.says("state", "hidden")[found.owner]
            return shapely.get_coordinates(found.parts[switches & ~is_hidden & ~found.is_rejected]), crs
    return None


def total_length(lines: Iterable[BaseGeometry]) -> float:
    """Length of all lines, in their CRS's unit."""
    return float(sum(line.length for line in lines))
