"""The part of a picture that the user asks for, by an extent, by polygons or by both."""

from __future__ import annotations

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
    QgsRectangle,
)

from ..translation import tr
from .parameters import AREA, EXTENT


@dataclass(frozen=True, slots=True)
class ChosenArea:
    """Polygons and their CRS."""

    polygons: QgsGeometry
    crs: QgsCoordinateReferenceSystem

    @property
    def request(self) -> dict[str, str]:
        """As the worker takes it."""
        is_known = self.crs.authid().startswith("EPSG:")
        crs = self.crs.authid() if is_known else self.crs.toWkt(Qgis.CrsWktVariant.Preferred)
        return {"wkt": self.polygons.asWkt(17), "crs": crs}

    def bounds_in(self, crs: QgsCoordinateReferenceSystem, context: QgsProcessingContext) -> QgsRectangle:
        """Its bounding box in another CRS.

        Raises:
            QgsProcessingException: It has no place there.
        """
        transform = QgsCoordinateTransform(self.crs, crs, context.transformContext())
        try:
            return transform.transformBoundingBox(self.polygons.boundingBox())
        except QgsCsException as error:
            raise QgsProcessingException(
                tr("The area lies where the picture's map projection doesn't reach. Check the area's CRS.")
            ) from error


def chosen_area(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    raster_crs: QgsCoordinateReferenceSystem,
    context: QgsProcessingContext,
) -> ChosenArea | None:
    """What the extent and the polygons have in common; None if neither is given.

    An extent that doesn't say its CRS is taken to be in the raster's.

    Raises:
        QgsProcessingException: Nothing is left of them.
    """
    has_extent = parameters.get(EXTENT) not in (None, "")
    has_polygons = parameters.get(AREA) not in (None, "")
    if has_polygons:
        source = algorithm.parameterAsSource(parameters, AREA, context)
        if source is None:
            raise QgsProcessingException(algorithm.invalidSourceError(parameters, AREA))
        crs = source.sourceCrs()
        features = source.getFeatures(
            QgsFeatureRequest().setNoAttributes(), Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks
        )
        polygons = QgsGeometry.unaryUnion([feature.geometry().makeValid() for feature in features])
        if has_extent:
            polygons = polygons.intersection(algorithm.parameterAsExtentGeometry(parameters, EXTENT, context, crs))
    elif has_extent:
        crs = algorithm.parameterAsExtentCrs(parameters, EXTENT, context)
        if not crs.isValid():
            crs = raster_crs
        polygons = QgsGeometry.fromRect(algorithm.parameterAsExtent(parameters, EXTENT, context))
    else:
        return None
    if polygons.isEmpty():
        raise QgsProcessingException(tr("The extent or area to work on is empty. Choose another."))
    return ChosenArea(polygons, crs)
