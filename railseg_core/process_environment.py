"""The surroundings of a process that does the work; to be set before numpy, torch and GDAL are loaded."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from railseg_core.freed_memory import keep_freed_memory

# QGIS, PostGIS or conda point at their own PROJ and GDAL with these: not those of the wheels. Some make GDAL run code.
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
# Formats whose files lead to the network (MRF also to files that it writes, GPSBabel to a program that it runs), and
# the virtual ones beside VRT, whose sources nothing confines.
_RASTER_FORMATS = "DAAS,EEDA,EEDAI,GTI,HTTP,MRF,PLMOSAIC,STACIT,STACTA,WCS,WMS,WMTS"
_VECTOR_FORMATS = "ADBC,AmigoCloud,Carto,CSW,Elasticsearch,GDALG,GPSBabel,NGW,OAPIF,OGCAPI,OGR_VRT,PLSCENES,WFS"
GDAL_CONFINEMENT = {
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE": "SIBLING_OR_CHILD_OF_VRT_PATH",  # GDAL 3.12 on
    "GDAL_SKIP": _RASTER_FORMATS,
}
"""What keeps a raster from running code and from the network. GDAL reads `GDAL_SKIP` once, when it is first used."""
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

    OpenMP's threads by default wait in a loop for each other. Where another program wants the same cores, that makes
    the network slower by far more than its share of them.
    """
    for name in _FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(_CONFINEMENT)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    _allow_open_files()
    keep_freed_memory()


def _allow_open_files() -> None:
    """Asks the system for as many open files as a folder of pictures takes: macOS begins with 256."""
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
    """For imports under it that load much: torch and the rest take a quarter less time, and so does the process's end.

    What modules hold stays for good. So the garbage collector need not look through it, neither meanwhile nor later.
    """
    known = len(sys.modules)
    gc.collect()  # or what is garbage now would stay for good too
    try:
        with collecting_no_garbage():
            yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()


@contextmanager
def collecting_no_garbage() -> Iterator[None]:
    """For imports under it, in the middle of work: what that holds must not stay for good, as `loading` would have it.

    Nor what is garbage after them: they leave tracebacks, which hold what their callers are at.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
