"""The judge: rendered scenes lie right on the map, the truth scores 1, and the report covers all that was judged."""

from __future__ import annotations

import dataclasses
import json
import math
import pickle
import re
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import cv2
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasters import Kind

from railseg_core.evaluation.common_ground import vertices
from railseg_core.network.model_card import bundled_model_path, checksum
from railseg_core.raster import open_working_grid
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.resources_dir import resource_path
from train import evaluate, morphology_sweep
from train.judge import (
    RHOS_M,
    Bench,
    Judgement,
    Scores,
    SwitchScores,
    Truth,
    band_truth,
    score_mask,
    score_switches,
    score_tracks,
)
from train.judge_pictures import contact_sheet, draw
from train.judge_rendered import LEFT_M, judge_rendered, judge_yard, put_on_map, rendered_truth
from train.judge_report import Part, Row, figures, write_report
from train.pixel_scores import PixelScores
from train.scenes import TracedScene
from train.seeds import RUN_SEEDS, Seed
from train.synthetic.background import is_held_out
from train.synthetic.scene import Scene, render_scene
from train.synthetic.trackplan import TrackPlan

SIZE_PX = 256


@pytest.fixture(scope="module")
def scene() -> Scene:
    """A scene of 51 m with tracks across it, from left to right, nothing of them hidden."""

    def is_fit(one: Scene) -> bool:
        return bool(one.axis[:, :50].any() and one.axis[:, -50:].any() and not one.unknown.any())

    scenes = (render_scene(np.random.default_rng([9, k]), SIZE_PX, None) for k in count())
    return next(one for one in scenes if is_fit(one))


@pytest.fixture(scope="module")
def on_map(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> TracedScene:
    return put_on_map(scene, tmp_path_factory.mktemp("rendered") / "scene.tif")


def one_picture(scene: TracedScene, extracted: list[np.ndarray], confusion: list[list[int]]) -> Scores:
    return Scores(1, 0.01, PixelScores(np.array(confusion)), score_tracks(scene, extracted), SwitchScores())


def trackless(path: Path = Path("place.tif")) -> TracedScene:
    return TracedScene(path, (), (), (), 0.6)


def mask_scores(scene: TracedScene, mask: np.ndarray, truth: Truth | None, folder: Path) -> tuple[PixelScores, float]:
    """Scores of a mask (rows, cols) that was written as the product writes it."""
    with open_working_grid(scene.raster) as grid:
        path, window = folder / "mask.tif", grid.picture_window
        with create_grid_raster(path, window, grid.gsd_m, grid.crs, ("track",), overwrite=True) as output:
            output.write(window, mask[None].astype(np.uint8) * 255, np.ones(window.shape, dtype=np.bool_))
        with open_grid_raster(path) as raster:
            return score_mask(raster, grid, truth or band_truth(scene, grid))


def test_a_rendered_scene_lies_on_the_map_as_it_was_drawn(scene: Scene, on_map: TracedScene) -> None:
    with open_working_grid(on_map.raster) as grid:
        image, valid = grid.read(grid.picture_window)
        truth = band_truth(on_map, grid)
    assert valid.all()
    np.testing.assert_array_equal(image.transpose(1, 2, 0), scene.image)
    assert truth.counts.all()
    assert PixelScores.of(scene.track, truth.track).iou[1] > 0.97  # rendered and drawn alike
    assert PixelScores.of(scene.track, truth.track[::-1]).iou[1] < 0.6


def test_true_lines_have_quality_one_against_themselves(on_map: TracedScene) -> None:
    for scores in score_tracks(on_map, vertices(on_map.visible)).values():
        assert scores.reference_m > 40
        assert scores.quality == 1
        assert scores.lateral_rms_cm == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("reason", ["ignore", "hidden"])
def test_tracks_are_hidden_where_nobody_could_know_them(
    scene: Scene, on_map: TracedScene, tmp_path: Path, reason: str
) -> None:
    unknown = np.zeros_like(scene.ignore)
    unknown[:, : SIZE_PX // 2] = 1
    half_known = dataclasses.replace(scene, **{reason: unknown})
    np.testing.assert_array_equal(rendered_truth(half_known).counts, unknown == 0)
    half = put_on_map(half_known, tmp_path / "half.tif")
    middle_m = LEFT_M + SIZE_PX / 2 * scene.gsd_m
    assert max(line.bounds[2] for line in half.hidden) < middle_m + 0.5
    assert min(line.bounds[0] for line in half.visible) > middle_m - 0.5
    length_m = sum(line.length for line in (*half.visible, *half.hidden))
    assert length_m == pytest.approx(sum(line.length for line in on_map.visible))


def test_the_true_mask_scores_one_and_another_does_not(scene: Scene, on_map: TracedScene, tmp_path: Path) -> None:
    truth = rendered_truth(scene)
    scores, area_km2 = mask_scores(on_map, scene.track, truth, tmp_path)
    assert scores.iou.tolist() == [1, 1]
    assert (scores.miou, scores.mpa, scores.accuracy) == (1, 1, 1)
    assert area_km2 == pytest.approx((SIZE_PX * 0.2) ** 2 / 1e6)
    flipped, _ = mask_scores(on_map, scene.track[::-1], truth, tmp_path)
    assert flipped.iou[1] < 0.6


def test_hidden_tracks_and_ignored_areas_count_for_no_pixel(on_map: TracedScene, tmp_path: Path) -> None:
    left, bottom, right, top = (float(edge) for edge in rasterio.open(on_map.raster).bounds)
    upper_half = shapely.box(left, (bottom + top) / 2, right, top)
    below = shapely.LineString([(left, bottom + 10), (right, bottom + 10)])
    scene = TracedScene(on_map.raster, (), (below,), (upper_half,), 0.2)
    wrong = np.zeros((SIZE_PX, SIZE_PX), dtype=np.uint8)
    wrong[: SIZE_PX // 2] = 1
    wrong[SIZE_PX - 62 : SIZE_PX - 38] = 1  # 2.4 m to either side of the hidden line
    scores, _ = mask_scores(scene, wrong, None, tmp_path)
    assert scores.confusion[0, 1] == 0
    assert scores.confusion.sum() == pytest.approx(SIZE_PX * (SIZE_PX // 2 - 25), rel=0.02)  # all but 5 m


def test_pooled_scores_are_of_all_pixels_and_metres_together(on_map: TracedScene) -> None:
    lines = vertices(on_map.visible)
    good, bad = one_picture(on_map, lines, [[90, 2], [3, 5]]), one_picture(on_map, [], [[10, 0], [70, 20]])
    both = Scores.pooled([good, bad])
    assert both.pixels.confusion.tolist() == [[100, 2], [73, 25]]
    assert both.pixels.iou[1] == 25 / 100
    assert (both.pictures, both.area_km2) == (2, pytest.approx(0.02))
    assert both.quality == pytest.approx(0.5)
    assert Scores.pooled([]).false_m == 0


def test_where_there_is_no_track_every_line_is_false() -> None:
    line = np.array([[500_000.0, 5_000_000.0], [500_030.0, 5_000_040.0]])
    scores = one_picture(trackless(), [line], [[1, 0], [0, 0]])
    assert scores.false_m == pytest.approx(50)
    assert scores.false_m_per_km2 == pytest.approx(5000)
    assert scores.quality == 0
    assert math.isnan(one_picture(trackless(), [], [[1, 0], [0, 0]]).quality)


def test_a_line_is_drawn_where_it_lies(tmp_path: Path) -> None:
    line = np.array([[1000.0, 1996.1], [1020.0, 1996.1]])  # 3.9 m below the top: the middle of row 19
    transform = Affine(0.2, 0, 1000, 0, -0.2, 2000)
    draw(np.zeros((100, 100, 3), np.uint8), transform, trackless(), [line], tmp_path / "line.png")
    picture = cv2.imread(str(tmp_path / "line.png"), cv2.IMREAD_COLOR_RGB)
    is_red = picture[..., 0] > 100
    assert is_red[19].all()
    assert not is_red[:17].any()
    assert not is_red[22:].any()


def test_a_contact_sheet_has_all_pictures_in_rows_of_four(tmp_path: Path) -> None:
    shades = [40, 80, 120, 160, 200]
    for shade in shades:
        cv2.imwrite(str(tmp_path / f"{shade}.png"), np.full((90, 60, 3), shade, np.uint8))
    contact_sheet([(tmp_path / f"{shade}.png", "") for shade in shades], tmp_path / "sheet.png")
    sheet = cv2.imread(str(tmp_path / "sheet.png"), cv2.IMREAD_GRAYSCALE)
    rows, cols = sheet.shape[0] // 2, sheet.shape[1] // 4
    assert [int(sheet[rows // 2, cols * k + cols // 3]) for k in range(4)] == shades[:4]
    assert int(sheet[rows + rows // 2, cols // 3]) == shades[4]


def test_no_stream_has_the_seed_of_another_or_of_a_training() -> None:
    assert len(set(Seed)) == len(Seed.__members__)
    assert not set(Seed) & set(RUN_SEEDS)


def test_places_are_spread_over_the_folder_and_only_held_out_ones_if_wanted(tmp_path: Path) -> None:
    folder = tmp_path / "naip"
    folder.mkdir()
    paths = [folder / f"place_{k:02d}.tif" for k in range(40)]
    for path in paths:
        path.touch()
    assert evaluate.places_of(folder, 0, held_out=False) == paths
    assert evaluate.places_of(folder, 8, held_out=False) == paths[::5]
    held_out = evaluate.places_of(folder, 0, held_out=True)
    assert held_out == [path for path in paths if is_held_out(path)]
    assert 0 < len(held_out) < 40
    with pytest.raises(FileNotFoundError, match="no pictures"):
        evaluate.places_of(tmp_path, 0, held_out=False)
    for name in ("PLACE.TIF", "._PLACE.TIF"):  # macOS leaves the second one on others' disks
        (tmp_path / name).touch()
    assert evaluate.places_of(tmp_path, 0, held_out=False) == [tmp_path / "PLACE.TIF"]


def test_scenes_are_pooled_by_the_pixel_size_of_their_camera(tmp_path: Path) -> None:
    found = [
        Judgement(name, gsd_m, "", one_picture(trackless(), [], [[1, 0], [0, pixels]]), tmp_path / f"{name}.png")
        for name, gsd_m, pixels in (("a", 0.2, 1), ("b", 0.3, 2), ("c", 0.6, 4))
    ]
    part = evaluate.traced_part(Path("check"), "check", found, tmp_path)
    confusion = {row.label: row.scores.pixels.confusion[1, 1] for row in part.rows}
    assert confusion == {
        "a": 1,
        "b": 2,
        "c": 4,
        "all up to 0.3 m": 3,
        "all over 0.3 m": 4,
    }


def test_the_report_names_every_scene_and_what_is_not_known(tmp_path: Path) -> None:
    scores = one_picture(trackless(), [], [[8, 1], [0, 0]])
    rows = (Row("first", "0.6 m", scores, Path("check/first.png")), Row("second", "5", scores))
    parts = [Part("Scenes", "check", True, rows), Part("Places", "--places 0", False, rows[1:])]
    write_report(tmp_path, bundled_model_path(), parts)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert checksum(bundled_model_path()) in text
    assert text.count("| [first](check/first.png) (0.6 m) |") == 3  # lines, switches and pixels
    assert "| second (5) | 1 | 0.010 | 0 | 0 |" in text
    assert "    python -m train.evaluate --places 0\n" in text
    content = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    first = content["parts"]["Scenes"]["rows"]["first"]
    assert first["pixels"]["confusion"] == [[8, 1], [0, 0]]
    assert first["pixels"]["recall"] == [pytest.approx(8 / 9), None]
    assert set(first["lines"]) == {f"{rho_m:g}" for rho_m in RHOS_M}
    assert first["lines"]["1"]["quality"] is None


def test_switches_count_where_both_tracks_are_seen() -> None:
    """A through track of 200 m with a branch, its toe 60 m from the picture's edge, and another 5 m from it."""
    along = np.arange(0.0, 200.5, 0.5)
    through = np.column_stack([along, np.full_like(along, 50.0)])

    def branch(toe_m: float) -> np.ndarray:
        beyond = along[along >= toe_m]
        return np.column_stack([beyond, 50.0 + (beyond - toe_m) ** 2 / 600.0])

    lines = [through, branch(60.0)]
    picture = shapely.box(0.0, 0.0, 200.0, 200.0)
    visible = tuple(shapely.LineString(line) for line in lines)
    scene = TracedScene(Path("yard.tif"), visible, (), (), 0.2, ((60.0, 50.0), (5.0, 50.0)))
    right = score_switches(scene, lines, np.array([[63.0, 50.0], [5.0, 50.0]]), picture)
    assert (right.true, right.drawn, right.found) == (1, 1, 1)
    assert (right.f1, right.along_rms_m) == (1.0, pytest.approx(3.0, abs=0.01))
    wrong = score_switches(scene, lines, np.array([[70.0, 50.0], [120.0, 50.0]]), picture)
    assert (wrong.true, wrong.drawn, wrong.found, wrong.f1) == (1, 2, 0, 0.0)
    both = SwitchScores.pooled([right, wrong])
    assert (both.precision, both.recall) == (pytest.approx(1 / 3), 0.5)
    assert math.isnan(SwitchScores().f1)


def test_a_rendered_yard_has_switches_and_is_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (judge_yard(1, Bench(None, tmp_path / name), None) for name in "ab")
    assert first.kind == "fan"
    assert first.scores.switches == second.scores.switches
    assert figures(first.scores) == figures(second.scores)
    assert first.scores.lines[1.0].reference_m > 0


def test_work_and_its_result_can_go_to_another_process_and_back(on_map: TracedScene) -> None:
    work = partial(judge_rendered, bench=Bench(Path("model.safetensors"), Path("out")), texture=None)
    assert pickle.loads(pickle.dumps(work)).keywords == work.keywords
    scores = one_picture(on_map, vertices(on_map.visible), [[8, 1], [0, 4]])
    result = Judgement("scene", 0.2, "single", scores, Path("scene.png"))
    assert figures(pickle.loads(pickle.dumps(result)).scores) == figures(scores)


def test_nothing_to_judge_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        evaluate.main(["--out", str(tmp_path)])
    assert "nothing to judge" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--jobs", "0"], ["--rendered", "-1"], ["--places", "-1"]])
def test_numbers_that_cannot_be_meant_are_refused(
    wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        evaluate.main(["--out", str(tmp_path), "--confusers", "1", *wrong])
    assert wrong[0] in capsys.readouterr().err


@pytest.mark.parametrize("main", [evaluate.main, morphology_sweep.main])
def test_a_picture_in_degrees_ends_in_a_line_that_says_what_to_do(
    main: Callable[[list[str]], None], tmp_path: Path
) -> None:
    Kind(crs="EPSG:4326").write(tmp_path / "degrees.tif")
    (tmp_path / "degrees.geojson").write_text(json.dumps({"gsd_m": 0.1, "features": []}), encoding="utf-8")
    with pytest.raises(SystemExit, match=r"degrees\.tif is in EPSG:4326, .* a metric CRS, such as EPSG:"):
        main([str(tmp_path), "--out", str(tmp_path / "out"), "--rendered", "0"])


def tiny_scenes(folder: Path, raster: Path) -> Path:
    """A folder with one scene: a piece of the sample and the sample's true lines."""
    folder.mkdir()
    (folder / "piece.tif").write_bytes(raster.read_bytes())
    with rasterio.open(raster) as piece:
        frame = shapely.box(*piece.bounds)
    content = json.loads(resource_path("sample", "sample_tracks.geojson").read_text(encoding="utf-8"))
    kept = []
    for feature in content["features"]:
        part = shapely.from_geojson(json.dumps(feature["geometry"])).intersection(frame)
        if not part.is_empty:
            kept.append(feature | {"geometry": json.loads(shapely.to_geojson(part))})
    (folder / "piece.geojson").write_text(json.dumps(content | {"features": kept}), encoding="utf-8")
    return folder


def test_the_command_judges_all_kinds_of_pictures(
    small_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenes, places, out = tiny_scenes(tmp_path / "tiny", small_raster), tmp_path / "naip", tmp_path / "out"
    places.mkdir()
    names = (f"place_{k}.tif" for k in count())
    empty = render_scene(np.random.default_rng(4), SIZE_PX, None, plan=TrackPlan())
    put_on_map(empty, next(places / name for name in names if is_held_out(places / name)))
    options = ["--rendered", "1", "--confusers", "1", "--backgrounds", str(places), "--held-out"]
    evaluate.main([str(scenes), "--out", str(out), *options])
    text = (out / "report.md").read_text(encoding="utf-8")
    assert text in capsys.readouterr().out
    links = re.findall(r"\]\((.+?)\)", text)
    assert "tiny/piece.png" in links
    assert all((out / link).is_file() for link in links)
    parts = json.loads((out / "report.json").read_text(encoding="utf-8"))["parts"]
    assert list(parts) == [
        "Real scenes: tiny",
        "Rendered scenes",
        "Rendered scenes without tracks",
        "Real pictures without tracks",
    ]
    piece = parts["Real scenes: tiny"]["rows"]["piece"]
    assert piece | {"remark": "1"} == parts["Real scenes: tiny"]["rows"]["all up to 0.3 m"]
    assert piece["lines"]["1"]["quality"] > 0.6
    assert piece["pixels"]["iou"][1] > 0.5
    assert piece["area_km2"] == pytest.approx(80 * 60 / 1e6)
    assert parts["Rendered scenes"]["rows"]["all"]["pictures"] == 1
    (place,) = parts["Real pictures without tracks"]["rows"].values()
    assert place["area_km2"] == pytest.approx((SIZE_PX * 0.2) ** 2 / 1e6)
