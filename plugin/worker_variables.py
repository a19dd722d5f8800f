"""The environment variables of the worker and of the programs that build its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from qgis.core import QgsApplication

# Variables that point QGIS at its own libraries, and would point the worker at the wrong ones.
_FOREIGN_PREFIXES = ("PYTHON", "PROJ_", "DYLD_", "LD_LIBRARY_PATH", "LD_PRELOAD", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
_FOREIGN_NAMES = ("GDAL_DATA", "GDAL_DRIVER_PATH")


def worker_variables(variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment variables without those that point at QGIS's own Python, PROJ, GDAL, Qt and libraries."""
    return {
        name: value
        for name, value in variables.items()
        if not (
            name.startswith(_FOREIGN_PREFIXES)
            or name in _FOREIGN_NAMES
            or (name.startswith("QT_") and name.endswith("PLUGIN_PATH"))
            or (name == "SSL_CERT_FILE" and _is_inside_qgis(Path(value), variables))
        )
    }


def _is_inside_qgis(path: Path, variables: Mapping[str, str]) -> bool:
    """Whether a file belongs to QGIS's own installation, where that is a folder of its own (Windows, macOS)."""
    roots = [Path(variables["OSGEO4W_ROOT"])] if variables.get("OSGEO4W_ROOT") else []
    if sys.platform == "darwin":
        roots.append(Path(QgsApplication.prefixPath()).parent)
    return any(path.is_relative_to(root) for root in roots)
