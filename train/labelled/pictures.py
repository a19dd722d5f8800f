"""Pictures and masks as chips."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from railseg_core.arrays import UInt8Array
from railseg_core.chip_files import Chip
from railseg_core.errors import RailSegError


def read_picture(path: Path) -> UInt8Array:
    """Any picture that OpenCV reads: (rows, cols, 3) uint8 RGB.

    Raises:
        RailSegError: If it is none.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise RailSegError(f"{path} is not a picture that can be read.", "Give PNG, JPEG or TIFF of 8 bits a channel.")
    return np.asarray(image, dtype=np.uint8)


def chip_of_mask(image: UInt8Array, mask: npt.NDArray[np.bool_], ignore: npt.NDArray[np.bool_] | None = None) -> Chip:
    """A chip of a picture (rows, cols, 3) and a mask (rows, cols); the axis is not known and left empty."""
    nothing = np.zeros(mask.shape, dtype=np.bool_)
    bands = [mask, nothing, nothing if ignore is None else ignore]
    return Chip(image, np.stack(bands, axis=-1).astype(np.uint8))
