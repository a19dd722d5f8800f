"""Pictures for the judge's report: lines drawn over their picture, and contact sheets of many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import shapely
from affine import Affine

from railseg_core.arrays import Points, UInt8Array
from train.pictures import read_picture, sheet_of, write_picture
from train.scenes import TracedScene

TILE_PX = 384
COLUMNS = 4
_COLOURS = {"visible": (40, 200, 60), "hidden": (250, 220, 40), "extracted": (230, 20, 40)}
_CAPTION_PX = 22
_BAND_PX, _LINE_PX = 5, 2
_OPACITY = 0.6
_SHIFT = 4  # OpenCV draws in sixteenths of a pixel


def draw(image: UInt8Array, transform: Affine, scene: TracedScene, extracted: Sequence[Points], path: Path) -> None:
    """Writes a picture with its lines: true ones as green bands (yellow if hidden), extracted ones in red.

    Args:
        image: uint8 (rows, cols, 3) RGB.
        transform: Transform from its pixels to the CRS of the lines.
        scene: The true lines.
        extracted: Extracted lines, float64 (n, 2) each.
        path: PNG to write.

    Raises:
        OSError: If it can't be written.
    """
    bands = np.ascontiguousarray(image)
    for name, lines in (("visible", scene.visible), ("hidden", scene.hidden)):
        strokes(bands, transform, [shapely.get_coordinates(line) for line in lines], _COLOURS[name], _BAND_PX)
    canvas = np.asarray(cv2.addWeighted(bands, _OPACITY, image, 1 - _OPACITY, 0.0), dtype=np.uint8)
    strokes(canvas, transform, extracted, _COLOURS["extracted"], _LINE_PX)
    write_picture(path, canvas)


def contact_sheet(pictures: Sequence[tuple[Path, str]], path: Path) -> None:
    """Writes pictures with their captions side by side, each scaled to a tile of `TILE_PX`.

    Raises:
        RailSegError: If a picture can't be read.
        OSError: If the sheet can't be written.
    """
    tiles = [captioned(read_picture(picture), caption, TILE_PX) for picture, caption in pictures]
    write_picture(path, sheet_of(tiles, min(COLUMNS, len(tiles))))


def captioned(image: UInt8Array, caption: str, tile_px: int) -> UInt8Array:
    """A picture (rows, cols, 3) uint8 scaled to a tile of `tile_px`, with its caption above."""
    scale = tile_px / max(image.shape[:2])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    tile = np.full((tile_px + _CAPTION_PX, tile_px, 3), 255, dtype=np.uint8)
    tile[_CAPTION_PX : _CAPTION_PX + size[1], : size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    tile[:, -1] = 255
    cv2.putText(tile, caption, (3, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    return tile


def strokes(
    canvas: UInt8Array, transform: Affine, lines: Sequence[Points], colour: tuple[int, int, int], width_px: int
) -> None:
    """Draws lines, float64 (n, 2) each in the CRS of the transform, on a canvas (rows, cols, 3) uint8, in place."""
    for line in lines:
        pixels = np.column_stack(~transform @ line.T) - 0.5
        points = np.round(pixels * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(canvas, [points], False, colour, width_px, cv2.LINE_AA, _SHIFT)
