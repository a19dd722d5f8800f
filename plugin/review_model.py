"""The review's items as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QLocale, QModelIndex, QObject, Qt

from .review_items import ReviewItem
from .translation import tr

_WHAT, _REASON, _LENGTH, _CONFIDENCE = range(4)


class ReviewModel(QAbstractTableModel):
    """The items in rows, in the layers' own order until a column is chosen to sort by."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles = (tr("What"), tr("Reason"), tr("Length (m)"), tr("Confidence"))
        self._unsorted: list[ReviewItem] = []
        self._items: list[ReviewItem] = []
        self._sort_column = -1
        self._is_descending = False

    @property
    def items(self) -> Sequence[ReviewItem]:
        """The items as they are shown, from top to bottom."""
        return self._items

    def set_items(self, items: Iterable[ReviewItem]) -> None:
        """Replaces the items."""
        self.beginResetModel()
        self._unsorted = list(items)
        self._items = self._sorted()
        self.endResetModel()

    def row_of(self, key: tuple[str, int] | None) -> int:
        """The row of an item; -1 if it isn't there."""
        return next((row for row, item in enumerate(self._items) if item.key == key), -1)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """One row per item."""
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """One column each for what, reason, length and confidence."""
        return 0 if parent is not None and parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' titles, aligned as what stands below them."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The cells' texts; numbers are aligned to the right."""
        if not 0 <= index.row() < len(self._items):  # Qt may ask for none, or for one that a reset has removed
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _texts(self._items[index.row()])[index.column()]
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1 for the layers' own order."""
        self._sort_column = column
        self._is_descending = order == Qt.SortOrder.DescendingOrder
        self.set_items(self._unsorted)

    def _sorted(self) -> list[ReviewItem]:
        if self._sort_column < 0:
            return list(self._unsorted)
        return sorted(self._unsorted, key=self._sort_key, reverse=self._is_descending)

    def _sort_key(self, item: ReviewItem) -> tuple[bool, Any]:
        """The key to sort by; items without a value come first."""
        value = (item.kind, item.reasons, item.length_m, item.confidence)[self._sort_column]
        return (value is not None, value)


def _alignment(column: int) -> Any:
    side = Qt.AlignmentFlag.AlignRight if column in (_LENGTH, _CONFIDENCE) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _texts(item: ReviewItem) -> tuple[str, str, str, str]:
    return (
        item.kind,
        "; ".join(item.reasons),
        "" if item.length_m is None else QLocale().toString(item.length_m, "f", 0),
        "" if item.confidence is None else QLocale().toString(item.confidence, "f", 2),
    )
