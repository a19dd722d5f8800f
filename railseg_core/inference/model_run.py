"""A run of the model over a picture: opens and checks everything it needs, and chooses where predictions come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import astuple
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from railseg_core import __version__
from railseg_core.beside import beside
from railseg_core.errors import RailSegError
from railseg_core.folder_lock import alone_in
from railseg_core.inference.block_plan import PlannedBlock, plan_blocks, shard_of
from railseg_core.inference.finished_blocks import (
    RASTER_TIMES,
    FinishedBlocks,
    finished_blocks,
    gathered_blocks,
    shared_blocks,
    unfinished_folder,
)
from railseg_core.inference.prediction import BANDS, Predictor, predict_blocks, read_ahead
from railseg_core.inference.probability import predict_missing, write_probabilities
from railseg_core.network.model_card import ModelCard, bundled_model_path, checksum, read_card
from railseg_core.paths import is_any_of
from railseg_core.process_environment import collecting_no_garbage
from railseg_core.raster import WorkingGrid, open_working_grid
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.rasters.provenance import probability_tags
from railseg_core.reporting import Reporter
from railseg_core.requests import ExtractRequest, SegmentRequest


class ModelRun(NamedTuple):
    """Everything a run of the model needs: what to predict, with what, and where finished blocks are kept.

    Attributes:
        grid: The open raster.
        card: The model's card.
        model_sha256: The model file's checksum.
        blocks: All blocks of the grid.
        predictor: Predicts the unfinished blocks.
        finished: The finished blocks.
    """

    grid: WorkingGrid
    card: ModelCard
    model_sha256: str
    blocks: Sequence[PlannedBlock]
    predictor: Predictor
    finished: FinishedBlocks


class FilledShard(NamedTuple):
    """How many blocks a shard has, and how many of them were finished before."""

    blocks: int
    blocks_before: int


@contextmanager
def open_model_run(request: ExtractRequest | SegmentRequest, reporter: Reporter) -> Iterator[ModelRun]:
    """Opens everything a run needs; the weights last, since the raster is faster to open and more often at fault.

    Args:
        request: What to do.
        reporter: Receives the plan, and a message if an earlier run is resumed.

    Raises:
        RailSegError: the model, the raster, the area, the device or the folder of finished blocks can't be used, or
            another run is working in that folder.
    """
    model_path = request.model or bundled_model_path()
    card, model_sha256 = read_card(model_path), checksum(model_path)
    with (
        _others_kept_out(request),  # first of all, as planning a large picture takes long
        open_working_grid(request.raster, gsd_m=card.gsd_m, bands=request.bands, area=request.area) as grid,
    ):
        # Blocks of a run with a different identity would not be the same.
        identity = {
            "version": __version__,
            "raster": [(file.name, file.size) for file in grid.files],
            RASTER_TIMES: [file.changed_ns for file in grid.files],
            "bands": [info.bands for info in grid.infos],
            "stretch": [None if info.stretch is None else repr(info.stretch) for info in grid.infos],
            "window": astuple(grid.window),
            "area": None if request.area is None else sha256(repr(request.area.values).encode()).hexdigest(),
            "model": model_sha256,
        }
        _check_pictures(grid)
        _keep_what_is_read(request, grid)
        blocks = plan_blocks(grid.window, grid.wants)
        with _predictions(request, grid, blocks, identity, reporter) as (predictor, finished):
            yield ModelRun(grid, card, model_sha256, blocks, predictor, finished)


def _others_kept_out(request: ExtractRequest | SegmentRequest) -> AbstractContextManager[None]:
    """Locks the folder of finished blocks, except for shards, which share it, and for a merge, which finds it full.

    Raises:
        RailSegError: another run is working in it.
    """
    if isinstance(request, ExtractRequest) and (request.shard is not None or request.merge is not None):
        return nullcontext()
    return alone_in(_folder(request))


def _folder(request: ExtractRequest | SegmentRequest) -> Path:
    return request.unfinished or unfinished_folder(request.output)


def _check_pictures(grid: WorkingGrid) -> None:
    """Refuses the model's own results as pictures; in a folder they would hide the pictures they were made from.

    Raises:
        RailSegError: there is such a result.
    """
    for info in grid.infos:
        if info.is_result:
            raise RailSegError(
                f"{info.path} is a RailSeg probability or mask raster, not a picture.",
                "Move it out of the folder." if len(grid.infos) > 1 else "Give the picture, or vectorize this raster.",
            )


def _keep_what_is_read(request: ExtractRequest | SegmentRequest, grid: WorkingGrid) -> None:
    """Refuses outputs that would replace a part of the picture: a mosaic's source, or a raster within a file.

    Raises:
        RailSegError: there is such an output.
    """
    for output in request.outputs.values():
        if is_any_of(output, grid.paths):
            raise RailSegError(f"{output} is part of an input.", "Choose another name for the output.")


def write_probability(run: ModelRun, path: Path, reporter: Reporter, *, overwrite: bool) -> None:
    """Writes the probability raster of the whole grid; unfinished blocks are predicted (stage `segment`).

    Raises:
        RailSegError: the raster, the device or the disk fails. The output is not touched then.
    """
    grid = run.grid
    with (
        create_grid_raster(
            path,
            grid.window,
            grid.gsd_m,
            grid.crs,
            bands=BANDS,
            tags=probability_tags(grid, run.card),
            overwrite=overwrite,
            aside_folder=run.finished.folder,
        ) as output,
        closing(predict_missing(run.predictor.predict, run.blocks, run.finished, reporter)) as predictions,
    ):
        write_probabilities(run.blocks, predictions, output)


def fill_shard(run: ModelRun, number: int, count: int, reporter: Reporter) -> FilledShard:
    """Predicts the unfinished blocks of the `number`-th of `count` shards, and leaves them for the merge."""
    blocks = shard_of(run.blocks, number, count)
    missing = [block for block in blocks if not run.finished.has(block)]
    for _ in predict_missing(run.predictor.predict, missing, run.finished, reporter):
        pass
    return FilledShard(len(blocks), len(blocks) - len(missing))


@contextmanager
def _predictions(
    request: ExtractRequest | SegmentRequest,
    grid: WorkingGrid,
    blocks: Sequence[PlannedBlock],
    identity: Mapping[str, Any],
    reporter: Reporter,
) -> Iterator[tuple[Predictor, FinishedBlocks]]:
    """Chooses where predictions come from: this process, a cluster, or what shards have left."""
    shard = request.shard if isinstance(request, ExtractRequest) else None
    merge = request.merge if isinstance(request, ExtractRequest) else None
    if merge is not None:
        # What isn't named is as the shards have it.
        if request.device != "auto":
            identity = {**identity, "device": request.device}
        if request.every_tile:
            identity = {**identity, "every_tile": True}
        with gathered_blocks(request.output, identity, [Path(folder) for folder in merge]) as finished:
            device = str(finished.identity["device"])
            yield Predictor(device, lambda: f"{device} (in shards)", partial(finished.refuse_missing, blocks)), finished
        return
    with _predictor(request, grid, blocks, shard, reporter) as predictor:
        identity = {**identity, "device": predictor.device, "every_tile": request.every_tile}
        with (
            finished_blocks(
                _folder(request),
                identity,
                resume=request.resume,
                reporter=reporter,
                is_device_named=request.device != "auto",
            )
            if shard is None
            else shared_blocks(request.output, identity, shard[1])
        ) as finished:
            yield predictor, finished


@contextmanager
def _predictor(
    request: ExtractRequest | SegmentRequest,
    grid: WorkingGrid,
    blocks: Sequence[PlannedBlock],
    shard: tuple[int, int] | None,
    reporter: Reporter,
) -> Iterator[Predictor]:
    if request.scheduler is not None:
        # Imported here because dask is only needed with a cluster.
        with collecting_no_garbage():
            from railseg_core.inference.cluster import cluster_predictor

        with cluster_predictor(request.scheduler, request, grid, reporter) as predictor:
            yield predictor
        return
    with beside(partial(read_ahead, grid, blocks if shard is None else shard_of(blocks, *shard))):
        with collecting_no_garbage():  # importing torch takes more than a second, which a merge can do without
            from railseg_core.inference.planning import plan_work
            from railseg_core.segmentation import Segmenter

        model = request.model or bundled_model_path()
        segmenter = Segmenter(model, request.device, reporter, every_tile=request.every_tile)
    if shard is None:
        reporter.plan(plan_work(grid, segmenter, blocks, len(BANDS) + (request.mask is not None)))
    yield Predictor(segmenter.device, lambda: segmenter.description, partial(predict_blocks, grid, segmenter))
