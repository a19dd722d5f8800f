"""The mask from whose skeleton lines are drawn: a narrow ribbon on every track's axis."""

from __future__ import annotations

import math

import cv2
import numpy as np

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.centerline.skeleton import cut_px, distance_px, wide_areas
from railseg_core.line_params import LineParams, level_of
from railseg_core.morphology import clean, closing, dilation, halo_px, kernel

_WIDE_HALF_WIDTH_M = 0.8
"""No single track's ribbon is wider: a wider one may hold two or more tracks, or the model is unsure."""
_NEARLY = 0.9
"""Share of the highest probability within `_AROUND_M` from which a pixel of a wide ribbon counts as a track's crest."""
_AROUND_M = 1.0
_RIBBON_RIM_M = 0.6
"""The cleaned mask may be a little narrower than the ribbon at its ends: it is dilated with a disc of this diameter."""
RIBBON_CLOSING_M = 0.6
"""Diameter of the disc that closes pinholes in the ribbon, which would become loops."""
_HOLE_M = 1.9
"""A hole in the ribbon that fits into a square of this side is no room between tracks, not even between tramways that
cross. Where two ribbons part, their pixels' staircases leave a chain of such holes."""


def line_mask_halo_px(gsd_m: float, params: LineParams, *, has_axis: bool) -> int:
    """How many pixels beyond a block its `line_mask` depends on."""
    cleaning = halo_px(params.opening_m, params.closing_m, gsd_m)
    if not has_axis:
        return cleaning
    parting = cut_px(_WIDE_HALF_WIDTH_M / gsd_m)
    filling = math.ceil(_HOLE_M / gsd_m) + 1
    return cleaning + halo_px(_RIBBON_RIM_M, RIBBON_CLOSING_M, gsd_m) + parting + filling


def line_mask(bands: UInt8Array, valid: Bools, gsd_m: float, params: LineParams) -> Bools:
    """The mask to thin: the axis ribbon on the cleaned track mask, or the cleaned mask where there is no axis."""
    track: Bools = (bands[0] >= level_of(params.threshold)) & valid
    if not track.any():
        return track
    track = clean(track, gsd_m, params.opening_m, params.closing_m, params.kernel)
    if len(bands) == 1:
        return track
    limit = params.threshold if params.axis_threshold is None else params.axis_threshold
    ribbon = (bands[1] >= level_of(limit)) & dilation(track, kernel(_RIBBON_RIM_M, gsd_m, "disc")) & valid
    ribbon = _parted(ribbon, bands[1], gsd_m)
    return _filled(closing(ribbon, kernel(RIBBON_CLOSING_M, gsd_m, "disc")), gsd_m)


def _filled(ribbon: Bools, gsd_m: float) -> Bools:
    """The ribbon without its small holes; what the block's border cuts is no hole."""
    filled = ribbon.astype(np.uint8)
    rims, tree = cv2.findContours(filled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for rim, (_, _, _, parent) in zip(rims, () if tree is None else tree[0], strict=True):
        # The rim of a hole is drawn on the ribbon, a pixel outside it on either side.
        if parent >= 0 and max(cv2.boundingRect(rim)[2:]) - 2 <= _HOLE_M / gsd_m:
            cv2.drawContours(filled, [rim], -1, 1, cv2.FILLED)
    return filled.view(np.bool_)


def _parted(ribbon: Bools, axis: UInt8Array, gsd_m: float) -> Bools:
    """The ribbon, narrowed to the crests of its probability where it is too wide for one track.

    At a low threshold the ribbons of a ladder's tracks merge into one area metres wide, from which no line can be
    drawn, while their crests stay apart.
    """
    wide = wide_areas(distance_px(ribbon), _WIDE_HALF_WIDTH_M / gsd_m)
    if wide is None:
        return ribbon
    highest = cv2.dilate(axis, kernel(2 * _AROUND_M, gsd_m, "disc"))
    return ribbon & (~wide | (axis >= _NEARLY * highest.astype(np.float32)))
