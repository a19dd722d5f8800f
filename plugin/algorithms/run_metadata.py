"""Copies how a map was made from its GeoPackage into the metadata of its layers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsAbstractMetadataBase,
    QgsLayerMetadata,
    QgsMapLayer,
    QgsVariantUtils,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDateTime, Qt

from ..locations import WEBSITE
from ..translation import tr

_TABLE = "railseg_run"
_NOT_OF_THE_LINES = {
    "raster",
    "output",
    "overwrite",
    "probability",
    "mask",
    "preview",
    "unfinished",
    "resume",
    "scheduler",
}
"""Parameters about where files are or the work is done, which say nothing about the lines."""


@dataclass(frozen=True)
class Run:
    """A run as recorded in the map's own table.

    Attributes:
        version: RailSeg's version.
        raster: Name of the picture, probability or mask.
        model: Name of the model; empty where none was used.
        parameters: The run's parameters, separated by commas.
        created: Time of the run, in ISO 8601.
    """

    version: str
    raster: str
    model: str
    parameters: str
    created: str


def read_run(geopackage: Path) -> Run | None:
    """The run that made a map; None for a file that isn't a map, such as an evaluation's."""
    table = QgsVectorLayer(f"{geopackage}|layername={_TABLE}", _TABLE, "ogr")
    feature = next(table.getFeatures(), None)
    if feature is None:
        return None
    row = feature.attributeMap()
    parameters = json.loads(row["parameters"])
    asked = {name: value for name, value in parameters.items() if value is not None and name not in _NOT_OF_THE_LINES}
    if "area" in asked:
        asked["area"] = "a part"  # its coordinates may fill pages; the map's own table has them
    return Run(
        version=row["version"],
        raster=row["raster"],
        model="" if QgsVariantUtils.isNull(row["model"]) else row["model"],
        parameters=", ".join(f"{name} = {value}" for name, value in asked.items()),
        created=row["created"].toString(Qt.DateFormat.ISODate),
    )


def describe(layer: QgsMapLayer, run: Run) -> None:
    """Describes in a layer's metadata what it is and how it was made."""
    metadata = QgsLayerMetadata()
    metadata.setType("dataset")
    metadata.setCrs(layer.crs())
    metadata.setTitle(tr("{layer} of {raster}").format(layer=layer.name(), raster=run.raster))
    made = tr("Extracted from {raster} by RailSeg {version}").format(raster=run.raster, version=run.version)
    by = " " + tr("with the model {model}").format(model=run.model) if run.model else ""
    doubt = tr("Lines and nodes with the status 'review' are doubtful and should be checked.")
    metadata.setAbstract(f"{made}{by}. {doubt}")
    metadata.setHistory([f"{made}{by}, {run.created}.", tr("Parameters: {list}").format(list=run.parameters)])
    metadata.setKeywords({"gmd:topicCategory": ["transportation"]})
    metadata.setLicenses([tr("The licence terms of the picture determine how the lines drawn from it may be used.")])
    metadata.setLinks([QgsAbstractMetadataBase.Link("RailSeg", "WWW:LINK", WEBSITE)])
    metadata.setDateTime(Qgis.MetadataDateType.Created, QDateTime.fromString(run.created, Qt.DateFormat.ISODate))
    layer.setMetadata(metadata)
