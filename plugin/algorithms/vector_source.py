"""From a vector layer, even in memory, filtered or with a selection, to a file that the worker reads."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    Qgis,
    QgsFeature,
    QgsFeatureRequest,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsVectorFileWriter,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType

from ..translation import tr
from ..worker_client import WorkerCancelledError

_FIELDS = ("railway", "what", "state", "status", "track_id")
"""The fields that the worker reads, besides the features' ids."""


def source_problem(source: QgsProcessingFeatureSource) -> str:
    """Why a vector layer can't be used, and what to do about it; empty if it can."""
    if source.sourceCrs().isValid():
        return ""
    return tr(
        "The layer {name} has no coordinate reference system. Give it one: right-click the layer > Layer CRS > Set "
        "Layer CRS."
    ).format(name=source.sourceName())


def export_table(
    source: QgsProcessingFeatureSource,
    geopackage: Path,
    table: str,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
) -> None:
    """Writes the features to a table of a GeoPackage, which is created if missing.

    Raises:
        QgsProcessingException: The file can't be written.
        WorkerCancelledError: The user has cancelled.
    """
    names = [name for name in _FIELDS if source.fields().indexOf(name) >= 0]
    fields = QgsFields()
    fields.append(QgsField("fid", QMetaType.Type.LongLong))
    for name in names:
        fields.append(QgsField(name, QMetaType.Type.QString))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = table
    if geopackage.exists():
        options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
    writer = QgsVectorFileWriter.create(
        str(geopackage),
        fields,
        QgsWkbTypes.multiType(QgsWkbTypes.linearType(QgsWkbTypes.flatType(source.wkbType()))),
        source.sourceCrs(),
        context.transformContext(),
        options,
    )
    # QGIS's own geometry check is skipped: an error from it in a run's thread crashes QGIS. The worker has its own.
    unchecked = Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks
    for row in source.getFeatures(QgsFeatureRequest(), unchecked):
        if feedback.isCanceled():
            raise WorkerCancelledError
        feature = QgsFeature(fields)
        feature.setAttributes([row.id(), *(_text(row[name]) for name in names)])
        if not row.geometry().isEmpty():
            feature.setGeometry(QgsGeometry(row.geometry().constGet().segmentize()))
        writer.addFeature(feature)
    message = writer.errorMessage()
    del writer  # closes the file
    if message:
        raise QgsProcessingException(
            tr("The layer {name} can't be exported ({message}). Save it as a GeoPackage and use that instead.").format(
                name=source.sourceName(), message=message
            )
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
