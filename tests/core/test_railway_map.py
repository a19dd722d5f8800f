from __future__ import annotations

import json
import math
import sqlite3
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from railseg_core.errors import RailSegError
from railseg_core.railway_map import Node, RailwayMap, Relation, Track
from railseg_core.resources_dir import resource_path
from railseg_core.vectors.coordinates import ground_lengths
from railseg_core.vectors.line_layer import read_lines
from railseg_core.vectors.map_file import RunRecord, write_map

CREATED = datetime(2026, 3, 4, 5, 6, 7, 890000, tzinfo=UTC)
RUN = RunRecord(
    version="0.1.0",
    raster="picture.tif",
    parameters={"threshold": 0.5, "kernel": "disc"},
    source_gsd_m=0.1,
    model="first",
    model_sha256="ab" * 32,
    device="cpu",
    timings_s={"lines": 1.5},
    created=CREATED,
)
LINE = np.array([[500_000.0, 5_500_000.0], [500_100.0, 5_500_000.0], [500_200.0, 5_500_050.0]])


def _track(number, line, **changes):
    fields = {
        "track_id": f"t_{number}", "from_node": "n_1", "to_node": "n_2", "line": line, "length_m": 211.8,
        "confidence": 0.9, "min_confidence": 0.7, "inferred_m": 0.0, "min_radius_m": None, "status": "ok",
        "review_reason": None,
    }  # fmt: skip
    return Track(**(fields | changes))


MAP = RailwayMap(
    tracks=[
        _track(1, LINE),
        _track(2, LINE + 10, status="review", review_reason="sharp bend", min_radius_m=80.0),
    ],
    nodes=[
        Node("n_1", 500_000.0, 5_500_000.0, "switch", 3, 6.3, 190.0, "left", 0.8, "ok", None),
        Node("n_2", 500_200.0, 5_500_050.0, "cut", 1, None, None, None, 0.9, "review", "uncertain fork"),
    ],
    relations=[Relation("n_1", "t_1", 0, "t_2", 0, navigable=False)],
    crs="EPSG:32633",
    gsd_m=0.2,
)
EMPTY = RailwayMap([], [], [], "EPSG:32633", 0.2)


def _rows(path, layer):
    meta, _, geometries, columns = pyogrio.raw.read(path, layer=layer)
    return meta, geometries, dict(zip(meta["fields"], columns, strict=True))


def test_the_tracks_come_back_with_every_field(tmp_path):
    path = tmp_path / "map.gpkg"
    write_map(path, MAP, "EPSG:32633", RUN)
    meta, geometries, fields = _rows(path, "rail_track")
    assert meta["crs"] == "EPSG:32633"
    assert meta["geometry_type"] == "LineString"
    assert list(fields) == [
        "track_id", "from_node", "to_node", "railway", "length_m", "confidence", "min_confidence", "inferred_m",
        "min_radius_m", "status", "review_reason", "source", "source_gsd_m", "model", "created",
    ]  # fmt: skip
    assert fields["track_id"].tolist() == ["t_1", "t_2"]
    assert fields["railway"].tolist() == ["rail", "rail"]
    assert math.isnan(fields["min_radius_m"][0])
    assert fields["min_radius_m"][1] == 80
    assert fields["review_reason"].tolist() == [None, "sharp bend"]
    assert fields["source_gsd_m"].tolist() == [0.1, 0.1]
    assert (shapely.get_coordinates(shapely.from_wkb(geometries[0])) == LINE).all()


def test_numbers_have_no_more_decimals_than_they_can_mean(tmp_path):
    track = _track(1, LINE, length_m=313.1888417842253, confidence=np.float64(0.9999555259061597))
    write_map(
        tmp_path / "map.gpkg", replace(MAP, tracks=[track]), "EPSG:32633", replace(RUN, source_gsd_m=0.09999999986)
    )
    _, _, fields = _rows(tmp_path / "map.gpkg", "rail_track")
    assert [fields[name][0] for name in ("length_m", "confidence", "source_gsd_m")] == [313.1888, 1.0, 0.1]


def test_the_time_is_in_utc_whatever_the_zone_it_was_given_in(tmp_path):
    elsewhere = RunRecord(version="0", raster="p", created=CREATED.astimezone(timezone(timedelta(hours=8))))
    write_map(tmp_path / "map.gpkg", MAP, "EPSG:32633", elsewhere)
    with sqlite3.connect(tmp_path / "map.gpkg") as database:
        (text,) = database.execute("SELECT created FROM railseg_run").fetchone()
    assert text == "2026-03-04T05:06:07.890Z"


def test_nodes_relations_and_the_run_are_written(tmp_path):
    path = tmp_path / "map.gpkg"
    write_map(path, MAP, "EPSG:32633", RUN)
    meta, geometries, nodes = _rows(path, "rail_node")
    assert meta["geometry_type"] == "Point"
    assert nodes["degree"].tolist() == [3, 1]
    assert nodes["angle_deg"][0] == 6.3
    assert list(nodes["radius_m"][:1]) == [190.0]
    assert list(nodes["turnout_side"]) == ["left", None]
    assert math.isnan(nodes["angle_deg"][1])
    assert shapely.from_wkb(geometries[0]).coords[0] == (500_000.0, 5_500_000.0)
    meta, geometries, relations = _rows(path, "rail_relation")
    assert geometries is None
    assert relations["navigable"].dtype == np.bool_
    assert relations["navigable"].tolist() == [False]
    _, _, run = _rows(path, "railseg_run")
    assert json.loads(run["parameters"][0]) == {"threshold": 0.5, "kernel": "disc"}
    assert json.loads(run["timings_s"][0]) == {"lines": 1.5}
    assert run["working_crs"][0] == "EPSG:32633"
    assert run["model_sha256"][0] == "ab" * 32


def test_coordinates_go_to_the_rasters_crs_in_the_order_x_y(tmp_path):
    path = tmp_path / "map.gpkg"
    write_map(path, MAP, "EPSG:4326", RUN)
    lines, crs = read_lines(path)
    assert crs == pyproj.CRS("EPSG:4326")
    assert lines[0][0] == pytest.approx((15.0, 49.653), abs=1e-3)


def test_a_map_without_tracks_has_all_its_layers_fields_and_crs(tmp_path):
    path = tmp_path / "map.gpkg"
    write_map(path, EMPTY, "EPSG:25833", RUN)
    full = tmp_path / "full.gpkg"
    write_map(full, MAP, "EPSG:25833", RUN)
    for layer in ("rail_track", "rail_node", "rail_relation", "railseg_run"):
        empty_info, full_info = pyogrio.read_info(path, layer=layer), pyogrio.read_info(full, layer=layer)
        assert empty_info["fields"].tolist() == full_info["fields"].tolist()
        assert empty_info["ogr_types"] == full_info["ogr_types"]
        assert empty_info["ogr_subtypes"] == full_info["ogr_subtypes"]
        assert empty_info["crs"] == full_info["crs"]
        assert empty_info["geometry_type"] == full_info["geometry_type"]
    assert pyogrio.read_info(path, layer="rail_track")["features"] == 0


def test_the_styles_are_in_the_file_as_qgis_looks_for_them(tmp_path):
    path = tmp_path / "map.gpkg"
    write_map(path, MAP, "EPSG:4326", RUN)
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles ORDER BY id"
        ).fetchall()
        geometry = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
        kinds = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
        problems = database.execute("PRAGMA integrity_check").fetchall()
    assert [row[0] for row in rows] == ["rail_track", "rail_node"]
    assert all(geometry[layer] == column and default == 1 for layer, column, default, _ in rows)
    assert all(ET.fromstring(qml.split("\n", 1)[1]).tag == "qgis" for *_, qml in rows)
    assert kinds["layer_styles"] == kinds["rail_relation"] == kinds["railseg_run"] == "attributes"
    assert problems == [("ok",)]


@pytest.mark.parametrize(
    ("layer", "fields"),
    [
        ("rail_track", {"railway": {"rail"}, "status": {"ok", "review", "rejected"}}),
        (
            "rail_node",
            {
                "railway": {"switch", "railway_crossing", "end", "cut"},
                "turnout_side": {"left", "right"},
                "status": {"ok", "review", "rejected"},
            },
        ),
    ],
)
def test_a_style_names_every_value_and_has_a_symbol_for_every_rule(layer, fields):
    style = ET.parse(resource_path("styles", f"{layer}.qml")).getroot()
    renderer = style.find("renderer-v2")
    rules = {rule.get("symbol"): rule.get("filter") for rule in renderer.iter("rule")}
    assert set(rules) == {symbol.get("name") for symbol in renderer.find("symbols")}
    assert "ELSE" in rules.values()
    maps = {entry.get("name"): entry.iter("Option") for entry in style.find("fieldConfiguration")}
    named = {name: {option.get("value") for option in options if option.get("value")} for name, options in maps.items()}
    assert named == fields


def test_the_same_run_gives_the_same_bytes_and_leaves_nothing_beside(tmp_path):
    first, second = tmp_path / "first.gpkg", tmp_path / "second.gpkg"
    write_map(first, MAP, "EPSG:4326", RUN)
    write_map(second, MAP, "EPSG:4326", RUN)
    assert first.read_bytes() == second.read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["first.gpkg", "second.gpkg"]


def test_a_file_that_exists_stays_unless_it_may_be_replaced(tmp_path):
    path = tmp_path / "map.gpkg"
    path.write_text("mine")
    with pytest.raises(RailSegError, match="already exists"):
        write_map(path, MAP, "EPSG:4326", RUN)
    assert path.read_text() == "mine"
    write_map(path, MAP, "EPSG:4326", RUN, overwrite=True)
    assert len(read_lines(path)[0]) == 2


def test_a_map_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    broken = RailwayMap([_track(1, np.full((2, 2), 1e12))], [], [], "EPSG:32633", 0.2)
    with pytest.raises(RailSegError, match="cannot be transformed to the output's CRS"):
        write_map(tmp_path / "map.gpkg", broken, "EPSG:4326", RUN)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RailSegError, match="does not exist"):
        write_map(tmp_path / "no" / "map.gpkg", MAP, "EPSG:4326", RUN)


def test_lengths_are_those_on_the_ground():
    # A UTM zone is 0.04 % too short on its central meridian and too long at its edge.
    middle = np.array([[500_000.0, 5_500_000.0], [500_000.0, 5_501_000.0]])
    edge = np.array([[800_000.0, 5_500_000.0], [800_000.0, 5_501_000.0]])
    lengths = ground_lengths([middle, edge], "EPSG:32633")
    assert lengths[0] == pytest.approx(1000 / 0.9996, abs=0.01)
    assert 998 < lengths[1] < 999.5
    mercator = np.array([[0.0, 8_399_737.9], [1000.0, 8_399_737.9]])  # 60 degrees north
    assert ground_lengths([mercator], "EPSG:3857")[0] == pytest.approx(501, abs=2)
    assert ground_lengths([], "EPSG:32633").shape == (0,)


def test_lengths_are_metres_also_where_the_datum_counts_in_grads():
    line = np.array([[600_000.0, 2_400_000.0], [600_000.0, 2_401_000.0], [601_000.0, 2_401_000.0]])
    assert ground_lengths([line[:2], line[1:]], "EPSG:27572") == pytest.approx([1000, 1000], abs=2)


def _write_geojson(path, *geometries):
    features = [{"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(one)} for one in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def test_lines_are_read_from_any_vector_file_with_multi_parts_taken_apart(tmp_path):
    path = tmp_path / "lines.geojson"
    single = shapely.LineString([(15, 49), (15.1, 49.1)])
    multi = shapely.MultiLineString([[(15, 48), (15.1, 48)], [(15.2, 48, 3), (15.3, 48, 3)]])
    _write_geojson(path, single, multi)
    lines, crs = read_lines(path)
    assert [line.tolist() for line in lines] == [
        [[15, 49], [15.1, 49.1]],
        [[15, 48], [15.1, 48]],
        [[15.2, 48], [15.3, 48]],
    ]
    assert crs.to_epsg() == 4326


def test_files_without_lines_are_refused_with_a_way_out(tmp_path):
    text = tmp_path / "notes.gpkg"
    text.write_text("no vectors here")
    with pytest.raises(RailSegError, match="not a vector file") as caught:
        read_lines(text)
    assert caught.value.hint
    points = tmp_path / "points.geojson"
    _write_geojson(points, shapely.Point(15, 49))
    with pytest.raises(RailSegError, match="no lines"):
        read_lines(points)
    with pytest.raises(RailSegError):
        read_lines(tmp_path / "missing.gpkg")


def test_a_map_counts_its_switches_doubts_and_metres():
    assert (MAP.switches, MAP.reviews) == (1, 2)
    assert MAP.total_length_m == pytest.approx(423.6)
