"""The part of a picture that is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from rasters import CORNER_X, CORNER_Y, UTM

from railseg_core.area import Area, polygon_mask
from railseg_core.errors import RailSegError
from railseg_core.tiling import PixelWindow

SQUARE = shapely.box(CORNER_X, CORNER_Y, CORNER_X + 10, CORNER_Y + 10)


def write_layer(path: Path, *geometries: shapely.Geometry, crs: str | None = UTM, layer: str = "area") -> Path:
    kinds = {geometry.geom_type for geometry in geometries}
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(geometries)),
        field_data=[],
        fields=np.array([]),
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        crs=crs,
        layer=layer,
        append=path.exists(),
    )
    return path


def test_an_extent_is_the_area_of_its_box() -> None:
    area = Area.from_extent(*SQUARE.bounds, crs=UTM)
    assert area.polygon.equals(SQUARE)
    assert area.polygon_in(pyproj.CRS(UTM)).equals(SQUARE)


@pytest.mark.parametrize("extent", [(5, 0, 5, 1), (0, 2, 1, 1), (0, 0, float("nan"), 1)])
def test_an_extent_without_width_or_height_is_refused(extent: tuple[float, float, float, float]) -> None:
    with pytest.raises(RailSegError, match=r"extent .* is empty"):
        Area.from_extent(*extent, crs=UTM)


@pytest.mark.parametrize("crs", ["EPSG:0", "no CRS at all", ""])
def test_an_unknown_crs_is_refused_when_the_area_is_made(crs: str) -> None:
    with pytest.raises(RailSegError, match="CRS is not known"):
        Area(SQUARE, crs)


@pytest.mark.parametrize("shape", [shapely.Polygon(), shapely.LineString([(0, 0), (1, 1)]), shapely.Point(0, 0)])
def test_a_shape_that_encloses_nothing_is_refused(shape: shapely.Geometry) -> None:
    with pytest.raises(RailSegError, match="area is empty"):
        Area(shape, UTM)


def test_a_bow_tie_is_mended_and_heights_are_dropped() -> None:
    bow_tie = shapely.Polygon([(0, 0, 7), (2, 2, 7), (2, 0, 7), (0, 2, 7)])
    area = Area(bow_tie, UTM)
    assert area.polygon.is_valid
    assert not area.polygon.has_z
    assert area.polygon.area == pytest.approx(2.0)


def test_a_file_gives_the_union_of_its_polygons(tmp_path: Path) -> None:
    other = shapely.box(CORNER_X + 5, CORNER_Y, CORNER_X + 20, CORNER_Y + 10)
    area = Area.from_file(write_layer(tmp_path / "area.gpkg", SQUARE, other))
    assert area.polygon.equals(SQUARE.union(other))
    assert pyproj.CRS(area.crs) == pyproj.CRS(UTM)


def test_the_first_layer_with_polygons_is_taken(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "area.gpkg", shapely.LineString([(0, 0), (1, 1)]), layer="lines")
    write_layer(path, SQUARE, layer="polygons")
    assert Area.from_file(path).polygon.equals(SQUARE)


def test_a_file_without_polygons_is_an_error(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "lines.gpkg", shapely.LineString([(0, 0), (1, 1)]))
    with pytest.raises(RailSegError, match="has no polygon"):
        Area.from_file(path)


def test_a_file_without_a_crs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RailSegError, match="does not say its CRS"):
        Area.from_file(write_layer(tmp_path / "area.shp", SQUARE, crs=None))


@pytest.mark.parametrize("content", [None, "not a layer"])
def test_a_file_that_is_missing_or_no_layer_is_an_error(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "area.gpkg"
    if content:
        path.write_text(content)
    with pytest.raises(RailSegError, match="not a vector file"):
        Area.from_file(path)


def test_a_file_whose_name_is_not_utf_8_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RailSegError, match="not in UTF-8"):
        Area.from_file(tmp_path / os.fsdecode(b"a\xff.gpkg"))


def test_long_edges_are_bent_as_they_are_on_the_ground() -> None:
    # A parallel of 6 degrees of longitude is an arc in UTM, kilometres off the straight line.
    area = Area.from_extent(6, 50, 12, 51, crs="EPSG:4326").polygon_in(pyproj.CRS(UTM))
    middle = shapely.Point(pyproj.Transformer.from_crs(4326, UTM, always_xy=True).transform(9, 50))
    assert area.distance(middle) < 1.0
    assert area.boundary.distance(middle) < 1.0


def test_an_area_out_of_the_projections_reach_is_an_error() -> None:
    area = Area.from_extent(95, 0, 105, 1, crs="EPSG:4326")
    with pytest.raises(RailSegError, match="reaches beyond"):
        area.polygon_in(pyproj.CRS(UTM))


def test_an_area_on_another_body_is_an_error() -> None:
    area = Area.from_extent(1, 1, 2, 2, crs="IAU_2015:30110")
    with pytest.raises(RailSegError, match="georeference cannot be used") as error:
        area.polygon_in(pyproj.CRS(UTM))
    assert error.value.hint


def test_a_pixel_is_in_a_polygon_when_its_middle_is() -> None:
    window = PixelWindow(0, 0, 4, 4)
    triangle = shapely.Polygon([(0, 0), (4, 0), (0, -4)])
    expected = [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    inside = polygon_mask(triangle.buffer(-0.01, join_style="mitre"), window, 1.0)
    np.testing.assert_array_equal(inside, np.array(expected, dtype=bool))
    assert polygon_mask(shapely.box(-9, -9, 9, 9), window, 1.0).all()
    assert not polygon_mask(shapely.box(20, 20, 29, 29), window, 1.0).any()
