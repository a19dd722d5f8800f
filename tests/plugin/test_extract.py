"""From a picture to tracks and nodes, through the real worker: what comes out, and the different ways to run it."""

from __future__ import annotations

import gc
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from railseg.plugin.algorithms.map_layers import JUST_MADE
from railseg.plugin.review_layers import ReviewLayers
from support import NUMBERS, Feedback, has_blocks, run, wait_until, worker_pids

pytestmark = pytest.mark.usefixtures("provider")

TRACK_FIELDS = [
    "track_id",
    "from_node",
    "to_node",
    "railway",
    "length_m",
    "confidence",
    "min_confidence",
    "inferred_m",
    "min_radius_m",
    "status",
    "review_reason",
    "source",
    "source_gsd_m",
    "model",
    "created",
]
NODE_FIELDS = [
    "node_id",
    "railway",
    "degree",
    "angle_deg",
    "radius_m",
    "turnout_side",
    "confidence",
    "status",
    "review_reason",
]


def test_extract_gives_tracks_with_the_map_s_fields_in_the_raster_s_crs(extraction: dict[str, Any]) -> None:
    tracks = QgsVectorLayer(extraction["TRACKS"], "tracks", "ogr")
    assert [field.name() for field in tracks.fields() if field.name() != "fid"] == TRACK_FIELDS
    assert tracks.crs().authid() == "EPSG:25832"
    assert tracks.wkbType() == Qgis.WkbType.LineString
    assert tracks.featureCount() == extraction["TRACK_COUNT"] > 0
    lengths = [feature["length_m"] for feature in tracks.getFeatures()]
    assert sum(lengths) == pytest.approx(extraction["TOTAL_LENGTH"], abs=0.1)
    assert 30 < extraction["TOTAL_LENGTH"] < 200


def test_extract_gives_nodes_with_the_map_s_fields(extraction: dict[str, Any]) -> None:
    nodes = QgsVectorLayer(extraction["NODES"], "nodes", "ogr")
    assert [field.name() for field in nodes.fields() if field.name() != "fid"] == NODE_FIELDS
    assert nodes.crs().authid() == "EPSG:25832"
    assert nodes.featureCount() == extraction["NODE_COUNT"] > 0
    ids = {feature["node_id"] for feature in nodes.getFeatures()}
    tracks = QgsVectorLayer(extraction["TRACKS"], "tracks", "ogr")
    assert all({track["from_node"], track["to_node"]} <= ids for track in tracks.getFeatures())


def test_extract_gives_the_whole_map_in_one_file(extraction: dict[str, Any]) -> None:
    with sqlite3.connect(extraction["GEOPACKAGE"]) as database:
        tables = {row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")}
    assert {"rail_track", "rail_node", "rail_relation", "railseg_run"} <= tables


def test_extract_gives_probability_and_mask(extraction: dict[str, Any]) -> None:
    probability = gdal.Open(extraction["PROBABILITY"])
    assert [probability.GetRasterBand(band).GetDescription() for band in (1, 2)] == ["track", "axis"]
    assert probability.GetGeoTransform()[1] == pytest.approx(0.2)
    assert gdal.Open(extraction["MASK"]).RasterCount == 1
    assert all(QgsRasterLayer(extraction[name]).isValid() for name in ("PROBABILITY", "MASK"))


def test_extract_says_what_it_does(track_raster: Path, feedback: Feedback) -> None:
    run("extractrailway", {"INPUT": str(track_raster), "DEVICE": "cpu", "TRACKS": "memory:"}, feedback)
    assert feedback.percents == sorted(feedback.percents)
    assert feedback.percents[-1] == 100.0
    assert feedback.texts[0].startswith("Looking for tracks")
    assert any("m in all" in line for line in feedback.infos)


def test_outputs_that_are_not_asked_for_are_not_made(plain_raster: Path) -> None:
    results = run("extractrailway", {"INPUT": str(plain_raster), "TRACKS": "memory:", "NODES": None})
    assert set(results) == {"TRACKS"} | NUMBERS
    assert results["TRACK_COUNT"] == results["TRACKS"].featureCount() == 0
    assert [field.name() for field in results["TRACKS"].fields()] == TRACK_FIELDS


def test_a_run_in_the_background_works_and_the_lines_get_their_style(track_raster: Path) -> None:
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = Feedback()
    tracks = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    outcome: list[tuple[bool, dict[str, Any]]] = []
    task = QgsProcessingAlgRunnerTask(
        QgsApplication.processingRegistry().createAlgorithmById("railseg:extractrailway"),
        {"INPUT": str(track_raster), "DEVICE": "cpu", "TRACKS": tracks},
        context,
        feedback,
    )
    task.executed.connect(lambda is_ok, results: outcome.append((is_ok, results)))
    QgsApplication.taskManager().addTask(task)
    wait_until(lambda: bool(outcome), timeout_s=60)
    del task
    gc.collect()
    is_ok, results = outcome[0]
    assert is_ok, feedback.errors
    details = context.layersToLoadOnCompletion()[results["TRACKS"]]
    assert details.name == "Railway tracks"
    layer = context.getMapLayer(results["TRACKS"])
    plain = layer.renderer().dump()
    details.postProcessor().postProcessLayer(layer, context, feedback)
    assert layer.renderer().dump() != plain


def test_a_run_s_layers_come_in_a_group_of_the_raster_s_name_and_say_how_they_were_made(
    qgis_new_project: None, track_raster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from processing.gui import Postprocessing

    monkeypatch.setattr(Postprocessing, "iface", None)  # from 3.44 on the stub of a desktop won't do
    project = QgsProject.instance()
    picture = QgsRasterLayer(str(track_raster), "Yard, 2023")
    project.addMapLayer(picture)
    followed = ReviewLayers(project)
    made: list[int] = []
    followed.made.connect(lambda: made.append(len(followed)))
    context = QgsProcessingContext()
    context.setProject(project)
    feedback = Feedback()
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("railseg:extractrailway")
    parameters = {"INPUT": picture.id(), "DEVICE": "cpu", "MIN_LENGTH": 5} | {
        name: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project) for name in ("TRACKS", "NODES", "MASK")
    }
    _, is_ok = algorithm.run(parameters, context, feedback)
    assert is_ok, feedback.errors
    assert Postprocessing.handleAlgorithmResults(algorithm, context, feedback, parameters)

    group = project.layerTreeRoot().findGroup("Yard, 2023")
    layers = [node.layer() for node in group.findLayers()]
    assert [layer.name() for layer in layers] == ["Railway nodes", "Railway tracks", "Mask raster"]
    for layer in layers[:2]:
        metadata = layer.metadata()
        assert metadata.title() == f"{layer.name()} of track.tif"
        assert "with the model railseg" in metadata.abstract()
        assert "licence terms of the picture" in metadata.licenses()[0]
        assert "min_length_m = 5.0" in metadata.history()[1]
        assert not any(word in metadata.history()[1] for word in ("output", "unfinished", "resume"))
        assert metadata.dateTime(Qgis.MetadataDateType.Created).isValid()
        assert layer.renderer().type() == "RuleRenderer"
        assert JUST_MADE not in layer.customPropertyKeys()
    assert made == [2, 2]  # what is doubtful is offered when both are there, whoever started the run
    followed.close()


def test_a_layer_that_comes_alone_needs_no_group(qgis_new_project: None, plain_raster: Path) -> None:
    project = QgsProject.instance()
    context = QgsProcessingContext()
    context.setProject(project)
    tracks = QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project)
    run("extractrailway", {"INPUT": str(plain_raster), "DEVICE": "cpu", "TRACKS": tracks}, None, context)
    assert [details.groupName for details in context.layersToLoadOnCompletion().values()] == [""]


def test_cancel_ends_a_background_run_within_a_second(sample_raster: Path) -> None:
    context = QgsProcessingContext()
    feedback = Feedback()
    outcome: list[bool] = []
    task = QgsProcessingAlgRunnerTask(
        QgsApplication.processingRegistry().createAlgorithmById("railseg:extractrailway"),
        {"INPUT": str(sample_raster), "DEVICE": "cpu", "TRACKS": "memory:"},
        context,
        feedback,
    )
    task.executed.connect(lambda is_ok, _results: outcome.append(is_ok))
    QgsApplication.taskManager().addTask(task)
    wait_until(lambda: bool(feedback.percents), timeout_s=60)
    started = time.monotonic()
    task.cancel()
    wait_until(lambda: bool(outcome))
    assert time.monotonic() - started < 1.0
    assert outcome == [False]
    assert not worker_pids()


def test_a_batch_starts_one_worker(plain_raster: Path) -> None:
    pids = []
    for _ in range(2):
        run("extractrailway", {"INPUT": str(plain_raster), "DEVICE": "cpu", "TRACKS": "memory:"})
        pids.append(worker_pids())
    assert len(pids[0]) == 1
    assert pids[0] == pids[1]


def test_it_works_in_a_model_whose_next_step_uses_its_lines_and_numbers(track_raster: Path) -> None:
    model = QgsProcessingModelAlgorithm("railway", "test")
    model.addModelParameter(QgsProcessingParameterRasterLayer("RASTER"), QgsProcessingModelParameter("RASTER"))
    extract = QgsProcessingModelChildAlgorithm("railseg:extractrailway")
    extract.setChildId("extract")
    source = QgsProcessingModelChildParameterSource
    extract.addParameterSources("INPUT", [source.fromModelParameter("RASTER")])
    extract.addParameterSources("DEVICE", [source.fromStaticValue("cpu")])
    extract.addParameterSources("MIN_LENGTH", [source.fromStaticValue(5)])
    model.addChildAlgorithm(extract)
    buffer = QgsProcessingModelChildAlgorithm("native:buffer")
    buffer.setChildId("buffer")
    buffer.addParameterSources("INPUT", [source.fromChildOutput("extract", "TRACKS")])
    buffer.addParameterSources("DISTANCE", [source.fromExpression("@extract_TOTAL_LENGTH / 20")])
    output = QgsProcessingModelOutput("corridor")
    output.setChildId("buffer")
    output.setChildOutputName("OUTPUT")
    buffer.setModelOutputs({"corridor": output})
    model.addChildAlgorithm(buffer)

    context = QgsProcessingContext()
    results, is_ok = model.run({"RASTER": str(track_raster), "buffer:corridor": "memory:"}, context, Feedback())
    assert is_ok
    corridor = context.getMapLayer(results["buffer:corridor"])
    assert corridor.featureCount() > 0
    assert corridor.extent().width() > 50


def test_a_cancelled_run_is_taken_up_by_the_next(sample_raster: Path, unfinished: Path) -> None:
    parameters = {"INPUT": str(sample_raster), "DEVICE": "cpu", "TRACKS": "memory:"}
    cancelled = Feedback(cancel_when=lambda _: has_blocks(unfinished))
    run("extractrailway", parameters, cancelled)
    (kept,) = {blocks.parent for blocks in unfinished.glob("*/*.npz")}
    assert any("run the same again" in info for info in cancelled.infos)
    # Looking closely everywhere makes other blocks, and leaves these where they are.
    closer = Feedback(cancel_when=lambda told: told.progress() > 0)
    run("extractrailway", parameters | {"EVERY_TILE": True}, closer)
    assert closer.isCanceled()
    assert not any("resuming" in info for info in closer.infos)
    feedback = Feedback()
    # Another threshold makes no other blocks.
    assert run("extractrailway", parameters | {"THRESHOLD": 0.5}, feedback)["TRACK_COUNT"] > 0
    assert any("resuming where it stopped" in info for info in feedback.infos)
    assert not any(path.name.startswith(kept.name) for path in unfinished.iterdir())


def test_of_a_layer_that_is_exported_first_nothing_stays_for_it_starts_anew(
    sample_raster: Path, unfinished: Path
) -> None:
    layer = QgsRasterLayer(str(sample_raster), "sample")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:25833"))  # the file says another
    temporary = Path(QgsProcessingUtils.tempFolder())
    parameters = {"INPUT": layer, "DEVICE": "cpu", "TRACKS": "memory:"}
    cancelled = Feedback(cancel_when=lambda _: has_blocks(temporary, "*/unfinished/*.npz"))
    run("extractrailway", parameters, cancelled)
    assert not any("run the same again" in info for info in cancelled.infos)
    assert any(temporary.glob("*/unfinished/*.npz"))  # QGIS removes them when it ends
    assert not unfinished.exists() or not any(unfinished.iterdir())


def test_a_profile_that_cannot_be_written_stops_no_run(plain_raster: Path, unfinished: Path) -> None:
    unfinished.parent.mkdir(exist_ok=True)
    unfinished.touch()  # not even the superuser can make a folder of that name now
    try:
        run("extractrailway", {"INPUT": str(plain_raster), "DEVICE": "cpu", "TRACKS": "memory:"})
    finally:
        unfinished.unlink()


def test_what_nobody_takes_up_for_a_week_is_removed(plain_raster: Path, unfinished: Path) -> None:
    old = unfinished / "old"
    old.mkdir(parents=True)
    eight_days_ago = time.time() - 8 * 24 * 3600
    lock = old.with_name("old.lock")
    lock.touch()
    for path in (old, lock):
        os.utime(path, (eight_days_ago, eight_days_ago))
    run("segmentrailway", {"INPUT": str(plain_raster), "DEVICE": "cpu", "PROBABILITY": "TEMPORARY_OUTPUT"})
    assert not old.exists()
    assert not lock.exists()
