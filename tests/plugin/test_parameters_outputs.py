"""Outputs that would replace each other are refused before the work."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsProcessingException
from railseg.plugin.algorithms.parameters import check_destinations


def test_two_outputs_of_one_file_are_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "a.gpkg")
    with pytest.raises(QgsProcessingException, match="same name"):
        check_destinations({"TRACKS": path, "NODES": path}, ["TRACKS", "NODES"])
    check_destinations({"TRACKS": path, "NODES": str(tmp_path / "b.gpkg")}, ["TRACKS", "NODES"])
    check_destinations({"TRACKS": "TEMPORARY_OUTPUT", "NODES": "TEMPORARY_OUTPUT"}, ["TRACKS", "NODES"])


def test_a_database_has_room_for_several_tables(tmp_path: Path) -> None:
    tables = {name: f"ogr:dbname='{tmp_path / 'a.gpkg'}' table=\"{name}\" (geom)" for name in ("TRACKS", "NODES")}
    check_destinations(tables, ["TRACKS", "NODES"])
    tables["NODES"] = tables["TRACKS"]
    with pytest.raises(QgsProcessingException, match="same name"):
        check_destinations(tables, ["TRACKS", "NODES"])
