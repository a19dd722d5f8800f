"""One builder at a time, also where several QGIS windows share a profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.PyQt.QtCore import QLockFile

from .install_problem import Cause, EnvironmentProblemError, way_out
from .translation import tr


@contextmanager
def build_lock(path: Path) -> Iterator[None]:
    """Holds a file with this process's number; one left by a process that has gone is taken over.

    Args:
        path: The file, in a folder that exists.

    Raises:
        EnvironmentProblemError: Another process holds it, or it can't be written.
    """
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)  # a build may take hours: only a holder that has gone makes it stale
    if not lock.tryLock(0):
        if lock.error() != QLockFile.LockError.LockFailedError:
            message = tr("{path} can't be written.").format(path=path)
            raise EnvironmentProblemError(" ".join([message, *way_out(Cause.NO_ACCESS)]), Cause.NO_ACCESS)
        _, pid, host, _ = lock.getLockInfo()
        message = tr(
            "Another QGIS window (process {pid} on {host}) is making the environment. Wait until it is done. If there "
            "is none, delete {path}."
        ).format(pid=pid, host=host, path=path)
        raise EnvironmentProblemError(message, Cause.BUSY)
    try:
        yield
    finally:
        lock.unlock()
