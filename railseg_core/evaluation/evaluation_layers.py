"""The result of an evaluation as map layers: matched, missed and false lines, and switches."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyproj
import shapely

from railseg_core.arrays import Points
from railseg_core.evaluation.line_evaluation import LineEvaluation
from railseg_core.evaluation.piece_layers import write_pieces
from railseg_core.evaluation.switch_matching import SwitchMatch
from railseg_core.vectors.coordinates import Mover, mover
from railseg_core.vectors.geopackage import write_layer, written_geopackage

MATCHED_LAYER = "matched"
MISSED_LAYER = "missed"
FALSE_LAYER = "false"
SWITCH_LAYER = "switches"
EVALUATION_LAYERS = (MATCHED_LAYER, MISSED_LAYER, FALSE_LAYER, SWITCH_LAYER)


def write_layers(
    path: str | os.PathLike[str],
    found: LineEvaluation,
    crs: pyproj.CRS,
    target: pyproj.CRS,
    *,
    overwrite: bool,
) -> None:
    """Writes the layers as a GeoPackage, which appears complete or not at all.

    Args:
        path: The file to write.
        found: The evaluation.
        crs: The evaluation's own metric CRS.
        target: CRS of the layers.
        overwrite: Whether an existing file may be replaced.

    Raises:
        RailSegError: the file cannot be written, or a line cannot be transformed to the target CRS.
    """
    move = mover(crs, target)
    with written_geopackage(path, overwrite=overwrite) as aside:
        for layer, pieces in (
            (MATCHED_LAYER, found.matched),
            (MISSED_LAYER, found.missed),
            (FALSE_LAYER, found.false),
        ):
            offsets_cm = np.array([100 * piece.offset_m for piece in pieces], dtype=np.float64)
            fields = {"offset_cm": offsets_cm} if layer == MATCHED_LAYER else {}
            write_pieces(aside, layer, pieces, fields, crs, target, move)
        _write_switches(aside, found.switches, target, move)


def _write_switches(path: Path, match: SwitchMatch, target: pyproj.CRS, move: Mover) -> None:
    """Writes the switches of the extracted lines, matched or false, where they were drawn; then those missed."""
    paired, found = match.pairs.T
    outcome = np.full(len(match.extracted.places), "false", dtype=object)
    outcome[paired] = "matched"
    along_m = np.full(len(match.extracted.places), np.nan)
    along_m[paired] = match.along_m
    missed = np.delete(match.reference.places, found, axis=0)
    places: Points = np.concatenate([match.extracted.places, missed])
    fields = {
        "outcome": np.concatenate([outcome, np.full(len(missed), "missed", dtype=object)]),
        "along_m": np.concatenate([along_m, np.full(len(missed), np.nan)]),
    }
    write_layer(path, SWITCH_LAYER, fields, shapely.points(move(places)), "Point", target)
