"""Lines that keep the ids they have in their file."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Bools, Ints, Points
from railseg_core.errors import RailSegError
from railseg_core.railway_map import TRACK_LAYER
from railseg_core.vectors.coordinates import as_crs, moved_geometries
from railseg_core.vectors.vector_files import geometry_layers, known_crs, read_parts, reading_vectors, vector_name

_LINE_TYPES = ("LineString", "MultiLineString", "Unknown")
"""Geometry types, without dimensions, of layers that may contain lines."""


@dataclass(frozen=True, slots=True)
class LineLayer:
    """The n lines of a layer, with multi-part ones split.

    Attributes:
        lines: LineStrings of non-zero length.
        fids: int64 (n,), the id of the feature that each belongs to.
        track_ids: object (n,), the feature's `track_id`; its id as text if it has none.
        crs: CRS of the lines.
    """

    lines: tuple[BaseGeometry, ...]
    fids: Ints
    track_ids: npt.NDArray[np.object_]
    crs: pyproj.CRS

    def moved_to(self, crs: pyproj.CRS) -> LineLayer:
        """The same lines in another CRS; those that cannot be transformed are left out.

        Raises:
            RailSegError: there is no transformation between the two CRSs.
        """
        moved = moved_geometries(self.lines, self.crs, crs)
        kept = np.array([line is not None for line in moved], dtype=np.bool_)
        return self._chosen(moved, kept, crs)

    def within(self, region: BaseGeometry) -> LineLayer:
        """The lines that intersect a region, not cut by it."""
        shapely.prepare(region)
        return self._chosen(self.lines, shapely.intersects(region, np.array(self.lines, dtype=object)), self.crs)

    def _chosen(self, lines: Iterable[BaseGeometry | None], kept: Bools, crs: pyproj.CRS) -> LineLayer:
        chosen = tuple(itertools.compress(lines, kept))
        return LineLayer(chosen, self.fids[kept], self.track_ids[kept], crs)


def read_line_layer(path: str | os.PathLike[str]) -> LineLayer:
    """The lines of a vector file: of its layer `rail_track`, which may be empty, otherwise of the first with lines.

    `FILE|layername=LAYER` is that layer alone. A file with only empty layers whose type allows lines is valid and has
    none. Lines whose field `status` is `rejected` are left out.

    Raises:
        RailSegError: the file cannot be read, contains something else but no lines, or has no CRS.
    """
    name, only = vector_name(path)
    empty: LineLayer | None = None
    with reading_vectors(name):
        for layer in geometry_layers(name, only, TRACK_LAYER):
            found = read_parts(name, layer, ["track_id"])
            is_line = found.are(shapely.GeometryType.LINESTRING) & (shapely.length(found.parts) > 0)
            counts = is_line & ~found.is_rejected
            is_empty = not len(found.fids) and found.geometry_type.partition(" ")[0] in _LINE_TYPES and found.crs != ""
            if not is_line.any() and layer != TRACK_LAYER and not is_empty:
                continue
            crs = as_crs(known_crs(name, found.crs))
            given = found.fields.get("track_id", np.full(len(found.fids), None))
            named = [str(fid) if text is None else str(text) for fid, text in zip(found.fids, given, strict=True)]
            track_ids = np.array(named, dtype=object)
            of_line = found.owner[counts]
            lines = LineLayer(tuple(found.parts[counts]), found.fids[of_line], track_ids[of_line], crs)
            if is_line.any() or layer == TRACK_LAYER:
                return lines
            empty = empty or lines
    if empty is not None:
        return empty
    raise RailSegError(f"{name} has no lines.", "Give a layer of lines.")


def read_lines(path: str | os.PathLike[str]) -> tuple[list[Points], pyproj.CRS]:
    """The lines that `read_line_layer` finds, each as float64 (n, 2) vertices (x, y); and their CRS."""
    found = read_line_layer(path)
    return [shapely.get_coordinates(line) for line in found.lines], found.crs
