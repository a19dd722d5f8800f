"""Pictures to tracks and nodes: what extracting from a layer and from a folder have in common."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingParameterDefinition

from .base import RailSegAlgorithm
from .map_layers import map_numbers, map_outputs, map_parameters, map_request
from .parameters import (
    MASK,
    MIN_LENGTH,
    PROBABILITY,
    advanced_cleaning_parameters,
    cleaning_request,
    min_length_parameter,
    model_parameters,
    picture_request,
    probability_parameters,
    raster_output,
)


class Extraction(RailSegAlgorithm):
    """Pictures to tracks and nodes and, on request, probability and mask rasters. Subclasses define which pictures."""

    METHOD = "extract"

    def input_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The parameters for the pictures and the area in them."""
        raise NotImplementedError

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Defines parameters and outputs."""
        for parameter in (
            *self.input_parameters(),
            *model_parameters(),
            *advanced_cleaning_parameters(),
            min_length_parameter(),
            *map_parameters(),
            *probability_parameters(is_optional=True),
        ):
            self.addParameter(parameter)
        for number in map_numbers():
            self.addOutput(number)

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The worker's parameters."""
        return {
            **picture_request(self, parameters, context),
            **cleaning_request(self, parameters, context),
            "min_length_m": self.parameterAsDouble(parameters, MIN_LENGTH, context),
            "probability": raster_output(self, parameters, PROBABILITY, context),
            "mask": raster_output(self, parameters, MASK, context),
            **map_request(self, parameters, context),
        }

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """Tracks, nodes, numbers, and the requested rasters."""
        outputs = map_outputs(self, parameters, context, feedback, result)
        rasters = {PROBABILITY: request["probability"], MASK: request["mask"]}
        return outputs | {name: path for name, path in rasters.items() if path is not None}
