"""Lines that keep the names they have in their file."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Points
from railseg_core.coordinates import as_crs
from railseg_core.errors import RailSegError
from railseg_core.railway_map import TRACK_LAYER
from railseg_core.tracing import moved_geometries
from railseg_core.vector_files import geometry_layers, known_crs, read_parts, reading_vectors, vector_name

_LINE_TYPES = ("LineString", "MultiLineString", "Unknown")
"""What a layer's geometry type is called, without dimensions, if it may hold lines."""


@dataclass(frozen=True, slots=True)
class LineLayer:
    """The n lines of a layer, multi-part ones taken apart.

    Attributes:
        lines: LineStrings with a length.
        fids: int64 (n,), the number of the feature that each is of.
        track_ids: object (n,), its `track_id`; the number as text where there is none.
        crs: Of the lines.
    """

    lines: tuple[BaseGeometry, ...]
    fids: npt.NDArray[np.int64]
    track_ids: npt.NDArray[np.object_]
    crs: pyproj.CRS

    def moved_to(self, crs: pyproj.CRS) -> LineLayer:
        """The same in another CRS; what has no place there is left out.

        Raises:
            RailSegError: nothing leads from the one CRS to the other.
        """
        moved = moved_geometries(self.lines, self.crs, crs)
        kept = np.array([line is not None for line in moved], dtype=np.bool_)
        lines = tuple(line for line in moved if line is not None)
        return LineLayer(lines, self.fids[kept], self.track_ids[kept], crs)


def read_line_layer(path: str | os.PathLike[str]) -> LineLayer:
    """The lines of a vector file: of its layer `rail_track`, which may be empty, else of the first with lines.

    `FILE|layername=LAYER` is that layer alone. A file of nothing but empty layers that are made for lines, or for
    anything, has none and is in order. Lines whose field `status` is `rejected` are left out.

    Raises:
        RailSegError: the file cannot be read, has other things than lines, or does not say its CRS.
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
    """The lines that `read_line_layer` finds, as float64 (n, 2) vertices of each, (x, y); and their CRS."""
    found = read_line_layer(path)
    return [shapely.get_coordinates(line) for line in found.lines], found.crs
