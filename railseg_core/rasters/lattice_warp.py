"""Resamples a raster to the lattice, one chunk at a time."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from railseg_core.arrays import Bools, Floats
from railseg_core.errors import RailSegError
from railseg_core.rasters import sampling
from railseg_core.rasters.placement import Placement
from railseg_core.rasters.source_raster import SourceRaster
from railseg_core.tiling import PixelWindow

_NODE_PX = 16
"""Distance of the pixel corners whose positions are computed exactly; linear between them, as 3.2 m are flat enough."""
_MARGIN_PX = 4
"""Pixels of the raster read beyond a chunk's own, for kernels of at most 5 x 5."""
_MAX_CHUNK_PX = 512
_MIN_CHUNK_PX = _NODE_PX
_MAX_SOURCE_PX = 4096
"""Largest number of the raster's pixels along a chunk's side: the chunk is halved until they fit."""
MAX_SOURCE_PX_PER_PX = 512
"""Largest number of the raster's pixels along a working pixel: even the smallest chunk then takes 0.25 GB of them."""
_MAX_SAMPLES = 4
"""Most samples along either side of a working pixel; finer rasters are first averaged over whole squares of pixels."""

Resampling = Literal["smooth", "nearest"]


class LatticeWarp:
    """Computes chunks of the lattice from a raster.

    Finer rasters are averaged over the true footprint of each working pixel, even a rotated or distorted one;
    coarser ones are interpolated. A chunk is a pure function of its place.

    Attributes:
        chunk_px: The largest side of a chunk.
        chunk_source_px: How many of the raster's pixels are read for it.

    Args:
        source: The raster, or an overview of it.
        placement: Where its pixels lie.
        gsd_m: The lattice's GSD, metres.
        resampling: "smooth" for pictures and probabilities, "nearest" for classes.
    """

    def __init__(
        self, source: SourceRaster, placement: Placement, gsd_m: float, resampling: Resampling = "smooth"
    ) -> None:
        self._source = source
        self._placement = placement
        self._gsd_m = gsd_m
        self._resampling = resampling
        across, down = _source_px_per_working_px(placement, gsd_m)
        if not max(across, down) <= MAX_SOURCE_PX_PER_PX:  # it may be NaN
            raise RailSegError(
                f"{source.name} has pixels {max(across, down):,.0f} times smaller than the working grid's.",
                "Its georeference is wrong, or it must be made coarser first, for example with gdalwarp -tr.",
            )
        self._factor = max(1, math.ceil(max(across, down) / _MAX_SAMPLES - 1e-3)) if resampling == "smooth" else 1
        self._per_pixel = (_samples(down / self._factor), _samples(across / self._factor))
        if resampling == "nearest":
            self._per_pixel = (1, 1)
        self.chunk_px = _MAX_CHUNK_PX
        while self.chunk_px > _MIN_CHUNK_PX and self.chunk_px * max(across, down) > _MAX_SOURCE_PX:
            self.chunk_px //= 2
        self.chunk_source_px = math.ceil(self.chunk_px * across) * math.ceil(self.chunk_px * down)

    def chunk(self, place: PixelWindow) -> tuple[npt.NDArray[Any], Bools] | None:
        """The pixels of a chunk.

        Args:
            place: A square of at most `chunk_px` pixels of the lattice, at a multiple of its side.

        Returns:
            uint8 or float32 (channels, rows, cols) and which of them are valid, bool (rows, cols); None if the raster
            has no data there.

        Raises:
            RailSegError: the raster cannot be read.
        """
        cols, rows = self._nodes(place)
        if not (np.isfinite(cols).all() and np.isfinite(rows).all()):
            return None
        reach = PixelWindow.between(
            math.floor(cols.min()) - _MARGIN_PX * self._factor,
            math.floor(rows.min()) - _MARGIN_PX * self._factor,
            math.ceil(cols.max()) + _MARGIN_PX * self._factor,
            math.ceil(rows.max()) + _MARGIN_PX * self._factor,
        ).snapped(self._factor)
        there = reach.intersection(self._source.window)
        if there.is_empty:
            return None
        image, valid = self._read(reach, there)
        if valid is not None and not valid.any():
            return None
        image, valid = sampling.reduced(image, valid, (self._factor, self._factor))
        image, valid = self._sample(image, valid, (cols - reach.col) / self._factor, (rows - reach.row) / self._factor)
        if valid is None:
            valid = np.ones(place.shape, dtype=np.bool_)
        return sampling.separated(image), valid

    def _nodes(self, place: PixelWindow) -> tuple[Floats, Floats]:
        """The position in the raster of every 16th pixel corner of the chunk: (cols, rows), each (n, n)."""
        steps = np.arange(0, place.width + 1, _NODE_PX)
        x, y = np.meshgrid((place.col + steps) * self._gsd_m, -(place.row + steps) * self._gsd_m)
        return self._placement.to_pixel(x, y)

    def _read(self, reach: PixelWindow, there: PixelWindow) -> tuple[npt.NDArray[Any], Bools | None]:
        """The raster's pixels (rows, cols, bands), invalid beyond its edge; and valid, None if all of it is."""
        pixels, valid = self._source.read(there)
        image = sampling.interleaved(pixels)
        if there == reach:
            return image, None if valid.all() else valid
        padded = np.zeros((*reach.shape, image.shape[2]), dtype=image.dtype)
        padded_valid = np.zeros(reach.shape, dtype=np.bool_)
        part = there.local_slices(reach)
        padded[part], padded_valid[part] = image, valid
        return padded, padded_valid

    def _sample(
        self,
        image: npt.NDArray[Any],
        valid: Bools | None,
        cols: Floats,
        rows: Floats,
    ) -> tuple[npt.NDArray[Any], Bools | None]:
        ky, kx = self._per_pixel
        start = _whole_shift(cols, rows, self._per_pixel)
        if start is not None and self._resampling == "smooth":
            # Every sample is a pixel's centre: interpolation would not change it.
            side = (len(cols) - 1) * _NODE_PX
            part = slice(start[1], start[1] + side * ky), slice(start[0], start[0] + side * kx)
            image = np.ascontiguousarray(image[part])
            return sampling.reduced(image, None if valid is None else valid[part], self._per_pixel)
        at_cols = _between_nodes(cols - 0.5, self._per_pixel)
        at_rows = _between_nodes(rows - 0.5, self._per_pixel)
        if self._resampling == "nearest":
            return sampling.nearest(image, valid, at_cols, at_rows)
        if self._per_pixel == (1, 1):
            return sampling.interpolate(image, valid, at_cols, at_rows)
        return sampling.average(image, valid, at_cols, at_rows, self._per_pixel)


def _source_px_per_working_px(placement: Placement, gsd_m: float) -> tuple[float, float]:
    """How many pixels of the raster a step of one working pixel crosses: eastwards, and southwards."""
    steps = np.array(placement.pixel_m).T  # metres (x, y) per (column, row)
    if not abs(np.linalg.det(steps)) > 0:
        return math.inf, math.inf
    (col_x, col_y), (row_x, row_y) = np.linalg.inv(steps) * gsd_m
    return math.hypot(col_x, row_x), math.hypot(col_y, row_y)


def _samples(source_px: float) -> int:
    # An excess of a thousandth of a pixel is rounding or the projection's scale: no reason for one more sample.
    return max(1, math.ceil(source_px - 1e-3))


def _between_nodes(nodes: Floats, per_pixel: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Interpolates linearly from nodes (n, n) to all samples: float32, (ky, kx) for each pixel of the chunk."""
    ky, kx = per_pixel
    return _along_rows(_along_rows(nodes.astype(np.float32).T, kx).T, ky)


def _along_rows(nodes: npt.NDArray[np.float32], per_pixel: int) -> npt.NDArray[np.float32]:
    samples = _NODE_PX * per_pixel
    part = ((np.arange(samples) + 0.5) / samples).astype(np.float32)[None, :, None]
    between = nodes[:-1, None] + part * np.diff(nodes, axis=0)[:, None]
    return between.reshape(-1, nodes.shape[1])


def _whole_shift(cols: Floats, rows: Floats, per_pixel: tuple[int, int]) -> tuple[int, int] | None:
    """(col, row) of the first sample's pixel if the samples are the centres of successive pixels, otherwise None."""
    ky, kx = per_pixel
    col, row = round(cols[0, 0]), round(rows[0, 0])
    steps = np.arange(len(cols)) * _NODE_PX
    off = max(np.abs(cols - (col + steps * kx)).max(), np.abs(rows - (row + steps * ky)[:, None]).max())
    return (col, row) if off <= 2e-3 else None
