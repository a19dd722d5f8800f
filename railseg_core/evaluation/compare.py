"""Compares a file of extracted tracks with a map: what each has that the other lacks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from railseg_core.arrays import Ints
from railseg_core.errors import RailSegError
from railseg_core.evaluation.common_ground import check_same_place, limits, metric_crs, vertices
from railseg_core.evaluation.line_pieces import Piece
from railseg_core.evaluation.map_comparison import MapComparison, compare_maps
from railseg_core.evaluation.piece_layers import write_pieces
from railseg_core.raster import read_outline
from railseg_core.reporting import Reporter
from railseg_core.requests import CompareRequest
from railseg_core.vectors.coordinates import mover
from railseg_core.vectors.geopackage import written_geopackage
from railseg_core.vectors.line_layer import LineLayer, read_line_layer

COMPARISON_LAYERS = ("new", "missing", "shifted", "matched")
_STEPS = 2


def compare(request: CompareRequest, reporter: Reporter) -> dict[str, Any]:
    """Compares a file of extracted tracks with a map; see `railseg_core.pipeline.run`.

    Returns:
        The numbers of `MapComparison.figures`, and `layers`.

    Raises:
        RailSegError: a file cannot be read, has no lines or no CRS, both are empty, they are of different places, or
            the layers cannot be written.
    """
    reporter.progress("compare", 0, _STEPS)
    extracted, reference = read_line_layer(request.extracted), read_line_layer(request.reference)
    if not extracted.lines and not reference.lines:
        raise RailSegError(
            f"Neither {request.extracted} nor {request.reference} has any lines.", "Give at least one file with lines."
        )
    outline = None
    if request.raster is not None:
        outline, crs = read_outline(request.raster)
    else:
        first, what = (extracted, "extracted map") if extracted.lines else (reference, "map")
        crs = metric_crs(shapely.get_coordinates(first.lines), first.crs, what)
    made, true = extracted.moved_to(crs), reference.moved_to(crs)
    place = (request.extracted, made.lines) if outline is None else (str(request.raster), [outline])
    # An empty map is valid: everything is new. So is a map with nothing on the picture, but not one of another country.
    if reference.lines and (extracted.lines or outline is not None):
        check_same_place(place, (request.reference, true.lines))
    where = limits(outline, request.area, crs, [*made.lines, *true.lines])
    if where is not None:
        made, true = made.within(where.near), true.within(where.near)
    comparison = compare_maps(
        vertices(made.lines),
        vertices(true.lines),
        reach_m=request.reach_m,
        shift_m=request.shift_m,
        ignore=None if where is None else where.beyond,
    )
    reporter.progress("compare", 1, _STEPS)
    if request.layers is not None:
        _write_layers(request.layers, comparison, made, true, extracted.crs, overwrite=request.overwrite)
    reporter.progress("compare", 2, _STEPS)
    return {**comparison.figures, "layers": None if request.layers is None else str(request.layers)}


def _write_layers(
    path: str | os.PathLike[str],
    comparison: MapComparison,
    made: LineLayer,
    true: LineLayer,
    target: pyproj.CRS,
    *,
    overwrite: bool,
) -> None:
    """Writes the result as layers of a GeoPackage, which appears complete or not at all."""
    move = mover(made.crs, target)
    found: tuple[tuple[Sequence[Piece], Mapping[str, npt.NDArray[Any]]], ...] = (
        (comparison.new, _tracks_of(comparison.new, made)),
        (
            comparison.missing,
            {"reference_fid": true.fids[_numbers(piece.source for piece in comparison.missing)]},
        ),
        (comparison.shifted, _pairs_of(comparison.shifted, made, true)),
        (comparison.matched, _pairs_of(comparison.matched, made, true)),
    )
    with written_geopackage(path, overwrite=overwrite) as aside:
        for layer, (pieces, fields) in zip(COMPARISON_LAYERS, found, strict=True):
            write_pieces(aside, layer, pieces, fields, made.crs, target, move)


def _tracks_of(pieces: Sequence[Piece], made: LineLayer) -> dict[str, npt.NDArray[Any]]:
    return {"track_id": made.track_ids[_numbers(piece.source for piece in pieces)]}


def _pairs_of(pieces: Sequence[Piece], made: LineLayer, true: LineLayer) -> Mapping[str, npt.NDArray[Any]]:
    return {
        **_tracks_of(pieces, made),
        "reference_fid": true.fids[_numbers(piece.partner for piece in pieces)],
        "offset_dm": np.array([10 * piece.offset_m for piece in pieces], dtype=np.float64),
    }


def _numbers(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)
