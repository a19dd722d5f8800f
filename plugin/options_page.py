"""The page under Settings > Options > RailSeg: where the worker's Python is created, chosen and checked."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon, QShowEvent
from qgis.PyQt.QtWidgets import (
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from .environment import PYTHON_VARIABLE, Environment
from .environment_task import EnvironmentJobs
from .install_plan import Build, InstallPlan, can_use_cuda, default_build
from .locations import ICON
from .report import report
from .translation import tr

PAGE_NAME = "RailSeg"


class RailSegOptionsFactory(QgsOptionsWidgetFactory):
    """Creates the page each time the options dialog opens."""

    def __init__(self, environment: Environment, jobs: EnvironmentJobs) -> None:
        super().__init__(PAGE_NAME, QIcon(str(ICON)))
        self._environment = environment
        self._jobs = jobs

    def createWidget(self, parent: QWidget | None = None) -> QgsOptionsPageWidget:
        """A new page."""
        return RailSegOptionsPage(self._environment, self._jobs, parent)


class RailSegOptionsPage(QgsOptionsPageWidget):
    """Shows the state of the environment, what can be installed, and the running job."""

    def __init__(self, environment: Environment, jobs: EnvironmentJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE_NAME)
        self._environment = environment
        self._jobs = jobs
        self._followed: object = None
        self._tried_python: Path | None = None  # already checked, and the outcome shown

        self.status_label = _wrapped("")
        self.check_button = QPushButton(tr("Check"))
        self.report_button = QPushButton(tr("Copy report"))
        self.cpu_choice = QRadioButton(_build_text(tr("Build it for this machine's processor"), Build.CPU))
        self.cuda_choice = QRadioButton()
        if can_use_cuda():
            self.cuda_choice.setText(_build_text(tr("Build it for the NVIDIA card (CUDA)"), Build.CUDA))
        self.wheels_choice = QRadioButton(tr("Build it from a folder of wheels, without a network"))
        self.wheels_widget = _file_widget(tr("Folder of wheels"), QgsFileWidget.StorageMode.GetDirectory)
        self.python_choice = QRadioButton(tr("Use an existing Python that has RailSeg's requirements"))
        self.python_widget = _file_widget(tr("Python for RailSeg"), QgsFileWidget.StorageMode.GetFile)
        self.create_button = QPushButton()
        self.cancel_button = QPushButton(tr("Cancel"))
        self.progress_bar = QProgressBar()
        self.log_view = QPlainTextEdit()
        self.log_view.setReadOnly(True)
        self._arrange()

        self.python_widget.setFilePath(str(self._environment.kept_python or ""))
        self.python_choice.setChecked(bool(self.python_widget.filePath()))
        for choice in self._choices():
            choice.toggled.connect(self._refresh)
        for widget in (self.wheels_widget, self.python_widget):
            widget.fileChanged.connect(self._refresh)
        self.create_button.clicked.connect(self._create)
        self.check_button.clicked.connect(self._check)
        self.report_button.clicked.connect(self._copy_report)
        self.cancel_button.clicked.connect(self._jobs.cancel)
        self._jobs.changed.connect(self._refresh)
        self.log_view.setPlainText("\n".join(self._jobs.log))
        self._refresh()

    def apply(self) -> None:
        """Saves the choice: a named Python once its check has succeeded, RailSeg's own if it can be used."""
        if not self.python_choice.isChecked():
            if self._environment.own_status().is_ok:
                self._environment.choose(None)
                self._tried_python = None
            return
        python = _path_in(self.python_widget)
        if python is not None and python not in (self._environment.kept_python, self._tried_python):
            self._jobs.use(python)

    def showEvent(self, event: QShowEvent) -> None:
        """Selects what suits this machine's hardware unless something is selected.

        Only now, as a card's driver may take seconds to answer, and QGIS creates all pages when its options open.
        """
        if not any(choice.isChecked() for choice in self._choices()):
            choice = self.cuda_choice if default_build() is Build.CUDA else self.cpu_choice
            choice.setChecked(True)
        super().showEvent(event)

    def helpKey(self) -> str:
        """Empty: QGIS's own manual has no page on this."""
        return ""

    def _choices(self) -> tuple[QRadioButton, ...]:
        return (self.cpu_choice, self.cuda_choice, self.wheels_choice, self.python_choice)

    def _arrange(self) -> None:
        explanation = tr(
            "RailSeg's model runs in a Python environment of its own, separate from QGIS: PyTorch and some smaller "
            "packages, installed to {folder}. QGIS itself isn't changed."
        )
        state = QGroupBox(tr("Environment"))
        state_layout = QVBoxLayout(state)
        state_layout.addWidget(_wrapped(explanation.format(folder=self._environment.folder)))
        state_layout.addWidget(self.status_label)
        state_layout.addLayout(_row(self.check_button, self.report_button))

        setup = QGroupBox(tr("Set it up"))
        setup_layout = QVBoxLayout(setup)
        for widget in (*self._choices()[:3], self.wheels_widget, self.python_choice, self.python_widget):
            setup_layout.addWidget(widget)
        self.cuda_choice.setVisible(can_use_cuda())
        setup_layout.addLayout(_row(self.create_button, self.cancel_button))
        setup_layout.addWidget(self.progress_bar)

        layout = QVBoxLayout(self)
        layout.addWidget(state)
        layout.addWidget(setup)
        layout.addWidget(self.log_view, 1)

    def _create(self) -> None:
        self.log_view.clear()
        python = _path_in(self.python_widget)
        if self.python_choice.isChecked() and python is not None:
            self._tried_python = python
            self._jobs.use(python)
        elif self.wheels_choice.isChecked():
            self._jobs.build(InstallPlan(wheels=_path_in(self.wheels_widget)))
        else:
            self._jobs.build(InstallPlan(Build.CUDA if self.cuda_choice.isChecked() else Build.CPU))

    def _check(self) -> None:
        self.log_view.clear()
        self._jobs.check()

    def _copy_report(self) -> None:
        text = report(self._environment, self._jobs.log)
        QgsApplication.clipboard().setText(text)
        self.log_view.setPlainText(text)

    def _refresh(self) -> None:
        task = self._jobs.task
        if task is not None and task is not self._followed:
            task.logged.connect(self.log_view.appendPlainText)
            task.progressChanged.connect(self._show_progress)
        self._followed = task
        is_idle = task is None
        for choice in self._choices():
            choice.setEnabled(is_idle)
        is_complete = True
        for choice, widget in ((self.wheels_choice, self.wheels_widget), (self.python_choice, self.python_widget)):
            widget.setEnabled(is_idle and choice.isChecked())
            is_complete = is_complete and (not choice.isChecked() or _path_in(widget) is not None)
        self.create_button.setEnabled(is_idle and is_complete)
        self.check_button.setEnabled(is_idle and self._environment.status().is_ok)
        self.create_button.setText(
            tr("Check and use it") if self.python_choice.isChecked() else tr("Create environment")
        )
        self.cancel_button.setEnabled(not is_idle)
        self.progress_bar.setVisible(not is_idle)
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


def _build_text(text: str, build: Build) -> str:
    plan = InstallPlan(build)
    sizes = tr("{text}: about {download} GB to download, {disk} GB on disk")
    return sizes.format(text=text, download=plan.download_gb, disk=plan.disk_gb)


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label


def _file_widget(title: str, mode: QgsFileWidget.StorageMode) -> QgsFileWidget:
    widget = QgsFileWidget()
    widget.setDialogTitle(title)
    widget.setStorageMode(mode)
    widget.lineEdit().setPlaceholderText(title)
    return widget


def _path_in(widget: QgsFileWidget) -> Path | None:
    """The path that is typed or pasted, without the quotes in which Windows copies one; None if there is none."""
    path = widget.filePath().strip().strip('"')
    return Path(path).expanduser() if path else None


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch()
    return row
