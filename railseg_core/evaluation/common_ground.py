"""What comparing two files of lines takes: a common metric CRS, and the region in which they can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Points
from railseg_core.errors import RailSegError
from railseg_core.rasters.working_crs import choose_working_crs, horizontal
from railseg_core.vectors.area import Area
from railseg_core.vectors.coordinates import close_together

_FAR_M = 1000.0
"""Distance beyond which lines are taken to be of different places."""
_SPARE_M = 100.0
"""More than the largest distance at which lines are matched, and than a gap that does not count."""


def metric_crs(points: Points, crs: pyproj.CRS, what: str) -> pyproj.CRS:
    """The CRS in which to measure lines with these points (n, 2); `what` is their name in error messages."""
    own = horizontal(crs, what)
    places = close_together(points, own)
    x, y = (places.min(axis=0) + places.max(axis=0)) / 2
    return choose_working_crs(own, float(x), float(y), what)


def check_same_place(first: tuple[str, Sequence[BaseGeometry]], second: tuple[str, Sequence[BaseGeometry]]) -> None:
    """Raises an error if a comparison would be meaningless, most likely because a CRS is wrong.

    Args:
        first: Name and geometries, in the same metric CRS as the second ones.
        second: Likewise.

    Raises:
        RailSegError: the two are far apart, or one has no geometries in that CRS.
    """
    boxes = [shapely.box(*shapely.total_bounds(geometries)) for _, geometries in (first, second) if geometries]
    if len(boxes) < 2 or shapely.distance(*boxes) > _FAR_M:
        raise RailSegError(
            f"{first[0]} and {second[0]} have no area in common.",
            "Check the CRS of both, or give a reference of the same place.",
        )


class Limits(NamedTuple):
    """Where lines count, as polygons.

    Attributes:
        near: The region with a margin: lines outside, such as a country's, cannot affect what is found inside it.
        beyond: What counts neither for nor against: the part of all lines' extent that is outside the region.
    """

    near: BaseGeometry
    beyond: BaseGeometry


def limits(
    outline: BaseGeometry | None, area: Area | None, crs: pyproj.CRS, lines: Sequence[BaseGeometry]
) -> Limits | None:
    """The limits that a raster and an area set; None for everywhere if there is neither.

    Args:
        outline: The raster's footprint.
        area: The area of interest.
        crs: CRS of the outline and the lines.
        lines: All lines of both sides.
    """
    xmin, ymin, xmax, ymax = shapely.total_bounds(lines if outline is None else [outline, *lines])
    all_there_is = shapely.box(xmin - 1, ymin - 1, xmax + 1, ymax + 1)
    regions = [] if outline is None else [outline]
    if area is not None:
        regions.append(area.polygon_in(crs, all_there_is))
    if not regions:
        return None
    region = shapely.intersection_all(regions)
    return Limits(region.buffer(_SPARE_M), all_there_is.difference(region))


def vertices(lines: Sequence[BaseGeometry]) -> list[Points]:
    """The vertices (x, y) of each line: float64 (n, 2)."""
    return [shapely.get_coordinates(line) for line in lines]
