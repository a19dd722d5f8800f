"""Whether a band that is marked as alpha is one: many programs mark the near infrared of four-band pictures so."""

from __future__ import annotations

import numpy as np
from rasterio.io import DatasetReader
from rasterio.windows import Window

_LOOKS, _LOOK_PX = 3, 64
"""Places along either side of the picture at which to look, and their side."""
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
    values = np.concatenate([dataset.read(band, window=look).ravel() for look in _looks(dataset)])
    seen = values[values > 0]
    shades = seen[(seen > _CLEAR) & (seen <= _OPAQUE)]
    least = max(seen.size / 2, _MIN_SHARE * values.size)
    return bool(shades.size > least and np.unique(shades).size >= _MIN_SHADES)


def _looks(dataset: DatasetReader) -> list[Window]:
    width, height = min(_LOOK_PX, dataset.width), min(_LOOK_PX, dataset.height)
    places = (np.arange(_LOOKS) + 0.5) / _LOOKS
    return [
        Window(int(x * (dataset.width - width)), int(y * (dataset.height - height)), width, height)
        for y in places
        for x in places
    ]
