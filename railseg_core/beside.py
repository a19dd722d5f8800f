"""A thread beside other work, for what would otherwise be waited for later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from threading import Event, Thread


@contextmanager
def beside(work: Callable[[Event], None]) -> Iterator[None]:
    """Runs `work` in a thread while the block under it runs, and waits for its end.

    Args:
        work: Is given an event that is set when the block has ended, after which it has nothing more to begin.
    """
    ended = Event()
    thread = Thread(target=work, args=(ended,))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def loaded_beside(module: str) -> Iterator[None]:
    """Loads a module while the block under it runs. If that fails, it does so again where the module is used."""

    def load(_: Event) -> None:
        with suppress(Exception):
            import_module(module)

    with beside(load):
        yield
