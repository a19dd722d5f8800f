"""The part of a picture that the user has chosen, by an extent, by polygons or lines, or by both."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsRectangle,
    QgsUnitTypes,
)

from ..translation import tr
from .parameters import AREA, CORRIDOR, EXTENT, is_given
from .vector_source import source_problem

_METRES_PER_DEGREE = 111_000
_MAX_LATITUDE_DEG = 85.0
_QUICK_FEATURES = 10_000


@dataclass(frozen=True)
class ChosenArea:
    """Polygons and lines that limit the work.

    Attributes:
        shape: Polygons, and lines to be widened into corridors.
        crs: CRS of the shape.
        corridor_m: How far the corridors reach from the lines, metres; 0 for none.
        within: Another area that this one is clipped to; None for no limit.
    """

    shape: QgsGeometry
    crs: QgsCoordinateReferenceSystem
    corridor_m: float = 0.0
    within: ChosenArea | None = None

    @property
    def request(self) -> dict[str, Any]:
        """The area in the worker's format."""
        is_known = self.crs.authid().startswith("EPSG:")
        crs = self.crs.authid() if is_known else self.crs.toWkt(Qgis.CrsWktVariant.Preferred)
        within = None if self.within is None else self.within.request
        return {"wkt": self.shape.asWkt(17), "crs": crs, "corridor_m": self.corridor_m, "within": within}

    def bounds_in(self, crs: QgsCoordinateReferenceSystem, context: QgsProcessingContext) -> QgsRectangle:
        """The bounding box in another CRS, a little larger than necessary where there are corridors.

        Raises:
            QgsProcessingException: The area can't be transformed to that CRS.
        """
        bounds = _grown(moved(self.shape.boundingBox(), self.crs, crs, context), crs, self.corridor_m, context)
        return bounds if self.within is None else bounds.intersect(self.within.bounds_in(crs, context))


def chosen_area(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    place_crs: QgsCoordinateReferenceSystem,
    place: QgsRectangle | None,
    context: QgsProcessingContext,
    *,
    none_there: str | None = None,
) -> ChosenArea | None:
    """The intersection of the extent and the area; None if neither is given.

    Args:
        algorithm: The algorithm that has the parameters.
        parameters: The parameters' values.
        place_crs: CRS of `place`, and of an extent that doesn't name its own.
        place: Where the area matters; parts of it elsewhere may be left out. None if that isn't known.
        context: The run's context.
        none_there: The message if no part of the area lies in `place`; by default one about a picture.

    Raises:
        QgsProcessingException: They are empty or can't be used.
    """
    box = _chosen_box(algorithm, parameters, place_crs, context)
    source = _area_source(algorithm, parameters, context)
    if source is None:
        return box
    corridor_m = algorithm.parameterAsDouble(parameters, CORRIDOR, context)
    request = QgsFeatureRequest().setNoAttributes()
    if place is not None:
        with suppress(QgsProcessingException):  # the filter only saves time
            near = moved(_grown(place, place_crs, corridor_m, context), place_crs, source.sourceCrs(), context)
            request.setFilterRect(near)
    features = source.getFeatures(request, Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks)
    shape = _shape_of(feature.geometry() for feature in features if feature.hasGeometry())
    if shape.isEmpty():
        raise QgsProcessingException(
            none_there
            or tr(
                "No part of the area lies on the picture. Choose another area, or check its coordinate reference "
                "system."
            )
        )
    return ChosenArea(shape, source.sourceCrs(), corridor_m, box)


def is_area_quick_to_read(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> bool:
    """Whether the area's features, if there is an area, are so few that reading them doesn't freeze QGIS's window.

    Raises:
        QgsProcessingException: The area can't be used.
    """
    source = _area_source(algorithm, parameters, context)
    return source is None or 0 <= source.featureCount() <= _QUICK_FEATURES  # negative where it isn't known


def area_problem(algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
    """Why the extent or the area can't be used, and what to do about it; empty if they can.

    The area's features are not read: with no place to bound them, there may be a whole country of them.
    """
    try:
        _chosen_box(algorithm, parameters, QgsCoordinateReferenceSystem(), context)
        _area_source(algorithm, parameters, context)
    except QgsProcessingException as error:
        return str(error)
    return ""


def _chosen_box(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    place_crs: QgsCoordinateReferenceSystem,
    context: QgsProcessingContext,
) -> ChosenArea | None:
    if not is_given(parameters, EXTENT):
        return None
    crs = algorithm.parameterAsExtentCrs(parameters, EXTENT, context)
    rectangle = algorithm.parameterAsExtent(parameters, EXTENT, context)
    if rectangle.isEmpty():
        raise QgsProcessingException(tr("The extent to work on is empty. Choose another."))
    return ChosenArea(QgsGeometry.fromRect(rectangle), crs if crs.isValid() else place_crs)


def _area_source(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> QgsProcessingFeatureSource | None:
    if not is_given(parameters, AREA):
        return None
    source = algorithm.parameterAsSource(parameters, AREA, context)
    if source is None:
        raise QgsProcessingException(algorithm.invalidSourceError(parameters, AREA))
    problem = source_problem(source)
    if problem:
        raise QgsProcessingException(problem)
    return source


def _shape_of(geometries: Iterable[QgsGeometry]) -> QgsGeometry:
    """All polygons, made valid, and all lines in one geometry, with curves as straight segments."""
    parts = []
    for geometry in geometries:
        straight = QgsGeometry(geometry.constGet().segmentize())
        if geometry.type() == Qgis.GeometryType.Polygon:
            # Where it has no width, as in a spike, making it valid leaves a line, which would become a corridor.
            valid = straight.makeValid().asGeometryCollection()
            parts += [part for part in valid if part.type() == Qgis.GeometryType.Polygon]
        else:
            parts.append(straight)
    return QgsGeometry.collectGeometry(parts)


def moved(
    box: QgsRectangle,
    source: QgsCoordinateReferenceSystem,
    target: QgsCoordinateReferenceSystem,
    context: QgsProcessingContext,
) -> QgsRectangle:
    """The bounding box of a box in another CRS.

    Raises:
        QgsProcessingException: The box can't be transformed to that CRS.
    """
    if box.isEmpty():  # as around a line due north; QGIS would transform only one corner
        box = box.buffered(max(box.width(), box.height(), 1.0) * 1e-9)
    try:
        return QgsCoordinateTransform(source, target, context.transformContext()).transformBoundingBox(box)
    except QgsCsException as error:
        raise QgsProcessingException(
            tr("The area lies outside the range of the picture's map projection. Check the area's CRS.")
        ) from error


def _grown(
    box: QgsRectangle, crs: QgsCoordinateReferenceSystem, metres: float, context: QgsProcessingContext
) -> QgsRectangle:
    """A box extended on every side by at least that many metres on the ground."""
    if not metres:
        return box
    degrees = moved(box, crs, QgsCoordinateReferenceSystem("EPSG:4326"), context)
    latitude = min(_MAX_LATITUDE_DEG, max(abs(degrees.yMinimum()), abs(degrees.yMaximum())))
    units = metres / _METRES_PER_DEGREE if crs.isGeographic() else metres * _units_per_metre(crs)
    return box.buffered(units / math.cos(math.radians(latitude)))


def _units_per_metre(crs: QgsCoordinateReferenceSystem) -> float:
    return float(QgsUnitTypes.fromUnitToUnitFactor(Qgis.DistanceUnit.Meters, crs.mapUnits()))
