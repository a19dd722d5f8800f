"""Probabilities to the railway map: blocks to sparse skeletons, one pixel graph, tracks, smooth lines, features."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from itertools import repeat

from railseg_core.centerline.artefacts import drop_doubtful_pieces, simplify, trim_hooks
from railseg_core.centerline.blocks import (
    SparseSkeleton,
    block_halo_px,
    skeleton_of_raster,
    skeleton_of_recipe,
)
from railseg_core.centerline.crossings import resolve_crossings
from railseg_core.centerline.features import railway_map_of
from railseg_core.centerline.gaps import bridge_gaps
from railseg_core.centerline.junctions import junctions
from railseg_core.centerline.merging import merge_branches
from railseg_core.centerline.params import AreaMask, LineParams
from railseg_core.centerline.pixel_graph import pixel_graph
from railseg_core.centerline.pixels import LinePixels
from railseg_core.centerline.switches import reconstruct_switches
from railseg_core.centerline.tracks import TrackGraph
from railseg_core.grid_raster import GridRaster
from railseg_core.railway_map import RailwayMap
from railseg_core.reporting import Reporter, Silent
from railseg_core.tiling import BLOCK_PX, PixelWindow

__all__ = ["AreaMask", "LineParams", "vectorize"]


def vectorize(
    raster: GridRaster,
    params: LineParams,
    *,
    executor: Executor | None = None,
    reporter: Reporter | None = None,
    area_mask: AreaMask | None = None,
    block_px: int = BLOCK_PX,
) -> RailwayMap:
    """Makes tracks and nodes of a probability raster or a mask.

    The outcome does not depend on the blocks' size, on the executor or on the number of its workers, and not on the
    area for what lies well inside it.

    Args:
        raster: P(track) and, if there, P(axis).
        params: Thresholds, kernels and lengths.
        executor: Where the blocks are worked; None for here, one after the other.
        reporter: Is told of the stages `skeleton` (in blocks) and `lines`.
        area_mask: Restricts the lines to an area; picklable if the executor's workers are other processes, such as
            `functools.partial(polygon_mask, polygon, gsd_m=raster.gsd_m)`.
        block_px: Side of a block.

    Returns:
        The map in the raster's metric CRS.

    Raises:
        RailSegError: the raster is damaged or cut short.
    """
    reporter = reporter or Silent()
    skeleton = _skeleton(raster, params, executor, reporter, area_mask, block_px)
    if skeleton.blob_px:
        blob_m2 = skeleton.blob_px * raster.gsd_m**2
        reporter.log("info", f"{blob_m2:,.0f} m² are too wide for a track and were left out.")
    reporter.progress("lines", 0, 3)
    pixels = pixel_graph(skeleton.keys)
    reporter.progress("lines", 1, 3)
    graph = TrackGraph(LinePixels(skeleton, raster.transform, raster.gsd_m), pixels)
    del skeleton, pixels  # of a country's tracks they are large, and not needed any more
    simplify(graph)
    trim_hooks(graph)
    # Faint and short pieces of a track are neither once their gaps are bridged.
    bridge_gaps(graph)
    drop_doubtful_pieces(graph, params)
    crossings = resolve_crossings(graph)
    graph.orient()
    switches = merge_branches(graph)
    switches |= reconstruct_switches(graph, switches)
    reporter.progress("lines", 2, 3)
    meetings = junctions(graph, switches, crossings)
    railway_map = railway_map_of(graph, meetings, str(raster.crs.to_string()), params)
    reporter.progress("lines", 3, 3)
    return railway_map


def _skeleton(
    raster: GridRaster,
    params: LineParams,
    executor: Executor | None,
    reporter: Reporter,
    area_mask: AreaMask | None,
    block_px: int,
) -> SparseSkeleton:
    """The skeleton of all blocks, which is the whole raster's."""
    halo_px = block_halo_px(raster.gsd_m, params, has_axis="axis" in raster.bands)
    cores = [core for core in _cores(raster.window, block_px) if raster.may_have_track(core.expanded(halo_px))]
    reporter.progress("skeleton", 0, len(cores))
    results: Iterable[SparseSkeleton] = (
        (skeleton_of_raster(raster, core, params, area_mask) for core in cores)
        if executor is None
        else executor.map(skeleton_of_recipe, repeat(raster.recipe), cores, repeat(params), repeat(area_mask))
    )
    parts = []
    for done, part in enumerate(results, 1):
        parts.append(part)
        reporter.progress("skeleton", done, len(cores))
    return SparseSkeleton.joined(parts)


def _cores(window: PixelWindow, block_px: int) -> Iterator[PixelWindow]:
    """The parts of the window in the blocks of the lattice, row by row."""
    cells = window.snapped(block_px)
    for row in range(cells.row, cells.bottom, block_px):
        for col in range(cells.col, cells.right, block_px):
            yield PixelWindow(col, row, block_px, block_px).intersection(window)
