"""Fine-tunes a model to a railway: makes a model file of your own from a picture and the tracks traced in it.

    python -m train.finetune PICTURE.tif TRACKS.gpkg --out my-railway.safetensors [--area COMPLETE.gpkg] [--minutes 20]

The last fifth of the traced tracks is held back: the model is measured on it before and after, never trained on it.
Rendered scenes are mixed in, so that it does not forget what other railways look like.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
import torch
from scipy.ndimage import distance_transform_edt
from shapely.geometry.base import BaseGeometry
from skimage.morphology import skeletonize

from railseg_core.chips.files import Chip, write_chip
from railseg_core.chips.targets import read_chip
from railseg_core.errors import RailSegError
from railseg_core.network.deeplabv3plus import DeepLabV3Plus, probabilities
from railseg_core.network.model_card import ModelCard, bundled_model_path
from railseg_core.network.model_file import load_model, save_model
from railseg_core.outputs import prepare_output
from railseg_core.raster import open_working_grid
from railseg_core.tiling import GSD_M, PixelWindow
from railseg_core.vectors.area import Area
from railseg_core.vectors.coordinates import as_crs
from railseg_core.vectors.tracing import Tracing, moved_geometries, read_tracing, total_length
from train import train
from train.chips import pieces_of
from train.command import command
from train.data import as_batch, load_real_scenes
from train.export import averaged_model, pixel_scores
from train.synthetic.background import Backgrounds

AROUND_M = 30.0
LEARNING_RATE = 2e-4  # a fifth of the rate for training from scratch
HELD_BACK_SHARE = 0.2
GAP_M = 10.0  # between what is trained on and what is held back
MIN_TRACED_M = 50.0
_LEAST_IOU = 0.2  # expected of any model if the lines do lie on the picture's tracks
_CHANCE = 0.01  # gain in the sum of both IoU that may be chance where `_CHANCE_M` are held back
_CHANCE_M = 1000.0
_BESIDE_M = 0.3  # lines further beside what the model sees teach it to draw beside the tracks
_NEIGHBOUR_M = 1.5
_NAMED = 10  # pictures in the model's card
MAX_PIECES = {"fit": 400, "check": 40}  # about 2.5 GB of pictures in memory; a minute of measuring


@dataclass(frozen=True, slots=True)
class Survey:
    """A picture with its traced lines, and the regions to train and to measure on, in the picture's working CRS.

    Attributes:
        raster: The picture: a file, or any name that GDAL opens.
        tracing: What was traced in it.
        regions: Polygons by purpose, `fit` and `check`, in which every track is traced.
        traced_m: Length of the visible tracks in these regions, by purpose.
    """

    raster: str
    tracing: Tracing
    regions: dict[str, BaseGeometry]
    traced_m: dict[str, float]


def parse_settings(arguments: list[str] | None = None) -> argparse.Namespace:
    """The settings of a fine-tuning run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raster", metavar="RASTER", help="picture with a coordinate system")
    parser.add_argument("lines", metavar="LINES", type=Path, help="vector file of the tracks' centre-lines, any CRS")
    parser.add_argument(
        "--pair", nargs=2, action="append", default=[], metavar=("RASTER", "LINES"), help="another pair; repeatable"
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
    if not settings.minutes > 0 or not settings.around > 0 or not settings.learning_rate > 0:
        parser.error("--minutes, --around and --learning-rate must be more than 0")
    return settings


def survey(raster: str, lines: Path, area: Area | None, around_m: float = AROUND_M) -> Survey:
    """Finds where a picture's tracing is complete, and splits that region into one to train on and one held back.

    Args:
        raster: The picture.
        lines: Vector file of the traced lines.
        area: Where every track is traced; None for `around_m` metres on both sides of every line, not beyond its ends.
        around_m: See `area`.

    Raises:
        RailSegError: As `read_tracing` and `open_working_grid`, or if too few lines are on the picture or in the area.
    """
    traced = read_tracing(lines)
    with open_working_grid(raster, gsd_m=GSD_M) as grid:
        picture, crs = shapely.box(*grid.picture_window.bounds(GSD_M)), as_crs(grid.crs)
    tracing = traced.moved_to(crs).within(picture)
    if not tracing.visible:
        raise RailSegError(
            f"None of the lines of {lines} lies on {raster}.",
            "Check the layer's CRS, or give the picture they were traced on.",
        )
    if area:
        complete = area.polygon_in(crs)
    else:
        every = shapely.multilinestrings([*tracing.visible, *tracing.hidden])
        complete = shapely.buffer(every, around_m, cap_style="flat")
    complete = complete.intersection(picture)
    seen = shapely.intersection(tracing.visible, complete)
    if total_length(seen) < MIN_TRACED_M:
        raise RailSegError(
            f"Only {total_length(seen):.0f} m of the lines of {lines} lie on {raster}{' in the area' if area else ''}.",
            f"Trace at least {MIN_TRACED_M:g} m; a kilometre or more is better.",
        )
    regions = split(complete, seen)
    traced_m = {purpose: total_length(shapely.intersection(seen, region)) for purpose, region in regions.items()}
    return Survey(raster, tracing, regions, traced_m)


def split(complete: BaseGeometry, lines: Sequence[BaseGeometry]) -> dict[str, BaseGeometry]:
    """Cuts a region across the longer of x and y, so that the last fifth of the lines' length lies beyond the cut.

    Returns:
        The region to `fit` on and the one to `check` on, with a gap between them.
    """
    every = shapely.get_parts(lines)
    samples = [shapely.line_interpolate_point(line, np.arange(0.5, line.length, 1.0)) for line in every]
    points = shapely.get_coordinates(np.concatenate(samples))
    axis = int(np.argmax(np.ptp(points, axis=0)))
    cut = np.quantile(points[:, axis], 1 - HELD_BACK_SHARE)
    low, high = np.reshape(complete.bounds, (2, 2))
    fit_high, check_low = high.copy(), low.copy()
    fit_high[axis] = cut - min(GAP_M, 0.1 * np.ptp(points[:, axis]))
    check_low[axis] = cut
    return {
        "fit": complete.intersection(shapely.box(*low, *fit_high)),
        "check": complete.intersection(shapely.box(*check_low, *high)),
    }


def held_back_for_all(surveys: Sequence[Survey]) -> list[Survey]:
    """Excludes what each picture holds back from what the others train on, as they may show the same place.

    Raises:
        RailSegError: If a picture has nothing left to train on.
    """
    freed = []
    for surveyed in surveys:
        crs = surveyed.tracing.crs
        fit = surveyed.regions["fit"]
        for other in surveys:
            moved = moved_geometries([other.regions["check"]], other.tracing.crs, crs) if other is not surveyed else ()
            for check in moved:
                if check is not None and fit.intersects(check):
                    fit = fit.difference(shapely.buffer(check, GAP_M))
        traced_m = surveyed.traced_m | {"fit": total_length(shapely.intersection(surveyed.tracing.visible, fit))}
        if not traced_m["fit"]:
            raise RailSegError(
                f"All of {surveyed.raster} that could be trained on is held back in other pictures of that place.",
                "Leave that picture out.",
            )
        freed.append(dataclasses.replace(surveyed, regions=surveyed.regions | {"fit": fit}, traced_m=traced_m))
    return freed


def write_chips(surveyed: Survey, purpose: str, folder: Path, name: str, limit: int) -> None:
    """Writes the pieces of a picture that hold something to train or to measure on.

    Args:
        surveyed: The picture.
        purpose: `fit` or `check`.
        folder: Folder to write to.
        name: Prefix of the pieces' names.
        limit: Most pieces to write; there are never more without a track than with one.

    Raises:
        RailSegError: If the picture has no data under the tracks.
    """
    region, tracing = surveyed.regions[purpose], surveyed.tracing
    tracks = shapely.union_all(shapely.intersection(tracing.visible, region))
    pieces = list(pieces_of(region, GSD_M))
    has_track = [bool(tracks.intersects(shapely.box(*piece.bounds(GSD_M)))) for piece in pieces]
    chosen = spread([piece for piece, has in zip(pieces, has_track, strict=True) if has], limit)
    bare = [piece for piece, has in zip(pieces, has_track, strict=True) if not has]
    chosen += spread(bare, min(len(chosen), limit - len(chosen)))
    track_pixels = 0
    with open_working_grid(surveyed.raster, gsd_m=GSD_M) as grid:
        for piece in chosen:
            window = piece.intersection(grid.picture_window)
            chip = read_chip(grid, window, tracing, region)
            counts = chip.target[..., 2] == 0
            if counts.any():
                write_chip(chip, folder, f"{name}_{window.col}_{window.row}")
                track_pixels += int(chip.target[counts, 0].sum())
    if not track_pixels:
        raise RailSegError(
            f"{surveyed.raster} shows too few of its lines: none can be seen in the part to {purpose} on.",
            "Trace tracks where the picture has data, some of them at its far end.",
        )


def spread(pieces: list[PixelWindow], limit: int) -> list[PixelWindow]:
    """At most `limit` of the pieces, evenly spaced."""
    chosen = np.linspace(0, len(pieces) - 1, min(limit, len(pieces))).round().astype(int)
    return [pieces[index] for index in chosen]


def measured(model: DeepLabV3Plus, card: ModelCard, chips: list[Chip], device: str) -> dict[str, float]:
    """IoU of `track` and of `axis` at the card's thresholds, pooled over chips."""
    batches = (as_batch([tile]) for tile in train.tiled(chips) if not tile.target[..., 2].all())
    scores = pixel_scores(model, batches, {"track": [card.track_threshold], "axis": [card.axis_threshold]}, device)
    return {name: float(one.iou[1]) for name, (one,) in scores.items()}


def named(pictures: Sequence[str]) -> str:
    """The pictures' names, as many as a model's card has room for."""
    more = f" and {len(pictures) - _NAMED} more" if len(pictures) > _NAMED else ""
    return ", ".join(pictures[:_NAMED]) + more


def beside_m(model: DeepLabV3Plus, card: ModelCard, chips: list[Chip], device: str) -> float:
    """How far the traced lines lie beside what a model sees: the median distance of the two axes, metres.

    Returns:
        NaN if the model sees nothing within `_NEIGHBOUR_M` of the lines, where a neighbouring track begins.
    """
    found: list[npt.NDArray[np.float64]] = []
    for tile in train.tiled(chips):
        with torch.inference_mode():
            image = train.normalised(as_batch([tile])[0], device)
            seen = probabilities(model(image))[0, 1].cpu().numpy() >= card.axis_threshold
        traced = _middle(tile.target[..., 1] > 0)
        if traced.any():
            distance_m = GSD_M * distance_transform_edt(~traced)
            found.append(distance_m[_middle(seen) & (tile.target[..., 2] == 0) & (distance_m < _NEIGHBOUR_M)])
    every = np.concatenate([np.zeros(0), *found])
    return float(np.median(every)) if every.size else math.nan


def _middle(ribbons: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return np.asarray(skeletonize(ribbons), dtype=np.bool_)  # type: ignore[no-untyped-call]


def verdict(before: dict[str, float], after: dict[str, float], held_back_m: float) -> str:
    """A message for the user on how the new model does on the held-back part.

    Args:
        before: IoU of the start model, from `measured`.
        after: IoU of the new model.
        held_back_m: Length of track they were measured on: the shorter, the larger a difference may be by chance.
    """
    rows = [
        f"{name:<6} IoU on what was held back: {before[name]:.3f} before, {after[name]:.3f} after" for name in after
    ]
    if before["track"] < _LEAST_IOU:
        rows.append("That was low even before: check that the lines lie on the picture's tracks.")
    chance = _CHANCE * math.sqrt(max(_CHANCE_M / max(held_back_m, 1.0), 1.0))
    if sum(after.values()) > sum(before.values()) + chance:
        return "\n".join([*rows, "The new model is better there."])
    rows.append(f"The new model is NOT better there by more than chance ({chance:.3f} for both together).")
    return "\n".join([*rows, "Keep the old one, or trace more and train again."])


def training_command(settings: argparse.Namespace, start: Path, folder: Path) -> list[str]:
    """The arguments of `train.train` for chips in `folder`; the user's own come last and so take precedence."""
    command = {
        "--out": folder / "run",
        "--start": start,
        "--real": folder / "fit",
        "--real-share": 1 - settings.rendered_share,
        "--negative-share": min(train.NEGATIVE_SHARE, settings.rendered_share),
        "--learning-rate": settings.learning_rate,
        "--minutes": settings.minutes,
    }
    if settings.backgrounds:
        command["--backgrounds"] = settings.backgrounds
    return [*(str(item) for option in command.items() for item in option), *settings.training]


def finetune(settings: argparse.Namespace, folder: Path) -> None:
    """Makes chips, trains, measures and writes the model file.

    Args:
        settings: From `parse_settings`.
        folder: Empty folder for the chips (`fit`, `check`) and the training's `run`.

    Raises:
        RailSegError: If the user has to fix something about the inputs or the output; raised before training starts.
        FileNotFoundError: If the folder of backgrounds has no pictures.
    """
    pairs = [(settings.raster, settings.lines), *((raster, Path(lines)) for raster, lines in settings.pair)]
    start = settings.model or bundled_model_path()
    inputs = [start, *(path for pair in pairs for path in pair)]
    prepare_output(settings.out, overwrite=settings.overwrite, inputs=inputs, endings=(".safetensors",))
    start_model, card = load_model(start)
    command = training_command(settings, start, folder)
    training = train.parse_settings(command)
    if training.backgrounds:
        Backgrounds(training.backgrounds)

    area = Area.from_file(settings.area) if settings.area else None
    surveys = held_back_for_all([survey(raster, lines, area, settings.around) for raster, lines in pairs])
    for purpose, limit in MAX_PIECES.items():
        (folder / purpose).mkdir()
        for number, surveyed in enumerate(surveys, 1):
            name = f"{number}_{re.sub('[^A-Za-z0-9]+', '_', Path(surveyed.raster).stem)}"
            write_chips(surveyed, purpose, folder / purpose, name, max(1, limit // len(surveys)))
    traced_m = {purpose: sum(surveyed.traced_m[purpose] for surveyed in surveys) for purpose in MAX_PIECES}
    print(f"{traced_m['fit']:.0f} m of track to learn from, {traced_m['check']:.0f} m held back", flush=True)

    torch.set_num_threads(training.threads)
    held_back = load_real_scenes(folder / "check")
    before = measured(start_model, card, held_back, training.device)
    if (aside_m := beside_m(start_model, card, held_back, training.device)) > _BESIDE_M:
        print(
            f"The lines lie {aside_m:.1f} m (median) beside what {card.name} sees, and the new model will learn "
            "to draw them there. Check that they lie on the middles of the tracks.",
            flush=True,
        )
    train.main(command)
    model, state = averaged_model(training.out / "checkpoint.pt")
    after = measured(model, card, held_back, training.device)

    pictures = named([Path(surveyed.raster).name for surveyed in surveys])
    tuned = dataclasses.replace(
        card,
        name=settings.name or settings.out.stem,
        trained_on=f"{card.trained_on}; fine-tuned from {card.name} on {traced_m['fit']:.0f} m of track in {pictures}",
        credits=(*card.credits, *settings.credit),
        scores={
            **{f"held_back_{name}_iou_before": round(value, 4) for name, value in before.items()},
            **{f"held_back_{name}_iou": round(value, 4) for name, value in after.items()},
            "held_back_m": round(traced_m["check"], 1),
            "training_steps": float(state["step"]),
            "training_minutes": round(float(state["seconds"]) / 60, 1),
        },
    )
    save_model(model, tuned, settings.out)
    print(f"{settings.out} is written.\n{verdict(before, after, traced_m['check'])}")


@command
def main(arguments: list[str] | None = None) -> None:
    """Fine-tunes a model, in a temporary folder unless --keep names one."""
    settings = parse_settings(arguments)
    keep: Path | None = settings.keep
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="railseg-finetune-") as folder:
            finetune(settings, Path(folder))
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise RailSegError(f"The folder {keep} is not empty.", "Choose another for --keep.")
    finetune(settings, keep)


if __name__ == "__main__":
    main()
