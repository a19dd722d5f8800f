"""Runs inside the real QGIS desktop: makes the pictures shown in the README."""

from __future__ import annotations

import os

from desk import Steps, save, screenshot, start
from qgis import processing
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsRasterLayer, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QPoint, QRect, QSize, Qt, QTimer
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QLabel, QTreeView, QWidget
from qgis.utils import iface
from railseg.plugin import locations

_STATION = QgsRectangle(612333, 5612420, 612573, 5612555)
_MENU = QRect(0, 0, 820, 690)


def steps() -> Steps:
    """From a raster to tracks, and on."""
    window = iface.mainWindow()
    window.setGeometry(QApplication.primaryScreen().geometry())
    window.findChild(QDockWidget, "Browser").close()
    layer = QgsRasterLayer(os.environ["RAILSEG_RASTER"], "orthophoto")
    QgsProject.instance().addMapLayer(layer)
    QgsProject.instance().layerTreeRoot().findLayer(layer).setExpanded(False)
    iface.messageBar().clearWidgets()
    iface.zoomToActiveLayer()
    yield _is_drawn

    view = iface.layerTreeView()
    view.setCurrentLayer(layer)
    menu = view.menuProvider().createContextMenu()
    row = view.visualRect(view.currentIndex())
    menu.popup(view.viewport().mapToGlobal(QPoint(row.left() + 60, row.bottom())))
    action = next(action for action in menu.actions() if action.text() == "Extract railway…")
    menu.setActiveAction(action)
    yield None
    screenshot("menu", _MENU)
    menu.close()

    python = os.environ.pop("RAILSEG_PYTHON")
    QTimer.singleShot(0, lambda: iface.showOptionsDialog(window, "RailSeg"))
    yield lambda: QApplication.activeModalWidget() is not None
    options = QApplication.activeModalWidget()
    _shorten_paths(options)
    pages = options.findChild(QTreeView, "mOptionsTreeView")
    pages.scrollTo(pages.currentIndex(), QTreeView.ScrollHint.PositionAtCenter)
    yield from _take(options, "options", QSize(900, 620))
    options.reject()
    os.environ["RAILSEG_PYTHON"] = python

    action.trigger()
    yield None
    dialog = next(widget for widget in QApplication.topLevelWidgets() if hasattr(widget, "createProcessingParameters"))
    yield from _take(dialog, "dialog", QSize(1000, 700))
    dialog.runButton().click()
    yield lambda: len(QgsProject.instance().mapLayersByName("Railway nodes")) == 1
    dialog.close()
    yield None
    iface.messageBar().popWidget()  # QGIS's own, that the run is complete
    iface.mapCanvas().setExtent(_STATION)
    iface.mapCanvas().refresh()
    yield _is_drawn
    screenshot("map")
    yield from review()
    yield from comparison()


def review() -> Steps:
    """The panel at work."""
    iface.messageBar().clearWidgets()
    menu = next(action.menu() for action in iface.pluginMenu().actions() if action.text() == "RailSeg")
    next(action for action in menu.actions() if action.text().startswith("Review")).trigger()
    panel = iface.mainWindow().findChild(QDockWidget, "RailSegReview")
    layers = iface.mainWindow().findChild(QDockWidget, "Layers")
    iface.mainWindow().resizeDocks([layers, panel], [260, 450], Qt.Orientation.Horizontal)
    yield _is_drawn
    panel.show_next()
    yield _is_drawn
    screenshot("review")
    panel.close()


def comparison() -> Steps:
    """The tracks against a map that has one of them elsewhere, one not, and one that isn't there."""
    project = QgsProject.instance()
    tracks = project.mapLayersByName("Railway tracks")[0]
    by_length = sorted((row.geometry() for row in tracks.getFeatures()), key=QgsGeometry.length)
    before_switch, siding, after_switch, through = by_length[-4:]
    before_switch.translate(-0.3, 1.1)
    after_switch.translate(-0.3, 1.1)
    siding.translate(4, -13)
    known = QgsVectorLayer(f"LineString?crs={tracks.crs().authid()}", "map", "memory")
    for geometry in (before_switch, siding, after_switch, through):
        feature = QgsFeature()
        feature.setGeometry(geometry)
        known.dataProvider().addFeature(feature)
    parameters = {"INPUT": tracks, "REFERENCE": known}
    parameters |= dict.fromkeys(("NEW", "MISSING", "SHIFTED", "MATCHED"), "TEMPORARY_OUTPUT")
    iface.setActiveLayer(project.mapLayersByName("orthophoto")[0])  # the new ones come above it
    processing.runAndLoadResults("railseg:comparerailway", parameters)
    root = project.layerTreeRoot()
    root.findGroup("orthophoto").setItemVisibilityChecked(False)
    root.findGroup("orthophoto").setExpanded(False)
    iface.mapCanvas().setExtent(_STATION)
    iface.mapCanvas().refresh()
    yield None
    iface.messageBar().clearWidgets()
    yield _is_drawn
    screenshot("compare")


def _take(dialog: QWidget, name: str, size: QSize) -> Steps:
    """A picture of a dialog alone."""
    dialog.resize(size)
    dialog.setFocus()
    yield None
    save(dialog.grab(), name)


def _shorten_paths(dialog: QWidget) -> None:
    """A picture shows where a user has the plugin and not where the picture was made."""
    profiles = "~/.local/share/QGIS/QGIS3"
    places = {
        str(locations.REQUIREMENTS.parents[1]): f"{profiles}/profiles/default/python/plugins/railseg",
        os.environ["QGIS_CUSTOM_CONFIG_PATH"]: profiles,
    }
    for label in dialog.findChildren(QLabel):
        for there, here in places.items():
            label.setText(label.text().replace(there, here))


def _is_drawn() -> bool:
    return not iface.mapCanvas().isDrawing()


start(steps())
