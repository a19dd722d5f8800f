"""Mask or probability raster to tracks and nodes."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ..translation import tr
from .base import RasterAlgorithm
from .map_layers import map_numbers, map_outputs, map_parameters, map_request
from .parameters import (
    MIN_LENGTH,
    cleaning_parameters,
    cleaning_request,
    mask_input_parameter,
    min_length_parameter,
)


class VectorizeRailwayMask(RasterAlgorithm):
    """Mask or probability raster, even one made elsewhere, to tracks and nodes."""

    METHOD = "vectorize"

    def name(self) -> str:
        """The algorithm's id, which must never change."""
        return "vectorizerailwaymask"

    def displayName(self) -> str:
        """The algorithm's name."""
        return tr("Vectorize railway mask")

    def tags(self) -> list[str]:
        """The search tags."""
        return tr("rail,track,mask,probability,centerline,centreline,skeleton,lines,vectorise").split(",")

    def help_text(self) -> str:
        """The help text."""
        return tr(
            "Draws the railway tracks in a mask or probability raster as lines: one line per track between two nodes, "
            "and switches, crossings and ends as nodes.\n\n"
            "It takes RailSeg's own probability raster, and one-band masks and probability rasters made elsewhere, "
            "with pixels of up to 2 m. All lengths are in metres on the ground."
        )

    def shortDescription(self) -> str:
        """A one-sentence summary."""
        return tr("Draws the railway tracks in a mask or probability raster as lines.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Defines parameters and outputs."""
        for parameter in (
            mask_input_parameter(),
            *cleaning_parameters(),
            min_length_parameter(),
            *map_parameters(),
        ):
            self.addParameter(parameter)
        for number in map_numbers():
            self.addOutput(number)

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The worker's parameters."""
        return {
            **cleaning_request(self, parameters, context),
            "min_length_m": self.parameterAsDouble(parameters, MIN_LENGTH, context),
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
        """Tracks, nodes and numbers."""
        return map_outputs(self, parameters, context, feedback, result)
