"""From part of a picture to tracks: an extent, polygons, corridors along lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)
from support import lines_layer, run

pytestmark = pytest.mark.usefixtures("provider")


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


def test_where_a_polygon_has_no_width_there_is_no_corridor(plain_raster: Path) -> None:
    area = QgsVectorLayer("Polygon?crs=EPSG:25832", "area", "memory")
    elsewhere, x, y = "0 0, 9 0, 9 9, 0 0", 612_006, 5_611_974
    spike = f"0 0, 9 0, {x} {y}, 9 0, 9 9, 0 0"
    for ring in (elsewhere, spike, f"{x} {y}, {x + 2} {y}, {x} {y}"):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromWkt(f"Polygon(({ring}))"))
        area.dataProvider().addFeature(feature)
    with pytest.raises(QgsProcessingException, match=r"No part of the area lies on the picture|outside the raster"):
        run("extractrailway", {"INPUT": str(plain_raster), "DEVICE": "cpu", "TRACKS": "memory:", "AREA": area})


@pytest.mark.parametrize(("feature_count", "is_checked"), [(3, True), (10_001, False)])
def test_only_a_small_area_is_read_before_the_run_whose_error_is_the_same(
    plain_raster: Path, feature_count: int, is_checked: bool
) -> None:
    elsewhere = lines_layer(*[[(0, 0), (9, 9)]] * feature_count)
    parameters = {"INPUT": str(plain_raster), "DEVICE": "cpu", "TRACKS": "memory:", "AREA": elsewhere, "CORRIDOR": 5}
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("railseg:extractrailway")
    is_ok, _ = algorithm.checkParameterValues(parameters, QgsProcessingContext())
    assert is_ok is not is_checked
    with pytest.raises(QgsProcessingException, match="No part of the area lies on the picture"):
        run("extractrailway", parameters)


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
    assert both["TRACK_COUNT"] > 0
    assert upper.buffered(0.5).contains(both["TRACKS"].extent())
    with pytest.raises(QgsProcessingException, match=r"No part of the area"):
        run("extractrailway", parameters | {"AREA": lines_layer([(-9e5, 0.0), (-8e5, 0.0)])})
