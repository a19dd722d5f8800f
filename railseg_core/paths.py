"""Questions about names of files that the system may refuse to answer, and names as GDAL takes them."""

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
    """Whether there is such a file; no also for a name too long or a closed folder, where `Path.exists` raises."""
    return os.path.exists(path)  # noqa: PTH110


def is_device_or_pipe(path: str | os.PathLike[str]) -> bool:
    """Whether there is something by that name that is neither a file nor a folder: reading it may never end."""
    return exists(path) and not (os.path.isfile(path) or os.path.isdir(path))  # noqa: PTH112, PTH113  # see `exists`


def is_any_of(path: Path, others: Iterable[str | os.PathLike[str]]) -> bool:
    """Whether a path is one of the others by another name or the same; what is no file or folder is none."""
    return exists(path) and any(exists(other) and path.samefile(other) for other in others)


def file_version(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """A file's size in bytes and the time of its last change in ns; None of what is no file here."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def put_in_place(aside: Path, target: Path) -> None:
    """Renames a file that has been written to where it belongs, in place of what is there.

    On Windows what looks at new files, such as a virus scanner, may hold it or the old one for a moment.

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
    """The file and the layer of `FILE|layername=LAYER`, as QGIS writes it; None for a layer that isn't named."""
    file, mark, layer = name.rpartition(_LAYER_MARK)
    return (file, layer) if mark and not exists(name) else (name, None)


def gdal_name(path: str | os.PathLike[str]) -> str:
    """A file's name in the form that GDAL takes.

    Raises:
        RailSegError: the name is not UTF-8, which it may be on Linux, or no name at all.
    """
    name = os.fspath(path)
    if not name or "\0" in name:
        raise RailSegError(f"{name!a} is no name of a file.", "Give one.")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise RailSegError(f"The name {name!a} is not in UTF-8.", "Rename the file or its folder.") from error
    return name
