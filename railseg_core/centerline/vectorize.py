"""Probabilities to the railway map: blocks to sparse skeletons, one pixel graph, tracks, smooth lines, features."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from threading import Lock

from railseg_core.arrays import Bools
from railseg_core.centerline.artefacts import drop_doubtful_pieces, simplify, trim_hooks
from railseg_core.centerline.blocks import SparseSkeleton, block_halo_px, skeleton_of_raster
from railseg_core.centerline.crossings import resolve_crossings
from railseg_core.centerline.features import railway_map_of
from railseg_core.centerline.gaps import bridge_gaps
from railseg_core.centerline.junctions import junctions
from railseg_core.centerline.merging import merge_branches
from railseg_core.centerline.pixel_graph import pixel_graph
from railseg_core.centerline.pixels import LinePixels
from railseg_core.centerline.switches import reconstruct_switches
from railseg_core.centerline.tracks import TrackGraph
from railseg_core.errors import RailSegError
from railseg_core.line_params import AreaMask, LineParams
from railseg_core.railway_map import RailwayMap
from railseg_core.rasters.grid_raster import GridRaster
from railseg_core.reporting import Reporter, Silent
from railseg_core.threads import in_order, threads
from railseg_core.tiling import BLOCK_PX, GSD_TOLERANCE, PixelWindow
from railseg_core.vectors.coordinates import as_crs, crs_text

MAX_GSD_M = 2.0
"""Coarsest GSD, nominally: in a coarser raster, tracks 4 m apart merge into one."""
_MOST_THREADS = 4
"""Each block in progress takes some 80 MB."""


def vectorize(
    raster: GridRaster,
    params: LineParams,
    *,
    reporter: Reporter | None = None,
    area_mask: AreaMask | None = None,
    block_px: int = BLOCK_PX,
) -> RailwayMap:
    """Makes tracks and nodes from a probability raster or a mask.

    The outcome does not depend on the size of the blocks or on the number of threads; nor, well inside the area, on the
    area.

    Args:
        raster: P(track) and, if there, P(axis).
        params: Thresholds, kernels and lengths.
        reporter: Receives the progress of the stages `skeleton` (in blocks) and `lines`.
        area_mask: Restricts the lines to an area, such as `functools.partial(polygon_mask, polygon,
            gsd_m=raster.gsd_m)`.
        block_px: Side of a block, pixels.

    Returns:
        The map in the raster's metric CRS.

    Raises:
        RailSegError: the raster is too coarse, damaged or cut short.
    """
    if raster.gsd_m > MAX_GSD_M * GSD_TOLERANCE:
        raise RailSegError(
            f"The mask is too coarse: its pixels are {raster.gsd_m:.2g} m on the ground.",
            f"In masks and probabilities, tracks can be told apart at up to {MAX_GSD_M:g} m per pixel.",
        )
    reporter = reporter or Silent()
    skeleton = _skeleton(raster, params, reporter, area_mask, block_px)
    if skeleton.blob_px:
        blob_m2 = skeleton.blob_px * raster.gsd_m**2
        reporter.log("info", f"Areas too wide for a track were left out: {blob_m2:,.0f} m².")
    reporter.progress("lines", 0, 3)
    pixels = pixel_graph(skeleton.keys)
    reporter.progress("lines", 1, 3)
    graph = TrackGraph(LinePixels(skeleton, raster.transform, raster.gsd_m), pixels)
    del skeleton, pixels  # for a whole country these are large, and no longer needed
    simplify(graph)
    trim_hooks(graph)
    # Faint or short pieces of a track are no longer so once their gaps are bridged.
    bridge_gaps(graph)
    drop_doubtful_pieces(graph, params)
    crossings = resolve_crossings(graph)
    graph.orient()
    switches = merge_branches(graph)
    switches |= reconstruct_switches(graph, switches)
    reporter.progress("lines", 2, 3)
    meetings = junctions(graph, switches, crossings)
    railway_map = railway_map_of(graph, meetings, crs_text(as_crs(raster.crs)), params)
    reporter.progress("lines", 3, 3)
    return railway_map


def _skeleton(
    raster: GridRaster,
    params: LineParams,
    reporter: Reporter,
    area_mask: AreaMask | None,
    block_px: int,
) -> SparseSkeleton:
    """The skeleton of the whole raster, joined from its blocks."""
    halo_px = block_halo_px(raster.gsd_m, params, has_axis="axis" in raster.bands)
    cores = [core for core in _cores(raster.window, block_px) if raster.may_have_track(core.expanded(halo_px))]
    reporter.progress("skeleton", 0, len(cores))
    guarded = None if area_mask is None else _one_at_a_time(area_mask)
    work = partial(skeleton_of_raster, raster, params=params, area_mask=guarded)
    count = min(os.cpu_count() or 1, _MOST_THREADS)
    parts = []
    with threads(count, waits=True) as pool:  # the raster may be closed once these have ended
        for done, part in enumerate(in_order(pool, work, cores, 2 * count), 1):
            parts.append(part)
            reporter.progress("skeleton", done, len(cores))
    return SparseSkeleton.joined(parts)


def _one_at_a_time(area_mask: AreaMask) -> AreaMask:
    """The same mask, safe for several threads: GEOS builds a polygon's index while it answers."""
    lock = Lock()

    def mask(window: PixelWindow) -> Bools | None:
        with lock:
            return area_mask(window)

    return mask


def _cores(window: PixelWindow, block_px: int) -> Iterator[PixelWindow]:
    """The window's parts, cut along the lattice's blocks, row by row."""
    cells = window.snapped(block_px)
    for row in range(cells.row, cells.bottom, block_px):
        for col in range(cells.col, cells.right, block_px):
            yield PixelWindow(col, row, block_px, block_px).intersection(window)
