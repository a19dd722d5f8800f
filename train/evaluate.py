"""Judges a model end to end: the mask and the lines that the whole product makes with it, against the truth.

    python -m train.evaluate DATA/real/check --out build/check
    python -m train.evaluate DATA/real/check DATA/real/fit --out build/judge --rendered 200 --confusers 100 \
        --texture DATA/backgrounds --backgrounds DATA/backgrounds/naip --places 0 --held-out

Writes report.md, report.json and pictures. The report can have five kinds of parts, each only if asked for: folders of
traced scenes; rendered scenes with a seed of their own; rendered stations and yards, for their switches; rendered
scenes without tracks; and real pictures without tracks.
Of all but the traced scenes, the worst are shown on a contact sheet. The report is rewritten after every part.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import shlex
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import torch

from railseg_core.network.model_card import bundled_model_path
from railseg_core.raster import read_raster_info
from train.command import command
from train.judge import Bench, Judgement, Scores, judge
from train.judge_pictures import contact_sheet
from train.judge_rendered import judge_confuser, judge_rendered, judge_yard
from train.judge_report import Part, Row, write_report
from train.pictures import GEOTIFFS
from train.scenes import TracedScene, traced_scenes
from train.synthetic.background import is_held_out, pictures_without_tracks

FINE_GSD_M = 0.3  # up to this pixel size a scene counts as fine
SHOWN = 12  # pictures on a contact sheet

Judge = Callable[[Any], Judgement]
Each = Callable[[Judge, Iterable[Any]], Iterable[Judgement]]
"""The built-in `map`, or that of a pool of processes."""


def judge_place(raster: Path, bench: Bench) -> Judgement:
    """Judges a picture without tracks: every line in it is false."""
    return judge(TracedScene(raster, (), (), (), read_raster_info(raster).gsd_m), bench)


def places_of(folder: Path, count: int, *, held_out: bool) -> list[Path]:
    """The pictures of a folder, or at most `count` of them, spread evenly over the sorted names.

    Args:
        folder: Folder of georeferenced pictures, *.tif.
        count: How many; 0 for all.
        held_out: Whether to take only those that training does not use.

    Raises:
        FileNotFoundError: If there are none.
    """
    every = [path for path in pictures_without_tracks(folder) if path.suffix.lower() in GEOTIFFS]
    if held_out:
        every = [path for path in every if is_held_out(path)]
    if not every:
        raise FileNotFoundError(f"no {'held-out ' if held_out else ''}pictures (*.tif) in {folder}")
    return every[:: -(-len(every) // count)] if count else every


def judged(judge_one: Judge, items: Iterable[Any], each: Each) -> list[Judgement]:
    """Judges all items and prints each result."""
    found = []
    for one in each(judge_one, items):
        found.append(one)
        print(f"{one.name}: quality {one.scores.quality:.3f}, false {one.scores.false_m:.0f} m", flush=True)
    return found


def traced_part(folder: Path, options: str, found: Sequence[Judgement], out: Path) -> Part:
    """A row for every scene of a folder, with its picture, and pooled rows up to and above `FINE_GSD_M`."""
    rows = [Row(one.name, f"{one.gsd_m:g} m", one.scores, one.overlay.relative_to(out)) for one in found]
    return Part(f"Real scenes: {folder.name}", options, True, (*rows, *pooled_rows(found, camera_class)))


def rendered_part(title: str, options: str, found: Sequence[Judgement], sheet: Path) -> Part:
    """Rendered scenes pooled: all, by the camera's pixel size, and by the kind of railway; pictures of the worst."""
    rows = [
        *pooled_rows(found, lambda _: "all"),
        *pooled_rows(found, camera_class),
        *pooled_rows(found, lambda one: one.kind),
    ]
    telling = [one for one in found if not math.isnan(one.scores.quality)]
    worst = sorted(telling, key=lambda one: one.scores.quality)[:SHOWN]
    tiles = [(one.overlay, f"{one.name} {one.kind} {one.gsd_m:.2f} m: {one.scores.quality:.2f}") for one in worst]
    return Part(title, options, True, tuple(rows), show(tiles, sheet), "The worst by quality")


def trackless_part(title: str, options: str, found: Sequence[Judgement], sheet: Path) -> Part:
    """All pictures without tracks pooled; pictures of those with the most false metres."""
    spoilt = sorted((one for one in found if one.scores.false_m > 0), key=lambda one: -one.scores.false_m)
    rows = (Row("all", f"{len(spoilt)} with false tracks", Scores.pooled(one.scores for one in found)),)
    tiles = [(one.overlay, f"{one.name}: {one.scores.false_m:.0f} m") for one in spoilt[:SHOWN]]
    return Part(title, options, False, rows, show(tiles, sheet), "The most false metres")


def pooled_rows(found: Sequence[Judgement], group_of: Callable[[Judgement], str]) -> list[Row]:
    """A row of pooled scores for each group, sorted by name."""
    groups: dict[str, list[Scores]] = {}
    for one in found:
        groups.setdefault(group_of(one), []).append(one.scores)
    return [Row(name, str(len(scores)), Scores.pooled(scores)) for name, scores in sorted(groups.items())]


def camera_class(one: Judgement) -> str:
    """The group of a picture by its pixel size."""
    return f"all {'up to' if one.gsd_m <= FINE_GSD_M else 'over'} {FINE_GSD_M:g} m"


def show(tiles: Sequence[tuple[Path, str]], sheet: Path) -> Path | None:
    """Writes a contact sheet and returns its path relative to the report, or None if there is nothing to show.

    Args:
        tiles: Pictures and their captions.
        sheet: PNG to write.
    """
    if not tiles:
        return None
    contact_sheet(tiles, sheet)
    return Path(sheet.name)


@contextmanager
def working(jobs: int) -> Iterator[Each]:
    """A `map` in this process, or for several jobs in a pool of as many processes, each with its share of the cores."""
    if jobs == 1:
        yield map
        return
    threads = max(1, (os.cpu_count() or 1) // jobs)
    context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    with ProcessPoolExecutor(jobs, context, torch.set_num_threads, (threads,)) as pool:
        yield pool.map


def parse_settings(arguments: list[str] | None = None) -> argparse.Namespace:
    """The settings of an evaluation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=Path, nargs="*", help="folders of NAME.tif and NAME.geojson")
    parser.add_argument("--out", type=Path, required=True, help="folder for report and pictures")
    parser.add_argument("--model", type=Path, help="model file instead of the bundled one")
    parser.add_argument("--rendered", type=int, default=0, help="number of rendered scenes")
    parser.add_argument("--yards", type=int, default=0, help="number of rendered stations and yards with switches")
    parser.add_argument("--confusers", type=int, default=0, help="number of rendered scenes without tracks")
    parser.add_argument("--texture", type=Path, help="folder with naip/, pdok/, bern_roofs/ to render on")
    parser.add_argument("--backgrounds", type=Path, help="folder of georeferenced pictures without tracks")
    parser.add_argument(
        "--places", type=int, default=50, help="number of these to take, spread over the folder; 0 for all"
    )
    parser.add_argument("--held-out", action="store_true", help="only take those that training does not use")
    parser.add_argument("--jobs", type=int, default=1, help="number of processes")
    settings = parser.parse_args(arguments)
    if not (settings.scenes or settings.rendered or settings.yards or settings.confusers or settings.backgrounds):
        parser.error("nothing to judge: name folders of scenes, --rendered, --yards, --confusers or --backgrounds")
    if settings.jobs < 1 or min(settings.rendered, settings.yards, settings.confusers, settings.places) < 0:
        parser.error("--jobs must be 1 or more; --rendered, --yards, --confusers and --places 0 or more")
    if len({folder.name for folder in settings.scenes}) < len(settings.scenes):
        parser.error("two folders of scenes have the same name")
    return settings


@command
def main(arguments: list[str] | None = None) -> None:
    """Writes the report and the pictures."""
    settings = parse_settings(arguments)
    out: Path = settings.out
    out.mkdir(parents=True, exist_ok=True)
    model: Path = settings.model or bundled_model_path()
    parts: list[Part] = []

    def add(part: Part) -> None:
        parts.append(part)
        write_report(out, model, parts)

    def options(*own: str | Path | int) -> str:
        shared = ["--out", out, *(["--model", model] if settings.model else [])]
        return shlex.join(str(word) for word in (*own, *shared))

    rendering = ["--texture", settings.texture] if settings.texture else []
    with tempfile.TemporaryDirectory() as scratch, working(settings.jobs) as each:
        for folder in settings.scenes:
            overlays = out / folder.name
            overlays.mkdir(exist_ok=True)
            found = judged(partial(judge, bench=Bench(model, overlays)), traced_scenes(folder), each)
            add(traced_part(folder, options(folder), found, out))
        bench = Bench(model, Path(scratch))
        for name, judge_one, part_of, title in (
            ("rendered", judge_rendered, rendered_part, "Rendered scenes"),
            ("yards", judge_yard, rendered_part, "Rendered stations and yards"),
            ("confusers", judge_confuser, trackless_part, "Rendered scenes without tracks"),
        ):
            if number := getattr(settings, name):
                found = judged(partial(judge_one, bench=bench, texture=settings.texture), range(number), each)
                own = options(f"--{name}", number, *rendering)
                add(part_of(title, own, found, out / f"{name}_worst.png"))
        if settings.backgrounds:
            places = places_of(settings.backgrounds, settings.places, held_out=settings.held_out)
            found = judged(partial(judge_place, bench=bench), places, each)
            held_out = ["--held-out"] if settings.held_out else []
            own = options("--backgrounds", settings.backgrounds, "--places", settings.places, *held_out)
            add(trackless_part("Real pictures without tracks", own, found, out / "backgrounds_worst.png"))
    print((out / "report.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
