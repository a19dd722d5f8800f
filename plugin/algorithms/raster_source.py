"""From a raster layer to a file that the worker reads."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import (
    Qgis,
    QgsDistanceArea,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsRasterBlockFeedback,
    QgsRasterFileWriter,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRectangle,
)

from ..translation import tr
from ..worker_client import WorkerCancelledError

_EXPORT_GSD_M = 0.2
_LONGEST_SERVER_SIDE_PX = 20_000


def raster_problem(layer: QgsRasterLayer) -> str:
    """What keeps a raster layer from being worked on, with the way out; empty if nothing does."""
    if not layer.isValid() or layer.bandCount() < 1:
        return tr("The raster layer {name} can't be read. Repair its data source.").format(name=layer.name())
    if not layer.crs().isValid():
        return tr(
            "The raster layer {name} has no coordinate reference system. Give it one: "
            "right-click the layer > Layer CRS > Set Layer CRS."
        ).format(name=layer.name())
    return ""


def bounding_raster_problem(layer: QgsRasterLayer) -> str:
    """What keeps a raster layer from bounding what counts, with the way out; empty if nothing does."""
    problem = raster_problem(layer)
    if not problem and not layer.dataProvider().capabilities() & Qgis.RasterInterfaceCapability.Size:
        return tr("{name} comes from a server and has no bounds: choose a picture that does, or none.").format(
            name=layer.name()
        )
    return problem


class RasterSource:
    """What the work needs of a raster layer, taken on the layer's own thread.

    Files that GDAL reads go to the worker as they are. Of others (web services, layers to which QGIS gave another
    CRS than the file says) the part that is asked for is exported to a GeoTIFF first.

    Args:
        layer: A layer without `raster_problem`.

    Attributes:
        crs: The layer's.
        name: The layer's.
    """

    def __init__(self, layer: QgsRasterLayer) -> None:
        provider = layer.dataProvider()
        self.crs = layer.crs()
        self.name: str = layer.name()
        self.extent = layer.extent()
        self._path = _source_path(layer) if provider.name() == "gdal" and provider.crs() == layer.crs() else None
        self._provider: Any = None if self._path else provider.clone()

    def readable_path(
        self, extent: QgsRectangle | None, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> str:
        """A raster that the worker can open, with at least that extent (in the layer's CRS; None for all of it).

        Raises:
            QgsProcessingException: The layer can't be exported; says why.
            WorkerCancelledError: The user has cancelled.
        """
        if self._path is not None:
            return self._path
        columns, rows, window = self._export_window(extent, context)
        feedback.pushInfo(
            tr("Exporting {columns} × {rows} pixels of {name}").format(columns=columns, rows=rows, name=self.name)
        )
        path: str = QgsProcessingUtils.generateTempFilename("raster.tif", context)
        pipe = QgsRasterPipe()
        pipe.set(self._provider.clone())
        writer = QgsRasterFileWriter(path)
        writer.setCreateOptions(["TILED=YES", "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER"])
        export_feedback = QgsRasterBlockFeedback()
        feedback.canceled.connect(export_feedback.cancel)
        outcome = writer.writeRaster(pipe, columns, rows, window, self.crs, context.transformContext(), export_feedback)
        if feedback.isCanceled():
            raise WorkerCancelledError
        if outcome != Qgis.RasterFileWriterResult.Success:
            raise QgsProcessingException(
                tr("The layer {name} can't be exported. Save it as a GeoTIFF, then run again on that.").format(
                    name=self.name
                )
            )
        return path

    def _export_window(
        self, extent: QgsRectangle | None, context: QgsProcessingContext
    ) -> tuple[int, int, QgsRectangle]:
        """Columns, rows and extent of the export: the layer's own pixels, or 0.2 m ones where it has none."""
        has_own_pixels = bool(self._provider.capabilities() & Qgis.RasterInterfaceCapability.Size)
        if not has_own_pixels:
            return self._server_window(extent, context)
        full = self.extent
        width = full.width() / self._provider.xSize()
        height = full.height() / self._provider.ySize()
        wanted = full if extent is None else full.intersect(extent)
        if wanted.isEmpty():
            raise QgsProcessingException(tr("The extent lies outside of the raster layer. Choose another."))
        left = math.floor((wanted.xMinimum() - full.xMinimum()) / width)
        right = math.ceil((wanted.xMaximum() - full.xMinimum()) / width)
        top = math.floor((full.yMaximum() - wanted.yMaximum()) / height)
        bottom = math.ceil((full.yMaximum() - wanted.yMinimum()) / height)
        window = QgsRectangle(
            full.xMinimum() + left * width,
            full.yMaximum() - bottom * height,
            full.xMinimum() + right * width,
            full.yMaximum() - top * height,
        )
        return right - left, bottom - top, window

    def _server_window(
        self, extent: QgsRectangle | None, context: QgsProcessingContext
    ) -> tuple[int, int, QgsRectangle]:
        if extent is None or extent.isEmpty():
            raise QgsProcessingException(
                tr("{name} comes from a server: choose an extent or an area to work on.").format(name=self.name)
            )
        measure = QgsDistanceArea()
        measure.setSourceCrs(self.crs, context.transformContext())
        for ellipsoid in (self.crs.ellipsoidAcronym(), "EPSG:7030"):
            if measure.setEllipsoid(ellipsoid):
                break
        middle = extent.center()
        width_m = measure.measureLine(
            QgsPointXY(extent.xMinimum(), middle.y()), QgsPointXY(extent.xMaximum(), middle.y())
        )
        height_m = measure.measureLine(
            QgsPointXY(middle.x(), extent.yMinimum()), QgsPointXY(middle.x(), extent.yMaximum())
        )
        columns = math.ceil(width_m / _EXPORT_GSD_M)
        rows = math.ceil(height_m / _EXPORT_GSD_M)
        if max(columns, rows) > _LONGEST_SERVER_SIDE_PX:
            raise QgsProcessingException(
                tr("{name} comes from a server: choose an extent of at most {side} m.").format(
                    name=self.name, side=round(_LONGEST_SERVER_SIDE_PX * _EXPORT_GSD_M)
                )
            )
        return columns, rows, extent


def _source_path(layer: QgsRasterLayer) -> str:
    """What GDAL opens: the layer's source without QGIS's own options behind it."""
    path: str = layer.source()
    for marker in ("|option:", "|credential:"):
        path = path.partition(marker)[0]
    return path
