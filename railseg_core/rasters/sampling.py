"""Resampling: the value of a working pixel from the pixels of a raster around it.

Images are (rows, cols, bands), uint8 or float32, as OpenCV has them; `valid` is bool (rows, cols), or None
if every pixel is valid; an image is 0 where it is not valid. Positions, float32, one per sample, are relative
to the centre of the image's first pixel. What lies beyond an image or is not valid has no weight in a value.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from railseg_core.arrays import Bools

Image = npt.NDArray[Any]
Positions = npt.NDArray[np.float32]


def average(
    image: Image, valid: Bools | None, cols: Positions, rows: Positions, per_pixel: tuple[int, int]
) -> tuple[Image, Bools | None]:
    """The mean over each working pixel's footprint, for a raster finer than the working grid.

    Args:
        image: (rows, cols, bands).
        valid: Which of its pixels count.
        cols: (h * ky, w * kx) positions of samples spread evenly over the footprints.
        rows: As `cols`.
        per_pixel: (ky, kx) samples of a footprint: no further apart than the image's pixels, so that each of
            these contributes. The image is interpolated linearly at the samples.

    Returns:
        The means (h, w, bands), and which of them have at least half of their footprint in valid pixels.
    """
    if valid is None:
        return box_mean(_at(image, cols, rows, cv2.INTER_LINEAR), per_pixel), None
    weight = valid.astype(np.float32)
    total = box_mean(_at(image.astype(np.float32), cols, rows, cv2.INTER_LINEAR), per_pixel)
    share = box_mean(_at(weight, cols, rows, cv2.INTER_LINEAR), per_pixel)
    counted = box_mean(_at(weight, cols, rows, cv2.INTER_NEAREST), per_pixel)[..., 0] >= 0.5
    return _normalised(total, share, counted, image.dtype), counted


def interpolate(image: Image, valid: Bools | None, cols: Positions, rows: Positions) -> tuple[Image, Bools | None]:
    """The value at each position, for a raster as coarse as the working grid or coarser.

    Cubic where the 5 x 5 pixels around a position are valid; nearer to a gap, linear between the valid ones, so
    that no valid pixel is lost. A position is valid if the pixel it lies in is.
    """
    if valid is None:
        return _at(image, cols, rows, cv2.INTER_CUBIC), None
    linear, counted = average(image, valid, cols, rows, (1, 1))
    weight = valid.astype(np.uint8)
    deep = cv2.erode(weight, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    cubic = _at(image, cols, rows, cv2.INTER_CUBIC)
    return np.where(_at(deep, cols, rows, cv2.INTER_NEAREST) > 0, cubic, linear), counted


def nearest(image: Image, valid: Bools | None, cols: Positions, rows: Positions) -> tuple[Image, Bools | None]:
    """The value of the pixel that each position lies in: for classes, which have no mean."""
    counted = None if valid is None else _at(valid.astype(np.uint8), cols, rows, cv2.INTER_NEAREST)[..., 0] > 0
    return _at(image, cols, rows, cv2.INTER_NEAREST), counted


def reduced(image: Image, valid: Bools | None, per_pixel: tuple[int, int]) -> tuple[Image, Bools | None]:
    """The means of the valid pixels of boxes; a box is valid if at least half of it is.

    Args:
        image: (h * ky, w * kx, bands).
        valid: Which of its pixels count.
        per_pixel: (ky, kx) pixels of a box.
    """
    if per_pixel == (1, 1):
        return image, valid
    if valid is None:
        return box_mean(image, per_pixel), None
    share = box_mean(valid.astype(np.float32), per_pixel)
    counted = share[..., 0] >= 0.5
    return _normalised(box_mean(image.astype(np.float32), per_pixel), share, counted, image.dtype), counted


def box_mean(image: Image, per_pixel: tuple[int, int]) -> Image:
    """The means of boxes of (ky, kx) pixels: (h * ky, w * kx, bands) to (h, w, bands)."""
    ky, kx = per_pixel
    if (ky, kx) == (1, 1):
        return image
    size = (image.shape[1] // kx, image.shape[0] // ky)
    mean: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return mean.reshape(size[1], size[0], -1)


def interleaved(pixels: npt.NDArray[Any]) -> Image:
    """(bands, rows, cols) to (rows, cols, bands), contiguous."""
    image: Image = cv2.merge(list(pixels))
    return image.reshape(*pixels.shape[1:], -1)


def separated(image: Image) -> npt.NDArray[Any]:
    """(rows, cols, bands) to (bands, rows, cols)."""
    return np.stack(cv2.split(image))


def _at(image: Image, cols: Positions, rows: Positions, how: int) -> Image:
    values: Image = cv2.remap(image, cols, rows, how, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return values.reshape(*cols.shape, -1)


def _normalised(total: Image, share: Image, counted: Bools, dtype: npt.DTypeLike) -> Image:
    mean = np.divide(total, share, out=np.zeros_like(total), where=counted[..., None])
    return np.rint(mean).astype(np.uint8) if dtype == np.uint8 else mean.astype(np.float32)
