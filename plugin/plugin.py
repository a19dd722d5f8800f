"""Wires RailSeg into QGIS."""

from __future__ import annotations

import time
from typing import Any

from qgis import processing
from qgis.core import Qgis, QgsApplication
from qgis.gui import QgsProcessingAlgorithmDialogBase
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QTranslator
from qgis.PyQt.QtGui import QAction, QIcon
from qgis.PyQt.QtWidgets import QApplication

from .algorithms.base import RailSegAlgorithm
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


class RailSegPlugin:
    """The plugin: a Processing provider, entries in the raster layers' and its own menu, the review, an options page.

    Args:
        iface: QGIS's desktop; None in `qgis_process`.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._environment = Environment()
        self._worker = WorkerClient(self._environment.python)
        self._translator: QTranslator | None = None
        self._provider: RailSegProvider | None = None
        self._action: QAction | None = None
        self._folder_action: QAction | None = None
        self._review: RailwayReview | None = None
        self._jobs: EnvironmentJobs | None = None
        self._options_factory: RailSegOptionsFactory | None = None
        self._dialogs: list[Any] = []

    def initProcessing(self) -> None:
        """Sets up all that `qgis_process` needs."""
        self._translator = install_translator()
        self._provider = RailSegProvider(self._environment, self._worker)
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:
        """Sets up all that the desktop needs."""
        self.initProcessing()
        self._action = QAction(QIcon(str(ICON)), tr("Extract railway…"), self._iface.mainWindow())
        self._action.triggered.connect(self._extract_from_current_layer)
        self._iface.addCustomActionForLayerType(self._action, "", Qgis.LayerType.Raster, True)
        self._folder_action = QAction(QIcon(str(ICON)), tr("Extract railway from a folder…"), self._iface.mainWindow())
        self._folder_action.triggered.connect(self._extract_from_folder)
        self._iface.addPluginToMenu(MENU, self._folder_action)
        self._review = RailwayReview(self._iface)
        self._jobs = EnvironmentJobs(self._environment, self._worker.stop)
        self._jobs.ended.connect(self._tell_outcome)
        self._options_factory = RailSegOptionsFactory(self._environment, self._jobs)
        self._iface.registerOptionsWidgetFactory(self._options_factory)

    def unload(self) -> None:
        """Removes everything from QGIS."""
        if self._jobs is not None:
            self._jobs.ended.disconnect(self._tell_outcome)
            self._jobs.cancel()
            self._jobs = None
        if self._iface is not None:
            _close_dialogs()
        if self._options_factory is not None:
            self._iface.unregisterOptionsWidgetFactory(self._options_factory)
            self._options_factory = None
        if self._review is not None:
            self._review.close()
            self._review = None
        if self._action is not None:
            self._iface.removeCustomActionForLayerType(self._action)
            self._action.deleteLater()
            self._action = None
        if self._folder_action is not None:
            self._iface.removePluginMenu(MENU, self._folder_action)
            self._folder_action.deleteLater()
            self._folder_action = None
        self._worker.close()
        if self._provider is not None:
            _end_runs([algorithm.displayName() for algorithm in self._provider.algorithms()])
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None

    def _extract_from_current_layer(self) -> None:
        self._open_algorithm("railseg:extractrailway", {"INPUT": self._iface.layerTreeView().currentLayer().id()})

    def _extract_from_folder(self) -> None:
        self._open_algorithm("railseg:extractrailwayfolder", {})

    def _open_algorithm(self, name: str, parameters: dict[str, Any]) -> None:
        """Opens the algorithm's dialog, or offers the options page if the environment isn't ready."""
        if not self._environment.status().is_ok:
            self._offer_options()
            return
        dialog = processing.createAlgorithmDialog(name, parameters)
        dialog.show()
        # The Python part of a dialog is lost with the last reference to it.
        self._dialogs = [*(one for one in self._dialogs if not sip.isdeleted(one)), dialog]

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
    for window in QApplication.topLevelWidgets():
        if isinstance(window, QgsProcessingAlgorithmDialogBase) and isinstance(window.algorithm(), RailSegAlgorithm):
            window.algorithmFinished.connect(window.deleteLater)  # QGIS shows a closed one again if its run fails
            window.close()


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
