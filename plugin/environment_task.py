"""Builds and checks the environment in the background."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from .environment import Environment
from .environment_builder import build
from .install_plan import InstallPlan
from .install_problem import EnvironmentProblemError
from .program import JobCancelledError, JobFeedback
from .proxy import proxy_variables
from .self_test import describe, self_test
from .translation import tr

LOG_TAG = "RailSeg"


class EnvironmentTask(QgsTask):
    """A job in QGIS's task manager, with a log; it is itself the feedback for its work.

    Args:
        description: What the task manager shows.
        work: Does the job and returns what the worker reports about itself.
    """

    logged = pyqtSignal(str)
    ended = pyqtSignal(bool, str)

    def __init__(self, description: str, work: Callable[[JobFeedback], dict[str, Any]]) -> None:
        super().__init__(description, QgsTask.Flag.CanCancel)
        self._work = work
        self._text = tr("Cancelled.")

    def run(self) -> bool:
        """Does the job, in a thread of the task manager."""
        try:
            self._text = describe(self._work(self))
        except JobCancelledError:
            return False
        except EnvironmentProblemError as error:
            self._text = str(error)
            return False
        except Exception:  # an exception that left this thread would be lost
            self._text = traceback.format_exc()
            return False
        return True

    def finished(self, result: bool) -> None:
        """Reports the outcome, on the main thread."""
        level = Qgis.MessageLevel.Success if result else Qgis.MessageLevel.Warning
        QgsMessageLog.logMessage(self._text, LOG_TAG, level)
        self.logged.emit(self._text)
        self.ended.emit(result, self._text)

    def pushInfo(self, info: str) -> None:
        """Adds a line to the log."""
        QgsMessageLog.logMessage(info, LOG_TAG, Qgis.MessageLevel.Info, False)
        self.logged.emit(info)


class EnvironmentJobs(QObject):
    """Starts jobs on the environment, one at a time, and keeps the last one's log for later.

    Attributes:
        task: The job that is running; None if there is none.
        log: The lines of the last job's log.
        outcome: The last job's outcome, for the user.
    """

    changed = pyqtSignal()
    ended = pyqtSignal(bool, str)

    def __init__(self, environment: Environment, before_build: Callable[[], None]) -> None:
        super().__init__()
        self._environment = environment
        self._before_build = before_build
        self.task: EnvironmentTask | None = None
        self.log: list[str] = []
        self.outcome = ""

    def build(self, plan: InstallPlan) -> None:
        """Builds the plugin's own environment."""
        if self.task is not None:
            return
        self._before_build()
        proxy = proxy_variables()
        self._start(
            tr("Creating RailSeg's Python environment"),
            lambda feedback: build(self._environment, plan, feedback, proxy=proxy),
            lambda: self._environment.choose(None),
        )

    def check(self) -> None:
        """Has the worker load all its libraries and run its model with the environment's Python."""
        python = self._environment.python()
        self._start(tr("Checking RailSeg's Python"), lambda feedback: self_test(python, feedback))

    def use(self, python: Path) -> None:
        """Checks the given Python in the same way, and chooses it if it works."""
        self._start(
            tr("Checking RailSeg's Python"),
            lambda feedback: self_test(python, feedback),
            lambda: self._environment.choose(python),
        )

    def cancel(self) -> None:
        """Stops what is running."""
        if self.task is not None:
            self.task.cancel()

    def _start(
        self,
        description: str,
        work: Callable[[JobFeedback], dict[str, Any]],
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Starts a job unless one is running; calls `then` if it succeeds."""
        if self.task is not None:
            return
        self.log.clear()
        self.outcome = ""
        self.task = EnvironmentTask(description, work)
        self.task.logged.connect(self._remember)
        self.task.ended.connect(lambda is_done, _: then() if is_done else None)
        self.task.ended.connect(self._end)
        QgsApplication.taskManager().addTask(self.task)
        self.changed.emit()

    def _remember(self, line: str) -> None:
        self.log.append(line)

    def _end(self, is_done: bool, text: str) -> None:
        self.task = None
        self.outcome = text
        self.changed.emit()
        self.ended.emit(is_done, text.splitlines()[0])
