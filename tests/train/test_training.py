"""Training on a small scale: it runs, resumes after an interruption, and makes a model file that the product loads."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import rasterio
import torch
from rasterio.transform import from_origin

from railseg_core.arrays import UInt8Array
from railseg_core.chips.files import TARGET_SUFFIX, Chip
from railseg_core.errors import RailSegError
from railseg_core.evaluation.line_scores import LineScores
from railseg_core.folder_lock import alone_in
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus
from railseg_core.network.mobilenetv3 import MobileNetV3Large
from railseg_core.network.model_card import bundled_model_path, read_card
from railseg_core.network.model_file import load_first_look, load_model, save_model
from railseg_core.resources_dir import resource_path
from railseg_core.segmentation import Segmenter
from railseg_core.vectors.tracing import read_tracing
from train import export, thresholds, train
from train.checkpoint import read_checkpoint
from train.data import CropStream, Mixture, augmented_crop, chosen_plan, load_real_scenes, tiled
from train.device import workers_for
from train.hard_negatives import main as main_of_hard_negatives
from train.hard_negatives import real_places, rendered_places, write_negatives
from train.losses import LOSSES, railway_loss
from train.precision import mixed_precision
from train.pretrained import start_encoder
from train.run_log import add_to_log, read_log
from train.scenes import traced_scenes
from train.synthetic.background import Backgrounds
from train.thresholds import AXIS_LEVELS, CONFIDENCE_LEVELS, MARGIN_LEVELS, best, line_scores, rendered_scenes

SETTINGS = ["--epochs", "0.001", "--batch", "2", "--crop-px", "64", "--workers", "0", "--device", "cpu"]


def steps(run: Path) -> int:
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    return int(state["step"])


def test_a_run_goes_on_where_it_stood_and_becomes_a_model_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    train.main(["--out", str(run), *SETTINGS])
    first = steps(run)
    train.main(["--out", str(run), *SETTINGS, "--epochs", "0.002"])
    assert (first, steps(run)) == (4, 8)  # of 2 crops, 0.001 and 0.002 epochs of 7,892
    with (run / "log.csv").open() as file:
        logged = [int(row["step"]) for row in csv.DictReader(file)]
    assert logged == [first, steps(run)]
    finished = {path: path.read_bytes() for path in run.iterdir()}
    train.main(["--out", str(run), *SETTINGS, "--epochs", "0.002", "--loss", "dice"])  # nothing left to do
    assert {path: path.read_bytes() for path in run.iterdir()} == finished
    assert cv2.imread(str(run / "curves.png")) is not None

    model_path = tmp_path / "model.safetensors"
    monkeypatch.setattr(export, "CROP_PX", 64)
    export.main([str(run / "checkpoint.pt"), str(model_path), "--name", "tiny", "--crops", "3", "--scenes", "1"])
    _, card = load_model(model_path)
    assert card.name == "tiny"
    assert card.scores["training_steps"] == steps(run)
    assert card.scores["rendered_crops"] == 4  # a whole batch
    assert 0.2 <= card.track_threshold <= 0.8
    assert card.axis_threshold in AXIS_LEVELS
    assert card.min_piece_confidence in CONFIDENCE_LEVELS
    assert card.short_piece_margin in MARGIN_LEVELS

    another = tmp_path / "another"
    train.main(["--out", str(another), *SETTINGS, "--start", str(model_path), "--learning-rate", "0"])
    trained = torch.load(another / "checkpoint.pt", weights_only=True)["model"]
    network, _ = load_model(model_path)
    torch.testing.assert_close(trained["classify.weight"], network.state_dict()["classify.weight"])


def test_a_model_says_what_those_it_is_made_from_were_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, card = load_model(bundled_model_path())
    start, other, out = (tmp_path / f"{name}.safetensors" for name in ("start", "other", "out"))
    save_model(network, replace(card, trained_on="yards", licence="MIT", credits=("first", "second")), start)
    save_model(network, replace(card, name="trams", trained_on="streets", credits=("second", "third")), other)
    train.main(["--out", str(tmp_path / "run"), *SETTINGS, "--start", str(start)])
    monkeypatch.setattr(export, "CROP_PX", 64)
    arguments = [str(tmp_path / "run" / "checkpoint.pt"), str(out), "--name", "tiny", "--crops", "4", "--scenes", "1"]
    settings = export.parse_settings([*arguments, "--credit", "own"])
    alone = export.card_of(settings, "lite", torch.load(settings.checkpoint, weights_only=True)["start"], None)
    assert (alone.trained_on, alone.licence) == ("yards; then rendered scenes", "MIT")
    assert alone.credits == ("first", "second", "own")
    with pytest.raises(SystemExit, match=r"licence GPL-2\.0-or-later, the run's model MIT\. Say with --licence"):
        export.main([*arguments, "--mean-with", str(other)])
    export.main([*arguments, "--mean-with", str(other), "--licence", "GPL-3.0-only", "--credit", "own"])
    mean = read_card(out)
    assert mean.trained_on == "yards; then rendered scenes; then averaged with trams, trained on streets"
    assert mean.licence == "GPL-3.0-only"
    assert mean.credits == ("first", "second", "third", "own")


def test_another_run_is_not_taken_for_the_one_that_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    train.main(["--out", str(run), *SETTINGS])
    before = (run / "checkpoint.pt").read_bytes()
    for other, found in (
        (["--seed", "5"], "0"),
        (["--encoder", "weights.safetensors"], "None"),
        (["--variant", "faithful"], "lite"),
        (["--optimiser", "sgd"], "adamw"),
    ):
        with pytest.raises(SystemExit, match=rf"another {other[0]} \({found}\)\. Choose another --out"):
            train.main(["--out", str(run), *SETTINGS, *other])
    assert (run / "checkpoint.pt").read_bytes() == before
    capsys.readouterr()
    train.main(["--out", str(run), *SETTINGS])
    assert "is finished" in capsys.readouterr().out


def test_what_cannot_become_a_model_file_is_said_before_it_is_measured(tmp_path: Path) -> None:
    for checkpoint, model, message in (
        (tmp_path / "gone.pt", tmp_path / "a.safetensors", "gone.pt is not a checkpoint"),
        (bundled_model_path(), tmp_path / "a.safetensors", "is not a checkpoint"),
        (tmp_path / "gone.pt", tmp_path / "gone" / "a.safetensors", "folder of .* does not exist"),
    ):
        with pytest.raises(SystemExit, match=message):
            export.main([str(checkpoint), str(model), "--name", "tiny"])


def test_a_run_goes_on_with_all_that_it_had(tmp_path: Path) -> None:
    settings = train.parse_settings(["--out", str(tmp_path), *SETTINGS])
    train.train(settings)
    checkpoint = read_checkpoint(tmp_path / "checkpoint.pt")
    assert checkpoint is not None
    torch.manual_seed(7)
    run = train.new_run(train.new_network(settings), settings)
    run.resume(checkpoint)
    assert (run.step, run.crops) == (4, 8)
    assert run.seconds == pytest.approx(checkpoint["seconds"], abs=1.0)
    for name in ("model", "average"):
        for found, wanted in zip(getattr(run, name).state_dict().values(), checkpoint[name].values(), strict=True):
            assert torch.equal(found, wanted)
    moments = run.optimiser.state_dict()["state"]
    for number, wanted in checkpoint["optimiser"]["state"].items():
        assert all(torch.equal(moments[number][name], value) for name, value in wanted.items())


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    with alone_in(tmp_path / "run"), pytest.raises(SystemExit, match="already working"):
        train.main(["--out", str(tmp_path / "run"), *SETTINGS])


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limit")
def test_a_full_disk_is_said_and_the_checkpoint_before_stays(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "import torch\n"
        "from train.checkpoint import write_checkpoint\n"
        "path = Path(sys.argv[1])\n"
        "write_checkpoint({'step': 1}, path)\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "write_checkpoint({'step': 2, 'model': torch.zeros(100_000)}, path)\n"
    )
    path = tmp_path / "checkpoint.pt"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert f"RailSegError: {path} could not be written: File too large. Free some space" in done.stderr
    assert read_checkpoint(path) == {"step": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_reported_has_been_saved(tmp_path: Path) -> None:
    (tmp_path / "curves.png").mkdir()  # so that reporting fails
    with pytest.raises(SystemExit, match=r"curves\.png: Is a directory"):
        train.main(["--out", str(tmp_path), *SETTINGS])
    assert steps(tmp_path) == 4


def test_what_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"anything but a checkpoint")
    with pytest.raises(SystemExit, match=r"checkpoint\.pt is damaged or not a checkpoint"):
        train.main(["--out", str(tmp_path), *SETTINGS])


def test_another_programs_proj_does_not_get_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "proj.db").touch()  # as that of another version, which is of no use either
    code = "import sys, train\nfrom railseg_core.raster import read_raster_info\nread_raster_info(sys.argv[1])"
    foreign = os.environ | {"PROJ_DATA": str(tmp_path), "PROJ_LIB": str(tmp_path)}
    sample = resource_path("sample", "sample.tif")
    subprocess.run([sys.executable, "-c", code, str(sample)], env=foreign, check=True)


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize("has_weights", [True, False])
def test_make_train_takes_a_folder_with_spaces_in_its_name(tmp_path: Path, has_weights: bool) -> None:
    weights = tmp_path / "my data" / "weights" / "some.safetensors"
    weights.parent.mkdir(parents=True)
    if has_weights:
        weights.touch()
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nfor word; do echo "<$word>"; done\n')
    python.chmod(0o755)
    makefile = Path(train.__file__).parents[1] / "Makefile"
    settings = [f"DATA={tmp_path}/my data", f"BIN={tmp_path}", "NAME=my model"]
    command = ["make", "-f", str(makefile), "-o", ".venv/ready", "train", *settings]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    for word in ("my data/real/fit", "my data/backgrounds"):
        assert f"<{tmp_path}/{word}>" in done.stdout
    assert "<my model>" in done.stdout
    assert (f"<--encoder>\n<{weights}>" in done.stdout) == has_weights


def test_a_place_that_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match="file: File exists"):
        train.main(["--out", str(tmp_path / "file"), *SETTINGS])


@pytest.mark.parametrize(
    "wrong",
    [
        ["--minutes", "0"],
        ["--epochs", "-1"],
        ["--real-share", "-0.5"],
        ["--learning-rate", "-1"],
        ["--crop-px", "100"],
        ["--batch", "1"],
        ["--device", "gpu0"],
        ["--switch-share", "0.4", "--crop-px", "96"],
        ["--real-share", "0.7", "--negative-share", "0.4"],
        ["--start", "a", "--encoder", "b"],
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        train.parse_settings(["--out", "run", *wrong])
    assert wrong[0] in capsys.readouterr().err


def test_a_log_keeps_its_columns_apart(tmp_path: Path) -> None:
    add_to_log(tmp_path, {"step": 1.0, "track_iou": 0.5})
    add_to_log(tmp_path, {"step": 2.0, "real_iou": 0.7, "track_iou": 0.6})
    columns = read_log(tmp_path)
    assert columns["step"] == [1.0, 2.0]
    assert columns["track_iou"] == [0.5, 0.6]
    assert np.isnan(columns["real_iou"][0])
    assert columns["real_iou"][1] == 0.7


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    factors = [train.learning_rate_factor(progress) for progress in np.linspace(0, 1, 101)]
    assert max(factors) == pytest.approx(1, abs=0.01)
    assert factors.index(max(factors)) <= 5
    assert factors[-1] == pytest.approx(0)
    assert all(later <= earlier for earlier, later in pairwise(factors[5:]))


def test_the_loss_is_small_for_the_truth_and_blind_to_what_is_ignored() -> None:
    target = torch.zeros(1, 3, 16, 16, dtype=torch.uint8)
    target[:, 0, 4:10] = 1
    target[:, 1, 6:8] = 1
    target[:, 2, :, 12:] = 1
    logits = torch.zeros(1, 3, 16, 16)
    logits[:, 1] = target[:, 0] * 40.0 - 20
    logits[:, 2] = target[:, 1] * 40.0 - 20
    right, terms = railway_loss(logits, target, "dice")
    assert float(right) < 0.05
    assert set(terms) == {"track_entropy", "track_dice", "axis_entropy", "axis_dice"}
    spoilt = logits.clone()
    spoilt[..., 12:] *= -1
    torch.testing.assert_close(railway_loss(spoilt, target, "dice")[0], right)
    assert float(railway_loss(-logits, target, "dice")[0]) > 2


@pytest.mark.parametrize("kind", LOSSES)
def test_every_loss_falls_towards_the_truth(kind: str) -> None:
    target = torch.zeros(1, 3, 32, 32, dtype=torch.uint8)
    target[:, 0, 8:20] = 1
    target[:, 1, 12:15] = 1
    right = torch.zeros(1, 3, 32, 32)
    right[:, 1] = target[:, 0] * 20.0 - 10
    right[:, 2] = target[:, 1] * 20.0 - 10
    losses = [float(railway_loss(share * right, target, kind)[0]) for share in (-1.0, 0.0, 0.3, 1.0)]
    assert all(later < earlier for earlier, later in pairwise(losses))
    assert losses[-1] < 0.1


def test_the_centre_line_loss_sees_a_gap_that_overlap_hardly_does() -> None:
    target = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    target[:, 1, 30:33] = 1
    whole = target[:, 1] * 20.0 - 10
    broken, thin = whole.clone(), whole.clone()
    broken[..., 20:40] = -10  # 60 pixels missing: a gap
    thin[:, 30, 2:62] = -10  # as many, along the edge
    losses = {}
    for name, axis in (("broken", broken), ("thin", thin)):
        logits = torch.stack([torch.full_like(axis, 10), torch.full_like(axis, -10), axis], dim=1)
        losses[name] = railway_loss(logits, target, "cldice")[1]
    assert losses["broken"]["axis_dice"] == pytest.approx(losses["thin"]["axis_dice"], abs=1e-3)
    assert losses["broken"]["axis_cldice"] > losses["thin"]["axis_cldice"] + 0.05


def test_the_axis_counts_more_where_tracks_part_than_between_parallel_ones() -> None:
    def missed(between_m: float, kind: str) -> float:
        """What it costs to miss the second of two tracks."""
        target = torch.zeros(1, 3, 128, 64, dtype=torch.uint8)
        first, second = 20, 20 + round(between_m / 0.2)
        target[:, 1, first - 1 : first + 2] = 1
        target[:, 1, second - 1 : second + 2] = 1
        logits = torch.full((1, 3, 128, 64), -10.0)
        logits[:, 2] = target[:, 1] * 20.0 - 10
        logits[:, 2, second - 1 : second + 2] = -10
        return railway_loss(logits, target, kind)[1]["axis_entropy"]

    assert missed(1.6, "cldice") > 3 * missed(4.0, "cldice")
    assert missed(4.0, "cldice") == pytest.approx(missed(4.0, "entropy"))
    assert missed(1.6, "entropy") == pytest.approx(missed(4.0, "entropy"))


def test_switches_are_shown_as_often_as_asked_for() -> None:
    rng = np.random.default_rng(2)
    plans = [chosen_plan(rng, 51.2, 0.5) for _ in range(60)]
    shown = [plan for plan in plans if plan is not None]
    assert 20 < len(shown) < 40
    assert all(plan.switches for plan in shown)
    assert {plan.kind for plan in shown} == {"yard", "fan", "station"}
    assert chosen_plan(rng, 51.2, 0.0) is None


def test_batches_are_of_the_sizes_and_the_mixture_asked_for() -> None:
    track = Chip(np.full((90, 90, 3), 200, np.uint8), np.ones((90, 90, 3), np.uint8))
    bare = Chip(np.full((90, 90, 3), 10, np.uint8), np.zeros((90, 90, 3), np.uint8))
    mixture = Mixture(real_scenes=(track,), real_share=0.5, negatives=(bare,), negative_share=0.5)
    stream = iter(CropStream((32, 64), 16, (3,), mixture))
    batches = [next(stream) for _ in range(24)]
    shapes = {tuple(images.shape) for images, _ in batches}
    assert shapes == {(16, 3, 32, 32), (4, 3, 64, 64)}
    assert all(images.shape == target.shape for images, target in batches)
    # Ignored throughout: a scene with tracks; nowhere but beyond its edge: one without.
    shares = [float((target[:, 0].amax(dim=(1, 2)) > 0).float().mean()) for _, target in batches]
    assert 0.3 < np.mean(shares) < 0.7


def test_scenes_are_watched_whole_with_their_edges_ignored() -> None:
    scene = Chip(np.full((600, 300, 3), 90, np.uint8), np.zeros((600, 300, 3), np.uint8))
    tiles = list(tiled([scene]))
    assert [tile.image.shape for tile in tiles] == [(512, 512, 3)] * 2
    counted = sum(int((tile.target[..., 2] == 0).sum()) for tile in tiles)
    assert counted == 600 * 300


def test_what_a_model_takes_for_tracks_becomes_a_negative(tmp_path: Path) -> None:
    pdok = tmp_path / "backgrounds" / "pdok"
    pdok.mkdir(parents=True)
    sample = cv2.imread(str(resource_path("sample", "sample.tif")))
    cv2.imwrite(
        str(pdok / "tracks.png"), cv2.resize(sample, (1200, 1200), interpolation=cv2.INTER_AREA)[500:1000, :500]
    )
    cv2.imwrite(str(pdok / "nothing.png"), np.full((300, 300, 3), 120, np.uint8))
    out = tmp_path / "negatives"
    out.mkdir()
    places = real_places(Backgrounds(tmp_path / "backgrounds"))
    written = write_negatives(places, out, 5, Segmenter(bundled_model_path(), "cpu"))
    assert [name for name, _ in written] == ["tracks"]
    assert written[0][1] > 20  # m² of axis: the sample's tracks
    (scene,) = load_real_scenes(out)
    assert scene.image.shape == (625, 625, 3)  # 500 px of 0.25 m at 0.2 m
    assert not scene.target.any()
    with pytest.raises(SystemExit, match="is not empty"):
        main_of_hard_negatives([str(tmp_path / "backgrounds"), str(out)])


def test_a_folder_that_cannot_be_made_is_told_before_places_are_searched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pdok").mkdir()
    cv2.imwrite(str(tmp_path / "pdok" / "nothing.png"), np.full((300, 300, 3), 120, np.uint8))
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match=r"Not a directory|cannot find the path"):
        main_of_hard_negatives([str(tmp_path), str(tmp_path / "file" / "out")])
    assert "place" not in capsys.readouterr().err  # the search's progress
    for wrong in (["--count", "0"], ["--rendered", "-1"]):
        with pytest.raises(SystemExit):
            main_of_hard_negatives([str(tmp_path), str(tmp_path / "out"), *wrong])
        assert wrong[0] in capsys.readouterr().err


def test_rendered_places_show_much_and_no_track(tmp_path: Path) -> None:
    pdok = tmp_path / "backgrounds" / "pdok"
    pdok.mkdir(parents=True)
    cv2.imwrite(str(pdok / "nothing.png"), np.full((300, 300, 3), 120, np.uint8))
    backgrounds = Backgrounds(tmp_path / "backgrounds")
    places, again = (list(rendered_places(3, backgrounds)) for _ in range(2))
    assert [name for name, _ in places] == ["rendered_00000", "rendered_00001", "rendered_00002"]
    for (_, image), (_, same) in zip(places, again, strict=True):
        assert image.shape == (512, 512, 3)
        assert image.std() > 5
        np.testing.assert_array_equal(image, same)


def test_the_mean_of_two_models_has_the_mean_of_their_weights() -> None:
    first, second = DeepLabV3Plus(VARIANTS["lite"]).eval(), DeepLabV3Plus(VARIANTS["lite"]).eval()
    mean = export.mean_of(first, second)
    for found, one, other in zip(mean.parameters(), first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(found, (one + other) / 2)
    images = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(export.mean_of(first, first)(images), first(images))


def test_thresholds_are_chosen_by_the_lines() -> None:
    scores = line_scores(bundled_model_path(), 0.5, rendered_scenes(3, None))
    assert set(scores) == set(product(AXIS_LEVELS, CONFIDENCE_LEVELS, MARGIN_LEVELS))
    references = {score.reference_m for score in scores.values()}
    assert len(references) == 1
    assert references.pop() > 50
    extracted_m = {levels: score.extracted_m for levels, score in scores.items()}
    assert extracted_m[0.1, 0.0, 0.0] > extracted_m[0.5, 0.8, 0.2]


def test_false_track_counts_twice_when_levels_are_chosen() -> None:
    def scores(extracted_m: float, right_m: float) -> LineScores:
        return LineScores(100.0, right_m, extracted_m, right_m, 0, np.zeros(1))

    by_levels = {
        (0.1, 0.0, 0.0): scores(110.0, 95.0),  # misses 5 m, draws 15 m of false track: 35
        (0.2, 0.6, 0.0): scores(96.0, 90.0),  # 10 and 6: 22
        (0.2, 0.6, 0.2): scores(96.0, 90.0),  # the same, and would leave out more
        (0.5, 0.8, 0.2): scores(60.0, 60.0),  # all of it is right, but 40 are missing
    }
    assert best(by_levels) == (0.2, 0.6, 0.2)


def test_a_models_thresholds_can_be_chosen_anew(tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    thresholds.main([str(bundled_model_path()), str(out), "--name", "anew", "--scenes", "1"])
    before, after = read_card(bundled_model_path()), read_card(out)
    assert after.name == "anew"
    assert after.scores["rendered_scenes"] == 1
    assert "rendered_axis_iou" not in after.scores  # which was measured with another threshold
    assert after.scores["training_steps"] == before.scores["training_steps"]
    assert (after.track_threshold, after.trained_on) == (before.track_threshold, before.trained_on)
    images = torch.zeros(1, 3, 64, 64)
    with torch.inference_mode():
        expected, found = (load_model(path)[0].eval()(images) for path in (bundled_model_path(), out))
    assert torch.equal(found, expected)
    assert (load_first_look(out) is not None) == (after.axis_threshold >= before.axis_threshold)


def test_real_scenes_are_cropped_with_their_targets(tmp_path: Path) -> None:
    image = np.full((200, 300, 3), 60, np.uint8)
    image[90:110] = 200
    target = np.zeros_like(image)
    target[90:110, :, 0] = 255
    for name, content in (("scene.png", image), (f"scene{TARGET_SUFFIX}", target)):
        cv2.imwrite(str(tmp_path / name), cv2.cvtColor(content, cv2.COLOR_RGB2BGR))
    (scene,) = load_real_scenes(tmp_path)
    crop = augmented_crop(scene, 128, np.random.default_rng(5))
    assert crop.image.shape == crop.target.shape == (128, 128, 3)
    known = crop.target[..., 2] == 0
    bright = crop.image.mean(axis=-1) > crop.image[known].mean()
    agreement = (bright == (crop.target[..., 0] == 1))[known].mean()
    assert agreement > 0.9


def test_some_real_crops_are_compressed_as_jpeg() -> None:
    rng = np.random.default_rng(0)
    grain = np.clip(rng.normal(120, 4, (256, 256, 3)), 0, 255).astype(np.uint8)
    scene = Chip(grain, np.zeros_like(grain))

    def flat_share(image: UInt8Array) -> float:
        """Share of JPEG's blocks that have lost their grain."""
        blocks = image[..., 1].reshape(16, 8, 16, 8)
        return float((blocks.max(axis=(1, 3)) - blocks.min(axis=(1, 3)) <= 1).mean())

    shares = [flat_share(augmented_crop(scene, 128, rng).image) for _ in range(60)]
    assert 3 <= np.count_nonzero(np.array(shares) > 0.1) <= 30
    assert flat_share(grain[:128, :128]) == 0


def test_a_folder_without_scenes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="prepare_scenes"):
        load_real_scenes(tmp_path)


def test_a_pretrained_encoder_passes_on_what_its_weights_did(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    encoder = MobileNetV3Large()
    weights = {}
    names = [("stem.conv", encoder.stem)]
    for index, block in enumerate(encoder.blocks):
        parts = {"expand": block.expand, "dw": block.depthwise, "project": block.project}
        names += [(f"blocks.{index}.{name}.conv", part) for name, part in parts.items() if hasattr(part, "conv")]
    for name, layer in names:
        shape = list(layer.conv.weight.shape)
        shape[2:] = [min(side, 3) for side in shape[2:]]
        weights[f"{name}.weight"] = torch.randn(shape, generator=generator) * 0.2
        weights[f"{name}.bias"] = torch.randn(shape[0], generator=generator)
    path = tmp_path / "weights.safetensors"
    save_file(weights, path)
    images = torch.randn(4, 3, 64, 64, generator=generator)
    start_encoder(encoder, path, images)
    convolved = encoder.stem.conv(images) + weights["stem.conv.bias"][:, None, None]
    torch.testing.assert_close(encoder.stem.norm(encoder.stem.conv(images)), convolved, rtol=1e-3, atol=1e-3)
    encoder.eval()
    torch.testing.assert_close(encoder.stem.norm(encoder.stem.conv(images)), convolved, rtol=1e-3, atol=1e-3)


def test_a_file_that_is_no_encoder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("no weights")
    for path in (tmp_path / "text.safetensors", bundled_model_path()):
        with pytest.raises(RailSegError, match=rf"{path.name} does not hold the weights of an encoder"):
            start_encoder(MobileNetV3Large(), path, torch.zeros(1, 3, 32, 32))


@pytest.mark.parametrize("far_m", [0.0, 5000.0])
def test_a_scene_whose_lines_lie_beside_its_picture_is_refused(tmp_path: Path, far_m: float) -> None:
    profile = {"driver": "GTiff", "width": 100, "height": 100, "count": 3, "dtype": "uint8", "crs": "EPSG:32632"}
    with rasterio.open(tmp_path / "a.TIF", "w", transform=from_origin(0, 20, 0.2, 0.2), **profile):
        pass
    line = {"type": "LineString", "coordinates": [[far_m, 5], [far_m + 20, 5]]}
    feature = {"type": "Feature", "properties": {}, "geometry": line}
    both = {"type": "MultiLineString", "coordinates": [[[2, 5], [9, 5]], [[2, 10], [9, 10]]]}
    others = [
        {"type": "Feature", "properties": {"status": "rejected"}, "geometry": line},
        {"type": "Feature", "properties": None, "geometry": None},
        {"type": "Feature", "properties": {"what": None, "state": ""}, "geometry": line},
        *([] if far_m else [{"type": "Feature", "properties": {}, "geometry": both}]),
    ]
    content = {"type": "FeatureCollection", "features": [feature, *others], "gsd_m": 0.2}
    (tmp_path / "a.geojson").write_text(json.dumps(content))
    if far_m:
        with pytest.raises(RailSegError, match=r"lies on a\.TIF"):
            list(traced_scenes(tmp_path))
    else:
        (scene,) = traced_scenes(tmp_path)
        assert [one.geom_type for one in scene.visible] == ["LineString"] * 4


def test_a_scene_is_traced_by_the_same_rules_as_a_fine_tuning(tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "a.tif",
        "w",
        driver="GTiff",
        width=100,
        height=100,
        count=3,
        dtype="uint8",
        crs="EPSG:32632",
        transform=from_origin(0, 20, 0.2, 0.2),
    ):
        pass
    line = {"type": "LineString", "coordinates": [[0, 5], [20, 5]]}
    area = {"type": "Polygon", "coordinates": [[[2, 10], [9, 10], [9, 15], [2, 15], [2, 10]]]}
    features = [
        {"type": "Feature", "geometry": line},
        {"type": "Feature", "properties": {"what": "ignore"}, "geometry": line},
        {"type": "Feature", "properties": {"state": "hidden"}, "geometry": line},
        {"type": "Feature", "properties": {}, "geometry": area},
        {"type": "Feature", "properties": {"railway": "switch"}, "geometry": {"type": "Point", "coordinates": [9, 5]}},
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (scene,) = traced_scenes(tmp_path)
    assert scene.gsd_m == pytest.approx(0.2, abs=1e-3)  # the picture's, as QGIS writes none into its GeoJSON
    assert [one.geom_type for one in scene.visible] == ["LineString"]
    assert [one.geom_type for one in scene.hidden] == ["LineString"] * 2
    assert [one.geom_type for one in scene.ignore] == ["Polygon"]

    tracing = read_tracing(path)
    assert (len(tracing.visible), len(tracing.hidden), len(tracing.ignore)) == (1, 2, 1)


@pytest.mark.parametrize("content", ['{"type": ', "[]", '{"type": "FeatureCollection"}'])
def test_a_scene_whose_tracing_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.tif").touch()
    (tmp_path / "a.geojson").write_text(content)
    with pytest.raises(RailSegError, match=r"a\.geojson is not GeoJSON"):
        list(traced_scenes(tmp_path))


def test_a_card_has_more_than_one_process_to_make_its_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, on_card in ((1, 1), (4, 3), (64, 8)):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert (workers_for("cpu"), workers_for("cuda:0")) == (1, on_card)


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
@pytest.mark.parametrize(("capability", "is_mixed"), [(7, False), (9, True)])
def test_a_card_that_only_emulates_bfloat16_trains_in_single_precision(
    monkeypatch: pytest.MonkeyPatch, capability: int, is_mixed: bool, device: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(major=capability))
    assert mixed_precision("auto", device) == is_mixed
