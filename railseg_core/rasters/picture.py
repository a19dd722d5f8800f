"""One raster on the lattice: where it lies, where it may have data, and its pixels chunk by chunk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyproj

from railseg_core.arrays import UInt8Array
from railseg_core.errors import RailSegError
from railseg_core.paths import file_version
from railseg_core.rasters.coverage import Coverage
from railseg_core.rasters.lattice_warp import LatticeWarp
from railseg_core.rasters.placement import Placement
from railseg_core.rasters.provenance import ENCODING_TAG
from railseg_core.rasters.radiometry import Stretch
from railseg_core.rasters.source_raster import SourceRaster, choose_bands, closed_on_error, reading
from railseg_core.tiling import RASTER_TILE_PX, PixelWindow
from railseg_core.vectors.coordinates import crs_text

_LOOKS = 32
"""Places along either side of a picture at which to check whether its overviews have its mask."""


@dataclass(frozen=True, slots=True)
class RasterInfo:
    """What is known about a raster before it is processed.

    Attributes:
        path: The path as it was given.
        driver: GDAL's name of the format.
        width: Width in pixels.
        height: Height in pixels.
        dtypes: Data types of all bands.
        colours: Colour interpretation of each band: "red", "alpha", "gray", "palette", "undefined"…
        bands: The bands used, counted from 1.
        nodata: The nodata value of the first used band.
        validity: What defines which pixels are valid: "nodata", "mask" (or alpha), or "".
        stretch: How values become 8-bit; None for an 8-bit raster.
        overviews: Factors of the overviews.
        overview: The factor of the overview that is read, 1 for the full picture.
        is_tiled: Whether the file is stored in tiles; strips of a wide picture are slow to read in windows.
        crs: CRS of the raster (of its ground control points if it is placed by those): "EPSG:…" or WKT.
        gsd_m: The raster's own GSD, in metres on the ground.
        working_crs: The CRS in which it is processed.
        is_result: Whether it is a probability or mask raster of RailSeg, not a picture.
    """

    path: str
    driver: str
    width: int
    height: int
    dtypes: tuple[str, ...]
    colours: tuple[str, ...]
    bands: tuple[int, ...]
    nodata: float | None
    validity: str
    stretch: Stretch | None
    overviews: tuple[int, ...]
    overview: int
    is_tiled: bool
    crs: str
    gsd_m: float
    working_crs: str
    is_result: bool


class RasterFile(NamedTuple):
    """A file that a raster is read from.

    Attributes:
        name: Name without its folder, which may differ between machines; the full name if it isn't a file here.
        size: Size in bytes; None if it isn't a file here.
        changed_ns: Modification time in ns, which a copy does not share; None if it isn't a file here.
    """

    name: str
    size: int | None
    changed_ns: int | None


class Picture:
    """A raster on the lattice of a working CRS. Several threads may read it.

    Attributes:
        info: What is known about the raster.
        crs: The working CRS: the one asked for, or the one that suits the raster.
        source_crs: The raster's own CRS (of its ground control points if it is placed by those).
        window: The smallest window of the lattice that covers the raster.
        paths: The files it is read from.
        files: The same files, to detect changes: other files may have other pixels.
        chunk_px: The largest side of a chunk that should be requested.
        chunk_bytes: How many bytes of the raster are read for such a chunk.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        bands: Sequence[int] | None,
        gsd_m: float,
        stretch: Stretch | None,
        crs: pyproj.CRS | None = None,
    ) -> None:
        """Opens the raster.

        Args:
            path: Any raster that GDAL reads.
            bands: As in `open_working_grid`.
            gsd_m: The lattice's GSD, metres.
            stretch: How values become 8-bit; None for an 8-bit raster.
            crs: The working CRS; by default the one that suits the raster.

        Raises:
            RailSegError: the raster is missing, unreadable, or without CRS, georeference or usable bands.
        """
        self._source = open_picture(path, bands)
        with closed_on_error(self), reading(self._source.name):
            placement = Placement(self._source.dataset, crs)
            self.info = describe(self._source, placement, gsd_m, stretch)
            self.crs = placement.crs
            self.source_crs = placement.source_crs
            self.window = placement.footprint(gsd_m)
            names = [os.fspath(path), *(name for name in self._source.dataset.files if not name.endswith(".aux.xml"))]
            self.paths = tuple(dict.fromkeys(names))
            self.files = tuple(_raster_file(path) for path in self.paths)
            self._stretch = stretch
            self._coverage = Coverage(self._source, placement, gsd_m)
            if self.info.overview > 1:
                level = self.info.overviews.index(self.info.overview)
                coarse = open_picture(path, bands, level)
                with closed_on_error(coarse):
                    is_alike = _has_the_same_gaps(coarse, self._source, self.info.overview)
                if is_alike:
                    self._source.close()
                    self._source = coarse
                    placement = Placement(coarse.dataset, placement.crs)
                else:
                    coarse.close()
                    self.info = replace(self.info, overview=1)
            self._warp = LatticeWarp(self._source, placement, gsd_m)
            self.chunk_px = self._warp.chunk_px
            value_bytes = 1 if self._source.is_eight_bit else np.dtype(np.float32).itemsize
            self.chunk_bytes = self._warp.chunk_source_px * self._source.channels * value_bytes

    def may_have_data(self, window: PixelWindow) -> bool:
        """False if the raster certainly has none; if true for a window, it is true for any window that contains it."""
        return window.intersects(self.window) and self._coverage.may_have_data(window)

    def chunk(self, place: PixelWindow) -> UInt8Array | None:
        """The pixels of a chunk: a function of its place and size alone.

        Args:
            place: A square of at most `chunk_px` pixels, at a multiple of its side.

        Returns:
            uint8 (4, rows, cols): red, green, blue, and 1 where they are valid; all 0 elsewhere. None without any data.

        Raises:
            RailSegError: the raster is damaged or cut short.
        """
        made = self._warp.chunk(place) if self.may_have_data(place) else None
        if made is None:
            return None
        image, valid = made
        pixels = np.empty((4, *place.shape), dtype=np.uint8)
        pixels[:3] = self._stretch.apply(image) if self._stretch else image  # a single band stands for all three
        pixels[:3] *= valid
        pixels[3] = valid
        return pixels

    def close(self) -> None:
        """Closes the raster."""
        self._source.close()


def open_picture(
    path: str | os.PathLike[str], bands: Sequence[int] | None, overview: int | None = None
) -> SourceRaster:
    """Opens a raster's bands that make a picture, or an overview of them, counted from 0.

    Raises:
        RailSegError: it is missing, unreadable or has no usable bands.
    """
    return SourceRaster(path, lambda dataset: choose_bands(dataset, bands), overview=overview)


def describe(source: SourceRaster, placement: Placement, gsd_m: float, stretch: Stretch | None) -> RasterInfo:
    """What is known about an open raster."""
    dataset, first = source.dataset, source.bands[0]
    overviews = tuple(int(factor) for factor in dataset.overviews(first))
    # The coarsest that still has two pixels along a working pixel, to be averaged in turn.
    fine_enough = [factor for factor in overviews if placement.gsd_m * factor <= gsd_m / 2 * 1.001]
    return RasterInfo(
        path=source.name,
        driver=dataset.driver,
        width=dataset.width,
        height=dataset.height,
        dtypes=tuple(dataset.dtypes),
        colours=tuple(colour.name for colour in dataset.colorinterp),
        bands=source.bands,
        nodata=dataset.nodatavals[first - 1],
        validity=source.validity,
        stretch=stretch,
        overviews=overviews,
        overview=max(fine_enough, default=1),
        is_tiled=dataset.block_shapes[first - 1][1] < dataset.width or dataset.width <= 2 * RASTER_TILE_PX,
        crs=crs_text(placement.source_crs),
        gsd_m=placement.gsd_m,
        working_crs=crs_text(placement.crs),
        is_result=ENCODING_TAG in dataset.tags(),
    )


def _has_the_same_gaps(overview: SourceRaster, picture: SourceRaster, factor: int) -> bool:
    """Whether an overview has the picture's gaps; it may lack a mask or a nodata value that was added after it.

    GDAL does not say whether it has the mask, so a few places are compared.
    """
    if overview.nodata != picture.nodata:
        return False
    if picture.validity != "mask":
        return True
    for row in range(0, overview.window.height, -(-overview.window.height // _LOOKS)):
        for col in range(0, overview.window.width, -(-overview.window.width // _LOOKS)):
            place = PixelWindow(col * factor, row * factor, factor, factor).intersection(picture.window)
            with suppress(RailSegError):  # a damaged block is reported when its pixels are needed
                _, seen = overview.read(PixelWindow(col, row, 1, 1))
                if seen.all() and not place.is_empty and not picture.read(place)[1].any():
                    return False
    return True


def _raster_file(name: str) -> RasterFile:
    version = file_version(name)
    return RasterFile(name, None, None) if version is None else RasterFile(Path(name).name, *version)
