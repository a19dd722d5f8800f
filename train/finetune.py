"""Fine-tunes a model to a railway: makes a model file of your own from a picture and the tracks traced in it.

    python -m train.finetune PICTURE.tif TRACKS.gpkg --out my-railway.safetensors [--area COMPLETE.gpkg] [--minutes 20]

The last fifth of the traced tracks is held back: the model is measured on it before and after, never trained on it.
Rendered scenes are mixed in, so that it does not forget what other railways look like; how much it does is measured on
others. An interrupted fine-tuning resumes when started again in the same way.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from railseg_core.chips.files import Chip
from railseg_core.errors import RailSegError
from railseg_core.folder_lock import alone_in
from railseg_core.inference.finished_blocks import unfinished_folder
from railseg_core.network.model_card import bundled_model_path, checksum
from railseg_core.network.model_file import load_model, save_model
from railseg_core.outputs import prepare_output, written_aside
from railseg_core.paths import file_version
from railseg_core.raster import pictures_of
from railseg_core.vectors.area import Area
from train import train
from train.before_after import card_scores, doubts, forgetting, measured, verdict
from train.checkpoint import CHECKPOINT_NAME
from train.command import command
from train.data import load_real_scenes
from train.export import averaged_model
from train.seeds import Seed
from train.survey import (
    AROUND_M,
    MAX_PIECES,
    Survey,
    held_back_for_all,
    survey,
    survey_of_bare,
    without_traced,
    write_all_chips,
)
from train.synthetic.background import Backgrounds
from train.thresholds import rendered_scenes

LEARNING_RATE = 2e-4  # a fifth of the rate for training from scratch
_NAMED = 10  # pictures in the model's card
RENDERED_SCENES = 40
IDENTITY_NAME = "finetuning.json"


def parse_settings(arguments: list[str] | None = None) -> argparse.Namespace:
    """The settings of a fine-tuning run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raster", metavar="RASTER", help="picture with a coordinate system")
    parser.add_argument("lines", metavar="LINES", type=Path, help="vector file of the tracks' centre-lines, any CRS")
    parser.add_argument(
        "--pair", nargs=2, action="append", default=[], metavar=("RASTER", "LINES"), help="another pair; repeatable"
    )
    parser.add_argument(
        "--bare", action="append", default=[], metavar="RASTER", help="a picture that shows no track; repeatable"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="MODEL.safetensors", help="model file to write")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing model file")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--area", type=Path, metavar="AREA", help="polygons in which every track is traced")
    where.add_argument(
        "--around",
        type=float,
        default=AROUND_M,
        metavar="M",
        help="without --area: metres beside the lines within which every track is traced (default: %(default)g)",
    )
    parser.add_argument("--model", type=Path, help="model file to start from instead of the bundled one")
    parser.add_argument("--name", help="the new model's name, written into every track (default: the file's)")
    parser.add_argument("--credit", action="append", default=[], help="a source of pictures to credit; repeatable")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    parser.add_argument("--rendered-share", type=float, default=0.5, help="share of rendered crops (default: 0.5)")
    parser.add_argument("--backgrounds", type=Path, help="folder of pictures to render on, as for train.train")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="empty folder in which to keep the chips and the run")
    parser.add_argument(
        "--training",
        nargs=argparse.REMAINDER,
        default=[],
        help="everything after this goes to train.train: --threads 2 …",
    )
    settings = parser.parse_args(arguments)
    if not 0 <= settings.rendered_share < 1:
        parser.error("--rendered-share must be at least 0 and below 1")
    numbers = (settings.minutes, settings.around, settings.learning_rate)
    if not all(0 < number < math.inf for number in numbers):
        parser.error("--minutes, --around and --learning-rate must be more than 0, and not infinite")
    return settings


def start_of(settings: argparse.Namespace) -> Path:
    """The model file to start from."""
    return Path(settings.model or bundled_model_path()).resolve()


def work_folder(settings: argparse.Namespace) -> Path:
    """The folder of the chips and of the training's run."""
    return Path(settings.keep or unfinished_folder(settings.out)).resolve()


def survey_all(settings: argparse.Namespace) -> list[Survey]:
    """Surveys all pictures, those without tracks last.

    Raises:
        RailSegError: As `survey`, `survey_of_bare` and `held_back_for_all`.
    """
    area = Area.from_file(settings.area) if settings.area else None
    traced = [survey(raster, lines, area, settings.around) for raster, lines in pairs(settings)]
    bare = [without_traced(survey_of_bare(raster), traced) for raster in settings.bare]
    return held_back_for_all([*traced, *bare])


def pairs(settings: argparse.Namespace) -> list[tuple[str, Path]]:
    """All pictures with their lines."""
    return [(settings.raster, settings.lines), *((raster, Path(lines)) for raster, lines in settings.pair)]


def named(pictures: Sequence[str]) -> str:
    """The pictures' names, as many as a model's card has room for."""
    more = f" and {len(pictures) - _NAMED} more" if len(pictures) > _NAMED else ""
    return ", ".join(pictures[:_NAMED]) + more


def training_command(settings: argparse.Namespace, folder: Path) -> list[str]:
    """The arguments of `train.train` for chips in `folder`; the user's own come last and so take precedence."""
    command = {
        "--out": folder / "run",
        "--start": start_of(settings),
        "--real": folder / "fit",
        "--real-share": 1 - settings.rendered_share,
        "--negative-share": min(train.NEGATIVE_SHARE, settings.rendered_share),
        "--learning-rate": settings.learning_rate,
        "--minutes": settings.minutes,
    }
    if settings.backgrounds:
        command["--backgrounds"] = settings.backgrounds.resolve()
    return [*(str(item) for option in command.items() for item in option), *settings.training]


def identity(surveys: Sequence[Survey], training: argparse.Namespace) -> dict[str, Any]:
    """What must be the same when a fine-tuning is resumed, JSON-like: what is taught, and the training's settings.

    Of vector files and the start model the content counts: QGIS writes to a GeoPackage that it only shows. Pictures
    may be too large to read for this.
    """
    content = {
        "start": checksum(training.start),
        "pictures": [[_version(name) for name in pictures_of(surveyed.raster)] for surveyed in surveys],
        "taught": [surveyed.checksum for surveyed in surveys],
        "training": train.identity(training),
    }
    return dict(json.loads(json.dumps(content)))


def _version(picture: str) -> tuple[Any, ...]:
    """What a picture is, however its path is written: its name, size and modification time."""
    version = file_version(picture)
    return str(Path(picture).resolve()) if version else picture, version


@contextmanager
def resumable(folder: Path, own: dict[str, Any], *, is_kept: bool) -> Iterator[None]:
    """A folder to work in, with what an interrupted fine-tuning has left there if it was the same one.

    If the `with` block ends early, the folder stays if training has begun. If it succeeds, only a kept one stays.

    Args:
        folder: Folder that need not exist.
        own: Identity of the fine-tuning.
        is_kept: Whether the user has named the folder: then it is never emptied for another fine-tuning.

    Raises:
        RailSegError: If another process works there, or a kept folder holds something else.
    """
    with alone_in(folder):
        path = folder / IDENTITY_NAME
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        if found == own:
            print("Resuming the fine-tuning that was begun before.", flush=True)
        elif is_kept and folder.exists() and any(folder.iterdir()):
            raise RailSegError(
                f"The folder {folder} is not empty"
                + (": it holds a fine-tuning with other inputs or settings." if found else "."),
                "Choose another for --keep.",
            )
        else:
            if found:
                print("A fine-tuning begun before had other inputs or settings: starting over.", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            with written_aside(path) as aside:  # on a full disk, half a file would be in the way for good
                aside.write_text(json.dumps(own, indent=1), encoding="utf-8")
        try:
            yield
        except BaseException:
            if not (folder / "run" / CHECKPOINT_NAME).exists():
                shutil.rmtree(folder, ignore_errors=True)
            raise
        if not is_kept:
            shutil.rmtree(folder, ignore_errors=True)


def finetune(settings: argparse.Namespace, surveys: Sequence[Survey], folder: Path) -> None:
    """Makes chips, trains, measures and writes the model file.

    Args:
        settings: From `parse_settings`.
        surveys: From `survey_all`.
        folder: Folder for the chips (`fit`, `check`) and the training's `run`; what is there already is not made again.

    Raises:
        RailSegError: If a picture shows too little, or something can't be written.
    """
    for purpose in MAX_PIECES:
        if not (folder / purpose).exists():
            write_all_chips(surveys, purpose, folder / purpose)
    traced_m = {purpose: sum(surveyed.traced_m[purpose] for surveyed in surveys) for purpose in MAX_PIECES}
    print(f"{traced_m['fit']:.0f} m of track to learn from, {traced_m['check']:.0f} m held back", flush=True)

    command = training_command(settings, folder)
    training = train.parse_settings(command)
    torch.set_num_threads(training.threads)
    start_model, card = load_model(training.start)
    held_back = load_real_scenes(folder / "check")
    rendered = [
        Chip(scene.image, scene.target) for scene in rendered_scenes(RENDERED_SCENES, training.backgrounds, Seed.TEST)
    ]
    before, before_rendered = (measured(start_model, card, chips, training.device) for chips in (held_back, rendered))
    for doubt in doubts(before, card.name):
        print(doubt, flush=True)
    every = train.CHECKPOINT_SECONDS / 60
    print(f"Training: {training.minutes:g} minutes, with figures every {every:g} minutes", flush=True)
    train.main(command)
    model, state = averaged_model(training.out / CHECKPOINT_NAME)
    after, after_rendered = (measured(model, card, chips, training.device) for chips in (held_back, rendered))

    pictures = named([Path(surveyed.raster).name for surveyed in surveys])
    tuned = dataclasses.replace(
        card,
        name=settings.name or settings.out.stem,
        trained_on=f"{card.trained_on}; fine-tuned from {card.name} on {traced_m['fit']:.0f} m of track in {pictures}",
        credits=(*card.credits, *settings.credit),
        scores={
            **card_scores("held_back", before, after),
            "held_back_m": round(traced_m["check"], 1),
            **card_scores("rendered", before_rendered, after_rendered),
            "rendered_scenes": float(RENDERED_SCENES),
            "training_steps": float(state["step"]),
            "training_minutes": round(float(state["seconds"]) / 60, 1),
        },
    )
    save_model(model, tuned, settings.out)
    print(f"{settings.out} is written.")
    print(verdict(before.iou, after.iou, traced_m["check"]))
    print(forgetting(before_rendered.iou, after_rendered.iou))


@command
def main(arguments: list[str] | None = None) -> None:
    """Fine-tunes a model; everything that can be wrong with the inputs is said before the work begins."""
    settings = parse_settings(arguments)
    folder = work_folder(settings)
    inputs = [start_of(settings), *(path for pair in pairs(settings) for path in pair), *settings.bare]
    prepare_output(settings.out, overwrite=settings.overwrite, inputs=inputs, endings=(".safetensors",))
    load_model(start_of(settings))
    training = train.parse_settings(training_command(settings, folder))
    if training.backgrounds:
        Backgrounds(training.backgrounds)
    surveys = survey_all(settings)
    with resumable(folder, identity(surveys, training), is_kept=settings.keep is not None):
        finetune(settings, surveys, folder)


if __name__ == "__main__":
    main()
