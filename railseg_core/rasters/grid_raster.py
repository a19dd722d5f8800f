"""Reading probability and mask rasters: RailSeg's own on the lattice, and others on any grid."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pyproj
from affine import Affine
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.io import DatasetReader

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.errors import RailSegError
from railseg_core.rasters.chunks import ChunkCache
from railseg_core.rasters.coverage import Holds, held_by_tiff
from railseg_core.rasters.lattice_warp import LatticeWarp
from railseg_core.rasters.placement import Placement
from railseg_core.rasters.provenance import CRS_TAG, ENCODING_TAG
from railseg_core.rasters.source_raster import SourceRaster, closed_on_error, reading
from railseg_core.tiling import LATTICE_END_PX, PixelWindow

Encoding = Literal["scaled", "unit", "mask"]
"""How a raster's values encode probabilities: 0-255, 0-1, or any value but 0 for 1."""
_NUMBERS: dict[Encoding, str] = {"scaled": "0 to 255", "unit": "0 to 1", "mask": "0 and any other value"}

_SEARCH_PX = 2048
_MAX_CLASS = 16
_ON_LATTICE_PX = 1e-3
_AS_GOOD_AS_0 = 0.5 / 255
"""Values of 0 to 1 below this are read as 0."""
_OVERSHOOT = 0.1
"""How far beyond 0 and 1 resampling may have pushed probabilities."""


def open_grid_raster(path: str | os.PathLike[str]) -> GridRaster:
    """Opens a probability or mask raster, RailSeg's own or another.

    RailSeg's rasters have a tag with their encoding. Any other is scanned whole, window by window: with a single value
    besides 0 it is a mask, and that value is read as 255; values from 0 to 1 are read as 0-255; others up to 255 as
    they are. In a raster made elsewhere, a nodata value of 0 is the background, and so is any other one, or NaN, if
    nothing else is 0 (GRASS makes such masks); only the first band is used, unless bands are described as `track` and
    `axis`.

    Raises:
        RailSegError: the raster is missing, unreadable, without CRS or georeference, a picture, or its values
            are neither a mask nor probabilities.
    """
    source = _open_values(path)
    try:
        with reading(source.name):
            tag = source.dataset.tags().get(ENCODING_TAG)
            encoding: Encoding = "scaled"
            are_gaps_background = False
            if not (tag == "scaled" and source.is_eight_bit):
                encoding, are_gaps_background = _find_encoding(source)
    finally:
        source.close()
    return GridRaster(path, encoding, are_gaps_background=are_gaps_background)


class GridRaster:
    """A probability or mask raster, read by windows. A context manager; several threads may read.

    A north-up raster of square pixels in a metric, undistorted CRS is read as it is, pixel for pixel. Its pixels
    have the lattice's coordinates if they lie on the lattice of their own GSD and not beyond its end; otherwise they
    count from its first pixel. Any other raster is resampled to the lattice of its own GSD in the local UTM zone: masks
    by the nearest pixel, probabilities by interpolation.

    Attributes:
        window: The whole raster.
        gsd_m: Side of a pixel, in metres.
        crs: The metric CRS in which it is read.
        source_crs: The raster's own CRS.
        transform: From a pixel's coordinates as in `window`, (col + 0.5, row + 0.5), to its centre (x, y) in `crs`.
        bands: Descriptions: ("track", "axis") or ("track",).
        tags: Metadata of the file.
    """

    def __init__(self, path: str | os.PathLike[str], encoding: Encoding, *, are_gaps_background: bool) -> None:
        self._source = source = _open_values(path)
        with closed_on_error(self), reading(source.name):
            tags: dict[str, str] = source.dataset.tags()
            # A part of a wide picture may lie where its CRS would not have been chosen: our rasters keep theirs. The
            # tag must match, since other programs copy our tags to what they reproject.
            own = _is_crs(tags.get(CRS_TAG), source.dataset.crs)
            own_crs = pyproj.CRS.from_user_input(source.dataset.crs) if own else None
            placement = Placement(source.dataset, own_crs)
            self._encoding = encoding
            self._are_gaps_background = are_gaps_background
            self.crs = CRS.from_user_input(placement.crs)
            self.source_crs = CRS.from_user_input(placement.source_crs)
            self.bands = ("track", "axis")[: len(source.bands)]
            self.tags = tags
            self._chunks: ChunkCache | None = None
            if placement.is_upright:
                transform: Affine = source.dataset.transform
                self.gsd_m = float(transform.a)
                col, row = transform.c / self.gsd_m, -transform.f / self.gsd_m
                on_lattice = (
                    max(abs(col - round(col)), abs(row - round(row))) < _ON_LATTICE_PX
                    and max(abs(col) + placement.width, abs(row) + placement.height) < LATTICE_END_PX
                )
                col, row = (round(col), round(row)) if on_lattice else (0, 0)
                self.window = PixelWindow(col, row, placement.width, placement.height)
                self.transform = Affine.scale(self.gsd_m, -self.gsd_m) if on_lattice else transform
            else:
                self.gsd_m = placement.gsd_m
                self.window = placement.footprint(self.gsd_m)
                self.transform = Affine.scale(self.gsd_m, -self.gsd_m)
                resampling: Literal["nearest", "smooth"] = "nearest" if encoding == "mask" else "smooth"
                self._warp = LatticeWarp(source, placement, self.gsd_m, resampling)
                self._chunks = ChunkCache(self._warp.chunk_px, len(source.bands) + 1, self._make_pixels)
            self._holds = _holds_of(source) if self._chunks is None else None

    def read(self, window: PixelWindow) -> tuple[UInt8Array, Bools]:
        """The probabilities in any window, within the raster or not.

        Args:
            window: In the pixel coordinates of `self.window`.

        Returns:
            uint8 (bands, rows, cols), 0-255 for 0-1, 0 or 255 for a mask, 0 where not valid; and valid, bool
            (rows, cols).

        Raises:
            RailSegError: the raster is damaged or cut short.
        """
        pixels, valid = self._read(window)
        part = window.intersection(self.window)
        if self._are_gaps_background and not part.is_empty:
            valid[part.local_slices(window)] = True
        return pixels, valid

    def _read(self, window: PixelWindow) -> tuple[UInt8Array, Bools]:
        """`read`, but with the validity that the file states."""
        if self._chunks is not None:
            warped = self._chunks.read(window)
            return warped[:-1], warped[-1] > 0
        pixels = np.zeros((len(self.bands), *window.shape), dtype=np.uint8)
        valid = np.zeros(window.shape, dtype=np.bool_)
        part = window.intersection(self.window)
        if not part.is_empty:
            values, known = self._source.read(self._in_file(part))
            where = part.local_slices(window)
            pixels[:, *where] = _encoded(values, self._encoding)
            valid[where] = known
        return pixels, valid

    @property
    def numbers(self) -> str:
        """How the raster's values are interpreted, for display."""
        numbers = _NUMBERS[self._encoding]
        return f"{numbers}, and nodata as 0" if self._are_gaps_background else numbers

    def may_have_track(self, window: PixelWindow) -> bool:
        """False if nothing but 0 can be read in the window; most of a country's raster was never written."""
        part = window.intersection(self.window)
        if part.is_empty:
            return False
        return self._holds is None or self._holds(self._in_file(part))

    def close(self) -> None:
        """Closes the raster."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _in_file(self, window: PixelWindow) -> PixelWindow:
        """The window relative to the file's first pixel."""
        return PixelWindow(window.col - self.window.col, window.row - self.window.row, window.width, window.height)

    def _make_pixels(self, place: PixelWindow) -> UInt8Array | None:
        made = self._warp.chunk(place)
        if made is None:
            return None
        values, valid = made
        return np.concatenate([_encoded(values, self._encoding) * valid, valid[None]], dtype=np.uint8)


def _holds_of(source: SourceRaster) -> Holds | None:
    """The `Holds` that the file's directory allows, in the file's own pixel coordinates; None if it allows none.

    To be called before threads read the file: GDAL can't look into its directory at the same time.
    """
    dataset, bands = source.dataset, source.stored_bands
    is_empty_0 = all(dataset.nodatavals[band - 1] in (None, 0) for band in bands)
    return held_by_tiff(dataset, bands) if dataset.driver == "GTiff" and is_empty_0 else None


def _is_crs(text: str | None, crs: CRS) -> bool:
    try:
        return text is not None and CRS.from_wkt(text) == crs
    except CRSError:
        return False


def _open_values(path: str | os.PathLike[str]) -> SourceRaster:
    return SourceRaster(path, _choose_bands, as_values=True)


def _choose_bands(dataset: DatasetReader) -> tuple[int, ...]:
    described = {name: band for band, name in zip(dataset.indexes, dataset.descriptions, strict=True) if name}
    if "track" in described:
        return (described["track"], *([described["axis"]] if "axis" in described else []))
    if dataset.count > 2:
        raise RailSegError(
            f"{dataset.name} has {dataset.count} bands: it looks like a picture, not a mask or probabilities.",
            "Give a raster with one band, or extract the railway from the picture.",
        )
    return (1,)


def _find_encoding(source: SourceRaster) -> tuple[Encoding, bool]:
    """What the raster's values are, and whether its gaps are the background: where there are some, but nothing is 0."""
    low, high = np.inf, -np.inf
    has_zeros = has_gaps = False
    whole = source.window
    for row in range(0, whole.height, _SEARCH_PX):
        for col in range(0, whole.width, _SEARCH_PX):
            pixels, valid = source.read(PixelWindow(col, row, _SEARCH_PX, _SEARCH_PX).intersection(whole))
            values = pixels[pixels != 0]
            # Elsewhere, a network's probability is rarely exactly 0.
            has_zeros = has_zeros or bool((valid & (np.abs(pixels) < _AS_GOOD_AS_0)).any())
            has_gaps = has_gaps or not valid.all()
            if values.size:
                low, high = min(low, float(values.min())), max(high, float(values.max()))
            if source.is_eight_bit and has_zeros and low < high and high > _MAX_CLASS:
                return "scaled", False
    return _encoding_of(source, low, high), has_gaps and not has_zeros


def _encoding_of(source: SourceRaster, low: float, high: float) -> Encoding:
    """The encoding of values that, apart from 0, range from `low` to `high`.

    Raises:
        RailSegError: they are neither a mask nor probabilities.
    """
    if low >= high:
        return "mask"
    if low >= -_OVERSHOOT and high <= 1 + _OVERSHOOT and any("float" in dtype for dtype in source.dtypes):
        return "unit"
    if low < 0 or high > 255:
        raise RailSegError(
            f"{source.name} has values from {min(low, 0):g} to {high:g}: neither a mask nor probabilities.",
            "Give a mask (0 and one other value) or probabilities (0 to 1, or 0 to 255).",
        )
    if high <= 1:
        return "unit"
    if high <= _MAX_CLASS:
        raise RailSegError(
            f"{source.name} has values up to {high:g}: it looks like classes.",
            "Make a mask of the railway's class: 0 and one other value.",
        )
    return "scaled"


def _encoded(values: npt.NDArray[Any], encoding: Encoding) -> UInt8Array:
    if encoding == "mask":
        return np.where(values != 0, np.uint8(255), np.uint8(0))
    if values.dtype == np.uint8:
        return values
    scaled: UInt8Array = np.rint(np.clip(values * (255 if encoding == "unit" else 1), 0, 255)).astype(np.uint8)
    return scaled
