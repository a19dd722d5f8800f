"""The area of a picture to process."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from rasters import CORNER_X, CORNER_Y, UTM
from station import moved

from railseg_core.errors import RailSegError
from railseg_core.tiling import PixelWindow
from railseg_core.vectors.area import Area, polygon_mask

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
    with pytest.raises(RailSegError, match="has no CRS"):
        Area.from_file(write_layer(tmp_path / "area.shp", SQUARE, crs=None))


@pytest.mark.parametrize("content", [None, "not a layer"])
def test_a_file_that_is_missing_or_no_layer_is_an_error(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "area.gpkg"
    if content:
        path.write_text(content)
    with pytest.raises(RailSegError, match="not a vector file"):
        Area.from_file(path)


def test_a_file_whose_name_is_not_utf_8_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RailSegError, match="not valid UTF-8"):
        Area.from_file(tmp_path / os.fsdecode(b"a\xff.gpkg"))


def test_long_edges_are_bent_as_they_are_on_the_ground() -> None:
    # A parallel of 6 degrees of longitude is an arc in UTM, kilometres off the straight line.
    area = Area.from_extent(6, 50, 12, 51, crs="EPSG:4326").polygon_in(pyproj.CRS(UTM))
    middle = shapely.Point(pyproj.Transformer.from_crs(4326, UTM, always_xy=True).transform(9, 50))
    assert area.distance(middle) < 1.0
    assert area.boundary.distance(middle) < 1.0


def test_an_area_out_of_the_projections_reach_is_an_error() -> None:
    area = Area.from_extent(95, 0, 105, 1, crs="EPSG:4326")
    with pytest.raises(RailSegError, match="extends beyond"):
        area.polygon_in(pyproj.CRS(UTM))


@pytest.mark.parametrize("bounds", [(-180, -90, 180, 90), (-30, 10, 40, 85), (9.9, 50.6, 10.1, 50.7)])
def test_of_the_world_s_area_or_a_country_s_only_what_is_near_is_moved(bounds: tuple[float, ...]) -> None:
    near = shapely.box(570_000, 5_615_000, 571_000, 5_616_000)
    area = Area.from_extent(*bounds, crs="EPSG:4326").polygon_in(pyproj.CRS(UTM), near)
    assert area.contains(near)
    assert area.area < 3 * near.area


@pytest.mark.parametrize("bounds", [(-20037508, -20037508, 20037508, 20037508), (-2e6, 3e6, 9e6, 15e6)])
def test_so_it_is_of_one_in_web_mercator(bounds: tuple[float, ...]) -> None:
    near = shapely.box(570_000, 5_615_000, 571_000, 5_616_000)
    area = Area.from_extent(*bounds, crs="EPSG:3857").polygon_in(pyproj.CRS(UTM), near)
    assert area.contains(near)
    assert area.area < 3 * near.area


def test_the_world_in_web_mercator_has_all_of_a_place_on_the_antimeridian() -> None:
    world = Area.from_extent(-20037508.4, -20037508, 20037508.4, 20037508, crs="EPSG:3857")
    x, y = pyproj.Transformer.from_crs(4326, "EPSG:32660", always_xy=True).transform(180, 50)
    near = shapely.box(x - 500, y - 500, x + 500, y + 500)
    assert world.polygon_in(pyproj.CRS("EPSG:32660"), near).contains(near)


@pytest.mark.parametrize(
    ("crs", "lon", "lat"), [("EPSG:3413", 0, 90), ("EPSG:3832", 180, 50), ("EPSG:32601", -180, 50)]
)
def test_what_is_near_is_known_round_the_pole_and_over_the_antimeridian(crs: str, lon: float, lat: float) -> None:
    x, y = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    near = shapely.box(x - 900, y - 900, x + 900, y + 900)
    north = Area.from_extent(-180, 0, 180, 90, "EPSG:4326").polygon_in(pyproj.CRS(crs), near)
    assert north.intersection(near).area == pytest.approx(near.area, rel=0.01)


def test_an_area_in_web_mercator_reaches_over_the_antimeridian() -> None:
    seam = math.pi * 6_378_137
    area = Area.from_extent(seam - 50_000, -2.1e6, seam + 50_000, -1.7e6, "EPSG:3857")
    x, y = pyproj.Transformer.from_crs(4326, "EPSG:32701", always_xy=True).transform(-179.8, -17)
    near = shapely.box(x - 500, y - 500, x + 500, y + 500)
    assert area.polygon_in(pyproj.CRS("EPSG:32701"), near).contains(near)


def test_longitudes_from_0_to_360_are_known_at_greenwich() -> None:
    near = shapely.box(700_000, 5_700_000, 720_000, 5_720_000)  # round 0° in UTM zone 30
    area = Area.from_extent(350, 45, 370, 55, "+proj=longlat +datum=WGS84 +lon_wrap=180")
    assert not area.polygon_in(pyproj.CRS("EPSG:32630"), near).is_empty


def test_longitudes_beyond_180_are_those_of_the_other_side() -> None:
    near = shapely.box(500_000, 8_000_000, 501_000, 8_001_000)  # 177° W
    area = Area.from_extent(182, -19, 184, -17, "EPSG:4326").polygon_in(pyproj.CRS("EPSG:32701"), near)
    assert area.contains(near)


def test_an_area_on_another_body_is_an_error() -> None:
    area = Area.from_extent(1, 1, 2, 2, crs="IAU_2015:30110")
    with pytest.raises(RailSegError, match="cannot be transformed to the picture's CRS") as error:
        area.polygon_in(pyproj.CRS(UTM))
    assert error.value.hint


TRACK = shapely.LineString([(CORNER_X, CORNER_Y), (CORNER_X + 400, CORNER_Y + 300)])


@pytest.mark.parametrize("crs", [UTM, "EPSG:4326", "EPSG:3857"])
def test_a_corridor_reaches_as_many_metres_on_the_ground_whatever_the_lines_crs(crs: str, tmp_path: Path) -> None:
    area = Area.from_file(write_layer(tmp_path / "lines.gpkg", moved(TRACK, crs), crs=crs), 20)
    corridor = area.polygon_in(pyproj.CRS(UTM))
    assert corridor.symmetric_difference(TRACK.buffer(20)).area < 0.01 * corridor.area
    assert corridor.area == pytest.approx(500 * 40 + 400 * np.pi, rel=0.01)


def test_a_long_line_s_corridor_is_bent_as_the_line_is_on_the_ground() -> None:
    parallel = shapely.LineString([(6, 50), (12, 50)])
    corridor = Area(parallel, "EPSG:4326", 10).polygon_in(pyproj.CRS(UTM))
    for longitude in (7.3, 9.0, 10.01):
        place = shapely.Point(pyproj.Transformer.from_crs(4326, UTM, always_xy=True).transform(longitude, 50))
        assert corridor.contains(place.buffer(9))
        assert not corridor.contains(place.buffer(12))


def test_a_corridor_round_a_ring_has_a_hole() -> None:
    ring = shapely.LinearRing(shapely.Point(CORNER_X, CORNER_Y).buffer(100).exterior)
    corridor = Area(shapely.LineString(ring.coords), UTM, 10).polygon_in(pyproj.CRS(UTM))
    assert len(corridor.interiors) == 1
    assert not corridor.contains(shapely.Point(CORNER_X, CORNER_Y))


def test_polygons_are_not_widened_beside_the_lines_of_a_layer(tmp_path: Path) -> None:
    away = shapely.transform(TRACK, lambda points: points + np.array([0, 900]))
    path = write_layer(tmp_path / "both.gpkg", SQUARE, shapely.GeometryCollection([away]))
    assert Area.from_file(path).polygon_in(pyproj.CRS(UTM)).equals(SQUARE)
    both = Area.from_file(path, 5).polygon_in(pyproj.CRS(UTM))
    assert both.symmetric_difference(SQUARE.union(away.buffer(5))).area < 1e-6


def test_lines_without_a_corridor_are_told_with_a_way_out(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "lines.gpkg", TRACK)
    with pytest.raises(RailSegError, match="no polygons, only lines") as told:
        Area.from_file(path)
    assert "corridor" in told.value.hint
    with pytest.raises(RailSegError, match="out of range"):
        Area.from_file(path, -5)


def test_an_area_within_another_is_what_both_have() -> None:
    box = Area.from_extent(CORNER_X, CORNER_Y, CORNER_X + 200, CORNER_Y + 500, UTM)
    inside = Area(TRACK, UTM, 10, box).polygon_in(pyproj.CRS(UTM))
    assert inside.symmetric_difference(TRACK.buffer(10).intersection(box.polygon)).area < 1e-6
    far = Area(TRACK, UTM, 10, Area.from_extent(0, 0, 1, 1, UTM))
    assert far.polygon_in(pyproj.CRS(UTM)).is_empty


def test_lines_far_from_what_is_worked_on_are_left_out_even_where_they_have_no_place() -> None:
    lines = shapely.MultiLineString([moved(TRACK, "EPSG:4326"), shapely.LineString([(-170, 0), (-171, 1)])])
    near = TRACK.envelope
    assert Area(lines, "EPSG:4326", 10).polygon_in(pyproj.CRS(UTM), near).area == pytest.approx(
        20 * 500 + 314, rel=0.01
    )
    assert Area(lines, "EPSG:4326", 10).polygon_in(pyproj.CRS(UTM), shapely.box(0, 0, 1, 1)).is_empty


def test_an_area_goes_to_json_and_back() -> None:
    box = Area.from_extent(CORNER_X, CORNER_Y, CORNER_X + 200, CORNER_Y + 500, UTM)
    for area in (box, Area(shapely.GeometryCollection([SQUARE, TRACK]), UTM, 12.5, box)):
        again = Area.from_values(json.loads(json.dumps(area.values)))
        assert again.polygon_in(pyproj.CRS(UTM)).equals(area.polygon_in(pyproj.CRS(UTM)))
        assert (again.corridor_m, again.values) == (area.corridor_m, area.values)


def test_a_pixel_is_in_a_polygon_when_its_middle_is() -> None:
    window = PixelWindow(0, 0, 4, 4)
    triangle = shapely.Polygon([(0, 0), (4, 0), (0, -4)])
    expected = [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    inside = polygon_mask(triangle.buffer(-0.01, join_style="mitre"), window, 1.0)
    np.testing.assert_array_equal(inside, np.array(expected, dtype=bool))
    assert polygon_mask(shapely.box(-9, -9, 9, 9), window, 1.0).all()
    assert not polygon_mask(shapely.box(20, 20, 29, 29), window, 1.0).any()


def test_a_corridor_is_round_lines_although_polygons_come_first(tmp_path: Path) -> None:
    path = tmp_path / "osm.gpkg"
    house, rail = shapely.box(0, 0, 10, 10), shapely.LineString([(0, 500), (100, 500)])
    for layer, geometry in (("buildings", house), ("railways", rail)):
        wkb = shapely.to_wkb(np.array([geometry]))
        pyogrio.raw.write(
            path, wkb, [], [], layer=layer, geometry_type=geometry.geom_type, crs=UTM, append=path.exists()
        )
    assert Area.from_file(path).polygon.equals(house)
    corridor = Area.from_file(path, corridor_m=10.0)
    assert corridor.lines.equals(rail)
    assert corridor.polygon.is_empty
