"""Where the plugin's own files lie."""

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
    """Where what is large is kept: the worker's environment, and blocks of unfinished runs.

    In the user's profile, but on Windows not: there it is copied at every login where a domain's profiles roam, and
    PyTorch's longest file names are too long below it.
    """
    local = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None
    return Path(local) / "RailSeg" if local else Path(QgsApplication.qgisSettingsDirPath()) / "railseg"
