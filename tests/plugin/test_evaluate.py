"""Extracted lines against reference lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayer,
)
from support import BRANCH, EVALUATION_LAYERS, MAIN, Feedback, lines_layer, run, wait_until

pytestmark = pytest.mark.usefixtures("provider")


def test_evaluate_compares_memory_layers_of_two_crs_and_gives_layers_and_figures() -> None:
    extracted = lines_layer(MAIN, [(0.0, 60.0), (50.0, 60.0)])
    reference = lines_layer(MAIN, BRANCH, crs="EPSG:4326")
    feedback = Feedback()
    results = run(
        "evaluaterailway",
        {"INPUT": extracted, "REFERENCE": reference} | dict.fromkeys(EVALUATION_LAYERS, "memory:"),
        feedback,
    )
    assert results["CORRECTNESS"] == pytest.approx(200 / 250, abs=0.01)
    assert results["EXTRACTED_LENGTH"] == pytest.approx(250, abs=0.5)
    assert (results["SWITCHES_REFERENCE"], results["SWITCH_RECALL"]) == (1, 0)
    assert {"LATERAL_RMS", "PATH_SIMILARITY"} <= results.keys()
    assert "SWITCH_SIDE_ACCURACY" not in results
    assert results["MATCHED"].featureCount() == results["FALSE"].featureCount() == 1
    assert results["MISSED"].featureCount() == 1
    assert [feature["outcome"] for feature in results["SWITCHES"].getFeatures()] == ["missed"]
    assert {results[name].crs().authid() for name in EVALUATION_LAYERS} == {"EPSG:25832"}
    assert [field.name() for field in results["MATCHED"].fields()] == ["length_m", "offset_cm"]
    assert feedback.texts[0].startswith("Comparing the lines")
    assert any(line.startswith("Completeness") for line in feedback.infos)


def test_lengths_of_long_railways_are_told_in_full() -> None:
    tracks = lines_layer([(0.0, 0.0), (12_345.6, 0.0)])
    feedback = Feedback()
    results = run("evaluaterailway", {"INPUT": tracks, "REFERENCE": tracks}, feedback)
    assert f"Length of the reference (m): {results['REFERENCE_LENGTH']:.0f}" in feedback.infos


def test_evaluate_takes_what_extract_gives_with_its_nodes_and_picture(
    extraction: dict[str, Any], track_raster: Path
) -> None:
    parameters = {
        "INPUT": extraction["TRACKS"],
        "NODES": extraction["NODES"],
        "REFERENCE": extraction["TRACKS"],
        "RASTER": str(track_raster),
        "RHO": 0.5,
    }
    results = run("evaluaterailway", parameters)
    assert (results["COMPLETENESS"], results["CORRECTNESS"], results["PATH_SIMILARITY"]) == (1, 1, 1)
    assert not EVALUATION_LAYERS & results.keys()
    assert results["REFERENCE_LENGTH"] == pytest.approx(extraction["TOTAL_LENGTH"], rel=0.03)


def test_evaluate_sees_a_layer_s_filter_and_what_is_marked_as_hidden() -> None:
    extracted = lines_layer(MAIN)
    reference = lines_layer(MAIN, BRANCH, fields="&field=state:string&field=number:integer")
    last = max(feature.id() for feature in reference.getFeatures())
    reference.dataProvider().changeAttributeValues({last: {0: "hidden", 1: 2}})
    assert run("evaluaterailway", {"INPUT": extracted, "REFERENCE": reference})["COMPLETENESS"] == 1
    reference.dataProvider().changeAttributeValues({last: {0: "visible"}})
    assert run("evaluaterailway", {"INPUT": extracted, "REFERENCE": reference})["COMPLETENESS"] < 0.95
    assert reference.setSubsetString("number is null")
    assert run("evaluaterailway", {"INPUT": extracted, "REFERENCE": reference})["COMPLETENESS"] == 1


def test_evaluate_counts_only_what_lies_beside_the_area_s_lines() -> None:
    parameters = {"INPUT": lines_layer(MAIN), "REFERENCE": lines_layer(MAIN, [(0.0, 90.0), (200.0, 90.0)])}
    assert run("evaluaterailway", parameters)["COMPLETENESS"] == pytest.approx(0.5, abs=0.01)
    results = run("evaluaterailway", parameters | {"AREA": lines_layer(MAIN), "CORRIDOR": 20})
    assert results["COMPLETENESS"] == 1
    assert results["REFERENCE_LENGTH"] == pytest.approx(200, abs=0.5)


def test_evaluate_tells_what_it_cannot_compare() -> None:
    lines, empty = lines_layer(MAIN), lines_layer()
    nowhere = QgsVectorLayer("LineString", "nowhere", "memory")
    nowhere.setCrs(QgsCoordinateReferenceSystem())
    points = QgsVectorLayer("Point?crs=EPSG:25832", "points", "memory")
    for parameters, words in (
        ({"INPUT": lines, "REFERENCE": empty}, "has no lines"),
        ({"INPUT": lines, "REFERENCE": nowhere}, r"nowhere has no coordinate reference system.*Set Layer CRS"),
        ({"INPUT": lines, "REFERENCE": lines, "NODES": points}, "points has no field railway"),
        ({"INPUT": lines, "REFERENCE": lines, "RASTER": "none.tif"}, "RASTER"),
        ({"INPUT": lines, "REFERENCE": lines_layer([(90e3, 0.0), (90.1e3, 0.0)])}, "no area in common"),
    ):
        with pytest.raises(QgsProcessingException, match=words):
            run("evaluaterailway", parameters)


def test_a_background_evaluation_gives_its_layers_their_style() -> None:
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = Feedback()
    extracted, reference = lines_layer(MAIN, BRANCH), lines_layer(MAIN, BRANCH)
    QgsProject.instance().addMapLayers([extracted, reference], False)
    outcome: list[tuple[bool, dict[str, Any]]] = []
    task = QgsProcessingAlgRunnerTask(
        QgsApplication.processingRegistry().createAlgorithmById("railseg:evaluaterailway"),
        {
            "INPUT": extracted.id(),
            "REFERENCE": reference.id(),
            "SWITCHES": QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance()),
        },
        context,
        feedback,
    )
    task.executed.connect(lambda is_ok, results: outcome.append((is_ok, results)))
    QgsApplication.taskManager().addTask(task)
    wait_until(lambda: bool(outcome), timeout_s=60)
    is_ok, results = outcome[0]
    assert is_ok, feedback.errors
    assert results["SWITCH_F1"] == 1
    details = context.layersToLoadOnCompletion()[results["SWITCHES"]]
    layer = context.getMapLayer(results["SWITCHES"])
    details.postProcessor().postProcessLayer(layer, context, feedback)
    assert {category.value() for category in layer.renderer().categories()} == {"matched", "missed", "false"}
