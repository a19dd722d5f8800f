"""What a person traced in a picture: read from a vector file, transformed to the picture's working CRS."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass

import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Floats
from railseg_core.errors import RailSegError
from railseg_core.railway_map import NODE_LAYER, TRACK_LAYER
from railseg_core.vectors.coordinates import as_crs, moved_geometries
from railseg_core.vectors.vector_files import geometry_layers, known_crs, read_parts, reading_vectors, vector_name

Geometries = tuple[BaseGeometry, ...]


@dataclass(frozen=True, slots=True)
class Tracing:
    """Tracks, and areas in which nothing counts, in one CRS.

    Attributes:
        visible: Centre-lines of visible tracks.
        hidden: Lines that are neither to be rewarded nor penalised: tracks that are certain but cannot be seen.
        ignore: Polygons in which nothing counts.
        crs: CRS of all geometries.
        footprints: Polygons of the ground that visible tracks take, if these were traced instead of lines.
    """

    visible: Geometries
    hidden: Geometries
    ignore: Geometries
    crs: pyproj.CRS
    footprints: Geometries = ()

    def moved_to(self, crs: pyproj.CRS) -> Tracing:
        """The same in another CRS; geometries that cannot be transformed are left out.

        Raises:
            RailSegError: there is no transformation between the two CRSs.
        """
        moved = [
            tuple(g for g in moved_geometries(geometries, self.crs, crs) if g is not None)
            for geometries in (self.visible, self.hidden, self.ignore, self.footprints)
        ]
        return Tracing(moved[0], moved[1], moved[2], crs, moved[3])

    def within(self, region: BaseGeometry) -> Tracing:
        """The geometries that intersect a region, not cut by it."""
        shapely.prepare(region)

        def near(geometries: Geometries) -> Geometries:
            return tuple(geometry for geometry in geometries if region.intersects(geometry))

        return Tracing(near(self.visible), near(self.hidden), near(self.ignore), self.crs, near(self.footprints))


def read_tracing(path: str | os.PathLike[str], *, footprints: bool = False) -> Tracing:
    """The tracing in a vector file: its layer `rail_track` if that has lines, otherwise the first with lines.

    Lines are centre-lines of tracks; those whose field `state` is `hidden` or whose field `what` is `ignore` do not
    count, nor does anything in polygons. Points (switches) and features with the `status` `rejected` are left out.

    Args:
        path: Any file that GDAL reads; `FILE|layername=LAYER` for that layer alone.
        footprints: Whether, in a file without lines, polygons are the ground that tracks take.

    Raises:
        RailSegError: the file cannot be read, has no visible tracks, or has no CRS.
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
                raise RailSegError(f"All lines in {name} are rejected.", "Give a layer with the tracks' centre-lines.")
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


def read_switches(path: str | os.PathLike[str]) -> tuple[Floats, pyproj.CRS] | None:
    """The switches of a vector file's first layer with any; a layer `rail_node` only counts for `rail_track`.

    They are points with `railway` or `what` = `switch`. Those whose `state` is `hidden` or whose `status` is `rejected`
    are left out.

    Returns:
        float64 (n, 2), (x, y), and their CRS; None if the file has no information on switches. A layer `rail_node` is
        such information, even without any switch.

    Raises:
        RailSegError: the file cannot be read, or the layer has no CRS.
    """
    name, only = vector_name(path)
    with reading_vectors(name):
        for layer in geometry_layers(name, first=NODE_LAYER):
            if layer == NODE_LAYER and only not in (None, TRACK_LAYER, NODE_LAYER):
                continue  # it belongs to other lines than those that are named
            found = read_parts(name, layer, ["railway", "what", "state"])
            is_switch = (found.says("railway", "switch") | found.says("what", "switch"))[found.owner]
            switches = is_switch & found.are(shapely.GeometryType.POINT)
            if not switches.any() and layer != NODE_LAYER:
                continue
            crs = as_crs(known_crs(name, found.crs))
            is_hidden = found.says("state", "hidden")[found.owner]
            return shapely.get_coordinates(found.parts[switches & ~is_hidden & ~found.is_rejected]), crs
    return None
