"""The reasons for a review: in English in the data, in the user's language wherever they are shown."""

from __future__ import annotations

from .translation import tr


def reason_texts() -> dict[str, str]:
    """The reasons in the user's language, by what stands in the data."""
    return {
        "short isolated piece": tr("short isolated piece"),
        "sharp bend": tr("sharp bend"),
        "low confidence": tr("low confidence"),
        "long inference": tr("long inference"),
        "close to another track": tr("close to another track"),
        "crosses another track": tr("crosses another track"),
        "uncertain fork": tr("uncertain fork"),
        "uncertain crossing": tr("uncertain crossing"),
        "crossing or slip": tr("crossing or slip"),
        "closed ring": tr("closed ring"),
    }
