"""What becomes of memory that is freed: a network frees and takes hundreds of megabytes for every tile."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8  # malloc.h


def keep_freed_memory() -> None:
    """Lets glibc keep freed memory for the next tile or step; to be called before there are threads.

    To hand large arrays back, and have the system clear their pages when they are taken again, costs an eighth of the
    network's time and up to a third of a training's. With one arena what one thread frees is there for another.
    """
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        for option, value in ((_TRIM_THRESHOLD, 2**31 - 1), (_MMAP_MAX, 0), (_ARENA_MAX, 1)):
            mallopt(option, value)


def return_freed_memory() -> None:
    """Hands all freed memory back to the system: for a process that now waits."""
    malloc_trim = _glibc("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _glibc(name: str) -> Callable[..., Any] | None:
    """A function of glibc; None where the process has another library."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
