"""Evaluating real files: their CRS, what counts in them, what is written."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
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
    yards,
)

from railseg_core.errors import RailSegError
from railseg_core.evaluation.line_evaluation import evaluate_lines
from railseg_core.pipeline import run
from railseg_core.requests import EvaluateRequest, parse_request
from railseg_core.vectors.area import Area

RATIOS = ("completeness", "correctness", "quality", "track_count_accuracy", "path_similarity")
SWITCH_FIGURES = ("switch_precision", "switch_recall", "switch_f1", "switch_side_accuracy")


def figures(extracted: Path, reference: Path, **options: Any) -> dict[str, Any]:
    return run(EvaluateRequest(extracted=str(extracted), reference=str(reference), **options))


def test_a_map_against_itself_is_perfect(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", STATION, [branch()[0]])
    found = figures(extracted, extracted)
    assert [found[name] for name in (*RATIOS, *SWITCH_FIGURES)] == [1] * 9
    offsets = ("lateral_rms_cm", "lateral_p95_cm", "redundancy", "gaps_per_km", "track_count_mae", "switch_along_rms_m")
    assert [found[name] for name in offsets] == [0] * 6
    assert found["switches_reference"] == found["switches_extracted"] == 1
    assert found["reference_m"] == found["extracted_m"] == pytest.approx(400 + 400 + 80, rel=0.01)
    assert (found["rho_m"], found["layers"]) == (1.0, None)
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:31467", "EPSG:2056"])
def test_the_reference_may_be_in_any_crs(crs: str, tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", STATION, [branch()[0]])
    reference = write_lines(tmp_path / "b.gpkg", STATION, crs)
    # Between national datums PROJ may have grids or not: then the same place is some metres off.
    if crs in ("EPSG:4326", "EPSG:3857"):
        found = figures(extracted, reference)
        assert [found[name] for name in (*RATIOS, *SWITCH_FIGURES)] == pytest.approx([1] * 9, abs=1e-4)
        assert found["lateral_rms_cm"] < 0.5
    found = figures(reference, reference)
    assert [found[name] for name in (*RATIOS, *SWITCH_FIGURES)] == pytest.approx([1] * 9, abs=1e-4)
    assert found["reference_m"] == pytest.approx(880, rel=0.005)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_metres_are_metres_on_the_ground_whatever_the_lines_crs(crs: str, tmp_path: Path) -> None:
    extracted = write_lines(tmp_path / "a.gpkg", [beside(MAIN, 0, 0.5)], crs)
    found = figures(extracted, write_lines(tmp_path / "b.gpkg", [MAIN], crs))
    assert found["lateral_bias_cm"] == pytest.approx(50, rel=0.01)
    assert found["reference_m"] == pytest.approx(400, rel=0.01)
    assert figures(extracted, tmp_path / "b.gpkg", rho_m=0.4)["completeness"] == 0


def test_the_neighbouring_track_does_not_count(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", [NEXT])
    found = figures(extracted, write_lines(tmp_path / "b.gpkg", [MAIN]))
    assert (found["completeness"], found["correctness"], found["path_similarity"]) == (0, 0, 0)
    assert found["lateral_rms_cm"] is None
    assert found["track_count_accuracy"] == 1  # as many tracks, but others


def test_hidden_tracks_ignored_lines_and_polygons_count_for_nothing(tmp_path: Path) -> None:
    tunnel, siding, shed = (
        beside(MAIN, 400, 0),
        beside(MAIN, 0, 50),
        shapely.box(*(beside(ORIGIN, 0, 90)), *(beside(ORIGIN, 400, 110))),
    )
    states = {"state": ["visible", "hidden", "visible", "visible"], "what": ["track", "track", "ignore", "ignore"]}
    reference = write_lines(tmp_path / "b.gpkg", [MAIN, tunnel, siding, shed], **states)
    switch = beside(branch(100), 0, 50)
    found = figures(write_lines(tmp_path / "a.gpkg", [MAIN, tunnel, siding, beside(MAIN, 0, 100), switch]), reference)
    # Only the branch is false, from where it is a metre beside the hidden track.
    assert found["correctness"] == pytest.approx(400 / (400 + 80 - math.sqrt(600)), abs=0.01)
    assert found["switches_extracted"] == 0
    without_branch = figures(write_lines(tmp_path / "c.gpkg", [MAIN, tunnel, siding, beside(MAIN, 0, 100)]), reference)
    only_seen = figures(write_lines(tmp_path / "d.gpkg", [MAIN]), reference)
    for one in (without_branch, only_seen):
        assert [one[name] for name in RATIOS] == pytest.approx([1] * 5)


def test_only_what_lies_on_the_raster_counts_on_either_side(tmp_path: Path) -> None:
    raster = write_raster(tmp_path / "a.tif", Affine.translation(*(beside(ORIGIN, 100, 50))) @ Affine.scale(1, -1))
    reference = write_lines(tmp_path / "b.gpkg", [MAIN, beside(MAIN, 0, 200)])
    extracted = write_extracted(tmp_path / "a.gpkg", [MAIN, beside(MAIN, 0, -200), branch(300)], [branch(300)[0]])
    found = figures(extracted, reference, raster=str(raster))
    assert [found[name] for name in RATIOS] == pytest.approx([1] * 5)
    assert found["reference_m"] == pytest.approx(100, abs=1)
    assert found["switches_extracted"] == 0
    assert figures(extracted, reference)["completeness"] == pytest.approx(0.5)


def test_only_what_lies_in_the_area_counts_and_on_the_raster_if_both_are_given(tmp_path: Path) -> None:
    reference = write_lines(tmp_path / "b.gpkg", [MAIN])
    extracted = write_lines(tmp_path / "a.gpkg", [MAIN])
    x, y = ORIGIN
    area = Area.from_extent(x + 120, y - 20, x + 400, y + 20, UTM)
    assert figures(extracted, reference, area=area)["reference_m"] == pytest.approx(280, abs=1)
    raster = write_raster(tmp_path / "a.tif", Affine.translation(*(beside(ORIGIN, 100, 50))) @ Affine.scale(1, -1))
    both = figures(extracted, reference, area=area, raster=str(raster))
    assert both["reference_m"] == both["extracted_m"] == pytest.approx(80, abs=1)
    nowhere = figures(extracted, reference, area=Area.from_extent(x, y + 90, x + 9, y + 99, UTM))
    assert nowhere["reference_m"] == nowhere["extracted_m"] == 0


def test_of_a_rotated_raster_the_outline_bounds_what_counts(tmp_path: Path) -> None:
    turned = Affine.translation(*(beside(ORIGIN, 200, 0))) @ Affine.rotation(45) @ Affine.translation(-50, -50)
    raster = write_raster(tmp_path / "a.tif", turned)
    reference = write_lines(tmp_path / "b.gpkg", [MAIN, beside(MAIN, 0, 60)], "EPSG:4326")
    found = figures(write_extracted(tmp_path / "a.gpkg", [MAIN]), reference, raster=str(raster))
    # A square of 100 m on its corner is 141 m wide; at 60 m from its middle it is 21 m wide.
    assert found["extracted_m"] == pytest.approx(141.4, abs=1.5)
    assert found["reference_m"] == pytest.approx(141.4 + 21.4, abs=3)


def test_the_reference_s_own_switch_points_count_before_what_the_lines_make(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", STATION, [branch()[0]])
    made = figures(extracted, write_lines(tmp_path / "b.gpkg", STATION))
    assert made["switch_along_rms_m"] == pytest.approx(0, abs=1e-3)
    for name, fields in {
        "c.gpkg": {"railway": [None, None, None, "switch"]},
        "d.geojson": {"what": ["track", "track", "track", "switch"], "state": ["visible"] * 4},
    }.items():
        point = shapely.Point(beside(branch()[0], -0.8, 0))
        found = figures(extracted, write_lines(tmp_path / name, [*STATION, point], **fields))
        assert found["switches_reference"] == 1
        assert found["switch_along_rms_m"] == pytest.approx(0.8, abs=1e-3)
        assert found["switch_f1"] == 1


def test_an_extracted_map_s_nodes_say_what_is_a_switch(tmp_path: Path) -> None:
    reference = write_lines(tmp_path / "b.gpkg", STATION)
    assert figures(write_extracted(tmp_path / "a.gpkg", STATION), reference)["switches_extracted"] == 0
    assert figures(write_lines(tmp_path / "c.gpkg", STATION), reference)["switches_extracted"] == 1


class Messages:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.steps: list[tuple[str, int, int]] = []

    def progress(self, stage: str, done: int, total: int) -> None:
        self.steps.append((stage, done, total))

    def log(self, level: str, message: str) -> None:
        self.lines.append(message)


def test_without_reference_switches_there_are_no_figures_and_it_is_said(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", STATION, [branch()[0]])
    reference = write_lines(tmp_path / "b.gpkg", [MAIN])
    told = Messages()
    found = run(EvaluateRequest(extracted=str(extracted), reference=str(reference)), told)
    assert [found[name] for name in (*SWITCH_FIGURES, "switch_along_rms_m")] == [None] * 5
    assert "no switches" in told.lines[0]
    assert told.steps == [("compare", done, 5) for done in range(6)]


def test_reference_switches_where_no_tracks_part_are_told(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", STATION, [branch()[0]])
    point = shapely.Point(beside(ORIGIN, 300, 0))
    reference = write_lines(tmp_path / "b.gpkg", [*STATION, point], railway=[None, None, None, "switch"])
    told = Messages()
    found = run(EvaluateRequest(extracted=str(extracted), reference=str(reference)), told)
    assert (found["switch_recall"], found["switch_precision"]) == (0, 0)
    assert "no three tracks meet" in told.lines[0]


def test_the_layers_show_what_is_matched_missed_and_false(tmp_path: Path) -> None:
    siding = beside(MAIN, 0, 30)
    extracted = write_extracted(
        tmp_path / "a.gpkg", [beside(MAIN[::-1], 0, 0.2), siding, branch(102)], [branch(102)[0]]
    )
    reference = write_lines(tmp_path / "b.gpkg", [MAIN, beside(MAIN, 0, -30), branch()], "EPSG:4326")
    layers = tmp_path / "layers.gpkg"
    found = figures(extracted, reference, layers=layers)
    assert found["layers"] == str(layers)
    info = pyogrio.read_info(layers, layer="matched")
    assert (info["crs"], info["geometry_type"]) == (UTM, "LineString")
    matched, fields = layer_of(layers, "matched")
    assert sum(fields["length_m"]) == pytest.approx(sum(shapely.length(matched)), rel=1e-3)
    main = int(np.argmax(fields["length_m"]))
    assert fields["offset_cm"][main] == pytest.approx(-20, abs=0.5)  # it runs the other way: its left is the right
    missed, _ = layer_of(layers, "missed")
    assert shapely.length(missed).sum() == pytest.approx(400, rel=0.01)
    false, fields = layer_of(layers, "false")
    assert list(fields) == ["length_m"]
    assert shapely.length(false).sum() == pytest.approx(400, rel=0.01)
    points, fields = layer_of(layers, "switches")
    assert fields["outcome"].tolist() == ["matched"]
    assert fields["along_m"] == pytest.approx([2.0], abs=0.02)
    assert shapely.get_coordinates(points)[0] == pytest.approx(branch(102)[0], abs=1e-3)


def test_matched_missed_and_false_switches_have_their_places(tmp_path: Path) -> None:
    extracted = write_lines(tmp_path / "a.gpkg", [MAIN, branch(100), branch(300)])
    reference = write_lines(tmp_path / "b.gpkg", [MAIN, branch(100), branch(200)])
    figures(extracted, reference, layers=tmp_path / "layers.gpkg")
    points, fields = layer_of(tmp_path / "layers.gpkg", "switches")
    places = dict(zip(fields["outcome"], (shapely.get_x(points) - ORIGIN[0]).tolist(), strict=True))
    assert places == pytest.approx({"matched": 100, "false": 300, "missed": 200})
    assert np.isnan(fields["along_m"]).sum() == 2


def test_empty_layers_keep_their_fields_and_crs(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", [])
    layers = tmp_path / "layers.gpkg"
    found = figures(extracted, write_lines(tmp_path / "b.gpkg", [MAIN]), layers=layers)
    assert (found["completeness"], found["correctness"], found["path_similarity"]) == (0, None, 0)
    expected = {
        "matched": ["length_m", "offset_cm"],
        "missed": ["length_m"],
        "false": ["length_m"],
        "switches": ["outcome", "along_m"],
    }
    for layer, fields in expected.items():
        info = pyogrio.read_info(layers, layer=layer)
        assert (info["fields"].tolist(), info["crs"]) == (fields, UTM)
        assert info["features"] == (layer == "missed")


def test_layers_that_exist_stay_unless_they_may_be_replaced(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", STATION)
    layers = tmp_path / "layers.gpkg"
    layers.write_text("precious")
    with pytest.raises(RailSegError, match="exists"):
        figures(extracted, extracted, layers=layers)
    assert layers.read_text() == "precious"
    figures(extracted, extracted, layers=layers, overwrite=True)
    assert pyogrio.read_info(layers, layer="matched")["features"] == 3
    with pytest.raises(RailSegError, match="is an input"):
        figures(extracted, extracted, layers=extracted, overwrite=True)


def test_what_cannot_be_compared_is_told_with_a_way_out(tmp_path: Path) -> None:
    extracted = write_extracted(tmp_path / "a.gpkg", STATION)
    text = tmp_path / "text.txt"
    text.write_text("no lines")
    far = write_lines(tmp_path / "far.gpkg", [beside(MAIN, 90_000, 0)])
    nowhere = write_lines(tmp_path / "nowhere.geojson.gpkg", [MAIN], None)
    points = write_lines(tmp_path / "points.gpkg", [shapely.Point(ORIGIN)])
    hidden = write_lines(tmp_path / "hidden.gpkg", [MAIN], state=["hidden"])
    raster = write_raster(tmp_path / "a.tif", Affine.translation(*(beside(ORIGIN, 9_000, 50))) @ Affine.scale(1, -1))
    for reference, options, words in (
        (far, {}, "no area in common"),
        (nowhere, {}, "has no CRS"),
        (points, {}, "has no lines"),
        (hidden, {}, "has no lines"),
        (text, {}, "not a vector file"),
        (tmp_path / "none.gpkg", {}, "not a vector file"),
        (extracted, {"raster": str(raster)}, "lies on"),
        (extracted, {"raster": str(text)}, "not a raster"),
    ):
        with pytest.raises(RailSegError, match=words) as told:
            figures(extracted, reference, layers=tmp_path / "layers.gpkg", **options)
        assert told.value.hint
    with pytest.raises(RailSegError, match="has no lines"):
        figures(points, extracted)
    assert not (tmp_path / "layers.gpkg").exists()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"extracted": "a"}, "Parameter 'reference' is missing"),
        ({"extracted": "a", "reference": "b", "rho_m": 0}, "rho_m is 0"),
        ({"extracted": "a", "reference": "b", "threshold": 0.5}, "no parameter 'threshold'"),
    ],
)
def test_a_request_is_checked(params: dict, words: str) -> None:
    with pytest.raises(RailSegError, match=words):
        parse_request("evaluate", params)


@settings(max_examples=25, deadline=None)
@given(yards(), st.data())
def test_lines_against_themselves_are_perfect_also_reversed_and_shuffled(lines: list, data: st.DataObject) -> None:
    flips = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    turned = [line[::-1] if flip else line for line, flip in zip(lines, flips, strict=True)]
    for extracted in (lines, turned, data.draw(st.permutations(turned))):
        found = evaluate_lines(extracted, lines).figures
        assert [found[name] for name in RATIOS] == pytest.approx([1] * 5)
        assert found["lateral_rms_cm"] == pytest.approx(0, abs=1e-3)
        assert found["gaps_per_km"] == found["track_count_mae"] == 0
        if found["switches_reference"]:
            assert [found[name] for name in SWITCH_FIGURES] == [1] * 4


@settings(max_examples=25, deadline=None)
@given(yards(), st.floats(-0.4, 0.4), st.floats(0, 2 * math.pi), st.data())
def test_which_way_lines_run_and_the_map_is_turned_changes_nothing(
    lines: list, shift_m: float, turn: float, data: st.DataObject
) -> None:
    extracted = [beside(line, 0, shift_m) for line in lines[:-1]]
    flips = data.draw(st.lists(st.booleans(), min_size=len(extracted), max_size=len(extracted)))
    rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    turned = [(line[::-1] if flip else line) - ORIGIN for line, flip in zip(extracted, flips, strict=True)]
    first = evaluate_lines(extracted, lines).figures
    second = evaluate_lines(
        [line @ rotation for line in turned], [(line - ORIGIN) @ rotation for line in lines]
    ).figures
    assert [name for name in first if first[name] is None] == [name for name in second if second[name] is None]
    # Beyond a line's end neither side is its left: rounding chooses.
    known = [name for name, number in first.items() if number is not None and name != "lateral_bias_cm"]
    assert [second[name] for name in known] == pytest.approx([first[name] for name in known], rel=0.03, abs=0.02)
