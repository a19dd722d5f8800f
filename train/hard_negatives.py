"""Finds hard negatives to train on: places without tracks where a model sees some.

    python -m train.hard_negatives DATA/backgrounds build/negatives --count 120 [--rendered 1500] [--model FILE]

Searches the background pictures that training may use, and as many rendered scenes without tracks as asked for. Those
with the most false axis are written at the model's GSD, each with an empty target, as `train.train --negatives` reads
them. For another round, train, search again, and go on training.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from railseg_core.arrays import UInt8Array
from railseg_core.chips.files import Chip, write_chip
from railseg_core.errors import RailSegError
from railseg_core.network.model_card import bundled_model_path
from railseg_core.segmentation import Segmenter
from railseg_core.tiling import GSD_M, TILE_PX
from train.command import command
from train.data import as_batch, tiled
from train.seeds import Seed
from train.synthetic.background import Backgrounds
from train.synthetic.scene import render_scene
from train.synthetic.trackplan import TrackPlan

Place = tuple[str, UInt8Array]


def at_model_gsd(picture: UInt8Array, gsd_m: float) -> UInt8Array:
    """A picture (rows, cols, 3) of a coarser or finer GSD, resampled to the model's."""
    scale = gsd_m / GSD_M
    rows, cols = (round(side * scale) for side in picture.shape[:2])
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, (cols, rows), interpolation=way), dtype=np.uint8)


def false_axis_m2(segmenter: Segmenter, place: Chip) -> float:
    """Area, in m², that the model takes for a track's axis, at its threshold, in a place without tracks."""
    found = 0
    for tile in tiled([place]):
        images, _ = as_batch([tile])
        axis = segmenter.predict(images.numpy())[0, 1]
        found += int((axis[tile.target[..., 2] == 0] >= 255 * segmenter.card.axis_threshold).sum())
    return found * GSD_M**2


def real_places(backgrounds: Backgrounds) -> Iterator[Place]:
    """Name and pixels, uint8 (rows, cols, 3), of the background pictures that training may use."""
    for path, picture, gsd_m in backgrounds.large_pictures():
        yield path.stem, at_model_gsd(picture, gsd_m)


def rendered_places(count: int, backgrounds: Backgrounds) -> Iterator[Place]:
    """Name and pixels, uint8 (512, 512, 3), of rendered scenes with everything but tracks."""
    for number in range(count):
        rng = np.random.default_rng([Seed.NEGATIVES, number])
        yield f"rendered_{number:05d}", render_scene(rng, TILE_PX, backgrounds, plan=TrackPlan()).image


def write_negatives(places: Iterable[Place], out: Path, count: int, segmenter: Segmenter) -> list[tuple[str, float]]:
    """Writes to a folder those places without tracks that have the most false axis, as pictures with empty targets.

    Returns:
        Name and false axis in m² of each place written, the worst first; places without any are left out.
    """
    scored: list[tuple[float, str, Chip]] = []
    for name, image in tqdm(places, unit="place"):
        place = Chip(image, np.zeros_like(image))
        scored.append((false_axis_m2(segmenter, place), name, place))
        scored = sorted(scored, key=lambda item: -item[0])[:count]
    worst = [item for item in scored if item[0] > 0]
    for _, name, place in worst:
        write_chip(place, out, name)
    return [(name, area) for area, name, _ in worst]


@command
def main(arguments: list[str] | None = None) -> None:
    """Reads the options, writes the negatives and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("backgrounds", type=Path, help="folder with naip/, pdok/")
    parser.add_argument("out", type=Path, help="empty folder to write to")
    parser.add_argument("--count", type=int, default=120, help="most places to write, of real and of rendered ones")
    parser.add_argument("--rendered", type=int, default=0, help="scenes without tracks to render and search as well")
    parser.add_argument("--model", type=Path, help="model file instead of the bundled one")
    settings = parser.parse_args(arguments)
    if settings.count < 1 or settings.rendered < 0:
        parser.error("--count must be 1 or more, --rendered 0 or more")
    if settings.out.exists() and any(settings.out.iterdir()):
        raise RailSegError(
            f"The folder {settings.out} is not empty.", "Choose another: training would read what is in it too."
        )
    segmenter = Segmenter(settings.model or bundled_model_path(), every_tile=True)
    backgrounds = Backgrounds(settings.backgrounds)
    settings.out.mkdir(parents=True, exist_ok=True)  # fails before the search, which takes long
    written = write_negatives(real_places(backgrounds), settings.out, settings.count, segmenter)
    if settings.rendered:
        rendered = rendered_places(settings.rendered, backgrounds)
        written += write_negatives(rendered, settings.out, settings.count, segmenter)
    print(f"{len(written)} places with false axis, {sum(area for _, area in written):.0f} m² in all")
    for name, area in sorted(written, key=lambda item: -item[1])[:10]:
        print(f"{name}: {area:.0f} m²")


if __name__ == "__main__":
    main()
