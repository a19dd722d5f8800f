"""Profiles of the probability across ribbons: where the middle is to a part of a pixel, and how wide the ribbon is."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from railseg_core.arrays import Floats, Ints, UInt8Array
from railseg_core.centerline.line_mask import RIBBON_CLOSING_M

_FLOOR = 51
"""Probabilities below this (0.2 as uint8) say nothing about where the middle is."""
_DISC_STEPS = 10
"""Approximate number of samples across the disc over which a ribbon's direction is measured."""
_PROFILE, _WIDE_PROFILE = 17, 25
"""Numbers of samples across one ribbon, and across two that merge."""
_PEAK = 7
"""A profile's height is its highest value within this many samples of its middle: beyond may be a neighbour."""


def across_ribbons(
    probability: UInt8Array, rows: Ints, cols: Ints, gsd_m: float, radius_m: float
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Measures the profile across the ribbon at each of some pixels.

    Args:
        probability: uint8 (rows, cols), 0 to 255.
        rows: int64 (n,), the pixels' rows.
        cols: int64 (n,), their columns.
        gsd_m: Ground sampling distance, metres.
        radius_m: A little over half the width of one ribbon, less than half the distance between two tracks.

    Returns:
        The offset from each pixel's middle to the middle of the ribbon's probability, float32 (n, 2), metres (x, y),
        at most a pixel; and the width of the whole profile, float32 (n,), metres.
    """
    weights = np.maximum(probability, _FLOOR) - np.uint8(_FLOOR)
    reach = radius_m / gsd_m
    across = _across(weights, rows, cols, reach)
    step = 2 * reach / (_PROFILE - 1)
    places = step * (np.arange(_WIDE_PROFILE) - _WIDE_PROFILE // 2)[:, np.newaxis]
    profile = map_coordinates(
        weights, (rows + places * across[:, 1], cols + places * across[:, 0]), np.float32, order=1, mode="nearest"
    )
    width_m = _width(profile, max(round(RIBBON_CLOSING_M / (step * gsd_m)), 1)) * (step * gsd_m)
    inner = slice((_WIDE_PROFILE - _PROFILE) // 2, (_WIDE_PROFILE + _PROFILE) // 2)
    own = _without_neighbours(profile[inner])
    shift = (own * places[inner]).sum(axis=0) / np.maximum(own.sum(axis=0), 1.0)
    # A shift of more than a pixel would be no refinement.
    shift = np.clip(shift, -1.0, 1.0)[:, np.newaxis] * across * (gsd_m, -gsd_m)
    # Rounded to 0.1 mm: the last bit of a vectorised sine depends on the pixel's position in the array.
    return np.asarray(np.round(shift, 4), dtype=np.float32), np.round(width_m, 4)


def _width(profile: npt.NDArray[np.float32], widest_valley: int) -> npt.NDArray[np.float32]:
    """Distance between the outer flanks at half the profile's height, in samples: float32 (n,).

    Args:
        profile: float32 (places, n).
        widest_valley: Two ribbons with no more samples than this between them are seen as one.
    """
    middle, last = len(profile) // 2, len(profile) - 1
    half = profile[middle - _PEAK : middle + _PEAK + 1].max(axis=0) / 2
    column = np.arange(profile.shape[1])
    width = np.zeros(profile.shape[1], dtype=np.float32)
    for sign in (1, -1):
        outermost = np.full(profile.shape[1], 0)
        below = np.zeros(profile.shape[1], dtype=np.int64)
        for step in range(middle + 1):
            is_above = profile[middle + sign * step] >= half
            below = np.where(is_above, np.where(below > widest_valley, below, 0), below + 1)
            outermost = np.where(is_above & (below == 0), step, outermost)
        inside = profile[middle + sign * outermost, column]
        outside = profile[np.clip(middle + sign * (outermost + 1), 0, last), column]
        share = np.where(outside < half, (inside - half) / np.maximum(inside - outside, 1e-6), 0.0)
        width += outermost + np.clip(share, 0.0, 1.0).astype(np.float32)
    return width


def _without_neighbours(profile: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The profiles (places, n) without anything that rises again beyond the middle ribbon: that is another ribbon."""
    middle = len(profile) // 2
    inner = slice(middle - 2, middle + 3)
    falling = profile.copy()
    falling[inner] = falling[inner].max(axis=0)
    falling[middle:] = np.minimum.accumulate(falling[middle:], axis=0)
    falling[middle::-1] = np.minimum.accumulate(falling[middle::-1], axis=0)
    return np.minimum(profile, falling)


def _across(weights: UInt8Array, rows: Ints, cols: Ints, reach: float) -> Floats:
    """Unit vector (cols, rows) across the ribbon at each pixel: the minor axis of the weights in a disc."""
    step = max(1, math.ceil(2 * reach / _DISC_STEPS))
    steps = np.arange(-(int(reach) // step) * step, int(reach) + 1, step)
    height, width = weights.shape
    moments = np.zeros((6, len(rows)))
    for x in steps:
        for y in steps[x * x + steps * steps <= reach * reach]:
            sample = weights[np.clip(rows + y, 0, height - 1), np.clip(cols + x, 0, width - 1)]
            for moment, factor in zip(moments, (1, x, y, x * x, x * y, y * y), strict=True):
                moment += sample * float(factor)
    total = np.maximum(moments[0], 1.0)
    mean_x, mean_y, xx, xy, yy = moments[1:] / total
    along = 0.5 * np.arctan2(2 * (xy - mean_x * mean_y), xx - mean_x**2 - yy + mean_y**2)
    return np.column_stack([-np.sin(along), np.cos(along)])
