"""Probabilities to a cleaned mask raster, block by block: the paper's opening and closing on pictures of any size."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from railseg_core.centerline.params import AreaMask, LineParams, level_of
from railseg_core.grid_raster import GridRaster, create_grid_raster
from railseg_core.morphology import clean_block, halo_px
from railseg_core.reporting import Reporter
from railseg_core.tiling import blocks_of


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
    """Writes the cleaned mask of a probability or mask raster: uint8, 255 for track, 0 for none, the rest not valid.

    Args:
        source: Its first band is taken.
        path: GeoTIFF to write, on the source's grid.
        params: Threshold and kernels; what concerns lines is not used.
        reporter: Told of every block, stage `mask`.
        area_mask: What is not in the area is not valid in the mask; None for everywhere.
        tags: Metadata of the file.
        overwrite: Whether the file may exist.

    Raises:
        RailSegError: If the raster can't be read or the mask can't be written.
    """
    halo = halo_px(params.opening_m, params.closing_m, source.gsd_m)
    level = level_of(params.threshold)
    windows = [block.window.intersection(source.window) for block in blocks_of(source.window)]
    reporter.progress("mask", 0, len(windows))
    with create_grid_raster(
        path,
        source.window,
        source.gsd_m,
        source.crs,
        bands=("track",),
        tags=tags,
        numbering=source.transform,
        overwrite=overwrite,
    ) as output:
        for done, window in enumerate(windows, 1):
            pixels, valid = source.read(window.expanded(halo))
            mask = clean_block(
                (pixels[0] >= level) & valid, source.gsd_m, params.opening_m, params.closing_m, params.kernel
            )
            inside = valid[halo : halo + window.height, halo : halo + window.width]
            wanted = None if area_mask is None else area_mask(window)
            output.write(
                window,
                np.where(mask, np.uint8(255), np.uint8(0))[None],
                inside if wanted is None else inside & wanted,
            )
            reporter.progress("mask", done, len(windows))
