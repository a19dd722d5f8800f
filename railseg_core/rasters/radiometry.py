"""A raster's values: whether there are any, and how 16-bit and float values become 8-bit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.errors import RailSegError
from railseg_core.rasters.coverage import Holds, holds_of
from railseg_core.rasters.source_raster import SourceRaster
from railseg_core.tiling import PixelWindow

_PERCENTILES = (0.5, 99.5)
_FILL_GAP = 0.25
"""A value at either end that is further from all others is a fill value. As a share of the others' range, so that what
saturates in an ordinary picture is none, and a fill value that passes for ground costs little contrast."""
_LOOK_PX = 1024
"""Longest side of the thinned-out picture that is looked at."""
_WHOLE_LOOK_PX = 4096 * 4096
"""Largest size of a raster that is thinned out while it is read; a larger one without overviews is sampled."""
_SAMPLES, _MOST_SAMPLES = 8, 512
"""Sample windows along either side of a large raster without overviews: at first, and if these show little."""
_MAX_LOOKS = 4096
_ENOUGH_VALUES = 2**19
"""Number of values that is enough for the percentiles: a few of the sample windows."""
_POOLED_VALUES = 20_000_000
"""Number of values to use from all rasters of a folder together."""
_SAMPLE_PX = 256
_SEARCH_PX = 2048
_MAX_SEARCH_PX = 200_000_000

_Look = tuple[npt.NDArray[Any], Bools]
"""What `SourceRaster.read` returns."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A linear stretch to 8 bit.

    Attributes:
        low: The value that becomes 0.
        high: The value that becomes 255.
    """

    low: float
    high: float

    def apply(self, values: npt.NDArray[Any]) -> UInt8Array:
        """Values to uint8; a stretch without a range (a raster of one value) gives mid-grey, 128."""
        if self.high <= self.low:
            return np.full(values.shape, 128, dtype=np.uint8)
        scale = np.float32(255.0 / (self.high - self.low))
        scaled = (values.astype(np.float32) - np.float32(self.low)) * scale
        eight_bit: UInt8Array = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
        return eight_bit


class Values(NamedTuple):
    """Values from all over a raster, from which to derive its stretch to 8-bit.

    Attributes:
        dtype: The raster's data type.
        found: float32 (n,), of all chosen bands together.
    """

    dtype: str
    found: npt.NDArray[np.float32]


def find_stretches(values: Sequence[Values | None]) -> list[Stretch | None]:
    """The stretch of each raster, from the 0.5th to the 99.5th percentile over all bands, to keep the colour balance.

    A fill value far from all others, such as 65535, counts for nothing even if it is not declared as nodata. Sheets of
    one survey show the same ground with the same values: rasters of one data type get the same stretch.

    Args:
        values: What `values_for_stretch` returns for each raster.

    Returns:
        One per raster: None for an 8-bit raster, which is used as it is.
    """
    alike: dict[str, list[npt.NDArray[np.float32]]] = {}
    for each in values:
        if each is not None:
            alike.setdefault(each.dtype, []).append(each.found)
    stretches = {dtype: _stretch(np.concatenate(found)) for dtype, found in alike.items()}
    return [None if each is None else stretches[each.dtype] for each in values]


def values_for_stretch(source: SourceRaster, rasters: int) -> Values | None:
    """Values from all over a raster, not only from the area that is processed.

    Args:
        source: The raster.
        rasters: How many there are in all: of many, each contributes a part of its values.

    Returns:
        None for an 8-bit raster.

    Raises:
        RailSegError: the raster cannot be read, or is so large and so empty that no value was found.
    """
    if source.is_eight_bit:
        return None
    values: list[npt.NDArray[Any]] = []
    count = 0
    for number, looks in enumerate(_rounds(source)):
        for pixels, valid in looks:
            found = pixels[:, valid].ravel()
            if found.size and found.min() == found.max():
                found = found[:1]  # perhaps a fill value that nobody declared: the ground is elsewhere
            values.append(found)
            count += found.size
            if number and count >= _ENOUGH_VALUES:  # the first round is always completed
                break
        if count >= _ENOUGH_VALUES:
            break
    if not count:
        if not _is_searchable(source):
            raise RailSegError(
                f"{source.name} has no values in {_MAX_LOOKS:,} samples: its {source.dtypes[0]} values cannot be "
                "converted to 8-bit.",
                "Give it overviews (gdaladdo -r average), or make it 8-bit (gdal_translate -ot Byte -scale).",
            )
        values = [pixels[:, valid].ravel() for pixels, valid in _everywhere(source)]
    together = np.concatenate(values)
    if rasters > 1:
        together = together[:: -(-together.size * rasters // _POOLED_VALUES) or 1]
    return Values(source.dtypes[0], together)


def _stretch(values: npt.NDArray[np.float32]) -> Stretch:
    if values.size == 0:
        return Stretch(0.0, 0.0)
    low, high = _percentiles(values)
    others = values[(values != low) & (values != high)]
    if others.size:
        lowest, highest = _percentiles(others)
        gap = _FILL_GAP * (highest - lowest) or math.inf  # values without a range are no ground
        fills = [end for end, nearest in ((low, lowest), (high, highest)) if abs(end - nearest) > gap]
        if fills:
            low, high = _percentiles(values[~np.isin(values, np.array(fills, dtype=np.float32))])
    return Stretch(low, high)


def _percentiles(values: npt.NDArray[np.float32]) -> tuple[float, float]:
    low, high = np.percentile(values, _PERCENTILES)
    return float(low), float(high)


def has_data(source: SourceRaster) -> bool:
    """Looks for a valid pixel: thinned out first, then everywhere; a very large raster is assumed to have one.

    Raises:
        RailSegError: the raster cannot be read.
    """
    return (
        source.is_always_valid
        or any(valid.any() for _, valid in next(_rounds(source)))
        or not _is_searchable(source)
        or any(valid.any() for _, valid in _everywhere(source))
    )


def thinned_out(source: SourceRaster) -> _Look | None:
    """A look at the whole raster, its longer side about `_LOOK_PX`; None if all of a large one would have to be read.

    Raises:
        RailSegError: the raster is damaged or cut short.
    """
    whole = source.window
    if not source.dataset.overviews(source.bands[0]) and whole.width * whole.height > _WHOLE_LOOK_PX:
        return None
    thinning = max(1.0, max(whole.shape) / _LOOK_PX)
    return source.read(whole, (max(1, int(whole.height / thinning)), max(1, int(whole.width / thinning))))


def _rounds(source: SourceRaster) -> Iterator[Iterator[_Look]]:
    """Pixels from all over the raster, in rounds of looks, each at a finer grid of places than the last.

    After the first round, certainly empty places are skipped: a railway's corridor is a thin line across its picture.
    """
    whole = source.window
    if (look := thinned_out(source)) is not None:
        yield iter([look])
        return
    seen: set[tuple[int, int]] = set()

    def looks(count: int, holds: Holds | None) -> Iterator[_Look]:
        places = [(row, col) for row in _spread(whole.height, count) for col in _spread(whole.width, count)]
        for number in np.random.default_rng(0).permutation(len(places)):  # any number of them is from all over
            row, col = places[number]
            window = PixelWindow(col, row, _SAMPLE_PX, _SAMPLE_PX).intersection(whole)
            if len(seen) < _MAX_LOOKS and (row, col) not in seen and (holds is None or holds(window)):
                seen.add((row, col))
                yield source.read(window)

    count = _SAMPLES
    yield looks(count, None)
    holds = holds_of(source)  # takes a while for a large directory, and the first round is usually enough
    while len(seen) < _MAX_LOOKS and count < _MOST_SAMPLES and count * _SAMPLE_PX < max(whole.shape):
        count *= 2
        yield looks(count, holds)


def _is_searchable(source: SourceRaster) -> bool:
    return source.window.width * source.window.height <= _MAX_SEARCH_PX


def _everywhere(source: SourceRaster) -> Iterator[_Look]:
    return (source.read(window) for window in _windows(source.window, _SEARCH_PX))


def _spread(length: int, count: int) -> list[int]:
    starts = np.linspace(0, max(0, length - _SAMPLE_PX), count).astype(int)
    return sorted({int(start) for start in starts})


def _windows(whole: PixelWindow, side: int) -> Iterator[PixelWindow]:
    for row in range(0, whole.height, side):
        for col in range(0, whole.width, side):
            yield PixelWindow(col, row, side, side).intersection(whole)
