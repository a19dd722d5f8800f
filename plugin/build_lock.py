"""Allows one builder at a time, even if several QGIS windows share a profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.PyQt.QtCore import QLockFile

from .install_problem import Cause, EnvironmentProblemError, way_out
from .translation import tr


@contextmanager
def build_lock(path: Path) -> Iterator[None]:
    """Holds a lock file with this process's id; one left behind by a process that has ended is taken over.

    Args:
        path: The lock file, in an existing folder.

    Raises:
        EnvironmentProblemError: Another process holds it, or it can't be written.
    """
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)  # a build may take hours: a lock is only stale once its holder has ended
    if not lock.tryLock(0):
        if lock.error() != QLockFile.LockError.LockFailedError:
            message = tr("{path} can't be written.").format(path=path)
            raise EnvironmentProblemError(" ".join([message, *way_out(Cause.NO_ACCESS)]), Cause.NO_ACCESS)
        _, pid, host, _ = lock.getLockInfo()
        message = tr(
            "Another QGIS window (process {pid} on {host}) is creating the environment. Wait until it is done. If "
            "there is no such window, delete {path}."
        ).format(pid=pid, host=host, path=path)
        raise EnvironmentProblemError(message, Cause.BUSY)
    try:
        yield
    finally:
        lock.unlock()
