"""Where outputs go: looked at before the work, so that it isn't done for nothing and destroys nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameters,
    QgsProviderRegistry,
)

from ..translation import tr


class _Place(NamedTuple):
    """A file, or a table of one that has several.

    Attributes:
        file: Absolute, without links.
        table: Empty for all that is in it.
    """

    file: Path
    table: str = ""

    def replaces(self, other: _Place) -> bool:
        """Whether what is written here ends what is there."""
        return self.file == other.file and (not self.table or not other.table or self.table == other.table)


def destination_problem(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> str:
    """What keeps an output from being written, with the way out; empty if nothing does.

    A folder isn't there or can't be written, two outputs are of one file, or one is the file of an input. To be asked
    on the main thread.
    """
    definitions = algorithm.parameterDefinitions()
    inputs = [
        place
        for definition in definitions
        if not definition.isDestination() and (place := _place_of_layer(definition, parameters, context)) is not None
    ]
    taken: list[_Place] = []
    for definition in definitions:
        is_file = definition.isDestination() and not isinstance(definition, QgsProcessingParameterFolderDestination)
        place = _place_of_output(parameters.get(definition.name())) if is_file else None
        if place is None:
            continue
        if any(place.replaces(other) or other.replaces(place) for other in taken):
            text = tr("Two outputs have the same name: {path}. Give each a name of its own.")
            return text.format(path=place.file)
        if any(place.replaces(other) for other in inputs):
            text = tr("{path} is what is read: an output would replace it. Give the output another name.")
            return text.format(path=place.file)
        folder = place.file.parent
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            text = tr("{name} can't be written: the folder {folder} isn't there or is read-only. Choose another.")
            return text.format(name=definition.name(), folder=folder)
        taken.append(place)
    return ""


def _place_of_output(value: Any) -> _Place | None:
    """Where an output is written to; None for memory, temporary files and databases that are no file."""
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink.staticValue()
    if not isinstance(value, str) or value in ("", "TEMPORARY_OUTPUT"):
        return None
    database = re.match(r"ogr:dbname=['\"](.+?)['\"]", value)
    if database:
        table = re.search(r"\btable=(?:\"\"\.)?\"(.+?)\"", value)
        return _Place(Path(database[1]).resolve(), table[1] if table else "")
    return None if re.match(r"[A-Za-z]{2,}:", value) else _Place(Path(value).resolve())


def _place_of_layer(
    definition: QgsProcessingParameterDefinition, parameters: dict[str, Any], context: QgsProcessingContext
) -> _Place | None:
    """Where the layer is read from that an input names; None for what is no layer of a file."""
    is_layer = isinstance(definition, (QgsProcessingParameterFeatureSource, QgsProcessingParameterRasterLayer))
    if not is_layer or parameters.get(definition.name()) in (None, ""):
        return None
    layer = QgsProcessingParameters.parameterAsLayer(definition, parameters, context)
    if layer is None:
        return None
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    if not parts.get("path"):
        return None
    tables = [] if parts.get("layerName") else QgsProviderRegistry.instance().querySublayers(layer.source())
    table = tables[0].name() if tables else parts.get("layerName")  # of a file alone QGIS takes the first
    return _Place(Path(parts["path"]).resolve(), table or "")
