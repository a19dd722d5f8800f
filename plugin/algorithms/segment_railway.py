"""Raster to probabilities: only the network."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ..translation import tr
from .base import ModelAlgorithm
from .parameters import (
    MASK,
    PROBABILITY,
    advanced_cleaning_parameters,
    cleaning_request,
    model_parameters,
    picture_parameters,
    picture_request,
    probability_parameters,
    raster_output,
)


class SegmentRailway(ModelAlgorithm):
    """Raster to probability raster and, on request, mask raster."""

    METHOD = "segment"

    def name(self) -> str:
        """The algorithm's id, which must never change."""
        return "segmentrailway"

    def displayName(self) -> str:
        """The algorithm's name."""
        return tr("Segment railway")

    def tags(self) -> list[str]:
        """The search tags."""
        return tr("rail,railroad,track,probability,mask,orthophoto,drone,deep learning,segmentation").split(",")

    def help_text(self) -> str:
        """The help text."""
        return tr(
            "Gives, for each pixel of an aerial or drone picture, the probability that it is railway track (band "
            "track) and that it is on the centre line of a track (band axis), 0–255 for 0–1.\n\n"
            "The optional mask is what reaches the threshold, cleaned by opening and closing. 'Vectorize railway mask' "
            "turns either raster into lines."
        )

    def shortDescription(self) -> str:
        """A one-sentence summary."""
        return tr("Gives the probability that each pixel is railway track.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Defines parameters and outputs."""
        for parameter in (
            *picture_parameters(),
            *model_parameters(),
            *advanced_cleaning_parameters(),
            *probability_parameters(is_optional=False),
        ):
            self.addParameter(parameter)

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The worker's parameters."""
        return {
            **picture_request(self, parameters, context),
            **cleaning_request(self, parameters, context),
            "output": raster_output(self, parameters, PROBABILITY, context),
            "mask": raster_output(self, parameters, MASK, context),
        }

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """The requested rasters."""
        rasters = {PROBABILITY: request["output"], MASK: request["mask"]}
        return {name: path for name, path in rasters.items() if path is not None}
