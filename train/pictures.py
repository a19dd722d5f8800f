"""Reads, writes and tiles pictures without any GIS library, so that rendering scenes needs none either."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from railseg_core.arrays import UInt8Array
from railseg_core.errors import RailSegError


def read_picture(path: Path) -> UInt8Array:
    """Reads any picture file that OpenCV supports: (rows, cols, 3) uint8 RGB.

    Raises:
        RailSegError: If the file is not a picture, or isn't there.
    """
    try:
        # Not cv2.imread, which on Windows fails on paths with characters outside the system's code page.
        return decoded(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RailSegError(
            f"{path} is not a picture that can be read.", "Use PNG, JPEG or TIFF with 8 bits per channel."
        ) from error


def decoded(content: bytes) -> UInt8Array:
    """The picture in a file's content: (rows, cols, 3) uint8 RGB.

    Raises:
        ValueError: If OpenCV can't read it.
    """
    picture = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_COLOR_RGB) if content else None
    if picture is None:
        raise ValueError("its content is not a picture")
    return np.asarray(picture, dtype=np.uint8)


def write_picture(path: Path, picture: UInt8Array) -> None:
    """Writes (rows, cols, 3) uint8 RGB as PNG.

    Raises:
        OSError: If it can't be written.
    """
    is_done, content = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    if not is_done:
        raise OSError(f"{path} could not be written")
    path.write_bytes(content.tobytes())


def sheet_of(tiles: Sequence[UInt8Array], columns: int) -> UInt8Array:
    """Tiles of one size, (rows, cols, 3) uint8, side by side and row by row; white where the last row has none."""
    filled = [*tiles, *[np.full_like(tiles[0], 255)] * (-len(tiles) % columns)]
    return np.vstack([np.hstack(filled[k : k + columns]) for k in range(0, len(filled), columns)])
