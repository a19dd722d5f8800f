"""Exports a picture and the tracks traced in it as a folder of training chips."""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Bools
from railseg_core.chips.files import TARGET_SUFFIX, write_chip
from railseg_core.chips.targets import read_chip
from railseg_core.errors import RailSegError
from railseg_core.paths import put_in_place
from railseg_core.raster import WorkingGrid, open_working_grid
from railseg_core.reporting import Reporter
from railseg_core.requests import ChipsRequest
from railseg_core.tiling import GSD_M, PixelWindow
from railseg_core.vectors.coordinates import as_crs
from railseg_core.vectors.tracing import Tracing, read_tracing

_LEAST_VALID = 0.5
"""Smallest share of a chip's pixels that must have data."""


def export_chips(request: ChipsRequest, reporter: Reporter) -> dict[str, Any]:
    """Writes a picture's chips to a folder; see `railseg_core.pipeline.run`.

    Returns:
        `output`; the numbers of chips `chips`, `with_track` and `without_track`; `side_px` and `gsd_m`.

    Raises:
        RailSegError: as for `read_tracing` and `open_working_grid`, no track lies where the picture has data, or the
            folder cannot be written or already contains chips of this picture.
    """
    side_px = request.side_px if request.side_m is None else round(request.side_m / GSD_M)
    name = re.sub(r"\W+", "_", Path(request.raster).resolve().stem)
    with _removed_on_error(request.output):
        return _export(request, side_px, name, reporter)


@contextmanager
def _removed_on_error(folder: Path) -> Iterator[None]:
    """Removes the folder again if the `with` block fails, having created it and left it empty."""
    was_there = folder.exists()
    try:
        yield
    except BaseException:
        if not was_there:
            with suppress(OSError):
                folder.rmdir()
        raise


def _export(request: ChipsRequest, side_px: int, name: str, reporter: Reporter) -> dict[str, Any]:
    _prepare_folder(request.output, name, overwrite=request.overwrite)
    traced = read_tracing(request.lines, footprints=True)
    with open_working_grid(request.raster, gsd_m=GSD_M, bands=request.bands) as grid:
        crs = as_crs(grid.crs)
        picture = shapely.box(*grid.picture_window.bounds(GSD_M))
        tracing = traced.moved_to(crs).within(picture)
        complete = None if request.area is None else request.area.polygon_in(crs, picture)
        windows = chip_windows(grid.picture_window, side_px)
        tracked, bare = _sorted_by_track(windows, tracing, complete)
        if not tracked:
            raise RailSegError(
                f"None of the tracks in {request.lines} lies on {request.raster}"
                f"{'' if complete is None else ' in the area'}.",
                "Check the layer's CRS, or give the picture that they were traced in.",
            )
        with tempfile.TemporaryDirectory(prefix=".railseg-", dir=request.output) as scratch:
            counts = _write(request, grid, tracing, complete, (tracked, bare), Path(scratch), name, reporter)
            _put_in_place(Path(scratch), request.output, name)
    with_track, without_track = counts
    reporter.log("info", f"Wrote {with_track} chips with a track and {without_track} without to {request.output}.")
    return {
        "output": str(request.output),
        "chips": with_track + without_track,
        "with_track": with_track,
        "without_track": without_track,
        "side_px": side_px,
        "gsd_m": GSD_M,
    }


def chip_windows(picture: PixelWindow, side_px: int) -> list[PixelWindow]:
    """The windows of chips that cover a picture, row by row; the last in a row or column overlaps the one before it.

    They are no larger than the picture, where that is smaller than a chip.
    """

    def starts(first: int, length: int) -> list[int]:
        count = max(1, math.ceil(length / side_px))
        return [first + min(number * side_px, max(0, length - side_px)) for number in range(count)]

    width, height = min(side_px, picture.width), min(side_px, picture.height)
    return [
        PixelWindow(col, row, width, height)
        for row in starts(picture.row, picture.height)
        for col in starts(picture.col, picture.width)
    ]


def _prepare_folder(folder: Path, name: str, *, overwrite: bool) -> None:
    """Creates the folder if it is missing, and checks that chips can be written to it."""
    try:
        if not folder.exists():
            if not folder.absolute().parent.is_dir():
                raise RailSegError(f"The parent of {folder} does not exist.", "Create it or choose another folder.")
            folder.mkdir()
        if not folder.is_dir():
            raise RailSegError(f"{folder} is a file.", "Give the name of a folder.")
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise RailSegError(
            f"{folder} cannot be written: {error.strerror or error}.", "Choose a folder that you can write to."
        ) from error
    if not overwrite and _chips_of(folder, name):
        raise RailSegError(
            f"{folder} already contains chips of {name}.", "Choose another folder, or allow them to be overwritten."
        )


def _chips_of(folder: Path, name: str) -> list[Path]:
    """The files of a picture's chips in a folder."""
    pattern = re.compile(rf"{re.escape(name)}_-?\d+_-?\d+({re.escape(TARGET_SUFFIX)}|\.png)")
    return [path for path in folder.iterdir() if pattern.fullmatch(path.name)]


def _sorted_by_track(
    windows: Sequence[PixelWindow], tracing: Tracing, complete: BaseGeometry | None
) -> tuple[list[PixelWindow], list[PixelWindow]]:
    """The windows that a track crosses, and the others; only those that intersect the area, if there is one."""
    boxes = shapely.box(*np.array([window.bounds(GSD_M) for window in windows]).T)
    tracks = np.array([*tracing.visible, *tracing.footprints], dtype=object)
    if complete is not None:
        shapely.prepare(complete)
        tracks = shapely.intersection(tracks, complete)
    crossed = np.zeros(len(windows), dtype=np.bool_)
    crossed[shapely.STRtree(tracks).query(boxes, predicate="intersects")[0]] = True
    is_wanted = np.ones(len(windows), dtype=np.bool_) if complete is None else shapely.intersects(complete, boxes)
    return _chosen(windows, crossed & is_wanted), _chosen(windows, ~crossed & is_wanted)


def _chosen(windows: Sequence[PixelWindow], wanted: Bools) -> list[PixelWindow]:
    return [window for window, is_wanted in zip(windows, wanted, strict=True) if is_wanted]


def _write(
    request: ChipsRequest,
    grid: WorkingGrid,
    tracing: Tracing,
    complete: BaseGeometry | None,
    windows: tuple[list[PixelWindow], list[PixelWindow]],
    folder: Path,
    name: str,
    reporter: Reporter,
) -> tuple[int, int]:
    """Writes chips window by window; returns how many there are with a track and how many without."""
    tracked, bare = windows

    def write(window: PixelWindow) -> bool:
        """Writes a chip, unless too little of it has data or nothing in it counts."""
        _, valid = grid.read(window)
        if valid.mean() < _LEAST_VALID:
            return False
        chip = read_chip(grid, window, tracing, complete)
        if chip.target[..., 2].all():
            return False
        write_chip(chip, folder, f"{name}_{window.col}_{window.row}")
        return True

    most_bare = len(bare) if request.bare_share is None else min(len(bare), round(request.bare_share * len(tracked)))
    total = len(tracked) + most_bare
    reporter.progress("chips", 0, total)
    with_track = without_track = 0
    for done, window in enumerate(tracked, 1):
        with_track += write(window)
        reporter.progress("chips", done, total)
    if not with_track:
        raise RailSegError(
            f"{request.raster} has no data where the tracks in {request.lines} are.",
            "Trace tracks where the picture has data.",
        )
    wanted = len(bare) if request.bare_share is None else round(request.bare_share * with_track)
    # In random order: some windows have no data, and the rest should come from all over the picture.
    for number in np.random.default_rng(0).permutation(len(bare)):
        if without_track >= wanted:
            break
        if write(bare[number]):
            without_track += 1
            reporter.progress("chips", min(total, len(tracked) + without_track), total)
    reporter.progress("chips", total, total)
    return with_track, without_track


def _put_in_place(scratch: Path, folder: Path, name: str) -> None:
    """Moves all chips to their folder in place of this picture's older ones; targets last, as readers look for them."""
    for old in _chips_of(folder, name):
        with suppress(FileNotFoundError):
            old.unlink()
    for path in sorted(scratch.iterdir(), key=lambda path: (path.name.endswith(TARGET_SUFFIX), path.name)):
        put_in_place(path, folder / path.name)
