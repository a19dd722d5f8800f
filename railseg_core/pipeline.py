"""The whole pipeline, in order: raster, working grid, probabilities, morphology, centre-lines, map."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from railseg_core import __version__
from railseg_core.beside import loaded_beside
from railseg_core.errors import RailSegError
from railseg_core.inference.finished_blocks import outputs_of_unfinished
from railseg_core.inference.model_run import ModelRun, fill_shard, open_model_run, write_probability
from railseg_core.line_params import AreaMask, LineParams
from railseg_core.mask_raster import write_mask
from railseg_core.output_checks import check_outputs, may_replace
from railseg_core.preview import LONGEST_SIDE_PX, draw_preview
from railseg_core.railway_map import RailwayMap
from railseg_core.raster import WorkingGrid, open_working_grid
from railseg_core.rasters.grid_raster import GridRaster, open_grid_raster
from railseg_core.rasters.provenance import (
    MODEL_TAG,
    SOURCE_TAG,
    picture_tags,
    tagged_crs,
    tagged_gsd_m,
    tagged_levels,
    tagged_picture,
)
from railseg_core.reporting import Reporter, Silent, Timeline
from railseg_core.requests import (
    ChipsRequest,
    CleanRequest,
    CompareRequest,
    EvaluateRequest,
    ExtractRequest,
    RasterRequest,
    Request,
    SegmentRequest,
    VectorizeRequest,
)
from railseg_core.vectors.area import Area
from railseg_core.vectors.coordinates import as_crs, crs_text
from railseg_core.vectors.map_file import RunRecord, write_map

_BETWEEN_SHARE = 0.1
"""Share of the lines without evidence of their own from which the closing is taken to have joined tracks in a mask."""


def timeline(request: Request) -> Timeline:
    """The stages of a request with their expected shares of its time: on a CPU the network is nearly all of it."""
    weights = {}
    if isinstance(request, ExtractRequest | SegmentRequest):
        weights["segment"] = 90.0
    if isinstance(request, CleanRequest) or "mask" in request.outputs:
        weights["mask"] = 2.0
    if isinstance(request, ExtractRequest | VectorizeRequest):
        weights |= {"skeleton": 6.0, "lines": 2.0}
    if isinstance(request, EvaluateRequest | CompareRequest):
        weights["compare"] = 1.0
    if isinstance(request, ChipsRequest):
        weights["chips"] = 1.0
    return Timeline(weights)


def run(request: Request, reporter: Reporter | None = None) -> dict[str, Any]:
    """Carries out a request.

    Args:
        request: What to do.
        reporter: Receives progress (`segment`, `mask`, `skeleton`, `lines`, `compare`, `chips`) and messages.

    Returns:
        What was written and found, as JSON-like values: `output`, and for lines `tracks`, `nodes`, `switches`,
        `review`, `total_length_m`, `crs` (for a shard `shard`, `blocks`, `blocks_there_already`, `folder` instead);
        with `device`, `timings_s`, `probability`, `mask`, `preview` where they apply. For an evaluation or a comparison
        the figures that `evaluate` and `compare` of `railseg_core.evaluation` return; for chips what
        `railseg_core.chips.export.export_chips` returns.

    Raises:
        RailSegError: For everything the user can fix. No output is left half-written then.
    """
    reporter = reporter or Silent()
    check_outputs(request)
    match request:
        case ExtractRequest():
            return _extract(request, reporter)
        case SegmentRequest():
            return _segment_raster(request, reporter)
        case CleanRequest():
            return _clean_raster(request, reporter)
        case VectorizeRequest():
            return _vectorize_raster(request, reporter)
        # Imported only for the few requests that need it.
        case EvaluateRequest():
            from railseg_core.evaluation.evaluate import evaluate

            return evaluate(request, reporter)
        case CompareRequest():
            from railseg_core.evaluation.compare import compare

            return compare(request, reporter)
        case ChipsRequest():
            from railseg_core.chips.export import export_chips

            return export_chips(request, reporter)


def _extract(request: ExtractRequest, reporter: Reporter) -> dict[str, Any]:
    """Raster to tracks and nodes; see `run`."""
    clock = _Clock()
    with open_model_run(request, reporter) as work:
        if request.shard is not None:
            return _fill_shard(request, request.shard, work, clock, reporter)
        grid = work.grid
        probability_path = request.probability or work.finished.folder / "probability.tif"
        before = outputs_of_unfinished(work.finished.folder)
        overwrite = request.probability is None or may_replace(request, probability_path, before)
        with clock.stage("segment"), loaded_beside("railseg_core.centerline.vectorize"):
            write_probability(work, probability_path, reporter, overwrite=overwrite)
        work.finished.note_output(probability_path)
        with open_grid_raster(probability_path) as probability:
            params = _line_params(request, probability)
            if request.mask:
                with clock.stage("mask"):
                    _write_mask(request, request.mask, probability, reporter, before, grid.area_mask)
                work.finished.note_output(request.mask)
            with clock.stage("lines"):
                from railseg_core.centerline.vectorize import vectorize

                railway_map = vectorize(probability, params, reporter=reporter, area_mask=grid.area_mask)
        device = work.predictor.describe()
        # A merge may leave it to the shards.
        as_run = replace(request, every_tile=work.finished.identity["every_tile"])
        run_record = _run_record(as_run, clock, grid.source_gsd_m, work.card.name, work.model_sha256, device)
        if not railway_map.tracks:
            reporter.log("warning", _no_tracks(grid))
        overwrite = may_replace(request, request.output, before)
        write_map(request.output, railway_map, grid.source_crs, run_record, overwrite=overwrite)
        work.finished.note_output(request.output)
        source_crs = grid.info.crs
        preview = _draw(request, [grid], railway_map, reporter, before)
        if preview is not None:
            work.finished.note_output(preview)
    return _line_result(request, railway_map, source_crs, clock, preview) | {
        "device": device,
        "probability": _text(request.probability),
        "mask": _text(request.mask),
    }


def _no_tracks(grid: WorkingGrid) -> str:
    """The warning if no track was found, with a possible reason."""
    stretch = grid.info.stretch
    if stretch is None:
        return "No tracks were found."
    return (
        f"No tracks were found. Values from {stretch.low:g} to {stretch.high:g} were stretched from black to white: if "
        "the ground has a different range, set the raster's nodata value."
    )


def _segment_raster(request: SegmentRequest, reporter: Reporter) -> dict[str, Any]:
    """Raster to probability raster and, on request, mask; see `run`."""
    clock = _Clock()
    with open_model_run(request, reporter) as work:
        before = outputs_of_unfinished(work.finished.folder)
        with clock.stage("segment"):
            overwrite = may_replace(request, request.output, before)
            write_probability(work, request.output, reporter, overwrite=overwrite)
        work.finished.note_output(request.output)
        if request.mask:
            with open_grid_raster(request.output) as probability, clock.stage("mask"):
                _write_mask(request, request.mask, probability, reporter, before, work.grid.area_mask)
        device = work.predictor.describe()
    return {
        "output": str(request.output),
        "mask": _text(request.mask),
        "device": device,
        "timings_s": clock.seconds,
    }


def _fill_shard(
    request: ExtractRequest, shard: tuple[int, int], work: ModelRun, clock: _Clock, reporter: Reporter
) -> dict[str, Any]:
    if later := [name for name in request.outputs if name != "output"]:
        reporter.log("info", f"The other outputs ({', '.join(later)}) are made by the merge.")
    with clock.stage("segment"):
        filled = fill_shard(work, *shard, reporter)
    return {
        "shard": f"{shard[0]}/{shard[1]}",
        "blocks": filled.blocks,
        "blocks_there_already": filled.blocks_before,
        "folder": str(work.finished.folder),
        "device": work.predictor.describe(),
        "timings_s": clock.seconds,
    }


def _clean_raster(request: CleanRequest, reporter: Reporter) -> dict[str, Any]:
    """Mask or probability raster to cleaned mask; see `run`."""
    clock = _Clock()
    with open_grid_raster(request.raster) as source, clock.stage("mask"):
        _write_mask(request, request.output, source, reporter)
    return {"output": str(request.output), "timings_s": clock.seconds}


def _vectorize_raster(request: VectorizeRequest, reporter: Reporter) -> dict[str, Any]:
    """Mask or probability raster to tracks and nodes; see `run`."""
    clock = _Clock()
    with open_grid_raster(request.raster) as source:
        tags = source.tags
        crs = crs_text(tagged_crs(tags) or as_crs(source.source_crs))
        with clock.stage("lines"):
            from railseg_core.centerline.vectorize import vectorize

            params = _line_params(request, source)
            railway_map = vectorize(source, params, reporter=reporter)
        for warning in _unlikely_settings(railway_map, params, source):
            reporter.log("warning", warning)
        source_gsd_m = tagged_gsd_m(tags) or source.gsd_m
        run_record = _run_record(request, clock, source_gsd_m, tags.get(MODEL_TAG))
    write_map(request.output, railway_map, crs, run_record, overwrite=request.overwrite)
    # The picture behind the probabilities if it still exists, otherwise the probabilities themselves.
    picture = tagged_picture(tags)
    if request.preview is not None and picture is None and SOURCE_TAG in tags:
        reporter.log("warning", f"No preview over {tags[SOURCE_TAG]}: the file does not exist.")
    pictures = [request.raster] if picture is None else [picture, request.raster]
    preview = _draw(request, pictures, railway_map, reporter)
    return _line_result(request, railway_map, crs, clock, preview)


def _unlikely_settings(railway_map: RailwayMap, params: LineParams, source: GridRaster) -> Iterator[str]:
    """Warnings where the settings do not seem to suit a mask or probabilities."""
    if not railway_map.tracks:
        yield f"No tracks with a threshold of {params.threshold:g}; the values were read as {source.numbers}."
        if params.opening_m:
            yield f"What is thinner than the opening of {params.opening_m:g} m does not count."
    between_m = sum(track.length_m for track in railway_map.tracks if track.confidence < params.threshold / 2)
    if "axis" not in source.bands and between_m > _BETWEEN_SHARE * railway_map.total_length_m:
        yield (
            f"{between_m:,.0f} m of the lines lie between tracks that the closing of {params.closing_m:g} m joins: a "
            "smaller one may tell them apart."
        )


class _Clock:
    """Seconds spent in each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times the `with` block."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)


def _line_params(request: RasterRequest, raster: GridRaster) -> LineParams:
    """The request's settings, with the raster's own thresholds if none is given."""
    params = tagged_levels(raster.tags) if request.threshold is None else LineParams(threshold=request.threshold)
    return replace(
        params,
        opening_m=request.opening_m,
        closing_m=request.closing_m,
        kernel=request.kernel,
        min_length_m=getattr(request, "min_length_m", params.min_length_m),
    )


def _run_record(
    request: RasterRequest,
    clock: _Clock,
    source_gsd_m: float,
    model: str | None,
    model_sha256: str | None = None,
    device: str | None = None,
) -> RunRecord:
    parameters: dict[str, Any] = {}
    for item in fields(request):
        value = getattr(request, item.name)
        if isinstance(value, Area):
            value = value.values
        parameters[item.name] = str(value) if isinstance(value, Path) else value
    return RunRecord(
        version=__version__,
        raster=Path(request.raster).name,
        parameters=parameters,
        source_gsd_m=source_gsd_m,
        model=model,
        model_sha256=model_sha256,
        device=device,
        timings_s=clock.seconds,
    )


def _write_mask(
    request: RasterRequest,
    path: Path,
    source: GridRaster,
    reporter: Reporter,
    before: Collection[Path] = (),
    area_mask: AreaMask | None = None,
) -> None:
    """Writes the cleaned mask, with what is known about the picture behind it.

    `before` are the outputs of an unfinished run, which may be replaced.
    """
    write_mask(
        source,
        path,
        _line_params(request, source),
        reporter,
        area_mask=area_mask,
        tags=picture_tags(source.tags),
        overwrite=may_replace(request, path, before),
    )


def _draw(
    request: ExtractRequest | VectorizeRequest,
    pictures: Sequence[str | WorkingGrid],
    railway_map: RailwayMap,
    reporter: Reporter,
    before: Collection[Path] = (),
) -> Path | None:
    """Draws the preview over the first picture that can be read, at a GSD at which its longer side fits.

    The map has been written by now: a preview that can't be drawn is a warning, not an error. `pictures` are names or
    open ones; `before` are the outputs of an unfinished run, which may be replaced.
    """
    if request.preview is None:
        return None
    for picture in pictures:
        try:
            with open_working_grid(picture) if isinstance(picture, str) else nullcontext(picture) as grid:
                longest_m = max(grid.window.width, grid.window.height) * grid.gsd_m
                recipe = replace(grid.recipe, gsd_m=max(grid.gsd_m, longest_m / LONGEST_SIDE_PX))
            with recipe.open() as coarse:
                overwrite = may_replace(request, request.preview, before)
                draw_preview(coarse, railway_map, request.preview, overwrite=overwrite)
        except RailSegError as error:
            name = picture if isinstance(picture, str) else picture.recipe.path
            reporter.log("warning", f"No preview over {name}: {error}")
        else:
            return request.preview
    return None


def _line_result(
    request: ExtractRequest | VectorizeRequest, railway_map: RailwayMap, crs: str, clock: _Clock, preview: Path | None
) -> dict[str, Any]:
    return {
        "output": str(request.output),
        "crs": crs,
        "tracks": len(railway_map.tracks),
        "nodes": len(railway_map.nodes),
        "switches": railway_map.switches,
        "review": railway_map.reviews,
        "total_length_m": round(railway_map.total_length_m, 2),
        "preview": _text(preview),
        "timings_s": clock.seconds,
    }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
