"""The algorithms, through the real worker."""

from __future__ import annotations

import gc
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
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)
from railseg.plugin.locations import STYLES
from railseg.plugin.provider import RailSegProvider
from support import Feedback, wait_until, worker_pids

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
PICTURE_PARAMETERS = {"INPUT", "EXTENT", "AREA", "CORRIDOR", "BANDS", "MODEL", "DEVICE"}
CLEANING_PARAMETERS = {"THRESHOLD", "OPENING", "CLOSING", "KERNEL"}
MAP_OUTPUTS = {"TRACKS", "NODES", "GEOPACKAGE"}
NUMBERS = {"TRACK_COUNT", "NODE_COUNT", "TOTAL_LENGTH", "REVIEW_COUNT"}
EVALUATION_LAYERS = {"MATCHED", "MISSED", "FALSE", "SWITCHES"}
COMPARISON_LAYERS = {"NEW", "MISSING", "SHIFTED", "MATCHED"}
COMPARISON_FIGURES = {"NEW_LENGTH", "MISSING_LENGTH", "SHIFTED_LENGTH", "MATCHED_LENGTH", "MEAN_DISTANCE"}
SWITCH_FIGURES = {
    "SWITCH_PRECISION",
    "SWITCH_RECALL",
    "SWITCH_F1",
    "SWITCH_ALONG_RMS",
    "SWITCH_SIDE_ACCURACY",
}
FIGURES = SWITCH_FIGURES | {
    "COMPLETENESS",
    "CORRECTNESS",
    "QUALITY",
    "REDUNDANCY",
    "LATERAL_RMS",
    "LATERAL_BIAS",
    "LATERAL_P95",
    "GAPS_PER_KM",
    "REFERENCE_LENGTH",
    "EXTRACTED_LENGTH",
    "TRACK_COUNT_ACCURACY",
    "TRACK_COUNT_MAE",
    "SWITCHES_REFERENCE",
    "SWITCHES_EXTRACTED",
    "PATH_SIMILARITY",
}


@pytest.fixture(scope="module")
def extraction(
    provider: RailSegProvider, track_raster: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """One run with all outputs, for all tests that look at what comes out."""
    folder = tmp_path_factory.mktemp("extraction")
    parameters = {
        "INPUT": str(track_raster),
        "DEVICE": "cpu",
        "MIN_LENGTH": 5,
        "TRACKS": str(folder / "tracks.gpkg"),
        "NODES": str(folder / "nodes.gpkg"),
        "GEOPACKAGE": str(folder / "map.gpkg"),
        "PROBABILITY": str(folder / "probability.tif"),
        "MASK": str(folder / "mask.tif"),
    }
    return run("extractrailway", parameters)


def run(
    name: str,
    parameters: dict[str, Any],
    feedback: Feedback | None = None,
    context: QgsProcessingContext | None = None,
) -> dict[str, Any]:
    import processing

    results: dict[str, Any] = processing.run(
        f"railseg:{name}", parameters, context=context, feedback=feedback or Feedback()
    )
    return results


@pytest.mark.parametrize(
    ("name", "parameters", "outputs"),
    [
        (
            "extractrailway",
            PICTURE_PARAMETERS | CLEANING_PARAMETERS | {"MIN_LENGTH", "PROBABILITY", "MASK"} | MAP_OUTPUTS,
            {"PROBABILITY", "MASK"} | MAP_OUTPUTS | NUMBERS,
        ),
        (
            "segmentrailway",
            PICTURE_PARAMETERS | CLEANING_PARAMETERS | {"PROBABILITY", "MASK"},
            {"PROBABILITY", "MASK"},
        ),
        ("cleanrailwaymask", {"INPUT", "MASK"} | CLEANING_PARAMETERS, {"MASK"}),
        (
            "vectorizerailwaymask",
            {"INPUT", "MIN_LENGTH"} | CLEANING_PARAMETERS | MAP_OUTPUTS,
            MAP_OUTPUTS | NUMBERS,
        ),
        (
            "evaluaterailway",
            {"INPUT", "NODES", "REFERENCE", "RASTER", "RHO"} | EVALUATION_LAYERS,
            EVALUATION_LAYERS | FIGURES,
        ),
        (
            "comparerailway",
            {"INPUT", "REFERENCE", "RASTER", "REACH", "SHIFT"} | COMPARISON_LAYERS,
            COMPARISON_LAYERS | COMPARISON_FIGURES,
        ),
        (
            "exporttrainingchips",
            {"INPUT", "LINES", "EXTENT", "AREA", "CORRIDOR", "BANDS", "SIDE", "BARE", "FOLDER"},
            {"FOLDER", "CHIP_COUNT", "TRACK_CHIP_COUNT"},
        ),
    ],
)
def test_names_of_parameters_and_outputs_stay(name: str, parameters: set[str], outputs: set[str]) -> None:
    algorithm = QgsApplication.processingRegistry().algorithmById(f"railseg:{name}")
    assert {definition.name() for definition in algorithm.parameterDefinitions()} == parameters
    assert {definition.name() for definition in algorithm.outputDefinitions()} == outputs
    by_default = {
        definition.name() for definition in algorithm.destinationParameterDefinitions() if definition.createByDefault()
    }
    assert (
        by_default
        == {
            "extractrailway": {"TRACKS", "NODES"},
            "segmentrailway": {"PROBABILITY"},
            "cleanrailwaymask": {"MASK"},
            "vectorizerailwaymask": {"TRACKS", "NODES"},
            "evaluaterailway": EVALUATION_LAYERS,
            "comparerailway": COMPARISON_LAYERS,
            "exporttrainingchips": {"FOLDER"},
        }[name]
    )


def test_every_algorithm_tells_what_it_is_for_and_hides_what_few_need(provider: RailSegProvider) -> None:
    advanced = {"BANDS", "MODEL", "DEVICE", "KERNEL", "RHO", "REACH", "BARE"}
    assert len(provider.algorithms()) == 7
    for algorithm in provider.algorithms():
        assert algorithm.shortHelpString()
        assert algorithm.shortDescription()
        assert algorithm.tags()
        for parameter in algorithm.parameterDefinitions():
            where = f"{algorithm.name()} {parameter.name()}"
            assert parameter.help(), where
            assert parameter.description(), where
            is_advanced = bool(parameter.flags() & Qgis.ProcessingParameterFlag.Advanced)
            assert is_advanced == (parameter.name() in advanced), where
            is_optional = bool(parameter.flags() & Qgis.ProcessingParameterFlag.Optional)
            if isinstance(parameter, QgsProcessingParameterNumber):
                assert is_optional or parameter.minimum() <= parameter.defaultValue() <= parameter.maximum(), where
            if "metres" in parameter.help() and isinstance(parameter, QgsProcessingParameterNumber):
                assert parameter.description().endswith("(m)"), where


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


def test_extent_and_area_bound_the_work(track_raster: Path) -> None:
    full = QgsRasterLayer(str(track_raster)).extent()
    left = QgsRectangle(full.xMinimum(), full.yMinimum(), full.center().x(), full.yMaximum())
    lower = QgsRectangle(full.xMinimum(), full.yMinimum(), full.xMaximum(), full.center().y())
    metric, degrees = QgsCoordinateReferenceSystem("EPSG:25832"), QgsCoordinateReferenceSystem("EPSG:4326")
    polygon = QgsFeature()
    geometry = QgsGeometry.fromRect(lower)
    geometry.transform(QgsCoordinateTransform(metric, degrees, QgsProject.instance()))
    polygon.setGeometry(geometry)
    area = QgsVectorLayer("Polygon?crs=EPSG:4326", "area", "memory")
    area.dataProvider().addFeature(polygon)
    parameters = {
        "INPUT": str(track_raster),
        "DEVICE": "cpu",
        "MIN_LENGTH": 5,
        "TRACKS": "memory:",
        "EXTENT": QgsReferencedRectangle(left, metric),
    }
    in_left = run("extractrailway", parameters)["TRACKS"].extent()
    assert left.buffered(1.0).contains(in_left)
    assert not lower.contains(in_left)
    in_both = run("extractrailway", parameters | {"AREA": area})["TRACKS"].extent()
    assert left.intersect(lower).buffered(1.0).contains(in_both)


def test_a_corridor_round_rough_lines_in_degrees_bounds_the_work(
    track_raster: Path, extraction: dict[str, Any]
) -> None:
    tracks = QgsVectorLayer(extraction["TRACKS"], "tracks", "ogr")
    full = QgsRasterLayer(str(track_raster)).extent()
    x = full.center().x()
    rough = QgsVectorLayer("LineString?crs=EPSG:4326", "rough", "memory")
    move = QgsCoordinateTransform(tracks.crs(), rough.crs(), QgsProject.instance())
    for easting in (x, x + 90_000):  # the second lies on another map sheet
        feature = QgsFeature()
        geometry = QgsGeometry.fromPolylineXY(
            [QgsPointXY(easting, full.yMinimum() - 500), QgsPointXY(easting, full.yMaximum() + 500)]
        )
        geometry.transform(move)
        feature.setGeometry(geometry)
        rough.dataProvider().addFeature(feature)
    parameters = {"INPUT": str(track_raster), "DEVICE": "cpu", "MIN_LENGTH": 1, "AREA": rough, "TRACKS": "memory:"}
    inside = run("extractrailway", parameters | {"CORRIDOR": 8})["TRACKS"].extent()
    assert QgsRectangle(x - 8.5, full.yMinimum(), x + 8.5, full.yMaximum()).contains(inside)
    assert inside.width() > 1
    upper = QgsReferencedRectangle(
        QgsRectangle(full.xMinimum(), full.center().y(), full.xMaximum(), full.yMaximum()), tracks.crs()
    )
    both = run("extractrailway", parameters | {"CORRIDOR": 8, "EXTENT": upper})
    assert upper.buffered(0.5).contains(both["TRACKS"].extent()) or both["TRACK_COUNT"] == 0
    with pytest.raises(QgsProcessingException, match="Nothing of the area"):
        run("extractrailway", parameters | {"AREA": lines_layer([(-9e5, 0.0), (-8e5, 0.0)])})


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
    qgis_new_project: None, track_raster: Path
) -> None:
    from processing.gui.Postprocessing import handleAlgorithmResults

    project = QgsProject.instance()
    picture = QgsRasterLayer(str(track_raster), "Yard, 2023")
    project.addMapLayer(picture)
    context = QgsProcessingContext()
    context.setProject(project)
    feedback = Feedback()
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("railseg:extractrailway")
    parameters = {"INPUT": picture.id(), "DEVICE": "cpu", "MIN_LENGTH": 5} | {
        name: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project) for name in ("TRACKS", "NODES", "MASK")
    }
    _, is_ok = algorithm.run(parameters, context, feedback)
    assert is_ok, feedback.errors
    assert handleAlgorithmResults(algorithm, context, feedback, parameters)

    group = project.layerTreeRoot().findGroup("Yard, 2023")
    layers = [node.layer() for node in group.findLayers()]
    assert [layer.name() for layer in layers] == ["Railway nodes", "Railway tracks", "Mask raster"]
    for layer in layers[:2]:
        metadata = layer.metadata()
        assert metadata.title() == f"{layer.name()} of track.tif"
        assert "with the model railseg" in metadata.abstract()
        assert "licence terms of the picture" in metadata.licenses()[0]
        assert "min_length_m = 5.0" in metadata.history()[1]
        assert "output" not in metadata.history()[1]
        assert metadata.dateTime(Qgis.MetadataDateType.Created).isValid()
        assert layer.renderer().type() == "RuleRenderer"


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


def lines_layer(*lines: list[tuple[float, float]], crs: str = "EPSG:25832", fields: str = "") -> QgsVectorLayer:
    """A layer in memory of lines that are given in EPSG:25832."""
    layer = QgsVectorLayer(f"LineString?crs={crs}{fields}", "lines", "memory")
    move = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:25832"), layer.crs(), QgsProject.instance())
    for line in lines:
        feature = QgsFeature(layer.fields())
        geometry = QgsGeometry.fromPolylineXY([QgsPointXY(612300 + x, 5612400 + y) for x, y in line])
        geometry.transform(move)
        feature.setGeometry(geometry)
        layer.dataProvider().addFeature(feature)
    return layer


MAIN = [(0.0, 0.0), (200.0, 0.0)]
BRANCH = [(100.0 + x, x * x / 600) for x in range(0, 61, 2)]


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


def test_compare_counts_only_what_lies_on_the_picture_and_can_be_empty(
    extraction: dict[str, Any], track_raster: Path, tmp_path: Path
) -> None:
    parameters = {"INPUT": extraction["TRACKS"], "REFERENCE": extraction["TRACKS"], "RASTER": str(track_raster)}
    results = run("comparerailway", parameters | {"NEW": str(tmp_path / "new.gpkg")})
    assert (results["NEW_LENGTH"], results["MISSING_LENGTH"], results["SHIFTED_LENGTH"]) == (0, 0, 0)
    new = QgsVectorLayer(results["NEW"], "new", "ogr")
    assert (new.featureCount(), [field.name() for field in new.fields()]) == (0, ["fid", "length_m", "track_id"])
    assert not (COMPARISON_LAYERS - {"NEW"}) & results.keys()


def test_compare_tells_what_it_cannot_compare() -> None:
    lines = lines_layer(MAIN)
    nowhere = QgsVectorLayer("LineString", "nowhere", "memory")
    nowhere.setCrs(QgsCoordinateReferenceSystem())
    for parameters, words in (
        ({"REFERENCE": nowhere}, r"nowhere has no coordinate reference system.*Set Layer CRS"),
        ({"REFERENCE": lines, "RASTER": "none.tif"}, "RASTER"),
        ({"REFERENCE": lines_layer([(90e3, 0.0), (90.1e3, 0.0)])}, "no area in common"),
    ):
        with pytest.raises(QgsProcessingException, match=words):
            run("comparerailway", {"INPUT": lines} | parameters)


def test_every_layer_of_a_comparison_has_a_style() -> None:
    for table in ("new", "missing", "shifted", "matched"):
        layer = lines_layer(MAIN)
        message, is_loaded = layer.loadNamedStyle(str(STYLES / f"{table}.qml"))
        assert is_loaded, message


def test_chips_of_a_picture_and_memory_lines_in_degrees_go_to_a_folder(track_raster: Path, tmp_path: Path) -> None:
    full = QgsRasterLayer(str(track_raster)).extent()
    x, y = full.center().x() - 612300, full.center().y() - 5612400
    traced = lines_layer([(x - 100, y), (x + 100, y)], crs="EPSG:4326")
    parameters = {"INPUT": str(track_raster), "LINES": traced, "SIDE": 20, "FOLDER": str(tmp_path / "chips")}
    feedback = Feedback()
    results = run("exporttrainingchips", parameters, feedback)
    assert results["CHIP_COUNT"] == 9
    assert results["TRACK_CHIP_COUNT"] == 3
    names = sorted(path.name for path in Path(results["FOLDER"]).iterdir())
    assert len(names) == 18
    target = gdal.Open(str(next(Path(results["FOLDER"]).glob("*_target.png"))))
    assert (target.RasterXSize, target.RasterYSize, target.RasterCount) == (100, 100, 3)
    assert feedback.texts[0].startswith("Cutting chips")
    polygons = QgsVectorLayer("Polygon?crs=EPSG:25832", "ground", "memory")
    feature = QgsFeature()
    feature.setGeometry(
        QgsGeometry.fromRect(QgsRectangle(full.xMinimum(), full.center().y(), full.xMaximum(), full.center().y() + 3))
    )
    polygons.dataProvider().addFeature(feature)
    narrow = parameters | {"LINES": polygons, "BARE": 0, "AREA": traced, "CORRIDOR": 8, "FOLDER": "TEMPORARY_OUTPUT"}
    results = run("exporttrainingchips", narrow)
    assert results["CHIP_COUNT"] == results["TRACK_CHIP_COUNT"] == 3
    assert len(list(Path(results["FOLDER"]).glob("*_target.png"))) == 3


def test_chips_tell_what_cannot_be_cut(track_raster: Path, tmp_path: Path) -> None:
    parameters = {"INPUT": str(track_raster), "FOLDER": str(tmp_path / "chips")}
    nowhere = QgsVectorLayer("LineString", "nowhere", "memory")
    nowhere.setCrs(QgsCoordinateReferenceSystem())
    for lines, words in (
        (nowhere, r"nowhere has no coordinate reference system"),
        (lines_layer([(90e3, 0.0), (90.1e3, 0.0)]), "None of the tracks"),
        (lines_layer(), "has no lines"),
    ):
        with pytest.raises(QgsProcessingException, match=words):
            run("exporttrainingchips", parameters | {"LINES": lines})


def test_cancel_while_cutting_leaves_no_chips(track_raster: Path, tmp_path: Path) -> None:
    full = QgsRasterLayer(str(track_raster)).extent()
    x, y = full.center().x() - 612300, full.center().y() - 5612400
    parameters = {
        "INPUT": str(track_raster),
        "LINES": lines_layer([(x - 100, y), (x + 100, y)]),
        "FOLDER": str(tmp_path / "chips"),
    }
    feedback = Feedback(cancel_when=lambda told: bool(told.texts))
    assert "CHIP_COUNT" not in run("exporttrainingchips", parameters, feedback)
    assert feedback.isCanceled()
    assert not list((tmp_path / "chips").glob("*.png"))
