"""Finds, reads, writes and tiles pictures without any GIS library, so that rendering scenes needs none either."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from railseg_core.arrays import UInt8Array
from railseg_core.errors import RailSegError

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
GEOTIFFS = (".tif", ".tiff")


def files_in(folder: Path, endings: Sequence[str]) -> list[Path]:
    """The files of a folder with one of these endings, in upper or lower case, by name; none if there is no folder."""
    if not folder.is_dir():
        return []
    # A file whose name begins with a dot is another program's.
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in endings and not p.name.startswith("."))


def file_beside(path: Path, endings: Sequence[str]) -> Path | None:
    """The first file of the same name with one of these endings instead of its own, in upper or lower case."""
    names = [path.with_suffix(way) for ending in endings for way in (ending, ending.upper())]
    return next((name for name in names if name.is_file()), None)


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
