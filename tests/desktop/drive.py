"""Runs inside the real QGIS desktop (`qgis --code drive.py`): does what a user does and records what it saw."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

from desk import STEP_MS, Steps, screenshot, seen, start
from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog
from qgis import processing
from qgis.core import QgsApplication, QgsProcessingContext, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QItemSelectionModel, QTimer, QUrl
from qgis.PyQt.QtGui import QTextDocument
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QLabel, QPushButton, QRadioButton, QTextBrowser
from qgis.utils import iface, isPluginLoaded, loadPlugin, plugins, startPlugin, unloadPlugin


def steps() -> Steps:
    """What a user does."""
    seen["enabled"] = "railseg" in plugins
    iface.mainWindow().setGeometry(QApplication.primaryScreen().geometry())
    layer = QgsRasterLayer(os.environ["RAILSEG_RASTER"], "picture")
    QgsProject.instance().addMapLayer(layer)
    iface.zoomToActiveLayer()
    yield None

    view = iface.layerTreeView()
    view.setCurrentLayer(layer)
    menu = view.menuProvider().createContextMenu()
    menu.popup(view.mapToGlobal(view.rect().center()))
    seen["menu"] = [action.text() for action in menu.actions()]
    yield None
    screenshot("1-menu")
    action = next(action for action in menu.actions() if action.text() == "Extract railway…")
    menu.close()

    lost = QgsRasterLayer("lost.tif", "lost")
    QgsProject.instance().addMapLayer(lost)
    view.setCurrentLayer(lost)
    action.trigger()
    yield None
    seen["about a lost picture"] = iface.messageBar().currentItem().text()
    seen["dialogs for a lost picture"] = len(open_dialogs())
    QgsProject.instance().removeMapLayer(lost)
    view.setCurrentLayer(layer)

    python = os.environ.pop("RAILSEG_PYTHON")
    action.trigger()
    yield None
    seen["message bar"] = iface.messageBar().currentItem().text()
    seen["message buttons"] = [button.text() for button in iface.messageBar().currentItem().findChildren(QPushButton)]
    screenshot("2-environment-missing")
    iface.messageBar().clearWidgets()

    QTimer.singleShot(2 * STEP_MS, look_at_options)
    iface.showOptionsDialog(iface.mainWindow(), "RailSeg")
    os.environ["RAILSEG_PYTHON"] = python

    action.trigger()
    yield None
    (dialog,) = open_dialogs()
    seen["dialog"] = dialog.windowTitle()
    seen["dialog layer"] = dialog.createProcessingParameters()["INPUT"]
    seen["layer"] = layer.id()
    seen["pictures in the help"] = [
        panel.document().resource(QTextDocument.ResourceType.ImageResource, QUrl(name)).width()
        for panel in dialog.findChildren(QTextBrowser)
        for name in re.findall('img src="([^"]+)"', panel.toHtml())
    ]
    screenshot("3-dialog")
    dialog.runButton().click()
    yield lambda: any("Review" in text for text in offers())
    screenshot("4-log")
    dialog.close()
    seen["after the run"] = offers()
    for name in ("Railway tracks", "Railway nodes"):
        result = QgsProject.instance().mapLayersByName(name)[0]
        seen[name] = {"count": result.featureCount(), "renderer": result.renderer().dump()}
    group = QgsProject.instance().layerTreeRoot().findGroup("picture")
    seen["group"] = [node.name() for node in group.findLayers()]
    yield lambda: not iface.mapCanvas().isDrawing()
    screenshot("5-map")
    seen["providers"] = [provider.id() for provider in QgsApplication.processingRegistry().providers()]
    yield from server()
    yield from several(layer)
    yield from review()


def server() -> Steps:
    """From a web service's layer, which is the whole world, what is on the map is taken."""
    url = QUrl.toPercentEncoding("http://127.0.0.1:9/{z}/{x}/{y}.png").data().decode()
    layer = QgsRasterLayer(f"type=xyz&zmin=0&zmax=19&url={url}", "server", "wms")
    QgsProject.instance().addMapLayer(layer)
    view = iface.layerTreeView()
    view.setCurrentLayer(layer)
    menu = view.menuProvider().createContextMenu()
    next(action for action in menu.actions() if action.text() == "Extract railway…").trigger()
    yield None
    (dialog,) = open_dialogs()
    screenshot("6-server")
    seen["server's extent"] = dialog.createProcessingParameters()["EXTENT"]
    seen["map's extent"] = iface.mapCanvas().extent().toString(3)
    dialog.close()
    QgsProject.instance().removeMapLayer(layer)
    yield None


def several(layer: QgsRasterLayer) -> Steps:
    """With several pictures selected, each is a row of the dialog for batches, which is ready to run."""
    project = QgsProject.instance()
    other = layer.clone()
    other.setName("other picture")
    before = set(project.mapLayers())
    project.addMapLayer(other)
    view = iface.layerTreeView()
    for one in (*project.mapLayersByName("Railway tracks"), layer, other):
        index = view.node2index(project.layerTreeRoot().findLayer(one))
        view.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
    menu = view.menuProvider().createContextMenu()
    extract = next(action for action in menu.actions() if action.text() == "Extract railway…")
    module = BatchAlgorithmDialog.__module__
    its_own, sys.modules[module] = sys.modules[module], None  # as in a QGIS that has another dialog
    extract.trigger()
    sys.modules[module] = its_own
    yield None
    (dialog,) = open_dialogs()
    seen["instead of a batch"] = dialog.createProcessingParameters()["INPUT"]
    dialog.close()
    yield None
    extract.trigger()
    yield None
    (dialog,) = [window for window in QApplication.topLevelWidgets() if isinstance(window, BatchAlgorithmDialog)]
    screenshot("7-batch")
    panel = dialog.mainWidget()
    rows = [panel.parametersForRow(row, QgsProcessingContext()) for row in range(panel.batchRowCount())]
    seen["batch"] = [parameters["INPUT"] for parameters, is_complete in rows if is_complete]
    seen["pictures"] = [layer.id(), other.id()]
    dialog.runButton().click()
    yield lambda: len(project.mapLayersByName("Railway nodes")) == 3
    seen["batch's groups"] = [group.name() for group in project.layerTreeRoot().findGroups()]
    screenshot("8-batch-run")
    yield None  # the dialog adds the layers before it is done itself: closed in between, it would take QGIS down
    dialog.close()
    project.removeMapLayers(list(set(project.mapLayers()) - before))
    yield None


def review() -> Steps:
    """Goes through what the run is unsure of, and at last does without the plugin."""
    tracks = QgsProject.instance().mapLayersByName("Railway tracks")[0]
    view = iface.layerTreeView()
    view.setCurrentLayer(tracks)
    menu = view.menuProvider().createContextMenu()
    seen["tracks' menu"] = [action.text() for action in menu.actions()]
    plugin_menu = next(action.menu() for action in iface.pluginMenu().actions() if action.text() == "RailSeg")
    seen["plugin menu"] = [action.text() for action in plugin_menu.actions()]
    by_text = {action.text(): action for action in plugin_menu.actions()}
    by_text["Extract railway from a folder…"].trigger()
    yield None
    (dialog,) = open_dialogs()
    seen["folder's dialog"] = dialog.windowTitle()
    screenshot("9-folder")
    dialog.close()
    yield None

    by_text["Review railway tracks"].trigger()
    panel = iface.mainWindow().findChild(QDockWidget, "RailSegReview")
    yield lambda: not iface.mapCanvas().isDrawing()
    screenshot("10-review")
    seen["offers beside the panel"] = offers()
    seen["to review"] = [panel.count_label.text()]
    QTest.keyClicks(panel.table, "a")
    yield lambda: not iface.mapCanvas().isDrawing()
    seen["to review"].append(panel.count_label.text())
    screenshot("11-reviewed")
    edited = iface.activeLayer()
    seen["edited"] = {"name": edited.name(), "saved": edited.commitChanges()}

    idle = processing.createAlgorithmDialog("railseg:vectorizerailwaymask", {})
    busy = processing.createAlgorithmDialog("railseg:extractrailway", {"INPUT": seen["layer"]})
    for dialog in (idle, busy):  # as the toolbox does
        dialog.show()
    busy.runButton().click()  # no step between: the run may be done within one
    seen["running when unloaded"] = len(QgsApplication.taskManager().activeTasks())
    unloadPlugin("railseg")
    yield lambda: not QgsApplication.taskManager().activeTasks()
    yield None
    seen["left"] = [dialog.windowTitle() for dialog in open_dialogs()]
    seen["left"] += [dock.objectName() for dock in iface.mainWindow().findChildren(QDockWidget, "RailSegReview")]
    seen["left"] += [action.text() for action in iface.pluginMenu().actions() if action.text() == "RailSeg"]
    menu = view.menuProvider().createContextMenu()
    seen["left"] += [action.text() for action in menu.actions() if "railway" in action.text()]
    seen["left"] += [button.text() for button in iface.messageBar().findChildren(QPushButton) if button.isVisible()]
    loadPlugin("railseg")
    startPlugin("railseg")
    seen["loaded again"] = isPluginLoaded("railseg")
    yield None


def offers() -> list[str]:
    """The buttons in the message bar."""
    return [button.text() for button in iface.messageBar().findChildren(QPushButton)]


def open_dialogs() -> list[Any]:
    """The algorithms' dialogs that are open."""
    windows = QApplication.topLevelWidgets()
    return [window for window in windows if hasattr(window, "createProcessingParameters") and window.isVisible()]


def look_at_options() -> None:
    """While the options dialog is open, which holds up everything else."""
    dialog = QApplication.activeModalWidget()
    seen["options buttons"] = [button.text() for button in dialog.findChildren(QPushButton) if button.isVisible()]
    seen["options texts"] = " ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())
    seen["options choices"] = [choice.text() for choice in dialog.findChildren(QRadioButton) if choice.isVisible()]
    screenshot("options")
    dialog.reject()


start(steps())
