"""Parts of lines as a map layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pyproj

from railseg_core.evaluation.line_pieces import Piece
from railseg_core.vectors.coordinates import Mover, ground_lengths
from railseg_core.vectors.geopackage import write_layer
from railseg_core.vectors.polylines import linestrings


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
        path: The GeoPackage.
        layer: The layer's name.
        pieces: The pieces to write.
        fields: Arrays (pieces,) by field name.
        crs: CRS of the pieces.
        target: CRS of the layer.
        move: Transforms points from `crs` to `target`.
    """
    lines = [piece.line for piece in pieces]
    geometries = linestrings(lines, move)
    values = {"length_m": ground_lengths(lines, crs), **fields}
    write_layer(path, layer, values, geometries, "LineString", target)
