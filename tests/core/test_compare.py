"""Comparing real files: their CRS, their features' names, the area that counts, what is written."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from rasterio.transform import Affine
from station import (
    MAIN,
    NEXT,
    ORIGIN,
    STATION,
    UTM,
    beside,
    branch,
    layer_of,
    write_extracted,
    write_lines,
    write_raster,
)

from railseg_core.__main__ import main
from railseg_core.errors import RailSegError
from railseg_core.pipeline import run
from railseg_core.requests import CompareRequest, EvaluateRequest, parse_request
from railseg_core.vectors.area import Area

KINDS = ("new_m", "missing_m", "shifted_m", "matched_m")
FIELDS = {
    "new": ["length_m", "track_id"],
    "missing": ["length_m", "reference_fid"],
    "shifted": ["length_m", "track_id", "reference_fid", "offset_dm"],
    "matched": ["length_m", "track_id", "reference_fid", "offset_dm"],
}


def figures(extracted: Path, reference: Path, **options: Any) -> dict[str, Any]:
    return run(CompareRequest(extracted=str(extracted), reference=str(reference), **options))


@pytest.mark.parametrize("crs", [UTM, "EPSG:4326", "EPSG:3857"])
def test_offsets_are_decimetres_on_the_ground_whatever_the_crs(crs: str, tmp_path: Path) -> None:
    extracted = write_lines(tmp_path / "a.gpkg", [beside(one, 0, 0.8) for one in (MAIN, NEXT)], crs)
    reference = write_lines(tmp_path / "b.gpkg", [MAIN, NEXT, beside(MAIN, 0, 30)], "EPSG:4326")
    layers = tmp_path / "layers.gpkg"
    found = figures(extracted, reference, layers=layers)
    assert [found[kind] for kind in KINDS] == pytest.approx([0, 400, 800, 0], rel=2e-3)
    assert found["mean_distance_dm"] == pytest.approx(8, rel=0.01)
    assert pyogrio.read_info(layers, layer="shifted")["crs"] == crs
    _, fields = layer_of(layers, "shifted")
    assert fields["offset_dm"] == pytest.approx(np.full(len(fields["offset_dm"]), 8.0), abs=0.1)
    assert fields["length_m"] == pytest.approx(np.full(len(fields["length_m"]), 25.0), abs=0.6)
    assert json.loads(json.dumps(found)) == found


def test_lines_across_180_degrees_are_not_drawn_around_the_earth(tmp_path: Path) -> None:
    def write(name: str, *lines: list[tuple[float, float]]) -> Path:
        wkb = shapely.to_wkb(np.array([shapely.LineString(line) for line in lines]))
        pyogrio.raw.write(tmp_path / name, wkb, [], [], geometry_type="LineString", crs="EPSG:4326")
        return tmp_path / name

    west, east = (179.995, 50.0), (-179.995, 50.0)
    broken = write("broken.gpkg", [west, east])
    split = write("split.gpkg", [west, (180.0, 50.0)], [(-180.0, 50.0), east])
    beyond = write("beyond.gpkg", [west, (180.005, 50.0)])
    for extracted, reference in ((split, beyond), (beyond, split), (broken, beyond), (split, broken)):
        found = figures(extracted, reference)
        assert [found[kind] for kind in KINDS] == pytest.approx([0, 0, 0, 717], abs=1)


def test_the_layers_name_the_tracks_and_the_reference_s_features(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", [MAIN, beside(MAIN, 0, 50)])
    both = shapely.multilinestrings([shapely.LineString(beside(MAIN, 0, 90)), shapely.LineString(beside(MAIN, 0, 0.9))])
    reference = write_lines(tmp_path / "b.gpkg", [shapely.Point(ORIGIN), both, beside(MAIN, 0, 120)])
    layers = tmp_path / "layers.gpkg"
    figures(extracted, reference, layers=layers)
    expected = {"new": ({"t1"}, None), "missing": (None, {2, 3}), "shifted": ({"t0"}, {2}), "matched": (set(), set())}
    for layer, (tracks, fids) in expected.items():
        lines, fields = layer_of(layers, layer)
        assert list(fields) == FIELDS[layer]
        assert tracks is None or set(fields["track_id"]) == tracks
        assert fids is None or set(fields["reference_fid"]) == fids
        assert pyogrio.read_info(layers, layer=layer)["geometry_type"] == "LineString"
        assert fields["length_m"] == pytest.approx(shapely.length(lines), rel=1e-3)


def test_a_map_against_itself_has_nothing_to_tell(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", STATION)
    found = figures(extracted, extracted)
    assert [found[kind] for kind in KINDS] == [0, 0, 0, pytest.approx(found["extracted_m"])]
    assert found["layers"] is None


def test_what_was_rejected_in_the_review_is_not_there(tmp_path: Path) -> None:
    lines = np.array([shapely.LineString(line) for line in (MAIN, beside(MAIN, 0, 50))])
    reviewed = tmp_path / "reviewed.gpkg"
    status = np.array(["ok", "rejected"], dtype=object)
    pyogrio.raw.write(reviewed, shapely.to_wkb(lines), [status], ["status"], geometry_type="LineString", crs=UTM)
    plain = write_lines(tmp_path / "b.gpkg", [MAIN])
    assert figures(reviewed, plain)["new_m"] == 0
    assert figures(plain, reviewed)["missing_m"] == 0
    both = np.array(["rejected"] * 2, dtype=object)
    pyogrio.raw.write(
        reviewed,
        shapely.to_wkb(lines),
        [both],
        ["status"],
        layer="all",
        geometry_type="LineString",
        crs=UTM,
        append=True,
    )
    evaluated = run(EvaluateRequest(extracted=str(reviewed), reference=str(reviewed)))
    assert evaluated["reference_m"] == evaluated["extracted_m"] == pytest.approx(400)
    rejected = tmp_path / "rejected.gpkg"
    pyogrio.raw.write(rejected, shapely.to_wkb(lines), [both], ["status"], geometry_type="LineString", crs=UTM)
    pyogrio.raw.write(
        rejected, shapely.to_wkb(lines), [], [], layer="roads", geometry_type="LineString", crs=UTM, append=True
    )
    assert figures(rejected, plain)["extracted_m"] == 0
    with pytest.raises(RailSegError, match=r"All lines in .* are rejected"):
        run(EvaluateRequest(extracted=str(plain), reference=str(rejected)))


def test_only_what_lies_on_the_raster_and_in_the_area_counts(tmp_path: Path) -> None:
    raster = write_raster(tmp_path / "a.tif", Affine.translation(*beside(ORIGIN, 100, 50)) @ Affine.scale(1, -1))
    extracted = write_extracted(tmp_path / "a.gpkg", [MAIN])
    reference = write_lines(tmp_path / "b.gpkg", [MAIN, beside(MAIN, 0, 20), beside(MAIN, 0, 200)])
    assert figures(extracted, reference)["missing_m"] == pytest.approx(800)
    assert figures(extracted, reference, raster=str(raster))["missing_m"] == pytest.approx(100, abs=1)
    area = Area(shapely.LineString(MAIN), UTM, 25.0)
    assert figures(extracted, reference, area=area)["missing_m"] == pytest.approx(400, abs=1)
    narrow = Area(shapely.LineString(MAIN), UTM, 10.0)
    found = figures(extracted, reference, area=narrow, raster=str(raster))
    assert [found[kind] for kind in KINDS] == pytest.approx([0, 0, 0, 100], abs=1)


def test_a_country_s_map_costs_no_more_than_its_part_on_the_raster(tmp_path: Path) -> None:
    raster = write_raster(tmp_path / "a.tif", Affine.translation(*beside(ORIGIN, 100, 50)) @ Affine.scale(1, -1))
    extracted = write_extracted(tmp_path / "a.gpkg", [MAIN])
    near = [MAIN, beside(MAIN, 0, 20)]
    country = [*near, *(np.array([[0, 0], [10_000, 0]]) + beside(ORIGIN, 500, 100 * i) for i in range(100))]
    part, whole = write_lines(tmp_path / "b.gpkg", near), write_lines(tmp_path / "c.gpkg", country)
    for request in (CompareRequest, EvaluateRequest):
        found = []
        for reference in (part, whole):
            tracemalloc.start()
            found.append(run(request(extracted=str(extracted), reference=str(reference), raster=str(raster))))
            peak_bytes = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert found[0] == found[1]
        assert peak_bytes < 20e6


def test_nothing_extracted_is_all_missing_in_layers_that_keep_their_fields(tmp_path: Path) -> None:
    layers = tmp_path / "layers.gpkg"
    found = figures(write_extracted(tmp_path / "a.gpkg", []), write_lines(tmp_path / "b.gpkg", [MAIN]), layers=layers)
    assert [found[kind] for kind in KINDS] == [0, 400, 0, 0]
    assert found["mean_distance_dm"] is None
    for layer, fields in FIELDS.items():
        info = pyogrio.read_info(layers, layer=layer)
        assert (info["fields"].tolist(), info["crs"], info["features"]) == (fields, UTM, int(layer == "missing"))


@pytest.mark.parametrize("kind", ["gpkg", "geojson"])
def test_to_an_empty_map_all_is_new(tmp_path: Path, kind: str) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", [MAIN])
    empty = tmp_path / f"b.{kind}"
    pyogrio.raw.write(empty, np.array([]), [], [], geometry_type="LineString", crs="EPSG:4326")
    found = figures(extracted, empty, layers=tmp_path / "layers.gpkg")
    assert [found[name] for name in KINDS] == pytest.approx([400, 0, 0, 0])
    raster = write_raster(tmp_path / "a.tif", Affine.translation(*beside(ORIGIN, 100, 50)) @ Affine.scale(1, -1))
    none = write_extracted(tmp_path / "none.gpkg", [])
    for picture in (None, str(raster)):
        with pytest.raises(RailSegError, match="Neither"):
            figures(none, empty, raster=picture)


def test_an_empty_layer_without_a_crs_is_passed_over(tmp_path: Path) -> None:
    reference = tmp_path / "b.gpkg"
    pyogrio.raw.write(reference, np.array([]), [], [], geometry_type="LineString", layer="a scratch")
    lines = shapely.to_wkb([shapely.LineString(MAIN)])
    pyogrio.raw.write(reference, lines, [], [], geometry_type="LineString", crs=UTM, layer="b map", append=True)
    assert figures(write_extracted(tmp_path / "a.gpkg", [MAIN]), reference)["matched_m"] == pytest.approx(400)


def test_to_a_map_that_ends_before_the_picture_all_is_new(tmp_path: Path) -> None:
    raster = write_raster(tmp_path / "a.tif", Affine.translation(*beside(ORIGIN, 100, 50)) @ Affine.scale(1, -1))
    extracted = write_extracted(tmp_path / "a.gpkg", [MAIN])
    reference = write_lines(tmp_path / "b.gpkg", [beside(MAIN, 0, 300)])
    found = figures(extracted, reference, raster=str(raster))
    assert [found[name] for name in KINDS] == pytest.approx([100, 0, 0, 0], abs=1)
    with pytest.raises(RailSegError, match=r"a\.tif and .*far\.gpkg have no area in common"):
        figures(extracted, write_lines(tmp_path / "far.gpkg", [beside(MAIN, 90_000, 0)]), raster=str(raster))


def test_reach_and_shift_are_metres(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", [beside(MAIN, 0, 1)])
    reference = write_lines(tmp_path / "b.gpkg", [MAIN])
    assert figures(extracted, reference, shift_m=1.1)["matched_m"] == pytest.approx(400)
    assert figures(extracted, reference, reach_m=0.9)["new_m"] == pytest.approx(400)


def test_what_cannot_be_compared_is_told_with_a_way_out(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", STATION)
    nowhere = write_lines(tmp_path / "nowhere.geojson.gpkg", [MAIN], None)
    far = write_lines(tmp_path / "far.gpkg", [beside(MAIN, 90_000, 0)])
    points = write_lines(tmp_path / "points.gpkg", [shapely.Point(ORIGIN)])
    for reference, words in (
        (far, "no area in common"),
        (nowhere, "has no CRS"),
        (points, "has no lines"),
        (tmp_path / "none.gpkg", "not a vector file"),
    ):
        with pytest.raises(RailSegError, match=words) as told:
            figures(extracted, reference, layers=tmp_path / "layers.gpkg")
        assert told.value.hint
    assert not (tmp_path / "layers.gpkg").exists()
    with pytest.raises(RailSegError, match="reach_m is 0"):
        parse_request("compare", {"extracted": "a", "reference": "b", "reach_m": 0})


def test_the_command_compares_inside_a_corridor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", [MAIN, branch()])
    reference = write_lines(tmp_path / "b.gpkg", [MAIN, beside(MAIN, 0, 60)], "EPSG:4326")
    layers = tmp_path / "layers.gpkg"
    command = ["compare", str(extracted), str(reference), "--layers", str(layers), "--reach", "2", "--shift", "0.3"]
    rough = write_lines(tmp_path / "rough.gpkg", [beside(MAIN, 0, 5)])
    assert main([*command, "--aoi", str(rough), "--corridor", "20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["missing_m"], found["matched_m"]) == pytest.approx((0, 400), abs=1)
    assert {name for name, _ in pyogrio.list_layers(layers)} == set(FIELDS)
    assert main([*command, "--quiet"]) == 1
    assert "exists" in capsys.readouterr().err
