"""The panel for going through doubtful items one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsProject, QgsVectorLayer
from qgis.gui import QgsDockWidget, QgsMapCanvas
from qgis.PyQt.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent, QShowEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from .review_items import (
    LayerNotEditableError,
    ReviewItem,
    accept,
    count_rejected,
    delete_rejected,
    items_to_review,
    reject,
    save,
)
from .review_layers import ReviewLayers
from .review_model import ReviewModel
from .translation import tr

_CLOSEST_SCALE = 500.0
_ROWS_TO_SIZE_BY = 100
"""Rows by which the columns get their widths."""
_SHORTEST_REASON = 8
"""Characters of a reason that the list of reasons shows at least; the panel would be as wide as the longest."""
_SPARE = 0.2
"""Margin shown around an item on each side, as a fraction of its extent."""


class ReviewPanel(QgsDockWidget):
    """Lists the items to review, shows the current one on the map, and lets the user accept or reject them.

    Args:
        layers: The layers with the items.
        canvas: The map canvas.
        parent: QGIS's main window.

    Attributes:
        edited: Emitted with the layer that was changed from here, or the first of several.
    """

    edited = pyqtSignal(QgsVectorLayer)

    def __init__(self, layers: ReviewLayers, canvas: QgsMapCanvas, parent: QWidget | None = None) -> None:
        super().__init__(tr("Review railway tracks"), parent)
        self.setObjectName("RailSegReview")
        self._layers = layers
        self._canvas = canvas
        self._items: list[ReviewItem] = []
        self._current_key: tuple[str, int] | None = None
        """Key of the item that the map was moved to, so that refilling the list doesn't move it again."""

        self.count_label = QLabel()
        self.note_label = QLabel()
        self.note_label.setWordWrap(True)
        self.reason_box = QComboBox()
        self.reason_box.setToolTip(tr("Show only the items that are doubtful for this reason"))
        self.reason_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.reason_box.setMinimumContentsLength(_SHORTEST_REASON)
        self.reason_box.addItem(tr("All reasons"), None)
        self.model = ReviewModel(self)
        self.previous_button = _button(tr("Previous"), tr("Previous item (P)"), self.show_previous)
        self.next_button = _button(tr("Next"), tr("Next item (N)"), self.show_next)
        self.accept_button = _button(tr("Accept"), tr("The selected items are right (A)"), self.accept_selected)
        self.reject_button = _button(
            tr("Reject"), tr("The selected items are wrong; they are kept, in grey (R)"), self.reject_selected
        )
        self.delete_button = _button(
            tr("Delete rejected"), tr("Deletes the rejected items from the layers; Undo brings them back"), self.delete
        )
        self.save_button = _button(
            tr("Save edits"),
            tr("Saves what you decided, and all other edits of these layers, to their files"),
            self.save,
        )
        keys = {
            "a": self.accept_selected,
            "r": self.reject_selected,
            "n": self.show_next,
            "p": self.show_previous,
        }
        self.table = _KeyedTable(keys)
        self._arrange()
        self.model.modelReset.connect(self._restore_current)
        self.table.selectionModel().currentRowChanged.connect(self._follow_current)
        self.table.selectionModel().selectionChanged.connect(self._enable_buttons)
        self.table.activated.connect(self._show_again)
        self.reason_box.activated.connect(self._filter)
        layers.changed.connect(self._refresh_if_visible)
        layers.selected.connect(self._follow_selection)

    def open(self) -> None:
        """Brings the panel to the front, at the first item if none is current."""
        self.setUserVisible(True)
        self.refresh()
        if not self.table.currentIndex().isValid():
            self._go_to(0)
        self.table.setFocus()

    def refresh(self) -> None:
        """Reads the layers again; the current item stays current."""
        self._layers.settle()
        self._items = [item for layer in self._layers.distinct() for item in items_to_review(layer)]
        self._refresh_reasons()
        self._fill()
        rejected = sum(count_rejected(layer) for layer in self._layers.distinct())
        self.delete_button.setEnabled(rejected > 0)
        self.delete_button.setText(
            tr("Delete rejected ({n})").format(n=rejected) if rejected else tr("Delete rejected")
        )
        self.save_button.setEnabled(any(layer.isModified() for layer in self._layers))

    def show_next(self) -> None:
        """Goes to the next item; stays at the last."""
        self._go_to(self.table.currentIndex().row() + 1)

    def show_previous(self) -> None:
        """Goes to the previous item; stays at the first."""
        self._go_to(self.table.currentIndex().row() - 1)

    def accept_selected(self) -> None:
        """Accepts the selected items and goes to the next."""
        self._edit_selected(accept)

    def reject_selected(self) -> None:
        """Rejects the selected items and goes to the next."""
        self._edit_selected(reject)

    def delete(self) -> None:
        """Deletes the rejected features."""
        self._edit_layers([layer for layer in self._layers.distinct() if count_rejected(layer)], delete_rejected)

    def save(self) -> None:
        """Saves all edits of the layers."""
        self._edit_layers([layer for layer in self._layers if layer.isModified()], save)

    def showEvent(self, event: QShowEvent) -> None:
        """Catches up with what changed while the panel was hidden."""
        self.refresh()
        super().showEvent(event)

    def _arrange(self) -> None:
        self.table.setModel(self.model)
        header = self.table.header()
        header.setResizeContentsPrecision(_ROWS_TO_SIZE_BY)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        top = QHBoxLayout()
        top.addWidget(self.count_label)
        top.addWidget(self.reason_box, 1)
        # Few buttons to a row, so that the panel fits beside the map with long words and large fonts too.
        buttons = QGridLayout()
        buttons.addWidget(self.previous_button, 0, 0)
        buttons.addWidget(self.next_button, 0, 1)
        buttons.addWidget(self.accept_button, 1, 0)
        buttons.addWidget(self.reject_button, 1, 1)
        buttons.addWidget(self.delete_button, 2, 0, 1, 2)
        buttons.addWidget(self.save_button, 3, 0, 1, 2)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.addLayout(top)
        layout.addWidget(self.table)
        layout.addWidget(self.note_label)
        layout.addLayout(buttons)
        self.setWidget(content)

    def _refresh_if_visible(self) -> None:
        if self.isVisible():
            self.refresh()

    def _refresh_reasons(self) -> None:
        chosen = self.reason_box.currentData()
        counts = Counter(reason for item in self._items for reason in item.reasons)
        self.reason_box.clear()
        self.reason_box.addItem(tr("All reasons"), None)
        for reason, count in sorted(counts.items()):
            self.reason_box.addItem(f"{reason} ({count})", reason)
        self.reason_box.setCurrentIndex(max(0, self.reason_box.findData(chosen)))

    def _fill(self) -> None:
        """Shows the items with the chosen reason."""
        reason = self.reason_box.currentData()
        shown = [item for item in self._items if reason is None or reason in item.reasons]
        self.model.set_items(shown)
        self.count_label.setText(self._count_text(len(shown)))
        self.note_label.setText(self._note_text())
        self.note_label.setVisible(bool(self.note_label.text()))

    def _filter(self) -> None:
        self._fill()
        self.table.setFocus()

    def _count_text(self, shown: int) -> str:
        if shown == len(self._items):
            return tr("{n} to review").format(n=shown)
        return tr("{shown} of {n} to review").format(shown=shown, n=len(self._items))

    def _note_text(self) -> str:
        if not len(self._layers):
            return tr(
                "There are no railway tracks in this project: right-click a raster layer and choose Extract railway…."
            )
        if self._items:
            return ""
        if any(layer.isModified() for layer in self._layers):
            return tr("Nothing is left to review. Save the layers' edits to keep what you decided.")
        return tr("Nothing is left to review.")

    def _go_to(self, row: int) -> None:
        if self.model.rowCount():
            row = min(max(row, 0), self.model.rowCount() - 1)
            self.table.setCurrentIndex(self.model.index(row, 0))

    def _restore_current(self) -> None:
        """Makes the same item current after the list was refilled, wherever it is now."""
        row = self.model.row_of(self._current_key)
        if row >= 0:
            self.table.setCurrentIndex(self.model.index(row, 0))
        self._enable_buttons()

    def _follow_current(self, index: QModelIndex) -> None:
        item = self.model.items[index.row()] if index.isValid() else None
        if item is not None and item.key != self._current_key:
            self._current_key = item.key
            self._show(item)

    def _follow_selection(self, layer: QgsVectorLayer) -> None:
        """Selects in the list what is selected on the map; the map stays where it is."""
        feature_ids = set(layer.selectedFeatureIds())
        rows = [
            row
            for row, item in enumerate(self.model.items)
            if item.layer_id == layer.id() and item.feature_id in feature_ids
        ]
        if not rows or not self.isVisible():
            return
        self._current_key = self.model.items[rows[0]].key
        self.table.setCurrentIndex(self.model.index(rows[0], 0))
        selection = QItemSelection()
        for row in rows:
            selection.select(self.model.index(row, 0), self.model.index(row, self.model.columnCount() - 1))
        self.table.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _show_again(self, index: QModelIndex) -> None:
        self._show(self.model.items[index.row()])

    def _show(self, item: ReviewItem) -> None:
        """Moves the map to an item and flashes it."""
        layer = self._layers.by_id(item.layer_id)
        if layer is None:
            return
        geometry = layer.getFeature(item.feature_id).geometry()
        if geometry.isEmpty():
            return
        transform = QgsCoordinateTransform(
            layer.crs(), self._canvas.mapSettings().destinationCrs(), QgsProject.instance()
        )
        try:
            geometry.transform(transform)  # not its extent: of one without width QGIS transforms one corner alone
        except QgsCsException:  # it lies outside the map's CRS
            return
        extent = geometry.boundingBox()
        # A node's extent has no size, which a map can't show: the sum gives it one, the closest scale enlarges it.
        extent.grow(max(extent.width(), extent.height()) * _SPARE + 1e-4)
        self._canvas.setExtent(extent)
        self._canvas.zoomScale(max(self._canvas.scale(), _CLOSEST_SCALE))
        self._canvas.refresh()
        self._canvas.flashFeatureIds(layer, [item.feature_id])

    def _selected(self) -> list[ReviewItem]:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.items[row] for row in rows]

    def _edit_selected(self, edit: Callable[[QgsVectorLayer, Iterable[int]], None]) -> None:
        items = self._selected()
        if not items:
            return
        feature_ids: dict[str, list[int]] = {}
        for item in items:
            feature_ids.setdefault(item.layer_id, []).append(item.feature_id)
        row = self.model.row_of(items[0].key)
        layers = [layer for layer in self._layers if layer.id() in feature_ids]
        if self._edit_layers(layers, lambda layer: edit(layer, feature_ids[layer.id()])):
            self._go_to(row)

    def _edit_layers(self, layers: Iterable[QgsVectorLayer], edit: Callable[[QgsVectorLayer], None]) -> bool:
        """Edits layers; returns whether all could be edited. If not, the panel says what to do."""
        problem = ""
        edited = []
        for layer in layers:
            try:
                edit(layer)
            except LayerNotEditableError as error:
                problem = str(error)
            else:
                edited.append(layer)
        if edited:
            self.edited.emit(edited[0])
        self.refresh()
        if problem:
            self.note_label.setText(problem)
            self.note_label.show()
        return not problem

    def _enable_buttons(self) -> None:
        has_items = self.model.rowCount() > 0
        has_selection = self.table.selectionModel().hasSelection()
        for button in (self.previous_button, self.next_button):
            button.setEnabled(has_items)
        for button in (self.accept_button, self.reject_button):
            button.setEnabled(has_selection)


class _KeyedTable(QTreeView):
    """A list that takes single letters as commands, ahead of QGIS's own shortcuts with the same letters."""

    def __init__(self, keys: Mapping[str, Callable[[], None]]) -> None:
        super().__init__()
        self._keys = keys
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def event(self, event: QEvent) -> bool:
        """Claims the command letters."""
        if event.type() == QEvent.Type.ShortcutOverride and self._command(event) is not None:
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Runs the command of a letter."""
        command = self._command(event)
        if command is None:
            super().keyPressEvent(event)
        else:
            command()

    def _command(self, event: QKeyEvent) -> Callable[[], None] | None:
        is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        return self._keys.get(event.text().lower()) if is_plain else None


def _button(text: str, tooltip: str, action: Callable[[], None]) -> QPushButton:
    """A button that leaves the keyboard focus on the list."""
    button = QPushButton(text)
    button.setToolTip(tooltip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(lambda: action())
    return button
