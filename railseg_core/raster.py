"""The working grid: any raster in, square metric pixels out, read window by window.

    with open_working_grid("ortho.tif", area=Area.from_file("station.gpkg")) as grid:
        image, valid = grid.read(grid.window.intersection(block.window))

Reading is a pure function of the raster, the GSD and the window: a pixel is the same in whatever window it is read and
whatever area is asked for.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
import pyproj
import scipy  # noqa: F401  # before threads import parts of it, which sometimes fails while it is half imported
import shapely
from affine import Affine
from rasterio.crs import CRS
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Bools, UInt8Array
from railseg_core.errors import RailSegError
from railseg_core.paths import exists
from railseg_core.rasters.chunks import ChunkCache
from railseg_core.rasters.footprint import seen_polygons
from railseg_core.rasters.picture import Picture, RasterFile, RasterInfo, describe, open_picture
from railseg_core.rasters.placement import Placement
from railseg_core.rasters.radiometry import Stretch, Values, find_stretches, has_data, values_for_stretch
from railseg_core.rasters.source_raster import closed_on_error, open_dataset, reading
from railseg_core.rasters.working_crs import distortion
from railseg_core.tiling import GSD_M, GSD_TOLERANCE, LATTICE_END_PX, RASTER_TILE_PX, PixelWindow
from railseg_core.vectors.area import Area, polygon_mask
from railseg_core.vectors.coordinates import crs_text

MAX_SOURCE_GSD_M = 1.0
"""Coarsest GSD of a picture, nominally: in coarser ones the rails of a track (1.435 m apart) can't be told apart."""
MAX_WINDOW_PX = 10**12
"""Most pixels to process, 40,000 km² at 0.2 m: a list of more tiles would not fit into memory."""
AREA_MARGIN_M = 12.0
"""Margin around the area that is also processed, so that morphology and thinning have context up to the area's edge."""
MAX_PICTURES = 500
"""Most pictures of a folder: a system lets a program open about a thousand files."""
_MAX_DISTORTION = 0.01
"""Largest relative difference between a metre of the working CRS and a metre on the ground of a folder's picture, as
about 900 km from the middle of a UTM zone."""
_READ_BYTES = 100 * 2**20
"""Most bytes of rasters to read at a time. While they become a chunk they take up to eight times as much."""
_PICTURE_ENDINGS = (".tif", ".tiff", ".jp2", ".jpg", ".jpeg", ".png", ".img")
_MASK_CHUNK_PX = 512


@dataclass(frozen=True, slots=True)
class GridRecipe:
    """Everything needed to open the same working grid again, in this or another process. It can be pickled.

    Attributes:
        path: The raster, or a folder of rasters.
        gsd_m: The grid's GSD, metres.
        bands: One or three bands counted from 1, or None for the rasters' own red, green and blue.
        area: The area of interest, or None for all.
        stretches: How each raster's values become 8-bit, known from the first opening.
        crs: The working CRS as WKT; None for the one that suits the only raster.
    """

    path: str
    gsd_m: float
    bands: tuple[int, ...] | None
    area: Area | None
    stretches: tuple[Stretch | None, ...]
    crs: str | None

    def open(self) -> WorkingGrid:
        """Opens the grid without the checks of `open_working_grid`, which it has passed.

        Raises:
            RailSegError: a raster can no longer be opened, or their number has changed.
        """
        return WorkingGrid(self)


def pictures_of(path: str | os.PathLike[str]) -> list[str]:
    """The rasters of a folder, sorted by name, or the given raster itself.

    Subfolders and virtual rasters are left out: the latter are made of what lies in the folder already.

    Raises:
        RailSegError: there are too many.
    """
    found = [os.fspath(path)]
    if exists(path) and Path(path).is_dir():
        inside = [file for file in Path(path).iterdir() if file.suffix.lower() in _PICTURE_ENDINGS]
        # A file whose name begins with a dot is being written. Some formats are folders themselves: GDAL will tell.
        found = sorted(str(file) for file in inside if not file.name.startswith(".")) or found
    if len(found) > MAX_PICTURES:
        raise RailSegError(
            f"{path} contains {len(found):,} pictures, but only {MAX_PICTURES} can be open at a time.",
            "Combine those with the same CRS into a virtual raster with gdalbuildvrt, or split them among folders.",
        )
    return found


def read_raster_info(path: str | os.PathLike[str]) -> RasterInfo:
    """What `railseg info` shows for a raster, or the leading one of a folder, even if it is too coarse or empty.

    Raises:
        RailSegError: a raster is missing, unreadable, or without CRS, georeference or usable bands.
    """
    infos, values = [], []
    names = pictures_of(path)
    for name in names:
        with closing(open_picture(name, None)) as source, reading(source.name):
            infos.append(describe(source, Placement(source.dataset), GSD_M, None))
            values.append(values_for_stretch(source, len(names)))
    leading = _leading([info.crs for info in infos])
    return replace(infos[leading], stretch=find_stretches(values)[leading])


def read_crs(path: str | os.PathLike[str]) -> str:
    """The CRS of a raster, or the one that most rasters of a folder have: "EPSG:…" or WKT. No pixel is read.

    Raises:
        RailSegError: a raster is missing, unreadable, or without CRS or georeference.
    """
    crss = []
    for name in pictures_of(path):
        with open_dataset(name) as dataset, reading(dataset.name):
            crss.append(crs_text(Placement(dataset).source_crs))
    return crss[_leading(crss)]


def read_outline(path: str | os.PathLike[str]) -> tuple[BaseGeometry, pyproj.CRS]:
    """Where a raster, or a folder of rasters, has data: polygons in its working CRS; and that CRS.

    Edges of the data within a raster are accurate to about a thousandth of its longer side.

    Raises:
        RailSegError: a raster is missing, unreadable, or without CRS or georeference.
    """
    seen: list[tuple[Placement, BaseGeometry | None]] = []
    for name in pictures_of(path):
        with closing(open_picture(name, None)) as source, reading(source.name):
            seen.append((Placement(source.dataset), seen_polygons(source)))
    crs = seen[_leading([crs_text(placement.source_crs) for placement, _ in seen])][0].crs
    outlines = []
    for placement, polygons in seen:
        placed = placement.moved_to(crs)
        if polygons is None:
            outlines.append(shapely.Polygon(placed.outline()))
        else:
            outlines.append(shapely.transform(polygons, placed.to_working, interleaved=False))
    return shapely.union_all(shapely.make_valid(outlines)), crs


def open_working_grid(
    path: str | os.PathLike[str],
    *,
    gsd_m: float = GSD_M,
    bands: Sequence[int] | None = None,
    area: Area | None = None,
) -> WorkingGrid:
    """Opens a raster as a working grid and checks everything that can be checked before the work.

    Args:
        path: Any raster that GDAL reads, with a CRS and a georeference; or a folder of such rasters, which is treated
            as one picture, in the CRS that most of them have. Where they overlap, the first by name is used.
        gsd_m: Ground sampling distance of the grid, in metres.
        bands: The one or three bands that make the picture, counted from 1; by default those marked as red, green and
            blue, otherwise the first three that are not alpha, otherwise the first one.
        area: The area of interest; all by default.

    Raises:
        RailSegError: the raster is missing, unreadable, without CRS, georeference, usable bands or data, too coarse or
            too large; or the area lies outside it.
        ValueError: `gsd_m` is not positive.
    """
    if not (math.isfinite(gsd_m) and gsd_m > 0):
        raise ValueError(f"gsd_m must be positive, not {gsd_m}")
    chosen = tuple(bands) if bands is not None else None
    names = pictures_of(path)
    looks: list[_Inspection] = []
    for name in names:
        try:
            looks.append(_inspected(name, chosen, len(names), is_searched=not any(look.has_data for look in looks)))
        except RailSegError as error:
            if len(names) == 1:
                raise
            raise RailSegError(error.message, f"{error.hint} Or move it out of the folder.") from error
    if not any(look.has_data for look in looks):
        raise RailSegError(
            f"{os.fspath(path)} has no pixel with data: all of it is nodata or transparent.",
            "Check its nodata value and its mask.",
        )
    crs = looks[_leading([look.source_crs for look in looks])].working_crs if len(names) > 1 else None
    stretches = tuple(find_stretches([look.values for look in looks]))
    grid = GridRecipe(os.fspath(path), gsd_m, chosen, area, stretches, crs).open()
    with closed_on_error(grid):
        _check_distances(grid._pictures, gsd_m)
        far_px = max(map(abs, (grid.window.col, grid.window.row, grid.window.right, grid.window.bottom)))
        if far_px >= LATTICE_END_PX:
            raise RailSegError(
                f"{os.fspath(path)} lies {far_px * gsd_m / 1000:,.0f} km from the origin of its coordinates.",
                "Check its georeference, or give it in a CRS whose origin is on Earth.",
            )
        if grid.window.width * grid.window.height > MAX_WINDOW_PX:
            km2 = grid.window.width * grid.window.height * gsd_m**2 / 1e6
            raise RailSegError(
                f"{os.fspath(path)} covers {km2:,.0f} km²: more than one run can process.",
                "Choose an extent or an area in it. If it should be smaller, its georeference is wrong.",
            )
    return grid


def _check_distances(pictures: Sequence[Picture], gsd_m: float) -> None:
    """Refuses pictures of a folder that lie so far from the others that the working CRS is wrong there.

    Raises:
        RailSegError: there is such a picture.
    """
    for picture in pictures:
        xmin, ymin, xmax, ymax = picture.window.bounds(gsd_m)
        if len(pictures) > 1 and not distortion(picture.crs, (xmin + xmax) / 2, (ymin + ymax) / 2) < _MAX_DISTORTION:
            raise RailSegError(
                f"{picture.info.path} lies too far from the other pictures for one map.",
                "Move it out of the folder, or check its georeference.",
            )


class _Inspection(NamedTuple):
    """What must be known about a raster before the grid can be opened.

    Attributes:
        has_data: Whether it has a valid pixel; False also if that was not searched for.
        values: What `values_for_stretch` returns.
        source_crs: Its own CRS, "EPSG:…" or WKT.
        working_crs: The CRS that suits it, as WKT.
    """

    has_data: bool
    values: Values | None
    source_crs: str
    working_crs: str


def _inspected(name: str, bands: tuple[int, ...] | None, rasters: int, *, is_searched: bool) -> _Inspection:
    """Opens a raster, one of so many, and looks at it.

    Raises:
        RailSegError: it cannot be used.
    """
    with closing(open_picture(name, bands)) as source:
        with reading(source.name):
            placement = Placement(source.dataset)
        if not placement.gsd_m <= MAX_SOURCE_GSD_M * GSD_TOLERANCE:  # it may be NaN
            raise RailSegError(
                f"{source.name} is too coarse: its pixels are {placement.gsd_m:.2g} m on the ground.",
                f"Use a picture with pixels of at most {MAX_SOURCE_GSD_M:g} m, ideally {GSD_M:g} m or finer.",
            )
        return _Inspection(
            is_searched and has_data(source),
            values_for_stretch(source, rasters),
            crs_text(placement.source_crs),
            placement.crs.to_wkt(),
        )


class WorkingGrid:
    """A raster, or a folder of rasters, as square metric pixels on the lattice; several threads may read.

    A context manager.

    Attributes:
        recipe: Opens the same grid in another process.
        infos: What is known about the rasters, in their order of precedence.
        info: The same for the leading raster: the first of those that have the most common CRS.
        gsd_m: Ground sampling distance, in metres.
        crs: The working CRS: projected, metric, true to scale.
        source_crs: CRS of the leading raster (of its ground control points if it is placed by those).
        source_gsd_m: Ground sampling distance of the coarsest raster, in metres.
        picture_window: The smallest window that covers all rasters.
        window: The window to process: the rasters or their part in the area's box, grown to multiples of 256 px.
        most_readers: How many threads may read at a time, limited by memory and open files.
    """

    def __init__(self, recipe: GridRecipe) -> None:
        names = pictures_of(recipe.path)
        if len(names) != len(recipe.stretches):
            raise RailSegError(f"The pictures in {recipe.path} have changed.", "Run it again.")
        self.recipe = recipe
        self.gsd_m = recipe.gsd_m
        self._pictures: list[Picture] = []
        working_crs = None if recipe.crs is None else pyproj.CRS.from_wkt(recipe.crs)
        with closed_on_error(self):
            for name, stretch in zip(names, recipe.stretches, strict=True):
                self._pictures.append(Picture(name, recipe.bands, self.gsd_m, stretch, working_crs))
            leading = self._pictures[_leading([picture.info.crs for picture in self._pictures])]
            self.infos = tuple(picture.info for picture in self._pictures)
            self.info = leading.info
            self.crs = CRS.from_user_input(leading.crs)
            self.source_crs = CRS.from_user_input(leading.source_crs)
            self.source_gsd_m = max(info.gsd_m for info in self.infos)
            self.picture_window = PixelWindow.covering_all([picture.window for picture in self._pictures])
            picture_box = shapely.box(*self.picture_window.bounds(self.gsd_m)).buffer(AREA_MARGIN_M)
            self._polygon = recipe.area.polygon_in(leading.crs, picture_box) if recipe.area else None
            shapely.prepare(self._polygon)  # it is queried for every tile
            self.window = self._area_window().snapped(RASTER_TILE_PX)
            chunk_px = min(picture.chunk_px for picture in self._pictures)
            by_memory = _READ_BYTES // max(picture.chunk_bytes for picture in self._pictures)
            self.most_readers = max(1, min(by_memory, MAX_PICTURES // len(names)))  # each opens its own files
            self._pixels = ChunkCache(chunk_px, 4, self._make_pixels)
            self._area = ChunkCache(_MASK_CHUNK_PX, 1, self._make_area)

    @property
    def transform(self) -> Affine:
        """The transform of an array that holds `window`: (col + 0.5, row + 0.5) to (x, y) in the working CRS."""
        return self.window.transform(self.gsd_m)

    @property
    def area_m2(self) -> float:
        """How much ground is processed: the part of the area within the rasters' boxes, or all of these."""
        boxes = [shapely.box(*picture.window.bounds(self.gsd_m)) for picture in self._pictures]
        pictures = shapely.union_all(boxes)
        return float((pictures if self._polygon is None else pictures.intersection(self._polygon)).area)

    @property
    def location(self) -> str:
        """The raster's name, in a form that is valid from any folder of this machine."""
        return str(Path(self.recipe.path).absolute()) if exists(self.recipe.path) else self.recipe.path

    @property
    def paths(self) -> tuple[str, ...]:
        """Full names of the files that are read, as far as the rasters list them."""
        return tuple(path for picture in self._pictures for path in picture.paths)

    @property
    def files(self) -> tuple[RasterFile, ...]:
        """The files that are read, to detect changes: other files may have other pixels."""
        return tuple(file for picture in self._pictures for file in picture.files)

    def read(self, window: PixelWindow) -> tuple[UInt8Array, Bools]:
        """The picture in any window, within the area or not, within the raster or not.

        Args:
            window: Window of the lattice.

        Returns:
            uint8 (3, rows, cols), 0 where not valid; and valid, bool (rows, cols): the raster has data for at
            least half of the pixel.

        Raises:
            RailSegError: the raster is damaged or cut short.
        """
        pixels = self._pixels.read(window)
        return pixels[:3], pixels[3] > 0

    def area_mask(self, window: PixelWindow) -> Bools | None:
        """Which pixels have their centre in the area: bool (rows, cols), or None if no area is set."""
        return None if self._polygon is None else self._area.read(window)[0] > 0

    def wants(self, window: PixelWindow) -> bool:
        """Whether the window comes within `AREA_MARGIN_M` of the area, if one is set, and may have data."""
        if self._polygon is not None:
            box = shapely.box(*window.bounds(self.gsd_m))
            if not shapely.dwithin(self._polygon, box, AREA_MARGIN_M):
                return False
        return any(picture.may_have_data(window) for picture in self._pictures)

    def close(self) -> None:
        """Closes the rasters."""
        for picture in self._pictures:
            picture.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _area_window(self) -> PixelWindow:
        if self._polygon is None:
            return self.picture_window
        window = PixelWindow(0, 0, 0, 0)
        if not self._polygon.is_empty:
            xmin, ymin, xmax, ymax = self._polygon.bounds
            window = PixelWindow.covering(xmin, ymin, xmax, ymax, self.gsd_m)
        if not window.intersects(self.picture_window):
            raise RailSegError("The area lies outside the raster.", "Check the area's CRS, or draw it over the raster.")
        return window.expanded(math.ceil(AREA_MARGIN_M / self.gsd_m)).intersection(self.picture_window)

    def _make_pixels(self, place: PixelWindow) -> UInt8Array | None:
        pixels: UInt8Array | None = None
        for picture in self._pictures:
            chunk = picture.chunk(place)
            if chunk is not None:
                pixels = chunk if pixels is None else np.where(pixels[3] > 0, pixels, chunk)
                if pixels[3].all():
                    break
        return pixels

    def _make_area(self, place: PixelWindow) -> UInt8Array | None:
        inside = polygon_mask(self._polygon, place, self.gsd_m)
        return inside[None].astype(np.uint8) if inside.any() else None


def _leading(crss: Sequence[str]) -> int:
    """The index of the first raster that has the most common CRS."""
    return crss.index(Counter(crss).most_common(1)[0][0])
