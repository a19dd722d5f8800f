"""Checks of file names that the system may refuse to answer, and names in the form that GDAL accepts."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from railseg_core.errors import RailSegError

_LAYER_MARK = "|layername="
_PATIENCE_S = (0.05, 0.2, 0.5, 1.0)


def exists(path: str | os.PathLike[str]) -> bool:
    """Whether a path exists; False also for too long a name or an inaccessible folder, where `Path.exists` raises."""
    return os.path.exists(path)  # noqa: PTH110


def is_device_or_pipe(path: str | os.PathLike[str]) -> bool:
    """Whether a path exists but is neither a file nor a folder: reading it may never end."""
    return exists(path) and not (os.path.isfile(path) or os.path.isdir(path))  # noqa: PTH112, PTH113  # see `exists`


def is_any_of(path: Path, others: Iterable[str | os.PathLike[str]]) -> bool:
    """Whether a path is the same file or folder as one of the others, by any name; False if it does not exist."""
    return exists(path) and any(exists(other) and path.samefile(other) for other in others)


def file_version(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """A file's size in bytes and modification time in ns; None for what is not a file on this machine."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def put_in_place(aside: Path, target: Path) -> None:
    """Renames a finished file or folder to its final name; a file replaces what is there.

    On Windows it tries several times: a program that looks at new files, such as a virus scanner, may hold one for a
    moment.

    Raises:
        OSError: It can't be renamed.
    """
    for wait_s in _PATIENCE_S if sys.platform == "win32" else ():
        try:
            aside.replace(target)
        except PermissionError:
            time.sleep(wait_s)
        else:
            return
    aside.replace(target)


def split_layer(name: str) -> tuple[str, str | None]:
    """The file and the layer of `FILE|layername=LAYER`, as QGIS writes it; None for the layer if it isn't given."""
    file, mark, layer = name.rpartition(_LAYER_MARK)
    return (file, layer) if mark and not exists(name) else (name, None)


def gdal_name(path: str | os.PathLike[str]) -> str:
    """A file's name in the form that GDAL accepts.

    Raises:
        RailSegError: the name is empty, contains a null character, or is not UTF-8 (which is possible on Linux).
    """
    name = os.fspath(path)
    if not name or "\0" in name:
        raise RailSegError(f"{name!a} is not a file name.", "Give the name of a file.")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise RailSegError(f"The name {name!a} is not valid UTF-8.", "Rename the file or its folder.") from error
    return name
