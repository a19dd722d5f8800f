"""The steps from a picture to lines, one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from osgeo import gdal
from qgis.core import QgsVectorLayer
from support import run

pytestmark = pytest.mark.usefixtures("provider")


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
