"""Writes the railway map as a GeoPackage, with styles and a record of the run."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from railseg_core.arrays import Floats
from railseg_core.railway_map import NODE_LAYER, RELATION_LAYER, RUN_LAYER, TRACK_LAYER, RailwayMap
from railseg_core.resources_dir import resource_path
from railseg_core.vectors.coordinates import Mover, as_crs, crs_text, mover
from railseg_core.vectors.geopackage import write_layer, written_geopackage
from railseg_core.vectors.polylines import linestrings

_DECIMALS = 4
"""Of the numbers in the fields: a tenth of a millimetre, and more than a probability is known to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """How a map was made: the row of `railseg_run`, and what every track states about its source.

    Attributes:
        version: RailSeg's version.
        parameters: The parameters of the request; JSON-like.
        raster: Name of the picture, probability or mask.
        source_gsd_m: The picture's own ground sampling distance; None if it is not known.
        model: Name of the model; None if none was used.
        model_sha256: Checksum of the model file.
        device: The device the network ran on; None if it did not run.
        timings_s: Seconds by stage.
        created: Time of creation, with a time zone.
    """

    version: str
    raster: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    source_gsd_m: float | None = None
    model: str | None = None
    model_sha256: str | None = None
    device: str | None = None
    timings_s: Mapping[str, float] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


def write_map(
    path: str | os.PathLike[str],
    railway_map: RailwayMap,
    target_crs: object,
    run: RunRecord,
    *,
    overwrite: bool = False,
) -> None:
    """Writes a map as a GeoPackage with styles, which appears complete or not at all.

    Args:
        path: The file to write.
        railway_map: The map, in its working CRS.
        target_crs: CRS of the written layers (the source raster's): anything `pyproj.CRS` accepts, or a rasterio CRS.
        run: How the map was made.
        overwrite: Whether an existing file may be replaced.

    Raises:
        RailSegError: the file cannot be written, or a line cannot be transformed to the target CRS.
    """
    target = as_crs(target_crs)
    move = mover(as_crs(railway_map.crs), target)
    with written_geopackage(path, overwrite=overwrite) as aside:
        _write_tracks(aside, railway_map, move, target, run)
        _write_nodes(aside, railway_map, move, target)
        _write_relations(aside, railway_map)
        _write_run(aside, railway_map, run)
        _add_styles(aside, run.created)


def _write_tracks(path: Path, railway_map: RailwayMap, move: Mover, crs: pyproj.CRS, run: RunRecord) -> None:
    tracks = railway_map.tracks
    lines = linestrings([track.line for track in tracks], move)
    count = len(tracks)
    fields = {
        "track_id": _texts(track.track_id for track in tracks),
        "from_node": _texts(track.from_node for track in tracks),
        "to_node": _texts(track.to_node for track in tracks),
        "railway": _texts("rail" for _ in tracks),
        "length_m": _numbers(track.length_m for track in tracks),
        "confidence": _numbers(track.confidence for track in tracks),
        "min_confidence": _numbers(track.min_confidence for track in tracks),
        "inferred_m": _numbers(track.inferred_m for track in tracks),
        "min_radius_m": _numbers(track.min_radius_m for track in tracks),
        "status": _texts(track.status for track in tracks),
        "review_reason": _texts(track.review_reason for track in tracks),
        "source": _texts([run.raster] * count),
        "source_gsd_m": _numbers([run.source_gsd_m] * count),
        "model": _texts([run.model] * count),
        "created": _times([run.created] * count),
    }
    write_layer(path, TRACK_LAYER, fields, lines, "LineString", crs)


def _write_nodes(path: Path, railway_map: RailwayMap, move: Mover, crs: pyproj.CRS) -> None:
    nodes = railway_map.nodes
    places = np.array([(node.x, node.y) for node in nodes], dtype=np.float64).reshape(-1, 2)
    fields = {
        "node_id": _texts(node.node_id for node in nodes),
        "railway": _texts(node.railway for node in nodes),
        "degree": np.array([node.degree for node in nodes], dtype=np.int32),
        "angle_deg": _numbers(node.angle_deg for node in nodes),
        "radius_m": _numbers(node.radius_m for node in nodes),
        "turnout_side": _texts(node.turnout_side for node in nodes),
        "confidence": _numbers(node.confidence for node in nodes),
        "status": _texts(node.status for node in nodes),
        "review_reason": _texts(node.review_reason for node in nodes),
    }
    write_layer(path, NODE_LAYER, fields, shapely.points(move(places)), "Point", crs)


def _write_relations(path: Path, railway_map: RailwayMap) -> None:
    relations = railway_map.relations
    fields = {
        "node_id": _texts(relation.node_id for relation in relations),
        "track_a": _texts(relation.track_a for relation in relations),
        "end_a": np.array([relation.end_a for relation in relations], dtype=np.int32),
        "track_b": _texts(relation.track_b for relation in relations),
        "end_b": np.array([relation.end_b for relation in relations], dtype=np.int32),
        "navigable": np.array([relation.navigable for relation in relations], dtype=np.bool_),
    }
    write_layer(path, RELATION_LAYER, fields)


def _write_run(path: Path, railway_map: RailwayMap, run: RunRecord) -> None:
    fields = {
        "version": _texts([run.version]),
        "parameters": _texts([json.dumps(dict(run.parameters), sort_keys=True)]),
        "raster": _texts([run.raster]),
        "source_gsd_m": _numbers([run.source_gsd_m]),
        "gsd_m": _numbers([railway_map.gsd_m]),
        "working_crs": _texts([crs_text(as_crs(railway_map.crs))]),
        "model": _texts([run.model]),
        "model_sha256": _texts([run.model_sha256]),
        "device": _texts([run.device]),
        "timings_s": _texts([json.dumps(dict(run.timings_s), sort_keys=True)]),
        "created": _times([run.created]),
    }
    write_layer(path, RUN_LAYER, fields)


def _texts(values: Iterable[str | None]) -> npt.NDArray[np.object_]:
    return np.array(list(values), dtype=object)


def _numbers(values: Iterable[float | None]) -> Floats:
    """A column of numbers with no more decimals than they can mean; NaN for None."""
    return np.array([np.nan if value is None else round(value, _DECIMALS) for value in values], dtype=np.float64)


def _times(values: Sequence[datetime]) -> npt.NDArray[np.datetime64]:
    return np.array([value.astimezone(UTC).replace(tzinfo=None) for value in values], dtype="datetime64[ms]")


def _add_styles(path: Path, created: datetime) -> None:
    """Adds QGIS's own table of layer styles to the file, so that QGIS shows the layers as intended."""
    now = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),"
            " f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30),"
            " styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),"
            " update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
        )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', '')"
        )
        for layer in (TRACK_LAYER, NODE_LAYER):
            database.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, update_time)"
                " VALUES ('', '', ?, 'geom', ?, ?, '', 1, 'RailSeg', '', ?)",
                (layer, layer, resource_path("styles", f"{layer}.qml").read_text(encoding="utf-8"), now),
            )
        # The same run gives the same file: only `created` says when it was written.
        database.execute("UPDATE gpkg_contents SET last_change = ?", (now,))
