"""From the worker's GeoPackage to the requested layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsMapLayer,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingUtils,
    QgsVectorLayer,
)
from qgis.PyQt import sip

from ..locations import STYLES
from ..translation import tr
from .layer_style import apply_style
from .parameters import is_asked_for, with_help
from .run_metadata import Run, describe, read_run

TRACKS = "TRACKS"
NODES = "NODES"
GEOPACKAGE = "GEOPACKAGE"
TRACK_COUNT = "TRACK_COUNT"
NODE_COUNT = "NODE_COUNT"
REVIEW_COUNT = "REVIEW_COUNT"
TOTAL_LENGTH = "TOTAL_LENGTH"
JUST_MADE = "railseg/just_made"
"""Custom property that a layer has for a moment once a run has finished it, so that the review notices."""
_STYLED = "railseg/style"
"""Custom property of a layer: the style that it once got from here, which the user may have changed since."""
_TABLES = {TRACKS: "rail_track", NODES: "rail_node"}
_HEIGHTS = {TRACKS: 1, NODES: 2}
"""Sort keys for the layer tree: nodes above tracks, and both above a run's other layers."""
_ROW_NUMBER = "fid"


def map_parameters() -> list[QgsProcessingParameterDefinition]:
    """The parameters for the map's outputs."""
    return [
        with_help(
            QgsProcessingParameterFeatureSink(TRACKS, tr("Railway tracks"), Qgis.ProcessingSourceType.VectorLine),
            tr("One line per track between two nodes, with its length, confidence and status."),
        ),
        with_help(
            QgsProcessingParameterFeatureSink(
                NODES, tr("Railway nodes"), Qgis.ProcessingSourceType.VectorPoint, optional=True, createByDefault=True
            ),
            tr("Switches, crossings, ends, and where a track is cut by the edge of the picture or area."),
        ),
        with_help(
            QgsProcessingParameterFileDestination(
                GEOPACKAGE,
                tr("Railway map (GeoPackage with all layers)"),
                tr("GeoPackage (*.gpkg)"),
                optional=True,
                createByDefault=False,
            ),
            tr("Tracks, nodes, which track leads into which (rail_relation) and how the map was made, in one file."),
        ),
    ]


def map_numbers() -> list[QgsProcessingOutputNumber]:
    """The number outputs, for use in models."""
    return [
        QgsProcessingOutputNumber(TRACK_COUNT, tr("Number of tracks")),
        QgsProcessingOutputNumber(NODE_COUNT, tr("Number of nodes")),
        QgsProcessingOutputNumber(TOTAL_LENGTH, tr("Total length (m)")),
        QgsProcessingOutputNumber(REVIEW_COUNT, tr("Number of tracks and nodes to review")),
    ]


def map_request(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> dict[str, Any]:
    """The worker's `output`: the file that the user has chosen, else a temporary one."""
    is_wanted = is_asked_for(parameters, GEOPACKAGE)
    path = algorithm.parameterAsFileOutput(parameters, GEOPACKAGE, context) if is_wanted else ""
    return {"output": path or QgsProcessingUtils.generateTempFilename("railway.gpkg", context)}


def map_outputs(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    result: dict[str, Any],
) -> dict[str, Any]:
    """Copies tracks and nodes from the file that the worker's result names to the requested sinks.

    Returns:
        Sinks, file and numbers by the outputs' names.

    Raises:
        QgsProcessingException: A sink can't be created or written.
    """
    outputs: dict[str, Any] = {
        TRACK_COUNT: result["tracks"],
        NODE_COUNT: result["nodes"],
        TOTAL_LENGTH: result["total_length_m"],
        REVIEW_COUNT: result["review"],
    }
    for name in (TRACKS, NODES):
        if is_asked_for(parameters, name):
            outputs[name] = copy_table(algorithm, parameters, name, context, Path(result["output"]), _TABLES[name])
    if is_asked_for(parameters, GEOPACKAGE):
        outputs[GEOPACKAGE] = result["output"]
    feedback.pushInfo(
        tr("{tracks} tracks, {length:.0f} m in all; {nodes} nodes; {review} to review").format(
            tracks=result["tracks"],
            length=result["total_length_m"],
            nodes=result["nodes"],
            review=result["review"],
        )
    )
    return outputs


def copy_table(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    name: str,
    context: QgsProcessingContext,
    geopackage: Path,
    table: str,
) -> str:
    """Copies a table of a GeoPackage to the sink `name`; if QGIS loads that as a layer it gets the table's style.

    Raises:
        QgsProcessingException: The sink can't be created or written.
    """
    layer = QgsVectorLayer(f"{geopackage}|layername={table}", table, "ogr")
    if not layer.isValid():
        raise QgsProcessingException(
            tr("{path} was written but can't be read by QGIS. Give it a plain name, without % and |.").format(
                path=geopackage
            )
        )
    row_number = layer.fields().lookupField(_ROW_NUMBER)
    fields = _plain_fields(layer)
    try:
        sink, destination = algorithm.parameterAsSink(parameters, name, context, fields, layer.wkbType(), layer.crs())
    except QgsProcessingException as error:
        raise QgsProcessingException(_with_what_is_kept(str(error), geopackage)) from error
    if sink is None:
        raise QgsProcessingException(_with_what_is_kept(algorithm.invalidSinkError(parameters, name), geopackage))
    for row in layer.getFeatures():
        feature = QgsFeature(fields)
        feature.setGeometry(row.geometry())
        attributes = row.attributes()
        feature.setAttributes(attributes[:row_number] + attributes[row_number + 1 :])
        if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            message = algorithm.writeFeatureError(sink, parameters, name)
            raise QgsProcessingException(_with_what_is_kept(message, geopackage))
    if context.willLoadLayerOnCompletion(destination):
        details = context.layerToLoadOnCompletionDetails(destination)
        details.layerSortKey = _HEIGHTS.get(name, 0)
        details.setPostProcessor(_kept(_Finisher(STYLES / f"{table}.qml", read_run(geopackage))))
    return str(destination)


def _with_what_is_kept(message: str, geopackage: Path) -> str:
    """The message about an output that can't be written, with where the results are all the same."""
    kept = tr("The results are in {path}: open it, or save it elsewhere before you close QGIS.")
    return f"{message} {kept.format(path=geopackage)}"


def _plain_fields(layer: QgsVectorLayer) -> QgsFields:
    """The layer's fields without its row number, aliases and comments, which not every sink accepts."""
    fields = QgsFields()
    for field in layer.fields():
        if field.name() != _ROW_NUMBER:
            fields.append(QgsField(field.name(), field.type(), field.typeName(), field.length(), field.precision()))
    return fields


class _Finisher(QgsProcessingLayerPostProcessorInterface):
    """Gives a loaded layer its style and, if a run made it, its metadata."""

    def __init__(self, style: Path, run: Run | None) -> None:
        super().__init__()
        self._style = style
        self._run = run

    def postProcessLayer(
        self, layer: QgsMapLayer, _context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Finishes the layer; called by QGIS once it is loaded.

        A run that replaces the file of a layer in the project gets that layer, with the user's style.
        """
        if layer.customProperty(_STYLED) != self._style.stem:
            message = apply_style(layer, self._style)
            if message:
                feedback.pushWarning(message)
            layer.setCustomProperty(_STYLED, self._style.stem)
        if self._run is not None:
            describe(layer, self._run)
        layer.triggerRepaint()
        layer.setCustomProperty(JUST_MADE, True)
        layer.removeCustomProperty(JUST_MADE)


_finishers: set[_Finisher] = set()
"""Those that QGIS may still need: it owns them, but without a reference from here their Python part would be lost."""


def _kept(finisher: _Finisher) -> _Finisher:
    """The finisher, kept until QGIS deletes it with the context of its run."""
    for one in tuple(_finishers):
        if sip.isdeleted(one):
            _finishers.discard(one)
    _finishers.add(finisher)
    return finisher
