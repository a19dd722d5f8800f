"""One block's share of the lines: a window of probabilities in, a sparse skeleton out. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from railseg_core.arrays import Bools, Ints, UInt8Array
from railseg_core.centerline.line_mask import line_mask, line_mask_halo_px
from railseg_core.centerline.pixel_graph import pixel_keys
from railseg_core.centerline.profiles import across_ribbons
from railseg_core.centerline.skeleton import skeleton_halo_px, skeleton_of_block
from railseg_core.line_params import AreaMask, LineParams
from railseg_core.morphology import dilation, kernel
from railseg_core.rasters.grid_raster import GridRaster
from railseg_core.tiling import PixelWindow

AXIS_HALF_WIDTH_M = 1.2
"""A fork's axis ribbon grows to about the width of a track mask before it splits; anything wider is not an axis."""
TRACK_HALF_WIDTH_M = 4.5
"""Merged track masks in yards reach 4.2 m; anything wider is not track."""
EDGE_M = 2.0
"""A line that ends this close to the edge of the picture or the area is cut there and may go on beyond."""
RIM_M = 1.3
"""Closer than this to the picture's edge, less than a track's width is visible, next to its own mirror image."""


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
    """How many pixels beyond a block its lines depend on.

    What is measured around the skeleton's pixels (`EDGE_M`, the ribbon's profile) lies closer than what thinning needs.
    """
    return line_mask_halo_px(gsd_m, params, has_axis=has_axis) + skeleton_halo_px(_cap_px(gsd_m, has_axis=has_axis))


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
    mask = line_mask(bands, valid, gsd_m, params)
    if not mask.any():
        return EMPTY
    own = core.local_slices(window)
    skeleton = skeleton_of_block(mask, own, _cap_px(gsd_m, has_axis=has_axis))
    rows, cols = np.nonzero(skeleton.pixels if inside is None else skeleton.pixels & inside[own])
    # The chamfer distance runs to the middle of the first background pixel; the mask ends half a pixel before it.
    half_width_px = skeleton.half_width_px[rows, cols] - np.float32(0.5)
    rows, cols = rows + own[0].start, cols + own[1].start
    evidence = bands[-1]
    near_edge = _within(EDGE_M, ~valid if inside is None else ~(valid & inside), gsd_m)
    near_rim = _within(RIM_M, ~valid, gsd_m)
    offset_m, width_m = across_ribbons(evidence, rows, cols, gsd_m, _centroid_radius_m(has_axis=has_axis))
    return SparseSkeleton(
        keys=pixel_keys(rows + window.row, cols + window.col),
        probability=evidence[rows, cols],
        half_width_m=half_width_px * np.float32(gsd_m),
        offset_m=offset_m,
        width_m=width_m,
        at_edge=near_edge[rows, cols],
        at_rim=near_rim[rows, cols],
        blob_px=skeleton.blob_px,
    )


def _within(distance_m: float, where: Bools, gsd_m: float) -> Bools:
    return dilation(where, kernel(2 * distance_m, gsd_m, "square")) if where.any() else where


def _cap_px(gsd_m: float, *, has_axis: bool) -> float:
    return (AXIS_HALF_WIDTH_M if has_axis else TRACK_HALF_WIDTH_M) / gsd_m


def _centroid_radius_m(*, has_axis: bool) -> float:
    """A little over half the width of a blurred ribbon or of a track's mask; less than half the track spacing."""
    return 0.8 if has_axis else 1.8
