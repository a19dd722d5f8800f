"""The page under Settings > Options > RailSeg: where the worker's Python is made, chosen and checked."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsSettings
from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from .environment import PYTHON_SETTING, PYTHON_VARIABLE, Environment
from .environment_task import EnvironmentJobs
from .locations import ICON
from .translation import tr

PAGE_NAME = "RailSeg"


class RailSegOptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page each time that the options dialog opens."""

    def __init__(self, environment: Environment, jobs: EnvironmentJobs) -> None:
        super().__init__(PAGE_NAME, QIcon(str(ICON)))
        self._environment = environment
        self._jobs = jobs

    def createWidget(self, parent: QWidget | None = None) -> QgsOptionsPageWidget:
        """A new page."""
        return RailSegOptionsPage(self._environment, self._jobs, parent)


class RailSegOptionsPage(QgsOptionsPageWidget):
    """State of the environment, buttons to make and check it, and the choice of another Python."""

    def __init__(self, environment: Environment, jobs: EnvironmentJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE_NAME)
        self._environment = environment
        self._jobs = jobs
        self._followed: object = None

        self.status_label = QLabel()
        self.status_label.setWordWrap(True)
        self.create_button = QPushButton(tr("Create environment"))
        self.check_button = QPushButton(tr("Check"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self.python_widget = QgsFileWidget()
        self.python_widget.setDialogTitle(tr("Python for RailSeg"))
        self.python_widget.lineEdit().setPlaceholderText(str(environment.own_python))
        self.progress_bar = QProgressBar()
        self.log_view = QPlainTextEdit()
        self.log_view.setReadOnly(True)
        self._arrange()

        self.python_widget.setFilePath(QgsSettings().value(PYTHON_SETTING, "", type=str))
        self.create_button.clicked.connect(self._create)
        self.check_button.clicked.connect(self._check)
        self.cancel_button.clicked.connect(self._jobs.cancel)
        self._jobs.changed.connect(self._refresh)
        self.log_view.setPlainText("\n".join(self._jobs.log))
        self._refresh()

    def apply(self) -> None:
        """Stores the choice of Python."""
        QgsSettings().setValue(PYTHON_SETTING, self.python_widget.filePath().strip())

    def helpKey(self) -> str:
        """No page in QGIS's own manual."""
        return ""

    def _arrange(self) -> None:
        explanation = QLabel(
            tr(
                "RailSeg's model runs in a Python environment of its own, beside QGIS. Making it downloads 1 GB or "
                "more and takes some minutes, in the background."
            )
        )
        explanation.setWordWrap(True)
        buttons = QHBoxLayout()
        for button in (self.create_button, self.check_button, self.cancel_button):
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.addWidget(explanation)
        layout.addWidget(self.status_label)
        layout.addLayout(buttons)
        layout.addWidget(self.progress_bar)
        layout.addWidget(self.log_view)
        layout.addWidget(
            QLabel(tr("Another Python, with RailSeg's requirements installed (empty: the environment above)"))
        )
        layout.addWidget(self.python_widget)

    def _create(self) -> None:
        self.python_widget.setFilePath("")
        self.apply()
        self.log_view.clear()
        self._jobs.build()

    def _check(self) -> None:
        path = self.python_widget.filePath().strip()
        self.log_view.clear()
        self._jobs.check(Path(path) if path else self._environment.python())

    def _refresh(self) -> None:
        task = self._jobs.task
        if task is not None and task is not self._followed:
            task.logged.connect(self.log_view.appendPlainText)
            task.progressChanged.connect(self._show_progress)
        self._followed = task
        self.create_button.setEnabled(task is None)
        self.check_button.setEnabled(task is None)
        self.cancel_button.setEnabled(task is not None)
        self.progress_bar.setVisible(task is not None)
        self.status_label.setText(self._status_text())

    def _show_progress(self, percent: float) -> None:
        self.progress_bar.setValue(round(percent))

    def _status_text(self) -> str:
        if self._jobs.task is not None:
            return str(self._jobs.task.description())
        if self._jobs.outcome:
            return self._jobs.outcome.splitlines()[0]
        status = self._environment.status()
        if not status.is_ok:
            return status.message
        text = tr("Ready: {python}").format(python=self._environment.python())
        if self._environment.is_chosen_by_variable:
            text += " " + tr("(set by the variable {name})").format(name=PYTHON_VARIABLE)
        return text
