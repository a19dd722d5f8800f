"""The review's integration into QGIS: menu entries, the panel, and the offer after a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import Qgis, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QAction, QIcon

from .locations import ICON
from .message_bar import offer
from .review_items import items_to_review
from .review_layers import ReviewLayers
from .review_panel import ReviewPanel
from .translation import tr

MENU = "RailSeg"
_WIDTH_CHARACTERS = 75
"""Initial width of the panel, wide enough to read the reasons, unless the map needs the room."""


class RailwayReview:
    """An entry in the Plugins menu and in the menus of layers with tracks or nodes, and the panel that it opens.

    Args:
        iface: QGIS's desktop.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._panel: ReviewPanel | None = None
        self._withdraw: Callable[[], None] | None = None
        self._layers = ReviewLayers(QgsProject.instance())
        self._action = QAction(QIcon(str(ICON)), tr("Review railway tracks"), iface.mainWindow())
        self._action.triggered.connect(self.open)
        iface.addPluginToMenu(MENU, self._action)
        iface.addCustomActionForLayerType(self._action, "", Qgis.LayerType.Vector, False)
        self._layers.added.connect(self._add_to_menu_of)
        self._layers.made.connect(self._offer)
        QgsProject.instance().cleared.connect(self._withdraw_offer)
        for layer in self._layers:
            self._add_to_menu_of(layer)

    def open(self) -> None:
        """Shows the panel, which is created on the first call."""
        self._withdraw_offer()
        if self._panel is None:
            self._panel = ReviewPanel(self._layers, self._iface.mapCanvas(), self._iface.mainWindow())
            self._panel.edited.connect(self._iface.setActiveLayer)  # so that QGIS's Undo and Save act on it
            self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._panel)
            window = self._iface.mainWindow()
            wanted_px = _WIDTH_CHARACTERS * self._panel.fontMetrics().averageCharWidth()
            width_px = min(wanted_px, window.width() // 3)
            window.resizeDocks([self._panel], [width_px], Qt.Orientation.Horizontal)
        self._panel.open()

    def close(self) -> None:
        """Removes everything from QGIS."""
        QgsProject.instance().cleared.disconnect(self._withdraw_offer)
        self._withdraw_offer()
        self._layers.close()
        if self._panel is not None:
            self._iface.removeDockWidget(self._panel)
            self._panel.deleteLater()
            self._panel = None
        self._iface.removeCustomActionForLayerType(self._action)
        self._iface.removePluginMenu(MENU, self._action)
        self._action.deleteLater()

    def _offer(self) -> None:
        """Offers to review everything doubtful, as the panel lists it."""
        self._withdraw_offer()
        count = sum(len(items_to_review(layer)) for layer in self._layers.distinct())
        if count:
            text = tr("The railway is on the map. Some of it should be checked.")
            button_text = tr("Review 1 item") if count == 1 else tr("Review {n} items").format(n=count)
            self._withdraw = offer(self._iface, Qgis.MessageLevel.Info, text, button_text, self.open)

    def _withdraw_offer(self) -> None:
        """Withdraws an offer to review what the panel shows by now, what is gone, or what can no longer be shown."""
        if self._withdraw is not None:
            self._withdraw()
            self._withdraw = None

    def _add_to_menu_of(self, layer: QgsVectorLayer) -> None:
        self._iface.addCustomActionForLayer(self._action, layer)
