"""The working grid: any raster in, square metric pixels out, read window by window.

    with open_working_grid("ortho.tif", area=Area.from_file("station.gpkg")) as grid:
        image, valid = grid.read(grid.window.intersection(block.window))

Reading is a pure function of the raster, the GSD and the window: the same pixel comes out whatever window it is a
part of and whatever area is asked for.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from affine import Affine
from rasterio.crs import CRS
from scipy.ndimage import distance_transform_edt
from shapely.geometry.base import BaseGeometry

from railseg_core.area import Area, polygon_mask
from railseg_core.chunks import ChunkCache
from railseg_core.coverage import Coverage
from railseg_core.errors import RailSegError
from railseg_core.lattice_warp import LatticeWarp
from railseg_core.outputs import exists
from railseg_core.placement import Placement
from railseg_core.radiometry import Stretch, check_has_data, find_stretch
from railseg_core.source_raster import SourceRaster, choose_bands, closed_on_error, open_dataset, reading
from railseg_core.tiling import RASTER_TILE_PX, PixelWindow

GSD_M = 0.2
"""What the bundled model was trained for."""
MAX_SOURCE_GSD_M = 1.0
"""In coarser pictures the rails of a track (1.435 m apart) are no longer to be told from each other."""
MAX_WINDOW_PX = 10**12
"""A list of more tiles would not fit into memory: 40,000 km² at 0.2 m."""
AREA_MARGIN_M = 12.0
"""Worked on beyond the area: morphology and thinning see their neighbours up to the area's edge."""
_MASK_CHUNK_PX = 512
_GREY = 128


@dataclass(frozen=True, slots=True)
class RasterInfo:
    """What there is to know of a raster before it is worked on.

    Attributes:
        path: As it was given.
        driver: GDAL's name of the format.
        width: In pixels.
        height: In pixels.
        dtypes: Of all bands.
        colours: What each band says it shows: "red", "alpha", "gray", "palette", "undefined"…
        bands: The bands used, counted from 1.
        nodata: The nodata value of the first used band.
        validity: What says which pixels are valid: "nodata", "mask" (or alpha), or "".
        stretch: How other than 8-bit values become 8-bit; None for an 8-bit raster.
        overviews: Factors of the overviews.
        overview: The factor of the overview that is read, 1 for the full picture.
        is_tiled: Whether the file is in square tiles; strips of a wide picture are slow to read in windows.
        crs: Of the raster (of its ground control points if it is placed by those): "EPSG:…" or WKT.
        gsd_m: Of the raster, in metres on the ground.
        working_crs: What it is worked in.
    """

    path: str
    driver: str
    width: int
    height: int
    dtypes: tuple[str, ...]
    colours: tuple[str, ...]
    bands: tuple[int, ...]
    nodata: float | None
    validity: str
    stretch: Stretch | None
    overviews: tuple[int, ...]
    overview: int
    is_tiled: bool
    crs: str
    gsd_m: float
    working_crs: str


class RasterFile(NamedTuple):
    """A file that a raster is read from.

    Attributes:
        name: Without its folder, which may be another one on another machine; all of a name that is no file here.
        size: Bytes; None of what is no file here.
        changed_ns: When it was changed last; None of what is no file here. A copy has a time of its own.
    """

    name: str
    size: int | None
    changed_ns: int | None


@dataclass(frozen=True, slots=True)
class GridRecipe:
    """All it takes to open the same working grid again, in this or another process. It can be pickled.

    Attributes:
        path: The raster.
        gsd_m: Of the grid.
        bands: One or three bands counted from 1, or None for the raster's own red, green and blue.
        area: The part that is asked for, or None for all.
        stretch: How values become 8-bit, known from the first opening.
    """

    path: str
    gsd_m: float
    bands: tuple[int, ...] | None
    area: Area | None
    stretch: Stretch | None

    def open(self) -> WorkingGrid:
        """Opens the grid without the checks of `open_working_grid`, which it has passed.

        Raises:
            RailSegError: the raster cannot be opened any more.
        """
        return WorkingGrid(self)


def read_raster_info(path: str | os.PathLike[str], bands: Sequence[int] | None = None) -> RasterInfo:
    """What `railseg info` tells of a raster. It may be too coarse or empty to be worked on.

    Raises:
        RailSegError: the raster is missing, unreadable, or without CRS, georeference or usable bands.
    """
    source = _open_picture(path, bands)
    try:
        with reading(source.name):
            return _describe(source, Placement(source.dataset), GSD_M, find_stretch(source))
    finally:
        source.close()


def read_outline(path: str | os.PathLike[str]) -> tuple[BaseGeometry, pyproj.CRS]:
    """The polygon that a raster covers, in the CRS it is worked in; and that CRS.

    Raises:
        RailSegError: the raster is missing, unreadable, or without CRS or georeference.
    """
    with open_dataset(path) as dataset, reading(dataset.name):
        placement = Placement(dataset)
        return shapely.make_valid(shapely.Polygon(placement.outline())), placement.crs


def open_working_grid(
    path: str | os.PathLike[str],
    *,
    gsd_m: float = GSD_M,
    bands: Sequence[int] | None = None,
    area: Area | None = None,
) -> WorkingGrid:
    """Opens a raster as a working grid and checks all that can be checked before the work.

    Args:
        path: Any raster that GDAL reads, with a CRS and a georeference.
        gsd_m: Ground sampling distance of the grid, in metres.
        bands: The one or three bands that make the picture, counted from 1; by default those that say they are
            red, green and blue, else the first three that are not alpha, else the first one.
        area: The part that is asked for; all by default.

    Raises:
        RailSegError: the raster is missing, unreadable, without CRS, georeference, usable bands or data, or too
            coarse; or the area does not meet it.
        ValueError: `gsd_m` is not positive.
    """
    if not (math.isfinite(gsd_m) and gsd_m > 0):
        raise ValueError(f"gsd_m must be positive, not {gsd_m}")
    chosen = tuple(bands) if bands is not None else None
    source = _open_picture(path, chosen)
    try:
        with reading(source.name):
            gsd_of_source = Placement(source.dataset).gsd_m
        if not gsd_of_source <= MAX_SOURCE_GSD_M:  # it may be no number
            raise RailSegError(
                f"{source.name} is too coarse: its pixels are {gsd_of_source:.2g} m on the ground.",
                f"Tracks can be told apart up to {MAX_SOURCE_GSD_M:g} m, and best at {GSD_M:g} m or finer.",
            )
        check_has_data(source)
        stretch = find_stretch(source)
    finally:
        source.close()
    return GridRecipe(os.fspath(path), gsd_m, chosen, area, stretch).open()


class WorkingGrid:
    """A raster as square metric pixels on the lattice. A context manager; several threads may read.

    Attributes:
        recipe: Opens the same grid in another process.
        info: What the raster is.
        gsd_m: Ground sampling distance, in metres.
        crs: The working CRS: projected, metric, true to scale.
        source_crs: The raster's own (of its ground control points if it has those).
        source_gsd_m: The raster's ground sampling distance, in metres.
        picture_window: The smallest window that covers the raster.
        window: What is to be worked on: the raster or its part in the area's box, grown to multiples of 256 px.
    """

    def __init__(self, recipe: GridRecipe) -> None:
        self._source = _open_picture(recipe.path, recipe.bands)
        with closed_on_error(self), reading(self._source.name):
            placement = Placement(self._source.dataset)
            self.recipe = recipe
            self.info = _describe(self._source, placement, recipe.gsd_m, recipe.stretch)
            self.gsd_m = recipe.gsd_m
            self.crs = CRS.from_user_input(placement.crs)
            self.source_crs = CRS.from_user_input(placement.source_crs)
            self.source_gsd_m = placement.gsd_m
            self.picture_window = placement.footprint(self.gsd_m)
            picture = shapely.box(*self.picture_window.bounds(self.gsd_m)).buffer(AREA_MARGIN_M)
            self._polygon = recipe.area.polygon_in(placement.crs, picture) if recipe.area else None
            self.window = self._area_window().snapped(RASTER_TILE_PX)
            if self.window.width * self.window.height > MAX_WINDOW_PX:
                km2 = self.window.width * self.window.height * self.gsd_m**2 / 1e6
                raise RailSegError(
                    f"{self._source.name} covers {km2:,.0f} km²: more than one run can take.",
                    "Choose an extent or an area in it; if it should be small, its georeference is wrong.",
                )
            self._coverage = Coverage(self._source, placement, self.gsd_m)
            if self.info.overview > 1:
                self._source.close()
                level = self.info.overviews.index(self.info.overview)
                self._source = _open_picture(recipe.path, recipe.bands, level)
                placement = Placement(self._source.dataset, placement.crs)
            self._warp = LatticeWarp(self._source, placement, self.gsd_m)
            self._pixels = ChunkCache(self._warp.chunk_px, 4, self._make_pixels)
            self._area = ChunkCache(_MASK_CHUNK_PX, 1, self._make_area)

    @property
    def transform(self) -> Affine:
        """Of an array that holds `window`: (col + 0.5, row + 0.5) to (x, y) in the working CRS."""
        return self.window.transform(self.gsd_m)

    @property
    def area_m2(self) -> float:
        """How much ground is to be worked on: the area, as far as it lies in the raster's box, or all of that."""
        picture = shapely.box(*self.picture_window.bounds(self.gsd_m))
        return float((picture if self._polygon is None else picture.intersection(self._polygon)).area)

    @property
    def location(self) -> str:
        """The raster's name, as it holds in any folder of this machine."""
        return str(Path(self.info.path).absolute()) if exists(self.info.path) else self.info.path

    @property
    def files(self) -> tuple[RasterFile, ...]:
        """What the raster is read from: with other files, pixels may be others."""
        names = [self.info.path, *(name for name in self._source.dataset.files if not name.endswith(".aux.xml"))]
        return tuple(_raster_file(name) for name in dict.fromkeys(names))

    def read(self, window: PixelWindow) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
        """The picture in any window, within the area or not, within the raster or not.

        Args:
            window: Of the lattice.

        Returns:
            uint8 (3, rows, cols), 0 where not valid; and valid, bool (rows, cols): the raster has data for at
            least half of the pixel.

        Raises:
            RailSegError: the raster is damaged or cut short.
        """
        pixels = self._pixels.read(window)
        return pixels[:3], pixels[3] > 0

    def area_mask(self, window: PixelWindow) -> npt.NDArray[np.bool_] | None:
        """Which pixels' middles lie in the area: bool (rows, cols), or None when no area is set."""
        return None if self._polygon is None else self._area.read(window)[0] > 0

    def wants(self, window: PixelWindow) -> bool:
        """Whether the window comes within `AREA_MARGIN_M` of the area, if one is set, and may have data."""
        box = shapely.box(*window.bounds(self.gsd_m))
        is_near = self._polygon is None or bool(shapely.dwithin(self._polygon, box, AREA_MARGIN_M))
        return is_near and self._coverage.may_have_data(window)

    def close(self) -> None:
        """Closes the raster."""
        self._source.close()

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

    def _make_pixels(self, place: PixelWindow) -> npt.NDArray[np.uint8] | None:
        made = self._warp.chunk(place) if self._coverage.may_have_data(place) else None
        if made is None:
            return None
        image, valid = made
        stretch = self.recipe.stretch
        pixels = np.empty((4, *place.shape), dtype=np.uint8)
        pixels[:3] = stretch.apply(image) if stretch else image  # a single band stands for all three
        if not valid.all():
            pixels[:3, ~valid] = 0
        pixels[3] = valid
        return pixels

    def _make_area(self, place: PixelWindow) -> npt.NDArray[np.uint8] | None:
        inside = polygon_mask(self._polygon, place, self.gsd_m)
        return inside[None].astype(np.uint8) if inside.any() else None


def reflect_invalid(image: npt.NDArray[np.uint8], valid: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """Fills what is not valid with the mirror image of what is, whatever the shape of the gaps.

    A black frame would be an edge as strong as a rail to the network, and it would reach every pixel of the tile
    through the image pooling of the ASPP. A mirrored picture has no new edge and the same statistics.

    Args:
        image: uint8 (3, rows, cols).
        valid: bool (rows, cols).

    Returns:
        uint8 (3, rows, cols): an invalid pixel p whose nearest valid pixel is q has the value at 2q - p, or at q
        where that is no valid pixel of the image. Mid-grey where nothing is valid; `image` itself where all is.
    """
    if valid.all():
        return image
    if not valid.any():
        return np.full_like(image, _GREY)
    rows, cols = np.nonzero(~valid)
    indices = distance_transform_edt(~valid, return_distances=False, return_indices=True)
    near_rows, near_cols = indices[:, rows, cols]
    far_rows, far_cols = 2 * near_rows - rows, 2 * near_cols - cols
    inside = (far_rows >= 0) & (far_rows < valid.shape[0]) & (far_cols >= 0) & (far_cols < valid.shape[1])
    inside[inside] = valid[far_rows[inside], far_cols[inside]]
    filled = image.copy()
    filled[:, rows, cols] = image[:, np.where(inside, far_rows, near_rows), np.where(inside, far_cols, near_cols)]
    return filled


def _raster_file(name: str) -> RasterFile:
    try:
        status = Path(name).stat()
    except (OSError, ValueError):
        return RasterFile(name, None, None)
    return RasterFile(Path(name).name, status.st_size, status.st_mtime_ns)


def _open_picture(
    path: str | os.PathLike[str], bands: Sequence[int] | None, overview: int | None = None
) -> SourceRaster:
    return SourceRaster(path, lambda dataset: choose_bands(dataset, bands), overview=overview)


def _describe(source: SourceRaster, placement: Placement, gsd_m: float, stretch: Stretch | None) -> RasterInfo:
    dataset, first = source.dataset, source.bands[0]
    overviews = tuple(int(factor) for factor in dataset.overviews(first))
    # The coarsest that still has two pixels along a working pixel, which are averaged in turn.
    fine_enough = [factor for factor in overviews if placement.gsd_m * factor <= gsd_m / 2 * 1.001]
    return RasterInfo(
        path=source.name,
        driver=dataset.driver,
        width=dataset.width,
        height=dataset.height,
        dtypes=tuple(dataset.dtypes),
        colours=tuple(colour.name for colour in dataset.colorinterp),
        bands=source.bands,
        nodata=dataset.nodatavals[first - 1],
        validity=source.validity,
        stretch=stretch,
        overviews=overviews,
        overview=max(fine_enough, default=1),
        is_tiled=dataset.block_shapes[first - 1][1] < dataset.width or dataset.width <= 2 * RASTER_TILE_PX,
        crs=placement.source_crs.to_string(),
        gsd_m=placement.gsd_m,
        working_crs=placement.crs.to_string(),
    )
