"""Variables with which QGIS, PostGIS or conda point at their own PROJ and GDAL, which are not those of the wheels."""

from __future__ import annotations

import os

_VARIABLES = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "GDAL_DRIVER_PATH")


def drop_foreign_variables() -> None:
    """Takes them out of this process's environment; to be called before rasterio and pyproj are imported."""
    for name in _VARIABLES:
        os.environ.pop(name, None)
