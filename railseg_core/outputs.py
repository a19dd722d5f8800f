"""Files that appear complete or not at all: checked before the work, written under another name, renamed when done."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from railseg_core.errors import RailSegError
from railseg_core.paths import exists, gdal_name, is_any_of, put_in_place

_SIDECARS = (".aux.xml", ".msk", ".ovr", "-journal", "-wal", "-shm")
"""Endings of what GDAL, QGIS and SQLite leave beside a file, appended to its full name."""
_RESERVE_BYTES = 16 * 2**20
"""Space left on the disk for the rest of the system."""


def prepare_output(
    path: str | os.PathLike[str],
    *,
    overwrite: bool,
    required_bytes: int = 0,
    inputs: Sequence[str | os.PathLike[str]] = (),
    endings: Sequence[str] = (),
) -> Path:
    """Checks that `path` can be written, before any work is done for it.

    Args:
        path: The file to be written.
        overwrite: Whether an existing file may be replaced.
        required_bytes: Its approximate size.
        inputs: What it is made from: files, or other names that GDAL reads.
        endings: Endings its name may have, such as ".tif", in upper or lower case; any if there are none.

    Returns:
        An unused temporary name in the same folder with the same suffix (drivers rely on it): write there, then
        rename. `written_aside` does both.

    Raises:
        RailSegError: the folder is missing or cannot be written, a file exists and `overwrite` is false,
            `path` is a folder, is one of `inputs` or has another ending, another program holds it (on Windows), or the
            disk has too little space left.
    """
    target = _behind_link(path)
    folder = Path(gdal_name(target.absolute())).parent
    if endings and not Path(path).name.lower().endswith(tuple(ending.lower() for ending in endings)):
        raise RailSegError(f"{path} does not end in {' or '.join(endings)}.", "Change the ending of its name.")
    try:
        if not folder.is_dir():
            raise RailSegError(f"The folder of {target} does not exist.", "Create it or choose another folder.")
        if target.is_dir():
            raise RailSegError(f"{target} is a folder.", "Give the name of a file.")
        if is_any_of(target, inputs):
            raise RailSegError(f"{target} is an input.", "Choose another name for the output.")
        if target.exists() and not overwrite:
            raise RailSegError(f"{target} already exists.", "Choose another name, or allow it to be overwritten.")
        _check_replaceable(target)
        # Only trying shows it: permission bits do not cover read-only mounts and network shares.
        handle, probe = tempfile.mkstemp(prefix=f".{target.stem}.", suffix=Path(path).suffix, dir=folder)
        os.close(handle)
        Path(probe).unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise RailSegError(
            f"{target} cannot be written: {error.strerror or error}.",
            "Choose a folder that you can write to.",
        ) from error
    if free < required_bytes + _RESERVE_BYTES:
        raise RailSegError(
            f"{folder} has {_megabytes(free)} left; {target.name} may need "
            f"{_megabytes(required_bytes + _RESERVE_BYTES)}, including a reserve.",
            "Free some space or choose a folder on another disk.",
        )
    return Path(probe)


@contextmanager
def written_aside(
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    required_bytes: int = 0,
    aside_folder: Path | None = None,
) -> Iterator[Path]:
    """Yields a temporary name to write to, and renames it to `path` when the `with` block succeeds.

    If the block ends early (an error, an interrupt), the temporary file and its sidecars are removed; a file that was
    at `path` stays as it was until the rename. If `path` is a symbolic link, all of this applies to its target.

    Args:
        path: The file to be written.
        overwrite: Whether an existing file may be replaced.
        required_bytes: Its approximate size.
        aside_folder: Folder for the temporary file, used if files can be renamed from there; it should be one that is
            removed later, with what a killed process leaves there. By default the temporary file lies beside `path`.

    Raises:
        RailSegError: as for `prepare_output`, nothing was written, or the rename fails because another program holds
            the old file.
    """
    target = _behind_link(path)
    aside = prepare_output(path, overwrite=overwrite, required_bytes=required_bytes)
    if aside_folder is not None and _can_move(aside_folder / aside.name, aside):
        aside = aside_folder / aside.name
    try:
        yield aside
        if exists(target) and not overwrite:
            raise RailSegError(f"{target} has been created by another program meanwhile.", "Choose another name.")
        try:
            put_in_place(aside, target)
        except OSError as error:
            raise RailSegError(
                f"{target} could not be moved into place: {error.strerror or error}.",
                "Close it in QGIS and other programs, then try again.",
            ) from error
        # The old file's statistics, mask or log would be mistaken for the new one's.
        _remove(target, *_SIDECARS)
    finally:
        _remove(aside, "", *_SIDECARS)


def _check_replaceable(target: Path) -> None:
    """Refuses a file that the rename at the end could not replace: Windows doesn't rename what a program has open."""
    if not target.exists():
        return
    try:
        put_in_place(target, target)
    except OSError as error:
        raise RailSegError(
            f"{target} cannot be replaced: {error.strerror or error}.",
            "Close it in QGIS and other programs, then try again.",
        ) from error


def _can_move(source: Path, target: Path) -> bool:
    """Whether files can be renamed from one name to the other: not between disks, nor between mounts of one disk."""
    try:
        source.touch()
        source.replace(target)
        target.unlink()
    except OSError:
        _remove(source, "")
        return False
    return True


def _behind_link(path: str | os.PathLike[str]) -> Path:
    """The target of a symbolic link, which is written instead of the link; any other path as it is."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else Path(path)  # noqa: PTH114  # see `exists`


def _remove(path: Path, *endings: str) -> None:
    for ending in endings:
        with suppress(OSError):  # such as for too long a name: a failure to remove it must not undo the work
            path.with_name(path.name + ending).unlink(missing_ok=True)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
