"""What happens to freed memory: a network allocates and frees hundreds of megabytes for every tile."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8  # malloc.h


def keep_freed_memory() -> None:
    """Lets glibc keep freed memory for the next tile or step; must be called before any thread is started.

    Returning large arrays to the system, which clears their pages when they are allocated again, costs an eighth of the
    network's time and up to a third of training time. With one arena, what one thread frees is available to others.
    """
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        for option, value in ((_TRIM_THRESHOLD, 2**31 - 1), (_MMAP_MAX, 0), (_ARENA_MAX, 1)):
            mallopt(option, value)


def return_freed_memory() -> None:
    """Returns all freed memory to the system and the GPU, for a process that is about to wait."""
    return_gpu_memory()
    malloc_trim = _glibc("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def return_gpu_memory() -> None:
    """Returns to the GPU what torch has freed there but keeps for later use; on a Mac that is the system's memory."""
    torch = sys.modules.get("torch")  # whose import would take longer than the rest of some requests
    if torch is None:
        return
    with suppress(RuntimeError):  # after some errors a GPU refuses everything
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        if torch.backends.mps.is_available():
            torch.mps.empty_cache()


def _glibc(name: str) -> Callable[..., Any] | None:
    """A function of glibc; None if the process uses another C library."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
