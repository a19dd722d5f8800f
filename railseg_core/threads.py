"""Work in threads with results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_order(
    executor: Executor, function: Callable[[_Item], _Result], items: Iterable[_Item], ahead: int
) -> Iterator[_Result]:
    """Yields `function` of each item, in order, with up to `ahead` more items submitted."""
    waiting: deque[Future[_Result]] = deque()
    for item in items:
        waiting.append(executor.submit(function, item))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@contextmanager
def threads(count: int, *, waits: bool) -> Iterator[ThreadPoolExecutor]:
    """A pool of threads that drops queued tasks when the `with` block ends, and, if it `waits`, finishes the others."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(wait=waits, cancel_futures=True)
