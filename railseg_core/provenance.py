"""What a probability raster says of where it comes from, so that its lines can be drawn later as they would at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from railseg_core.network.model_card import ModelCard
    from railseg_core.raster import WorkingGrid

SOURCE_TAG = "RAILSEG_SOURCE"
SOURCE_GSD_TAG = "RAILSEG_SOURCE_GSD_M"
SOURCE_CRS_TAG = "RAILSEG_SOURCE_CRS"
MODEL_TAG = "RAILSEG_MODEL"

# Each with what holds where a raster made elsewhere has no tag.
_LEVEL_TAGS = {
    "track_threshold": ("RAILSEG_TRACK_THRESHOLD", 0.5),
    "axis_threshold": ("RAILSEG_AXIS_THRESHOLD", 0.5),
    "min_piece_confidence": ("RAILSEG_MIN_PIECE_CONFIDENCE", 0.0),
    "short_piece_margin": ("RAILSEG_SHORT_PIECE_MARGIN", 0.0),
}


def probability_tags(grid: WorkingGrid, card: ModelCard) -> dict[str, str]:
    """Tags for what this model says of this picture."""
    return {
        SOURCE_TAG: grid.location,
        SOURCE_GSD_TAG: f"{grid.source_gsd_m:.6g}",
        SOURCE_CRS_TAG: grid.info.crs,
        MODEL_TAG: card.name,
        **{tag: f"{getattr(card, name):g}" for name, (tag, _) in _LEVEL_TAGS.items()},
    }


def picture_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Those that hold for a mask as well."""
    return {tag: tags[tag] for tag in (SOURCE_TAG, SOURCE_GSD_TAG, SOURCE_CRS_TAG, MODEL_TAG) if tag in tags}


def levels(tags: Mapping[str, str]) -> tuple[float, float, float, float]:
    """The model's `track_threshold`, `axis_threshold`, `min_piece_confidence` and `short_piece_margin`."""
    track, axis, confidence, margin = (float(tags.get(tag, default)) for tag, default in _LEVEL_TAGS.values())
    return track, axis, confidence, margin
