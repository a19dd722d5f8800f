"""Environment variables of a process that does the work; to be set before numpy, torch and rasterio are imported."""

from __future__ import annotations

import os

# QGIS, PostGIS or conda point at their own PROJ and GDAL with these: not those of the wheels.
_FOREIGN = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "GDAL_DRIVER_PATH")


def prepare_process_environment() -> None:
    """Drops foreign PROJ and GDAL variables, and lets idle OpenMP threads sleep.

    OpenMP's threads by default wait in a loop for each other. Where another program wants the same cores, that makes
    the network slower by far more than its share of them.
    """
    for name in _FOREIGN:
        os.environ.pop(name, None)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
