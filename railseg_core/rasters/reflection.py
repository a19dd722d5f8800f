"""Filling what a picture lacks, so that the network sees no false edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from railseg_core.arrays import Bools, UInt8Array

_GREY = 128


def reflect_invalid(image: UInt8Array, valid: Bools) -> UInt8Array:
    """Fills invalid pixels with the mirror image of valid ones, whatever the shape of the gaps.

    To the network, a black frame would be an edge as strong as a rail, and it would affect every pixel of the tile
    through the image pooling of the ASPP. A mirrored picture has no new edge and the same statistics.

    Args:
        image: uint8 (3, rows, cols).
        valid: bool (rows, cols).

    Returns:
        uint8 (3, rows, cols): an invalid pixel p whose nearest valid pixel is q has the value at 2q - p, or at q
        where that is no valid pixel of the image. Mid-grey where nothing is valid; `image` itself where all is.
    """
    if valid.all():
        return image
    if not valid.any():
        return np.full_like(image, _GREY)
    in_rows, in_cols = _span(np.flatnonzero(valid.any(axis=1))), _span(np.flatnonzero(valid.any(axis=0)))
    if valid[in_rows, in_cols].all():
        return _reflect_beyond_box(image, in_rows, in_cols)
    # Imported here because it takes a fifth of a second, and most pictures have no such gaps.
    from scipy.ndimage import distance_transform_edt

    rows, cols = np.nonzero(~valid)
    indices = distance_transform_edt(~valid, return_distances=False, return_indices=True)
    near_rows, near_cols = indices[:, rows, cols]
    far_rows, far_cols = 2 * near_rows - rows, 2 * near_cols - cols
    inside = (far_rows >= 0) & (far_rows < valid.shape[0]) & (far_cols >= 0) & (far_cols < valid.shape[1])
    inside[inside] = valid[far_rows[inside], far_cols[inside]]
    filled = image.copy()
    filled[:, rows, cols] = image[:, np.where(inside, far_rows, near_rows), np.where(inside, far_cols, near_cols)]
    return filled


def _reflect_beyond_box(image: UInt8Array, in_rows: slice, in_cols: slice) -> UInt8Array:
    """`reflect_invalid` for valid pixels that form a box, as at a picture's edge: several times as fast."""
    near, far, inside = [], [], []
    for span, length in zip((in_rows, in_cols), image.shape[1:], strict=True):
        places = np.arange(length)
        near.append(places.clip(span.start, span.stop - 1))
        far.append(2 * near[-1] - places)
        inside.append(_span(np.flatnonzero((far[-1] >= span.start) & (far[-1] < span.stop))))
    filled = image.take(near[0], axis=1).take(near[1], axis=2)
    filled[:, *inside] = image.take(far[0][inside[0]], axis=1).take(far[1][inside[1]], axis=2)
    return filled


def _span(places: npt.NDArray[np.intp]) -> slice:
    """The slice from the first to the last place."""
    return slice(int(places[0]), int(places[-1]) + 1)
