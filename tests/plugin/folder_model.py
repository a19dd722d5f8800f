"""The example model: extracts the tracks of every raster in a folder or a list into one layer.

`make test-plugin` writes resources/models3/railway_of_a_folder.model3 again if the variable RAILSEG_WRITE_MODEL is set.
"""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    Qgis,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
)
from qgis.PyQt.QtCore import QPointF

MODEL = Path(__file__).resolve().parents[2] / "resources" / "models3" / "railway_of_a_folder.model3"


def folder_model() -> QgsProcessingModelAlgorithm:
    """Rasters → one virtual raster → tracks and nodes: a track goes on from one picture to the next."""
    model = QgsProcessingModelAlgorithm("Railway of a folder", "Railway")
    model.setHelpContent(
        {
            "ALG_DESC": "Draws the railway tracks of many pictures as one layer. The pictures, of one coordinate "
            "reference system, are looked at as one, so that a track goes on from each to the next.",
            # What a parameter's own help says is lost in a model's file.
            "RASTERS": "All pictures of a folder: … > Add Directory.",
            "AREA": "Only what lies in these polygons, or beside these lines, is worked on. Empty: all pictures.",
            "CORRIDOR": "How far to look to either side of the lines, in metres.",
        }
    )
    rasters = QgsProcessingParameterMultipleLayers("RASTERS", "Pictures", Qgis.ProcessingSourceType.Raster)
    area = QgsProcessingParameterFeatureSource(
        "AREA",
        "Area or lines",
        [Qgis.ProcessingSourceType.VectorPolygon, Qgis.ProcessingSourceType.VectorLine],
        optional=True,
    )
    corridor = QgsProcessingParameterNumber(
        "CORRIDOR", "Corridor (m)", Qgis.ProcessingNumberParameterType.Double, defaultValue=50.0, minValue=0.0
    )
    for row, parameter in enumerate((rasters, area, corridor)):
        _add_parameter(model, parameter, row)

    source = QgsProcessingModelChildParameterSource
    merge = _child("gdal:buildvirtualraster", "merge", "Look at all pictures as one", 0)
    merge.addParameterSources("INPUT", [source.fromModelParameter("RASTERS")])
    # The finest picture's pixels for all; the bands are the pictures' bands, not one for each picture.
    for name, value in (("RESOLUTION", 1), ("SEPARATE", False), ("PROJ_DIFFERENCE", False), ("ADD_ALPHA", True)):
        merge.addParameterSources(name, [source.fromStaticValue(value)])
    model.addChildAlgorithm(merge)

    extract = _child("railseg:extractrailway", "extract", "Extract railway", 1)
    extract.addParameterSources("INPUT", [source.fromChildOutput("merge", "OUTPUT")])
    extract.addParameterSources("AREA", [source.fromModelParameter("AREA")])
    extract.addParameterSources("CORRIDOR", [source.fromModelParameter("CORRIDOR")])
    outputs = {}
    for name, output_name in (("Railway tracks", "TRACKS"), ("Railway nodes", "NODES")):
        output = QgsProcessingModelOutput(name)
        output.setChildId("extract")
        output.setChildOutputName(output_name)
        output.setPosition(QPointF(700, 100 + 100 * len(outputs)))
        outputs[name] = output
    extract.setModelOutputs(outputs)
    model.addChildAlgorithm(extract)
    return model


def _add_parameter(model: QgsProcessingModelAlgorithm, parameter: QgsProcessingParameterDefinition, row: int) -> None:
    component = QgsProcessingModelParameter(parameter.name())
    component.setPosition(QPointF(120, 100 + 100 * row))
    model.addModelParameter(parameter, component)


def _child(algorithm: str, name: str, description: str, column: int) -> QgsProcessingModelChildAlgorithm:
    child = QgsProcessingModelChildAlgorithm(algorithm)
    child.setChildId(name)
    child.setDescription(description)
    child.setPosition(QPointF(320 + 200 * column, 150))
    return child
