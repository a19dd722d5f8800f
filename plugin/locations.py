"""Where the plugin's own files are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from qgis.core import QgsApplication

PLUGIN_FOLDER = Path(__file__).resolve().parent.parent
WORKER_SCRIPT = PLUGIN_FOLDER / "railseg_core" / "worker.py"
REQUIREMENTS = PLUGIN_FOLDER / "resources" / "requirements.txt"
ICON = PLUGIN_FOLDER / "resources" / "icons" / "railseg.svg"
HELP_PICTURES = PLUGIN_FOLDER / "resources" / "help"
STYLES = PLUGIN_FOLDER / "resources" / "styles"
TRANSLATIONS = PLUGIN_FOLDER / "plugin" / "i18n"
WEBSITE = "https://github.com/railseg/railseg"


def data_folder() -> Path:
    """The folder for large data: the worker's environment, and blocks of unfinished runs.

    It is in the user's profile, except on Windows: there roaming profiles are copied at every login, and
    PyTorch's longest paths would be too long.
    """
    local = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None
    return Path(local) / "RailSeg" if local else Path(QgsApplication.qgisSettingsDirPath()) / "railseg"
