"""Blocks predicted by a dask.distributed cluster, or by several processes of this machine."""

from __future__ import annotations

import logging
import platform
import re
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial, wraps
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from railseg_core import __version__
from railseg_core.block_plan import PlannedBlock
from railseg_core.errors import RailSegError
from railseg_core.network.model_file import bundled_model_path, checksum
from railseg_core.prediction import BlockPrediction, Predictor, from_bytes, predict_blocks, to_bytes
from railseg_core.raster import GridRecipe, WorkingGrid
from railseg_core.reporting import Reporter
from railseg_core.segmentation import Segmenter, choose_device

if TYPE_CHECKING:
    from distributed import Client

_Value = TypeVar("_Value")
_Arguments = ParamSpec("_Arguments")
_CONNECT_S = 5
_LOOK_FOR_WORKERS_S = 20.0
_BLOCKS_PER_THREAD = 2
"""One that a worker's thread is at and one that waits, so that the thread never does."""
_AGAIN = "Finished blocks are kept: the same command goes on from there."
_one_block = Lock()
"""A process works on one block at a time, with all of torch's threads; it may have more tasks."""


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What a worker opens once and then uses for all blocks. It can be pickled and hashed.

    Attributes:
        recipe: Opens the raster, under a name that must hold on all machines.
        raster: Names and sizes of its files, as they are here.
        model: Model file, under a name that must hold on all machines; None for the bundled one.
        model_sha256: The model file's checksum.
        device: `auto`, `cpu`, `cuda` or `mps`.
        version: Of RailSeg.
    """

    recipe: GridRecipe
    raster: tuple[tuple[str, int | None], ...]
    model: Path | None
    model_sha256: str
    device: str
    version: str


def _without_causes(function: Callable[_Arguments, _Value]) -> Callable[_Arguments, _Value]:
    """For what runs on workers: a `RailSegError` comes back alone, since not every library's errors can be pickled."""

    @wraps(function)
    def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Value:
        try:
            return function(*args, **kwargs)
        except RailSegError as error:
            alone = RailSegError(error.message, error.hint)
        raise alone

    return run


@_without_causes
def check_worker(setup: WorkerSetup) -> str:
    """Checks on a worker that it would predict what this machine would, and chooses its device.

    Raises:
        RailSegError: it has another RailSeg, model or raster, cannot open them, or has no such device.
    """
    here = f"The worker on {platform.node()}"
    if setup.version != __version__:
        raise RailSegError(
            f"{here} has RailSeg {__version__}, not {setup.version}.", "Install the same version on all machines."
        )
    same_name = "Put it where all machines find it under the same name, such as a shared disk."
    model = setup.model or bundled_model_path()
    if not model.is_file():
        raise RailSegError(f"{here} has no {model}.", same_name)
    if checksum(model) != setup.model_sha256:
        raise RailSegError(f"{here} has another model at {model}.", same_name)
    try:
        with setup.recipe.open() as grid:
            raster = tuple((file.name, file.size) for file in grid.files)
    except RailSegError as error:
        raise RailSegError(f"{here} cannot open the raster: {error.message}", same_name) from error
    if raster != setup.raster:
        raise RailSegError(f"{here} has another raster at {setup.recipe.path}.", same_name)
    return choose_device(setup.device)


@_without_causes
def predict_block(setup: WorkerSetup, block: PlannedBlock) -> bytes:
    """Predicts a block's fresh tiles on a worker: a function of its arguments alone.

    Returns:
        What `railseg_core.prediction.from_bytes` reads.

    Raises:
        RailSegError: as `check_worker`, or the raster is damaged.
    """
    with _one_block:
        grid, segmenter = _opened(setup)
        (prediction,) = predict_blocks(grid, segmenter, [block], lambda _: None)
    return to_bytes(prediction)


@lru_cache(maxsize=1)
def _opened(setup: WorkerSetup) -> tuple[WorkingGrid, Segmenter]:
    device = check_worker(setup)
    return setup.recipe.open(), Segmenter(setup.model or bundled_model_path(), device)


@contextmanager
def cluster_predictor(
    scheduler: str, grid: WorkingGrid, model: Path | None, device: str, reporter: Reporter
) -> Iterator[Predictor]:
    """Connects to a cluster and checks one of its workers; the connection ends with the `with` block.

    Args:
        scheduler: `tcp://host:port`, or `local:N` for N processes of this machine that end with the block.
        grid: The open raster.
        model: Model file; None for the bundled one.
        device: `auto` (that of the first worker), `cpu`, `cuda` or `mps`: all workers predict on the same kind.
        reporter: Told how many workers there are, and when there are none.

    Raises:
        RailSegError: the scheduler cannot be reached, or as `check_worker`.
    """
    with _client(scheduler) as client:
        source = Path(grid.recipe.path)
        setup = WorkerSetup(
            # Which tiles are wanted is known here; an area may be large to send.
            recipe=replace(
                grid.recipe, path=str(source.absolute()) if source.exists() else grid.recipe.path, area=None
            ),
            raster=tuple((file.name, file.size) for file in grid.files),
            model=None if model is None else model.absolute(),
            model_sha256=checksum(model or bundled_model_path()),
            device=device,
            version=__version__,
        )
        executor = client.get_executor()

        has_workers = True

        def watch() -> None:
            nonlocal has_workers
            had_workers, has_workers = has_workers, bool(_threads(client))
            if had_workers and not has_workers:
                reporter.log("warning", f"No worker is connected to {scheduler}: waiting for one.")

        watch()
        chosen = _result(executor.submit(check_worker, setup), watch)
        workers = len(_threads(client))
        reporter.log("info", f"{workers} worker{'s' if workers > 1 else ''} at {scheduler}, on {chosen}.")
        yield Predictor(
            chosen,
            f"{chosen} ({workers} workers at {scheduler})",
            partial(
                predict_with,
                executor,
                replace(setup, device=chosen),
                most_under_way=lambda: _BLOCKS_PER_THREAD * max(1, sum(_threads(client).values())),
                watch=watch,
            ),
        )


def predict_with(
    executor: Executor,
    setup: WorkerSetup,
    blocks: Sequence[PlannedBlock],
    on_tiles: Callable[[int], None],
    *,
    most_under_way: Callable[[], int],
    watch: Callable[[], None],
) -> Generator[BlockPrediction, None, None]:
    """Sends blocks to the workers of an executor and gives their predictions in order; see `PredictBlocks`.

    Args:
        executor: Runs `predict_block`.
        setup: For the workers.
        blocks: In the order of their numbers.
        on_tiles: Told of so many more tiles that are done.
        most_under_way: How many blocks may be out at this moment; it may change as workers come and go.
        watch: Called now and then while nothing comes back.

    Raises:
        RailSegError: a worker cannot do it, or the workers or their scheduler are gone.
    """
    under_way: deque[tuple[PlannedBlock, Future[bytes]]] = deque()

    def next_one() -> BlockPrediction:
        block, future = under_way.popleft()
        prediction = from_bytes(_result(future, watch), block.fresh)
        if prediction is None:
            raise RailSegError("A worker sent what is no prediction.", "Install the same version on all machines.")
        on_tiles(len(block.fresh))
        return prediction

    try:
        for block in blocks:
            under_way.append((block, executor.submit(predict_block, setup, block)))
            while len(under_way) >= most_under_way():
                yield next_one()
        while under_way:
            yield next_one()
    finally:
        for _, future in under_way:
            future.cancel()


def _threads(client: Client) -> dict[str, int]:
    """The threads of every worker, by its address."""
    try:
        threads: dict[str, int] = client.nthreads()
    except OSError as error:
        raise _scheduler_gone() from error
    return threads


def _scheduler_gone() -> RailSegError:
    return RailSegError("The scheduler has gone.", f"Start it again. {_AGAIN}")


def _result(future: Future[_Value], watch: Callable[[], None]) -> _Value:
    while True:
        try:
            return future.result(_LOOK_FOR_WORKERS_S)
        except RailSegError:
            raise
        except CancelledError as error:
            raise _scheduler_gone() from error
        except ImportError as error:
            raise RailSegError(
                f"The workers have no RailSeg that runs: {error}.", "Install the same version there as here."
            ) from error
        except Exception as error:
            if future.done():
                raise RailSegError(
                    f"The workers could not do it: {_one_line(error)}.",
                    f"Their logs say more. {_AGAIN}",
                ) from error
            watch()  # it was only the time for waiting that ran out


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


@contextmanager
def _client(scheduler: str) -> Iterator[Client]:
    try:
        from dask.system import CPU_COUNT
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise RailSegError(
            f"--scheduler needs dask.distributed, which is not installed here ({error}).",
            "Install it here and for the workers: python -m pip install 'railseg-core[cluster]'.",
        ) from error
    local = re.fullmatch(r"local:([1-9]\d*)", scheduler)
    if local is None and not re.fullmatch(r"(tcp|tls|wss?)://\S+:\d+", scheduler):
        raise RailSegError(
            f"There can be no scheduler {scheduler!r}.", "Give its address, such as tcp://host:8786, or local:4."
        )
    # What its errors mean is told here in a line; its own logs are tracebacks.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if local is not None:
        processes = int(local[1])
        threads = str(max(1, CPU_COUNT // processes))
        with (
            LocalCluster(
                n_workers=processes,
                threads_per_worker=1,
                memory_limit=0,  # what a block takes is bounded; a limit would only stop workers on small machines
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
                env={"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads},
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client
        return
    try:
        client = Client(scheduler, timeout=_CONNECT_S, set_as_default=False)
    except OSError as error:
        raise RailSegError(
            f"The scheduler {scheduler} cannot be reached: {_one_line(error)}.",
            "Start it (`dask scheduler`), and check the address and the firewall.",
        ) from error
    with client:
        yield client
