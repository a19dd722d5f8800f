"""Interrupts (Ctrl-C) that are not lost."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_AGAIN_S = 0.1
"""Time until the destructor, in which an interrupt was lost, has ended."""


def keep_interrupts() -> None:
    """Interrupts the main thread once more if an interrupt came while a destructor ran, where Python drops exceptions.

    The futures of a dask cluster have destructors, so that its client would miss a Ctrl-C now and then.
    """
    sys.unraisablehook = _repeat_interrupt


def _repeat_interrupt(dropped: UnraisableHookArgs) -> None:
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        threading.Timer(_AGAIN_S, _interrupt_main_thread).start()
    else:
        sys.__unraisablehook__(dropped)


def _interrupt_main_thread() -> None:
    if sys.platform == "win32":
        _thread.interrupt_main()
        return
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGINT)  # unlike `interrupt_main`, it also ends a wait
