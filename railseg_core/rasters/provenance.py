"""Tags that say where a probability raster comes from, so that lines drawn from it later are the same as at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyproj import CRS

from railseg_core.errors import RailSegError
from railseg_core.line_params import LineParams
from railseg_core.paths import exists
from railseg_core.vectors.coordinates import as_crs

if TYPE_CHECKING:
    from railseg_core.network.model_card import ModelCard
    from railseg_core.raster import WorkingGrid

ENCODING_TAG = "RAILSEG_ENCODING"
"""Tag of every probability and mask raster of RailSeg."""
CRS_TAG = "RAILSEG_CRS"
"""The CRS it was written in: programs that reproject it copy the tag."""
SOURCE_TAG = "RAILSEG_SOURCE"
SOURCE_GSD_TAG = "RAILSEG_SOURCE_GSD_M"
SOURCE_CRS_TAG = "RAILSEG_SOURCE_CRS"
MODEL_TAG = "RAILSEG_MODEL"

# Each with the default for a raster made elsewhere, without the tag.
_LEVEL_TAGS = {
    "threshold": ("RAILSEG_TRACK_THRESHOLD", 0.5),
    "axis_threshold": ("RAILSEG_AXIS_THRESHOLD", 0.5),
    "min_piece_confidence": ("RAILSEG_MIN_PIECE_CONFIDENCE", 0.0),
    "short_piece_margin": ("RAILSEG_SHORT_PIECE_MARGIN", 0.0),
}


def probability_tags(grid: WorkingGrid, card: ModelCard) -> dict[str, str]:
    """Tags for this model's probabilities for this picture."""
    levels = card_levels(card)
    return {
        SOURCE_TAG: grid.location,
        SOURCE_GSD_TAG: f"{grid.source_gsd_m:.6g}",
        SOURCE_CRS_TAG: grid.info.crs,
        MODEL_TAG: card.name,
        **{tag: f"{getattr(levels, name):g}" for name, (tag, _) in _LEVEL_TAGS.items()},
    }


def picture_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that also apply to a mask."""
    return {tag: tags[tag] for tag in (SOURCE_TAG, SOURCE_GSD_TAG, SOURCE_CRS_TAG, MODEL_TAG) if tag in tags}


def card_levels(card: ModelCard) -> LineParams:
    """The line parameters that a model's card sets."""
    return LineParams(
        threshold=card.track_threshold,
        axis_threshold=card.axis_threshold,
        min_piece_confidence=card.min_piece_confidence,
        short_piece_margin=card.short_piece_margin,
    )


def tagged_picture(tags: Mapping[str, str]) -> str | None:
    """The picture behind a probability raster, if it is still on this machine; a tag never leads to the network."""
    name = tags.get(SOURCE_TAG)
    return name if name and exists(name) else None


def tagged_gsd_m(tags: Mapping[str, str]) -> float | None:
    """That picture's pixel size, metres; None if the tag is not a length."""
    length_m = _number(tags.get(SOURCE_GSD_TAG))
    return length_m if length_m is not None and length_m > 0 else None


def tagged_crs(tags: Mapping[str, str]) -> CRS | None:
    """That picture's CRS; None if the tag is not a CRS."""
    try:
        return as_crs(tags.get(SOURCE_CRS_TAG))
    except RailSegError:
        return None


def tagged_levels(tags: Mapping[str, str]) -> LineParams:
    """The line parameters of the model that a probability raster was made with; defaults for unusable tags."""
    threshold, axis, confidence, margin = (_level(tags.get(tag), default) for tag, default in _LEVEL_TAGS.values())
    return LineParams(
        threshold=threshold, axis_threshold=axis, min_piece_confidence=confidence, short_piece_margin=margin
    )


def _level(text: str | None, default: float) -> float:
    value = _number(text)
    return value if value is not None and 0 <= value <= 1 else default


def _number(text: str | None) -> float | None:
    """The text as a finite number; None if it isn't one."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
