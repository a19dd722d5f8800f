"""Requests: one frozen class per command, the same for Python, the command line and the worker.

Creating one checks and converts its values, so that their kinds and ranges are right; None stands for the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from railseg_core.errors import RailSegError
from railseg_core.evaluation.line_scores import RHO_M
from railseg_core.evaluation.map_comparison import REACH_M, SHIFT_M
from railseg_core.line_params import LineParams
from railseg_core.paths import split_layer
from railseg_core.request_values import (
    AreaOfInterest,
    Bands,
    ChipSideM,
    ChipSidePx,
    Device,
    Folders,
    Kernel,
    KernelSizeM,
    ModelFile,
    Output,
    PieceLengthM,
    Scheduler,
    Shard,
    Share,
    Source,
    Truth,
    WorkFolder,
    between,
    kinds_of,
    parse_value,
    shortened,
)

_LINES = LineParams()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What all requests have in common.

    Attributes:
        overwrite: Whether existing outputs may be replaced.

    Raises:
        RailSegError: A value is missing, of the wrong kind or out of range.
    """

    overwrite: Truth = False

    def __post_init__(self) -> None:
        kinds = kinds_of(type(self))
        for item in fields(self):
            given = getattr(self, item.name)
            if given is None and item.default is MISSING:
                raise RailSegError(f"Parameter {item.name!r} is missing.", "Give a value for it.")
            value = item.default if given is None else parse_value(item.name, kinds[item.name], given)
            object.__setattr__(self, item.name, value)

    @property
    def inputs(self) -> list[str]:
        """The inputs: files, or other names that GDAL reads."""
        values = (getattr(self, name) for name, kind in kinds_of(type(self)).items() if kind.is_input)
        named = [split_layer(os.fspath(value))[0] for value in values if value is not None]
        area: AreaOfInterest | None = getattr(self, "area", None)
        return named if area is None or area.file is None else [*named, area.file]

    @property
    def outputs(self) -> dict[str, Path]:
        """The files to write, by the names of their attributes."""
        values = {name: getattr(self, name) for name, kind in kinds_of(type(self)).items() if kind.is_output}
        return {name: path for name, path in values.items() if path is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _RasterRequest(_Request):
    """A request that processes a raster: what is read, what is written, how probabilities become a mask.

    Attributes:
        raster: A file, or any name that GDAL opens (a subdataset, /vsizip/…); for the model also a folder of pictures.
        output: File to write.
        threshold: Probability from which a pixel counts, 0 to 1; None for the model's own threshold.
        opening_m: Size of the opening's kernel, metres; 0 for none.
        closing_m: Size of the closing's kernel, metres; 0 for none.
        kernel: Shape of both kernels.
    """

    raster: Source
    output: Output
    threshold: Share | None = None
    opening_m: KernelSizeM = _LINES.opening_m
    closing_m: KernelSizeM = _LINES.closing_m
    kernel: Kernel = _LINES.kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class _PictureRequest(_RasterRequest):
    """A request that runs the model over a picture.

    Attributes:
        bands: One or three band numbers from 1; None for the raster's own red, green and blue.
        area: The area of interest; None for the whole raster.
        model: Model file; None for the bundled one.
        device: `auto`, `cpu`, `cuda` or `mps`.
        every_tile: Whether to look closely even at tiles that show no track at the model's first look.
        mask: Mask raster to write as well.
        resume: Whether to resume an interrupted run with the same raster, area, model and output.
        unfinished: Folder for finished blocks, new or empty, which is removed when the run is done; None for a hidden
            one beside the output.
        scheduler: Address of the dask cluster that runs the model, `tcp://host:port`, or `local:N` for N processes on
            this machine; None for this process.
    """

    bands: Bands | None = None
    area: AreaOfInterest | None = None
    model: ModelFile | None = None
    device: Device = "auto"
    every_tile: Truth = False
    mask: Output | None = None
    resume: Truth = True
    unfinished: WorkFolder | None = None
    scheduler: Scheduler | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractRequest(_PictureRequest):
    """Picture to tracks and nodes in a GeoPackage: the whole pipeline.

    Attributes:
        min_length_m: Isolated pieces shorter than this are left out, metres.
        probability: Probability raster to write as well.
        preview: PNG of the lines over the picture to write as well.
        shard: (i, n): only run the model, over the i-th of n parts, and leave the result beside the output for a merge.
        merge: Do not run the model, but make the map from what all shards have left beside the output and in these
            folders from other machines; None to run the model.
    """

    min_length_m: PieceLengthM = _LINES.min_length_m
    probability: Output | None = None
    preview: Output | None = None
    shard: Shard | None = None
    merge: Folders | None = None

    def __post_init__(self) -> None:
        _PictureRequest.__post_init__(self)  # `super()` doesn't work in a dataclass with slots
        if self.shard is not None and self.merge is not None:
            raise RailSegError("A shard and a merge cannot be combined.", "Run all shards first, then the merge.")
        if self.shard is not None and self.unfinished is not None:
            raise RailSegError("A shard leaves its blocks beside the output.", "Leave out the folder for them.")
        if self.shard is not None and not self.resume:
            raise RailSegError(
                "Starting a shard over would discard the blocks of the others.",
                "Delete their folder before you start the first shard, or choose another output.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRequest(_PictureRequest):
    """Picture to probability raster and, if asked for, mask raster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanRequest(_RasterRequest):
    """Mask or probability raster to cleaned mask raster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorizeRequest(_RasterRequest):
    """Mask or probability raster, from RailSeg or elsewhere, to tracks and nodes in a GeoPackage.

    Attributes:
        min_length_m: Isolated pieces shorter than this are left out, metres.
        preview: PNG of the lines over the picture to write as well.
    """

    min_length_m: PieceLengthM = _LINES.min_length_m
    preview: Output | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _LinesRequest(_Request):
    """A request that sets extracted lines against others, in any CRS.

    Attributes:
        extracted: A map from `extract` or `vectorize`, or any vector file of lines.
        reference: Vector file of the other lines.
        raster: Only what lies on this raster counts; None for all lines.
        area: Only what lies in it counts; None for all lines.
        layers: GeoPackage to write, of what differs and what doesn't; None for figures alone.
    """

    extracted: Source
    reference: Source
    raster: Source | None = None
    area: AreaOfInterest | None = None
    layers: Output | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateRequest(_LinesRequest):
    """Evaluates extracted lines against true lines; see `railseg_core.vectors.tracing.read_tracing` for what counts.

    Attributes:
        rho_m: Largest distance of a line from the reference, metres: less than half the track spacing.
    """

    rho_m: Annotated[float, between(0.01, 10.0)] = RHO_M


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest(_LinesRequest):
    """Compares extracted tracks with a map's lines: what is new, missing and shifted.

    Attributes:
        reach_m: Largest distance of a track's counterpart on the map, metres: less than the track spacing.
        shift_m: Mean offset above which a piece is shifted, metres.
    """

    reach_m: Annotated[float, between(0.01, 20.0)] = REACH_M
    shift_m: Annotated[float, between(0.0, 20.0)] = SHIFT_M


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipsRequest(_Request):
    """Picture and the tracks traced in it to training chips, at the model's ground sampling distance.

    Attributes:
        raster: A file, any name that GDAL opens, or a folder of pictures.
        lines: Vector file of the tracks' centre-lines, or of polygons of their ground.
        output: Folder to write to; it may exist.
        side_px: Side of a chip, pixels.
        side_m: Side of a chip, metres; None for `side_px`.
        bare_share: Number of chips without a track for each with one; None for all of them.
        area: The area in which every track is traced: nothing outside counts. None for the whole picture.
        bands: One or three band numbers from 1; None for the raster's own red, green and blue.
    """

    raster: Source
    lines: Source
    output: Output
    side_px: ChipSidePx = 512
    side_m: ChipSideM | None = None
    bare_share: Annotated[float, between(0.0, 1000.0)] | None = None
    area: AreaOfInterest | None = None
    bands: Bands | None = None


RasterRequest = ExtractRequest | SegmentRequest | CleanRequest | VectorizeRequest
Request = RasterRequest | EvaluateRequest | CompareRequest | ChipsRequest
REQUESTS: dict[str, type[Request]] = {
    "extract": ExtractRequest,
    "segment": SegmentRequest,
    "clean": CleanRequest,
    "vectorize": VectorizeRequest,
    "evaluate": EvaluateRequest,
    "compare": CompareRequest,
    "chips": ChipsRequest,
}


def parse_request(method: str, params: Mapping[str, Any]) -> Request:
    """Creates a request from JSON-like values; what is missing or None takes its default.

    Args:
        method: A key of `REQUESTS`.
        params: Values by the names of the request's attributes; `area` as an `Area` or as its `values`.

    Raises:
        RailSegError: For an unknown method or parameter, a missing one, or a value out of range.
    """
    if method not in REQUESTS:
        raise RailSegError(f"There is no method {shortened(method)}.", f"Use one of {', '.join(REQUESTS)}.")
    request_type = REQUESTS[method]
    known = [item.name for item in fields(request_type)]
    for name in params:
        if name not in known:
            raise RailSegError(f"{method} has no parameter {shortened(name)}.", f"It takes {', '.join(known)}.")
    given: dict[str, Any] = {name: params.get(name) for name in known}
    return request_type(**given)
