"""The steps from a picture to lines, one by one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsHillshadeRenderer,
    QgsNullSymbolRenderer,
    QgsProcessingContext,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from support import Feedback, run

pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture
def load_into_project(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs an algorithm of RailSeg's as the toolbox does, and gives the project's only layer afterwards."""
    from processing.gui import Postprocessing

    monkeypatch.setattr(Postprocessing, "iface", None)  # from 3.44 on the stub of a desktop won't do

    def load(name: str, parameters: dict[str, Any]) -> Any:
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        feedback = Feedback()
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"railseg:{name}")
        _, is_ok = algorithm.run(parameters, context, feedback)
        assert is_ok, feedback.errors
        assert Postprocessing.handleAlgorithmResults(algorithm, context, feedback, parameters)
        (layer,) = QgsProject.instance().mapLayers().values()
        return layer

    return load


def test_lines_go_to_memory_files_and_tables_alike(extraction: dict[str, Any], tmp_path: Path) -> None:
    table = f"ogr:dbname='{tmp_path / 'railway.gpkg'}' table=\"rails\" (geom)"
    counts = []
    for destination in ("memory:", "TEMPORARY_OUTPUT", str(tmp_path / "tracks.geojson"), table):
        results = run(
            "vectorizerailwaymask", {"INPUT": extraction["PROBABILITY"], "MIN_LENGTH": 5, "TRACKS": destination}
        )
        layer = results["TRACKS"]
        layer = layer if isinstance(layer, QgsVectorLayer) else QgsVectorLayer(layer, "tracks", "ogr")
        assert layer.isValid()
        counts.append((layer.featureCount(), results["TRACK_COUNT"]))
    assert set(counts) == {(extraction["TRACK_COUNT"], extraction["TRACK_COUNT"])}
    assert QgsVectorLayer(f"{tmp_path / 'railway.gpkg'}|layername=rails").isValid()


def test_a_table_without_lines_is_written_with_a_warning(extraction: dict[str, Any], tmp_path: Path) -> None:
    told = {}
    for ending in ("csv", "gpkg"):
        feedback = Feedback()
        path = str(tmp_path / f"tracks.{ending}")
        run("vectorizerailwaymask", {"INPUT": extraction["PROBABILITY"], "MIN_LENGTH": 5, "TRACKS": path}, feedback)
        assert QgsVectorLayer(path, "tracks", "ogr").featureCount() == extraction["TRACK_COUNT"]
        told[ending] = feedback.warnings
    (warning,) = told["csv"]
    assert warning.startswith("Railway tracks will be a table without lines")
    assert told["gpkg"] == []


def test_segment_then_clean_gives_rasters(track_raster: Path, tmp_path: Path) -> None:
    probability = run(
        "segmentrailway",
        {"INPUT": str(track_raster), "DEVICE": "cpu", "PROBABILITY": str(tmp_path / "probability.tif")},
    )["PROBABILITY"]
    mask = run("cleanrailwaymask", {"INPUT": probability, "KERNEL": "square", "MASK": "TEMPORARY_OUTPUT"})["MASK"]
    dataset = gdal.Open(mask)
    assert dataset.GetRasterBand(1).ComputeRasterMinMax() == (0, 255)


def test_an_output_that_exists_is_replaced(extraction: dict[str, Any], tmp_path: Path) -> None:
    mask = tmp_path / "mask.tif"
    for _ in range(2):
        assert run("cleanrailwaymask", {"INPUT": extraction["MASK"], "MASK": str(mask)})["MASK"] == str(mask)


def test_a_run_over_the_file_of_a_layer_shows_its_new_lines_in_the_user_s_style(
    qgis_new_project: None, extraction: dict[str, Any], tmp_path: Path, load_into_project: Callable[..., Any]
) -> None:
    tracks = QgsProcessingOutputLayerDefinition(str(tmp_path / "tracks.gpkg"), QgsProject.instance())

    def load(opening_m: float) -> QgsVectorLayer:
        parameters = {"INPUT": extraction["PROBABILITY"], "MIN_LENGTH": 5, "OPENING": opening_m, "TRACKS": tracks}
        return load_into_project("vectorizerailwaymask", parameters)

    layer = load(0.6)
    assert layer.renderer().type() == "RuleRenderer"
    assert len(list(layer.getFeatures())) > 0
    layer.setRenderer(QgsNullSymbolRenderer())
    again = load(10.0)  # nothing is as wide as that
    assert again is layer
    assert list(again.getFeatures()) == []
    assert again.renderer().type() == "nullSymbol"


def test_a_run_over_the_file_of_a_raster_layer_shows_its_new_pixels_in_the_user_s_style(
    qgis_new_project: None, extraction: dict[str, Any], tmp_path: Path, load_into_project: Callable[..., Any]
) -> None:
    part = tmp_path / "part.tif"
    gdal.Translate(str(part), extraction["MASK"], srcWin=[0, 0, 100, 100])
    mask = QgsProcessingOutputLayerDefinition(str(tmp_path / "mask.tif"), QgsProject.instance())

    def load(raster: str) -> QgsRasterLayer:
        return load_into_project("cleanrailwaymask", {"INPUT": raster, "MASK": mask})

    layer = load(extraction["MASK"])
    layer.setRenderer(QgsHillshadeRenderer(layer.dataProvider(), 1, 315, 45))
    assert layer.dataProvider().bandStatistics(1).maximumValue == 255
    extent = layer.extent()
    again = load(str(part))
    assert again is layer
    assert again.dataProvider().xSize() == 100
    assert again.extent().width() < extent.width()
    assert again.renderer().type() == "hillshade"


def test_a_layer_that_is_edited_during_a_run_over_its_file_keeps_its_edits_until_they_are_discarded(
    qgis_new_project: None, extraction: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "tracks.gpkg"
    parameters = {"INPUT": extraction["PROBABILITY"], "MIN_LENGTH": 5, "TRACKS": str(path)}
    run("vectorizerailwaymask", parameters)
    layer = QgsVectorLayer(str(path), "tracks", "ogr")
    QgsProject.instance().addMapLayer(layer)
    first = min(row.id() for row in layer.getFeatures())
    source = layer.fields().lookupField("source")
    edits = [layer.startEditing, lambda: layer.changeAttributeValue(first, source, "mine")]

    def edit(_feedback: Feedback) -> bool:
        while edits:
            assert edits.pop(0)()
        return False

    feedback = Feedback(edit)
    run("vectorizerailwaymask", parameters | {"OPENING": 10.0}, feedback)  # nothing is as wide as that
    assert layer.editBuffer().changedAttributeValues() == {first: {source: "mine"}}
    assert any("tracks was edited during the run" in warning for warning in feedback.warnings)
    layer.rollBack()
    assert list(layer.getFeatures()) == []
    assert not layer.receivers(layer.editingStopped)  # what is edited from now on is up to the user


def test_a_run_over_the_file_of_layers_that_it_doesn_t_load_shows_in_them(
    qgis_new_project: None, extraction: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "map.gpkg"
    shutil.copy(extraction["GEOPACKAGE"], path)
    tracks = QgsVectorLayer(f"{path}|layername=rail_track", "tracks", "ogr")
    other = QgsVectorLayer(f"{extraction['GEOPACKAGE']}|layername=rail_track", "of another file", "ogr")
    points = ",".join([f"[{x},0]" for x in range(99)])
    inline = QgsVectorLayer(f'{{"type": "LineString", "coordinates": [{points}]}}', "data in the source", "ogr")
    QgsProject.instance().addMapLayers([tracks, other, inline])
    assert inline.isValid()
    assert tracks.featureCount() == other.featureCount() > 0
    changed = []
    tracks.dataChanged.connect(lambda: changed.append(tracks))
    other.dataChanged.connect(lambda: changed.append(other))
    parameters = {"INPUT": extraction["PROBABILITY"], "OPENING": 10.0, "TRACKS": "memory:", "GEOPACKAGE": str(path)}
    assert run("vectorizerailwaymask", parameters)["TRACK_COUNT"] == 0  # nothing is as wide as that
    assert tracks.featureCount() == 0
    assert changed == [tracks]
    run(
        "vectorizerailwaymask", parameters | {"TRACKS": f"ogr:dbname='{path}' table=\"rails\" (geom)", "GEOPACKAGE": ""}
    )
    assert changed == [tracks]  # of another table
