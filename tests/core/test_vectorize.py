from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listening import Listening
from rasterio.shutil import copy

from railseg_core.centerline.blocks import skeleton_of_raster
from railseg_core.centerline.pixel_graph import pixel_graph
from railseg_core.centerline.smoothing import SAGITTA_M
from railseg_core.centerline.vectorize import vectorize
from railseg_core.evaluation.line_scores import score_lines
from railseg_core.line_params import LineParams
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.reporting import Silent
from railseg_core.tiling import PixelWindow
from railseg_core.vectors.area import polygon_mask
from tests.truth.ribbons import GSD_M, ORIGIN_X, ORIGIN_Y, beside, probabilities, raster_of, track, window_round

# A main line with a curve, a track beside it, and a 1:9-190 switch with a branch that ends.
MAIN = track(0, 0, 10, (120, 0), (90, 300), (90, 0))
SIBLING = beside(MAIN, 4.0)
BRANCH = track(*(MAIN[500] - (ORIGIN_X, ORIGIN_Y)), 10, (21, -190), (70, 0))
SCENE = (MAIN, SIBLING, BRANCH)


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """The scene's probabilities, a little noisy; the picture cuts the main line and its sibling at both ends."""
    whole = window_round(SCENE)
    window = PixelWindow.between(whole.col + 100, whole.row, whole.right - 100, whole.bottom)
    bands = probabilities(SCENE, window, noise=0.05)
    with raster_of(tmp_path_factory.mktemp("scene") / "p.tif", bands, window) as raster:
        yield raster


@pytest.fixture(scope="module")
def railway_map(scene):
    return vectorize(scene, LineParams())


def _raster(tmp_path, lines, *, noise=0.0, bands=2, margin_m=10.0, seed=0):
    window = window_round(lines, margin_m)
    return raster_of(tmp_path / "p.tif", probabilities(lines, window, noise=noise, seed=seed)[:bands], window)


def _same(first, second):
    assert [track.track_id for track in first.tracks] == [track.track_id for track in second.tracks]
    for a, b in zip(first.tracks, second.tracks, strict=True):
        assert (a.line == b.line).all()
        assert (a.length_m, a.confidence, a.status) == (b.length_m, b.confidence, b.status)
    assert list(first.nodes) == list(second.nodes)
    assert list(first.relations) == list(second.relations)


def test_every_track_is_one_line_and_the_switch_is_one_node(railway_map):
    kinds = sorted(node.railway for node in railway_map.nodes)
    assert kinds == ["cut", "cut", "cut", "cut", "end", "switch"]
    assert len(railway_map.tracks) == 4
    assert railway_map.switches == 1
    assert all(track.status == "ok" for track in railway_map.tracks)
    (switch,) = (node for node in railway_map.nodes if node.railway == "switch")
    assert switch.status == "ok"
    assert switch.angle_deg == pytest.approx(6.3, abs=1.0)
    assert switch.degree == 3


def test_the_lines_lie_where_the_tracks_lie(scene, railway_map):
    inside = shapely.box(*scene.window.expanded(-5).bounds(GSD_M))
    seen = [shapely.get_coordinates(shapely.intersection(shapely.linestrings(line), inside)) for line in SCENE]
    lines = [feature.line for feature in railway_map.tracks]
    scores = score_lines(lines, seen, rho_m=1.0)
    assert scores.correctness > 0.99
    assert scores.completeness > 0.995
    assert scores.redundancy < 0.01
    assert scores.gaps == 0
    plain = score_lines(lines, seen[1:2])
    assert plain.lateral_rms_cm < 4
    assert abs(plain.lateral_bias_cm) < 1


def test_lines_end_at_their_nodes_to_the_bit(railway_map):
    places = {node.node_id: (node.x, node.y) for node in railway_map.nodes}
    assert railway_map.tracks
    for feature in railway_map.tracks:
        assert tuple(feature.line[0]) == places[feature.from_node]
        assert tuple(feature.line[-1]) == places[feature.to_node]


def test_a_switch_lets_a_train_take_two_ways_of_three(railway_map):
    (switch,) = (node for node in railway_map.nodes if node.railway == "switch")
    ways = [relation for relation in railway_map.relations if relation.node_id == switch.node_id]
    assert sorted(way.navigable for way in ways) == [False, True, True]
    ends = {track.track_id: (track.from_node, track.to_node) for track in railway_map.tracks}
    for way in ways:
        assert ends[way.track_a][way.end_a] == ends[way.track_b][way.end_b] == switch.node_id


@pytest.mark.parametrize(
    ("lines", "toe_x", "side"),
    [
        pytest.param([track(0, 0, 0, (300, 0), (math.tau * 200, 200))], 300, "left", id="turning loop"),
        pytest.param(
            [track(0, 0, 0, (math.tau * 200, 200)), track(0, 0, 0, (40, -800), (120, 0))],
            0,
            "right",
            id="ring with siding",
        ),
    ],
)
def test_a_switch_that_a_track_comes_back_to_lies_at_its_toe(tmp_path, lines, toe_x, side):
    with _raster(tmp_path, lines, noise=0.05) as raster:
        found = vectorize(raster, LineParams())
    (switch,) = (node for node in found.nodes if node.railway == "switch")
    assert math.hypot(switch.x - ORIGIN_X - toe_x, switch.y - ORIGIN_Y) < 1.5
    assert (switch.turnout_side, switch.status, switch.degree) == (side, "ok", 3)
    assert sorted(way.navigable for way in found.relations) == [False, True, True]
    (loop,) = (feature for feature in found.tracks if feature.from_node == feature.to_node)
    assert tuple(loop.line[0]) == tuple(loop.line[-1]) == (switch.x, switch.y)
    assert shapely.LineString(loop.line).is_simple
    assert loop.length_m == pytest.approx(math.tau * 200, rel=0.002)


def test_the_last_gap_of_a_ring_is_bridged_like_any_other(tmp_path):
    ring = track(0, 0, 0, (math.tau * 150, 150))
    window = window_round([ring])
    trees = shapely.box(ORIGIN_X - 160, ORIGIN_Y + 140, ORIGIN_X + 160, ORIGIN_Y + 160)
    with raster_of(tmp_path / "p.tif", probabilities([ring], window, noise=0.05, hidden=trees), window) as raster:
        found = vectorize(raster, LineParams())
    (feature,) = found.tracks
    assert feature.from_node == feature.to_node
    assert feature.inferred_m == pytest.approx(40, abs=3)
    assert score_lines([feature.line], [ring], rho_m=0.3).completeness > 0.99


@pytest.mark.parametrize(("seam_deg", "seam_m"), [(90.0, 0.6), (20.0, 1.0), (10.0, 0.8)])
def test_tracks_run_on_across_a_seam_without_data(tmp_path, seam_deg, seam_m):
    lines = [track(0, 0, 0, (200, 0)), track(0, 4.2, 0, (200, 0))]
    window = window_round(lines)
    rows, cols = np.indices(window.shape)
    across, along = math.sin(math.radians(seam_deg)), math.cos(math.radians(seam_deg))
    valid = np.abs((cols - window.width / 2) * across - (rows - window.height / 2) * along) > seam_m / 2 / GSD_M
    bands = np.where(valid, probabilities(lines, window, noise=0.05), 0).astype(np.uint8)
    with raster_of(tmp_path / "p.tif", bands, window, valid=valid) as raster:
        found = vectorize(raster, LineParams())
    assert [node.railway for node in found.nodes] == ["end"] * 4
    assert all(0 < feature.inferred_m < 5 for feature in found.tracks)
    assert score_lines([feature.line for feature in found.tracks], lines, rho_m=0.2).correctness > 0.99


def test_a_track_is_not_drawn_between_two_areas(tmp_path):
    line = track(0, 0, 0, (200, 0))
    starts = [ORIGIN_X + x for x in (10, 104)]
    area = shapely.union_all([shapely.box(x, ORIGIN_Y - 9, x + 90, ORIGIN_Y + 9) for x in starts])
    with _raster(tmp_path, [line], noise=0.05) as raster:
        found = vectorize(raster, LineParams(), area_mask=partial(polygon_mask, area, gsd_m=GSD_M))
    assert [node.railway for node in found.nodes] == ["cut"] * 4


@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(block_px=st.integers(97, 900))
def test_the_map_does_not_depend_on_the_blocks(scene, railway_map, block_px):
    _same(vectorize(scene, LineParams(), block_px=block_px), railway_map)


def _off_m(lines, others, box):
    """How far parts of lines in a box are from other lines at most."""
    there = shapely.multilinestrings([shapely.linestrings(line) for line in others])
    inside = shapely.intersection(shapely.multilinestrings([shapely.linestrings(line) for line in lines]), box)
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(inside, 0.5)))
    return shapely.distance(there, points).max(), inside.length


@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shift=st.tuples(st.integers(0, 200), st.integers(0, 60), st.integers(0, 200), st.integers(0, 60)))
def test_a_smaller_picture_has_the_same_lines_inside(scene, railway_map, tmp_path, shift):
    left, top, right, bottom = shift
    outer = scene.window
    window = PixelWindow.between(outer.col + left, outer.row + top, outer.right - right, outer.bottom - bottom)
    bands, valid = scene.read(window)
    with raster_of(tmp_path / "smaller.tif", bands, window, valid=valid) as smaller:
        part = vectorize(smaller, LineParams())
    box = shapely.box(*window.expanded(-100).bounds(GSD_M))
    ours, whole = ([feature.line for feature in one.tracks] for one in (part, railway_map))
    for lines, others in ((ours, whole), (whole, ours)):
        off_m, length_m = _off_m(lines, others, box)
        assert length_m > 100
        assert off_m < SAGITTA_M + 0.02
    inside = [
        {node.node_id for node in one.nodes if box.contains(shapely.Point(node.x, node.y))}
        for one in (part, railway_map)
    ]
    assert inside[0] == inside[1]


def test_an_area_cuts_lines_and_changes_none_inside(scene, railway_map):
    area = shapely.Point(ORIGIN_X + 130, ORIGIN_Y + 30).buffer(80)
    part = vectorize(scene, LineParams(), area_mask=partial(polygon_mask, area, gsd_m=GSD_M))
    ours, whole = ([feature.line for feature in one.tracks] for one in (part, railway_map))
    assert all(area.buffer(1.0).contains(shapely.linestrings(line)) for line in ours)
    for lines, others in ((ours, whole), (whole, ours)):
        off_m, length_m = _off_m(lines, others, area.buffer(-20))
        assert length_m > 200
        assert off_m < SAGITTA_M + 0.02
    assert {node.railway for node in part.nodes} <= {"cut", "end", "switch"}
    rim = area.boundary
    assert all(
        node.railway == "cut"
        for node in part.nodes
        if rim.distance(shapely.Point(node.x, node.y)) < 1 and node.degree == 1
    )


@pytest.mark.parametrize("heading_deg", [0, 17, 45, 71, 90, 133])
def test_a_straight_track_is_found_without_bias(tmp_path, heading_deg):
    # Odd places beside the lattice; half a pixel would be 10 cm.
    lines = [track(0.03, 0.11, heading_deg, (80, 0))]
    with _raster(tmp_path, lines) as raster:
        found = vectorize(raster, LineParams())
    scores = score_lines([feature.line for feature in found.tracks], lines, rho_m=0.5)
    assert len(found.tracks) == 1
    assert abs(scores.lateral_bias_cm) < 1
    assert scores.lateral_rms_cm < 2
    assert scores.completeness > 0.98
    assert found.total_length_m == pytest.approx(80, abs=0.8)


@pytest.mark.parametrize("radius_m", [150, -300, 1000])
def test_a_curve_keeps_its_place_and_its_radius(tmp_path, radius_m):
    line = track(0, 0, 20, (110, radius_m))
    with _raster(tmp_path, [line]) as raster:
        (found,) = vectorize(raster, LineParams()).tracks
    scores = score_lines([found.line], [line], rho_m=0.5)
    assert abs(scores.lateral_bias_cm) < 2
    assert scores.lateral_rms_cm < 3
    assert found.min_radius_m == pytest.approx(abs(radius_m), rel=0.15)


def test_a_noisy_track_stays_within_five_centimetres(tmp_path):
    lines = [track(0, 0, 33, (150, 0)), track(0, 30, 33, (150, 300))]
    with _raster(tmp_path, lines, noise=0.1) as raster:
        found = vectorize(raster, LineParams())
    scores = score_lines([feature.line for feature in found.tracks], lines, rho_m=1.0)
    assert scores.lateral_rms_cm < 5
    assert scores.completeness > 0.97
    assert scores.correctness > 0.98


@pytest.mark.parametrize("bands", [1, 2])
@pytest.mark.parametrize("spacing_m", [3.8, 4.5])
def test_the_number_of_tracks_is_kept(tmp_path, bands, spacing_m):
    first = track(0, 0, 25, (60, 0), (60, 400))
    lines = [beside(first, spacing_m * k) for k in range(5)]
    with _raster(tmp_path, lines, noise=0.05, bands=bands) as raster:
        found = vectorize(raster, LineParams())
    assert len(found.tracks) == 5
    assert found.switches == 0
    scores = score_lines([feature.line for feature in found.tracks], lines, rho_m=1.0)
    assert scores.quality > 0.98


def test_a_mask_alone_gives_lines_too(tmp_path):
    window = window_round(SCENE)
    mask = np.where(probabilities(SCENE, window)[:1] > 127, np.uint8(255), np.uint8(0))
    with raster_of(tmp_path / "mask.tif", mask, window) as raster:
        found = vectorize(raster, LineParams())
    assert found.switches == 1
    assert score_lines([feature.line for feature in found.tracks], [SIBLING]).lateral_rms_cm < 5


def test_the_neighbour_is_never_joined_across_a_gap(tmp_path):
    lines = [MAIN[:900], MAIN[1100:], SIBLING[:1000], SIBLING[1200:]]
    with _raster(tmp_path, lines) as raster:
        found = vectorize(raster, LineParams())
    assert len(found.tracks) == 2
    assert [feature.inferred_m for feature in found.tracks] == pytest.approx([20, 20], abs=1)
    assert all(feature.status == "ok" for feature in found.tracks)
    whole = [shapely.linestrings(line) for line in (MAIN, SIBLING)]
    for feature in found.tracks:
        assert min(shapely.hausdorff_distance(shapely.linestrings(feature.line), line) for line in whole) < 0.5


def test_ends_that_wander_are_joined_where_their_tracks_lie_on_one_arc(tmp_path):
    line = track(0, 0, 10, (80, 0), (80, 400))
    aside = 0.5 * np.exp(-np.abs(np.arange(len(line)) - 700) / 60)  # over the last 6 m before the gap
    bent = line + np.column_stack([np.zeros_like(aside), np.where(np.arange(len(line)) <= 700, aside, 0)])
    with _raster(tmp_path, [bent[:700], line[1000:], beside(line, 4.0)[:840]]) as raster:
        found = vectorize(raster, LineParams())
    joined = max(found.tracks, key=lambda feature: feature.length_m)
    assert joined.inferred_m == pytest.approx(30, abs=1.5)
    assert joined.length_m == pytest.approx(160, abs=2)
    assert len(found.tracks) == 2
    assert shapely.hausdorff_distance(shapely.linestrings(joined.line), shapely.linestrings(line)) < 0.7


@pytest.mark.parametrize(("radius_m", "tracks"), [(95, 1), (60, 2)])
def test_a_siding_s_sharp_curve_is_joined_but_none_that_wagons_could_not_run_through(tmp_path, radius_m, tracks):
    line = track(0, 0, 10, (100, radius_m))
    with _raster(tmp_path, [line[:350], line[650:]]) as raster:
        found = vectorize(raster, LineParams())
    assert len(found.tracks) == tracks
    assert score_lines([feature.line for feature in found.tracks], [line], rho_m=0.5).correctness > 0.99


def test_a_fork_that_no_railway_has_is_doubted(tmp_path):
    with _raster(tmp_path, [track(0, 0, 0, (100, 0)), track(50, 0, 70, (50, 0))]) as raster:
        found = vectorize(raster, LineParams())
    (fork,) = (node for node in found.nodes if node.degree == 3)
    assert (fork.status, fork.review_reason) == ("review", "uncertain fork")


def test_short_pieces_sharp_bends_and_weak_tracks_are_doubted(tmp_path):
    lines = [track(0, 0, 0, (30, 0)), track(0, 40, 0, (90, 60)), track(0, -20, 0, (100, 0))]
    window = window_round(lines)
    bands = probabilities(lines, window)
    weak = slice(-math.floor((ORIGIN_Y - 15) / GSD_M) - window.row, None)
    bands[:, weak] = np.minimum(bands[:, weak], 140)
    with raster_of(tmp_path / "p.tif", bands, window) as raster:
        found = vectorize(raster, LineParams())
    reasons = {round(feature.length_m, -1): feature.review_reason for feature in found.tracks}
    assert reasons == {30: "short isolated piece", 90: "sharp bend", 100: "low confidence"}


def test_nodata_cuts_a_track(tmp_path):
    line = track(0, 0, 5, (120, 0))
    window = window_round([line])
    valid = np.ones(window.shape, dtype=bool)
    middle = window.width // 2
    valid[:, middle - 15 : middle + 15] = False
    bands = np.where(valid, probabilities([line], window), np.uint8(0))
    with raster_of(tmp_path / "p.tif", bands, window, valid=valid) as raster:
        found = vectorize(raster, LineParams())
    assert sorted(node.railway for node in found.nodes) == ["cut", "cut", "end", "end"]


def test_a_raster_without_track_has_an_empty_map(tmp_path):
    window = PixelWindow(2_500_000, -27_500_000, 300, 200)
    with raster_of(tmp_path / "p.tif", np.zeros((2, 200, 300), dtype=np.uint8), window) as raster:
        found = vectorize(raster, LineParams())
    assert (len(found.tracks), len(found.nodes), found.total_length_m) == (0, 0, 0)


def test_blocks_in_which_nothing_was_written_are_not_looked_at(tmp_path):
    far = 400.0
    lines = (track(0, 0, 10, (60, 0)), track(far, far, 100, (60, 0)))
    blocks = []

    class Listener(Silent):
        def progress(self, stage, done, total):
            if (stage, done) == ("skeleton", 0):
                blocks.append(total)

    with _raster(tmp_path, lines) as sparse:
        copy(tmp_path / "p.tif", tmp_path / "dense.tif", driver="GTiff", tiled=True, sparse_ok=False)
        maps = [vectorize(sparse, LineParams(), reporter=Listener(), block_px=256)]
    with open_grid_raster(tmp_path / "dense.tif") as dense:
        maps.append(vectorize(dense, LineParams(), reporter=Listener(), block_px=256))
    assert len(maps[0].tracks) == 2
    _same(*maps)
    assert blocks[0] < blocks[1] / 3


def test_progress_counts_blocks_and_wide_areas_are_told(tmp_path):
    class Listener(Listening):
        def __init__(self):
            super().__init__()
            self.heard = []

        def progress(self, stage, done, total):
            self.heard.append((stage, done, total))

    window = PixelWindow(2_500_000, -27_500_000, 300, 200)
    bands = np.zeros((2, 200, 300), dtype=np.uint8)
    bands[:, 50:150, 50:150] = 255
    listener = Listener()
    with raster_of(tmp_path / "p.tif", bands, window) as raster:
        vectorize(raster, LineParams(), reporter=listener, block_px=100)
    skeleton = [entry for entry in listener.heard if entry[0] == "skeleton"]
    assert skeleton[0] == ("skeleton", 0, skeleton[0][2])
    assert skeleton[-1] == ("skeleton", skeleton[0][2], skeleton[0][2])
    assert listener.heard[-1] == ("lines", 3, 3)
    assert any("too wide" in message for message in listener.messages)


def test_two_straight_tracks_that_cross_at_a_small_angle_meet_in_one_crossing(tmp_path):
    with _raster(tmp_path, [track(0, 0, 0, (160, 0)), track(20, -11, 9, (140, 0))]) as raster:
        found = vectorize(raster, LineParams())
    (crossing,) = (node for node in found.nodes if node.degree > 1)
    assert (crossing.railway, crossing.degree, crossing.status) == ("railway_crossing", 4, "ok")
    assert crossing.angle_deg == pytest.approx(9, abs=0.5)
    ways = [way for way in found.relations if way.node_id == crossing.node_id]
    assert sorted(way.navigable for way in ways) == [False] * 4 + [True] * 2
    assert len(found.tracks) == 4


def test_where_two_ribbons_part_their_skeleton_has_one_fork_and_no_holes(tmp_path):
    main = track(0, 0, 0, (160, 0))
    branch = track(50, 0, 0, (21, -190), (70, 0))
    with _raster(tmp_path, [main, branch], noise=0.05) as raster:
        skeleton = skeleton_of_raster(raster, raster.window, LineParams(), None)
    assert len(pixel_graph(skeleton.keys).chains) == 3


def test_tramways_that_cross_at_right_angles_keep_both_their_tracks(tmp_path):
    tracks = [
        track(0, 0, 0, (80, 0)),
        track(0, 2.6, 0, (80, 0)),
        track(40, -40, 90, (80, 0)),
        track(42.6, -40, 90, (80, 0)),
    ]
    with _raster(tmp_path, tracks) as raster:
        found = vectorize(raster, LineParams())
    assert [round(one.length_m) for one in found.tracks] == [80] * 4


def test_tracks_that_cross_at_a_large_angle_do_so_on_a_bridge_and_have_no_node(tmp_path):
    lines = [track(0, 0, 0, (100, 0)), track(30, -35, 60, (80, 0))]
    with _raster(tmp_path, lines) as raster:
        found = vectorize(raster, LineParams())
    assert {node.degree for node in found.nodes} == {1}
    assert [feature.review_reason for feature in found.tracks] == ["crosses another track"] * 2
    assert score_lines([feature.line for feature in found.tracks], lines, rho_m=0.2).quality > 0.99


def test_a_ring_is_one_track_from_a_node_to_itself(tmp_path):
    with _raster(tmp_path, [track(0, 0, 0, (2 * math.pi * 40, 40))]) as raster:
        found = vectorize(raster, LineParams())
    (ring,) = found.tracks
    assert ring.from_node == ring.to_node
    assert ring.length_m == pytest.approx(2 * math.pi * 40 / 0.9996, rel=0.005)
    (node,) = found.nodes
    assert (node.degree, node.status) == (2, "review")
    (round_and_round,) = found.relations
    assert round_and_round.navigable
    assert round_and_round.track_a == round_and_round.track_b == ring.track_id
    assert {round_and_round.end_a, round_and_round.end_b} == {0, 1}


def test_a_faint_stretch_of_a_plain_track_is_kept_and_a_faint_thing_is_not(tmp_path):
    plain, faint = track(0, 0, 0, (120, 0)), track(0, 20, 0, (120, 0))
    window = window_round((plain, faint))
    bands = probabilities((plain, faint), window)
    middle = round(-(ORIGIN_Y + 10) / GSD_M) - window.row
    bands[1, :middle] = bands[1, :middle] * 0.35
    bands[1, middle:, 250:350] = bands[1, middle:, 250:350] * 0.35
    with raster_of(tmp_path / "p.tif", bands, window) as raster:
        strict = vectorize(raster, LineParams(axis_threshold=0.5))
        lenient = vectorize(raster, LineParams(axis_threshold=0.15))
        both = vectorize(raster, LineParams(axis_threshold=0.15, min_piece_confidence=0.5))
    (bridged,) = strict.tracks
    assert bridged.inferred_m == pytest.approx(20, abs=1)
    assert [feature.inferred_m for feature in lenient.tracks] == [0, 0]
    (kept,) = both.tracks
    assert abs(kept.line[:, 1].mean() - ORIGIN_Y) < 0.1
    assert kept.length_m == pytest.approx(120, abs=2)


def test_what_runs_along_the_pictures_rim_is_no_track(tmp_path):
    tracks = tuple(track(0, y, 0, (80, 0)) for y in (0, 20, 40))
    window = window_round(tracks, margin_m=0.8)
    with raster_of(tmp_path / "p.tif", probabilities(tracks, window), window) as raster:
        (kept,) = vectorize(raster, LineParams()).tracks
        corridor = partial(polygon_mask, shapely.LineString(tracks[1]).buffer(0.8), gsd_m=GSD_M)
        (in_corridor,) = vectorize(raster, LineParams(), area_mask=corridor).tracks
    assert abs(kept.line[:, 1] - tracks[1][0, 1]).max() < 0.2
    assert kept.length_m == pytest.approx(81, abs=1)
    assert in_corridor.length_m == pytest.approx(81, abs=1)


def test_the_shorter_a_piece_that_stands_alone_the_plainer_it_must_be(tmp_path):
    tracks = (track(0, 0, 0, (80, 0)), track(0, 20, 0, (25, 0)))
    window = window_round(tracks)
    for share, expected_m in ((0.9, [80, 25]), (0.7, [80])):
        with raster_of(tmp_path / f"{share}.tif", probabilities(tracks, window) * share, window) as raster:
            found = vectorize(raster, LineParams(axis_threshold=0.2, min_piece_confidence=0.5, short_piece_margin=0.3))
        assert sorted((round(one.length_m) for one in found.tracks), reverse=True) == pytest.approx(expected_m, abs=2)


def _hooked(length_m, aside_m):
    """A straight track whose last two metres bend aside."""
    straight = track(0, 0, 0, (length_m - 2.0, 0))
    hook = np.linspace(0.1, 2.0, 20)
    return np.vstack([straight, straight[-1] + np.column_stack([hook, aside_m * hook / 2.0])])


@pytest.mark.parametrize("aside_m", [1.0, -1.0, 1.5, 2.0])
def test_a_hook_neither_hinders_a_bridge_nor_bends_it(tmp_path, aside_m):
    with _raster(tmp_path, [_hooked(60, aside_m), track(66, 0, 0, (60, 0))]) as raster:
        (found,) = vectorize(raster, LineParams()).tracks
    assert found.length_m == pytest.approx(126, abs=0.5)
    assert 6 < found.inferred_m < 9
    assert abs(found.line[:, 1] - ORIGIN_Y).max() < 0.1
    assert found.min_radius_m is None or found.min_radius_m > 600
