"""Outputs that would replace each other or an input are refused before the work starts; finished work isn't lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsDataSourceUri,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsProperty,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from railseg.plugin.algorithms.destinations import destination_problem
from railseg.plugin.algorithms.extract_railway import ExtractRailway
from railseg.plugin.provider import RailSegProvider
from support import MAIN, Feedback, lines_layer, run, write_raster


@pytest.fixture
def extract(provider: RailSegProvider) -> ExtractRailway:
    algorithm = provider.algorithm("extractrailway")
    assert isinstance(algorithm, ExtractRailway)
    return algorithm


def problem(extract: ExtractRailway, parameters: dict[str, Any]) -> str:
    return destination_problem(extract, parameters, QgsProcessingContext())


def write_table(path: Path, name: str) -> None:
    """Writes lines to a table of a GeoPackage beside those that it has."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = name
    if path.exists():
        options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
    saved, message, _, _ = QgsVectorFileWriter.writeAsVectorFormatV3(
        lines_layer(MAIN), str(path), QgsProcessingContext().transformContext(), options
    )
    assert saved == QgsVectorFileWriter.WriterError.NoError, message


def table(path: Path, name: str) -> str:
    """As QGIS names a table of a GeoPackage as an output."""
    return f"ogr:dbname='{path}' table=\"{name}\" (geom)"


@pytest.mark.usefixtures("provider")
def test_an_output_that_a_batch_leaves_empty_is_not_asked_for(track_raster: Path) -> None:
    nothing = QgsProcessingOutputLayerDefinition("")
    outputs = {"TRACKS": "memory:", "NODES": nothing, "MASK": nothing, "PROBABILITY": nothing, "GEOPACKAGE": ""}
    results = run("extractrailway", {"INPUT": str(track_raster), "DEVICE": "cpu", "MIN_LENGTH": 5, **outputs})
    assert results["TRACK_COUNT"] > 0
    assert not results.keys() & {"NODES", "MASK", "PROBABILITY", "GEOPACKAGE"}
    lines = {"INPUT": lines_layer(MAIN), "REFERENCE": lines_layer(MAIN)}
    assert "NEW" not in run("comparerailway", lines | {"NEW": nothing, "MATCHED": "memory:"})


def test_two_outputs_of_one_file_are_refused(extract: ExtractRailway, tmp_path: Path) -> None:
    path = str(tmp_path / "a.gpkg")
    assert "same name" in problem(extract, {"TRACKS": path, "NODES": path})
    assert problem(extract, {"TRACKS": path, "NODES": str(tmp_path / "b.gpkg")}) == ""
    assert problem(extract, {"TRACKS": "TEMPORARY_OUTPUT", "NODES": "TEMPORARY_OUTPUT", "MASK": "memory:"}) == ""


def test_a_database_has_room_for_several_tables_unless_one_output_takes_all_of_it(
    extract: ExtractRailway, tmp_path: Path
) -> None:
    path = tmp_path / "a.gpkg"
    tables = {name: table(path, name) for name in ("TRACKS", "NODES")}
    assert problem(extract, tables) == ""
    assert "same name" in problem(extract, tables | {"NODES": tables["TRACKS"]})
    assert "same name" in problem(extract, tables | {"GEOPACKAGE": str(path)})


def test_outputs_to_one_table_of_a_database_are_refused(extract: ExtractRailway) -> None:
    server = "dbname='rail' host=gis.example port=5432 user='me'"
    tracks = f'postgres://{server} table="public"."tracks" (geom)'
    for same in (tracks, f"postgis:{server} table=tracks (geom)", tracks.replace("'me'", "'you'")):
        assert "same name: public.tracks" in problem(extract, {"TRACKS": tracks, "NODES": same})
    for other in (tracks.replace("public", "old"), tracks.replace('"tracks"', '"nodes"'), tracks.replace("gis.", "")):
        assert problem(extract, {"TRACKS": tracks, "NODES": other}) == ""


@pytest.mark.usefixtures("provider")
def test_a_database_that_cannot_be_reached_is_told_before_the_work(plain_raster: Path) -> None:
    feedback = Feedback()
    tracks = "postgres://dbname='rail' host=127.0.0.1 port=9 user='me' password='secret' table=\"public\".\"t\" (geom)"
    with pytest.raises(QgsProcessingException, match="the database rail can't be reached"):
        run("extractrailway", {"INPUT": str(plain_raster), "DEVICE": "cpu", "TRACKS": tracks}, feedback)
    assert not feedback.texts
    assert not any("secret" in error for error in feedback.errors)


def test_a_folder_that_is_not_there_or_closed_to_the_user_is_told(extract: ExtractRailway, tmp_path: Path) -> None:
    # For the superuser, who may enter every folder, a name that is too long stands in for a folder that is closed.
    for folder in ("none", "x" * 300):
        told = problem(extract, {"TRACKS": str(tmp_path / folder / "a.gpkg")})
        assert told.startswith("Railway tracks can't be written")


def test_a_vector_file_that_qgis_could_not_open_is_told_beforehand(extract: ExtractRailway, tmp_path: Path) -> None:
    folder = tmp_path / "Track%20plans"
    folder.mkdir()
    for outputs in ({"TRACKS": str(folder / "a.shp")}, {"GEOPACKAGE": str(tmp_path / "100%ab.gpkg")}):
        assert problem(extract, outputs).startswith("QGIS can't open")
    for outputs in ({"PROBABILITY": str(folder / "a.tif")}, {"TRACKS": str(tmp_path / "100% sure.gpkg")}):
        assert problem(extract, outputs) == ""


@pytest.mark.usefixtures("provider")
def test_a_format_without_fields_is_neither_offered_nor_taken(extract: ExtractRailway, tmp_path: Path) -> None:
    told = problem(extract, {"TRACKS": str(tmp_path / "tracks.DXF")})
    assert told.startswith("Railway tracks can't be written as .dxf")
    provider = QgsApplication.processingRegistry().providerById("railseg")
    assert not {"dxf", "ili", "itf"} & set(provider.supportedOutputVectorLayerExtensions())
    assert {"gpkg", "shp", "geojson", "fgb"} <= set(provider.supportedOutputVectorLayerExtensions())


def test_no_output_replaces_what_is_read(extract: ExtractRailway, tmp_path: Path) -> None:
    area = tmp_path / "area.gpkg"
    write_table(area, "corridor")
    link = tmp_path / "link.gpkg"
    link.symlink_to(area)
    raster = write_raster(tmp_path / "a.tif")
    read = {"INPUT": str(raster), "AREA": str(area)}
    for output in ({"TRACKS": str(area)}, {"TRACKS": table(area, "corridor")}, {"NODES": str(link)}):
        assert "is an input" in problem(extract, read | output)
    assert "is an input" in problem(extract, {"INPUT": str(raster), "PROBABILITY": str(raster)})
    assert problem(extract, read | {"TRACKS": table(area, "tracks")}) == ""
    expression = QgsProcessingOutputLayerDefinition(QgsProperty.fromExpression(f"'{area}'"))
    for output in (
        table(area, "CORRIDOR"),
        f"ogr: dbname={area} table=corridor",
        str(area.with_suffix("")),
        expression,
    ):
        assert "is an input" in problem(extract, read | {"TRACKS": output})


def test_no_output_replaces_a_layer_whose_edits_are_not_saved(extract: ExtractRailway, tmp_path: Path) -> None:
    path = tmp_path / "map.gpkg"
    write_table(path, "rail_track")
    layer = QgsVectorLayer(f"{path}|layername=rail_track", "my tracks", "ogr")
    assert layer.isValid()
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    QgsProject.instance().addMapLayer(layer)
    try:
        for parameters in ({"GEOPACKAGE": str(path)}, {"TRACKS": str(path)}):
            assert not destination_problem(extract, parameters, context)
            layer.startEditing()
            assert "my tracks is being edited" in destination_problem(extract, parameters, context)
            layer.rollBack()
        layer.startEditing()
        assert not destination_problem(extract, {"TRACKS": table(path, "other")}, context)
    finally:
        layer.rollBack()
        QgsProject.instance().removeMapLayer(layer)


def test_no_output_replaces_a_geopackage_with_other_layers(extract: ExtractRailway, tmp_path: Path) -> None:
    path = tmp_path / "tracks.gpkg"
    write_table(path, "tracks")
    assert problem(extract, {"TRACKS": str(path)}) == ""
    for name in ("roads", "houses"):
        write_table(path, name)
    assert "contains other layers, which would be lost: houses, roads." in problem(extract, {"TRACKS": str(path)})
    assert problem(extract, {"TRACKS": table(path, "tracks")}) == ""


@pytest.mark.parametrize("name", ["rail.gpkg", "Gleise #1, 100% neu.gpkg"])
def test_no_output_replaces_a_geopackage_in_which_a_project_is_saved(
    extract: ExtractRailway, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "rail.gpkg"
    assert QgsProject().write(f"geopackage:{path}?projectName=rail")
    path = path.rename(tmp_path / name)
    assert "would be lost: qgis_projects." in problem(extract, {"TRACKS": str(path)})
    assert problem(extract, {"TRACKS": table(path, "tracks")}) == ""


def test_a_quote_in_a_folder_s_name_hides_nothing(extract: ExtractRailway, tmp_path: Path) -> None:
    folder = tmp_path / "o'brien"
    folder.mkdir()
    uri = QgsDataSourceUri()
    uri.setDatabase(str(folder / "a.gpkg"))
    uri.setTable("tracks")
    assert problem(extract, {"TRACKS": f"ogr:{uri.uri()}"}) == ""
    assert "same name" in problem(extract, {"TRACKS": f"ogr:{uri.uri()}", "GEOPACKAGE": str(folder / "a.gpkg")})


@pytest.mark.usefixtures("provider")
def test_the_map_that_is_compared_with_stays(tmp_path: Path) -> None:
    path = tmp_path / "map.gpkg"
    write_table(path, "map")
    with pytest.raises(QgsProcessingException, match="is an input"):
        run("comparerailway", {"INPUT": lines_layer(MAIN), "REFERENCE": str(path), "MATCHED": str(path)})
    assert QgsVectorLayer(str(path), "map", "ogr").featureCount() == 1


@pytest.mark.usefixtures("provider")
def test_a_layer_whose_data_are_in_its_source_is_no_file_that_an_output_replaces(tmp_path: Path) -> None:
    points = ",".join(f"[11,{50 + number / 1000}]" for number in range(99))  # longer than a path may be
    layer = QgsVectorLayer(f'{{"type": "LineString", "coordinates": [{points}]}}', "lines", "ogr")
    assert layer.isValid()
    path = tmp_path / "matched.gpkg"
    path.touch()
    results = run("comparerailway", {"INPUT": layer, "REFERENCE": layer, "MATCHED": str(path)})
    assert results["MATCHED_LENGTH"] > 0


@pytest.mark.usefixtures("provider")
def test_what_was_found_is_not_lost_where_an_output_cannot_be_made(track_raster: Path, tmp_path: Path) -> None:
    path = tmp_path / "tracks.gpkg"
    path.write_text("no GeoPackage")
    with pytest.raises(QgsProcessingException, match=r"The results are in (\S+):") as told:
        run("extractrailway", {"INPUT": str(track_raster), "TRACKS": table(path, "tracks")})
    kept = str(told.value).split("The results are in ")[1].split(": open")[0]
    assert QgsVectorLayer(f"{kept}|layername=rail_track", "tracks", "ogr").featureCount()
