"""Evaluates a file of extracted lines against a file of reference lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Points
from railseg_core.errors import RailSegError
from railseg_core.evaluation.common_ground import check_same_place, limits, metric_crs, vertices
from railseg_core.evaluation.evaluation_layers import write_layers
from railseg_core.evaluation.line_evaluation import STEPS, LineEvaluation, evaluate_lines
from railseg_core.evaluation.switch_matching import SWITCH_ACROSS_M
from railseg_core.raster import read_outline
from railseg_core.reporting import Reporter
from railseg_core.requests import EvaluateRequest
from railseg_core.vectors.line_layer import read_line_layer
from railseg_core.vectors.tracing import Tracing, read_switches, read_tracing


def evaluate(request: EvaluateRequest, reporter: Reporter) -> dict[str, Any]:
    """Compares a file of extracted lines with a file of reference lines; see `railseg_core.pipeline.run`.

    Returns:
        The numbers of `LineEvaluation.figures`, `rho_m` and `layers`.

    Raises:
        RailSegError: a file cannot be read, has no lines or no CRS, the two are of different places, or the layers
            cannot be written.
    """
    extracted = read_line_layer(request.extracted)
    traced = read_tracing(request.reference)
    outline = None
    if request.raster is not None:
        outline, crs = read_outline(request.raster)
    elif extracted.lines:
        crs = metric_crs(shapely.get_coordinates(extracted.lines), extracted.crs, "extracted map")
    else:
        crs = metric_crs(shapely.get_coordinates(traced.visible), traced.crs, "reference")
    made = extracted.moved_to(crs)
    true = traced.moved_to(crs)
    if outline is not None and not shapely.intersects(outline, true.visible).any():
        raise RailSegError(
            f"None of the lines in {request.reference} lies on {request.raster}.",
            "Check the layer's CRS, or give the picture that the reference belongs to.",
        )
    if outline is None and extracted.lines:
        check_same_place((request.extracted, made.lines), (request.reference, true.visible))
    where = limits(outline, request.area, crs, [*made.lines, *true.visible])
    if where is not None:
        made, true = made.within(where.near), true.within(where.near)
    found = evaluate_lines(
        vertices(made.lines),
        vertices(true.visible),
        rho_m=request.rho_m,
        hidden=vertices(true.hidden),
        ignore=_ignored(true, None if where is None else where.beyond),
        extracted_switches=_switch_places(request.extracted, crs),
        reference_switches=_switch_places(request.reference, crs),
        progress=lambda done: reporter.progress("compare", done, STEPS),
    )
    _tell_doubts(found, reporter)
    if request.layers is not None:
        write_layers(request.layers, found, crs, extracted.crs, overwrite=request.overwrite)
    layers = None if request.layers is None else str(request.layers)
    return {**found.figures, "rho_m": request.rho_m, "layers": layers}


def _switch_places(path: str, crs: pyproj.CRS) -> Points | None:
    """A file's switches in another CRS; None if it has no information on switches."""
    found = read_switches(path)
    if found is None:
        return None
    places, own = found
    move = pyproj.Transformer.from_crs(own, crs, always_xy=True)
    moved: Points = np.column_stack(move.transform(*places.T)).reshape(-1, 2)
    return moved[np.isfinite(moved).all(axis=1)]


def _ignored(true: Tracing, beyond_all: BaseGeometry | None) -> BaseGeometry | None:
    """Where nothing counts: in the reference's polygons, and outside the raster or the area."""
    parts = [*true.ignore, *([] if beyond_all is None else [beyond_all])]
    return shapely.union_all(parts) if parts else None


def _tell_doubts(found: LineEvaluation, reporter: Reporter) -> None:
    """Logs what the figures do not show."""
    switches = found.switches
    if not len(switches.reference.places):
        reporter.log("info", "The reference has no switches, so there are no figures for them.")
    lost = int(np.count_nonzero(np.isnan(switches.reference.facing[:, 0])))
    if lost:
        reporter.log(
            "warning",
            f"At {lost} of the reference's switches, no three tracks meet within {SWITCH_ACROSS_M:g} m: they count as "
            "missed. Make the lines meet there.",
        )
    if not len(found.match.extracted.points):
        reporter.log("warning", "None of the extracted lines lies within the evaluated area.")
