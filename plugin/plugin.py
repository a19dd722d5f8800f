"""Wires RailSeg into QGIS."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from qgis import gui, processing
from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsRasterLayer, QgsReferencedRectangle
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop
from qgis.PyQt.QtGui import QAction, QIcon
from qgis.PyQt.QtWidgets import QApplication

from .algorithms.base import RailSegAlgorithm
from .algorithms.raster_source import comes_from_server, raster_problem
from .batch_dialog import create_batch_dialog
from .environment import Environment
from .environment_task import EnvironmentJobs
from .locations import ICON
from .message_bar import offer
from .options_page import PAGE_NAME, RailSegOptionsFactory
from .provider import RailSegProvider
from .review import MENU, RailwayReview
from .translation import install_translator, tr
from .worker_client import WorkerClient

_PATIENCE_S = 10.0
_DIALOGS = tuple(
    getattr(gui, name)
    for name in ("QgsProcessingAlgorithmDialogBase", "QgsProcessingAlgorithmWidgetBase")
    if hasattr(gui, name)
)
"""QGIS's dialogs for algorithms: windows up to 4.0, widgets in a window or dock from 4.2 on."""


class RailSegPlugin:
    """The plugin: a Processing provider, entries in the raster layers' and its own menu, the review, an options page.

    Args:
        iface: QGIS's desktop; None in `qgis_process`.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._environment = Environment()
        self._worker = WorkerClient(self._environment.python)
        self._undo = ExitStack()
        """What takes back everything that was set up, the last first."""
        self._dialogs: list[Any] = []

    def initProcessing(self) -> None:
        """Sets up all that `qgis_process` needs."""
        translator = install_translator()
        if translator is not None:
            self._undo.callback(QCoreApplication.removeTranslator, translator)
        provider = RailSegProvider(self._environment, self._worker)
        QgsApplication.processingRegistry().addProvider(provider)
        self._undo.callback(self._remove_provider, provider)

    def initGui(self) -> None:
        """Sets up all that the desktop needs."""
        self.initProcessing()
        action = self._action(tr("Extract railway…"), self._extract_from_layers)
        self._iface.addCustomActionForLayerType(action, "", Qgis.LayerType.Raster, True)
        self._undo.callback(self._iface.removeCustomActionForLayerType, action)
        action = self._action(tr("Extract railway from a folder…"), self._extract_from_folder)
        self._iface.addPluginToMenu(MENU, action)
        self._undo.callback(self._iface.removePluginMenu, MENU, action)
        self._undo.callback(RailwayReview(self._iface).close)
        jobs = EnvironmentJobs(self._environment, self._worker.stop)
        jobs.ended.connect(self._tell_outcome)
        factory = RailSegOptionsFactory(self._environment, jobs)
        self._iface.registerOptionsWidgetFactory(factory)
        self._undo.callback(self._iface.unregisterOptionsWidgetFactory, factory)
        self._undo.callback(_close_dialogs)
        self._undo.callback(jobs.cancel)
        self._undo.callback(jobs.ended.disconnect, self._tell_outcome)

    def unload(self) -> None:
        """Removes everything from QGIS."""
        self._undo.close()

    def _action(self, text: str, triggered: Callable[[], None]) -> QAction:
        """An entry for a menu."""
        action = QAction(QIcon(str(ICON)), text, self._iface.mainWindow())
        action.triggered.connect(triggered)
        self._undo.callback(action.deleteLater)
        return action

    def _remove_provider(self, provider: RailSegProvider) -> None:
        self._worker.close()
        _end_runs([algorithm.displayName() for algorithm in provider.algorithms()])
        QgsApplication.processingRegistry().removeProvider(provider)

    def _extract_from_layers(self) -> None:
        """Opens the dialog for the layer whose menu it is, or the one for batches if more are selected."""
        view = self._iface.layerTreeView()
        layers = [layer for layer in view.selectedLayers() if layer.type() == Qgis.LayerType.Raster]
        usable = []
        for layer in layers or [view.currentLayer()]:
            if problem := raster_problem(layer):
                self._iface.messageBar().pushMessage("RailSeg", problem, Qgis.MessageLevel.Warning)
            else:
                usable.append(layer)
        if usable:
            self._open_algorithm("railseg:extractrailway", *map(self._parameters, usable))

    def _parameters(self, layer: QgsRasterLayer) -> dict[str, Any]:
        """A layer, with the extent that the map shows if it comes from a server: all of it would be the whole world."""
        if not comes_from_server(layer):
            return {"INPUT": layer.id()}
        canvas = self._iface.mapCanvas()
        extent = QgsReferencedRectangle(canvas.extent(), canvas.mapSettings().destinationCrs())
        return {"INPUT": layer.id(), "EXTENT": extent}

    def _extract_from_folder(self) -> None:
        self._open_algorithm("railseg:extractrailwayfolder", {})

    def _open_algorithm(self, name: str, *runs: dict[str, Any]) -> None:
        """Opens the algorithm's dialog for one run or several, or offers the options if the environment isn't ready.

        Where there is no dialog for several, it is the one for the first of them.
        """
        if not self._environment.status().is_ok:
            self._offer_options()
            return
        dialog = self._batch_dialog(name, runs) if len(runs) > 1 else None
        dialog = dialog or processing.createAlgorithmDialog(name, runs[0])
        dialog.show()
        # The Python part of a dialog is lost with the last reference to it.
        self._dialogs = [*(one for one in self._dialogs if not sip.isdeleted(one)), dialog]

    def _batch_dialog(self, name: str, runs: Sequence[dict[str, Any]]) -> Any:
        """The dialog for several runs; None, and a line in the log, if this version of QGIS has another."""
        try:
            return create_batch_dialog(name, runs, self._iface.mainWindow())
        except Exception as error:  # whatever may be different there
            QgsMessageLog.logMessage(f"No dialog for batches: {error!r}", "RailSeg")
            return None

    def _offer_options(self) -> None:
        text = tr("The Python environment isn't ready: set it up in the options.")
        offer(self._iface, Qgis.MessageLevel.Warning, text, tr("Open the options"), self._open_options)

    def _tell_outcome(self, is_done: bool, text: str) -> None:
        """Shows the outcome to users who have closed the options in the meantime."""
        level = Qgis.MessageLevel.Success if is_done else Qgis.MessageLevel.Warning
        self._iface.messageBar().pushMessage("RailSeg", text, level)

    def _open_options(self) -> None:
        self._iface.showOptionsDialog(self._iface.mainWindow(), PAGE_NAME)


def _close_dialogs() -> None:
    """Closes the algorithms' dialogs, the toolbox's too: running an algorithm without its provider crashes QGIS."""
    for widget in QApplication.allWidgets():
        if isinstance(widget, _DIALOGS) and isinstance(widget.algorithm(), RailSegAlgorithm):
            widget.algorithmFinished.connect(widget.deleteLater)  # QGIS shows a closed one again if its run fails
            widget.close()


def _end_runs(names: list[str]) -> None:
    """Cancels runs of algorithms and waits until QGIS is done with them: it uses the provider until then.

    Args:
        names: The algorithms' names, one of which is in the description of each run's task.
    """
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        active = QgsApplication.taskManager().activeTasks()
        runs = [task for task in active if any(name in task.description() for name in names)]
        if not runs:
            break
        for task in runs:
            task.cancel()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 100)
