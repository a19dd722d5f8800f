"""A first look at a raster's values: whether there are any, and how 16-bit and float ones become 8-bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from railseg_core.source_raster import SourceRaster
from railseg_core.tiling import PixelWindow

_PERCENTILES = (0.5, 99.5)
_LOOK_PX = 1024
"""Longest side of the thinned-out picture that is looked at."""
_WHOLE_LOOK_PX = 4096 * 4096
"""A raster up to this size is thinned out while it is read; a larger one without overviews is looked at in samples."""
_SAMPLES = 8
"""Sample windows along either side of a large raster without overviews."""
_SAMPLE_PX = 256
_SEARCH_PX = 2048
_MAX_SEARCH_PX = 200_000_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A linear stretch to 8 bit.

    Attributes:
        low: The value that becomes 0.
        high: The value that becomes 255.
    """

    low: float
    high: float

    def apply(self, values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        """Values to uint8; a stretch without a range (a raster of one value) gives the middle grey 128."""
        if self.high <= self.low:
            return np.full(values.shape, 128, dtype=np.uint8)
        scale = np.float32(255.0 / (self.high - self.low))
        scaled = (values.astype(np.float32) - np.float32(self.low)) * scale
        eight_bit: npt.NDArray[np.uint8] = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
        return eight_bit


def find_stretch(source: SourceRaster) -> Stretch | None:
    """The stretch from the 0.5 to the 99.5 percentile over all bands together, so that colours keep their balance.

    It is taken from the whole raster, thinned out, and so does not depend on the area that is worked on.

    Returns:
        None for an 8-bit raster, which is taken as it is.

    Raises:
        RailSegError: the raster cannot be read.
    """
    if source.is_eight_bit:
        return None
    values = [pixels[:, valid].ravel() for pixels, valid in _looks(source)]
    everything = np.concatenate(values)
    if everything.size == 0:
        return Stretch(0.0, 0.0)
    low, high = np.percentile(everything, _PERCENTILES)
    return Stretch(float(low), float(high))


def has_data(source: SourceRaster) -> bool:
    """Looks for a valid pixel: thinned out first, then everywhere; a very large raster is taken to have one.

    Raises:
        RailSegError: the raster cannot be read.
    """
    return (
        source.is_always_valid
        or any(valid.any() for _, valid in _looks(source))
        or source.window.width * source.window.height > _MAX_SEARCH_PX
        or any(source.read(window)[1].any() for window in _windows(source.window, _SEARCH_PX))
    )


def _looks(source: SourceRaster) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]]:
    """Pixels from all over the raster, never many: what `SourceRaster.read` gives."""
    whole = source.window
    if source.dataset.overviews(source.bands[0]) or whole.width * whole.height <= _WHOLE_LOOK_PX:
        thinning = max(1.0, max(whole.shape) / _LOOK_PX)
        yield source.read(whole, (max(1, int(whole.height / thinning)), max(1, int(whole.width / thinning))))
        return
    for row in _spread(whole.height):
        for col in _spread(whole.width):
            yield source.read(PixelWindow(col, row, _SAMPLE_PX, _SAMPLE_PX).intersection(whole))


def _spread(length: int) -> list[int]:
    starts = np.linspace(0, max(0, length - _SAMPLE_PX), _SAMPLES).astype(int)
    return sorted({int(start) for start in starts})


def _windows(whole: PixelWindow, side: int) -> Iterator[PixelWindow]:
    for row in range(0, whole.height, side):
        for col in range(0, whole.width, side):
            yield PixelWindow(col, row, side, side).intersection(whole)
