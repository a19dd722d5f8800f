"""What a person should look at: the features whose status is `review`, and what can be done with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    Qgis,
    QgsFeature,
    QgsFeatureRequest,
    QgsMapLayer,
    QgsVariantUtils,
    QgsVectorLayer,
)

from .translation import tr

STATUS = "status"
REASONS = ("review_reason", "review_rea")
"""The field's name, and what a shapefile has room for."""
OK = "ok"
REVIEW = "review"
REJECTED = "rejected"


class LayerNotEditableError(Exception):
    """A layer can't be changed, or its changes not saved; the message says the way out."""


@dataclass(frozen=True)
class ReviewItem:
    """A track or node to look at.

    Attributes:
        layer_id: Of its layer.
        feature_id: Of its feature.
        kind: What it is, in the user's language.
        reasons: Why it is doubtful, each by itself, in the user's language.
        length_m: Of a track.
        confidence: 0 to 1.
    """

    layer_id: str
    feature_id: int
    kind: str
    reasons: tuple[str, ...]
    length_m: float | None
    confidence: float | None

    @property
    def key(self) -> tuple[str, int]:
        """What it is known by while its values change."""
        return self.layer_id, self.feature_id


def is_reviewable(layer: QgsMapLayer) -> bool:
    """Whether it is a layer of tracks or nodes: whoever wrote it, what counts are the fields."""
    return (
        isinstance(layer, QgsVectorLayer)
        and layer.isValid()
        and layer.isSpatial()
        and STATUS in layer.fields().names()
        and _reason_name(layer) is not None
    )


def items_to_review(layer: QgsVectorLayer) -> list[ReviewItem]:
    """The layer's doubtful features, edits that aren't saved yet included, in the layer's own order."""
    is_line = layer.geometryType() == Qgis.GeometryType.Line
    reason_name = _reason_name(layer)
    return [_item(layer, feature, reason_name, is_line=is_line) for feature in _features_with(layer, REVIEW)]


def count_rejected(layer: QgsVectorLayer) -> int:
    """How many of the layer's features are rejected."""
    return sum(1 for _ in _features_with(layer, REJECTED))


def accept(layer: QgsVectorLayer, feature_ids: Iterable[int]) -> None:
    """Says of features that they are right: one edit that can be undone.

    Raises:
        LayerNotEditableError: The layer can't be changed.
    """
    values = {STATUS: OK, str(_reason_name(layer)): None}
    with _edit(layer, tr("Accept railway tracks")):
        for feature_id in feature_ids:
            _set(layer, feature_id, values)


def reject(layer: QgsVectorLayer, feature_ids: Iterable[int]) -> None:
    """Says of features that they are wrong; they stay, with the reason: one edit that can be undone.

    Raises:
        LayerNotEditableError: The layer can't be changed.
    """
    with _edit(layer, tr("Reject railway tracks")):
        for feature_id in feature_ids:
            _set(layer, feature_id, {STATUS: REJECTED})


def delete_rejected(layer: QgsVectorLayer) -> None:
    """Deletes what is rejected: one edit that can be undone.

    Raises:
        LayerNotEditableError: The layer can't be changed.
    """
    feature_ids = [feature.id() for feature in _features_with(layer, REJECTED)]
    if feature_ids:
        with _edit(layer, tr("Delete rejected railway tracks")):
            if not layer.deleteFeatures(feature_ids):
                raise _not_editable(layer)


def save(layer: QgsVectorLayer) -> None:
    """Writes the layer's edits to its file, whoever made them; it stays in editing.

    Raises:
        LayerNotEditableError: They could not be written. They are still there.
    """
    if not layer.commitChanges(False):
        problem = " ".join(line.strip() for line in layer.commitErrors())
        raise LayerNotEditableError(
            tr("The edits of {name} could not be saved: {problem}").format(name=layer.name(), problem=problem)
        )


def _reason_name(layer: QgsVectorLayer) -> str | None:
    return next((name for name in REASONS if name in layer.fields().names()), None)


def _features_with(layer: QgsVectorLayer, status: str) -> Iterator[QgsFeature]:
    request = QgsFeatureRequest().setFilterExpression(f"\"{STATUS}\" = '{status}'")
    request.setFlags(Qgis.FeatureRequestFlag.NoGeometry)
    yield from layer.getFeatures(request)


@contextmanager
def _edit(layer: QgsVectorLayer, name: str) -> Iterator[None]:
    """Makes one undoable command of what happens inside, and nothing of it if it fails."""
    if not layer.isEditable() and not layer.startEditing():
        raise _not_editable(layer)
    layer.beginEditCommand(name)
    try:
        yield
    except BaseException:
        layer.destroyEditCommand()
        raise
    layer.endEditCommand()
    layer.triggerRepaint()


def _set(layer: QgsVectorLayer, feature_id: int, values: dict[str, str | None]) -> None:
    by_index = {layer.fields().lookupField(name): value for name, value in values.items()}
    if not layer.changeAttributeValues(feature_id, by_index):
        raise _not_editable(layer)


def _not_editable(layer: QgsVectorLayer) -> LayerNotEditableError:
    return LayerNotEditableError(
        tr("{name} can't be edited. Save it as a GeoPackage in a folder of yours and review that.").format(
            name=layer.name()
        )
    )


def _item(layer: QgsVectorLayer, feature: QgsFeature, reason_name: str | None, *, is_line: bool) -> ReviewItem:
    values = {name: value for name, value in feature.attributeMap().items() if not QgsVariantUtils.isNull(value)}
    reasons = str(values.get(reason_name, "")).split(";")
    return ReviewItem(
        layer_id=layer.id(),
        feature_id=feature.id(),
        kind=tr("track") if is_line else _kind_of_node(values.get("railway")),
        reasons=tuple(_reason_text(part.strip()) for part in reasons if part.strip()),
        length_m=_number(values.get("length_m")),
        confidence=_number(values.get("confidence")),
    )


def _number(value: Any) -> float | None:
    """A field's value, which in someone else's layer may be a text or none at all."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _kind_of_node(railway: str | None) -> str:
    kinds = {
        "switch": tr("switch"),
        "railway_crossing": tr("crossing"),
        "end": tr("end of track"),
        "cut": tr("cut at the edge"),
    }
    return kinds.get(railway or "", tr("node"))


def _reason_text(reason: str) -> str:
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
    }.get(reason, reason)
