"""The source raster: opened safely, its bands chosen, its pixels read together with their validity."""

from __future__ import annotations

import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakSet

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, Interleaving, MaskFlags
from rasterio.errors import NodataShadowWarning, NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.errors import RailSegError
from railseg_core.paths import exists, gdal_name, is_device_or_pipe
from railseg_core.process_environment import GDAL_CONFINEMENT
from railseg_core.rasters.alpha import alpha_band
from railseg_core.rasters.virtual_raster import check_sources, is_on_network
from railseg_core.tiling import PixelWindow

CACHE_BYTES = 64 * 2**20
"""Size of GDAL's block cache. GDAL's own default is a twentieth of the machine's memory."""
_ROWS_CACHE_BYTES = 512 * 2**20
"""Size of the cache while a raster is open that is stored in rows: it should hold those that a block of tiles spans, or
they are decompressed again for every tile, in PNG and JPEG from the first row on."""
MAX_BLOCK_BYTES = 512 * 2**20
"""Largest block of a raster, which GDAL must decompress as a whole to read a single pixel."""
_NO_NETWORK = {"CPL_VSIL_CURL_ALLOWED_FILENAME": "none"}
"""Makes GDAL's network file systems open this one name only."""
_PATIENCE = {"GDAL_HTTP_CONNECTTIMEOUT": 10, "GDAL_HTTP_LOW_SPEED_TIME": 30, "GDAL_HTTP_LOW_SPEED_LIMIT": 1}
"""Seconds, and bytes per second: an address that does not answer is an error, not an endless wait."""
_NO_FILE = re.compile(r"/vsi|[A-Za-z_0-9]{2,}:")
"""Beginnings of GDAL's virtual folders, subdatasets and addresses; a single letter is a Windows drive."""
GDAL_ERRORS = (RasterioError, CPLE_BaseError, UnicodeDecodeError)
"""The exceptions of GDAL's failures: rasterio wraps those of reading and writing, and leaves others as they are; the
last one is raised if a damaged file's text cannot be decoded."""
warnings.filterwarnings("ignore", category=NodataShadowWarning)  # where there is a nodata value too, alpha is read here
_RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)


def gdal_environment(name: str = "") -> rasterio.Env:
    """GDAL's settings while a raster is opened, read or written: a bounded cache, masks inside the file.

    The listing of the raster's folder stays on: sidecars (overviews, masks, world files) are found by it. A file's
    content never leads to the network; an address given by the user does.

    Args:
        name: Name of the raster that is read, as it was given.
    """
    network = _PATIENCE if is_on_network(name) else _NO_NETWORK
    cache_bytes = _ROWS_CACHE_BYTES if _stored_in_rows else CACHE_BYTES  # GDAL has one cache for all rasters
    return rasterio.Env(GDAL_CACHEMAX=cache_bytes, GDAL_TIFF_INTERNAL_MASK=True, **GDAL_CONFINEMENT, **network)


def open_dataset(path: str | os.PathLike[str], **options: object) -> DatasetReader:
    """Opens a raster with GDAL.

    Raises:
        RailSegError: there is no such file, it is not a raster with bands, refers to bytes or pictures that it must
            not, or has blocks that are too large to be read.
    """
    name = gdal_name(path)
    if is_device_or_pipe(name):
        raise RailSegError(f"{name} is a device or a pipe.", "Give a file.")
    try:
        with gdal_environment(name), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a more helpful error comes later
            dataset: DatasetReader = rasterio.open(name, **options)
            parts = dataset.subdatasets
    except GDAL_ERRORS as error:
        if not (exists(name) or _NO_FILE.match(name)):
            raise RailSegError(
                f"{name} does not exist.", "Check the name of the raster and your permissions for its folder."
            ) from error
        if exists(name) and Path(name).is_dir():
            raise RailSegError(
                f"{name} is a folder without pictures, or a single raster is expected here.",
                "Name a raster in it. From a folder of pictures, GeoTIFF, JPEG 2000, JPEG, PNG and IMG files are read, "
                "but not in its subfolders.",
            ) from error
        raise RailSegError(
            f"{name} is not a raster that can be read: {str(error).rstrip('.')}.",
            "Give a GeoTIFF, COG, VRT, JPEG 2000 or another raster that GDAL reads.",
        ) from error
    if dataset.count == 0:
        dataset.close()
        hint = f"Name one of its parts, for example {parts[0]}" if parts else "Give a picture."
        raise RailSegError(f"{name} has no bands.", hint)
    with closed_on_error(dataset), reading(name):
        check_sources(dataset)
        _check_blocks(dataset)
    return dataset


def _check_blocks(dataset: DatasetReader) -> None:
    together = dataset.count if dataset.interleaving is Interleaving.pixel else 1
    for (rows, cols), dtype in zip(dataset.block_shapes, dataset.dtypes, strict=True):
        size = rows * cols * together * (16 if "complex" in dtype else np.dtype(dtype).itemsize)
        if size > MAX_BLOCK_BYTES:
            raise RailSegError(
                f"{dataset.name} is stored in blocks of {cols:,} x {rows:,} pixels: reading a single one takes "
                f"{size / 1e9:,.1f} GB of memory.",
                "Store it in tiles: gdal_translate -co TILED=YES -co COMPRESS=DEFLATE -co BIGTIFF=IF_SAFER.",
            )


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turns a failure to read pixels into an error that names the file.

    Raises:
        RailSegError: the file is damaged, cut short or out of reach.
    """
    try:
        with gdal_environment(name):
            yield
    except GDAL_ERRORS as error:
        cause = error.__cause__ or error
        raise RailSegError(
            f"{name} could not be read: it is damaged or cut short ({cause}).",
            "Copy or download it again; gdalinfo -checksum shows whether it is intact.",
        ) from error


class _Closable(Protocol):
    def close(self) -> None: ...


@contextmanager
def closed_on_error(opened: _Closable) -> Iterator[None]:
    """Closes what has been opened if the `with` block fails: an open file is locked on Windows."""
    try:
        yield
    except BaseException:
        opened.close()
        raise


def choose_bands(dataset: DatasetReader, bands: Sequence[int] | None) -> tuple[int, ...]:
    """The one or three bands, counted from 1, that make the picture.

    Args:
        dataset: The raster.
        bands: The requested bands; None for those described or marked as red, green and blue, otherwise the first three
            that are not alpha, otherwise the first.

    Raises:
        RailSegError: the request is not one or three bands of the raster, or the raster has only an alpha band.
    """
    if bands is not None:
        if len(bands) not in (1, 3) or not all(1 <= band <= dataset.count for band in bands):
            listing = ", ".join(f"{i} ({c.name})" for i, c in zip(dataset.indexes, dataset.colorinterp, strict=True))
            raise RailSegError(
                f"Bands {', '.join(map(str, bands)) or 'none'} of {dataset.name} cannot be used.",
                f"Give one or three of its bands: {listing}.",
            )
        return tuple(bands)
    # Names were given on purpose; GDAL calls the first three of four bytes red, green and blue unless told otherwise.
    described = [(name or "").lower() for name in dataset.descriptions]
    if all(colour.name in described for colour in _RGB):
        return tuple(described.index(colour.name) + 1 for colour in _RGB)
    meaning = dict(zip(dataset.indexes, dataset.colorinterp, strict=True))
    if set(_RGB) <= set(meaning.values()):
        return tuple(next(i for i, c in meaning.items() if c == colour) for colour in _RGB)
    colours = [i for i, c in meaning.items() if c != ColorInterp.alpha]
    if not colours:
        raise RailSegError(f"{dataset.name} has only an alpha band.", "Give a picture.")
    return tuple(colours[:3] if len(colours) >= 3 else colours[:1])


class SourceRaster:
    """A raster's chosen bands. Windows count from the raster's own first pixel. Several threads may read it.

    Attributes:
        bands: The chosen ones, counted from 1.
        dtypes: The data type of each of them.
        stored_bands: The file's bands that define the picture and its validity: the chosen ones and any alpha.
        is_invalid_where_empty: Whether what was never written to the file has no data; otherwise it is black.

    Args:
        path: The raster.
        choose: Picks the bands, for example `choose_bands`.
        overview: The overview to read instead of the full picture, counted from 0.
        as_values: Read numbers rather than a picture: a palette is not applied, and a nodata value of 0 is the
            background of a mask, not a lack of data.

    Raises:
        RailSegError: the raster cannot be opened, or its bands are not usable.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        choose: Callable[[DatasetReader], tuple[int, ...]],
        *,
        overview: int | None = None,
        as_values: bool = False,
    ) -> None:
        options = {} if overview is None else {"OVERVIEW_LEVEL": overview}
        self._open_again = partial(open_dataset, path, **options)
        self.dataset = self._open_again()
        # GDAL can't share a dataset among threads: one that finds none idle opens its own.
        self._idle = [self.dataset]
        self._reading = 0
        self._one_is_back = threading.Condition()
        if self.dataset.block_shapes[0][1] == self.dataset.width:
            _stored_in_rows.add(self)
        with closed_on_error(self), reading(self.name):
            self.bands = choose(self.dataset)
            self.dtypes = tuple(self.dataset.dtypes[band - 1] for band in self.bands)
            if any("complex" in dtype for dtype in self.dtypes):
                raise RailSegError(f"{self.name} contains complex numbers.", "Give a picture of amplitudes.")
            if len({*self.dtypes}) > 1:
                raise RailSegError(
                    f"Bands {', '.join(map(str, self.bands))} of {self.name} have different data types.",
                    f"Choose bands of one type ({', '.join(self.dataset.dtypes)}), or convert it: gdal_translate -ot.",
                )
            self._palette = None if as_values else self._read_palette()
            # PHOTOMETRIC=MINISWHITE: 0 is white, which GDAL leaves to its readers.
            is_negative = self.dataset.tags(ns="IMAGE_STRUCTURE").get("MINISWHITE") == "YES"
            is_picture = not (as_values or self.has_palette) and {*self.dtypes} <= {"uint8", "uint16"}
            self._is_negative = is_negative and is_picture
            flags = [self.dataset.mask_flag_enums[band - 1] for band in self.bands]
            nodata = [self.dataset.nodatavals[band - 1] for band in self.bands]
            self._by_nodata = any(MaskFlags.nodata in flag for flag in flags) and not (as_values and {*nodata} == {0.0})
            alpha = alpha_band(self.dataset)
            by_alpha = all(MaskFlags.alpha in flag for flag in flags)
            self._by_mask = any(MaskFlags.per_dataset in flag for flag in flags) and not (by_alpha and alpha is None)
            # GDAL makes a mask from alpha beside one band or three, without a nodata value; otherwise alpha is read.
            self._alpha = None if by_alpha else alpha
            self.stored_bands = self.bands if alpha is None else (*self.bands, alpha)
            # What was never written is read as the band's nodata value, or as 0 if it has none.
            by_nodata = self._by_nodata and all(
                flag == [MaskFlags.nodata] and value is not None and ("float" in dtype or value.is_integer())
                for flag, value, dtype in zip(flags, nodata, self.dtypes, strict=True)
            )
            is_clear = alpha is not None and not self.dataset.nodatavals[alpha - 1]
            self.is_invalid_where_empty = by_nodata or (is_clear and not self._by_nodata)

    @property
    def name(self) -> str:
        """The raster's name, as it was given."""
        return str(self.dataset.name)

    @property
    def has_palette(self) -> bool:
        """Whether the values are indices of colours, which are read as red, green and blue."""
        return self._palette is not None

    @property
    def channels(self) -> int:
        """Number of bands that `read` returns: 1 or 3."""
        return 3 if self.has_palette else len(self.bands)

    @property
    def is_eight_bit(self) -> bool:
        """Whether `read` returns uint8; all other rasters are read as float32."""
        return all(dtype == "uint8" for dtype in self.dtypes) or self.has_palette

    @property
    def is_always_valid(self) -> bool:
        """Whether every pixel of the raster is certain to have data."""
        floats = any("float" in dtype for dtype in self.dtypes)
        gaps_in_palette = self._palette is not None and not self._palette[:, 3].all()
        return not (self._by_nodata or self._by_mask or self._alpha or floats or gaps_in_palette)

    @property
    def validity(self) -> str:
        """What defines which pixels are valid: "nodata", "mask" (or alpha), or "" if nothing does."""
        return "nodata" if self._by_nodata else "mask" if self._by_mask or self._alpha else ""

    @property
    def nodata(self) -> tuple[str, ...]:
        """The nodata values of the bands, as text, since NaN does not equal itself."""
        return tuple(repr(self.dataset.nodatavals[band - 1]) for band in self.bands)

    @property
    def window(self) -> PixelWindow:
        """The whole raster."""
        return PixelWindow(0, 0, self.dataset.width, self.dataset.height)

    def read(self, window: PixelWindow, shape: tuple[int, int] | None = None) -> tuple[npt.NDArray[Any], Bools]:
        """The pixels of a window within the raster.

        Args:
            window: Window in the raster's own pixel coordinates.
            shape: (rows, cols) to thin the window out to, for a look at the whole.

        Returns:
            uint8 or float32 (channels, rows, cols), 0 where not valid; and valid, bool (rows, cols). In an integer
            raster a pixel is nodata only if all chosen bands are: 0 is also a shadow's blue.

        Raises:
            RailSegError: the file is damaged, cut short or out of reach.
        """
        where = Window(window.col, window.row, window.width, window.height)
        bands = list(self.bands)
        options: dict[str, Any] = {"window": where}
        if shape:
            options["out_shape"] = (len(bands), *shape)
        with self._a_dataset() as dataset, reading(self.name):
            pixels = dataset.read(bands, **options)
            valid = np.ones(pixels.shape[1:], dtype=np.bool_)
            if self._by_nodata or self._by_mask:
                masks = dataset.read_masks(bands, **options) > 0
                valid &= masks.all(axis=0) if pixels.dtype.kind == "f" else masks.any(axis=0)
            if self._alpha:
                if shape:
                    options["out_shape"] = shape
                valid &= dataset.read(self._alpha, **options) > 0
        if self._palette is not None:
            colours = self._palette[np.minimum(pixels[0].astype(np.intp), len(self._palette) - 1)]
            valid &= colours[..., 3] > 0
            pixels = np.moveaxis(colours[..., :3], -1, 0)
        if self._is_negative:
            pixels = np.iinfo(pixels.dtype).max - pixels
        if not self.is_eight_bit:
            pixels = pixels.astype(np.float32)
            valid &= np.isfinite(pixels).all(axis=0)
        if not valid.all():
            pixels = np.where(valid, pixels, pixels.dtype.type(0))
        return pixels, valid

    def close(self) -> None:
        """Closes the file once other threads have finished reading: GDAL would crash otherwise."""
        with self._one_is_back:
            self._one_is_back.wait_for(lambda: self._reading == 0)
            _stored_in_rows.discard(self)
            for dataset in self._idle:  # nobody is reading: these are all that were opened
                dataset.close()

    @contextmanager
    def _a_dataset(self) -> Iterator[DatasetReader]:
        """A dataset for this thread alone in the `with` block."""
        with self._one_is_back:
            self._reading += 1
            dataset = self._idle.pop() if self._idle else None
        try:
            if dataset is None:
                dataset = self.dataset if self.dataset.closed else self._open_again()
            yield dataset
        finally:
            with self._one_is_back:
                self._reading -= 1
                if dataset is not None:
                    self._idle.append(dataset)
                self._one_is_back.notify_all()

    def _read_palette(self) -> UInt8Array | None:
        if len(self.bands) != 1 or self.dataset.colorinterp[self.bands[0] - 1] != ColorInterp.palette:
            return None
        colours = self.dataset.colormap(self.bands[0])
        palette = np.zeros((max(colours) + 2, 4), dtype=np.uint8)  # the last is for all indices without a colour
        for index, colour in colours.items():
            palette[index] = colour
        return palette


_stored_in_rows: WeakSet[SourceRaster] = WeakSet()
"""The open rasters whose blocks are whole rows."""
