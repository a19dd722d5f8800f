"""A description of this installation for a bug report, without private paths and passwords."""

from __future__ import annotations

import configparser
import os
import platform
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from qgis.core import Qgis
from qgis.PyQt.QtCore import qVersion

from .environment import Environment
from .install_plan import can_use_cuda
from .locations import PLUGIN_FOLDER
from .proxy import proxy_variables

_LOG_LINES = 60


def report(environment: Environment, log: Sequence[str]) -> str:
    """Versions, the environment's state and the end of the last job's log; in English, for the developers.

    Args:
        environment: The worker's environment.
        log: The last job's log.
    """
    status = environment.status()
    folder = next(path for path in (environment.folder, *environment.folder.parents) if path.exists())
    lines = [
        f"RailSeg {_version()}, QGIS {Qgis.version()}, Qt {qVersion()}, Python {platform.python_version()}",
        f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} cores",
        f"Environment: {status.state.value}, {environment.python()}",
        f"Free space there: {shutil.disk_usage(folder).free / 1e9:.1f} GB",
        f"NVIDIA driver: {'yes' if can_use_cuda() else 'no'}; proxy: {'yes' if proxy_variables() else 'no'}",
        "",
        *(log[-_LOG_LINES:] or ["No check has been made since QGIS started."]),
    ]
    return without_private_parts("\n".join(lines))


def without_private_parts(text: str, home: Path | None = None) -> str:
    """The text with ~ for the home folder and without user names and passwords in addresses.

    Args:
        text: Any text.
        home: The home folder; None for this user's.
    """
    folder = home or Path.home()
    for name in dict.fromkeys((str(folder), folder.as_posix(), str(folder).replace("\\", "\\\\"))):
        if folder != Path(folder.anchor):
            text = re.sub(re.escape(name) + r"(?![\w.-])", "~", text, flags=re.IGNORECASE if os.name == "nt" else 0)
    return re.sub(r"(\w://)[^/\s@]+@", r"\1…@", text)


def _version() -> str:
    metadata = configparser.ConfigParser()
    metadata.read(PLUGIN_FOLDER / "metadata.txt", "utf-8")
    return metadata.get("general", "version", fallback="?")
