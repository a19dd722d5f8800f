"""What a request will write, checked before the work."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from railseg_core.errors import RailSegError
from railseg_core.inference.finished_blocks import outputs_of_unfinished, unfinished_folder
from railseg_core.outputs import prepare_output
from railseg_core.paths import is_any_of
from railseg_core.railway_map import MAP_LAYERS
from railseg_core.requests import (
    ChipsRequest,
    CompareRequest,
    EvaluateRequest,
    ExtractRequest,
    Request,
    SegmentRequest,
    VectorizeRequest,
)
from railseg_core.vectors.geopackage import check_replaceable
from railseg_core.vectors.vector_files import check_vector_name

_RASTER_ENDINGS = (".tif", ".tiff")


def check_outputs(request: Request) -> None:
    """Checks the outputs' names, folders and what they would replace.

    Raises:
        RailSegError: An output can't be written, would replace an input, or something else without permission.
    """
    if isinstance(request, ChipsRequest):
        return  # its output is a folder, which is checked where it is filled
    makes_lines = isinstance(request, ExtractRequest | VectorizeRequest)
    endings: dict[str, tuple[str, ...]] = {
        "output": (".gpkg",) if makes_lines else _RASTER_ENDINGS,
        "probability": _RASTER_ENDINGS,
        "mask": _RASTER_ENDINGS,
        "preview": (".png",),
        "layers": (".gpkg",),
    }
    before: frozenset[Path] = frozenset()
    if isinstance(request, ExtractRequest | SegmentRequest):
        before = outputs_of_unfinished(request.unfinished or unfinished_folder(request.output))
    inputs, outputs = request.inputs, request.outputs
    for name, path in outputs.items():
        prepare_output(path, overwrite=may_replace(request, path, before), inputs=inputs, endings=endings[name])
        if ".gpkg" in endings[name]:
            check_vector_name(path)
        if ".gpkg" not in endings[name] and is_any_of(path.parent, inputs):
            raise RailSegError(f"{path.parent} is the input folder.", "Write the output to another folder.")
    if (written := _geopackage_of(request)) is not None:
        check_replaceable(*written)
    if len({path.resolve() for path in outputs.values()}) < len(outputs):
        raise RailSegError("Two outputs have the same name.", "Give each output its own name.")


def may_replace(request: Request, path: Path, before: Collection[Path]) -> bool:
    """Whether an output may be replaced: the user allows it, or it is one of those `before`, of an unfinished run."""
    return request.overwrite or path.absolute() in before


def _geopackage_of(request: Request) -> tuple[Path, Collection[str]] | None:
    """The GeoPackage that a request writes, and the names of its layers; None if it writes none."""
    match request:
        case ExtractRequest() | VectorizeRequest():
            return request.output, MAP_LAYERS
        case EvaluateRequest(layers=Path() as layers):
            from railseg_core.evaluation.evaluation_layers import EVALUATION_LAYERS

            return layers, EVALUATION_LAYERS
        case CompareRequest(layers=Path() as layers):
            from railseg_core.evaluation.compare import COMPARISON_LAYERS

            return layers, COMPARISON_LAYERS
    return None
