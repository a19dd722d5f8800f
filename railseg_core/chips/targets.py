"""Windows of a picture with targets drawn from the tracks traced there, for training."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize
from scipy.ndimage import distance_transform_edt
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.centerline.skeleton import skeleton_halo_px, skeleton_of_block
from railseg_core.chips.files import AXIS_WIDTH_M, TRACK_WIDTH_M, Chip
from railseg_core.raster import WorkingGrid
from railseg_core.rasters.reflection import reflect_invalid
from railseg_core.tiling import PixelWindow
from railseg_core.vectors.area import polygon_mask
from railseg_core.vectors.tracing import Tracing

HIDDEN_WIDTH_M = 5.0  # beside a hidden track the truth is as doubtful as on it
WIDEST_M = 4.0  # a wider polygon may be more than one track
NEAR_M = 20.0  # geometry this close affects what is drawn or thinned in a window


def drawn(geometries: Iterable[BaseGeometry], shape: tuple[int, int], transform: Affine, width_m: float) -> UInt8Array:
    """Bands around lines, and polygons, rasterised to uint8 (rows, cols) of 0 and 255; `width_m` 0 adds no width."""
    areas = [geometry.buffer(width_m / 2, cap_style="flat") if width_m else geometry for geometry in geometries]
    filled = [area for area in areas if area.area > 0]
    if not filled:
        return np.zeros(shape, dtype=np.uint8)
    # By pixel centres, like rendered targets: OpenCV's polygons are half a pixel wider on either side.
    canvas: UInt8Array = rasterize(filled, out_shape=shape, transform=transform, default_value=255, dtype=np.uint8)
    return canvas


def read_chip(grid: WorkingGrid, window: PixelWindow, tracing: Tracing, complete: BaseGeometry | None = None) -> Chip:
    """A window of the picture with its target.

    Args:
        grid: The open picture.
        window: Window of the grid's lattice, within the picture or not.
        tracing: The traced tracks, in the grid's CRS.
        complete: Polygon in the grid's CRS in which every track is traced; nothing outside counts. None for no limit.
    """
    image, valid = grid.read(window)
    counts = valid if complete is None else valid & polygon_mask(complete, window, grid.gsd_m)
    near = tracing.within(shapely.box(*window.bounds(grid.gsd_m)).buffer(NEAR_M))
    transform = window.transform(grid.gsd_m)
    ground, middle, unclear = _footprint_bands(near, window, grid.gsd_m)
    bands = [
        (drawn(near.visible, window.shape, transform, TRACK_WIDTH_M) > 0) | ground,
        (drawn(near.visible, window.shape, transform, AXIS_WIDTH_M) > 0) | middle,
        (drawn(near.hidden, window.shape, transform, HIDDEN_WIDTH_M) > 0)
        | (drawn(near.ignore, window.shape, transform, 0.0) > 0)
        | unclear
        | ~counts,
    ]
    return Chip(reflect_invalid(image, valid).transpose(1, 2, 0), np.stack(bands, axis=-1).astype(np.uint8))


def _footprint_bands(tracing: Tracing, window: PixelWindow, gsd_m: float) -> tuple[Bools, Bools, Bools]:
    """For tracks traced as polygons: their ground, its centre-line, and where it is too wide to tell how many tracks.

    All bool (rows, cols).
    """
    nothing = np.zeros(window.shape, dtype=np.bool_)
    if not tracing.footprints:
        return nothing, nothing, nothing
    cap_px = WIDEST_M / 2 / gsd_m
    core = window.expanded(math.ceil(AXIS_WIDTH_M / gsd_m))
    around = core.expanded(skeleton_halo_px(cap_px))
    ground = drawn(tracing.footprints, around.shape, around.transform(gsd_m), 0.0) > 0
    skeleton = skeleton_of_block(ground, core.local_slices(around), cap_px).pixels
    middle = distance_transform_edt(~skeleton) <= AXIS_WIDTH_M / 2 / gsd_m if skeleton.any() else skeleton
    inner = distance_transform_edt(ground) > cap_px
    # The factor includes corners, which are further from the inner part.
    wide = ground & (distance_transform_edt(~inner) <= 1.5 * cap_px) if inner.any() else np.zeros_like(ground)
    inside = window.local_slices(around)
    is_one_track = ground[inside] & ~wide[inside]
    return ground[inside], middle[window.local_slices(core)] & is_one_track, wide[inside]
