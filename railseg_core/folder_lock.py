"""A folder that one process at a time works in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from railseg_core.errors import RailSegError

_ENDING = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Locks a folder, which need not exist, against others that do; the lock of a killed process is released.

    Raises:
        RailSegError: another process holds it, or the file beside it that serves as the lock can't be created.
    """
    path = folder.absolute().with_name(f"{folder.absolute().name}{_ENDING}")
    lock = FileLock(path, timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise RailSegError(
            f"Another run is already working in {folder}.",
            "Wait until it has finished, or, on the command line, choose another output.",
        ) from error
    except OSError as error:
        raise RailSegError(
            f"{folder} cannot be written: {error.strerror or error}.", "Choose a folder that you can write to."
        ) from error
    try:
        yield
    finally:
        # Unlinked after its release, it could be a lock that another run has acquired in between.
        with suppress(OSError):  # Windows refuses while it is held; there the release unlinks it
            path.unlink(missing_ok=True)
        lock.release()
