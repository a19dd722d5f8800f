"""What lies around the tracks: real pictures without railways, and procedural land."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from train.pictures import PICTURES, files_in, read_picture
from train.synthetic.appearance import pick
from train.synthetic.canvas import Canvas, Colour3, Image, blend, blurred, cloud_noise, rectangle, resized, tint

_CACHE = 400

MIN_PLACE_PX = 200
"""Side below which pictures are taken for crops of one thing, and are laid side by side."""

WITH_TRACKS = frozenset({"riverside_2020_24"})
"""Names of pictures that do show a railway, found by `train.hard_negatives` and checked by a person."""

SOFT_M = 0.25
"""Pixel size at which procedural land is drawn."""

LANDS: tuple[tuple[Colour3, float], ...] = (
    ((96, 112, 66), 22),
    ((78, 98, 58), 26),
    ((122, 132, 82), 20),
    ((158, 142, 108), 18),
    ((134, 112, 88), 22),
    ((112, 112, 112), 9),
    ((92, 92, 94), 9),
    ((150, 148, 144), 12),
    ((176, 170, 160), 12),
    ((60, 76, 48), 34),
    ((182, 166, 130), 15),
    ((140, 132, 118), 24),
)
"""Kinds of ground: colour and grain."""


def is_held_out(path: Path) -> bool:
    """Whether a NAIP place is kept out of training, to count false tracks on: one in four, by its name."""
    return path.parent.name == "naip" and zlib.crc32(path.stem.encode()) % 4 == 0


def pictures_without_tracks(folder: Path) -> list[Path]:
    """The pictures in a folder in order of name, except those that do show a railway."""
    return [path for path in files_in(folder, PICTURES) if path.stem not in WITH_TRACKS]


class Backgrounds:
    """Real background pictures, loaded when first needed.

    Args:
        folder: Folder with any of `naip/` (0.6 m), `pdok/` (0.25 m) and `bern_roofs/` (0.2 m).

    Raises:
        FileNotFoundError: If the folder has no pictures in it.
    """

    KINDS = (("naip", 0.6, 0.6), ("pdok", 0.25, 0.15), ("bern_roofs", 0.2, 0.25))

    def __init__(self, folder: Path | str) -> None:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # no warnings about GeoTIFF tags
        found = [
            ([path for path in pictures_without_tracks(Path(folder) / name) if not is_held_out(path)], gsd_m, weight)
            for name, gsd_m, weight in self.KINDS
        ]
        self._kinds = [kind for kind in found if kind[0]]
        if not self._kinds:
            names = ", ".join(f"{name} ({gsd_m:g} m per pixel)" for name, gsd_m, _ in self.KINDS)
            raise FileNotFoundError(f"No background pictures in {folder}: they are read from its folders {names}.")
        self._cache: dict[Path, Image] = {}

    def _load(self, path: Path) -> Image:
        if path not in self._cache:
            if len(self._cache) >= _CACHE:
                self._cache.pop(next(iter(self._cache)))
            self._cache[path] = read_picture(path)
        return self._cache[path]

    def large_pictures(self) -> Iterator[tuple[Path, Image, float]]:
        """Path, pixels and GSD in metres of the pictures that show whole places, not mere crops of roofs."""
        for paths, gsd_m, _ in self._kinds:
            for path in paths:
                picture = read_picture(path)
                if min(picture.shape[:2]) >= MIN_PLACE_PX:
                    yield path, picture, gsd_m

    def draw(self, rng: np.random.Generator, canvas: Canvas, camera_gsd_m: float) -> None:
        """Fills a canvas with a piece of a picture, randomly rotated, about as sharp as the camera."""
        weights = np.array([kind[2] for kind in self._kinds])
        paths, gsd_m, _ = self._kinds[int(rng.choice(len(self._kinds), p=weights / weights.sum()))]
        picture = self._load(paths[int(rng.integers(len(paths)))])
        if min(picture.shape[:2]) < MIN_PLACE_PX:
            picture = self._mosaic(rng, paths)
        # A picture much coarser than the camera is shown smaller than life: it still serves as texture, and is as
        # sharp as the tracks.
        shown = gsd_m
        if camera_gsd_m < 0.75 * gsd_m:
            shown = max(min(gsd_m, max(camera_gsd_m, 0.2) * rng.uniform(0.8, 1.5)), 0.15)
        scale = shown / canvas.gsd_m
        angle = rng.uniform(0.0, 360.0)
        rows, cols = picture.shape[:2]
        middle = rng.uniform(0.3, 0.7, 2) * np.array([cols, rows])
        matrix = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), angle, scale)
        matrix = matrix + np.array([[0.0, 0.0, canvas.px / 2 - middle[0]], [0.0, 0.0, canvas.px / 2 - middle[1]]])
        if scale < 0.7:
            picture = blurred(picture, 0.4 / scale)
        flags = cv2.INTER_CUBIC if scale > 2.2 else cv2.INTER_LINEAR
        canvas.rgb[:] = cv2.warpAffine(
            picture, matrix, (canvas.px, canvas.px), flags=flags, borderMode=cv2.BORDER_REFLECT_101
        )
        canvas.grain[:] = 0

    def _mosaic(self, rng: np.random.Generator, paths: list[Path]) -> Image:
        """Small pictures side by side, four by four."""
        chosen = [self._load(paths[int(i)]) for i in rng.integers(len(paths), size=16)]
        size = min(min(p.shape[:2]) for p in chosen)
        tiles = [np.rot90(p[:size, :size], int(rng.integers(4))) for p in chosen]
        return np.ascontiguousarray(np.vstack([np.hstack(tiles[i : i + 4]) for i in range(0, 16, 4)]))


def draw_land(rng: np.random.Generator, canvas: Canvas) -> None:
    """Fills a canvas with procedural land: one ground, patches of others with soft and hard edges."""
    extent = canvas.px * canvas.gsd_m
    land = Canvas(min(canvas.px, round(extent / SOFT_M)), extent)
    palette = [LANDS[int(i)] for i in rng.integers(len(LANDS), size=4)]
    roughness = rng.uniform(0.25, 1.0)
    land.rgb[:] = pick(rng, (palette[0][0],))
    land.grain[:] = int(palette[0][1] * roughness)
    for _ in range(int(rng.integers(0, 6))):
        colour, grain = palette[int(rng.integers(len(palette)))]
        size = extent * rng.uniform(0.15, 0.9, 2)
        box = rectangle(rng.uniform(0, extent, 2), size[0], size[1], rng.uniform(0, np.pi))
        land.polygon(box, pick(rng, (colour,)), grain * roughness)
    for _ in range(int(rng.integers(1, 4))):
        colour, grain = palette[int(rng.integers(len(palette)))]
        noise = cloud_noise(rng, land.px, rng.uniform(3.0, 40.0) / land.gsd_m, 4)
        alpha = np.clip((noise - rng.uniform(-0.3, 0.7)) * rng.uniform(0.8, 4.0), 0.0, rng.uniform(0.3, 1.0))
        tint(land.rgb, pick(rng, (colour,)), alpha)
        blend(land.grain, np.full_like(land.grain, int(grain * roughness)), alpha)
    canvas.rgb[:] = resized(land.rgb, canvas.px, cv2.INTER_CUBIC)
    canvas.grain[:] = resized(land.grain, canvas.px)
