"""Prediction by a cluster, the worker's side: predicts blocks with a raster and a model that it opens once."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path
from threading import Lock
from typing import Generic, NamedTuple, ParamSpec, TypeVar

from railseg_core.process_environment import prepare_process_environment

prepare_process_environment()  # in a worker process this is the first RailSeg module to be imported

from railseg_core import __version__
from railseg_core.errors import RailSegError
from railseg_core.inference.block_plan import PlannedBlock
from railseg_core.inference.prediction import predict_blocks, to_bytes
from railseg_core.network.model_card import bundled_model_path, checksum
from railseg_core.raster import GridRecipe, WorkingGrid
from railseg_core.reporting import Level, Silent
from railseg_core.segmentation import Segmenter

_Value = TypeVar("_Value")
_Arguments = ParamSpec("_Arguments")
_one_block = Lock()
"""Held while a block is predicted: a process predicts one at a time, on all of torch's threads, whatever its tasks."""


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What a worker opens once and then uses for all blocks. It can be pickled and hashed.

    Attributes:
        recipe: Opens the raster, by a path that must be valid on all machines.
        raster: Names and sizes of its files, as the client sees them.
        model: Model file, by a path that must be valid on all machines; None for the bundled one.
        model_sha256: The model file's checksum.
        device: `auto`, `cpu`, `cuda` or `mps`.
        every_tile: As in the request.
        version: The client's version of RailSeg.
    """

    recipe: GridRecipe
    raster: tuple[tuple[str, int | None], ...]
    model: Path | None
    model_sha256: str
    device: str
    every_tile: bool
    version: str


class Reply(NamedTuple, Generic[_Value]):
    """What a worker sends back.

    Attributes:
        value: What it was asked for.
        warnings: What the client should tell, such as that a GPU's memory is short.
    """

    value: _Value
    warnings: tuple[str, ...]


def _without_causes(function: Callable[_Arguments, _Value]) -> Callable[_Arguments, _Value]:
    """Drops the causes of a `RailSegError` raised on a worker, since not every library's errors can be pickled."""

    @wraps(function)
    def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Value:
        try:
            return function(*args, **kwargs)
        except RailSegError as error:
            alone = RailSegError(error.message, error.hint)
        raise alone

    return run


@_without_causes
def check_worker(setup: WorkerSetup) -> Reply[str]:
    """Checks, on a worker, that it would predict the same as the client, and finds a device that can run the model.

    Returns:
        The device, `cpu`, `cuda` or `mps`.

    Raises:
        RailSegError: its RailSeg, model or raster is a different one or cannot be opened, or it lacks the device.
    """
    with _one_block:
        _, segmenter, warnings = _opened(setup)
        return Reply(segmenter.device, warnings.take())


@_without_causes
def predict_block(setup: WorkerSetup, block: PlannedBlock) -> Reply[bytes]:
    """Predicts a block's fresh tiles on a worker; the prediction depends on the arguments alone.

    Returns:
        Bytes for `railseg_core.inference.prediction.from_bytes`.

    Raises:
        RailSegError: as for `check_worker`, or the raster is damaged.
    """
    with _one_block:
        grid, segmenter, warnings = _opened(setup)
        (prediction,) = predict_blocks(grid, segmenter, [block], lambda _: None)
        told = warnings.take()
    return Reply(to_bytes(prediction), told)


class _Warnings(Silent):
    """Keeps what is to be told to the client."""

    def __init__(self) -> None:
        self._messages: list[str] = []

    def log(self, level: Level, message: str) -> None:
        """Keeps a warning."""
        if level == "warning":
            self._messages.append(f"The worker on {platform.node()}: {message}")

    def take(self) -> tuple[str, ...]:
        """The warnings since the last call."""
        messages, self._messages = self._messages, []
        return tuple(messages)


class _Opened(NamedTuple):
    grid: WorkingGrid
    segmenter: Segmenter
    warnings: _Warnings


@lru_cache(maxsize=1)
def _opened(setup: WorkerSetup) -> _Opened:
    _refuse_other(setup)
    warnings = _Warnings()
    model = setup.model or bundled_model_path()
    segmenter = Segmenter(model, setup.device, warnings, every_tile=setup.every_tile)
    return _Opened(setup.recipe.open(), segmenter, warnings)


def _refuse_other(setup: WorkerSetup) -> None:
    """Refuses a RailSeg, a model or a raster that is not the client's."""
    here = f"The worker on {platform.node()}"
    if setup.version != __version__:
        raise RailSegError(
            f"{here} has RailSeg {__version__}, not {setup.version}.", "Install the same version on all machines."
        )
    same_name = "Put it where all machines find it under the same path, such as on a shared disk."
    model = setup.model or bundled_model_path()
    if not model.is_file():
        raise RailSegError(f"{here} does not have {model}.", same_name)
    if checksum(model) != setup.model_sha256:
        raise RailSegError(f"{here} has a different model at {model}.", same_name)
    try:
        with setup.recipe.open() as grid:
            raster = tuple((file.name, file.size) for file in grid.files)
    except RailSegError as error:
        raise RailSegError(f"{here} cannot open the raster: {error.message}", same_name) from error
    if raster != setup.raster:
        raise RailSegError(f"{here} has a different raster at {setup.recipe.path}.", same_name)
