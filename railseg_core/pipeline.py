"""The whole way, in order: raster, working grid, probabilities, morphology, centre-lines, map."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import astuple, fields
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from railseg_core import __version__
from railseg_core.area import Area
from railseg_core.centerline.vectorize import AreaMask, LineParams, vectorize
from railseg_core.chip_export import export_chips
from railseg_core.compare import compare
from railseg_core.errors import RailSegError
from railseg_core.evaluation import evaluate
from railseg_core.grid_raster import GridRaster, create_grid_raster, open_grid_raster
from railseg_core.mask_raster import write_mask
from railseg_core.outputs import prepare_output
from railseg_core.preview import LONGEST_SIDE_PX, draw_preview
from railseg_core.railway_map import RailwayMap, RunRecord, write_map
from railseg_core.raster import WorkingGrid, open_working_grid
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

# What imports torch is imported where it is used: that takes seconds, and not every request needs the network.
if TYPE_CHECKING:
    from railseg_core.finished_blocks import FinishedBlocks
    from railseg_core.segmentation import Segmenter

# Tags of a probability raster, so that its lines can be drawn later as they would have been at once; and what holds
# where a raster made elsewhere has none.
_LEVEL_TAGS = {
    "track_threshold": ("RAILSEG_TRACK_THRESHOLD", 0.5),
    "axis_threshold": ("RAILSEG_AXIS_THRESHOLD", 0.5),
    "min_piece_confidence": ("RAILSEG_MIN_PIECE_CONFIDENCE", 0.0),
}
_SOURCE_TAG, _SOURCE_GSD_TAG, _SOURCE_CRS_TAG, _MODEL_TAG = (
    "RAILSEG_SOURCE",
    "RAILSEG_SOURCE_GSD_M",
    "RAILSEG_SOURCE_CRS",
    "RAILSEG_MODEL",
)
_PROVENANCE_TAGS = (_SOURCE_TAG, _SOURCE_GSD_TAG, _SOURCE_CRS_TAG, _MODEL_TAG)
_RASTER_ENDINGS = (".tif", ".tiff")


def timeline(request: Request) -> Timeline:
    """The stages of a request with their expected shares of its time: on a CPU the network is nearly all of it."""
    weights = {}
    if isinstance(request, ExtractRequest | SegmentRequest):
        weights["segment"] = 90.0
    if isinstance(request, CleanRequest) or getattr(request, "mask", None) is not None:
        weights["mask"] = 2.0
    if isinstance(request, ExtractRequest | VectorizeRequest):
        weights |= {"skeleton": 6.0, "lines": 2.0}
    if isinstance(request, EvaluateRequest | CompareRequest):
        weights["compare"] = 1.0
    if isinstance(request, ChipsRequest):
        weights["chips"] = 1.0
    return Timeline(weights)


def run(request: Request, reporter: Reporter | None = None) -> dict[str, Any]:
    """Works a request off.

    Args:
        request: What to do.
        reporter: Told of progress (`segment`, `mask`, `skeleton`, `lines`, `compare`, `chips`) and of what is worth
            knowing.

    Returns:
        What was written and found, as JSON-like values: `output`, and for lines `tracks`, `nodes`, `switches`,
        `review`, `total_length_m`, `crs`; with `device`, `timings_s`, `probability`, `mask`, `preview` where they
        apply. Of an evaluation and a comparison the figures that `railseg_core.evaluation.evaluate` and
        `railseg_core.compare.compare` give; of chips what `railseg_core.chip_export.export_chips` gives.

    Raises:
        RailSegError: For everything the user can mend. No output is touched then.
    """
    reporter = reporter or Silent()
    _check_outputs(request)
    match request:
        case ExtractRequest():
            return extract(request, reporter)
        case SegmentRequest():
            return segment_raster(request, reporter)
        case CleanRequest():
            return clean_raster(request, reporter)
        case VectorizeRequest():
            return vectorize_raster(request, reporter)
        case EvaluateRequest():
            return evaluate(request, reporter)
        case CompareRequest():
            return compare(request, reporter)
        case ChipsRequest():
            return export_chips(request, reporter)


def extract(request: ExtractRequest, reporter: Reporter) -> dict[str, Any]:
    """Raster to tracks and nodes; see `run`."""
    from railseg_core.network.model_card import bundled_model_path, checksum
    from railseg_core.segmentation import device_description

    clock = _Clock()
    model_path = request.model or bundled_model_path()
    segmenter, grid = _open(request, model_path, reporter)
    with grid, _finished(request, grid, segmenter, model_path, reporter) as finished:
        probability_path = request.probability or finished.folder / "probability.tif"
        overwrite = request.overwrite or request.probability is None  # an earlier run may have come that far
        with clock.stage("segment"):
            _write_probability(grid, segmenter, finished, probability_path, reporter, overwrite=overwrite)
        with open_grid_raster(probability_path) as probability:
            params = _line_params(request, probability)
            if request.mask:
                with clock.stage("mask"):
                    _write_mask(request, request.mask, probability, reporter, grid.area_mask)
            with clock.stage("lines"):
                railway_map = vectorize(probability, params, reporter=reporter, area_mask=grid.area_mask)
        device = device_description(segmenter.device)
        run_record = _run_record(request, clock, grid.source_gsd_m, segmenter.card.name, checksum(model_path), device)
        write_map(request.output, railway_map, grid.source_crs, run_record, overwrite=request.overwrite)
        source_crs = grid.info.crs
    preview = _draw(request, [request.raster], railway_map, reporter)
    return _line_result(request, railway_map, source_crs, clock, preview) | {
        "device": device,
        "probability": _text(request.probability),
        "mask": _text(request.mask),
    }


def segment_raster(request: SegmentRequest, reporter: Reporter) -> dict[str, Any]:
    """Raster to probability raster and, on request, mask; see `run`."""
    from railseg_core.network.model_card import bundled_model_path
    from railseg_core.segmentation import device_description

    clock = _Clock()
    model_path = request.model or bundled_model_path()
    segmenter, grid = _open(request, model_path, reporter)
    with grid, _finished(request, grid, segmenter, model_path, reporter) as finished:
        with clock.stage("segment"):
            _write_probability(grid, segmenter, finished, request.output, reporter, overwrite=request.overwrite)
        if request.mask:
            with open_grid_raster(request.output) as probability, clock.stage("mask"):
                _write_mask(request, request.mask, probability, reporter, grid.area_mask)
    return {
        "output": str(request.output),
        "mask": _text(request.mask),
        "device": device_description(segmenter.device),
        "timings_s": clock.seconds,
    }


def clean_raster(request: CleanRequest, reporter: Reporter) -> dict[str, Any]:
    """Mask or probability raster to cleaned mask; see `run`."""
    clock = _Clock()
    with open_grid_raster(request.raster) as source, clock.stage("mask"):
        _write_mask(request, request.output, source, reporter)
    return {"output": str(request.output), "timings_s": clock.seconds}


def vectorize_raster(request: VectorizeRequest, reporter: Reporter) -> dict[str, Any]:
    """Mask or probability raster to tracks and nodes; see `run`."""
    clock = _Clock()
    with open_grid_raster(request.raster) as source:
        with clock.stage("lines"):
            railway_map = vectorize(source, _line_params(request, source), reporter=reporter)
        tags = source.tags
        source_gsd_m = float(tags.get(_SOURCE_GSD_TAG, source.gsd_m))
        crs = tags.get(_SOURCE_CRS_TAG, source.source_crs.to_string())
        run_record = _run_record(request, clock, source_gsd_m, tags.get(_MODEL_TAG))
    write_map(request.output, railway_map, crs, run_record, overwrite=request.overwrite)
    # The picture behind the probabilities if it is still there, else the probabilities themselves.
    preview = _draw(request, [tags.get(_SOURCE_TAG, request.raster), request.raster], railway_map, reporter)
    return _line_result(request, railway_map, crs, clock, preview)


class _Clock:
    """Seconds spent in each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times the block under it."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)


def _check_outputs(request: Request) -> None:
    """Fails before the work where an output can't be written, or would replace what is read."""
    if isinstance(request, ChipsRequest):
        return  # a folder, which is looked at where it is filled
    makes_lines = isinstance(request, ExtractRequest | VectorizeRequest)
    endings: dict[str, tuple[str, ...]] = {
        "output": (".gpkg",) if makes_lines else _RASTER_ENDINGS,
        "probability": _RASTER_ENDINGS,
        "mask": _RASTER_ENDINGS,
        "preview": (".png",),
        "layers": (".gpkg",),
    }
    read = ("raster", "model", "extracted", "reference")
    inputs = [path for name in read if (path := getattr(request, name, None)) is not None]
    wanted = {name: path for name in endings if (path := getattr(request, name, None)) is not None}
    for name, path in wanted.items():
        prepare_output(path, overwrite=request.overwrite, inputs=inputs, endings=endings[name])
    if len({path.resolve() for path in wanted.values()}) < len(wanted):
        raise RailSegError("Two outputs have the same name.", "Give each a name of its own.")


def _open(
    request: ExtractRequest | SegmentRequest, model_path: Path, reporter: Reporter
) -> tuple[Segmenter, WorkingGrid]:
    """The model and the raster; the weights last, since the raster is wrong more often and quicker to open."""
    from railseg_core.network.model_card import read_card
    from railseg_core.planning import plan_work
    from railseg_core.segmentation import BANDS, Segmenter

    card = read_card(model_path)
    grid = open_working_grid(request.raster, gsd_m=card.gsd_m, bands=request.bands, area=request.area)
    try:
        segmenter = Segmenter(model_path, request.device, reporter)
        reporter.plan(plan_work(grid, segmenter, len(BANDS) + (request.mask is not None)))
    except BaseException:
        grid.close()
        raise
    return segmenter, grid


def _finished(
    request: ExtractRequest | SegmentRequest,
    grid: WorkingGrid,
    segmenter: Segmenter,
    model_path: Path,
    reporter: Reporter,
) -> AbstractContextManager[FinishedBlocks]:
    """What an earlier run with the same output has left; its blocks count if they would come out the same."""
    from railseg_core.finished_blocks import finished_blocks
    from railseg_core.network.model_card import checksum

    identity = {
        "version": __version__,
        "raster": grid.identity,
        "bands": grid.info.bands,
        "stretch": None if grid.info.stretch is None else repr(grid.info.stretch),
        "window": astuple(grid.window),
        "area": None if request.area is None else sha256(repr(request.area.values).encode()).hexdigest(),
        "model": checksum(model_path),
        "device": segmenter.device,
    }
    return finished_blocks(request.output, identity, resume=request.resume, reporter=reporter)


def _write_probability(
    grid: WorkingGrid,
    segmenter: Segmenter,
    finished: FinishedBlocks,
    path: Path,
    reporter: Reporter,
    *,
    overwrite: bool,
) -> None:
    from railseg_core.block_plan import plan_blocks
    from railseg_core.probability import predict_missing, write_probabilities
    from railseg_core.segmentation import BANDS

    card = segmenter.card
    source = Path(grid.info.path)
    tags = {
        _SOURCE_TAG: str(source.absolute()) if source.exists() else grid.info.path,
        _SOURCE_GSD_TAG: f"{grid.source_gsd_m:.6g}",
        _SOURCE_CRS_TAG: grid.info.crs,
        _MODEL_TAG: card.name,
        **{tag: f"{getattr(card, name):g}" for name, (tag, _) in _LEVEL_TAGS.items()},
    }
    with create_grid_raster(
        path, grid.window, grid.gsd_m, grid.crs, bands=BANDS, tags=tags, overwrite=overwrite
    ) as output:
        blocks = plan_blocks(grid.window, grid.wants)
        with closing(predict_missing(grid, segmenter, blocks, finished, reporter)) as predictions:
            write_probabilities(blocks, predictions, output)


def _line_params(request: RasterRequest, raster: GridRaster) -> LineParams:
    """The request's settings, with the raster's own thresholds where none is given."""
    if request.threshold is not None:
        track, axis, confidence = request.threshold, request.threshold, 0.0
    else:
        track, axis, confidence = (float(raster.tags.get(tag, default)) for tag, default in _LEVEL_TAGS.values())
    return LineParams(
        threshold=track,
        axis_threshold=axis,
        min_piece_confidence=confidence,
        opening_m=request.opening_m,
        closing_m=request.closing_m,
        kernel=request.kernel,
        min_length_m=getattr(request, "min_length_m", LineParams().min_length_m),
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
    request: RasterRequest, path: Path, source: GridRaster, reporter: Reporter, area_mask: AreaMask | None = None
) -> None:
    """The cleaned mask, with what is known of the picture behind it."""
    write_mask(
        source,
        path,
        _line_params(request, source),
        reporter,
        area_mask=area_mask,
        tags={tag: source.tags[tag] for tag in _PROVENANCE_TAGS if tag in source.tags},
        overwrite=request.overwrite,
    )


def _draw(
    request: ExtractRequest | VectorizeRequest, pictures: Sequence[str], railway_map: RailwayMap, reporter: Reporter
) -> Path | None:
    """Draws the preview over the first picture that can be read, at a GSD at which its longer side fits.

    The map is in place by now: a preview that can't be drawn is a warning, not an error.
    """
    if request.preview is None:
        return None
    area = request.area if isinstance(request, ExtractRequest) else None
    bands = request.bands if isinstance(request, ExtractRequest) else None
    for picture in pictures:
        try:
            with open_working_grid(picture, bands=bands, area=area) as grid:
                longest_m = max(grid.window.width, grid.window.height) * grid.gsd_m
            gsd_m = max(grid.gsd_m, longest_m / LONGEST_SIDE_PX)
            with open_working_grid(picture, gsd_m=gsd_m, bands=bands, area=area) as coarse:
                draw_preview(coarse, railway_map, request.preview, overwrite=request.overwrite)
        except RailSegError as error:
            reporter.log("warning", f"No preview over {picture}: {error}")
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
