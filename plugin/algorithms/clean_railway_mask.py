"""Mask to cleaned mask: the paper's morphology alone."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ..translation import tr
from .base import RasterAlgorithm
from .parameters import (
    cleaning_parameters,
    cleaning_request,
    mask_input_parameter,
    raster_output,
    raster_output_parameter,
)


class CleanRailwayMask(RasterAlgorithm):
    """Mask raster to cleaned mask raster."""

    METHOD = "clean"
    MASK = "MASK"

    def name(self) -> str:
        """Its id, for ever."""
        return "cleanrailwaymask"

    def displayName(self) -> str:
        """Its name."""
        return tr("Clean railway mask")

    def tags(self) -> list[str]:
        """What it is found by."""
        return tr("rail,track,mask,morphology,opening,closing,erosion,dilation").split(",")

    def help_text(self) -> str:
        """What it does."""
        return tr(
            "Cleans a mask of railway tracks: an opening removes specks and thin bridges, then a closing fills gaps. "
            "Sizes are metres on the ground.\n\n"
            "A mask has non-zero pixels where there is track; of a probability raster those count that reach the "
            "threshold."
        )

    def shortDescription(self) -> str:
        """What it does, in a sentence."""
        return tr("Removes specks from a mask of railway tracks and fills its gaps.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Parameters and outputs."""
        for parameter in (
            mask_input_parameter(),
            *cleaning_parameters(),
            raster_output_parameter(self.MASK, tr("Cleaned mask"), tr("The cleaned mask."), is_optional=False),
        ):
            self.addParameter(parameter)

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """What to ask of the worker."""
        return {
            **cleaning_request(self, parameters, context),
            "output": raster_output(self, parameters, self.MASK, context),
        }

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """The mask."""
        return {self.MASK: request["output"]}
