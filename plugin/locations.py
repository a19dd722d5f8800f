"""Where the plugin's own files lie."""

from __future__ import annotations

from pathlib import Path

PLUGIN_FOLDER = Path(__file__).resolve().parent.parent
WORKER_SCRIPT = PLUGIN_FOLDER / "railseg_core" / "worker.py"
REQUIREMENTS = PLUGIN_FOLDER / "resources" / "requirements.txt"
ICON = PLUGIN_FOLDER / "resources" / "icons" / "railseg.svg"
HELP_PICTURES = PLUGIN_FOLDER / "resources" / "help"
STYLES = PLUGIN_FOLDER / "resources" / "styles"
TRANSLATIONS = PLUGIN_FOLDER / "plugin" / "i18n"
WEBSITE = "https://github.com/railseg/railseg"
