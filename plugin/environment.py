"""The Python environment that the worker runs in: where it is and in what state."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from qgis.core import QgsApplication, QgsSettings

from .locations import REQUIREMENTS, data_folder
from .translation import tr

PYTHON_SETTING = "railseg/python"
PYTHON_VARIABLE = "RAILSEG_PYTHON"
_STAMP = "railseg-requirements.sha256"


class State(Enum):
    """The states that an environment can be in."""

    OK = "ok"
    MISSING = "missing"
    OUTDATED = "outdated"


@dataclass(frozen=True)
class Status:
    """An environment's state and, if it isn't usable, what to tell the user."""

    state: State
    message: str

    @property
    def is_ok(self) -> bool:
        """Whether the worker can run in it."""
        return self.state is State.OK


class Environment:
    """The worker's Python: one that the user has chosen, else the plugin's own.

    Args:
        folder: The plugin's own environment; None for the one in `data_folder`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_folder() / "env"

    @property
    def chosen_python(self) -> Path | None:
        """The Python named by the variable RAILSEG_PYTHON, else on the options page; None if neither names one."""
        name = os.environ.get(PYTHON_VARIABLE)
        return Path(name).expanduser() if name else self.kept_python

    @property
    def kept_python(self) -> Path | None:
        """The Python named on the options page, even if the variable names another."""
        name = QgsSettings().value(PYTHON_SETTING, "", type=str)
        return Path(name).expanduser() if name else None

    def choose(self, python: Path | None) -> None:
        """Sets the Python that runs the worker from now on; None for the plugin's own environment."""
        QgsSettings().setValue(PYTHON_SETTING, "" if python is None else str(python))

    @property
    def is_chosen_by_variable(self) -> bool:
        """Whether the variable RAILSEG_PYTHON overrides the options page."""
        return bool(os.environ.get(PYTHON_VARIABLE))

    @property
    def own_python(self) -> Path:
        """The Python of the plugin's own environment, whether it exists or not."""
        return self.folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    @property
    def lock_file(self) -> Path:
        """The file that is locked while the plugin's own environment is built."""
        return self.folder.with_name(f"{self.folder.name}.lock")

    def python(self) -> Path:
        """The Python that runs the worker."""
        return self.chosen_python or self.own_python

    def status(self) -> Status:
        """The state of the Python that runs the worker; it only looks at a few files, cheap enough for every click."""
        chosen = self.chosen_python
        if chosen is None:
            return self.own_status()
        if shutil.which(str(chosen)) is not None:  # unlike Path.is_file it stands folders that one may not enter
            return Status(State.OK, "")
        message = tr(
            "The Python chosen for RailSeg doesn't exist: {path}. Choose another under Settings > Options > RailSeg."
        )
        return Status(State.MISSING, message.format(path=chosen))

    def own_status(self) -> Status:
        """The state of the plugin's own environment, whether another Python is chosen or not."""
        if self._has_lost_its_base():
            message = tr(
                "The Python that RailSeg's environment was created with is gone, perhaps after an update of QGIS. "
                "Create the environment again under Settings > Options > RailSeg > Create environment."
            )
            return Status(State.OUTDATED, message)
        try:
            stamp = (self.folder / _STAMP).read_text("ascii").strip()
        except (OSError, ValueError):
            stamp = ""
        if not stamp or not self.own_python.is_file():
            message = tr(
                "RailSeg's Python environment is missing. Create it under Settings > Options > RailSeg > Create "
                "environment."
            )
            if QgsApplication.platform() != "desktop":
                other_way = tr(
                    "Without a desktop, set the variable {variable} to a Python that has the packages listed in "
                    "{requirements}."
                )
                message += f" {other_way.format(variable=PYTHON_VARIABLE, requirements=REQUIREMENTS)}"
            return Status(State.MISSING, message)
        if stamp != requirements_hash():
            message = tr(
                "RailSeg's Python environment was created for another version of RailSeg. Create it again under "
                "Settings > Options > RailSeg > Create environment."
            )
            return Status(State.OUTDATED, message)
        return Status(State.OK, "")

    def mark_ready(self) -> None:
        """Marks the environment as having all requirements; until then it counts as missing."""
        (self.folder / _STAMP).write_text(requirements_hash() + "\n", "ascii")

    def mark_unready(self) -> None:
        """Marks the environment as being changed."""
        (self.folder / _STAMP).unlink(missing_ok=True)

    def _has_lost_its_base(self) -> bool:
        """Whether the Python that it was created with is gone, without which it can't run."""
        try:
            configuration = (self.folder / "pyvenv.cfg").read_text("utf-8")
        except (OSError, ValueError):
            return False
        home = re.search(r"^home\s*=\s*(.+?)\s*$", configuration, re.MULTILINE)
        return home is not None and not os.access(home[1], os.F_OK)


def requirements_hash() -> str:
    """The SHA-256 of the pinned requirements."""
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
