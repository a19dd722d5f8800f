"""From a picture and traced lines to training chips."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from support import Feedback, lines_layer, run

pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture
def traced(track_raster: Path) -> QgsVectorLayer:
    """A line from side to side through the picture's middle, in degrees."""
    middle = QgsRasterLayer(str(track_raster)).extent().center()
    x, y = middle.x() - 612300, middle.y() - 5612400  # as `lines_layer` takes them
    return lines_layer([(x - 100, y), (x + 100, y)], crs="EPSG:4326")


def test_chips_of_a_picture_and_memory_lines_in_degrees_go_to_a_folder(
    track_raster: Path, traced: QgsVectorLayer, tmp_path: Path
) -> None:
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
    full = QgsRasterLayer(str(track_raster)).extent()
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


def test_cancel_while_cutting_leaves_no_chips(track_raster: Path, traced: QgsVectorLayer, tmp_path: Path) -> None:
    parameters = {"INPUT": str(track_raster), "LINES": traced, "FOLDER": str(tmp_path / "chips")}
    feedback = Feedback(cancel_when=lambda told: bool(told.texts))
    assert "CHIP_COUNT" not in run("exporttrainingchips", parameters, feedback)
    assert feedback.isCanceled()
    assert not list((tmp_path / "chips").glob("*.png"))


def test_chips_of_exported_layers_are_named_after_them_and_lie_side_by_side(
    track_raster: Path, traced: QgsVectorLayer, tmp_path: Path
) -> None:
    for name in ("Map: north", "Map: south"):
        memory = "/vsimem/picture.tif"  # the worker can't open it
        gdal.Translate(memory, str(track_raster))
        layer = QgsRasterLayer(memory, name)
        try:
            run("exporttrainingchips", {"INPUT": layer, "LINES": traced, "FOLDER": str(tmp_path / "chips")})
        finally:
            gdal.Unlink(memory)
    stems = {re.sub(r"_-?\d+_-?\d+(_target)?$", "", path.stem) for path in (tmp_path / "chips").iterdir()}
    assert stems == {"Map_north", "Map_south"}
