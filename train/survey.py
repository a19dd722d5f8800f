"""Pictures with what is traced in them: where to train and where to measure, and the chips made of both."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from tqdm import tqdm

from railseg_core.chips.files import write_chip
from railseg_core.chips.targets import read_chip
from railseg_core.errors import RailSegError
from railseg_core.raster import open_working_grid
from railseg_core.tiling import GSD_M, PixelWindow
from railseg_core.vectors.area import Area
from railseg_core.vectors.coordinates import as_crs, moved_geometries
from railseg_core.vectors.tracing import Tracing, read_tracing
from train.pieces import pieces_of

AROUND_M = 30.0
HELD_BACK_SHARE = 0.2
GAP_M = 10.0  # between what is trained on and what is held back
MIN_TRACED_M = 50.0
MAX_PIECES = {"fit": 400, "check": 40}  # about 2.5 GB of pictures in memory; a minute of measuring


@dataclass(frozen=True, slots=True)
class Survey:
    """A picture with its traced lines, and the regions to train and to measure on, in the picture's working CRS.

    Attributes:
        raster: The picture: a file, or any name that GDAL opens.
        tracing: What was traced in it; nothing if it shows no tracks.
        regions: Polygons by purpose, `fit` and `check`, in which every track is traced.
        traced_m: Length of the visible tracks in these regions, by purpose.
    """

    raster: str
    tracing: Tracing
    regions: dict[str, BaseGeometry]
    traced_m: dict[str, float]

    @property
    def checksum(self) -> str:
        """Changes with any of the geometries, however they were read; hexadecimal."""
        groups = (self.tracing.visible, self.tracing.hidden, self.tracing.ignore, self.regions.values())
        content = b"".join(shapely.GeometryCollection(list(group)).wkb for group in groups)
        return hashlib.sha256(self.tracing.crs.to_wkt().encode() + content).hexdigest()


def survey(raster: str, lines: Path, area: Area | None, around_m: float = AROUND_M) -> Survey:
    """Finds where a picture's tracing is complete, and splits that region into one to train on and one held back.

    Args:
        raster: The picture.
        lines: Vector file of the traced lines.
        area: Where every track is traced; None for `around_m` metres on both sides of every line, not beyond its ends.
        around_m: See `area`.

    Raises:
        RailSegError: As `read_tracing` and `open_working_grid`, or if too few lines are on the picture or in the area.
    """
    traced = read_tracing(lines)
    with open_working_grid(raster, gsd_m=GSD_M) as grid:
        picture, crs = shapely.box(*grid.picture_window.bounds(GSD_M)), as_crs(grid.crs)
    tracing = traced.moved_to(crs).within(picture)
    if not tracing.visible:
        raise RailSegError(
            f"None of the lines of {lines} lies on {raster}.",
            "Check the layer's CRS, or give the picture they were traced on.",
        )
    if area:
        complete = area.polygon_in(crs)
    else:
        every = shapely.multilinestrings([*tracing.visible, *tracing.hidden])
        complete = shapely.buffer(every, around_m, cap_style="flat")
    complete = complete.intersection(picture)
    seen = shapely.intersection(tracing.visible, complete)
    if _length_m(seen) < MIN_TRACED_M:
        raise RailSegError(
            f"Only {_length_m(seen):.0f} m of the lines of {lines} lie on {raster}{' in the area' if area else ''}.",
            f"Trace at least {MIN_TRACED_M:g} m; a kilometre or more is better.",
        )
    regions = split(complete, seen)
    traced_m = {purpose: _length_m(shapely.intersection(seen, region)) for purpose, region in regions.items()}
    return Survey(raster, tracing, regions, traced_m)


def survey_of_bare(raster: str) -> Survey:
    """All of a picture that shows no track, its last fifth held back.

    Raises:
        RailSegError: As `open_working_grid`.
    """
    with open_working_grid(raster, gsd_m=GSD_M) as grid:
        xmin, ymin, xmax, ymax = grid.picture_window.bounds(GSD_M)
        nothing = Tracing((), (), (), as_crs(grid.crs))
    diagonal = shapely.LineString([(xmin, ymin), (xmax, ymax)])
    regions = split(shapely.box(xmin, ymin, xmax, ymax), [diagonal])
    return Survey(raster, nothing, regions, dict.fromkeys(regions, 0.0))


def split(complete: BaseGeometry, lines: Sequence[BaseGeometry]) -> dict[str, BaseGeometry]:
    """Cuts a region across the longer of x and y, so that the last fifth of the lines' length lies beyond the cut.

    Returns:
        The region to `fit` on and the one to `check` on, with a gap between them.
    """
    every = shapely.get_parts(lines)
    samples = [shapely.line_interpolate_point(line, np.arange(0.5, line.length, 1.0)) for line in every]
    points = shapely.get_coordinates(np.concatenate(samples))
    axis = int(np.argmax(np.ptp(points, axis=0)))
    cut = np.quantile(points[:, axis], 1 - HELD_BACK_SHARE)
    low, high = np.reshape(complete.bounds, (2, 2))
    fit_high, check_low = high.copy(), low.copy()
    fit_high[axis] = cut - min(GAP_M, 0.1 * np.ptp(points[:, axis]))
    check_low[axis] = cut
    return {
        "fit": complete.intersection(shapely.box(*low, *fit_high)),
        "check": complete.intersection(shapely.box(*check_low, *high)),
    }


def held_back_for_all(surveys: Sequence[Survey]) -> list[Survey]:
    """Excludes what each picture holds back from what the others train on, as they may show the same place.

    Raises:
        RailSegError: If a picture has nothing left to train on.
    """
    freed = []
    for surveyed in surveys:
        crs = surveyed.tracing.crs
        fit = surveyed.regions["fit"]
        for other in surveys:
            moved = moved_geometries([other.regions["check"]], other.tracing.crs, crs) if other is not surveyed else ()
            for check in moved:
                if check is not None and fit.intersects(check):
                    fit = fit.difference(shapely.buffer(check, GAP_M))
        traced_m = surveyed.traced_m | {"fit": _length_m(shapely.intersection(surveyed.tracing.visible, fit))}
        if fit.is_empty or (surveyed.tracing.visible and not traced_m["fit"]):
            raise RailSegError(
                f"All of {surveyed.raster} that could be trained on is held back in other pictures of that place.",
                "Leave that picture out.",
            )
        freed.append(dataclasses.replace(surveyed, regions=surveyed.regions | {"fit": fit}, traced_m=traced_m))
    return freed


def without_traced(bare: Survey, others: Sequence[Survey]) -> Survey:
    """A picture that shows no track, without the ground beside the tracks traced in others.

    Neighbouring pictures overlap, and a track at the edge of one would be taught as track and as background.
    """
    regions = bare.regions
    for other in others:
        traced = other.tracing.moved_to(bare.tracing.crs)
        beside = shapely.union_all(shapely.buffer([*traced.visible, *traced.hidden], GAP_M))
        regions = {purpose: region.difference(beside) for purpose, region in regions.items()}
    return dataclasses.replace(bare, regions=regions)


def write_all_chips(surveys: Sequence[Survey], purpose: str, folder: Path) -> None:
    """Writes the chips of all pictures for a purpose, `fit` or `check`, to a folder; all of them or none.

    Raises:
        RailSegError: As `write_chips`.
    """
    aside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    limit = max(1, MAX_PIECES[purpose] // len(surveys))
    written = 0
    bare = sum(not surveyed.tracing.visible for surveyed in surveys)
    for number, surveyed in enumerate(surveys, 1):
        name = f"{number}_{re.sub('[^A-Za-z0-9]+', '_', Path(surveyed.raster).stem)}"
        if surveyed.tracing.visible:
            written += write_chips(surveyed, purpose, aside, name, limit)
        else:
            write_chips(surveyed, purpose, aside, name, min(limit, max(1, written // bare)))
    aside.rename(folder)


def write_chips(surveyed: Survey, purpose: str, folder: Path, name: str, limit: int) -> int:
    """Writes the pieces of a picture that hold something to train or to measure on.

    Args:
        surveyed: The picture.
        purpose: `fit` or `check`.
        folder: Folder to write to.
        name: Prefix of the pieces' names.
        limit: Most pieces to write; in a picture with tracks there are never more without one than with one.

    Returns:
        Number of pieces written.

    Raises:
        RailSegError: If the picture has no data under the tracks, or none at all.
    """
    region, tracing = surveyed.regions[purpose], surveyed.tracing
    tracks = shapely.union_all(shapely.intersection(tracing.visible, region))
    pieces = list(pieces_of(region, GSD_M))
    has_track = [bool(tracks.intersects(shapely.box(*piece.bounds(GSD_M)))) for piece in pieces]
    chosen = spread([piece for piece, has in zip(pieces, has_track, strict=True) if has], limit)
    bare = [piece for piece, has in zip(pieces, has_track, strict=True) if not has]
    chosen += spread(bare, min(len(chosen), limit - len(chosen)) if tracing.visible else limit)
    written = track_pixels = 0
    with open_working_grid(surveyed.raster, gsd_m=GSD_M) as grid:
        for piece in tqdm(chosen, desc=f"{Path(surveyed.raster).name}, to {purpose} on", unit="piece"):
            window = piece.intersection(grid.picture_window)
            chip = read_chip(grid, window, tracing, region)
            counts = chip.target[..., 2] == 0
            if counts.any():
                write_chip(chip, folder, f"{name}_{window.col}_{window.row}")
                written += 1
                track_pixels += int(chip.target[counts, 0].sum())
    if not written or (tracing.visible and not track_pixels):
        what = "too few of its lines: none" if tracing.visible else "nothing that"
        raise RailSegError(
            f"{surveyed.raster} shows {what} can be seen in the part to {purpose} on.",
            "Trace tracks where the picture has data, some of them at its far end."
            if tracing.visible
            else "Give a picture with data, at its far end too.",
        )
    return written


def spread(pieces: list[PixelWindow], limit: int) -> list[PixelWindow]:
    """At most `limit` of the pieces, evenly spaced."""
    chosen = np.linspace(0, len(pieces) - 1, min(limit, len(pieces))).round().astype(int)
    return [pieces[index] for index in chosen]


def _length_m(lines: Sequence[BaseGeometry]) -> float:
    """Length of all lines in a metric CRS."""
    return float(shapely.length(lines).sum())
