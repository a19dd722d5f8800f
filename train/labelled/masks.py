"""Chips from plain masks."""

from __future__ import annotations

import numpy as np

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.chips.files import Chip


def chip_of_mask(image: UInt8Array, mask: Bools, ignore: Bools | None = None) -> Chip:
    """A chip from a picture (rows, cols, 3) and a mask (rows, cols); the axis is unknown and left empty."""
    nothing = np.zeros(mask.shape, dtype=np.bool_)
    bands = [mask, nothing, nothing if ignore is None else ignore]
    return Chip(image, np.stack(bands, axis=-1).astype(np.uint8))
