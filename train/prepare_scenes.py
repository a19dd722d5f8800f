"""Resamples traced scenes to the model's GSD, as pairs of PNG files that training reads without any GIS library.

    python -m train.prepare_scenes DATA/real/fit build/fit

Writes NAME.png (RGB) and NAME_target.png (0 or 255; red: track, green: axis, blue: ignore).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from railseg_core.chips.files import write_chip
from railseg_core.chips.targets import read_chip
from railseg_core.raster import open_working_grid
from railseg_core.tiling import GSD_M
from railseg_core.vectors.coordinates import as_crs
from railseg_core.vectors.tracing import Tracing
from train.command import command
from train.scenes import TracedScene, traced_scenes


def prepare(scene: TracedScene, folder: Path) -> None:
    """Writes the pair of files of one scene."""
    with open_working_grid(scene.raster, gsd_m=GSD_M) as grid:
        tracing = Tracing(scene.visible, scene.hidden, scene.ignore, as_crs(grid.source_crs))
        chip = read_chip(grid, grid.picture_window, tracing.moved_to(as_crs(grid.crs)))
    write_chip(chip, folder, scene.name)


@command
def main() -> None:
    """Prepares every scene of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=Path, help="folder of NAME.tif and NAME.geojson")
    parser.add_argument("out", type=Path, help="folder to write to")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    others = {path.name.removesuffix("_target.png") for path in arguments.out.glob("*_target.png")}
    for scene in traced_scenes(arguments.scenes):
        prepare(scene, arguments.out)
        others.discard(scene.name)
        print(scene.name)
    if others:
        print(f"{arguments.out} also holds, and training will also read: {', '.join(sorted(others))}")


if __name__ == "__main__":
    main()
