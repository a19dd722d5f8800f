"""Two files of lines in one metric CRS, and where they can be compared."""

from __future__ import annotations

from collections.abc import Sequence

import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.area import Area
from railseg_core.arrays import Points
from railseg_core.errors import RailSegError
from railseg_core.working_crs import choose_working_crs, horizontal

_FAR_M = 1000.0
"""Lines this far from each other are not of the same place."""


def metric_crs(points: Points, crs: pyproj.CRS, what: str) -> pyproj.CRS:
    """The CRS to measure in for lines with these points (n, 2); `what` they are, as a message calls it."""
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    return choose_working_crs(horizontal(crs, what), float(x), float(y), what)


def check_same_place(first: tuple[str, Sequence[BaseGeometry]], second: tuple[str, Sequence[BaseGeometry]]) -> None:
    """Fails where a comparison would tell nothing: most likely a CRS is wrong.

    Args:
        first: Name and geometries, in one metric CRS with those of the second.
        second: Likewise.

    Raises:
        RailSegError: the two are far from each other, or one has no place in that CRS.
    """
    boxes = [shapely.box(*shapely.total_bounds(geometries)) for _, geometries in (first, second) if geometries]
    if len(boxes) < 2 or shapely.distance(*boxes) > _FAR_M:
        raise RailSegError(
            f"{first[0]} and {second[0]} have no area in common.",
            "Check the CRS of both, or give a reference of the same place.",
        )


def beyond(
    outline: BaseGeometry | None, area: Area | None, crs: pyproj.CRS, lines: Sequence[BaseGeometry]
) -> BaseGeometry | None:
    """Where lines are outside of a raster or an area, as polygons; None where neither bounds them.

    Args:
        outline: What the raster covers.
        area: Where to look.
        crs: Of the outline and the lines.
        lines: All of them.
    """
    xmin, ymin, xmax, ymax = shapely.total_bounds(lines if outline is None else [outline, *lines])
    all_there_is = shapely.box(xmin - 1, ymin - 1, xmax + 1, ymax + 1)
    regions = [] if outline is None else [outline]
    if area is not None:
        regions.append(area.polygon_in(crs, all_there_is))
    return all_there_is.difference(shapely.intersection_all(regions)) if regions else None


def vertices(lines: Sequence[BaseGeometry]) -> list[Points]:
    """float64 (n, 2) vertices of each line, (x, y)."""
    return [shapely.get_coordinates(line) for line in lines]
