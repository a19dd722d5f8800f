"""Probabilities to a cleaned mask raster, block by block: the paper's opening and closing for pictures of any size."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from railseg_core.arrays import Bools
from railseg_core.line_params import AreaMask, LineParams, level_of
from railseg_core.morphology import clean_block, halo_px
from railseg_core.rasters.grid_raster import GridRaster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.reporting import Reporter
from railseg_core.threads import in_order, threads
from railseg_core.tiling import PixelWindow, blocks_of

_MOST_THREADS = 4
"""Upper limit, because a block in progress takes about 20 MB."""


def write_mask(
    source: GridRaster,
    path: Path,
    params: LineParams,
    reporter: Reporter,
    *,
    area_mask: AreaMask | None = None,
    tags: Mapping[str, str] | None = None,
    overwrite: bool = False,
) -> None:
    """Writes the cleaned mask of a probability or mask raster: uint8, 255 for track, 0 for none, the rest invalid.

    Args:
        source: The raster; its first band is used.
        path: GeoTIFF to write, on the source's grid.
        params: Threshold and kernels; the settings for lines are not used.
        reporter: Receives the progress of blocks, stage `mask`.
        area_mask: What is outside the area is invalid in the mask; None for no limit.
        tags: Metadata of the file.
        overwrite: Whether an existing file may be replaced.

    Raises:
        RailSegError: If the raster can't be read or the mask can't be written.
    """
    halo = halo_px(params.opening_m, params.closing_m, source.gsd_m)
    level = level_of(params.threshold)
    windows = [block.window.intersection(source.window) for block in blocks_of(source.window)]
    reporter.progress("mask", 0, len(windows))

    def clean(window: PixelWindow) -> tuple[Bools, Bools]:
        """The mask in a window, and where it is valid."""
        around = window.expanded(halo)
        if not source.may_have_track(around):
            return np.zeros(window.shape, dtype=np.bool_), source.read(window)[1]
        pixels, valid = source.read(around)
        mask = clean_block(
            (pixels[0] >= level) & valid, source.gsd_m, params.opening_m, params.closing_m, params.kernel
        )
        return mask, valid[halo : halo + window.height, halo : halo + window.width]

    count = min(os.cpu_count() or 1, _MOST_THREADS)
    with (
        create_grid_raster(
            path,
            source.window,
            source.gsd_m,
            source.crs,
            bands=("track",),
            tags=tags,
            numbering=source.transform,
            overwrite=overwrite,
        ) as output,
        threads(count, waits=True) as pool,  # the raster must stay open until these have ended
    ):
        cleaned = zip(windows, in_order(pool, clean, windows, 2 * count), strict=True)
        for done, (window, (mask, valid)) in enumerate(cleaned, 1):
            wanted = None if area_mask is None else area_mask(window)
            known = valid if wanted is None else valid & wanted
            if known.any() or done == 1:  # a file without any writes would have no mask band
                output.write(window, np.where(mask, np.uint8(255), np.uint8(0))[None], known)
            reporter.progress("mask", done, len(windows))
