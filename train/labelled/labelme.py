"""LabelMe's JSON files as masks."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from affine import Affine
from shapely.geometry.base import BaseGeometry

from railseg_core.chips.files import TRACK_WIDTH_M, Chip
from railseg_core.chips.targets import drawn
from railseg_core.errors import RailSegError
from train.labelled.masks import chip_of_mask
from train.pictures import decoded, read_picture

KINDS = ("track", "background", "ignore")
LABELS = {
    "track": "track",
    "rail": "track",
    "railway": "track",
    "background": "background",
    "_background_": "background",
    "ignore": "ignore",
}
_AGAIN = "Open it in LabelMe and save it again."


@dataclass(frozen=True, slots=True)
class LabelmeSettings:
    """What the labels mean.

    Attributes:
        labels: Kind, one of `KINDS`, by label; background erases what was drawn before it.
        line_width_px: How wide lines are drawn.
    """

    labels: Mapping[str, str] = field(default_factory=lambda: LABELS)
    line_width_px: float = TRACK_WIDTH_M / 0.2


def labelme_chip(path: Path, settings: LabelmeSettings) -> Chip:
    """Draws the shapes of a file on top of each other, in the file's order.

    Args:
        path: The JSON file; its picture is embedded, or at `imagePath` relative to it.
        settings: What the labels mean.

    Raises:
        RailSegError: If it is not such a file, has an unknown label or shape, or differs in size from its picture.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        shapes, size = content["shapes"], (int(content["imageHeight"]), int(content["imageWidth"]))
        image = decoded(base64.b64decode(content["imageData"])) if content.get("imageData") else None
        picture = path.parent / str(content["imagePath"]).replace("\\", "/")
    except (ValueError, KeyError, TypeError) as error:
        raise RailSegError(f"{path} is not a LabelMe file ({type(error).__name__}: {error}).", _AGAIN) from error
    if image is None:
        image = read_picture(picture)
    if image.shape[:2] != size:
        raise RailSegError(
            f"{path} is for a picture of {size[1]} × {size[0]} pixels, but its own has another size.", _AGAIN
        )
    masks = {kind: np.zeros(size, dtype=np.bool_) for kind in KINDS}
    for shape in shapes:
        kind = _kind_of(shape, settings, path)
        ground = drawn([_ground(shape, settings.line_width_px, path)], size, Affine.identity(), 0.0) > 0
        for name, mask in masks.items():
            mask[ground] = name == kind
    return chip_of_mask(image, masks["track"], masks["ignore"])


def _kind_of(shape: Mapping[str, Any], settings: LabelmeSettings, path: Path) -> str:
    label = shape.get("label")
    kind = settings.labels.get(str(label))
    if kind is None:
        known = ", ".join(settings.labels)
        raise RailSegError(
            f"{path} has the unknown label {label!r} (known: {known}).",
            f"Say what it means: --label {label}=KIND, with KIND one of {', '.join(KINDS)}.",
        )
    return kind


def _ground(shape: Mapping[str, Any], line_width_px: float, path: Path) -> BaseGeometry:
    """The area that a shape covers, in pixels; pixel (0, 0) reaches from 0 to 1."""
    try:
        kind = shape.get("shape_type") or "polygon"  # the default in old versions
        points = np.array(shape["points"], dtype=np.float64).reshape(-1, 2)
        if kind == "polygon":
            return shapely.make_valid(shapely.Polygon(points))
        if kind == "rectangle":
            return shapely.box(*points.min(axis=0), *points.max(axis=0))
        if kind == "circle":
            return shapely.Point(points[0]).buffer(float(np.hypot(*(points[1] - points[0]))))
        if kind in ("line", "linestrip"):
            return shapely.LineString(points).buffer(line_width_px / 2, cap_style="flat")
    except (ValueError, KeyError, IndexError, TypeError, shapely.errors.ShapelyError) as error:
        raise RailSegError(f"{path} has a shape that cannot be drawn ({error}).", _AGAIN) from error
    raise RailSegError(
        f"{path} has a shape of the type {kind}.", "Draw polygons, rectangles, circles, lines or line strips."
    )
