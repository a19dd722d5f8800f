"""Requests: one frozen class per command, the same for Python, the command line and the worker.

Creating one checks and converts its values, so that their kinds and ranges are right; None stands for the default.
"""

from __future__ import annotations

import operator
import os
import reprlib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, get_args

import shapely

from railseg_core.errors import RailSegError
from railseg_core.evaluation.map_comparison import REACH_M, SHIFT_M
from railseg_core.line_params import LineParams
from railseg_core.metrics import RHO_M
from railseg_core.morphology import KernelShape
from railseg_core.paths import split_layer
from railseg_core.tiling import GSD_M
from railseg_core.vectors.area import Area

_LINES = LineParams()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What all requests have in common.

    Attributes:
        overwrite: Whether existing outputs may be replaced.

    Raises:
        RailSegError: A value is missing, of the wrong kind or out of range.
    """

    overwrite: bool = False

    def __post_init__(self) -> None:
        for item in fields(self):
            given = getattr(self, item.name)
            if given is None and item.default is MISSING:
                raise RailSegError(f"Parameter {item.name!r} is missing.", "Give a value for it.")
            value = item.default if given is None else _parse(item.name, given)
            object.__setattr__(self, item.name, value)

    @property
    def inputs(self) -> list[str]:
        """The inputs: files, or other names that GDAL reads."""
        names = (*_SOURCES, "model")
        named = [split_layer(os.fspath(path))[0] for name in names if (path := getattr(self, name, None)) is not None]
        area: Area | None = getattr(self, "area", None)
        return named if area is None or area.file is None else [*named, area.file]

    @property
    def outputs(self) -> dict[str, Path]:
        """The files to write, by the names of their attributes."""
        return {name: path for name in _OUTPUTS if (path := getattr(self, name, None)) is not None}


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

    raster: str
    output: Path
    threshold: float | None = None
    opening_m: float = _LINES.opening_m
    closing_m: float = _LINES.closing_m
    kernel: KernelShape = _LINES.kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class _PictureRequest(_RasterRequest):
    """A request that runs the model over a picture.

    Attributes:
        bands: One or three band numbers from 1; None for the raster's own red, green and blue.
        area: The area of interest; None for the whole raster.
        model: Model file; None for the bundled one.
        device: `auto`, `cpu`, `cuda` or `mps`.
        mask: Mask raster to write as well.
        resume: Whether to resume an interrupted run with the same raster, area, model and output.
        unfinished: Folder for finished blocks until the run is done; None for a hidden one beside the output.
        scheduler: Address of the dask cluster that runs the model, `tcp://host:port`, or `local:N` for N processes on
            this machine; None for this process.
    """

    bands: tuple[int, ...] | None = None
    area: Area | None = None
    model: Path | None = None
    device: str = "auto"
    mask: Path | None = None
    resume: bool = True
    unfinished: Path | None = None
    scheduler: str | None = None


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

    min_length_m: float = _LINES.min_length_m
    probability: Path | None = None
    preview: Path | None = None
    shard: tuple[int, int] | None = None
    merge: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _PictureRequest.__post_init__(self)  # `super()` doesn't work in a dataclass with slots
        if self.shard is not None and self.merge is not None:
            raise RailSegError("A shard and a merge cannot be combined.", "Run all shards first, then the merge.")
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

    min_length_m: float = _LINES.min_length_m
    preview: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateRequest(_Request):
    """Evaluates extracted lines against reference lines, in any CRS.

    Attributes:
        extracted: A map from `extract` or `vectorize`, or any vector file of lines.
        reference: Vector file of the true lines; see `railseg_core.vectors.tracing.read_tracing` for what counts in it.
        raster: Only what lies on this raster counts; None for all lines.
        area: Only what lies in it counts; None for all lines.
        layers: GeoPackage to write, of what is matched, missed and false; None for figures alone.
        rho_m: Largest distance of a line from the reference, metres: less than half the track spacing.
    """

    extracted: str
    reference: str
    raster: str | None = None
    area: Area | None = None
    layers: Path | None = None
    rho_m: float = RHO_M


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest(_Request):
    """Compares extracted tracks with a map, in any CRS: what is new, missing and shifted.

    Attributes:
        extracted: A map from `extract` or `vectorize`, or any vector file of lines.
        reference: Vector file of the map's lines.
        raster: Only what lies on this raster counts; None for all lines.
        area: Only what lies in it counts; None for all lines.
        layers: GeoPackage to write, of what is new, missing, shifted and matched; None for figures alone.
        reach_m: Largest distance of a track's counterpart on the map, metres: less than the track spacing.
        shift_m: Mean offset above which a piece is shifted, metres.
    """

    extracted: str
    reference: str
    raster: str | None = None
    area: Area | None = None
    layers: Path | None = None
    reach_m: float = REACH_M
    shift_m: float = SHIFT_M


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipsRequest(_Request):
    """Picture and the tracks traced in it to training chips, at the model's ground sampling distance.

    Attributes:
        raster: A file, or any name that GDAL opens.
        lines: Vector file of the tracks' centre-lines, or of polygons of their ground.
        output: Folder to write to; it may exist.
        side_px: Side of a chip, pixels.
        side_m: Side of a chip, metres; None for `side_px`.
        bare_share: Number of chips without a track for each with one; None for all of them.
        area: The area in which every track is traced: nothing outside counts. None for the whole picture.
        bands: One or three band numbers from 1; None for the raster's own red, green and blue.
    """

    raster: str
    lines: str
    output: Path
    side_px: int = 512
    side_m: float | None = None
    bare_share: float | None = None
    area: Area | None = None
    bands: tuple[int, ...] | None = None


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
CHIP_SIDES_PX = (64, 4096)
"""Smallest and largest: smaller chips are too small to learn from, larger ones don't fit into memory."""
_SHOWN = 80
_SOURCES = ("raster", "extracted", "reference", "lines")
_OUTPUTS = ("output", "probability", "mask", "preview", "layers")
_PATHS = (*_OUTPUTS, "model", "unfinished")
_RANGES = {
    "threshold": (0.0, 1.0),
    "opening_m": (0.0, 10.0),
    "closing_m": (0.0, 10.0),
    "min_length_m": (0.0, 1000.0),
    "rho_m": (0.01, 10.0),
    "reach_m": (0.01, 20.0),
    "shift_m": (0.0, 20.0),
    "side_m": (CHIP_SIDES_PX[0] * GSD_M, CHIP_SIDES_PX[1] * GSD_M),
    "bare_share": (0.0, 1000.0),
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
        raise RailSegError(f"There is no method {_short(method)}.", f"Use one of {', '.join(REQUESTS)}.")
    request_type = REQUESTS[method]
    known = {item.name: item for item in fields(request_type)}
    for name in params:
        if name not in known:
            raise RailSegError(f"{method} has no parameter {_short(name)}.", f"It takes {', '.join(known)}.")
    given = {name: value for name, value in params.items() if value is not None}
    for name, item in known.items():
        if item.default is MISSING and name not in given:
            raise RailSegError(f"{method} needs the parameter {name!r}.", "Give a value for it.")
    return request_type(**given)


def _parse(name: str, value: Any) -> Any:
    try:
        if name in _SOURCES:
            return os.fspath(value)  # not a Path: that would collapse the slashes of /vsicurl/https://…
        if name in _PATHS:
            return _path(value)
        if name == "bands":
            return _bands(value)
        if name == "area":
            return value if isinstance(value, Area) else Area.from_values(value)
        if name in _RANGES:
            return _in_range(name, _number(value), *_RANGES[name])
        if name == "shard":
            return _shard(value)
        if name == "merge":
            return _folders(value)
        if name == "side_px":
            return int(_in_range(name, _whole(value), *CHIP_SIDES_PX))
        if name in ("overwrite", "resume"):
            return _truth(value)
    except (TypeError, ValueError, OverflowError, KeyError, RecursionError, shapely.errors.ShapelyError) as error:
        raise RailSegError(
            f"{_short(value)} is not a valid value for {name} ({str(error)[:_SHOWN]}).",
            "Give a value of the right kind.",
        ) from error
    if name == "kernel" and value not in get_args(KernelShape):
        raise RailSegError(f"There is no kernel shape {_short(value)}.", "Use square or disc.")
    if name == "scheduler" and not isinstance(value, str):
        raise RailSegError(f"{_short(value)} is not a scheduler address.", "Give one such as tcp://host:8786.")
    if name == "device" and not isinstance(value, str):
        raise RailSegError(f"There is no device called {_short(value)}.", "Use auto.")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("it is neither true nor false")
    return value


def _short(value: Any) -> str:
    """A value as it was given, shortened to fit into a message."""
    return reprlib.repr(value)[:_SHOWN]


def _path(value: Any) -> Path:
    if not os.fspath(value):
        raise ValueError("it is empty")
    return Path(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("it is not a number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError("it is not a whole number")
    return operator.index(value)


def _bands(value: Any) -> tuple[int, ...]:
    bands = tuple(_whole(band) for band in value)
    if len(bands) not in (1, 3):
        raise RailSegError(f"{len(bands)} bands were chosen.", "Choose one band, or three as red, green and blue.")
    if min(bands) < 1:
        raise RailSegError(f"There is no band {min(bands)}.", "Bands are counted from 1.")
    return bands


def _folders(value: Any) -> tuple[str, ...]:
    if isinstance(value, str | bytes):
        raise TypeError("it is not a list of folders")
    return tuple(str(Path(folder)) for folder in value)


def _shard(value: Any) -> tuple[int, int]:
    number, count = map(int, value.split("/")) if isinstance(value, str) else map(_whole, value)
    if not 1 <= number <= count:
        hint = f"Choose one from 1/{count} to {count}/{count}." if count > 0 else "Choose I/N, such as 1/64."
        raise RailSegError(f"There is no shard {number}/{count}.", hint)
    return number, count


def _in_range(name: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise RailSegError(f"{name} is {value:g}, out of range.", f"Choose a value from {low:g} to {high:g}.")
    return value
