"""Draws a contact sheet of random scenes: `python -m train.synthetic --out contact.png`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from train.command import command
from train.pictures import sheet_of, write_picture
from train.synthetic.background import Backgrounds
from train.synthetic.canvas import Image
from train.synthetic.scene import Scene, render_scene


@command
def main() -> None:
    """Reads the options, draws the sheet and prints the speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="PNG to write")
    parser.add_argument("--count", type=int, default=24, help="number of scenes")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first scene")
    parser.add_argument("--size", type=int, default=512, help="rows and columns of a scene, 0.2 m each")
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--backgrounds", type=Path, help="folder of real background pictures")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    backgrounds = Backgrounds(options.backgrounds) if options.backgrounds else None
    began = time.perf_counter()
    scenes = [
        render_scene(np.random.default_rng([options.seed, k]), options.size, backgrounds) for k in range(options.count)
    ]
    print(f"{options.count / (time.perf_counter() - began):.1f} scenes a second")
    tiles = [_shown(scene, marked=k % 2 == 1) for k, scene in enumerate(scenes)]
    write_picture(options.out, sheet_of(tiles, options.columns))


def _shown(scene: Scene, *, marked: bool) -> Image:
    """The picture, with its axis in red, ignored pixels in blue and toes as rings if `marked`."""
    image = scene.image.copy()
    if marked:
        image[scene.axis > 0] = (255, 40, 40)
        image[scene.ignore > 0] = (60, 90, 255)
        for x, y in scene.switches:
            cv2.circle(image, (int(x / scene.gsd_m), int(y / scene.gsd_m)), 8, (255, 255, 0), 1, cv2.LINE_AA)
    image[[0, -1]] = image[:, [0, -1]] = 0
    return image


if __name__ == "__main__":
    main()
