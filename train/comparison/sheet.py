"""The paper's tables 2 and 4: pictures, what every model makes of them, and the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.chips.files import Chip
from train.comparison.measuring import Morphology, Predictor
from train.judge_pictures import captioned
from train.models.table import MODEL_ROWS
from train.pictures import sheet_of, write_picture

TILE_PX = 240


def write_sheet(predictors: Mapping[str, Predictor], tiles: Sequence[Chip], morphology: Morphology, path: Path) -> None:
    """Writes a row of pictures for every tile: the tile, the mask of every available model, the truth.

    Raises:
        OSError: If it can't be written.
    """
    rows = [row for row in MODEL_ROWS if row.network in predictors]
    pictures: list[UInt8Array] = []
    for tile in tiles:
        pictures.append(captioned(tile.image, "picture", TILE_PX))
        for row in rows:
            mask = predictors[row.network].mask(tile.image)
            shown = morphology.cleaned(mask) if row.has_morphology else mask
            pictures.append(captioned(_in_grey(shown), row.label, TILE_PX))
        pictures.append(captioned(_truth(tile), "truth; grey: does not count", TILE_PX))
    write_picture(path, sheet_of(pictures, len(rows) + 2))


def _in_grey(mask: Bools) -> UInt8Array:
    return np.repeat(np.where(mask, 255, 0).astype(np.uint8)[..., np.newaxis], 3, axis=-1)


def _truth(tile: Chip) -> UInt8Array:
    picture = _in_grey(tile.target[..., 0] > 0)
    picture[tile.target[..., 2] > 0] = 128
    return picture
