"""Erosion, dilation, opening and closing of masks, with kernels in metres (the paper's section 2.4).

All functions treat an array as a window of a plane. What lies beyond it counts as background for dilation and as
foreground for erosion, so a block equals the same pixels of the whole only if it includes a halo of `halo_px`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import cv2
import numpy as np

from railseg_core.arrays import Bools, UInt8Array

KernelShape = Literal["square", "disc"]


def kernel(size_m: float, gsd_m: float, shape: KernelShape) -> UInt8Array:
    """The structuring element with a diameter in metres.

    Args:
        size_m: Side of the square or diameter of the disc, metres; rounded to the nearest odd number of pixels.
        gsd_m: Ground sampling distance, metres.
        shape: `square`, or `disc` (the pixels whose centre lies within the diameter).

    Returns:
        uint8 (n, n) of zeros and ones with n odd; (1, 1), which changes nothing, for sizes of less than two pixels.
    """
    reach = math.floor(size_m / gsd_m / 2 + 1e-6)
    if shape == "square":
        return np.ones((2 * reach + 1, 2 * reach + 1), dtype=np.uint8)
    y, x = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(x * x + y * y <= (reach + 0.5) ** 2, dtype=np.uint8)


def erosion(mask: Bools, element: UInt8Array) -> Bools:
    """Keeps the pixels around which the whole element fits into the foreground: bool (rows, cols)."""
    return _apply(cv2.erode, mask, element)


def dilation(mask: Bools, element: UInt8Array) -> Bools:
    """Adds every pixel that the element reaches from the foreground: bool (rows, cols)."""
    return _apply(cv2.dilate, mask, element)


def opening(mask: Bools, element: UInt8Array) -> Bools:
    """Erosion, then dilation: removes spots and convex bits smaller than the element (figure 4c)."""
    return dilation(erosion(mask, element), element)


def closing(mask: Bools, element: UInt8Array) -> Bools:
    """Dilation, then erosion: fills holes and dents smaller than the element (figure 4d)."""
    return erosion(dilation(mask, element), element)


def clean(mask: Bools, gsd_m: float, opening_m: float, closing_m: float, shape: KernelShape = "disc") -> Bools:
    """Opening, then closing: the paper's order.

    Args:
        mask: bool (rows, cols).
        gsd_m: Ground sampling distance, metres.
        opening_m: Size of the opening's kernel, metres; 0 for none.
        closing_m: Size of the closing's kernel, metres; 0 for none.
        shape: Shape of both kernels.

    Returns:
        bool (rows, cols), correct at a distance of `halo_px` or more from the array's border.
    """
    return closing(opening(mask, kernel(opening_m, gsd_m, shape)), kernel(closing_m, gsd_m, shape))


def halo_px(opening_m: float, closing_m: float, gsd_m: float) -> int:
    """How many pixels beyond a block `clean` must see to give the same block as in the whole."""
    return sum(kernel(size_m, gsd_m, "square").shape[0] - 1 for size_m in (opening_m, closing_m))


def clean_block(mask: Bools, gsd_m: float, opening_m: float, closing_m: float, shape: KernelShape = "disc") -> Bools:
    """`clean` for a block that includes its halo on all four sides.

    Args:
        mask: bool (rows + 2 * halo, cols + 2 * halo) with the halo of `halo_px`; background where there is no picture.
        gsd_m: Ground sampling distance, metres.
        opening_m: Size of the opening's kernel, metres.
        closing_m: Size of the closing's kernel, metres.
        shape: Shape of both kernels.

    Returns:
        bool (rows, cols): the block without its halo, the same as in the whole.
    """
    halo = halo_px(opening_m, closing_m, gsd_m)
    rows, cols = mask.shape
    return clean(mask, gsd_m, opening_m, closing_m, shape)[halo : rows - halo, halo : cols - halo]


def _apply(operation: Callable[..., Any], mask: Bools, element: UInt8Array) -> Bools:
    if element.size == 1:
        return mask
    worked = operation(np.ascontiguousarray(mask).view(np.uint8), element)
    return np.asarray(worked).view(np.bool_)
