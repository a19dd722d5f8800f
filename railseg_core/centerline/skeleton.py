"""The skeleton of a block of a mask, exactly as it is in the whole mask.

Thinning (Zhang and Suen's rule, as in scikit-image's `skeletonize`) looks at a pixel's neighbours, pass after pass, so
the result at a pixel depends on pixels no further away than about twice the number of passes. Wide areas (a platform or
roof mistaken for track) could need any number of passes and give no centre-line anyway: they are cut out first, which
caps the passes and with them the halo.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from skimage.morphology import skeletonize

from railseg_core.arrays import Bools


class Skeleton(NamedTuple):
    """A block's skeleton.

    Attributes:
        pixels: bool (rows, cols), the skeleton.
        half_width_px: float32 (rows, cols), distance of the mask's pixels from the background, pixels.
        blob_px: Number of the block's pixels that were cut out because they are part of a wide area.
    """

    pixels: Bools
    half_width_px: npt.NDArray[np.float32]
    blob_px: int


def skeleton_halo_px(cap_px: float) -> int:
    """How many pixels beyond a block its skeleton depends on, for a mask cut at a half-width of `cap_px` pixels.

    Two sub-iterations per pass move two pixels, along a diagonal 1.42 times as many passes are needed, and the test
    for wide areas twice looks `cap_px` further.
    """
    return cut_px(cap_px) + 3 * math.ceil(cap_px) + 8


def cut_px(cap_px: float) -> int:
    """How many pixels beyond a block its `wide_areas` depend on."""
    return 2 * (math.ceil(1.05 * cap_px) + 2)


def skeleton_of_block(mask: Bools, core: tuple[slice, slice], cap_px: float) -> Skeleton:
    """Thins a block of a mask to lines one pixel wide.

    Args:
        mask: bool (rows, cols), the block with `skeleton_halo_px(cap_px)` pixels around it; background where there is
            no picture.
        core: Slices of the block's own pixels in `mask`.
        cap_px: Half-width from which an area is too wide for a track, pixels.

    Returns:
        The skeleton of the core, the same pixels that the whole mask would give.
    """
    distance = distance_px(mask)
    blobs = wide_areas(distance, cap_px)
    narrow = mask if blobs is None else mask & ~blobs
    pixels = np.asarray(skeletonize(narrow), dtype=np.bool_)  # type: ignore[no-untyped-call]
    blob_px = int(np.count_nonzero(mask[core])) - int(np.count_nonzero(narrow[core]))
    return Skeleton(pixels[core], distance[core], blob_px)


def wide_areas(distance: npt.NDArray[np.float32], cap_px: float) -> Bools | None:
    """Where discs with a radius of more than `cap_px` fit into the mask of this `distance_px`; None if nowhere."""
    heart = distance > cap_px
    return distance_px(~heart) <= cap_px + 1.0 if heart.any() else None


def distance_px(mask: Bools) -> npt.NDArray[np.float32]:
    """Distance to the background in pixels, to within 2 %: the 5x5 chamfer, the same in any window that includes it."""
    foreground = np.ascontiguousarray(mask).view(np.uint8)
    return np.asarray(cv2.distanceTransform(foreground, cv2.DIST_L2, cv2.DIST_MASK_5), dtype=np.float32)
