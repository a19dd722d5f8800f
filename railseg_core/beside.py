"""Background work in a thread, done early so that nothing has to wait for it later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from threading import Event, Thread


@contextmanager
def beside(work: Callable[[Event], None]) -> Iterator[None]:
    """Runs `work` in a thread while the `with` block runs, then waits for it to finish.

    Args:
        work: Called with an event that is set when the block has ended; it should start nothing new after that.
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
    """Imports a module while the `with` block runs. Errors are ignored: they recur where the module is used."""

    def load(_: Event) -> None:
        with suppress(Exception):
            import_module(module)

    with beside(load):
        yield
