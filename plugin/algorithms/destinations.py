"""Checks where outputs go before the work starts, so that it isn't done in vain and destroys nothing."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from qgis.core import (
    QgsApplication,
    QgsDataSourceUri,
    QgsMapLayer,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameters,
    QgsProcessingUtils,
    QgsProperty,
    QgsProviderConnectionException,
    QgsProviderRegistry,
    QgsVectorLayer,
)

from ..translation import tr
from .parameters import is_given

FORMATS_WITHOUT_FIELDS = ("000", "dgn", "dxf", "gpx", "ili", "itf", "sql", "xtf")
"""Extensions of vector files that QGIS offers to write, but that can't hold or give back the layers' fields."""
_TABLES = (".csv", ".ods", ".xlsx")
"""Endings of files in which QGIS writes the fields only."""
_MISREAD = re.compile("%[0-9A-Fa-f]{2}")
"""What QGIS takes for an encoded character in the path of a vector layer, which it then doesn't find."""

_DATABASE = re.compile(r"(?:(postgres|mssql|oracle|hana)://|postgis:)(.*)", re.DOTALL)
"""A table in a database as an output: its provider, which is postgres if none is named, and its URI."""

_PROJECTS = "qgis_projects"
"""The table of a GeoPackage in which QGIS saves projects, which isn't among its layers."""


class Place(NamedTuple):
    """A file, one table of a file, or a table in a database.

    Attributes:
        file: Absolute path without symbolic links; None in a database.
        table: Name of the table, in a database with its schema; empty for the whole file.
        database: What tells a database from others; empty for a file.
    """

    file: Path | None
    table: str = ""
    database: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.table if self.file is None else str(self.file)

    @property
    def may_exist(self) -> bool:
        """Whether something may be there already; a database isn't asked."""
        return self.file is None or os.access(self.file, os.F_OK)  # Path.exists raises in folders closed to the user

    def replaces(self, other: Place) -> bool:
        """Whether writing to this place would overwrite the other."""
        if self.file is None or other.file is None:
            return self == other
        is_whole = not self.table or not other.table
        return _is_same_file(self.file, other.file) and (is_whole or self.table.casefold() == other.table.casefold())


def destination_problem(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> str:
    """Why an output can't be written, and what to do about it; empty if all can.

    Its folder is missing or read-only, its format or name won't do, two outputs go to the same place, or an output
    would replace an input, a layer with unsaved edits or a GeoPackage's other layers. Must be called on the main
    thread.
    """
    definitions = algorithm.parameterDefinitions()
    taken: list[Place] = []
    for definition in definitions:
        place = _place_of_output(definition, parameters, context) if definition.isDestination() else None
        if place is None:
            continue
        if any(place.replaces(other) or other.replaces(place) for other in taken):
            text = tr("Two outputs have the same name: {path}. Give them different names.")
            return text.format(path=place)
        inputs = [one for one in definitions if not one.isDestination()] if place.may_exist else []
        if any(_is_read(place, one, parameters, context) for one in inputs):
            text = tr("{path} is an input: an output would replace it. Give the output another name.")
            return text.format(path=place)
        edited = _edited_layer_of(place, context)
        if edited is not None:
            text = tr(
                "The layer {name} is being edited, and an output would replace its data ({path}). Save or discard its "
                "edits, or give the output another name."
            )
            return text.format(name=edited.name(), path=place)
        taken.append(place)
        if place.file is None:
            continue
        folder = place.file.parent
        if not (os.access(folder, os.W_OK) and folder.is_dir()):
            text = tr("{name} can't be written: the folder {folder} doesn't exist or is read-only. Choose another.")
            return text.format(name=definition.description(), folder=folder)
        if others := _lost_layers(definition, place):
            text = tr(
                "{path} contains other layers, which would be lost: {layers}. Add the output to it with 'Save to "
                "GeoPackage…', or give the output another name."
            )
            return text.format(path=place.file, layers=", ".join(others))
        is_vector = not isinstance(definition, QgsProcessingParameterRasterDestination)
        if is_vector and _MISREAD.search(str(place.file)):
            text = tr("QGIS can't open {path} because of the %. Choose a folder and a name without it.")
            return text.format(path=place.file)
        ending = place.file.suffix.lower()
        if is_vector and ending.removeprefix(".") in FORMATS_WITHOUT_FIELDS:
            text = tr(
                "{name} can't be written as {ending}, which has no room for the fields. Choose .gpkg and export that."
            )
            return text.format(name=definition.description(), ending=ending)
    return ""


def unreachable_database(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> str:
    """Which output's database can't be reached, and what to do about it; empty if all can.

    A server that doesn't answer may take half a minute: must not be called on the main thread.
    """
    for definition in algorithm.parameterDefinitions():
        database = _DATABASE.match(_text_of_output(definition, parameters, context))
        metadata = QgsProviderRegistry.instance().providerMetadata(database[1] or "postgres") if database else None
        if database is None or metadata is None:
            continue
        try:
            metadata.createConnection(database[2], {}).schemas()
        except QgsProviderConnectionException:  # its message contains the password
            uri = QgsDataSourceUri(database[2])
            text = tr(
                "{name} can't be written: the database {database} can't be reached. Check its connection and your "
                "password, or choose another output."
            )
            return text.format(name=definition.description(), database=uri.database() or uri.service())
    return ""


def outputs_without_geometry(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> list[str]:
    """Names of the outputs that will be tables without lines or points, as one may want, but rarely does."""
    places = {
        definition.description(): _place_of_output(definition, parameters, context)
        for definition in algorithm.parameterDefinitions()
        if isinstance(definition, QgsProcessingParameterFeatureSink)
    }
    return [
        name
        for name, place in places.items()
        if place is not None and place.file is not None and place.file.suffix.lower() in _TABLES
    ]


def _place_of_output(
    definition: QgsProcessingParameterDefinition, parameters: dict[str, Any], context: QgsProcessingContext
) -> Place | None:
    """Where an output is written to; None for memory, temporary files and folders."""
    value = _text_of_output(definition, parameters, context)
    is_folder = isinstance(definition, QgsProcessingParameterFolderDestination)
    if is_folder or value in ("", "TEMPORARY_OUTPUT"):
        return None
    database = re.match(r"(?:ogr:|spatialite://)\s*(dbname=.*)", value, re.DOTALL)
    if database:
        uri = QgsDataSourceUri(database[1])
        return Place(_plain(uri.database()), uri.table())
    database = _DATABASE.match(value)
    if database:
        return _table_in_database(QgsDataSourceUri(database[2]))
    if re.match(r"[A-Za-z]{2,}:", value):
        return None
    is_sink = isinstance(definition, QgsProcessingParameterFeatureSink)
    ending = f".{QgsProcessingUtils.defaultVectorExtension()}" if is_sink and not Path(value).suffix else ""
    return Place(_plain(value + ending))


def _text_of_output(
    definition: QgsProcessingParameterDefinition, parameters: dict[str, Any], context: QgsProcessingContext
) -> str:
    """An output as text; empty for none, and for a parameter that isn't an output."""
    value = parameters.get(definition.name()) if definition.isDestination() else None
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        value, _ = value.valueAsString(context.expressionContext())
    return value if isinstance(value, str) else ""


def place_of_source(provider: str, source: str) -> Place | None:
    """The file, or the table of a file, that a provider's data source names; None if it names none."""
    parts = QgsProviderRegistry.instance().decodeUri(provider, source)
    return Place(_plain(parts["path"]), parts.get("layerName") or "") if parts.get("path") else None


def _table_in_database(uri: QgsDataSourceUri) -> Place:
    schema = uri.schema() or "public"
    return Place(None, f"{schema}.{uri.table()}", (uri.service(), uri.host(), uri.port(), uri.database()))


def _lost_layers(definition: QgsProcessingParameterDefinition, output: Place) -> list[str]:
    """Layers of a GeoPackage that QGIS would replace as a whole, and the table of projects that are saved in it.

    Of RailSeg's own maps' files the worker sees to that.
    """
    is_sink = isinstance(definition, QgsProcessingParameterFeatureSink)
    if not is_sink or output.file is None or output.table or output.file.suffix.lower() != ".gpkg":
        return []
    if not output.may_exist:
        return []
    names = [layer.name() for layer in QgsProviderRegistry.instance().querySublayers(str(output.file))]
    others = [name for name in names if name.casefold() != output.file.stem.casefold()]
    lost = others if len(names) > 1 else []  # the only one is what the user means to replace
    return sorted([*lost, _PROJECTS] if _has_projects(output.file) else lost)


def _has_projects(geopackage: Path) -> bool:
    storage = QgsApplication.projectStorageRegistry().projectStorageFromType("geopackage")
    return bool(storage.listProjects("geopackage:" + quote(geopackage.as_posix(), safe="/:")))


def _is_read(
    output: Place,
    definition: QgsProcessingParameterDefinition,
    parameters: dict[str, Any],
    context: QgsProcessingContext,
) -> bool:
    """Whether an output would replace the layer of an input; False for an input that isn't a layer in a file."""
    is_layer = isinstance(definition, (QgsProcessingParameterFeatureSource, QgsProcessingParameterRasterLayer))
    if not is_layer or not is_given(parameters, definition.name()):
        return False
    layer = QgsProcessingParameters.parameterAsLayer(definition, parameters, context)
    return layer is not None and _replaces_layer(output, layer)


def _edited_layer_of(output: Place, context: QgsProcessingContext) -> QgsVectorLayer | None:
    """A layer of the project that is being edited and that an output would replace; None if there is none."""
    project = context.project()
    if project is None or not output.may_exist:
        return None
    for layer in project.mapLayers().values():
        if isinstance(layer, QgsVectorLayer) and layer.isEditable() and _replaces_layer(output, layer):
            return layer
    return None


def _replaces_layer(output: Place, layer: QgsMapLayer) -> bool:
    if output.file is None:
        return output.replaces(_table_in_database(QgsDataSourceUri(layer.source())))
    place = place_of_source(layer.providerType(), layer.source())
    if place is None or place.file is None or not _is_same_file(output.file, place.file):
        return False
    tables = [] if place.table else QgsProviderRegistry.instance().querySublayers(layer.source())
    table = tables[0].name() if tables else place.table  # given only a file, QGIS takes the first
    return output.replaces(Place(output.file, table))


def _plain(path: str) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises if links form a loop


def _is_same_file(first: Path, second: Path) -> bool:
    """Whether two paths are the same file, also on file systems that ignore case."""
    with suppress(OSError):  # one isn't there, or too long for a path, as a source with the data in it
        return first.samefile(second)
    return first == second
