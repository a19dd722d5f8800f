"""Repeats the paper's experiments: its networks, all trained the same way, its tables 1 to 6 and figures 8 and 9.

    python -m train.compare --out build/compare --quick
    python -m train.compare --out build/compare --data MY_PICTURES --minutes 30

Without --data, scenes are rendered into the folder once. MY_PICTURES may hold chips, LabelMe files, DeepGlobe pairs,
GeoTIFFs with line layers, or images/ and masks/ (see train/PAPER.md). Writes report.md, report.json, curves.png and
sheet.png. Trained networks stay in the folder, and an interrupted run resumes when started again with the same
options. --networks trains only those named, perhaps with more seeds; the report covers all networks trained so far.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from railseg_core.chips.files import TRACK_WIDTH_M
from railseg_core.errors import RailSegError
from railseg_core.folder_lock import alone_in
from railseg_core.inference.devices import device_description
from railseg_core.line_params import LineParams
from train.checkpoint import CHECKPOINT_NAME
from train.command import command
from train.comparison.measuring import (
    TIMED_PICTURES,
    TIMED_PX,
    Morphology,
    Predictor,
    Times,
    read_scores,
    score,
    take_times,
    timed_picture,
    write_scores,
)
from train.comparison.report import Measured, write_report
from train.comparison.sheet import write_sheet
from train.comparison.training import Recipe, train_network
from train.curves import draw_curves
from train.data import read_scene
from train.device import usable_device
from train.labelled.labelme import KINDS, LABELS, LabelmeSettings
from train.labelled.parts import TEST_SHARE, tiles_of_part, write_parts
from train.labelled.sources import Source, labelled_sources, rendered_sources
from train.models.table import NETWORKS, OURS
from train.seeds import Seed

SCORES_NAME = "scores.json"
LOOKED_AT = 4  # test tiles with the most track, used for the timings and the sheet
QUICK = {
    "pictures": 160,
    "tile_px": 256,
    "crop_px": 64,
    "batch": 4,
    "epochs": 4.0,
    "minutes": 0.3,
    "loss": "dice",  # with cross-entropy alone it would still predict background everywhere
    "keep_every": 0,
    "rounds": 5,
}
_QUICK_SAYS_LITTLE = (
    "**Made with `--quick`: it shows that everything runs. The networks have seen far too little for their scores to "
    "say which is better.**"
)
_NOT_OF_THE_RESULT = ("out", "quick", "networks", "seeds", "rounds", "device", "workers", "threads")


def parse_settings(arguments: list[str] | None = None) -> argparse.Namespace:
    """The settings of a comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for everything")
    parser.add_argument(
        "--quick", action="store_true", help="try everything in minutes: small defaults, meaningless scores"
    )
    data = parser.add_argument_group("data")
    data.add_argument("--data", type=Path, help="folder of labelled pictures; without it scenes are rendered")
    data.add_argument("--pictures", type=int, default=1000, help="number of scenes to render")
    data.add_argument("--tile-px", type=int, default=512, help="side of the tiles that pictures are cut into")
    data.add_argument(
        "--validation-share", type=float, default=0.0, help="share of pictures set aside from training and test"
    )
    data.add_argument("--split-seed", type=int, default=0)
    data.add_argument("--gsd-m", type=float, default=0.2, help="pixel size, for widths and kernels in metres")
    data.add_argument("--label", action="append", default=[], metavar="NAME=KIND", help=f"LabelMe: {', '.join(KINDS)}")
    data.add_argument("--line-width-m", type=float, default=TRACK_WIDTH_M, help="LabelMe: how wide lines are drawn")
    paper = Recipe()
    recipe = parser.add_argument_group("training; the defaults are the paper's where it states them")
    recipe.add_argument("--seeds", type=int, default=3, help="runs of each network, with seeds 0, 1, …")
    recipe.add_argument(
        "--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="NAME", help="train only these"
    )
    recipe.add_argument("--epochs", type=float, default=paper.epochs)
    recipe.add_argument("--minutes", type=float, help="time limit of each run, if reached before the epochs")
    recipe.add_argument("--batch", type=int, default=paper.batch)
    recipe.add_argument("--crop-px", type=int, default=paper.crop_px)
    recipe.add_argument("--learning-rate", type=float, default=paper.learning_rate)
    recipe.add_argument("--weight-decay", type=float, default=paper.weight_decay)
    recipe.add_argument("--loss", choices=("entropy", "dice"), default=paper.loss)
    recipe.add_argument(
        "--keep-every", type=int, default=paper.keep_every, help="epochs; 0 to keep only the last weights"
    )
    measuring = parser.add_argument_group("measuring")
    measuring.add_argument("--rounds", type=int, default=30, help="each times all networks in turn on one picture")
    measuring.add_argument("--opening-m", type=float, default=LineParams().opening_m)
    measuring.add_argument("--closing-m", type=float, default=LineParams().closing_m)
    parser.add_argument("--device", type=usable_device, default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--workers", type=int, default=0, help="processes that read tiles")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    given, _ = parser.parse_known_args(arguments)
    if given.quick:
        parser.set_defaults(**QUICK)
    settings = parser.parse_args(arguments)
    if settings.tile_px % 16 or settings.crop_px % 16:
        parser.error("--tile-px and --crop-px must be multiples of 16")
    if min(settings.seeds, settings.rounds, settings.threads, settings.batch - 1) < 1 or settings.workers < 0:
        parser.error("--seeds, --rounds and --threads must be 1 or more, --batch 2 or more, --workers 0 or more")
    if min(settings.tile_px, settings.crop_px, settings.gsd_m, settings.epochs, settings.pictures) <= 0:
        parser.error("--tile-px, --crop-px, --gsd-m, --epochs and --pictures must be more than 0")
    if not 0 <= settings.validation_share < 1 - TEST_SHARE:
        parser.error(
            f"--validation-share must be at least 0 and below {1 - TEST_SHARE:g}: the test part is {TEST_SHARE:g}"
        )
    if settings.minutes is not None and not settings.minutes > 0:
        parser.error("--minutes must be more than 0")
    for pair in settings.label:
        if pair.partition("=")[2] not in KINDS:
            parser.error(f"--label {pair}: write NAME=KIND, with KIND one of {', '.join(KINDS)}")
    return settings


def keep_to_settings(settings: argparse.Namespace) -> dict[str, Any]:
    """Writes the settings that the results depend on to the folder, and returns them.

    Raises:
        RailSegError: If the folder holds results made with other settings.
    """
    own = {name: value for name, value in vars(settings).items() if name not in _NOT_OF_THE_RESULT}
    own["data"] = str(settings.data.resolve()) if settings.data else None
    path: Path = settings.out / "settings.json"
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        odd = [name for name in own if before.get(name) != own[name]]
        if odd:
            raise RailSegError(
                f"{settings.out} was started with other settings ({', '.join(odd)}).",
                "Choose another --out, or use the same settings.",
            )
    path.write_text(json.dumps(own, indent=1), encoding="utf-8")
    return own


def find_sources(settings: argparse.Namespace) -> list[Source]:
    """The pictures to train and test on.

    Raises:
        RailSegError: As `labelled_sources`.
    """
    if not settings.data:
        return rendered_sources(settings.pictures, settings.tile_px, Seed.COMPARISON)
    labels = LABELS | dict(pair.split("=") for pair in settings.label)
    labelme = LabelmeSettings(labels, settings.line_width_m / settings.gsd_m)
    return labelled_sources(settings.data, labelme, settings.tile_px)


def prepare_data(settings: argparse.Namespace, sources: Sequence[Source]) -> Path:
    """The folder of tiles, which are made first unless they are there already."""
    folder: Path = settings.out / "data"
    write_parts(sources, folder, settings.tile_px, settings.split_seed, settings.validation_share)
    return folder


def run_folder(out: Path, network: str, seed: int) -> Path:
    """The folder in which a network is trained with a seed."""
    return out / "runs" / f"{network}-{seed}"


def trained(out: Path, seeds: int) -> dict[str, list[Path]]:
    """The finished runs of every network that has any, by seed from 0 on.

    Raises:
        RailSegError: If our network has none: all others are compared with it.
    """
    runs = {
        network: [
            run for seed in range(seeds) if (run := run_folder(out, network, seed)) and (run / SCORES_NAME).exists()
        ]
        for network in NETWORKS
    }
    if not runs[OURS.network]:
        raise RailSegError(f"{out} has no {OURS.network}, with which all others are compared.", "Add it to --networks.")
    return {network: every for network, every in runs.items() if every}


def measured(network: str, runs: Sequence[Path], times: Times) -> Measured:
    """A network's results from the folders of its runs, with its times."""
    with torch.device("meta"):
        parameters = sum(parameter.numel() for parameter in NETWORKS[network]().parameters())
    states = [torch.load(run / CHECKPOINT_NAME, map_location="cpu", weights_only=True) for run in runs]
    return Measured(
        scores=[read_scores(run / SCORES_NAME) for run in runs],
        times=times,
        crops=[state["crops"] for state in states],
        minutes=[state["seconds"] / 60 for state in states],
        parameters=parameters,
    )


@command
def main(arguments: list[str] | None = None) -> None:
    """Trains and measures the networks, and writes the report."""
    settings = parse_settings(arguments)
    with alone_in(settings.out):
        settings.out.mkdir(parents=True, exist_ok=True)
        compare(settings)


def compare(settings: argparse.Namespace) -> None:
    """Does all of it that is not done yet.

    Raises:
        RailSegError: If something is wrong with the settings or the data, or a network cannot be trained.
    """
    out: Path = settings.out
    sources = find_sources(settings)  # before the settings are kept: another --data may be tried
    own = keep_to_settings(settings)
    torch.set_num_threads(settings.threads)
    if OURS.network not in settings.networks:
        trained(out, settings.seeds)  # fails now rather than after hours if our network is missing

    data = prepare_data(settings, sources)
    train_tiles, test_tiles = (tiles_of_part(data, part) for part in ("train", "test"))
    recipe = Recipe(**{name: own[name] for name in asdict(Recipe())})
    morphology = Morphology(settings.gsd_m, settings.opening_m, settings.closing_m)
    print(f"{len(train_tiles)} tiles to train on, {len(test_tiles)} to test on", flush=True)

    # Seed by seed, so that an interrupted comparison has all networks for the first seeds.
    for seed, network in tqdm([(seed, network) for seed in range(settings.seeds) for network in settings.networks]):
        run = run_folder(out, network, seed)
        train_network(network, seed, run, (train_tiles, test_tiles), recipe, settings.device, settings.workers)
        if not (run / SCORES_NAME).exists():
            found = score(Predictor(network, run, settings.device), map(read_scene, test_tiles), morphology)
            write_scores(found, run / SCORES_NAME)

    runs = trained(out, settings.seeds)
    predictors = {network: Predictor(network, every[0], settings.device) for network, every in runs.items()}
    most_tracked = sorted(test_tiles, key=lambda path: -int(read_scene(path).target[..., 0].sum()))
    shown = [read_scene(path) for path in most_tracked[:LOOKED_AT]]
    times = take_times(predictors, [timed_picture(tile.image) for tile in shown], settings.rounds, morphology)
    write_sheet(predictors, shown, morphology, out / "sheet.png")
    draw_curves([every[0] for every in runs.values()], out / "curves.png")
    networks = {network: measured(network, every, times[network]) for network, every in runs.items()}
    write_report(out, networks, introduction(settings, len(train_tiles), len(test_tiles), networks), own)
    print((out / "report.md").read_text(encoding="utf-8"))


def introduction(
    settings: argparse.Namespace, train_tiles: int, test_tiles: int, networks: dict[str, Measured]
) -> list[str]:
    """Paragraphs that say how the figures were obtained."""
    data = f"`{settings.data.name}`" if settings.data else f"{settings.pictures} rendered scenes"
    hours = sum(sum(one.minutes) for one in networks.values()) / 60
    budget = f"{settings.epochs:g} epochs" + (f" or {settings.minutes:g} minutes" if settings.minutes else "")
    made = (
        f"Data: {data}, split 9:1 by source picture (seed {settings.split_seed}): {train_tiles} tiles of "
        f"{settings.tile_px} px to train on, {test_tiles} to test on. Seeds of weights and crops count from 0, as "
        "many as the tables say; mean ± standard deviation."
    )
    trained = (
        f"Recipe: SGD, learning rate {settings.learning_rate:g}, weight decay {settings.weight_decay:g}, loss "
        f"`{settings.loss}`, steps of {settings.batch} crops of {settings.crop_px} px, {budget} for each network and "
        f"seed ({hours:.1f} hours of training in all), no pretrained weights."
    )
    scored = (
        "Every row is from one pooled confusion matrix; IoU, CPA and recall are for tracks. Morphology: opening "
        f"{settings.opening_m:g} m, closing {settings.closing_m:g} m at {settings.gsd_m:g} m per pixel."
    )
    timed = (
        f"Times: {settings.rounds} rounds in which every network takes one picture of {TIMED_PX} px from memory to "
        f"mask, in random order; median of the seconds times {TIMED_PICTURES}, and medians of the rounds' ratios to "
        "ours, in wall-clock time and in processor time, which other programs on the machine affect less. "
        f"{device_description(settings.device)}, torch {torch.__version__}."
    )
    return [*([_QUICK_SAYS_LITTLE] if settings.quick else []), made, trained, scored, timed]


if __name__ == "__main__":
    main()
