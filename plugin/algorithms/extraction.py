"""What extracting the railway of a layer and that of a folder have in common."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
)

from ..translation import tr
from .map_layers import map_outputs, map_parameters, map_request
from .parameters import (
    MIN_LENGTH,
    cleaning_parameters,
    cleaning_request,
    min_length_parameter,
    model_parameters,
    picture_request,
    raster_output,
    raster_output_parameter,
)

METHOD = "extract"
_PROBABILITY = "PROBABILITY"
_MASK = "MASK"


def extraction_parameters() -> list[QgsProcessingParameterDefinition]:
    """All but which pictures, and where in them."""
    return [
        *model_parameters(),
        *cleaning_parameters(),
        min_length_parameter(),
        *map_parameters(),
        raster_output_parameter(
            _PROBABILITY,
            tr("Probability raster"),
            tr("Bands track and axis, 0–255 for 0–1, at the model's ground sampling distance."),
            is_optional=True,
        ),
        raster_output_parameter(_MASK, tr("Mask raster"), tr("The cleaned mask of the tracks."), is_optional=True),
    ]


def extraction_request(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> dict[str, Any]:
    """What to ask of the worker, without the pictures and the area.

    Raises:
        QgsProcessingException: A value can't be used.
    """
    return {
        **picture_request(algorithm, parameters, context),
        **cleaning_request(algorithm, parameters, context),
        "min_length_m": algorithm.parameterAsDouble(parameters, MIN_LENGTH, context),
        "probability": raster_output(algorithm, parameters, _PROBABILITY, context),
        "mask": raster_output(algorithm, parameters, _MASK, context),
        **map_request(algorithm, parameters, context),
    }


def extraction_outputs(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    request: dict[str, Any],
    result: dict[str, Any],
) -> dict[str, Any]:
    """Tracks, nodes, numbers, and the rasters that were asked for.

    Raises:
        QgsProcessingException: A sink can't be made or written.
    """
    outputs = map_outputs(algorithm, parameters, context, feedback, result)
    rasters = {_PROBABILITY: request["probability"], _MASK: request["mask"]}
    return outputs | {name: path for name, path in rasters.items() if path is not None}
