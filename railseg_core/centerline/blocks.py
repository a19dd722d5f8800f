"""One block's share of the lines: a window of probabilities in, a sparse skeleton out. Pure."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from railseg_core.arrays import Bools, Floats, Ints, UInt8Array
from railseg_core.centerline.pixel_graph import pixel_keys
from railseg_core.centerline.skeleton import cut_px, distance_px, skeleton_halo_px, skeleton_of_block, wide_areas
from railseg_core.line_params import AreaMask, LineParams, level_of
from railseg_core.morphology import clean, closing, dilation, halo_px, kernel
from railseg_core.rasters.grid_raster import GridRaster
from railseg_core.tiling import PixelWindow

AXIS_HALF_WIDTH_M = 1.2
"""A fork's axis ribbon grows to about the width of a track mask before it splits; anything wider is not an axis."""
WIDE_HALF_WIDTH_M = 0.8
"""No single track's ribbon is wider: a wider one may hold two or more tracks, or the model is unsure."""
_NEARLY = 0.9
"""Share of the highest probability within `_AROUND_M` from which a pixel of a wide ribbon counts as a track's crest."""
_AROUND_M = 1.0
TRACK_HALF_WIDTH_M = 4.5
"""Merged track masks in yards reach 4.2 m; anything wider is not track."""
EDGE_M = 2.0
"""A line that ends this close to the edge of the picture or the area is cut there and may go on beyond."""
RIM_M = 1.3
"""Closer than this to the picture's edge, less than a track's width is visible, next to its own mirror image."""
_RIBBON_RIM_M = 0.6
"""The cleaned mask may be a little narrower than the ribbon at its ends: it is dilated with a disc of this diameter."""
_RIBBON_CLOSING_M = 0.6
"""Diameter of the disc that closes pinholes in the ribbon, which would become loops."""
_HOLE_M = 1.9
"""A hole in the ribbon that fits into a square of this side is no room between tracks, not even between tramways that
cross. Where two ribbons part, their pixels' staircases leave a chain of such holes."""
_FLOOR = 51
"""Probabilities below this (0.2 as uint8) say nothing about where the middle is."""
_DISC_STEPS = 10
"""Approximate number of samples across the disc over which a ribbon's direction is measured."""
_PROFILE, _WIDE_PROFILE = 17, 25
"""Numbers of samples across one ribbon, and across two that merge."""
_PEAK = 7
"""A profile's height is its highest value within this many samples of its middle: beyond may be a neighbour."""


class SparseSkeleton(NamedTuple):
    """The skeleton's pixels in one block or in all of them, in the order of their keys.

    Attributes:
        keys: int64 (n,), `pixel_keys` of the lattice's pixels.
        probability: uint8 (n,), 0 to 255: of the axis where the raster has it, otherwise of the track.
        half_width_m: float32 (n,), half the width of the mask around the pixel.
        offset_m: float32 (n, 2), from the pixel's middle to the middle of the probability around it, (x, y).
        width_m: float32 (n,), width of the ribbon at half the probability of its middle, or of two merged ribbons from
            rim to rim: how much wider these are than a single one tells how far apart they are.
        at_edge: bool (n,), whether the picture or the area ends within `EDGE_M`.
        at_rim: bool (n,), whether the picture ends within `RIM_M`.
        blob_px: Number of pixels in wide areas, which were left out.
    """

    keys: Ints
    probability: UInt8Array
    half_width_m: npt.NDArray[np.float32]
    offset_m: npt.NDArray[np.float32]
    width_m: npt.NDArray[np.float32]
    at_edge: Bools
    at_rim: Bools
    blob_px: int

    @classmethod
    def joined(cls, parts: list[SparseSkeleton]) -> SparseSkeleton:
        """All blocks' pixels as one, sorted by key."""
        *columns, blobs = zip(EMPTY, *parts, strict=True)
        order = np.argsort(np.concatenate(columns[0]), kind="stable")
        return cls._make([*(np.concatenate(column)[order] for column in columns), sum(blobs)])


EMPTY = SparseSkeleton(
    np.zeros(0, dtype=np.int64),
    np.zeros(0, dtype=np.uint8),
    np.zeros(0, dtype=np.float32),
    np.zeros((0, 2), dtype=np.float32),
    np.zeros(0, dtype=np.float32),
    np.zeros(0, dtype=np.bool_),
    np.zeros(0, dtype=np.bool_),
    0,
)


def block_halo_px(gsd_m: float, params: LineParams, *, has_axis: bool) -> int:
    """How many pixels beyond a block its lines depend on."""
    morphology = halo_px(params.opening_m, params.closing_m, gsd_m)
    if has_axis:
        morphology += halo_px(_RIBBON_RIM_M, _RIBBON_CLOSING_M, gsd_m) + cut_px(WIDE_HALF_WIDTH_M / gsd_m)
        morphology += math.ceil(_HOLE_M / gsd_m) + 1
    return max(
        morphology + skeleton_halo_px(_cap_px(gsd_m, has_axis=has_axis)),
        math.ceil(EDGE_M / gsd_m),
        math.ceil(_centroid_radius_m(has_axis=has_axis) / gsd_m),
    )


def skeleton_of_raster(
    raster: GridRaster, core: PixelWindow, params: LineParams, area_mask: AreaMask | None
) -> SparseSkeleton:
    """`skeleton_of_window` for a block of a probability raster or mask."""
    wanted = None if area_mask is None else area_mask(core)
    if wanted is not None and not wanted.any():
        return EMPTY
    window = core.expanded(block_halo_px(raster.gsd_m, params, has_axis="axis" in raster.bands))
    bands, valid = raster.read(window)
    inside = None if area_mask is None else area_mask(window)
    return skeleton_of_window(bands, valid, inside, window, core, raster.gsd_m, params)


def skeleton_of_window(
    bands: UInt8Array,
    valid: Bools,
    inside: Bools | None,
    window: PixelWindow,
    core: PixelWindow,
    gsd_m: float,
    params: LineParams,
) -> SparseSkeleton:
    """The skeleton of a block.

    Args:
        bands: uint8 (1 or 2, rows, cols), P(track) and, if there, P(axis), 0 to 255, in `window`; 0 where not valid.
        valid: bool (rows, cols), where the picture is.
        inside: bool (rows, cols), where the area is; None for everywhere. It cuts lines off but changes none inside.
        window: The block with at least `block_halo_px` pixels around it.
        core: The block.
        gsd_m: Ground sampling distance, metres.
        params: Thresholds and kernels.
    """
    has_axis = len(bands) > 1
    mask = _line_mask(bands, valid, gsd_m, params)
    if not mask.any():
        return EMPTY
    own = core.local_slices(window)
    skeleton = skeleton_of_block(mask, own, _cap_px(gsd_m, has_axis=has_axis))
    found = skeleton.pixels if inside is None else skeleton.pixels & inside[own]
    rows, cols = np.nonzero(found)
    top, left = own[0].start, own[1].start
    evidence = bands[-1]
    near_edge = _within(EDGE_M, ~valid if inside is None else ~(valid & inside), gsd_m)
    near_rim = _within(RIM_M, ~valid, gsd_m)
    offset_m, width_m = _across_ribbons(evidence, rows + top, cols + left, gsd_m, _centroid_radius_m(has_axis=has_axis))
    return SparseSkeleton(
        keys=pixel_keys(rows + core.row, cols + core.col),
        probability=evidence[rows + top, cols + left],
        # The chamfer distance runs to the middle of the first background pixel; the mask ends half a pixel before it.
        half_width_m=(skeleton.half_width_px[rows, cols] - np.float32(0.5)) * np.float32(gsd_m),
        offset_m=offset_m,
        width_m=width_m,
        at_edge=near_edge[rows + top, cols + left],
        at_rim=near_rim[rows + top, cols + left],
        blob_px=skeleton.blob_px,
    )


def _within(distance_m: float, where: Bools, gsd_m: float) -> Bools:
    return dilation(where, kernel(2 * distance_m, gsd_m, "square")) if where.any() else where


def _cap_px(gsd_m: float, *, has_axis: bool) -> float:
    return (AXIS_HALF_WIDTH_M if has_axis else TRACK_HALF_WIDTH_M) / gsd_m


def _centroid_radius_m(*, has_axis: bool) -> float:
    """A little over half the width of a blurred ribbon or of a track's mask; less than half the track spacing."""
    return 0.8 if has_axis else 1.8


def _line_mask(bands: UInt8Array, valid: Bools, gsd_m: float, params: LineParams) -> Bools:
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
    return _filled(closing(ribbon, kernel(_RIBBON_CLOSING_M, gsd_m, "disc")), gsd_m)


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
    wide = wide_areas(distance_px(ribbon), WIDE_HALF_WIDTH_M / gsd_m)
    if wide is None:
        return ribbon
    highest = cv2.dilate(axis, kernel(2 * _AROUND_M, gsd_m, "disc"))
    return ribbon & (~wide | (axis >= _NEARLY * highest.astype(np.float32)))


def _across_ribbons(
    probability: UInt8Array,
    rows: Ints,
    cols: Ints,
    gsd_m: float,
    radius_m: float,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Measures the profile across the ribbon at each pixel.

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
    width_m = _width(profile, max(round(_RIBBON_CLOSING_M / (step * gsd_m)), 1)) * (step * gsd_m)
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
