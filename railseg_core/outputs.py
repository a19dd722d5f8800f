"""Files that appear whole or not at all: checked before the work, written aside, renamed when done."""

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
"""What GDAL, QGIS and SQLite leave beside a file, appended to its whole name."""
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
        overwrite: Whether a file that exists there may be replaced.
        required_bytes: About how large it will be.
        inputs: What is read to make it: files, or other names that GDAL reads.
        endings: What its name may end in, such as ".tif", in upper or lower case; anything if there are none.

    Returns:
        An unused temporary name in the same folder with the same suffix (drivers go by it): write there, then
        rename. `written_aside` does both.

    Raises:
        RailSegError: the folder is missing or cannot be written, a file exists and `overwrite` is false,
            `path` is a folder, one of `inputs` or of another ending, or the disk has too little space left.
    """
    target = _behind_link(path)
    folder = Path(gdal_name(target.absolute())).parent
    if endings and not Path(path).name.lower().endswith(tuple(ending.lower() for ending in endings)):
        raise RailSegError(
            f"{path} does not end in {' or '.join(endings)}.", "Give it a name that says what kind of file it is."
        )
    try:
        if not folder.is_dir():
            raise RailSegError(f"The folder of {target} does not exist.", "Create it or choose another folder.")
        if target.is_dir():
            raise RailSegError(f"{target} is a folder.", "Give the name of a file.")
        if is_any_of(target, inputs):
            raise RailSegError(f"{target} is what is read.", "Choose another name for what is made of it.")
        if target.exists() and not overwrite:
            raise RailSegError(f"{target} exists already.", "Choose another name, or allow it to be overwritten.")
        # Only trying tells: permission bits say nothing of read-only mounts and network shares.
        handle, probe = tempfile.mkstemp(prefix=f".{target.stem}.", suffix=Path(path).suffix, dir=folder)
        os.close(handle)
        Path(probe).unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise RailSegError(
            f"{target} cannot be written: {error.strerror or error}.",
            "Choose a folder in which you may create files.",
        ) from error
    if free < required_bytes + _RESERVE_BYTES:
        raise RailSegError(
            f"{folder} has {_megabytes(free)} left; {target.name} may need "
            f"{_megabytes(required_bytes + _RESERVE_BYTES)} with a reserve.",
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
    """Gives a temporary name to write to, and renames it to `path` when the work in the `with` block is done.

    Whatever ends the block early (an error, an interrupt) removes the temporary file and its sidecars; the
    file that was at `path`, if any, stays as it was until the rename. Where `path` is a symbolic link, this is said of
    the file that it leads to.

    Args:
        path: The file to be written.
        overwrite: Whether a file that exists there may be replaced.
        required_bytes: About how large it will be.
        aside_folder: A folder that is cleared away some time, for what a killed process leaves; used if it is on the
            same disk. By default the temporary file lies beside `path`.

    Raises:
        RailSegError: as `prepare_output`; also where nothing was written, or the rename fails because another
            program holds the old file.
    """
    target = _behind_link(path)
    aside = prepare_output(path, overwrite=overwrite, required_bytes=required_bytes)
    if aside_folder is not None and aside_folder.stat().st_dev == aside.parent.stat().st_dev:
        aside = aside_folder / aside.name
    try:
        yield aside
        if exists(target) and not overwrite:
            raise RailSegError(f"{target} appeared while it was being made.", "Choose another name.")
        try:
            put_in_place(aside, target)
        except OSError as error:
            raise RailSegError(
                f"{target} could not be put in place: {error.strerror or error}.",
                "Close it in QGIS and other programs, then try again.",
            ) from error
        # The old file's statistics, mask or log would be taken for the new one's.
        _remove(target, *_SIDECARS)
    finally:
        _remove(aside, "", *_SIDECARS)


def _behind_link(path: str | os.PathLike[str]) -> Path:
    """The file that a symbolic link leads to, which is written and not the link; of all else the name as it is."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else Path(path)  # noqa: PTH114  # see `exists`


def _remove(path: Path, *endings: str) -> None:
    for ending in endings:
        with suppress(OSError):  # a name too long, for one: what cannot be removed must not undo the work
            path.with_name(path.name + ending).unlink(missing_ok=True)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
