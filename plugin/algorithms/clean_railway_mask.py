"""Mask to cleaned mask: only the paper's morphology."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ..translation import tr
from .base import RasterAlgorithm
from .parameters import (
    MASK,
    cleaning_parameters,
    cleaning_request,
    mask_input_parameter,
    raster_output,
    raster_output_parameter,
)


class CleanRailwayMask(RasterAlgorithm):
    """Mask raster to cleaned mask raster."""

    METHOD = "clean"

    def name(self) -> str:
        """The algorithm's id, which must never change."""
        return "cleanrailwaymask"

    def displayName(self) -> str:
        """The algorithm's name."""
        return tr("Clean railway mask")

    def tags(self) -> list[str]:
        """The search tags."""
        return tr("rail,track,mask,morphology,opening,closing,erosion,dilation").split(",")

    def help_text(self) -> str:
        """The help text."""
        return tr(
            "Cleans a mask of railway tracks: an opening removes specks and thin bridges, then a closing fills gaps. "
            "Sizes are in metres on the ground.\n\n"
            "In a mask, non-zero pixels are track; in a probability raster, those that reach the threshold."
        )

    def shortDescription(self) -> str:
        """A one-sentence summary."""
        return tr("Removes specks from a mask of railway tracks and fills its gaps.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Defines parameters and outputs."""
        for parameter in (
            mask_input_parameter(),
            *cleaning_parameters(),
            raster_output_parameter(MASK, tr("Cleaned mask"), tr("The cleaned mask."), is_optional=False),
        ):
            self.addParameter(parameter)

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The worker's parameters."""
        return {
            **cleaning_request(self, parameters, context),
            "output": raster_output(self, parameters, MASK, context),
        }

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """The cleaned mask."""
        return {MASK: request["output"]}
