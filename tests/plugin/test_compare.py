"""Extracted lines against a map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from railseg.plugin.algorithms.map_layers import JUST_MADE
from support import COMPARISON_LAYERS, MAIN, Feedback, lines_layer, run, write_raster

pytestmark = pytest.mark.usefixtures("provider")


def test_compare_names_tracks_and_the_map_s_features_in_layers_of_its_own() -> None:
    extracted = lines_layer(MAIN, [(0.0, 60.0), (50.0, 60.0)], fields="&field=track_id:string")
    extracted.dataProvider().changeAttributeValues({1: {0: "first"}, 2: {0: "second"}})
    reference = lines_layer(
        [(0.0, 90.0), (9.0, 90.0)], [(0.0, -0.8), (200.0, -0.8)], [(0.0, 30.0), (40.0, 30.0)], crs="EPSG:4326"
    )
    assert reference.dataProvider().deleteFeatures([1])  # ids are not row numbers
    feedback = Feedback()
    results = run(
        "comparerailway",
        {"INPUT": extracted, "REFERENCE": reference} | dict.fromkeys(COMPARISON_LAYERS, "memory:"),
        feedback,
    )
    assert results["SHIFTED_LENGTH"] == pytest.approx(200, abs=0.5)
    assert results["MEAN_DISTANCE"] == pytest.approx(8, abs=0.1)
    rows = {name: list(results[name].getFeatures()) for name in COMPARISON_LAYERS}
    assert not rows["MATCHED"]
    assert [(row["track_id"], row["length_m"]) for row in rows["NEW"]] == [("second", pytest.approx(50, abs=0.1))]
    assert [row["reference_fid"] for row in rows["MISSING"]] == [3]
    assert {(row["track_id"], row["reference_fid"]) for row in rows["SHIFTED"]} == {("first", 2)}
    assert all(row["offset_dm"] == pytest.approx(8, abs=0.1) for row in rows["SHIFTED"])
    assert {results[name].crs().authid() for name in COMPARISON_LAYERS} == {"EPSG:25832"}
    assert feedback.texts[0].startswith("Comparing the lines")
    assert any(line.startswith("Length of the new tracks") for line in feedback.infos)


def test_what_was_rejected_in_the_review_is_not_there() -> None:
    extracted = lines_layer(MAIN, [(0.0, 60.0), (50.0, 60.0)], fields="&field=status:string")
    extracted.dataProvider().changeAttributeValues({1: {0: "ok"}, 2: {0: "rejected"}})
    results = run("comparerailway", {"INPUT": extracted, "REFERENCE": lines_layer(MAIN)})
    assert results["NEW_LENGTH"] == 0
    assert results["MATCHED_LENGTH"] == pytest.approx(200, abs=0.5)


def test_geometries_that_qgis_calls_invalid_stop_nothing() -> None:
    reference = lines_layer(MAIN, [(0.0, 30.0), (0.0, 30.0)])
    context = QgsProcessingContext()
    context.setInvalidGeometryCheck(Qgis.InvalidGeometryCheck.AbortOnInvalid)
    results = run("comparerailway", {"INPUT": lines_layer(MAIN), "REFERENCE": reference}, context=context)
    assert results["MATCHED_LENGTH"] == pytest.approx(200, abs=0.5)


def test_compare_counts_only_what_lies_on_the_picture_and_can_be_empty(
    extraction: dict[str, Any], track_raster: Path, tmp_path: Path
) -> None:
    parameters = {"INPUT": extraction["TRACKS"], "REFERENCE": extraction["TRACKS"], "RASTER": str(track_raster)}
    results = run("comparerailway", parameters | {"NEW": str(tmp_path / "new.gpkg")})
    assert (results["NEW_LENGTH"], results["MISSING_LENGTH"], results["SHIFTED_LENGTH"]) == (0, 0, 0)
    new = QgsVectorLayer(results["NEW"], "new", "ogr")
    assert (new.featureCount(), [field.name() for field in new.fields()]) == (0, ["fid", "length_m", "track_id"])
    assert not (COMPARISON_LAYERS - {"NEW"}) & results.keys()


def test_compare_counts_only_what_lies_in_an_area_of_any_crs_or_beside_its_lines() -> None:
    tracks, reference = lines_layer(MAIN), lines_layer([(-100.0, 0.0), (300.0, 0.0)])
    area = lines_layer([(150.0, -50.0), (150.0, 50.0)], crs="EPSG:4326")
    feedback = Feedback()
    parameters = {"INPUT": tracks, "REFERENCE": reference, "AREA": area}
    results = run("comparerailway", parameters | {"CORRIDOR": 80}, feedback)
    assert results["MATCHED_LENGTH"] == pytest.approx(130, abs=0.5)
    assert results["MISSING_LENGTH"] == pytest.approx(30, abs=0.5)
    beside = lines_layer([(150.0, 900.0), (160.0, 900.0)])
    with pytest.raises(QgsProcessingException, match="None of the tracks lies in the area"):
        run("comparerailway", parameters | {"AREA": beside})


def test_to_an_empty_map_all_is_new_also_in_an_area() -> None:
    area = lines_layer([(150.0, -50.0), (150.0, 50.0)])
    for empty in (lines_layer(), lines_layer(crs="EPSG:4326")):
        parameters = {"INPUT": lines_layer(MAIN), "REFERENCE": empty}
        assert run("comparerailway", parameters)["NEW_LENGTH"] == pytest.approx(200, abs=0.5)
        found = run("comparerailway", parameters | {"AREA": area, "CORRIDOR": 20})
        assert found["NEW_LENGTH"] == pytest.approx(40, abs=0.5)
        found = run("comparerailway", {"INPUT": empty, "REFERENCE": lines_layer(MAIN), "AREA": area, "CORRIDOR": 20})
        assert found["MISSING_LENGTH"] == pytest.approx(40, abs=0.5)


def test_of_a_picture_that_the_worker_cannot_open_the_extent_bounds_what_counts(tmp_path: Path) -> None:
    path = tmp_path / "picture.hdf"
    gdal.Translate(str(path), str(write_raster(tmp_path / "plain.tif")), format="HDF4Image")
    picture = QgsRasterLayer(str(path), "picture")
    box = picture.extent()
    middle = box.center().y() - 5612400
    track = lines_layer([(box.xMinimum() - 612300 - 50, middle), (box.xMaximum() - 612300 + 50, middle)])
    parameters = {"INPUT": track, "REFERENCE": track, "RASTER": picture}
    assert run("comparerailway", parameters)["MATCHED_LENGTH"] == pytest.approx(box.width(), abs=0.5)
    part = parameters | {
        "AREA": lines_layer([(box.xMinimum() - 612300, middle - 9), (box.xMinimum() - 612300, middle)])
    }
    assert run("comparerailway", part | {"CORRIDOR": 5})["MATCHED_LENGTH"] == pytest.approx(5, abs=0.5)


def test_compare_tells_what_it_cannot_compare() -> None:
    lines = lines_layer(MAIN)
    nowhere = QgsVectorLayer("LineString", "nowhere", "memory")
    nowhere.setCrs(QgsCoordinateReferenceSystem())
    for parameters, words in (
        ({"REFERENCE": nowhere}, r"nowhere has no coordinate reference system.*Set Layer CRS"),
        ({"REFERENCE": lines, "RASTER": "none.tif"}, "RASTER"),
        ({"REFERENCE": lines_layer([(90e3, 0.0), (90.1e3, 0.0)])}, "^lines and lines have no area in common"),
    ):
        with pytest.raises(QgsProcessingException, match=words):
            run("comparerailway", {"INPUT": lines} | parameters)


def test_its_layers_come_in_a_group_as_the_tracks_would_hide_them(qgis_new_project: None) -> None:
    project = QgsProject.instance()
    context = QgsProcessingContext()
    context.setProject(project)
    tracks, known = lines_layer(MAIN), lines_layer(MAIN)
    known.setName("OpenStreetMap")
    project.addMapLayers([tracks, known])
    outputs = {name: QgsProcessingOutputLayerDefinition("memory:", project) for name in COMPARISON_LAYERS}
    run("comparerailway", {"INPUT": tracks.id(), "REFERENCE": known.id()} | outputs, None, context)
    groups = [details.groupName for details in context.layersToLoadOnCompletion().values()]
    assert groups == ["lines – OpenStreetMap"] * len(COMPARISON_LAYERS)


def test_run_after_run_in_a_batch_and_in_a_session_gets_its_style() -> None:
    project = QgsProject.instance()
    lines = lines_layer(MAIN)
    project.addMapLayer(lines, False)
    matched = QgsProcessingOutputLayerDefinition("memory:", project)
    parameters = {"INPUT": lines.id(), "REFERENCE": lines.id(), "MATCHED": matched}
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("railseg:comparerailway")
    for _session in range(2):
        context = QgsProcessingContext()
        context.setProject(project)
        feedback = Feedback()
        finishers = []
        for _batch in range(2):
            results, is_ok = algorithm.run(parameters, context, feedback)
            assert is_ok, feedback.errors
            layer = context.getMapLayer(results["MATCHED"])
            finishers.append(context.layerToLoadOnCompletionDetails(layer.id()).postProcessor())
            finishers[-1].postProcessLayer(layer, context, feedback)
            assert layer.customProperty("railseg/style") == "matched"
            assert JUST_MADE not in layer.customPropertyKeys()  # nor in a project that is saved
        assert finishers[0] is not finishers[1]  # QGIS deletes each with the context
        del context
    project.removeMapLayer(lines.id())
