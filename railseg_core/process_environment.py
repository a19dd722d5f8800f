"""The environment of a process that does the work; must be set up before numpy, torch and GDAL are loaded."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from railseg_core.freed_memory import keep_freed_memory

# QGIS, PostGIS or conda point at their own PROJ and GDAL with these, not at the wheels'. Some make GDAL run code.
_FOREIGN = (
    "PROJ_DATA",
    "PROJ_LIB",
    "GDAL_DATA",
    "GDAL_DRIVER_PATH",
    "GDAL_PYTHON_DRIVER_PATH",
    "GDAL_VRT_PYTHON_TRUSTED_MODULES",
    "OGR_DRIVER_PATH",
    "OGR_SQLITE_LOAD_EXTENSIONS",
)
# Formats whose files lead to the network (MRF also writes files, and GPSBabel runs a program), and virtual formats
# other than VRT, whose sources nothing confines.
_RASTER_FORMATS = "DAAS,EEDA,EEDAI,GTI,HTTP,MRF,PLMOSAIC,STACIT,STACTA,WCS,WMS,WMTS"
_VECTOR_FORMATS = "ADBC,AmigoCloud,Carto,CSW,Elasticsearch,GDALG,GPSBabel,NGW,OAPIF,OGCAPI,OGR_VRT,PLSCENES,WFS"
GDAL_CONFINEMENT = {
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE": "SIBLING_OR_CHILD_OF_VRT_PATH",  # GDAL 3.12 on
    "GDAL_SKIP": _RASTER_FORMATS,
}
"""Options that keep rasters from running code and off the network. GDAL reads `GDAL_SKIP` once, when first used."""
_CONFINEMENT = GDAL_CONFINEMENT | {
    "GDAL_SKIP": f"{_RASTER_FORMATS},{_VECTOR_FORMATS}",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "PROJ_NETWORK": "OFF",
}
_OPEN_FILES = 4096


def prepare_process_environment() -> None:
    """Drops foreign PROJ and GDAL variables, confines what files can make GDAL do, lets idle OpenMP threads sleep.

    Freed memory is kept (see `keep_freed_memory`).

    By default OpenMP's threads busy-wait for each other. If another program uses the same cores, that slows the network
    down by far more than the other's share of them. OpenCV gets no threads of its own: those that read and clean call
    it at the same time, and an eighth of reading's processor time would go into waking them.
    """
    for name in _FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(_CONFINEMENT)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")
    _allow_open_files()
    keep_freed_memory()


def _allow_open_files() -> None:
    """Raises the limit on open files to what a folder of pictures takes: macOS starts with 256."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def loading() -> Iterator[None]:
    """Speeds up large imports in the `with` block: torch and the rest take a quarter less time, and so does exiting.

    What modules hold stays for good, so the garbage collector need not look through it, neither now nor later.
    """
    known = len(sys.modules)
    gc.collect()  # otherwise what is garbage now would stay for good too
    try:
        with collecting_no_garbage():
            yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()


@contextmanager
def collecting_no_garbage() -> Iterator[None]:
    """Speeds up imports in the `with` block in the middle of work; unlike `loading`, it makes nothing stay for good.

    What the work holds must not stay, nor the imports' garbage: their tracebacks hold the objects of their callers.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
