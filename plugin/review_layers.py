"""Keeps track of the project's layers that can be reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.core import Qgis, QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from .algorithms.map_layers import JUST_MADE
from .review_items import is_reviewable

_SIGNALS = (
    "attributeValueChanged",
    "featureAdded",
    "featureDeleted",
    "afterCommitChanges",  # a new feature's id changes
    "afterRollBack",
    "dataChanged",
    "subsetStringChanged",
)


class ReviewLayers(QObject):
    """The layers with tracks or nodes in a project, as they are added, changed and removed.

    Attributes:
        added: Emitted when a layer was added.
        made: Emitted when a run's layer was added and styled, whatever started the run.
        changed: Emitted when anything has changed, once for all changes made in one go.
        selected: Emitted when a layer's selection has changed.
    """

    added = pyqtSignal(QgsMapLayer)
    made = pyqtSignal()
    changed = pyqtSignal()
    selected = pyqtSignal(QgsVectorLayer)

    def __init__(self, project: QgsProject) -> None:
        super().__init__()
        self._project = project
        self._layers: dict[str, QgsVectorLayer] = {}
        self._others: dict[str, QgsVectorLayer] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.changed)
        project.layersAdded.connect(self._add)
        project.layersWillBeRemoved.connect(self._remove)
        self._add(project.mapLayers().values())

    def __iter__(self) -> Iterator[QgsVectorLayer]:
        """The layers, tracks before nodes."""
        return iter(sorted(self._layers.values(), key=lambda layer: layer.geometryType() != Qgis.GeometryType.Line))

    def __len__(self) -> int:
        return len(self._layers)

    def distinct(self) -> list[QgsVectorLayer]:
        """The layers in the same order; of one and its duplicates, which show the same features, only the first."""
        by_source: dict[str, QgsVectorLayer] = {}
        for layer in self:
            by_source.setdefault(layer.source(), layer)
        return list(by_source.values())

    def by_id(self, layer_id: str) -> QgsVectorLayer | None:
        """The layer with this id; None if it is no longer there."""
        return self._layers.get(layer_id)

    def settle(self) -> None:
        """Withholds a `changed` that is due, for a listener that has just read all layers anyway."""
        self._timer.stop()

    def close(self) -> None:
        """Disconnects from the project and drops all layers."""
        self._project.layersAdded.disconnect(self._add)
        self._project.layersWillBeRemoved.disconnect(self._remove)
        self._remove([*self._layers, *self._others])
        self._timer.stop()

    def _add(self, layers: Any) -> None:
        for layer in layers:
            if is_reviewable(layer) and layer.id() not in self._layers:
                self._forget_other(layer.id())
                self._layers[layer.id()] = layer
                for signal in _SIGNALS:
                    getattr(layer, signal).connect(self._note)
                layer.selectionChanged.connect(self._tell_selection)
                layer.customPropertyChanged.connect(self._tell_made)
                self.added.emit(layer)
                self._note()
            elif isinstance(layer, QgsVectorLayer) and layer.id() not in (self._layers | self._others):
                # Its file may be missing now and be found later.
                self._others[layer.id()] = layer
                layer.dataSourceChanged.connect(self._look_again)

    def _remove(self, layer_ids: list[str]) -> None:
        for layer_id in layer_ids:
            self._forget_other(layer_id)
            layer = self._layers.pop(layer_id, None)
            if layer is not None:
                for signal in _SIGNALS:
                    getattr(layer, signal).disconnect(self._note)
                layer.selectionChanged.disconnect(self._tell_selection)
                layer.customPropertyChanged.disconnect(self._tell_made)
                self._note()

    def _forget_other(self, layer_id: str) -> None:
        layer = self._others.pop(layer_id, None)
        if layer is not None:
            layer.dataSourceChanged.disconnect(self._look_again)

    def _look_again(self) -> None:
        self._add([self.sender()])

    def _tell_made(self, key: str) -> None:
        layer = self.sender()
        if key == JUST_MADE and layer.customProperty(JUST_MADE):
            self.made.emit()

    def _tell_selection(self, *_what: object) -> None:
        self.selected.emit(self.sender())

    def _note(self, *_what: object) -> None:
        self._timer.start()
