"""Prediction by a dask.distributed cluster or by several processes on this machine: the client's side."""

from __future__ import annotations

import logging
import re
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, TypeVar

from railseg_core import __version__
from railseg_core.errors import RailSegError
from railseg_core.inference.block_plan import PlannedBlock
from railseg_core.inference.cluster_worker import Reply, WorkerSetup, check_worker, predict_block
from railseg_core.inference.prediction import BlockPrediction, Predictor, from_bytes
from railseg_core.network.model_card import bundled_model_path, checksum
from railseg_core.raster import WorkingGrid
from railseg_core.reporting import Reporter
from railseg_core.requests import ExtractRequest, SegmentRequest

if TYPE_CHECKING:
    from distributed import Client

_Value = TypeVar("_Value")
_CONNECT_S = 5
_LOOK_FOR_WORKERS_S = 20.0
_BLOCKS_PER_THREAD = 2
"""Blocks sent out for each worker thread: one in progress and one waiting, so that the thread never has to."""
_AGAIN = "Finished blocks are kept: the same command resumes from there."


@contextmanager
def cluster_predictor(
    scheduler: str, request: ExtractRequest | SegmentRequest, grid: WorkingGrid, reporter: Reporter
) -> Iterator[Predictor]:
    """Connects to a cluster and checks one of its workers; the connection ends with the `with` block.

    Args:
        scheduler: `tcp://host:port`, or `local:N` for N processes on this machine that end with the block.
        request: What to do. With the device `auto`, all workers use the kind that the first one chooses.
        grid: The open raster.
        reporter: Receives the number of workers, and a warning when there are none.

    Raises:
        RailSegError: the scheduler cannot be reached, or as for `check_worker`.
    """
    with _client(scheduler) as client:
        setup = WorkerSetup(
            # The client knows which tiles are wanted, and an area may be too large to send.
            recipe=replace(grid.recipe, path=grid.location, area=None),
            raster=tuple((file.name, file.size) for file in grid.files),
            model=None if request.model is None else request.model.absolute(),
            model_sha256=checksum(request.model or bundled_model_path()),
            device=request.device,
            every_tile=request.every_tile,
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
        chosen = _answer(executor.submit(check_worker, setup), watch, reporter)
        workers = len(_threads(client))
        at_work = f"{workers} worker{'s' if workers > 1 else ''} at {scheduler}"
        reporter.log("info", f"{at_work}, on {chosen}.")
        yield Predictor(
            chosen,
            lambda: f"{chosen} ({at_work})",
            partial(
                predict_with,
                executor,
                replace(setup, device=chosen),
                reporter=reporter,
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
    reporter: Reporter,
    most_under_way: Callable[[], int],
    watch: Callable[[], None],
) -> Generator[BlockPrediction, None, None]:
    """Sends blocks to the workers of an executor and yields their predictions in order; see `PredictBlocks`.

    Args:
        executor: Runs `predict_block`.
        setup: What the workers open.
        blocks: In the order of their numbers.
        on_tiles: Called with the number of tiles that were just finished.
        reporter: Receives the workers' warnings.
        most_under_way: How many blocks may be in progress at the moment; changes as workers come and go.
        watch: Called now and then while no result arrives.

    Raises:
        RailSegError: a worker fails, or the workers or their scheduler are gone.
    """
    under_way: deque[tuple[PlannedBlock, Future[Reply[bytes]]]] = deque()

    def next_one() -> BlockPrediction:
        block, future = under_way.popleft()
        prediction = from_bytes(_answer(future, watch, reporter), block.fresh)
        if prediction is None:
            raise RailSegError("A worker sent an invalid prediction.", "Install the same version on all machines.")
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
    """The number of threads of every worker, by address."""
    try:
        threads: dict[str, int] = client.nthreads()
    except OSError as error:
        raise _scheduler_gone() from error
    return threads


def _scheduler_gone() -> RailSegError:
    return RailSegError("The connection to the scheduler was lost.", f"Start it again. {_AGAIN}")


def _answer(future: Future[Reply[_Value]], watch: Callable[[], None], reporter: Reporter) -> _Value:
    """What a worker was asked for, once it has answered; its warnings are told."""
    value, warnings = _result(future, watch)
    for warning in warnings:
        reporter.log("warning", warning)
    return value


def _result(future: Future[_Value], watch: Callable[[], None]) -> _Value:
    while not future.done():
        if not wait([future], _LOOK_FOR_WORKERS_S).done:
            watch()
    try:
        return future.result()
    except RailSegError:
        raise
    except CancelledError as error:
        raise _scheduler_gone() from error
    except ImportError as error:
        raise RailSegError(
            f"RailSeg cannot be loaded on the workers: {error}.", "Install the same version there as here."
        ) from error
    except Exception as error:
        raise RailSegError(f"A worker failed: {_one_line(error)}.", f"See the workers' logs. {_AGAIN}") from error


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Delays Ctrl-C until the `with` block has ended, and keeps it from the threads and processes started in it.

    A terminal sends it to all processes; workers would answer with tracebacks, and this process ends them anyway.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # if it were started in the block, it would unblock interrupts again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
            f"{scheduler!r} is not a scheduler address.", "Give one such as tcp://host:8786, or local:4."
        )
    # Errors are reported here in one line; dask's own logs are tracebacks.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if local is not None:
        processes = int(local[1])
        threads = str(max(1, CPU_COUNT // processes))
        with _interrupts_wait():
            cluster = LocalCluster(
                n_workers=processes,
                threads_per_worker=1,
                memory_limit=0,  # a block's memory is bounded; a limit would only stop workers on small machines
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
                env={"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads},
            )
        with cluster, Client(cluster, set_as_default=False) as client:
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
