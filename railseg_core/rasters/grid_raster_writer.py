"""Writing probability and mask rasters on the lattice, complete or not at all."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetWriter
from rasterio.windows import Window

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.errors import RailSegError
from railseg_core.outputs import written_aside
from railseg_core.rasters.provenance import CRS_TAG, ENCODING_TAG
from railseg_core.rasters.source_raster import GDAL_ERRORS, gdal_environment
from railseg_core.tiling import RASTER_TILE_PX, PixelWindow

_BYTES_PER_VALUE = 0.1
"""Approximate size of a compressed probability, to check for free disk space."""


def expected_bytes(window: PixelWindow, bands: int) -> int:
    """Approximate size of a grid raster's file."""
    return int(bands * window.width * window.height * _BYTES_PER_VALUE)


class GridRasterWriter:
    """Writes windows of a grid raster. Created by `create_grid_raster`.

    Attributes:
        window: The window the file covers.
    """

    def __init__(self, dataset: DatasetWriter, window: PixelWindow, name: str) -> None:
        self.window = window
        self._dataset = dataset
        self._name = name
        self._written: list[Window] = []

    def write(self, window: PixelWindow, pixels: UInt8Array, valid: Bools) -> None:
        """Writes a window, ideally one that starts and ends at multiples of 256 px: others are compressed twice.

        Args:
            window: Within the file's.
            pixels: uint8 (bands, rows, cols).
            valid: bool (rows, cols); invalid pixels are written as 0.

        Raises:
            RailSegError: the disk is full or gone.
            ValueError: the window reaches beyond the file's.
        """
        rows, cols = window.local_slices(self.window)
        where = Window(cols.start, rows.start, window.width, window.height)
        with _writing(self._name), gdal_environment():
            self._dataset.write(np.where(valid, pixels, np.uint8(0)), window=where)
            self._dataset.write_mask(valid, window=where)
        self._written.append(where)

    def read_again(self, path: Path) -> None:
        """Reads back what was written to a file that has been closed: libtiff does not report what it failed to flush.

        Raises:
            RasterioIOError: a tile is damaged or missing.
        """
        with rasterio.open(path) as dataset:
            for where in self._written:
                dataset.read(window=where, masked=True)


@contextmanager
def create_grid_raster(
    path: str | os.PathLike[str],
    window: PixelWindow,
    gsd_m: float,
    crs: CRS | str,
    bands: Sequence[str] = ("track", "axis"),
    tags: Mapping[str, str] | None = None,
    *,
    numbering: Affine | None = None,
    overwrite: bool = False,
    aside_folder: Path | None = None,
) -> Iterator[GridRasterWriter]:
    """Writes a raster on the lattice, which appears under its name only if the `with` block succeeds.

    The file is a GeoTIFF in tiles of 256 px, uint8, 0-255 for 0-1, with an internal mask band. Pixels that are never
    written are invalid.

    Args:
        path: The file to write.
        window: The whole raster, in the lattice's pixel coordinates; if snapped to 256 px, as `WorkingGrid.window` is,
            no tile is written twice.
        gsd_m: The lattice's GSD, metres.
        crs: The working CRS.
        bands: The bands' descriptions.
        tags: Metadata of the file.
        numbering: Transform of the window's pixel coordinates, if they are those of a `GridRaster` off the lattice (its
            `transform`); by default the lattice's own.
        overwrite: Whether an existing file may be replaced.
        aside_folder: See `railseg_core.outputs.written_aside`.

    Raises:
        RailSegError: the file cannot be written: its folder, permission or space is missing, or it exists already.
    """
    required = expected_bytes(window, len(bands))
    name = os.fspath(path)
    profile = {
        "driver": "GTiff",
        "dtype": "uint8",
        "count": len(bands),
        "width": window.width,
        "height": window.height,
        "crs": crs,
        "transform": (numbering or Affine.scale(gsd_m, -gsd_m)) @ Affine.translation(window.col, window.row),
        "tiled": True,
        "blockxsize": RASTER_TILE_PX,
        "blockysize": RASTER_TILE_PX,
        "interleave": "band",
        "compress": "deflate",
        "zlevel": 1,
        "bigtiff": "if_safer",
        "sparse_ok": True,
    }
    with written_aside(path, overwrite=overwrite, required_bytes=required, aside_folder=aside_folder) as aside:
        with _writing(name), gdal_environment():
            dataset: DatasetWriter = rasterio.open(aside, "w", **profile)
        try:
            with _writing(name), gdal_environment():
                own_tags = {ENCODING_TAG: "scaled", CRS_TAG: CRS.from_user_input(crs).to_wkt()}
                dataset.update_tags(**{**(tags or {}), **own_tags})
                for band, description in enumerate(bands, 1):
                    dataset.set_band_description(band, description)
            writer = GridRasterWriter(dataset, window, name)
            yield writer
            with _writing(name), gdal_environment():
                with _all_failures():
                    dataset.close()
                writer.read_again(aside)
        finally:
            with gdal_environment():
                dataset.close()


@contextmanager
def _writing(name: str) -> Iterator[None]:
    try:
        yield
    except GDAL_ERRORS as error:
        raise RailSegError(
            f"{name} could not be written ({error.__cause__ or error}).",
            "Check that the disk has space left and is still there.",
        ) from error


class _FailureLog(logging.Handler):
    """Collects the failures that GDAL reports: rasterio logs them as information, since GDAL may recover from some."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Collects a failure; warnings have a different form."""
        message = record.getMessage()
        if record.levelno >= logging.ERROR or message.startswith("GDAL signalled an error"):
            self.messages.append(message)


@contextmanager
def _all_failures() -> Iterator[None]:
    """Raises what rasterio only logs while a file is closed, when GDAL writes the last tiles, mask and directory.

    Reading them back does not show every failure: a tile without space may look like one that was never written.

    Raises:
        RasterioIOError: something failed without an exception.
    """
    log, failures = logging.getLogger("rasterio._env"), _FailureLog()
    level = log.level
    log.addHandler(failures)
    log.setLevel(min(log.getEffectiveLevel(), logging.INFO))
    try:
        yield
    finally:
        log.removeHandler(failures)
        log.setLevel(level)
    if failures.messages:
        raise RasterioIOError(failures.messages[0])
