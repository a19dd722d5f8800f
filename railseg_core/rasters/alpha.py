"""Whether a band that is marked as alpha is one: many programs mark the near infrared of four-band pictures so."""

from __future__ import annotations

import numpy as np
from rasterio.io import DatasetReader
from rasterio.windows import Window

from railseg_core.arrays import UInt8Array

_PLACES, _LOOK_PX = (1 / 2, 1 / 6, 5 / 6), 64
"""Where to look along either side of the picture, its middle first, and the side of a look."""
_CLEAR, _OPAQUE = 16, 239
"""Values up to the one and above the other are no shades: JPEG compression blurs an alpha band's 0 and 255."""
_MIN_SHADES = 32
_MIN_SHARE = 0.25
"""Of all that is looked at: the looks at a strip along a railway may see no more of its alpha than feathered edges."""


def alpha_band(dataset: DatasetReader) -> int | None:
    """The band that says which pixels have data, counted from 1; None without one.

    An alpha band is 0 or 255 nearly everywhere, with shades only along edges, or it is evenly translucent. One that
    consists of many shades shows something itself, so that its 0 is a shadow or water, not a lack of data.

    Raises:
        rasterio.errors.RasterioError: the raster is damaged or cut short.
    """
    bands = [i for i, colour in enumerate(dataset.colorinterp, 1) if colour.name == "alpha"]
    if not bands:
        return None
    if dataset.count > 3 and dataset.dtypes[bands[0] - 1] == "uint8" and _is_picture(dataset, bands[0]):
        return None
    return bands[0]


def _is_picture(dataset: DatasetReader, band: int) -> bool:
    looks = []
    for look in _looks(dataset):
        values = dataset.read(band, window=look)
        if values.max() > _OPAQUE and not _shades(values).size:  # water has no shades either, but is dark
            return False  # the other looks would take most of the time that a folder of pictures takes to open
        looks.append(values.ravel())
    values = np.concatenate(looks)
    shades = _shades(values)
    least = max(np.count_nonzero(values) / 2, _MIN_SHARE * values.size)
    return bool(shades.size > least and np.unique(shades).size >= _MIN_SHADES)


def _shades(values: UInt8Array) -> UInt8Array:
    return values[(values > _CLEAR) & (values <= _OPAQUE)]


def _looks(dataset: DatasetReader) -> list[Window]:
    width, height = min(_LOOK_PX, dataset.width), min(_LOOK_PX, dataset.height)
    return [
        Window(int(x * (dataset.width - width)), int(y * (dataset.height - height)), width, height)
        for y in _PLACES
        for x in _PLACES
    ]
