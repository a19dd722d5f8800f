"""What a person should review: the features whose status is `review`, and what can be done with them."""

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

from .review_reasons import reason_texts
from .translation import tr

STATUS = "status"
REASONS = ("review_reason", "review_rea")
"""The field's name, and as much of it as a shapefile has room for."""
OK = "ok"
REVIEW = "review"
REJECTED = "rejected"


class LayerNotEditableError(Exception):
    """A layer can't be changed, or its changes can't be saved; the message says what to do."""


@dataclass(frozen=True)
class ReviewItem:
    """A track or node to review.

    Attributes:
        layer_id: Id of its layer.
        feature_id: Id of its feature.
        kind: What it is, in the user's language.
        reasons: Why it is doubtful, reason by reason, in the user's language.
        length_m: Length of a track in metres; None if unknown.
        confidence: Confidence from 0 to 1; None if unknown.
    """

    layer_id: str
    feature_id: int
    kind: str
    reasons: tuple[str, ...]
    length_m: float | None
    confidence: float | None

    @property
    def key(self) -> tuple[str, int]:
        """Identifies the item while its values change."""
        return self.layer_id, self.feature_id


def is_reviewable(layer: QgsMapLayer) -> bool:
    """Whether it is a layer of tracks or nodes, judged by its fields, whoever wrote it."""
    return (
        isinstance(layer, QgsVectorLayer)
        and layer.isValid()
        and layer.isSpatial()
        and STATUS in layer.fields().names()
        and _reason_name(layer) is not None
    )


def items_to_review(layer: QgsVectorLayer) -> list[ReviewItem]:
    """The layer's doubtful features, unsaved edits included, in the layer's own order."""
    reader = _ItemReader(layer)
    return [reader.item(feature) for feature in _features_with(layer, REVIEW, reader.columns)]


def count_rejected(layer: QgsVectorLayer) -> int:
    """How many of the layer's features are rejected."""
    return sum(1 for _ in _features_with(layer, REJECTED, ()))


def accept(layer: QgsVectorLayer, feature_ids: Iterable[int]) -> None:
    """Marks features as right, in one edit that can be undone.

    Raises:
        LayerNotEditableError: The layer can't be changed.
    """
    values = {STATUS: OK, str(_reason_name(layer)): None}
    with _edit(layer, tr("Accept railway tracks")):
        for feature_id in feature_ids:
            _set(layer, feature_id, values)


def reject(layer: QgsVectorLayer, feature_ids: Iterable[int]) -> None:
    """Marks features as wrong, in one edit that can be undone; they stay, with the reason.

    Raises:
        LayerNotEditableError: The layer can't be changed.
    """
    with _edit(layer, tr("Reject railway tracks")):
        for feature_id in feature_ids:
            _set(layer, feature_id, {STATUS: REJECTED})


def delete_rejected(layer: QgsVectorLayer) -> None:
    """Deletes the rejected features, in one edit that can be undone.

    Raises:
        LayerNotEditableError: The layer can't be changed.
    """
    feature_ids = [feature.id() for feature in _features_with(layer, REJECTED, ())]
    if feature_ids:
        with _edit(layer, tr("Delete rejected railway tracks")):
            if not layer.deleteFeatures(feature_ids):
                raise _not_editable(layer)


def save(layer: QgsVectorLayer) -> None:
    """Saves the layer's edits, whoever made them; the layer stays in edit mode.

    Raises:
        LayerNotEditableError: The edits could not be saved. They are still there.
    """
    if not layer.commitChanges(False):
        problem = " ".join(line.strip() for line in layer.commitErrors())
        raise LayerNotEditableError(
            tr("The edits of {name} could not be saved: {problem}").format(name=layer.name(), problem=problem)
        )


def _reason_name(layer: QgsVectorLayer) -> str | None:
    return next((name for name in REASONS if name in layer.fields().names()), None)


def _features_with(layer: QgsVectorLayer, status: str, columns: Iterable[int]) -> Iterator[QgsFeature]:
    request = QgsFeatureRequest().setFilterExpression(f"\"{STATUS}\" = '{status}'")
    request.setFlags(Qgis.FeatureRequestFlag.NoGeometry)
    request.setSubsetOfAttributes(list(columns))
    yield from layer.getFeatures(request)


@contextmanager
def _edit(layer: QgsVectorLayer, name: str) -> Iterator[None]:
    """Groups the edits made inside into one undoable command, and leaves the layer as it was if one fails."""
    was_editable = layer.isEditable()
    if not was_editable and not layer.startEditing():
        raise _not_editable(layer)
    layer.beginEditCommand(name)
    try:
        yield
    except BaseException:
        layer.destroyEditCommand()
        if not was_editable:
            layer.rollBack()
        raise
    layer.endEditCommand()
    layer.triggerRepaint()


def _set(layer: QgsVectorLayer, feature_id: int, values: dict[str, str | None]) -> None:
    by_index = {layer.fields().lookupField(name): value for name, value in values.items()}
    if not layer.changeAttributeValues(feature_id, by_index):
        raise _not_editable(layer)


def _not_editable(layer: QgsVectorLayer) -> LayerNotEditableError:
    return LayerNotEditableError(
        tr("{name} can't be edited. Save it as a GeoPackage in a folder of your own and review that.").format(
            name=layer.name()
        )
    )


class _ItemReader:
    """Makes items from a layer's features, of which there may be tens of thousands.

    Args:
        layer: A layer that can be reviewed.

    Attributes:
        columns: Positions of the fields that are read.
    """

    def __init__(self, layer: QgsVectorLayer) -> None:
        self._layer_id: str = layer.id()
        self._is_line = layer.geometryType() == Qgis.GeometryType.Line
        self._reason_texts = reason_texts()
        names = (_reason_name(layer), "railway", "length_m", "confidence")
        self._reason, self._railway, self._length, self._confidence = (
            layer.fields().lookupField(name or "") for name in names
        )
        found = (self._reason, self._railway, self._length, self._confidence)
        self.columns = [column for column in found if column >= 0]

    def item(self, feature: QgsFeature) -> ReviewItem:
        """The item of a feature."""
        reasons = str(_value(feature, self._reason) or "").split(";")
        return ReviewItem(
            layer_id=self._layer_id,
            feature_id=feature.id(),
            kind=tr("track") if self._is_line else _kind_of_node(_value(feature, self._railway)),
            reasons=tuple(self._reason_texts.get(part.strip(), part.strip()) for part in reasons if part.strip()),
            length_m=_number(_value(feature, self._length)),
            confidence=_number(_value(feature, self._confidence)),
        )


def _value(feature: QgsFeature, column: int) -> Any:
    """A field's value; None if there is none."""
    value = feature.attribute(column) if column >= 0 else None
    return None if QgsVariantUtils.isNull(value) else value


def _number(value: Any) -> float | None:
    """A field's value as a number; None if it isn't one, as it may be in someone else's layer."""
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
