"""Chips, the small pictures a model is trained on, as pairs of PNG files that need no GIS library.

NAME.png is the picture (RGB), NAME_target.png its target (255 in red for track, in green for axis, in blue for ignore).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from railseg_core.arrays import UInt8Array
from railseg_core.errors import RailSegError

TARGET_SUFFIX = "_target.png"
TRACK_WIDTH_M = 2.6
"""Width of a track in every target, rendered ones too: a sleeper's length."""
AXIS_WIDTH_M = 0.6


@dataclass(frozen=True, slots=True)
class Chip:
    """A picture at the model's GSD with its target.

    Attributes:
        image: (rows, cols, 3) uint8, RGB.
        target: (rows, cols, 3) uint8 of 0 and 1: track, axis, ignore.
    """

    image: UInt8Array
    target: UInt8Array


def write_chip(chip: Chip, folder: Path, name: str) -> None:
    """Writes a chip's pair of pictures.

    Raises:
        RailSegError: one could not be written.
    """
    for file, content in ((f"{name}.png", chip.image), (f"{name}{TARGET_SUFFIX}", chip.target * np.uint8(255))):
        # Not cv2.imwrite, which on Windows only takes names in the system's code page.
        is_done, coded = cv2.imencode(".png", cv2.cvtColor(content, cv2.COLOR_RGB2BGR))
        try:
            if not is_done:
                raise OSError("PNG does not take it")
            (folder / file).write_bytes(coded.tobytes())
        except OSError as error:
            raise RailSegError(
                f"{folder / file} could not be written: {error.strerror or error}.",
                "Free some space or choose a folder in which you may create files.",
            ) from error
