"""The paper's experiments on a small scale: its networks, its training, its tables."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from railseg_core.chips.files import Chip, write_chip
from railseg_core.errors import RailSegError
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus
from train import compare, morphology_sweep
from train.checkpoint import CHECKPOINT_NAME
from train.comparison import measuring
from train.comparison.measuring import Morphology, Predictor, Times, score, take_times
from train.comparison.report import Measured, write_report
from train.comparison.sheet import TILE_PX
from train.comparison.training import Recipe, TileStream, train_network
from train.data import read_scene
from train.labelled.parts import tiles_of_part
from train.losses import track_loss
from train.models.table import ABLATION_ROWS, MODEL_ROWS, NETWORKS, OURS
from train.models.unet import UNet
from train.morphology_sweep import DEFAULT, NONE
from train.pixel_scores import PixelScores
from train.run_log import read_log

TINY_UNET = partial(UNet, (4, 8, 8, 8, 8))


@pytest.fixture
def tiles(tmp_path: Path) -> Sequence[Path]:
    """Four tiles of 64 px, a bright track on dark ground."""
    image = np.full((64, 64, 3), 60, np.uint8)
    target = np.zeros_like(image)
    image[24:40] = 200
    target[24:40, :, 0] = 1
    (tmp_path / "tiles").mkdir()
    for number in range(4):
        write_chip(Chip(image, target), tmp_path / "tiles", f"tile_{number}")
    return sorted((tmp_path / "tiles").glob("*_target.png"))


@pytest.mark.parametrize(
    ("name", "million_parameters"),
    [
        ("unet", 31.04),
        ("light-unet", 1.52),
        ("deeplabv3-resnet50", 39.63),
        ("v2-bilinear", 5.81),
        ("v2-carafe", 6.31),
        ("v3-bilinear", 5.63),
        ("v3-carafe", 6.12),
    ],
)
def test_every_network_tells_tracks_from_background_for_every_pixel(name: str, million_parameters: float) -> None:
    network = NETWORKS[name]().eval()
    with torch.inference_mode():
        assert network(torch.zeros(1, 3, 32, 48)).shape == (1, 2, 32, 48)
    assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(million_parameters, abs=0.006)


def test_ours_is_the_products_network_but_for_the_axis() -> None:
    product = DeepLabV3Plus(VARIANTS["faithful"]).eval()
    ours = NETWORKS["v3-carafe"]().eval()
    weights = product.state_dict()
    weights |= {name: tensor[:2] for name, tensor in weights.items() if name.startswith("classify.")}
    ours.load_state_dict(weights)
    image = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(ours(image), product(image)[:, :2])


def test_every_row_is_of_a_network_and_every_network_in_a_row() -> None:
    assert {row.network for row in (*MODEL_ROWS, *ABLATION_ROWS)} == set(NETWORKS)


def test_the_loss_of_tracks_is_blind_to_what_is_ignored() -> None:
    target = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    target[:, 0, 2:5] = 1
    target[:, 2, :, 6:] = 1
    logits = torch.zeros(1, 2, 8, 8)
    logits[:, 1] = target[:, 0] * 20.0 - 10
    spoilt = logits.clone()
    spoilt[..., 6:] *= -1
    for kind in ("entropy", "dice"):
        assert float(track_loss(logits, target, kind)) < 0.01
        torch.testing.assert_close(track_loss(spoilt, target, kind), track_loss(logits, target, kind))
        assert float(track_loss(-logits, target, kind)) > 5


def test_every_tile_is_seen_once_before_any_comes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        write_chip(Chip(np.full((32, 32, 3), number, np.uint8), np.zeros((32, 32, 3), np.uint8)), tmp_path, str(number))
    stream = TileStream(sorted(tmp_path.glob("*_target.png")), 2, 32, (1,))

    def seen(batches: Iterator[tuple[torch.Tensor, torch.Tensor]]) -> list[int]:
        return next(batches)[0][:, 0, 16, 16].tolist()

    alone = iter(stream)
    for _ in range(3):
        assert sorted(seen(alone) + seen(alone)) == [0, 1, 2, 3]
    shares = []
    for number in range(2):
        worker = SimpleNamespace(id=number, num_workers=2)
        monkeypatch.setattr("train.comparison.training.get_worker_info", lambda worker=worker: worker)
        batches = iter(stream)
        shares.append([seen(batches) for _ in range(3)])
    for one, other in zip(*shares, strict=True):
        assert sorted(one + other) == [0, 1, 2, 3]


def test_a_training_learns_keeps_weights_and_goes_on(
    tmp_path: Path, tiles: Sequence[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NETWORKS, "unet", TINY_UNET)
    run = tmp_path / "run"
    train_network("unet", 0, run, (tiles, tiles[:2]), Recipe(epochs=12, batch=2, crop_px=32, keep_every=4, loss="dice"))
    log = read_log(run)
    assert log["crops"][-1] == 48
    assert log["track_loss"][-1] < log["track_loss"][0]
    assert len(log["track_loss_test"]) == len(log["crops"]) >= 10
    assert max(log["track_iou"]) > 0.5
    assert sorted(path.name for path in run.glob("epoch*")) == [f"epoch_{k:03d}.pt" for k in (4, 8, 12)]
    before = (run / CHECKPOINT_NAME).stat()
    train_network("unet", 0, run, (tiles, tiles[:2]), Recipe(epochs=12, batch=2, crop_px=32))
    assert (run / CHECKPOINT_NAME).stat() == before

    (tmp_path / "cut").mkdir()
    shutil.copy(run / "epoch_008.pt", tmp_path / "cut" / CHECKPOINT_NAME)  # as an interruption leaves it
    train_network("unet", 0, tmp_path / "cut", (tiles, tiles[:2]), Recipe(epochs=10, batch=2, crop_px=32))
    assert torch.load(tmp_path / "cut" / CHECKPOINT_NAME, weights_only=True)["crops"] == 40
    assert read_log(tmp_path / "cut")["epoch"][0] > 8

    predictor = Predictor("unet", run)
    scores = score(predictor, map(read_scene, tiles), Morphology(0.2, 0.6, 1.0))
    assert scores[False].confusion.sum() == scores[True].confusion.sum() == 4 * 64 * 64
    times = take_times({"a": predictor, "b": predictor}, [np.zeros((64, 64, 3), np.uint8)], 3, Morphology(0.2, 0.6, 1))
    assert times["a"].network.shape == times["b"].morphology.shape == (3, 2)
    assert (times["a"].of(has_morphology=True)[:, 0] > times["a"].of(has_morphology=False)[:, 0]).all()


def test_the_budget_in_minutes_ends_a_training(
    tmp_path: Path, tiles: Sequence[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NETWORKS, "unet", TINY_UNET)
    train_network("unet", 0, tmp_path / "run", (tiles, tiles), Recipe(minutes=0.001, batch=2, crop_px=32))
    assert read_log(tmp_path / "run")["epoch"][-1] < 100
    train_network("unet", 0, tmp_path / "short", (tiles, tiles), Recipe(minutes=1e-9, batch=2, crop_px=32))
    assert read_log(tmp_path / "short")["crops"] == [2]


def test_a_training_that_diverges_ends_with_a_way_out(
    tmp_path: Path, tiles: Sequence[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NETWORKS, "unet", TINY_UNET)
    with pytest.raises(RailSegError, match=r"unet, seed 3: the loss is not finite at step \d+\. Lower --learning-rate"):
        train_network("unet", 3, tmp_path, (tiles, tiles), Recipe(epochs=12, batch=2, crop_px=32, learning_rate=1e30))


def test_the_report_tells_means_spreads_and_ratios(tmp_path: Path) -> None:
    def one(track_found: int, seconds: float) -> Measured:
        scores = [
            {False: PixelScores(np.array([[900, 0], [100 - found, found]])), True: PixelScores(np.eye(2, dtype=int))}
            for found in (track_found, track_found + 10)
        ]
        rounds = np.full((3, 2), seconds)
        return Measured(scores, Times(rounds, rounds / 10), [80, 80], [1.0, 1.0], 1_500_000)

    networks = {name: one(50, 1.0) for name in NETWORKS} | {"v3-carafe": one(60, 2.0), "v2-carafe": one(60, 1.5)}
    write_report(tmp_path, networks, ["Made up."], {"seeds": 2})
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    rows = {label: cells for label, *cells in lines}
    assert rows["U-Net"][:2] == ["2", "55.0 ± 7.1"]  # of 50 and 60
    assert rows["U-Net"][7:10] == ["288", "0.45", "0.45"]
    assert rows[OURS.label][1:7] == ["100.0 ± 0.0"] * 6
    assert rows["all background"][1:7] == ["0.0", "45.0", "0.0", "45.0", "0.0", "90.0"]
    assert rows["CARAFE instead of bilinear, V3"] == ["+1.00 ± 0.00", "+10.00 ± 0.00", "2.000", "2.000"]
    assert rows["morphology, V3 + CARAFE"][2] == "1.100"
    assert json.loads((tmp_path / "report.json").read_text())["networks"]["unet"]["crops"] == [80, 80]


def test_one_command_makes_everything_and_goes_on_where_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(NETWORKS, "unet", TINY_UNET)
    monkeypatch.setattr(measuring, "TIMED_PX", 64)
    out = tmp_path / "out"
    options = ["--out", str(out), "--quick", "--pictures", "4", "--tile-px", "64", "--crop-px", "32", "--batch", "2"]
    options += ["--epochs", "0.3", "--seeds", "1", "--rounds", "1", "--device", "cpu"]
    compare.main(options)
    assert "Made with `--quick`" in capsys.readouterr().out
    assert len(tiles_of_part(out / "data", "train")) == 3
    sheet = cv2.imread(str(out / "sheet.png"))
    assert sheet.shape[1] == (len(MODEL_ROWS) + 2) * TILE_PX
    assert cv2.imread(str(out / "curves.png")) is not None
    content = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert set(content["networks"]) == set(NETWORKS)
    assert {one["crops"][0] for one in content["networks"].values()} == {2}

    shutil.rmtree(out / "runs" / "unet-0")
    kept = {path: path.stat().st_mtime_ns for path in (out / "runs").glob("*/checkpoint.pt")}
    compare.main(options)
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    assert (out / "runs" / "unet-0" / CHECKPOINT_NAME).exists()
    some = ["v3-bilinear", "v3-carafe"]
    compare.main([*options, "--seeds", "2", "--networks", *some])
    content = json.loads((out / "report.json").read_text(encoding="utf-8"))
    seeds = {name: len(one["crops"]) for name, one in content["networks"].items()}
    assert seeds == dict.fromkeys(NETWORKS, 1) | dict.fromkeys(some, 2)
    for path in (out / "runs").glob("*"):
        if path.name.rpartition("-")[0] not in some:
            shutil.rmtree(path)
    compare.main([*options, "--networks", *some])
    report = (out / "report.md").read_text(encoding="utf-8")
    assert "CARAFE instead of bilinear, V3" in report
    assert "V2" not in report.partition("## Table 5")[2].replace("V2 / V3", "")
    assert "U-Net" not in report
    with pytest.raises(SystemExit, match="has no v3-carafe"):
        compare.main(["--out", str(tmp_path / "new"), *options[2:], "--networks", "v2-bilinear"])
    assert not (tmp_path / "new" / "data").exists()  # before work started
    with pytest.raises(SystemExit, match=r"started with other settings \(learning_rate\)"):
        compare.main([*options, "--learning-rate", "1"])


def test_a_wrong_folder_of_data_does_not_bind_the_output(tmp_path: Path) -> None:
    for data in ("gone", "also-gone"):
        with pytest.raises(SystemExit, match=f"{data} is not a folder"):
            compare.main(["--out", str(tmp_path / "out"), "--data", str(tmp_path / data)])


def test_options_that_cannot_be_meant_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (
        ["--crop-px", "100"],
        ["--seeds", "0"],
        ["--gsd-m", "0"],
        ["--epochs", "0"],
        ["--minutes", "0"],
        ["--validation-share", "1.5"],
        ["--label", "voie=rails"],
        ["--threads", "0"],
        ["--device", "gpu0"],
    ):
        with pytest.raises(SystemExit):
            compare.parse_settings(["--out", "out", *wrong])
        assert wrong[0] in capsys.readouterr().err


def test_what_is_given_besides_quick_holds() -> None:
    settings = compare.parse_settings(["--out", "out", "--quick", "--minutes", "7"])
    assert (settings.minutes, settings.tile_px) == (7.0, 256)
    assert compare.parse_settings(["--out", "out"]).tile_px == 512


def test_the_sweep_shows_what_kernels_do_to_masks_and_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(morphology_sweep, "KERNELS", (NONE, DEFAULT))
    morphology_sweep.main(["--out", str(tmp_path), "--rendered", "2"])
    assert "Real scenes are SKIPPED" in capsys.readouterr().err
    text = (tmp_path / "morphology.md").read_text(encoding="utf-8")
    rows = [row.split("|")[1:-1] for row in text.splitlines() if row.startswith("| ")][2:]
    assert [(row[0].strip(), row[1].strip()) for row in rows] == [("0", "0"), ("**0.6**", "**1**")]
    assert int(rows[0][7]) >= int(rows[1][7])  # spots
    with pytest.raises(SystemExit):
        morphology_sweep.parse_settings(["--out", str(tmp_path), "--rendered", "0"])


def test_labelled_pictures_of_ones_own_are_compared_on(tmp_path: Path) -> None:
    line = {"label": "voie", "shape_type": "linestrip", "points": [[0, 32], [64, 32]]}
    content = {"imageData": None, "imageHeight": 64, "imageWidth": 64, "shapes": [line]}
    (tmp_path / "mine").mkdir()
    for number in range(3):
        cv2.imwrite(str(tmp_path / "mine" / f"{number}.png"), np.full((64, 64), 90, np.uint8))
        annotation = tmp_path / "mine" / f"{number}.json"
        annotation.write_text(json.dumps(content | {"imagePath": f"{number}.png"}), encoding="utf-8")
    options = ["--out", str(tmp_path / "out"), "--data", str(tmp_path / "mine"), "--tile-px", "64"]
    options += ["--label", "voie=track", "--line-width-m", "2", "--gsd-m", "0.5"]
    settings = compare.parse_settings(options)
    data = compare.prepare_data(settings, compare.find_sources(settings))
    assert [len(tiles_of_part(data, part)) for part in ("train", "test")] == [2, 1]
    assert read_scene(tiles_of_part(data, "test")[0]).target[..., 0].sum() == 4 * 64
