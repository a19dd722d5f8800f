"""What users bring: rasters from other providers, with a CRS other than the file's, and ones that can't be used."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from osgeo import gdal
from qgis.core import (
    NULL,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QVariant
from railseg.plugin.algorithms.raster_source import WORKER_FORMATS
from support import REPOSITORY, Feedback, run, set_proxy, write_raster

pytestmark = pytest.mark.usefixtures("provider")
EPSG_25832 = QgsCoordinateReferenceSystem("EPSG:25832")


def extract(raster: Any, feedback: Feedback | None = None, **parameters: Any) -> dict[str, Any]:
    source = str(raster) if isinstance(raster, Path) else raster
    return run("extractrailway", {"INPUT": source, "DEVICE": "cpu", "TRACKS": "memory:"} | parameters, feedback)


def test_without_the_environment_a_run_says_how_to_get_it(plain_raster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAILSEG_PYTHON")
    with pytest.raises(QgsProcessingException, match="Settings > Options > RailSeg > Create environment"):
        extract(plain_raster)


def test_a_raster_without_crs_is_told_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(QgsProcessingException, match=r"no coordinate reference system.*Set Layer CRS"):
        extract(write_raster(tmp_path / "nowhere.tif", epsg=None))


def test_a_raster_without_crs_is_told_also_where_nobody_checks_first(tmp_path: Path) -> None:
    feedback = Feedback()
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("railseg:extractrailway")
    parameters = {"INPUT": str(write_raster(tmp_path / "nowhere.tif", epsg=None)), "TRACKS": "memory:"}
    assert not algorithm.prepare(parameters, QgsProcessingContext(), feedback)
    assert "Set Layer CRS" in feedback.errors[0]


def test_a_text_file_is_no_raster(tmp_path: Path) -> None:
    path = tmp_path / "text.tif"
    path.write_text("no raster")
    with pytest.raises(QgsProcessingException, match="INPUT"):
        extract(path)


def test_a_truncated_raster_is_told(track_raster: Path, tmp_path: Path) -> None:
    path = tmp_path / "short.tif"
    path.write_bytes(track_raster.read_bytes()[: track_raster.stat().st_size // 2])
    with pytest.raises(QgsProcessingException, match=r"short\.tif"):
        extract(path)


def test_a_damaged_model_is_told(plain_raster: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    model.write_bytes(b"no model")
    with pytest.raises(QgsProcessingException, match="model"):
        extract(plain_raster, MODEL=str(model))


@pytest.mark.parametrize("name", ["TRACKS", "NODES", "PROBABILITY", "GEOPACKAGE"])
def test_an_output_with_no_folder_is_told_before_the_work(plain_raster: Path, tmp_path: Path, name: str) -> None:
    suffix = ".tif" if name == "PROBABILITY" else ".gpkg"
    feedback = Feedback()
    with pytest.raises(QgsProcessingException, match=r"folder .*none doesn't exist"):
        extract(plain_raster, feedback, **{name: str(tmp_path / "none" / f"output{suffix}")})
    assert not feedback.percents


def test_a_raster_output_of_another_format_is_told(plain_raster: Path, tmp_path: Path) -> None:
    with pytest.raises(QgsProcessingException, match=r"probability\.jpg.*\.tif"):
        extract(plain_raster, PROBABILITY=str(tmp_path / "probability.jpg"))


@pytest.mark.parametrize("bands", ["", "1;2;3", "1,2,3", [1, 2, 3]])
def test_bands_may_be_a_text_as_in_qgis_process(bands: str | list[int], plain_raster: Path) -> None:
    assert extract(plain_raster, BANDS=bands)["TRACK_COUNT"] == 0


@pytest.mark.parametrize("null", [NULL, QVariant()], ids=["of a number", "of no type"])
def test_a_script_may_pass_a_field_s_null_for_what_is_optional(null: Any, plain_raster: Path) -> None:
    nothing = dict.fromkeys(("EXTENT", "AREA", "BANDS", "MODEL", "THRESHOLD"), null)
    assert extract(plain_raster, **nothing)["TRACK_COUNT"] == 0


def test_one_band_is_enough(tmp_path: Path) -> None:
    assert extract(write_raster(tmp_path / "grey.tif", bands=1))["TRACK_COUNT"] == 0


def test_the_crs_that_the_user_gave_to_a_layer_counts(tmp_path: Path) -> None:
    layer = QgsRasterLayer(str(write_raster(tmp_path / "nowhere.tif", epsg=None)), "nowhere")
    layer.setCrs(EPSG_25832)
    feedback = Feedback()
    assert extract(layer, feedback)["TRACKS"].crs() == EPSG_25832
    assert "Exporting 64 × 64 pixels of nowhere" in feedback.infos


@pytest.mark.parametrize("order", [[1, 2, 3, 4], [4, 1, 2, 3]], ids=["infrared last", "infrared first"])
def test_bands_stay_what_they_are_where_the_user_gave_the_crs(
    order: list[int], track_raster: Path, tmp_path: Path
) -> None:
    kinds = [gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand, gdal.GCI_Undefined]
    picture = gdal.Open(str(track_raster))
    memory = gdal.GetDriverByName("MEM").Create("", picture.RasterXSize, picture.RasterYSize, 4)
    memory.SetGeoTransform(picture.GetGeoTransform())
    for number, band in enumerate(order, 1):
        if band < 4:  # there is no infrared light at all, as on water
            memory.GetRasterBand(number).WriteArray(picture.GetRasterBand(band).ReadAsArray())
        memory.GetRasterBand(number).SetColorInterpretation(kinds[band - 1])
    plain = tmp_path / "nowhere.tif"
    gdal.Translate(str(plain), memory, creationOptions=["ALPHA=NO"])
    with_crs = tmp_path / "there.tif"
    gdal.Translate(str(with_crs), memory, outputSRS="EPSG:25832", creationOptions=["ALPHA=NO"])
    layer = QgsRasterLayer(str(plain), "nowhere")
    layer.setCrs(EPSG_25832)
    length = extract(with_crs, MIN_LENGTH=5)["TOTAL_LENGTH"]
    assert length > 50
    assert extract(layer, MIN_LENGTH=5)["TOTAL_LENGTH"] == pytest.approx(length, abs=0.01)


def test_a_fourth_band_of_what_is_exported_is_no_alpha(track_raster: Path) -> None:
    memory = "/vsimem/infrared.tif"
    gdal.Translate(
        memory,
        str(track_raster),
        bandList=[1, 2, 3, 1],
        scaleParams=[[0, 255, 0, 255]] * 3 + [[0, 255, 0, 0]],
        creationOptions=["ALPHA=NO"],
    )
    feedback = Feedback()
    try:
        found = extract(QgsRasterLayer(memory, "infrared"), feedback, MIN_LENGTH=5)["TOTAL_LENGTH"]
    finally:
        gdal.Unlink(memory)
    assert any("Exporting" in line for line in feedback.infos)
    assert found == pytest.approx(extract(track_raster, MIN_LENGTH=5)["TOTAL_LENGTH"], abs=0.01)


def test_of_what_must_be_exported_it_is_the_extent_alone() -> None:
    memory = "/vsimem/picture.tif"
    gdal.GetDriverByName("GTiff").CreateCopy(memory, gdal.Open(str(write_raster(Path("/vsimem/plain.tif")))))
    layer = QgsRasterLayer(memory, "memory")
    full = layer.extent()
    full.setXMaximum(full.center().x())
    feedback = Feedback()
    extract(layer, feedback, EXTENT=QgsReferencedRectangle(full, EPSG_25832))
    assert "Exporting 32 × 64 pixels of memory" in feedback.infos


def test_a_layer_whose_file_has_gone_is_told(plain_raster: Path, tmp_path: Path) -> None:
    path = tmp_path / "gone.tif"
    path.write_bytes(plain_raster.read_bytes())
    layer = QgsRasterLayer(str(path), "gone")
    path.unlink()
    assert layer.isValid()  # as QGIS has it
    with pytest.raises(QgsProcessingException, match=r"gone can't be read\. Repair its data source"):
        extract(layer)


def test_a_geopackage_raster_is_read_as_it_is(tmp_path: Path) -> None:
    plain = write_raster(tmp_path / "plain.tif")
    path = tmp_path / "rasters.gpkg"
    gdal.Translate(str(path), str(plain), format="GPKG", creationOptions=["RASTER_TABLE=picture"])
    feedback = Feedback()
    extract(QgsRasterLayer(f"GPKG:{path}:picture"), feedback)
    assert not any("Exporting" in line for line in feedback.infos)


def test_a_raster_inside_an_archive_is_read_as_it_is(tmp_path: Path) -> None:
    plain = write_raster(tmp_path / "plain.tif")
    archive = tmp_path / "rasters.zip"
    with zipfile.ZipFile(archive, "w") as writer:
        writer.write(plain, "plain.tif")
    assert extract(QgsRasterLayer(f"/vsizip/{archive}/plain.tif"))["TRACK_COUNT"] == 0


def test_a_picture_behind_qgis_s_proxy_is_exported_for_the_worker_knows_no_proxy(
    no_proxy: None, plain_raster: Path
) -> None:
    from servers import proxy_to_files

    with proxy_to_files(plain_raster.parent) as port:
        set_proxy("HttpProxy", "127.0.0.1", port)
        layer = QgsRasterLayer(f"/vsicurl/http://pictures.invalid/{plain_raster.name}", "picture")
        assert layer.isValid()
        feedback = Feedback()
        assert extract(layer, feedback)["TRACK_COUNT"] == 0
    assert any(info.startswith("Exporting 64 × 64 pixels of picture") for info in feedback.infos)


@pytest.fixture
def server_layer(tmp_path: Path) -> QgsRasterLayer:
    """A tile server, of files: grey tiles of zoom level 18 round a place in Germany."""
    folder = tmp_path / "tiles"
    column, row = 140_000, 88_000
    memory = gdal.GetDriverByName("MEM").Create("", 256, 256, 3)
    for band in (1, 2, 3):
        memory.GetRasterBand(band).Fill(90)
    for x in (column, column + 1):
        for y in (row, row + 1):
            path = folder / "18" / str(x) / f"{y}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            gdal.GetDriverByName("PNG").CreateCopy(str(path), memory)
    url = f"file://{folder}/%7Bz%7D/%7Bx%7D/%7By%7D.png"
    layer = QgsRasterLayer(f"type=xyz&url={url}&zmin=18&zmax=18", "server", "wms")
    assert layer.isValid()
    return layer


def test_of_a_server_s_layer_the_extent_is_fetched_at_a_ground_distance_of_a_fifth_of_a_metre(
    server_layer: QgsRasterLayer,
) -> None:
    tile = 2 * 20037508.342789244 / 2**18
    x, y = -20037508.342789244 + 140_000 * tile, 20037508.342789244 - 88_001 * tile
    crs = QgsCoordinateReferenceSystem("EPSG:3857")
    extent = QgsReferencedRectangle(QgsRectangle(x, y, x + 40, y + 40), crs)
    feedback = Feedback()
    assert extract(server_layer, feedback, EXTENT=extent)["TRACKS"].crs() == crs
    size = next(match for line in feedback.infos if (match := re.search(r"Exporting (\d+) × (\d+) pixels", line)))
    assert 100 < int(size[1]) < 150  # 40 m of web mercator are some 25 m on the ground at that latitude
    assert abs(int(size[1]) - int(size[2])) <= 2


def test_what_a_server_does_not_send_is_told(server_layer: QgsRasterLayer) -> None:
    tile = 2 * 20037508.342789244 / 2**18
    x, y = -20037508.342789244 + 140_002 * tile, 20037508.342789244 - 88_001 * tile
    crs = QgsCoordinateReferenceSystem("EPSG:3857")
    feedback = Feedback()
    extract(server_layer, feedback, EXTENT=QgsReferencedRectangle(QgsRectangle(x - 30, y, x + 10, y + 40), crs))
    assert any(re.match(r"The server sent no picture for 2\d % of server", line) for line in feedback.warnings)
    with pytest.raises(QgsProcessingException, match="The server sent no picture of server"):
        extract(server_layer, EXTENT=QgsReferencedRectangle(QgsRectangle(x + 500, y, x + 540, y + 40), crs))


def test_of_a_server_s_layer_a_country_is_too_much(server_layer: QgsRasterLayer) -> None:
    with pytest.raises(QgsProcessingException, match="at most 4000 m"):
        extract(server_layer, EXTENT="1000000,1100000,6500000,6600000 [EPSG:3857]")


def test_a_format_that_the_worker_has_not_is_exported_and_effort_told_before(tmp_path: Path) -> None:
    path = tmp_path / "picture.hdf"
    gdal.Translate(str(path), str(write_raster(tmp_path / "plain.tif")), format="HDF4Image")
    layer = QgsRasterLayer(str(path), "picture")
    feedback = Feedback()
    assert extract(layer, feedback)["TRACKS"].crs() == EPSG_25832
    assert feedback.infos[0] == "Exporting 64 × 64 pixels of picture"
    assert re.fullmatch(r"This takes about \d+ s and 1 MB of disk space", feedback.infos[1])
    assert feedback.texts[0] == "Exporting the picture"


def test_the_worker_has_the_formats_that_go_to_it_as_they_are(worker_python: Path) -> None:
    program = (
        "from railseg_core.process_environment import prepare_process_environment; prepare_process_environment();"
        "import rasterio; print(*rasterio.Env().__enter__().drivers())"
    )
    done = subprocess.run([worker_python, "-c", program], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert {name for name in WORKER_FORMATS if not name.startswith("JP2")} < set(done.stdout.split())


def test_what_does_not_fit_on_the_disk_is_told_before_the_run(tmp_path: Path) -> None:
    big = "/vsimem/big.vrt"
    gdal.BuildVRT(big, str(write_raster(tmp_path / "plain.tif")), outputBounds=(6e5, 5.5e6, 9e5, 5.8e6)).FlushCache()
    layer = QgsRasterLayer(big, "big")
    with pytest.raises(QgsProcessingException, match=r"exported first, which needs up to 6750000 MB.*smaller extent"):
        extract(layer)


@pytest.mark.parametrize("name", ["extractrailway", "exporttrainingchips"])
def test_too_coarse_a_picture_is_told_before_the_run(tmp_path: Path, name: str) -> None:
    plain = write_raster(tmp_path / "plain.tif")
    path = tmp_path / "coarse.tif"
    gdal.Warp(str(path), str(plain), dstSRS="EPSG:3857", xRes=2.5, yRes=2.5)
    lines = QgsVectorLayer("LineString?crs=EPSG:25832", "lines", "memory")
    parameters = {"INPUT": str(path), "LINES": lines, "TRACKS": "memory:", "FOLDER": "TEMPORARY_OUTPUT"}
    assert "coarse is too coarse: its pixels are 1.6 m" in _refusal(name, parameters)


@pytest.mark.parametrize("ellipsoid", ["+ellps=bessel", "+a=6378000 +rf=298.3", "+R=6371000"])
def test_a_grid_of_ones_own_is_measured_on_its_own_ellipsoid(tmp_path: Path, ellipsoid: str) -> None:
    crs = f"+proj=tmerc +lon_0=9 +lat_0=50 +x_0=500000 +y_0=5500000 {ellipsoid} +units=m"
    for side_m, is_coarse in ((0.2, False), (1.6, True)):
        path = tmp_path / f"site_{side_m}.tif"
        plain = str(write_raster(tmp_path / "plain.tif"))
        corners = [500000, 5500000 + 100 * side_m, 500000 + 100 * side_m, 5500000]
        gdal.Translate(str(path), plain, outputSRS=crs, outputBounds=corners, width=100, height=100)
        problem = _refusal("extractrailway", {"INPUT": str(path), "TRACKS": "memory:"})
        assert bool(problem) == is_coarse, problem
        assert not is_coarse or "its pixels are 1.6 m" in problem


def test_a_mask_may_be_coarse(tmp_path: Path) -> None:
    path = tmp_path / "coarse.tif"
    gdal.Translate(str(path), str(write_raster(tmp_path / "plain.tif", bands=1)), xRes=1.6, yRes=1.6)
    assert not _refusal("cleanrailwaymask", {"INPUT": str(path), "MASK": "TEMPORARY_OUTPUT"})


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"BANDS": [1, 2]}, "2 bands are chosen"),
        ({"EXTENT": "1,2,3,4 [EPSG:25832]"}, "extent lies outside"),
        ({"AREA": "LineString?crs=EPSG:25832"}, "No part of the area"),
    ],
)
def test_what_cannot_be_worked_on_is_said_in_the_dialog(
    plain_raster: Path, parameters: dict[str, Any], words: str
) -> None:
    if "AREA" in parameters:
        parameters = {"AREA": QgsVectorLayer(parameters["AREA"], "nothing", "memory")}
    assert words in _refusal("extractrailway", {"INPUT": str(plain_raster), "TRACKS": "memory:"} | parameters)


def test_that_a_server_s_layer_wants_an_extent_is_said_in_the_dialog(server_layer: QgsRasterLayer) -> None:
    assert "choose an extent" in _refusal("segmentrailway", {"INPUT": server_layer, "PROBABILITY": "TEMPORARY_OUTPUT"})


def _refusal(name: str, parameters: dict[str, Any]) -> str:
    """What the dialog says instead of running the algorithm; empty if it would run it."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"railseg:{name}")
    is_ok, message = algorithm.checkParameterValues(parameters, QgsProcessingContext())
    assert is_ok == (not message)
    return message
