"""Lines of yards with known geometry, from the probabilities of a good and of a poor model."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.warp import Resampling, calculate_default_transform, reproject

from railseg_core.centerline.vectorize import vectorize
from railseg_core.evaluation.line_scores import score_lines
from railseg_core.line_params import LineParams
from railseg_core.pipeline import run
from railseg_core.requests import VectorizeRequest
from railseg_core.tiling import PixelWindow
from railseg_core.vectors.line_layer import read_lines
from tests.truth.ribbons import GOOD, GSD_M, POOR, probabilities, raster_of
from tests.truth.scores import YardScores, found_switches, map_of_yard, score_yard, window_of
from tests.truth.yards import (
    crossing_yard,
    crossover_yard,
    gap_yard,
    gap_yards,
    ladder_yard,
    loop_yard,
    plain_yards,
    random_yards,
    slip_yard,
    switch_yard,
    three_way_yard,
)


def _scores(yards, seer, folder):
    every = []
    for yard in yards:
        found = map_of_yard(yard, seer, folder)
        every.append(score_yard(yard, found, window_of(yard).bounds(GSD_M)))
    return YardScores.pooled(every)


@pytest.mark.timeout(600)
def test_what_a_good_model_sees_becomes_the_map(tmp_path):
    scores = _scores(plain_yards(), GOOD, tmp_path)
    assert scores.lines.completeness >= 0.99
    assert scores.lines.correctness >= 0.99
    assert scores.plain.lateral_rms_cm <= 4
    assert scores.zones.lateral_rms_cm <= 10
    assert scores.switch_f1 >= 0.95
    assert scores.toe_rms_m <= 1.5
    assert scores.sides_right == len(scores.toe_m)
    assert scores.crossings == (3, 3, 3)
    assert scores.wrong_joins == 0


def test_tracks_that_trees_trains_and_bridges_hide_run_through(tmp_path):
    for yard in gap_yards():
        found = map_of_yard(yard, GOOD, tmp_path)
        scores = score_yard(yard, found, window_of(yard).bounds(GSD_M))
        assert scores.lines.completeness >= 0.99, yard.name
        assert scores.wrong_joins == 0
        assert scores.plain.lateral_rms_cm <= 15
        assert sum(track.inferred_m for track in found.tracks) == pytest.approx(yard.hidden.area / 4.4, rel=0.1)


def test_a_long_gap_of_a_single_track_is_not_bridged(tmp_path):
    found = map_of_yard(gap_yard(90.0, tracks=1), GOOD, tmp_path)
    assert len(found.tracks) == 2
    assert {track.inferred_m for track in found.tracks} == {0.0}


def test_a_long_inference_is_doubted(tmp_path):
    found = map_of_yard(gap_yard(200.0, tracks=3), GOOD, tmp_path)
    (bridged,) = (track for track in found.tracks if track.inferred_m)
    assert bridged.review_reason == "long inference"
    assert bridged.min_confidence == 0.0


@pytest.mark.timeout(600)
def test_a_poor_model_costs_switches_but_joins_nothing_wrongly(tmp_path):
    yards = [
        ladder_yard(6, 4.5, 190.0, 9.0),
        loop_yard(1, 4.7, 300.0, 9.0),
        switch_yard(300.0, 9.0, 1.0),
        crossover_yard(4.5, 500.0, 12.0),
        gap_yard(30.0, tracks=3, hide=2),
        *random_yards(4),
    ]
    scores = _scores(yards, POOR, tmp_path)
    assert scores.lines.completeness >= 0.93
    assert scores.lines.correctness >= 0.95
    assert scores.wrong_joins == 0


def test_tracks_of_random_yards_are_never_joined_with_their_neighbours(tmp_path):
    assert _scores(random_yards(8), GOOD, tmp_path).wrong_joins == 0


@pytest.mark.parametrize("tracks", [1, 2])
def test_every_passing_loop_is_kept(tmp_path, tracks):
    yard = loop_yard(tracks, 4.7, 300.0, 9.0)
    found = map_of_yard(yard, GOOD, tmp_path)
    # With n nodes and n - 1 + loops edges a connected map has that many loops.
    assert len(found.tracks) - len(found.nodes) + 1 == tracks
    assert all(track.status == "ok" for track in found.tracks)


def test_a_switch_says_its_radius_its_angle_and_its_side(tmp_path):
    for radius_m, n in ((190.0, 9.0), (500.0, 12.0)):
        for side, name in ((1.0, "right"), (-1.0, "left")):
            found = map_of_yard(switch_yard(radius_m, n, side), GOOD, tmp_path)
            (switch,) = (node for node in found.nodes if node.railway == "switch")
            assert switch.turnout_side == name
            assert switch.radius_m == pytest.approx(radius_m, rel=0.2)
            assert switch.angle_deg == pytest.approx(np.degrees(np.arctan(1 / n)), abs=0.6)
            assert (switch.status, switch.degree) == ("ok", 3)


def _drawn_as_one(yard, apart_m=1.15):
    """A switch's stem and legs as a model draws them that sees one track until two are that far apart."""
    main, branch = yard.tracks
    rail = shapely.linestrings(main)
    along = shapely.line_locate_point(rail, shapely.points(branch))
    beside = shapely.get_coordinates(shapely.line_interpolate_point(rail, along))
    torn = int(np.argmax(np.hypot(*(branch - beside).T) > apart_m))
    here = shapely.line_locate_point(rail, shapely.points(main))
    stem = np.vstack([main[here < along[0]], (branch + beside)[:torn] / 2])
    return [stem, main[here > along[torn]], branch[torn:]]


@pytest.mark.parametrize("main_radius_m", [0.0, 900.0])
@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize(("radius_m", "n"), [(190.0, 9.0), (500.0, 12.0)])
def test_a_branch_is_seen_on_its_side_where_both_tracks_are_one_ribbon_far_beyond_the_toe(
    tmp_path, radius_m, n, side, main_radius_m
):
    yard = switch_yard(radius_m, n, side, main_radius_m=main_radius_m)
    window = window_of(yard)
    with raster_of(tmp_path / "p.tif", probabilities(_drawn_as_one(yard), window, seer=GOOD), window) as raster:
        (switch,) = (node for node in vectorize(raster, LineParams()).nodes if node.railway == "switch")
    assert switch.turnout_side == yard.switches[0].side
    assert switch.review_reason == "uncertain fork"


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize(("radius_m", "n"), [(190.0, 9.0), (500.0, 12.0)])
def test_a_switch_in_a_ragged_mask_of_whole_tracks_lies_near_its_toe(tmp_path, radius_m, n, side):
    yard = switch_yard(radius_m, n, side)
    window = window_of(yard)
    mask = np.where(probabilities(yard.tracks, window, noise=0.2, seed=1)[:1] >= 128, 255, 0).astype(np.uint8)
    with raster_of(tmp_path / "mask.tif", mask, window) as raster:
        found = vectorize(raster, LineParams())
    (switch,) = (node for node in found.nodes if node.railway == "switch")
    truth = yard.switches[0]
    assert abs((np.array([switch.x, switch.y]) - truth.toe) @ truth.direction) < 8.0
    assert score_yard(yard, found, window.bounds(GSD_M)).lines.correctness > 0.99


def test_a_ladder_in_a_ragged_mask_has_a_switch_for_every_track(tmp_path):
    yard = ladder_yard(6, 4.5, 190.0, 9.0)
    window = window_of(yard)
    mask = np.where(probabilities(yard.tracks, window, noise=0.2, seed=3)[:1] >= 128, 255, 0).astype(np.uint8)
    with raster_of(tmp_path / "mask.tif", mask, window) as raster:
        found = vectorize(raster, LineParams())
    assert found.switches == len(yard.switches) == 5
    assert len(found.tracks) == 11


def test_a_branch_leaves_its_track_without_a_kink(tmp_path):
    found = map_of_yard(switch_yard(300.0, 9.0, 1.0), GOOD, tmp_path)
    (switch,) = (node for node in found.nodes if node.railway == "switch")
    directions = []
    for track in found.tracks:
        for end, node in enumerate((track.from_node, track.to_node)):
            if node == switch.node_id:
                line = shapely.linestrings(track.line[::-1] if end else track.line)
                ahead = np.subtract(*shapely.get_coordinates(shapely.line_interpolate_point(line, [4.0, 0.0])))
                directions.append(ahead / np.hypot(*ahead))
    # A branch of 300 m has turned by 0.4° on average over its first four metres.
    angles = sorted(np.degrees(np.arccos(np.clip(np.abs(a @ b), 0, 1))) for a in directions for b in directions)
    assert angles[-1] < 1.2


@pytest.mark.parametrize(
    ("spacing_m", "radius_m", "heading_deg"), [(4.5, 300.0, -7.0), (4.0, 300.0, -7.0), (4.0, 190.0, 31.0)]
)
def test_a_scissors_crossing_has_four_switches_and_a_diamond(tmp_path, spacing_m, radius_m, heading_deg):
    yard = crossover_yard(spacing_m, radius_m, 9.0, scissors=True, heading_deg=heading_deg)
    found = map_of_yard(yard, GOOD, tmp_path)
    assert sorted(node.railway for node in found.nodes) == ["cut"] * 4 + ["railway_crossing"] + ["switch"] * 4
    (diamond,) = (node for node in found.nodes if node.railway == "railway_crossing")
    ways = [way for way in found.relations if way.node_id == diamond.node_id]
    assert sorted(way.navigable for way in ways) == [False] * 4 + [True] * 2


@pytest.mark.parametrize(
    ("yard", "kind"),
    [
        (three_way_yard(190.0, 9.0), "switch"),
        (three_way_yard(300.0, 9.0), "switch"),
        (three_way_yard(400.0, 11.0), "switch"),
        (slip_yard(9.0, 300.0), "railway_crossing"),
        (slip_yard(7.5, 190.0), "railway_crossing"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_three_way_switches_and_slips_are_for_a_person_to_tell(tmp_path, yard, kind):
    nodes = [node for node in map_of_yard(yard, GOOD, tmp_path).nodes if node.degree > 1]
    assert nodes
    assert {(node.railway, node.status) for node in nodes} == {(kind, "review")}


@pytest.mark.parametrize("heading_deg", [-10.0, 12.0, 23.0, 34.0, 45.0])
def test_tracks_that_cross_at_grade_have_a_crossing_whatever_their_direction(tmp_path, heading_deg):
    yard = crossing_yard(np.degrees(np.arctan(1 / 9)), at_grade=True, heading_deg=heading_deg)
    nodes = [node for node in map_of_yard(yard, GOOD, tmp_path).nodes if node.degree > 1]
    assert [(node.railway, node.degree, node.status) for node in nodes] == [("railway_crossing", 4, "ok")]


def test_curved_tracks_that_cross_at_grade_have_a_crossing(tmp_path):
    yard = crossing_yard(np.degrees(np.arctan(1 / 9)), at_grade=True, heading_deg=-10.0, radius_m=300.0)
    found = map_of_yard(yard, GOOD, tmp_path)
    (crossing,) = (node for node in found.nodes if node.degree > 1)
    assert (crossing.railway, crossing.status) == ("railway_crossing", "ok")
    assert np.hypot(*((crossing.x, crossing.y) - yard.crossings[0])) < 1.0
    assert score_yard(yard, found, window_of(yard).bounds(GSD_M)).lines.lateral_rms_cm < 4


def test_tracks_on_a_bridge_over_others_have_no_node_with_them(tmp_path):
    found = map_of_yard(crossing_yard(62.0, at_grade=False), GOOD, tmp_path)
    assert {node.degree for node in found.nodes} == {1}
    assert {track.review_reason for track in found.tracks} == {"crosses another track"}


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    """Probabilities of a ladder that the picture cuts, and their window."""
    yard = ladder_yard(5, 4.5, 300.0, 9.0)
    window = window_of(yard)
    return yard, probabilities(yard.tracks, window, seer=GOOD), window


def test_the_lines_turn_with_the_picture(station, tmp_path):
    _, bands, window = station
    turned_window = PixelWindow(window.row, -window.right, window.height, window.width)
    turned = np.rot90(bands, axes=(1, 2))
    with raster_of(tmp_path / "a.tif", bands, window) as raster:
        upright = vectorize(raster, LineParams())
    with raster_of(tmp_path / "b.tif", np.ascontiguousarray(turned), turned_window) as raster:
        rotated = vectorize(raster, LineParams())
    # A quarter turn to the left on the lattice: what was x is now y.
    back = [np.column_stack([track.line[:, 1], -track.line[:, 0]]) for track in rotated.tracks]
    scores = score_lines(back, [track.line for track in upright.tracks], rho_m=GSD_M)
    assert scores.completeness == 1.0
    assert scores.correctness == 1.0
    assert rotated.switches == upright.switches == 4


@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shift=st.tuples(st.integers(1, 300), st.integers(1, 300)))
def test_a_shifted_picture_has_the_same_lines_inside(station, tmp_path, shift):
    _, bands, window = station
    with raster_of(tmp_path / "a.tif", bands, window) as raster:
        whole = vectorize(raster, LineParams())
    left, right = shift
    part_window = PixelWindow.between(window.col + left, window.row, window.right - right, window.bottom)
    with raster_of(tmp_path / "b.tif", bands[:, :, left : bands.shape[2] - right], part_window) as raster:
        part = vectorize(raster, LineParams())
    box = shapely.box(*part_window.bounds(GSD_M)).buffer(-60.0)
    ours, others = ([shapely.linestrings(track.line) for track in one.tracks] for one in (part, whole))
    inside = shapely.intersection(shapely.multilinestrings(ours), box)
    assert inside.length > 100
    assert shapely.hausdorff_distance(inside, shapely.intersection(shapely.multilinestrings(others), box)) < 0.05


def test_the_number_of_tracks_along_a_cross_section_is_kept(station, tmp_path):
    yard, bands, window = station
    with raster_of(tmp_path / "a.tif", bands, window) as raster:
        found = vectorize(raster, LineParams())
    rails = [shapely.linestrings(track) for track in yard.tracks]
    lines = [shapely.linestrings(track.line) for track in found.tracks]
    along = yard.tracks[0]
    asked = 0
    for at in np.linspace(0.15, 0.85, 40):
        index = int(at * (len(along) - 1))
        direction = along[index + 1] - along[index]
        normal = np.array([-direction[1], direction[0]]) / np.hypot(*direction)
        section = shapely.LineString([along[index] - 40 * normal, along[index] + 40 * normal])
        points = shapely.get_parts(shapely.intersection(rails, section))
        crossed = sorted(shapely.line_locate_point(section, points[~shapely.is_empty(points)]))
        # Where two are nearer than a metre they are one or two: not asked.
        if len(crossed) == len(yard.tracks) and min(np.diff(crossed)) > 1.0:
            assert sum(section.intersects(line) for line in lines) == len(crossed)
            asked += 1
    assert asked > 5


def test_found_switches_face_the_way_the_branch_leaves(tmp_path):
    yard = switch_yard(300.0, 9.0, -1.0)
    ((place, direction, side),) = found_switches(map_of_yard(yard, GOOD, tmp_path))
    assert np.hypot(*(place - yard.switches[0].toe)) < 2
    assert direction @ yard.switches[0].direction > 0.999
    assert side == yard.switches[0].side == "left"


@pytest.mark.parametrize("turn_deg", [0.0, 21.0])
def test_a_mask_in_degrees_or_turned_gives_the_same_lines(tmp_path, turn_deg):
    yard = switch_yard(300.0, 9.0, 1.0)
    window = window_of(yard)
    bands = probabilities(yard.tracks, window, seer=GOOD)
    probability = tmp_path / "p.tif"
    with raster_of(probability, bands, window):
        pass
    other = tmp_path / "other.tif"
    with rasterio.open(probability) as source:
        pixels = source.read(1)
        if turn_deg:
            around = Affine.rotation(turn_deg)
            crs, transform, side = (
                source.crs,
                around @ Affine.scale(GSD_M, -GSD_M),
                2 * max(window.width, window.height),
            )
            middle = source.transform @ (window.width / 2, window.height / 2)
            shift = ~transform @ middle
            transform = transform @ Affine.translation(shift[0] - side / 2, shift[1] - side / 2)
            width = height = side
        else:
            crs = "EPSG:4326"
            transform, width, height = calculate_default_transform(
                source.crs, crs, window.width, window.height, *source.bounds, resolution=2e-6
            )
        turned = np.zeros((height, width), dtype=np.uint8)
        reproject(
            pixels,
            turned,
            src_transform=source.transform,
            src_crs=source.crs,
            dst_transform=transform,
            dst_crs=crs,
            resampling=Resampling.bilinear,
        )
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "width": width, "height": height}
    with rasterio.open(other, "w", crs=crs, transform=transform, **profile) as raster:
        raster.write(turned, 1)
    output = tmp_path / "lines.gpkg"
    result = run(VectorizeRequest(raster=str(other), output=output, threshold=0.5))
    assert result["switches"] == 1
    lines, line_crs = read_lines(output)
    move = pyproj.Transformer.from_crs(line_crs, "EPSG:32633", always_xy=True).transform
    moved = [np.column_stack(move(*line.T)) for line in lines]
    inside = shapely.box(*window.bounds(GSD_M)).buffer(-5)
    truth = shapely.get_parts(shapely.intersection([shapely.linestrings(track) for track in yard.tracks], inside))
    scores = score_lines(moved, [shapely.get_coordinates(part) for part in truth if part.length > 1], rho_m=0.5)
    assert scores.completeness > 0.97
    assert scores.correctness > 0.95
    assert abs(scores.lateral_bias_cm) < 3
