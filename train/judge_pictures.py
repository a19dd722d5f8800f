"""Pictures of a judgement: lines over what they were drawn from, and contact sheets of many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine

from train.scenes import TracedScene

Points = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]

TILE_PX = 384
COLUMNS = 4
_COLOURS = {"visible": (40, 200, 60), "hidden": (250, 220, 40), "extracted": (230, 20, 40)}
_CAPTION_PX = 22
_BAND_PX, _LINE_PX = 5, 2
_OPACITY = 0.6
_SHIFT = 4  # OpenCV draws in sixteenths of a pixel


def draw(image: Image, transform: Affine, scene: TracedScene, extracted: Sequence[Points], path: Path) -> None:
    """Writes a picture with its lines: bands for the true ones, green and (hidden) yellow, red extracted ones.

    Args:
        image: uint8 (rows, cols, 3) RGB.
        transform: Its pixels to the CRS of the lines.
        scene: The true lines.
        extracted: float64 (n, 2) each.
        path: PNG to write.

    Raises:
        OSError: It can't be written.
    """
    bands = np.ascontiguousarray(image)
    for name, lines in (("visible", scene.visible), ("hidden", scene.hidden)):
        strokes(bands, transform, [shapely.get_coordinates(line) for line in lines], _COLOURS[name], _BAND_PX)
    canvas = np.asarray(cv2.addWeighted(bands, _OPACITY, image, 1 - _OPACITY, 0.0), dtype=np.uint8)
    strokes(canvas, transform, extracted, _COLOURS["extracted"], _LINE_PX)
    write_png(path, canvas)


def contact_sheet(pictures: Sequence[tuple[Path, str]], path: Path) -> None:
    """Writes pictures with their captions side by side, each brought to a tile of `TILE_PX`.

    Raises:
        OSError: One can't be read, or the sheet can't be written.
    """
    tiles = [captioned(_read(picture), caption, TILE_PX) for picture, caption in pictures]
    write_png(path, sheet_of(tiles, min(COLUMNS, len(tiles))))


def sheet_of(tiles: Sequence[Image], columns: int) -> Image:
    """Tiles of one size, uint8 (rows, cols, 3), side by side, row by row."""
    filled = [*tiles, *[np.full_like(tiles[0], 255)] * (-len(tiles) % columns)]
    return np.vstack([np.hstack(filled[k : k + columns]) for k in range(0, len(filled), columns)])


def captioned(image: Image, caption: str, tile_px: int) -> Image:
    """A picture (rows, cols, 3) uint8 brought to a tile of `tile_px`, its caption above."""
    scale = tile_px / max(image.shape[:2])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    tile = np.full((tile_px + _CAPTION_PX, tile_px, 3), 255, dtype=np.uint8)
    tile[_CAPTION_PX : _CAPTION_PX + size[1], : size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    tile[:, -1] = 255
    cv2.putText(tile, caption, (3, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    return tile


def write_png(path: Path, image: Image) -> None:
    """Writes uint8 (rows, cols, 3) RGB.

    Raises:
        OSError: It can't be written.
    """
    if not cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR)):
        raise OSError(f"{path} could not be written")


def strokes(
    canvas: Image, transform: Affine, lines: Sequence[Points], colour: tuple[int, int, int], width_px: int
) -> None:
    """Draws lines, float64 (n, 2) each in the CRS of the transform, on a canvas (rows, cols, 3) uint8, in place."""
    for line in lines:
        pixels = np.column_stack(~transform @ line.T) - 0.5
        points = np.round(pixels * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(canvas, [points], False, colour, width_px, cv2.LINE_AA, _SHIFT)


def _read(picture: Path) -> Image:
    image = cv2.imread(str(picture), cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise OSError(f"{picture} is not a picture that can be read")
    return np.asarray(image, dtype=np.uint8)
