"""The scene generator: correct geometry, the same scenes for the same seed, and the sample drawn with it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import rasterio
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import MultiLineString, Point, Polygon

from train.make_sample import EXTENT_M, GSD_M, LEFT_M, TOP_M, draw_sample, sample_layout, sample_truth
from train.synthetic.alignment import (
    SWITCHES,
    Alignment,
    departure,
    lateral_shift,
    random_alignment,
    shift_length,
    trace,
)
from train.synthetic.appearance import random_look
from train.synthetic.background import Backgrounds, is_held_out
from train.synthetic.canvas import Canvas, resized
from train.synthetic.coordinates import track_patches
from train.synthetic.layout import Box, Layout, Line, random_layout
from train.synthetic.objects import draw_bridge, draw_hills, draw_roofs
from train.synthetic.scene import Scene, render_scene, truth_masks
from train.synthetic.trackplan import Track, TrackPlan, as_photographed, random_plan

SAMPLE = Path(__file__).parents[2] / "resources" / "sample"
SIZE_PX = 256


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    """Forty scenes of 51 m."""
    return [render_scene(np.random.default_rng([7, k]), SIZE_PX, None) for k in range(40)]


@pytest.fixture(scope="module")
def plans() -> list[TrackPlan]:
    """A hundred and fifty track plans of 100 m."""
    return [random_plan(np.random.default_rng([8, k]), 100.0) for k in range(150)]


def distance_to_lines(points: np.ndarray, lines: tuple[np.ndarray, ...]) -> np.ndarray:
    """Distance of each point to the nearest polyline, by projection on every segment."""
    best = np.full(len(points), np.inf)
    for line in lines:
        start, step = line[:-1], np.diff(line, axis=0)
        along = np.einsum("psk,sk->ps", points[:, None] - start, step) / (step**2).sum(1)
        foot = start + np.clip(along, 0.0, 1.0)[..., None] * step
        best = np.minimum(best, np.linalg.norm(points[:, None] - foot, axis=2).min(1))
    return best


def radii_m(line: np.ndarray) -> np.ndarray:
    """Radius of the circle through each three points that lie 8 m apart."""
    a, b, c = line[:-16], line[8:-8], line[16:]
    sides = [np.linalg.norm(p - q, axis=1) for p, q in ((a, b), (b, c), (c, a))]
    area = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2.0
    return np.prod(sides, axis=0) / np.maximum(4.0 * area, 1e-9)


def test_same_seed_gives_the_same_scene() -> None:
    first, second = (render_scene(np.random.default_rng(3), SIZE_PX, None) for _ in range(2))
    for name in ("image", "track", "axis", "hidden", "ignore"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name
    assert first.switches == second.switches


def test_another_seed_gives_another_scene() -> None:
    first, second = (render_scene(np.random.default_rng(seed), SIZE_PX, None) for seed in (3, 4))
    assert not np.array_equal(first.image, second.image)


def test_scenes_have_the_size_and_kinds_of_array_they_promise(scenes: list[Scene]) -> None:
    for scene in scenes:
        assert scene.image.shape == (SIZE_PX, SIZE_PX, 3)
        assert scene.image.dtype == np.uint8
        assert scene.image.std() > 1.0
        for mask in (scene.track, scene.axis, scene.hidden, scene.ignore):
            assert mask.shape == (SIZE_PX, SIZE_PX)
            assert mask.dtype == np.uint8
            assert mask.max() <= 1
        for band, mask in enumerate((scene.track, scene.axis, scene.ignore)):
            np.testing.assert_array_equal(scene.target[..., band], mask)
        assert scene.target.dtype == np.uint8
        assert all(np.isfinite(line).all() for line in scene.tracks)


def test_the_axis_lies_within_the_track_band(scenes: list[Scene]) -> None:
    assert any(scene.axis.any() for scene in scenes)
    for scene in scenes:
        assert not (scene.axis & ~scene.track).any()


def test_scenes_without_track_have_empty_targets(scenes: list[Scene]) -> None:
    empty = [scene for scene in scenes if not scene.tracks]
    assert 4 <= len(empty) <= 16
    for scene in empty:
        assert not scene.track.any()
        assert not scene.axis.any()
        assert not scene.ignore.any()


def test_axis_and_track_are_the_pixels_as_near_to_the_lines_as_their_half_width(scenes: list[Scene]) -> None:
    for scene in [scene for scene in scenes if scene.tracks][:12]:
        rows, cols = np.nonzero(np.ones_like(scene.axis))
        chosen = np.random.default_rng(0).choice(len(rows), 1500, replace=False)
        chosen = np.concatenate([chosen, np.flatnonzero(scene.axis.ravel())[::3]])
        points = np.stack([cols[chosen] + 0.5, rows[chosen] + 0.5], axis=1) * scene.gsd_m
        distance = distance_to_lines(points, scene.tracks)
        for mask, half_width_m in ((scene.axis, 0.3), (scene.track, 1.3)):
            marked = mask.ravel()[chosen] > 0
            assert (distance[marked] <= half_width_m + 0.03).all()
            assert (marked | (distance > half_width_m - 0.03)).mean() > 0.999


@settings(max_examples=30, deadline=None)
@given(heading=st.floats(0.0, 6.28), radius_m=st.floats(150.0, 5000.0), side=st.sampled_from([-1.0, 1.0]))
@example(heading=0.80859375, radius_m=1506.0, side=1.0)  # pixels beyond the line's end were once taken for its own
def test_track_coordinates_are_distance_along_and_across(heading: float, radius_m: float, side: float) -> None:
    line = trace(np.array([30.0, 30.0]), heading, np.full(41, side / radius_m))
    for patch in track_patches(line.points, 300, 0.2, 2.0):
        pixels = np.stack([patch.cols + 0.5, patch.rows + 0.5], axis=1) * 0.2
        assert np.allclose(np.abs(patch.v), distance_to_lines(pixels, (line.points,)), atol=0.02)
        foot = np.stack([np.interp(patch.u, line.arc_m, line.points[:, k]) for k in (0, 1)], axis=1)
        assert np.allclose(np.linalg.norm(pixels - foot, axis=1), np.abs(patch.v), atol=0.03)


@pytest.mark.parametrize(("radius_m", "n"), SWITCHES)
def test_a_branch_leaves_its_toe_as_a_tangent_arc(radius_m: float, n: float) -> None:
    arc = np.arange(0.0, 40.0, 0.01)
    lateral = departure(arc, radius_m, 1.0 / n)
    slope = np.gradient(lateral, arc)
    assert abs(slope[0]) < 1e-3
    assert slope[-1] <= 1.0 / n + 1e-6
    early = arc < 0.9 * radius_m * np.sin(np.arctan(1.0 / n))
    assert np.allclose(lateral[early], arc[early] ** 2 / (2.0 * radius_m), rtol=0.02, atol=1e-4)


@pytest.mark.parametrize("shift_m", [3.8, 4.7, 30.0])
@pytest.mark.parametrize(("radius_m", "n"), SWITCHES)
def test_a_crossover_ends_parallel_at_its_spacing(radius_m: float, n: float, shift_m: float) -> None:
    length = shift_length(shift_m, radius_m, 1.0 / n)
    arc = np.linspace(0.0, length, 2001)
    lateral = lateral_shift(arc, shift_m, radius_m, 1.0 / n)
    slope = np.gradient(lateral, arc)
    assert lateral[0] == 0.0
    assert lateral[-1] == pytest.approx(shift_m)
    assert abs(slope[0]) < 0.003
    assert abs(slope[-1]) < 0.003
    assert (np.diff(lateral) >= -1e-9).all()
    assert slope.max() <= 1.0 / n + 1e-3


def test_switches_lie_on_two_tracks_that_part_there_without_a_kink(plans: list[TrackPlan]) -> None:
    checked = 0
    for plan in plans:
        for toe in plan.switches:
            at = np.array(toe)
            branches = [t.points for t in plan.tracks if min(np.hypot(*(t.points[[0, -1]] - at).T)) < 1e-6]
            assert branches
            for branch in branches:
                ordered = branch if np.hypot(*(branch[0] - at)) < 1e-6 else branch[::-1]
                others = tuple(t.points for t in plan.tracks if t.points is not branch)
                assert distance_to_lines(ordered[:1], others)[0] < 0.05
                count = min(len(ordered), 7)
                assert distance_to_lines(ordered[:count], others).max() < 6.0**2 / (2.0 * 150.0) + 0.05
                checked += 1
    assert checked > 100


def test_no_railway_curve_is_sharper_than_150_m(plans: list[TrackPlan]) -> None:
    lines = [t.points for plan in plans for t in plan.tracks if t.kind == "rail" and len(t.points) > 30]
    assert len(lines) > 60
    assert min(radii_m(line).min() for line in lines) >= 149.0


def test_alignments_pass_through_the_point_asked_for() -> None:
    rng = np.random.default_rng(5)
    line = random_alignment(rng, np.array([40.0, 60.0]), 0.7, 100.0, 300.0)
    middle = len(line.points) // 2
    assert np.allclose(line.points[middle], (40.0, 60.0))
    assert np.isclose(line.heading[middle], 0.7)
    assert np.allclose(np.hypot(*np.diff(line.points, axis=0).T), 1.0, atol=1e-3)
    assert isinstance(line.reversed(), Alignment)
    assert np.allclose(line.reversed().offset(2.0), line.offset(-2.0)[::-1])


def test_a_bridge_hides_the_track_beneath_it() -> None:
    canvas = Canvas(200, 40.0)
    track = Track(np.stack([np.arange(-5.0, 46.0), np.full(51, 20.1)], axis=1))
    deck = draw_bridge(np.random.default_rng(0), canvas, Line("bridge", np.array([[20.0, -9.0], [20.0, 49.0]]), 8.0))
    mask, axis, _ = truth_masks((track,), 200, 40.0)
    hidden = (resized(deck, 200) > 127) & (axis > 0)
    assert mask.sum() * 0.04 == pytest.approx(40.0 * 2.5, rel=0.05)
    assert hidden.sum() * 0.2 / 3.0 == pytest.approx(9.6, abs=0.5)


def test_a_scene_without_tracks_can_be_asked_for() -> None:
    for seed in range(6):
        scene = render_scene(np.random.default_rng(seed), SIZE_PX, None, plan=TrackPlan())
        assert scene.kind == "none"
        assert not scene.tracks
        assert not any(mask.any() for mask in (scene.track, scene.axis, scene.ignore))


def test_scenes_say_what_they_are_of(scenes: list[Scene]) -> None:
    kinds = {scene.kind for scene in scenes}
    assert {"none", "single", "station", "yard"} <= kinds
    for scene in scenes:
        assert (scene.kind == "none") == (not scene.tracks)
        assert 0.05 <= scene.camera_gsd_m <= 0.6


def test_photographed_tracks_stay_within_decimetres_and_keep_their_toes(plans: list[TrackPlan]) -> None:
    moved_at_all = 0
    for number, plan in enumerate(plans[:60]):
        seen = as_photographed(np.random.default_rng(number), plan, 100.0)
        assert seen.kind == plan.kind
        for before, after in zip(plan.tracks, seen.tracks, strict=True):
            shift = np.linalg.norm(after.points - before.points, axis=1)
            assert shift.max() < 1.0
            moved_at_all += shift.max() > 0.01
        for toe in seen.switches:
            assert min(np.hypot(*(t.points - toe).T).min() for t in seen.tracks) < 0.05
    assert moved_at_all > 60


def test_layouts_show_every_kind_of_thing_that_hides_or_resembles_track() -> None:
    layouts = [random_layout(np.random.default_rng([11, k]), 100.0, False) for k in range(400)]
    assert {"twins", "pipes", "conveyor", "hedge", "ruts", "fence", "pipe", "canal"} <= {
        line.kind for layout in layouts for line in layout.lines
    }
    assert {"platform", "stop", "building", "car", "wagon"} <= {b.kind for layout in layouts for b in layout.boxes}
    assert {"canopy", "hall"} <= {roof.kind for layout in layouts for roof in layout.roofs}
    for part in ("bridges", "decks", "crossings", "panels", "hills", "fields"):
        assert any(getattr(layout, part) for layout in layouts), part
    paved = [layout for layout in layouts if layout.paved]
    assert {"tram", "single"} <= {layout.plan.kind for layout in paved}


def test_trains_hide_tracks_but_teach_that_there_is_one() -> None:
    seen = 0
    for seed in range(60):
        scene = render_scene(np.random.default_rng([21, seed]), SIZE_PX, None)
        with_rim = cv2.dilate(scene.track, np.ones((5, 5), np.uint8))
        inner = np.s_[2:-2, 2:-2]  # at the frame there may be a rim without its track
        assert not scene.hidden[inner][with_rim[inner] == 0].any()
        seen += bool((scene.hidden & (1 - scene.ignore)).any())
    assert seen >= 3


def test_platforms_and_cars_stand_beside_the_tracks() -> None:
    platforms = 0
    for seed in range(300):
        layout = random_layout(np.random.default_rng([13, seed]), 100.0, False)
        lines = MultiLineString([track.points for track in layout.plan.tracks])
        for box in layout.boxes:
            if box.kind in ("platform", "car"):
                assert Polygon(box.ring).distance(lines) > 0.6 or lines.is_empty
                platforms += box.kind == "platform"
    assert platforms > 8


def test_a_hill_covers_all_tracks_behind_its_portal() -> None:
    layouts = [random_layout(np.random.default_rng([14, seed]), 100.0, False) for seed in range(400)]
    hills = [(hill, layout.plan.tracks) for layout in layouts for hill in layout.hills]
    assert len(hills) > 4
    for ring, tracks in hills:
        along = (ring[3] - ring[0]) / np.linalg.norm(ring[3] - ring[0])
        for track in tracks:
            behind = track.points[(track.points - ring[0]) @ along > 0.5]
            assert all(Polygon(ring).contains(Point(p)) for p in behind)


def test_tracks_of_one_scene_have_one_gauge() -> None:
    gauges = set()
    for seed in range(60):
        look = random_look(np.random.default_rng(seed), (0, 1, 1, 2), "rail", paved=False)
        assert len({style.gauge_m for style in look.styles}) == 1
        gauges.add(look.styles[0].gauge_m)
    assert len(gauges) > 1


def test_roofs_and_hills_hide_what_lies_beneath_them() -> None:
    canvas = Canvas(200, 40.0)
    ground = np.full_like(canvas.rgb, 77)
    roof = Box("hall", np.array([10.0, 10.0]), 8.0, 6.0, 0.0, 5.0)
    (cover,) = draw_roofs(np.random.default_rng(0), canvas, (roof,))
    assert (cover > 127).sum() * 0.04 == pytest.approx(48.0, rel=0.1)
    ring = np.array([[20.0, 25.0], [20.0, 35.0], [38.0, 35.0], [38.0, 25.0]])
    (cover,) = draw_hills(np.random.default_rng(0), canvas, ground, (ring,))
    assert (cover > 127).sum() * 0.04 == pytest.approx(180.0, rel=0.1)
    assert (canvas.rgb[150, 130] == 77).all()


def test_held_out_places_are_not_rendered_on(tmp_path: Path) -> None:
    places = tmp_path / "naip"
    places.mkdir()
    names = [f"place_{k}.png" for k in range(40)]
    for name in names:
        cv2.imwrite(str(places / name), np.full((220, 220, 3), 120, np.uint8))
    used = {path.name for path, _, _ in Backgrounds(tmp_path).large_pictures()}
    held_out = {name for name in names if is_held_out(places / name)}
    assert used == set(names) - held_out
    assert 4 <= len(held_out) <= 18
    assert not is_held_out(tmp_path / "pdok" / next(iter(held_out)))


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="No background pictures"):
        Backgrounds(tmp_path)


@pytest.fixture(scope="module")
def layout() -> Layout:
    """The sample's layout, without its picture."""
    from train.make_sample import SEED

    return sample_layout(np.random.default_rng(SEED))


def test_the_samples_lines_are_the_generators(layout: Layout) -> None:
    written = json.loads((SAMPLE / "sample_tracks.geojson").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(sample_truth(layout)))
    assert written["gsd_m"] == GSD_M
    kinds = [feature["properties"]["what"] for feature in written["features"]]
    assert kinds.count("switch") == 1
    assert kinds.count("track") >= 3


def test_the_samples_lines_lie_between_their_rails_on_its_picture() -> None:
    written = json.loads((SAMPLE / "sample_tracks.geojson").read_text(encoding="utf-8"))
    with rasterio.open(SAMPLE / "sample.tif") as source:
        assert source.crs.to_epsg() == 25832
        assert source.transform.c == LEFT_M
        assert source.transform.f == TOP_M
        assert source.width * source.transform.a == pytest.approx(EXTENT_M)
        grey = source.read().astype(np.float64).mean(axis=0)
        for feature in written["features"]:
            line = np.array(feature["geometry"]["coordinates"])
            if feature["properties"]["state"] != "visible" or np.hypot(*(line[-1] - line[0])) < 100.0:
                continue
            ends = np.linspace(0.05, 0.95, 400)
            knots = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
            at = np.stack([np.interp(ends * knots[-1], knots, line[:, k]) for k in (0, 1)], axis=1)
            heading = np.gradient(at, axis=0)
            heading /= np.linalg.norm(heading, axis=1, keepdims=True)
            across = np.stack([-heading[:, 1], heading[:, 0]], axis=1)
            profile = {}
            for offset in np.arange(-1.2, 1.21, 0.1):
                cols, rows = ((at + offset * across - (LEFT_M, TOP_M)) / (GSD_M, -GSD_M)).T.astype(int)
                profile[round(float(offset), 1)] = np.median(grey[rows, cols])
            rails = sorted(profile, key=profile.__getitem__)[:4]
            assert all(0.6 <= abs(offset) <= 1.0 for offset in rails), profile
            assert min(rails) < 0.0 < max(rails)


def test_the_samples_picture_is_drawn_again_alike() -> None:
    picture, _ = draw_sample()
    again = picture[1200:1700, 400:1200]
    with rasterio.open(SAMPLE / "sample.tif") as source:
        stored = np.moveaxis(source.read(window=((1200, 1700), (400, 1200))), 0, -1)
    # The file is JPEG: alike to a few grey values, not to the bit.
    assert np.abs(again.astype(int) - stored.astype(int)).mean() < 3.0
    assert (SAMPLE / "sample.tif").stat().st_size < 3_000_000
