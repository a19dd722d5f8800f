"""From a raster layer to a file that the worker reads."""

from __future__ import annotations

import math
import re
import shutil
import time
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDistanceArea,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsRasterBlock,
    QgsRasterBlockFeedback,
    QgsRasterDataProvider,
    QgsRasterFileWriter,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRectangle,
)

from ..effort import effort_text
from ..proxy import proxy_variables
from ..translation import tr
from ..worker_client import WorkerCancelledError

_EXPORT_GSD_M = 0.2
_LONGEST_SERVER_SIDE_PX = 20_000
_PROBE_PX = 256
_LONGEST_NAME = 60
"""Characters of a layer's name that the exported file's has: a system may refuse a name of more than 255 bytes."""
_LOOKS = 128
"""Sampled points per side when looking for holes in what a server has sent."""
_COARSEST_PICTURE_GSD_M = 1.0  # see railseg_core.raster
_MEASURING_SLACK = 1.1  # borderline cases are left to the worker, which measures exactly and allows 1.05
# GDAL's raster drivers that the worker's rasterio has on every system and may use; it reads JPEG 2000 whichever driver
# QGIS uses. What QGIS reads with other drivers is exported: ECW, MrSID, MRF (whose files may lead to the network), …
WORKER_FORMATS = (
    *("BMP", "COG", "ENVI", "ERS", "GIF", "GPKG", "GTiff", "HFA", "JPEG", "MBTiles", "NITF", "PCIDSK", "PNG"),
    *("VRT", "WEBP", "netCDF", "JP2ECW", "JP2KAK", "JP2MrSID", "JP2OpenJPEG"),
)
_REMOTE = re.compile("/vsi(?:curl|s3|gs|az|adls|oss|swift)|^(?:https?|ftp)://")
"""Sources that GDAL reads over the network."""


def comes_from_server(layer: QgsRasterLayer) -> bool:
    """Whether a valid layer is drawn by a server at any size, and so has neither pixels nor bounds of its own."""
    return not _has_own_pixels(layer.dataProvider())


def raster_problem(layer: QgsRasterLayer) -> str:
    """Why a raster layer can't be worked on, and what to do about it; empty if it can."""
    if not layer.isValid() or layer.bandCount() < 1 or not _is_still_there(layer):
        return tr("The raster layer {name} can't be read. Repair its data source.").format(name=layer.name())
    if not layer.crs().isValid():
        return tr(
            "The raster layer {name} has no coordinate reference system. Give it one: "
            "right-click the layer > Layer CRS > Set Layer CRS."
        ).format(name=layer.name())
    return ""


def _is_still_there(layer: QgsRasterLayer) -> bool:
    """Whether the layer's file can still be opened: a layer stays valid when its file is removed."""
    if comes_from_server(layer):
        return True
    again = layer.dataProvider().clone()
    beside = QgsPointXY(layer.extent().xMaximum() + layer.extent().width(), 0.0)
    again.sample(beside, 1)  # the first use opens it; nothing is read outside the extent
    return bool(again.isValid())


def picture_problem(layer: QgsRasterLayer, context: QgsProcessingContext) -> str:
    """Why tracks can't be seen in a raster layer; empty if they can."""
    if comes_from_server(layer):
        return ""
    middle = layer.extent().center()
    pixel = QgsRectangle.fromCenterAndSize(middle, layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY())
    gsd_m = math.sqrt(math.prod(_ground_size_m(pixel, layer.crs(), context)))
    if math.isnan(gsd_m) or gsd_m <= _COARSEST_PICTURE_GSD_M * _MEASURING_SLACK:
        return ""  # the core reports a CRS that isn't on Earth
    return tr(
        "The raster layer {name} is too coarse: its pixels are {gsd:.2g} m on the ground. Tracks can be told apart up "
        "to {largest:g} m, and best at {best:g} m or finer."
    ).format(name=layer.name(), gsd=gsd_m, largest=_COARSEST_PICTURE_GSD_M, best=_EXPORT_GSD_M)


def bounding_raster_problem(layer: QgsRasterLayer) -> str:
    """Why a raster layer can't bound a comparison, and what to do about it; empty if it can."""
    problem = raster_problem(layer)
    if not problem and comes_from_server(layer):
        return tr("{name} comes from a server and has no bounds: choose a picture that has bounds, or none.").format(
            name=layer.name()
        )
    return problem


@dataclass(frozen=True)
class _Export:
    """An export to write.

    Attributes:
        columns, rows: Size in pixels.
        window: Extent in the layer's CRS.
        disk_bytes: Disk space needed at most.
    """

    columns: int
    rows: int
    window: QgsRectangle
    disk_bytes: int


class RasterSource:
    """What the work needs from a raster layer, taken on the layer's own thread.

    Files that the worker can read are passed on as they are. For others (web services, formats that the worker lacks,
    layers with another CRS in QGIS than in the file, files behind QGIS's proxy) the requested part is exported to a
    GeoTIFF first.

    Args:
        layer: A layer that has no `raster_problem`.

    Attributes:
        crs: The layer's CRS.
        name: The layer's name.
        extent: The layer's extent.
        path: What the worker opens; None if it can't open the layer.
        colour_bands: The red, green and blue bands if it can't, as an export doesn't record them.
    """

    def __init__(self, layer: QgsRasterLayer) -> None:
        self.crs = layer.crs()
        self.name: str = layer.name()
        self.extent = layer.extent()
        self.path = _worker_path(layer)
        self.colour_bands = None if self.path else _colour_bands(layer)
        self._provider: Any = None if self.path else layer.dataProvider().clone()

    def check(self, extent: QgsRectangle | None, context: QgsProcessingContext) -> None:
        """Checks whether the worker can get an extent (in the layer's CRS; None for all of it).

        Raises:
            QgsProcessingException: It lies outside, is too large to export, or is missing for a server's layer.
        """
        if extent is not None and not self.extent.intersects(extent):
            raise QgsProcessingException(tr("The extent lies outside the raster layer. Choose another."))
        if self.path is None:
            self._export(extent, context)

    def readable_path(
        self, extent: QgsRectangle | None, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> str:
        """The path of a raster that the worker can open, with at least that extent.

        Raises:
            QgsProcessingException: As for `check`, or the layer can't be exported.
            WorkerCancelledError: The user has cancelled.
        """
        if self.path is not None:
            return self.path
        export = self._export(extent, context)
        export_feedback = QgsRasterBlockFeedback()
        feedback.canceled.connect(export_feedback.cancel)
        feedback.pushInfo(
            tr("Exporting {columns} × {rows} pixels of {name}").format(
                columns=export.columns, rows=export.rows, name=self.name
            )
        )
        feedback.setProgressText(tr("Exporting the picture"))
        feedback.pushInfo(effort_text(self._seconds_of(export, export_feedback), export.disk_bytes))
        export_feedback.progressChanged.connect(feedback.setProgress)
        # What is made from it is named after the file: chips of two layers may go to one folder.
        stem = re.sub(r"\W+", "_", self.name)[:_LONGEST_NAME]
        path: str = QgsProcessingUtils.generateTempFilename(f"{stem}.tif", context)
        pipe = QgsRasterPipe()
        pipe.set(self._provider.clone())
        writer = QgsRasterFileWriter(path)
        options = ["TILED=YES", "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER"]
        writer.setCreateOptions(options if self._has_alpha else [*options, "ALPHA=NO"])
        outcome = writer.writeRaster(
            pipe, export.columns, export.rows, export.window, self.crs, context.transformContext(), export_feedback
        )
        if feedback.isCanceled():
            raise WorkerCancelledError
        if outcome != Qgis.RasterFileWriterResult.Success:
            text = tr("The layer {name} can't be exported. Save it as a GeoTIFF and use that instead.")
            raise QgsProcessingException(text.format(name=self.name))
        if not _has_own_pixels(self._provider):
            self._look_for_holes(path, feedback)
        return path

    @property
    def _has_alpha(self) -> bool:
        """Whether a band holds opacity. Otherwise GeoTIFF would take any fourth band for that, such as infrared."""
        alpha = Qgis.RasterColorInterpretation.AlphaBand
        return not _has_own_pixels(self._provider) or alpha in _band_kinds(self._provider)

    def _look_for_holes(self, path: str, feedback: QgsProcessingFeedback) -> None:
        """Warns of parts that a server has not delivered: QGIS silently leaves them empty.

        Raises:
            QgsProcessingException: The server has delivered nothing.
        """
        layer = QgsRasterLayer(path, self.name, "gdal")  # keeps its provider alive
        picture = layer.dataProvider()
        columns, rows = min(picture.xSize(), _LOOKS), min(picture.ySize(), _LOOKS)
        alpha = picture.block(picture.bandCount(), picture.extent(), columns, rows)  # the last band
        empty = sum(not alpha.value(row, column) for row in range(rows) for column in range(columns)) / (columns * rows)
        if empty == 1:
            text = tr("The server sent no picture of {name} for this area: it has none, or it failed. Try again later.")
            raise QgsProcessingException(text.format(name=self.name))
        if empty > 0:
            feedback.pushWarning(
                tr(
                    "The server sent no picture for {percent:.2g} % of {name}: it has none there, or it failed. Tracks "
                    "may be missing."
                ).format(percent=min(100 * empty, 99), name=self.name)
            )

    def _export(self, extent: QgsRectangle | None, context: QgsProcessingContext) -> _Export:
        """The export for an extent: the layer's own pixels, or 0.2 m ones if it has none.

        Raises:
            QgsProcessingException: It is too large, or is missing for a server's layer.
        """
        columns, rows, window = (
            self._own_window(extent) if _has_own_pixels(self._provider) else self._server_window(extent, context)
        )
        bands = range(1, self._provider.bandCount() + 1)
        pixel_bytes = sum(QgsRasterBlock.typeSize(self._provider.dataType(band)) for band in bands)
        disk_bytes = columns * rows * pixel_bytes
        free_bytes = shutil.disk_usage(QgsProcessingUtils.tempFolder(context)).free
        if disk_bytes > free_bytes:
            raise QgsProcessingException(
                tr(
                    "{name} must be exported first, which needs up to {needed:.0f} MB; the disk for temporary files "
                    "has {free:.0f} MB free. Choose a smaller extent or area."
                ).format(name=self.name, needed=disk_bytes / 1e6, free=free_bytes / 1e6)
            )
        return _Export(columns, rows, window, disk_bytes)

    def _own_window(self, extent: QgsRectangle | None) -> tuple[int, int, QgsRectangle]:
        """Columns, rows and extent, in whole pixels."""
        full = self.extent
        width = full.width() / self._provider.xSize()
        height = full.height() / self._provider.ySize()
        wanted = full if extent is None else full.intersect(extent)
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
        """Columns, rows and extent, in pixels of the model's size."""
        if extent is None:
            raise QgsProcessingException(
                tr("{name} comes from a server: choose an extent or an area to work on.").format(name=self.name)
            )
        columns, rows = (math.ceil(size_m / _EXPORT_GSD_M) for size_m in _ground_size_m(extent, self.crs, context))
        if max(columns, rows) > _LONGEST_SERVER_SIDE_PX:
            raise QgsProcessingException(
                tr("{name} comes from a server: choose an extent of at most {side} m.").format(
                    name=self.name, side=round(_LONGEST_SERVER_SIDE_PX * _EXPORT_GSD_M)
                )
            )
        return columns, rows, extent

    def _seconds_of(self, export: _Export, feedback: QgsRasterBlockFeedback) -> float:
        """Estimated seconds for the export, from a trial on its middle, as the speed of servers and formats varies."""
        columns, rows = min(export.columns, _PROBE_PX), min(export.rows, _PROBE_PX)
        part = QgsRectangle.fromCenterAndSize(
            export.window.center(),
            export.window.width() * columns / export.columns,
            export.window.height() * rows / export.rows,
        )
        started = time.perf_counter()
        for band in range(1, self._provider.bandCount() + 1):
            self._provider.block(band, part, columns, rows, feedback)
        return (time.perf_counter() - started) * (export.columns * export.rows) / (columns * rows)


def _ground_size_m(
    box: QgsRectangle, crs: QgsCoordinateReferenceSystem, context: QgsProcessingContext
) -> tuple[float, float]:
    """A box's width and height along its middle lines, metres on the ground."""
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, context.transformContext())
    for ellipsoid in (crs.ellipsoidAcronym(), "EPSG:7030"):
        if measure.setEllipsoid(ellipsoid) and measure.ellipsoidCrs().isValid():  # some are accepted but unusable
            break
    middle = box.center()
    return (
        measure.measureLine(QgsPointXY(box.xMinimum(), middle.y()), QgsPointXY(box.xMaximum(), middle.y())),
        measure.measureLine(QgsPointXY(middle.x(), box.yMinimum()), QgsPointXY(middle.x(), box.yMaximum())),
    )


def _has_own_pixels(provider: QgsRasterDataProvider) -> bool:
    """Whether a layer has pixels of a fixed size, rather than being drawn by a server at any."""
    return bool(provider.capabilities() & Qgis.RasterInterfaceCapability.Size)


def _band_kinds(provider: QgsRasterDataProvider) -> list[Qgis.RasterColorInterpretation]:
    """The colour interpretation of each band."""
    return [provider.colorInterpretation(band) for band in range(1, provider.bandCount() + 1)]


def _colour_bands(layer: QgsRasterLayer) -> list[int] | None:
    """The bands marked as red, green and blue; None unless there are all three."""
    kinds = _band_kinds(layer.dataProvider())
    colours = Qgis.RasterColorInterpretation
    wanted = (colours.RedBand, colours.GreenBand, colours.BlueBand)
    return [kinds.index(kind) + 1 for kind in wanted] if all(kind in kinds for kind in wanted) else None


def _worker_path(layer: QgsRasterLayer) -> str | None:
    """What the worker opens: the layer's source without QGIS's own options; None if it can't open it."""
    provider = layer.dataProvider()
    if provider.name() != "gdal" or provider.crs() != layer.crs():
        return None
    source: str = layer.source()
    if source.startswith("/vsimem/") or "authcfg=" in source or "|credential:" in source:
        return None  # in QGIS's own memory, or opened with the user's credentials
    if _REMOTE.search(source) and proxy_variables():
        return None  # QGIS tells its own GDAL alone about its proxy
    path = source.partition("|option:")[0]
    found = QgsProviderRegistry.instance().providerMetadata("gdal").querySublayers(path)
    return path if found and found[0].driverName() in WORKER_FORMATS else None
