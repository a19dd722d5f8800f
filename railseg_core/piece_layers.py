"""Parts of lines, as a layer to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from railseg_core.coordinates import Mover, ground_lengths
from railseg_core.geopackage import write_layer
from railseg_core.line_pieces import Piece
from railseg_core.polylines import linestrings


def write_pieces(
    path: Path,
    layer: str,
    pieces: Sequence[Piece],
    fields: Mapping[str, npt.NDArray[Any]],
    crs: pyproj.CRS,
    target: pyproj.CRS,
    move: Mover,
) -> None:
    """Appends a layer of pieces with their length and other fields to a GeoPackage.

    Args:
        path: The file.
        layer: Its name.
        pieces: What to write.
        fields: Arrays (pieces,) by the fields' names.
        crs: Of the pieces.
        target: Of the layer.
        move: From the one to the other.
    """
    lines = [piece.line for piece in pieces]
    geometries = linestrings(lines, move(np.concatenate(lines)) if lines else None)
    values = {"length_m": ground_lengths(lines, crs), **fields}
    write_layer(path, layer, values, geometries, "LineString", target)
