"""From a folder of pictures to tracks, as if it were one picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
)
from support import Feedback, has_blocks, lines_layer, run

pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture
def folder(pictures: list[str]) -> Path:
    """Two pictures side by side, the second in the next UTM zone."""
    second = Path(pictures[1])
    moved = second.with_name("moved.tif")
    gdal.Warp(str(moved), str(second), dstSRS="EPSG:25833", dstNodata=0)
    second.unlink()
    return second.parent


def _parameters(folder: Path) -> dict[str, object]:
    return {"FOLDER": str(folder), "DEVICE": "cpu", "MIN_LENGTH": 5, "TRACKS": "memory:"}


def test_tracks_run_through_the_seam_of_two_pictures_in_two_zones(folder: Path, pictures: list[str]) -> None:
    tracks = run("extractrailwayfolder", _parameters(folder))["TRACKS"]
    first = QgsRasterLayer(pictures[0]).extent()
    assert tracks.crs().authid() == "EPSG:25832"
    boxes = [row.geometry().boundingBox() for row in tracks.getFeatures()]
    assert any(box.xMinimum() < first.xMaximum() - 1 and first.xMaximum() + 1 < box.xMaximum() for box in boxes)


def test_an_extent_and_an_area_bound_the_work(folder: Path, pictures: list[str]) -> None:
    first = QgsRasterLayer(pictures[0]).extent()
    left = QgsRectangle(first.xMinimum(), first.yMinimum(), first.center().x(), first.yMaximum())
    extent = QgsReferencedRectangle(left, QgsCoordinateReferenceSystem("EPSG:25832"))
    in_left = run("extractrailwayfolder", _parameters(folder) | {"EXTENT": extent})["TRACKS"].extent()
    assert left.buffered(1.0).contains(in_left)
    x, y = first.center().x() - 612300, first.center().y() - 5612400  # as `lines_layer` takes them
    rough = lines_layer([(x - 8, y), (x + 8, y)], crs="EPSG:4326")
    corridor = run("extractrailwayfolder", _parameters(folder) | {"AREA": rough, "CORRIDOR": 6})["TRACKS"].extent()
    assert 5 < corridor.width() < 30
    with pytest.raises(QgsProcessingException, match="outside the raster"):
        run("extractrailwayfolder", _parameters(folder) | {"AREA": lines_layer([(-9e5, 0.0), (-8e5, 0.0)])})


def test_the_layers_come_in_a_group_of_the_folder_s_name(qgis_new_project: None, folder: Path) -> None:
    project, context = QgsProject.instance(), QgsProcessingContext()
    context.setProject(project)
    layers = {name: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project) for name in ("TRACKS", "NODES")}
    run("extractrailwayfolder", _parameters(folder) | layers, None, context)
    assert {details.groupName for details in context.layersToLoadOnCompletion().values()} == {"pictures"}


def test_a_folder_that_is_not_there_is_told_in_the_dialog_and_one_without_pictures_by_the_worker(
    tmp_path: Path,
) -> None:
    for name in ("nowhere", "x" * 300):  # a name that is too long can't be looked up, as in a folder that is closed
        with pytest.raises(QgsProcessingException, match=f"{name} doesn't exist"):
            run("extractrailwayfolder", _parameters(tmp_path / name))
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "read me.txt").write_text("nothing to see")
    with pytest.raises(QgsProcessingException, match=r"folder without pictures.*not in its subfolders"):
        run("extractrailwayfolder", _parameters(empty))


def test_the_bands_of_a_folder_s_pictures_are_chosen_by_their_numbers(folder: Path) -> None:
    for picture in folder.glob("*.tif"):
        dataset = gdal.Open(str(picture))
        plain = dataset.ReadAsArray()
        gdal.Translate(str(picture.with_suffix(".copy")), dataset, bandList=[1, 1, 2, 3], format="GTiff")
        dataset = gdal.Open(str(picture.with_suffix(".copy")), gdal.GA_Update)
        dataset.GetRasterBand(1).WriteArray(255 - plain[0])  # as an infrared band in front
        dataset = None
        picture.with_suffix(".copy").replace(picture)
    as_they_are = run("extractrailwayfolder", _parameters(folder) | {"BANDS": "2, 3 4"})["TOTAL_LENGTH"]
    assert as_they_are > 50
    with pytest.raises(QgsProcessingException, match="2 bands are chosen"):
        run("extractrailwayfolder", _parameters(folder) | {"BANDS": "1;2"})
    with pytest.raises(QgsProcessingException, match="isn't a list of band numbers"):
        run("extractrailwayfolder", _parameters(folder) | {"BANDS": "red"})


def test_a_cancelled_run_of_a_folder_is_taken_up_by_the_next(
    sample_raster: Path, unfinished: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "sample.tif").write_bytes(sample_raster.read_bytes())
    cancelled = Feedback(cancel_when=lambda _: has_blocks(unfinished))
    assert run("extractrailwayfolder", _parameters(folder), cancelled) == {}
    again = Feedback()
    assert run("extractrailwayfolder", _parameters(folder), again)["TRACK_COUNT"] > 0
    assert any("resuming where it stopped" in info for info in again.infos)
