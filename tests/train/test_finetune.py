"""Fine-tuning: a user's tracing becomes chips where it is complete, and a model file that says where it comes from."""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
import torch
from affine import Affine
from rasters import CORNER_X, CORNER_Y, UTM
from rasters import write as write_raster

from railseg_core.chips.files import Chip
from railseg_core.chips.targets import drawn, read_chip
from railseg_core.errors import RailSegError
from railseg_core.network.model_card import bundled_model_path, read_card
from railseg_core.network.model_file import load_model
from railseg_core.raster import open_working_grid
from railseg_core.resources_dir import resource_path
from railseg_core.vectors.area import Area
from railseg_core.vectors.coordinates import as_crs, moved_geometries
from railseg_core.vectors.tracing import Tracing, read_tracing
from train import before_after, finetune, survey, train
from train.data import load_real_scenes, read_scene
from train.pieces import PIECE_PX, pieces_of

GSD_M = 0.2
WEB = as_crs("EPSG:3857")
TINY = ["--minutes", "0.02", "--training", "--crop-px", "64", "--batch", "2", "--workers", "0", "--threads", "1"]


class Tuned(NamedTuple):
    """A fine-tuning that was run."""

    model: Path
    keep: Path
    printed: str


def write_layer(path: Path, *geometries: shapely.Geometry, crs: str | None = UTM, **fields: list[str | None]) -> Path:
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(geometries, dtype=object)),
        field_data=[np.array(values, dtype=object) for values in fields.values()],
        fields=list(fields),
        geometry_type="Unknown" if path.suffix != ".shp" else geometries[0].geom_type,
        crs=crs,
    )
    return path


def to_degrees(geometry: shapely.Geometry) -> shapely.Geometry:
    move = pyproj.Transformer.from_crs(UTM, "EPSG:4326", always_xy=True).transform
    return shapely.transform(geometry, move, interleaved=False)


@pytest.fixture(scope="module")
def truth() -> Tracing:
    return read_tracing(resource_path("sample", "sample_tracks.geojson"))


@pytest.fixture(scope="module")
def lines(truth: Tracing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's tracks as a user may have them: in degrees, some of them parts of one feature."""
    path = tmp_path_factory.mktemp("lines") / "tracks.gpkg"
    first, second, *others = (to_degrees(line) for line in truth.visible)
    return write_layer(path, shapely.MultiLineString([first, second]), *others, crs="EPSG:4326")


@pytest.fixture(scope="module")
def tuned(small_raster: Path, lines: Path, tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    folder = tmp_path_factory.mktemp("tuned")
    model, keep = folder / "my-railway.safetensors", folder / "keep"
    printed = io.StringIO()
    with redirect_stdout(printed), pytest.MonkeyPatch.context() as few:
        few.setattr(finetune, "RENDERED_SCENES", 5)
        finetune.main([str(small_raster), str(lines), "--out", str(model), "--keep", str(keep), *TINY])
    return Tuned(model, keep, printed.getvalue())


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of 240 m x 240 m without a track."""
    grey = np.random.default_rng(0).integers(80, 100, (3, 300, 300), dtype=np.uint8)
    transform = Affine(0.8, 0, CORNER_X, 0, -0.8, CORNER_Y)
    return write_raster(tmp_path_factory.mktemp("field") / "field.tif", grey, transform=transform)


def test_the_new_model_file_loads_and_says_where_it_comes_from(tuned: Tuned) -> None:
    start, start_card = load_model(bundled_model_path())
    model, card = load_model(tuned.model)
    weights, start_weights = model.state_dict(), start.state_dict()
    assert any(not torch.equal(weights[name], start_weights[name]) for name in weights)
    assert card.name == "my-railway"
    assert card.trained_on.startswith(start_card.trained_on)
    assert f"fine-tuned from {start_card.name}" in card.trained_on
    assert "small.tif" in card.trained_on
    assert (card.track_threshold, card.axis_threshold) == (start_card.track_threshold, start_card.axis_threshold)
    assert card.credits == start_card.credits
    assert card.scores["training_steps"] >= 1


def test_it_is_measured_on_what_was_held_back_before_and_after(tuned: Tuned) -> None:
    scores = read_card(tuned.model).scores
    assert scores["held_back_track_iou_before"] > 0.5  # the bundled model knows the sample's kind of track
    for where, told in (("held_back", "what was held back"), ("rendered", "rendered scenes")):
        for name in ("track", "axis"):
            before, after = scores[f"{where}_{name}_iou_before"], scores[f"{where}_{name}_iou"]
            assert 0 < after <= 1
            printed = re.search(rf"{name} +IoU on {told}: ([0-9.]+) before, ([0-9.]+) after", tuned.printed)
            assert printed is not None
            assert [float(number) for number in printed.groups()] == pytest.approx([before, after], abs=1e-3)
    assert scores["rendered_scenes"] == 5


def test_the_user_is_told_whether_it_helped() -> None:
    poor, good = {"track": 0.5, "axis": 0.2}, {"track": 0.5, "axis": 0.4}
    assert "is better" in before_after.verdict(poor, good, 1000.0)
    assert "NOT better" in before_after.verdict(good, poor, 1000.0)
    assert "NOT better" in before_after.verdict(good, good, 1000.0)
    assert "NOT better" in before_after.verdict(
        good, good | {"axis": 0.405}, 1000.0
    )  # as one step of training may give
    assert "is better" in before_after.verdict(good, good | {"axis": 0.42}, 1000.0)
    assert "NOT better" in before_after.verdict(good, good | {"axis": 0.42}, 60.0)  # a few tiles may be lucky


def test_the_user_is_told_what_was_forgotten() -> None:
    good, poor = {"track": 0.8, "axis": 0.5}, {"track": 0.7, "axis": 0.5}
    assert "has forgotten" in before_after.forgetting(good, poor)
    assert "has forgotten" not in before_after.forgetting(poor, good)
    assert "has forgotten" not in before_after.forgetting(good, good | {"track": 0.79})


def test_lines_that_may_not_be_the_pictures_tracks_are_doubted_before_the_training() -> None:
    seen = {"track": 0.8, "axis": 0.5}
    assert not before_after.doubts(before_after.Measured(seen, 0.1), "railseg")
    (beside,) = before_after.doubts(before_after.Measured(seen, 0.8), "railseg")
    assert "0.8 m (median) beside what railseg sees" in beside
    (elsewhere,) = before_after.doubts(before_after.Measured({"track": 0.05, "axis": 0.02}, math.nan), "railseg")
    assert "FILE|layername=LAYER" in elsewhere  # as that of the roads


@pytest.mark.parametrize("aside_m", [0.0, 0.8])
def test_it_is_measured_how_far_the_lines_lie_beside_what_the_model_sees(tuned: Tuned, aside_m: float) -> None:
    model, card = load_model(bundled_model_path())
    chips = [
        Chip(chip.image, np.roll(chip.target, round(aside_m / GSD_M), axis=0))
        for chip in load_real_scenes(tuned.keep / "fit")
    ]
    assert before_after.measured(model, card, chips, "cpu").beside_m == pytest.approx(aside_m, abs=0.25)
    assert "beside what" not in tuned.printed


def test_a_long_list_of_pictures_is_told_in_short() -> None:
    assert finetune.named([f"{number}.tif" for number in range(10)]).endswith("8.tif, 9.tif")
    assert finetune.named([f"{number}.tif" for number in range(300)]).endswith("9.tif and 290 more")


def test_what_one_picture_holds_back_no_other_of_the_same_place_teaches(lines: Path, small_raster: Path) -> None:
    one = survey.survey(str(small_raster), lines, None, around_m=10.0)
    whole = one.regions["fit"].union(one.regions["check"])
    (there,) = moved_geometries([whole], one.tracing.crs, WEB)
    other = replace(one, tracing=one.tracing.moved_to(WEB), regions={"fit": there, "check": shapely.Polygon()})
    first, second = survey.held_back_for_all([one, other])
    assert first.regions["fit"].equals(one.regions["fit"])
    (seen,) = moved_geometries([second.regions["fit"]], WEB, one.tracing.crs)
    assert seen is not None
    assert 0 < seen.area < one.regions["fit"].area * 1.01
    assert seen.intersection(one.regions["check"].buffer(0.5 * survey.GAP_M)).area < 1
    with pytest.raises(RailSegError, match="held back"):
        survey.held_back_for_all([one, replace(one, regions=one.regions | {"fit": one.regions["check"]})])


def test_chips_are_what_training_reads_and_count_near_the_lines_only(tuned: Tuned) -> None:
    for purpose in ("fit", "check"):
        chips = load_real_scenes(tuned.keep / purpose)
        counts = [chip.target[..., 2] == 0 for chip in chips]
        assert sum(int(chip.target[here, 0].sum()) for chip, here in zip(chips, counts, strict=True)) > 1000
        assert all(max(chip.image.shape[:2]) <= PIECE_PX for chip in chips)


def test_without_an_area_only_the_surroundings_of_the_lines_count(
    truth: Tracing, lines: Path, small_raster: Path
) -> None:
    surveyed = survey.survey(str(small_raster), lines, None, around_m=5.0)
    tracks = shapely.union_all(truth.visible)
    for purpose, region in surveyed.regions.items():
        x, y, target = targets_on_the_map(small_raster, surveyed.tracing, region)
        away = shapely.distance(tracks, shapely.points(x, y))
        counts = target[..., 2] == 0
        assert counts.any(), purpose
        assert away[counts].max() < 5.1
        assert counts[away < 4.9].mean() > 0.1  # of one of the two regions
        assert (target[..., 1] == 1)[counts & (away < 0.2)].all()
        assert not (target[..., 1] == 1)[away > 0.6].any()


def test_with_an_area_nothing_counts_beyond_it_and_all_counts_within(lines: Path, small_raster: Path) -> None:
    with rasterio.open(small_raster) as picture:
        left, bottom, right, top = picture.bounds
    area = Area(to_degrees(shapely.box(left + 10, bottom + 10, right, top - 10)), "EPSG:4326")
    surveyed = survey.survey(str(small_raster), lines, area)
    x, y, _ = targets_on_the_map(small_raster, surveyed.tracing, None)
    counted = np.zeros(x.shape, dtype=int)
    for region in surveyed.regions.values():
        counted += targets_on_the_map(small_raster, surveyed.tracing, region)[2][..., 2] == 0
    inside = (x > left + 10.2) & (x < right - 0.2) & (y > bottom + 10.2) & (y < top - 10.2)
    outside = (x < left + 9.8) | (y < bottom + 9.8) | (y > top - 9.8)
    assert not counted[outside].any()
    assert counted.max() == 1  # what is held back is not trained on
    uncounted = x[inside & (counted == 0)]
    assert np.ptp(uncounted) < survey.GAP_M  # all that counts for nothing within is the gap between the two
    assert surveyed.traced_m["check"] == pytest.approx(0.2 * sum_of_lengths(surveyed, area), rel=0.05)


def sum_of_lengths(surveyed: survey.Survey, area: Area) -> float:
    inside = area.polygon_in(pyproj.CRS(UTM))
    return float(shapely.length(shapely.intersection(surveyed.tracing.visible, inside)).sum())


def targets_on_the_map(
    raster: Path, tracing: Tracing, region: shapely.Geometry | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x and y (rows, cols) of the pixels' middles, and the whole picture's target (rows, cols, 3)."""
    with open_working_grid(raster) as grid:
        window = grid.picture_window
        target = read_chip(grid, window, tracing, region).target
    cols, rows = np.meshgrid(np.arange(window.width) + 0.5, np.arange(window.height) + 0.5)
    x, y = window.transform(GSD_M) @ (cols, rows)
    return x, y, target


def test_lines_in_another_crs_land_on_the_same_pixels(truth: Tracing, lines: Path, small_raster: Path) -> None:
    with open_working_grid(small_raster) as grid:
        moved = read_tracing(lines).moved_to(as_crs(grid.crs))
        as_drawn = replace(truth, hidden=())  # which the lines in degrees don't have
        same, other = (read_chip(grid, grid.picture_window, traced).target for traced in (as_drawn, moved))
    assert same[..., 1].mean() > 0.01
    assert (same != other).mean() < 1e-4


def test_a_long_edge_is_bent_as_it_is_on_the_ground() -> None:
    edge = Tracing((shapely.LineString([(6, 50), (12, 50)]),), (), (), pyproj.CRS(4326))
    (moved,) = edge.moved_to(pyproj.CRS(UTM)).visible
    middle = pyproj.Transformer.from_crs(4326, UTM, always_xy=True).transform(9, 50)
    assert moved.distance(shapely.Point(middle)) < 2.0  # the straight edge is kilometres off


def test_what_is_hidden_or_marked_counts_for_nothing(small_raster: Path, tmp_path: Path) -> None:
    with rasterio.open(small_raster) as picture:
        left, bottom, right, _ = picture.bounds
    across = [shapely.LineString([(left, bottom + y), (right, bottom + y)]) for y in (10, 20, 30)]
    pond = shapely.box(left, bottom + 40, right, bottom + 50).difference(
        shapely.box(left + 20, bottom + 42, right - 20, bottom + 48)
    )
    path = write_layer(
        tmp_path / "marked.geojson",
        *across,
        pond,
        shapely.Point(left, bottom),
        what=["track", "track", "ignore", "ignore", "switch"],
        state=["visible", "hidden", None, None, None],
    )
    tracing = read_tracing(path)
    assert (len(tracing.visible), len(tracing.hidden), len(tracing.ignore)) == (1, 2, 1)
    x, y, target = targets_on_the_map(small_raster, tracing, None)
    height, ignored = y - bottom, target[..., 2] == 1
    assert target[np.abs(height - 10) < 1.2, 0].all()
    assert not ignored[np.abs(height - 10) < 5].any()
    for middle in (20, 30):
        assert ignored[np.abs(height - middle) < 2.3].all()
        assert not target[np.abs(height - middle) < 2.3, 0].any()
    assert ignored[(np.abs(height - 45) < 4.8) & (x < left + 19.8)].all()
    assert not ignored[(np.abs(height - 45) < 2.8) & (x > left + 20.2) & (x < right - 20.2)].any()


def test_a_loop_of_track_is_not_filled() -> None:
    loop = shapely.Point(50, -50).buffer(30).exterior
    ribbon = drawn((loop,), (100, 100), Affine(1, 0, 0, 0, -1, 0), 4.0)
    assert ribbon[50, 20] == 255
    assert ribbon[50, 50] == 0


def test_pieces_cover_a_region_once_and_are_no_larger_than_needed() -> None:
    route = shapely.LineString([(1000, 2000), (1900, 2050), (2000, 3000)])
    region = route.buffer(30).union(shapely.box(5000, 5000, 5010, 5010))
    boxes = [shapely.box(*piece.bounds(GSD_M)) for piece in pieces_of(region, GSD_M)]
    assert shapely.union_all(boxes).contains(region)
    assert sum(box.area for box in boxes) == pytest.approx(shapely.union_all(boxes).area)
    assert all(piece.width <= PIECE_PX and piece.height <= PIECE_PX for piece in pieces_of(region, GSD_M))
    assert max(box.area for box in boxes if box.intersects(shapely.Point(5005, 5005))) < 100**2


def test_pieces_without_a_track_are_never_more_than_those_with_one(tmp_path: Path) -> None:
    grey = np.full((3, 900, 900), 90, np.uint8)
    raster = write_raster(tmp_path / "wide.tif", grey, transform=Affine(0.8, 0, CORNER_X, 0, -0.8, CORNER_Y))
    line = shapely.LineString([(CORNER_X + 5, CORNER_Y - 30), (CORNER_X + 715, CORNER_Y - 30)])
    lines = write_layer(tmp_path / "line.gpkg", line)
    area = Area.from_extent(CORNER_X, CORNER_Y - 720, CORNER_X + 720, CORNER_Y, UTM)
    surveyed = survey.survey(str(raster), lines, area)
    for limit in (3, 100):
        folder = tmp_path / str(limit)
        folder.mkdir()
        survey.write_chips(surveyed, "fit", folder, "wide", limit)
        has_track = [bool(chip.target[..., 0].any()) for chip in load_real_scenes(folder)]
        assert sum(has_track) == min(limit, 4)  # the 560 m that are not held back reach into four pieces
        assert len(has_track) == min(limit, 8)


def test_a_picture_without_tracks_is_trained_and_measured_on_too(
    lines: Path, small_raster: Path, field: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new.safetensors"
    options = ["--bare", str(field), "--out", str(out), *TINY]
    surveys = finetune.survey_all(finetune.parse_settings([str(small_raster), str(lines), *options]))
    assert [surveyed.traced_m["fit"] > 0 for surveyed in surveys] == [True, False]
    for purpose, share in (("fit", 0.8), ("check", 0.2)):
        survey.write_all_chips(surveys, purpose, tmp_path / purpose)
        assert f"field.tif, to {purpose} on" in capsys.readouterr().err  # hundreds of pieces take minutes
        names = sorted(path.name for path in (tmp_path / purpose).glob("2_field_*_target.png"))
        chips = [read_scene(tmp_path / purpose / name) for name in names]
        assert 1 <= len(chips) <= len(list((tmp_path / purpose).glob("1_small_*_target.png")))
        assert not any(chip.target[..., :2].any() for chip in chips)
        counted = sum(int((chip.target[..., 2] == 0).sum()) for chip in chips) * GSD_M**2
        assert 0 < counted < share * 240**2


def test_a_track_in_one_picture_is_no_background_in_another(lines: Path, small_raster: Path) -> None:
    options = [str(small_raster), str(lines), "--bare", str(small_raster), "--out", "new.safetensors"]
    traced, bare = finetune.survey_all(finetune.parse_settings(options))
    for purpose, region in bare.regions.items():
        assert region.area > 0, purpose
        assert shapely.distance(region, shapely.union_all(traced.tracing.visible)) > 0.9 * survey.GAP_M, purpose


def test_a_picture_without_tracks_needs_data(lines: Path, small_raster: Path, tmp_path: Path) -> None:
    bands = np.full((3, 300, 600), 90, np.uint8)
    bands[:, :, 350:] = 0
    half = write_raster(tmp_path / "half.tif", bands, nodata=0)
    out = tmp_path / "new.safetensors"
    with pytest.raises(SystemExit, match=r"half\.tif shows nothing that can be seen in the part to check on"):
        run(small_raster, lines, "--bare", half, "--out", out)
    with pytest.raises(SystemExit, match=r"gone\.tif does not exist"):
        run(small_raster, lines, "--bare", tmp_path / "gone.tif", "--out", out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["half.tif"]


def test_a_fine_tuning_goes_on_where_it_stood(
    tuned: Tuned,
    small_raster: Path,
    lines: Path,
    field: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finetune, "RENDERED_SCENES", 1)
    chips = {path: path.stat().st_mtime_ns for path in tuned.keep.glob("[cf]*/*.png")}
    steps = read_card(tuned.model).scores["training_steps"]
    command = [str(small_raster), str(lines), "--out", str(tuned.model), "--keep", str(tuned.keep), "--overwrite"]
    trained = torch.load(tuned.keep / "run" / "checkpoint.pt", weights_only=True)["seconds"]
    finetune.main([*command, "--minutes", str((trained + 2) / 60), *TINY[2:]])
    assert "Resuming" in capsys.readouterr().out
    assert read_card(tuned.model).scores["training_steps"] > steps
    assert {path: path.stat().st_mtime_ns for path in tuned.keep.glob("[cf]*/*.png")} == chips
    for other in (["--around", "20"], ["--area", str(lines)], ["--bare", str(field)]):
        with pytest.raises(SystemExit, match=r"other inputs or settings|no polygons"):
            finetune.main([*command, *other, *TINY])


def test_a_fine_tuning_is_known_by_what_is_taught_not_by_its_files(
    small_raster: Path, lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def identity(folder: Path, raster: Path, traced: Path) -> dict[str, object]:
        inputs = [str(raster), f"{traced}|layername=tracks", "--bare", str(raster)]
        options = ["--model", os.path.relpath(bundled_model_path()), "--out", str(folder / "new.safetensors")]
        settings = finetune.parse_settings([*inputs, *options, "--backgrounds", str(folder)])
        command = finetune.training_command(settings, finetune.work_folder(settings))
        return finetune.identity(finetune.survey_all(settings), train.parse_settings(command))

    absolute = identity(tmp_path, small_raster, lines)
    monkeypatch.chdir(tmp_path)
    here = [Path(os.path.relpath(path)) for path in (tmp_path, small_raster)]
    assert identity(*here, Path(os.path.relpath(lines))) == absolute
    shown = tmp_path / "tracks.gpkg"
    shutil.copy(lines, shown)
    with sqlite3.connect(shown) as connection:
        connection.execute("CREATE TABLE layer_styles (id INTEGER)")  # as QGIS adds one
    assert shown.read_bytes() != lines.read_bytes()
    assert identity(*here, shown) == absolute
    with sqlite3.connect(shown) as connection:
        connection.execute("DELETE FROM tracks WHERE fid = 2")
    assert identity(*here, shown) != absolute


def test_what_an_interrupted_fine_tuning_has_made_stays_until_it_is_done(tmp_path: Path) -> None:
    folder, checkpoint = tmp_path / ".new.safetensors.unfinished", Path("run/checkpoint.pt")

    def interrupted(own: dict[str, int], *, has_begun: bool) -> None:
        with suppress(KeyboardInterrupt), finetune.resumable(folder, own, is_kept=False):
            if has_begun:
                (folder / "run").mkdir(exist_ok=True)
                (folder / checkpoint).touch()
            raise KeyboardInterrupt

    interrupted({"around": 30}, has_begun=False)
    assert not folder.exists()
    interrupted({"around": 30}, has_begun=True)
    with finetune.resumable(folder, {"around": 30}, is_kept=False):
        assert (folder / checkpoint).exists()
        with pytest.raises(RailSegError, match="already working"), finetune.resumable(folder, {}, is_kept=False):
            pass
    assert not folder.exists()
    interrupted({"around": 30}, has_begun=True)
    with finetune.resumable(folder, {"around": 20}, is_kept=False):
        assert not (folder / checkpoint).exists()
    assert not any(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limit")
def test_a_fine_tuning_that_a_full_disk_stopped_begins_again(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from train.finetune import resumable\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "limits = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))\n"
        "try:\n"
        "    with resumable(Path(sys.argv[1]), {'around': 30}, is_kept=True):\n"
        "        sys.exit('it was not stopped')\n"
        "except OSError:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, limits)\n"
        "with resumable(Path(sys.argv[1]), {'around': 30}, is_kept=True):\n"
        "    pass\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "keep")], check=True)
    assert (tmp_path / "keep" / finetune.IDENTITY_NAME).exists()


def run(*arguments: object) -> None:
    finetune.main([*map(str, arguments), *TINY])


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_what_is_wrong_with_the_lines_is_said_before_any_work(small_raster: Path, tmp_path: Path) -> None:
    with rasterio.open(small_raster) as picture:
        left, bottom, right, top = picture.bounds
    track = shapely.LineString([(left, bottom + 20), (right, bottom + 20)])
    short = shapely.LineString([(left, bottom + 20), (left + 30, bottom + 20)])
    text = tmp_path / "text.gpkg"
    text.write_text("no layer")
    cases = {
        "has no lines": write_layer(tmp_path / "points.gpkg", track.centroid),
        "None of the lines": write_layer(tmp_path / "far.gpkg", shapely.affinity.translate(track, 5000, 0)),
        "has no CRS": write_layer(tmp_path / "nowhere.shp", track, crs=None),
        "Only 30 m of the lines": write_layer(tmp_path / "short.gpkg", short),
        "not a vector file": text,
        "cannot be transformed to the picture's CRS": write_layer(tmp_path / "moon.gpkg", short, crs="IAU_2015:30110"),
    }
    out = tmp_path / "new.safetensors"
    for message, path in cases.items():
        with pytest.raises(SystemExit, match=message):
            run(small_raster, path, "--out", out)
    good = write_layer(tmp_path / "good.gpkg", track)
    far_area = write_layer(tmp_path / "area.gpkg", shapely.box(left, bottom, right, bottom + 10))
    with pytest.raises(SystemExit, match=r"Only 0 m of the lines .* in the area"):
        run(small_raster, good, "--out", out, "--area", far_area)
    second = write_layer(tmp_path / "second.gpkg", shapely.box(left, bottom, right, top))
    with pytest.raises(SystemExit, match=r"second.gpkg has no lines"):
        run(small_raster, good, "--pair", small_raster, second, "--out", out)
    assert not out.exists()


def test_what_is_wrong_with_the_files_is_said_before_any_work(small_raster: Path, lines: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.safetensors"
    coarse = write_raster(
        tmp_path / "coarse.tif", np.full((3, 50, 50), 90, np.uint8), transform=Affine(2, 0, CORNER_X, 0, -2, CORNER_Y)
    )
    with pytest.raises(SystemExit, match="too coarse"):
        run(coarse, lines, "--out", out)
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(bundled_model_path().read_bytes()[:5000])
    with pytest.raises(SystemExit, match="damaged"):
        run(small_raster, lines, "--out", out, "--model", damaged)
    with pytest.raises(SystemExit, match="already exists"):
        run(small_raster, lines, "--out", damaged)
    with pytest.raises(SystemExit, match="is an input"):
        run(small_raster, lines, "--out", damaged, "--model", damaged, "--overwrite")
    with pytest.raises(SystemExit, match=r"does not end in \.safetensors"):
        run(small_raster, lines, "--out", tmp_path / "new.pt")
    with pytest.raises(SystemExit, match=r"folder .* is not empty"):
        run(small_raster, lines, "--out", out, "--keep", tmp_path)
    assert not out.exists()


def test_lines_where_the_picture_has_no_data_are_an_error(tmp_path: Path) -> None:
    bands = np.full((3, 300, 600), 90, np.uint8)
    bands[:, :, 350:] = 0
    raster = write_raster(tmp_path / "half.tif", bands, nodata=0)
    line = shapely.LineString([(CORNER_X + 1, CORNER_Y - 30), (CORNER_X + 119, CORNER_Y - 30)])
    with pytest.raises(SystemExit, match="shows too few of its lines"):
        run(raster, write_layer(tmp_path / "line.gpkg", line), "--out", tmp_path / "new.safetensors")


@pytest.mark.parametrize("wrong", [["--rendered-share", "1"], ["--minutes", "0"], ["--training", "--no-such-option"]])
def test_wrong_usage_is_refused(small_raster: Path, lines: Path, tmp_path: Path, wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as error:
        finetune.main([str(small_raster), str(lines), "--out", str(tmp_path / "new.safetensors"), *wrong])
    assert error.value.code == 2
