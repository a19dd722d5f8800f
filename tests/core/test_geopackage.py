"""What a GeoPackage holds is never lost to one that takes its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
import shapely

from railseg_core.errors import RailSegError
from railseg_core.vectors.geopackage import check_replaceable, write_layer, written_geopackage

UTM = pyproj.CRS(25832)
LINE = np.array([shapely.LineString([(0, 0), (1, 1)])])


def add_layer(path: Path, name: str) -> None:
    write_layer(path, name, {}, LINE, "LineString", UTM)


def test_a_raster_is_no_less_than_a_layer(tmp_path: Path) -> None:
    path = tmp_path / "map.gpkg"
    add_layer(path, "rail_track")
    check_replaceable(path, ["rail_track"])
    profile = {"driver": "GPKG", "width": 8, "height": 8, "count": 3, "dtype": "uint8", "crs": "EPSG:25832"}
    transform = rasterio.transform.from_origin(0, 8, 1, 1)
    options = {"RASTER_TABLE": "ortho", "APPEND_SUBDATASET": "YES"}
    with rasterio.open(path, "w", transform=transform, **profile, **options) as file:
        file.write(np.full((3, 8, 8), 90, np.uint8))
    with pytest.raises(RailSegError, match=r"would be lost: ortho\."):
        check_replaceable(path, ["rail_track"])


def test_a_layer_that_comes_while_a_map_is_made_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "map.gpkg"
    add_layer(path, "rail_track")

    def make_map() -> None:
        with written_geopackage(path, overwrite=True) as aside:
            add_layer(aside, "rail_track")
            add_layer(path, "mine")

    with pytest.raises(RailSegError, match=r"would be lost: mine\."):
        make_map()
    check_replaceable(path, ["rail_track", "mine"])
    assert [file.name for file in tmp_path.iterdir()] == ["map.gpkg"]


def test_what_is_no_geopackage_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "text.gpkg"
    check_replaceable(path, [])
    path.write_text("precious, but asked to be replaced")
    check_replaceable(path, [])
