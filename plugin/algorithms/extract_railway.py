"""Raster to tracks and nodes: the whole way."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ..translation import tr
from .base import ModelAlgorithm
from .extraction import METHOD, extraction_outputs, extraction_parameters, extraction_request
from .map_layers import map_numbers
from .parameters import picture_parameters


class ExtractRailway(ModelAlgorithm):
    """Raster to tracks and nodes and, on request, probability and mask rasters."""

    METHOD = METHOD

    def name(self) -> str:
        """Its id, for ever."""
        return "extractrailway"

    def displayName(self) -> str:
        """Its name."""
        return tr("Extract railway")

    def tags(self) -> list[str]:
        """What it is found by."""
        return tr("rail,railroad,track,switch,turnout,orthophoto,drone,uav,deep learning,segmentation").split(",")

    def help_text(self) -> str:
        """What it does."""
        return tr(
            "Draws the railway tracks of an aerial or drone picture as lines: one line per track between two nodes, "
            "and switches, crossings and ends as nodes.\n\n"
            "A neural network finds the tracks, opening and closing clean the mask, and its middle becomes the lines. "
            "All lengths are metres on the ground. What is doubtful has the status 'review'.\n\n"
            "Everything runs on this machine; Cancel works at any moment."
        )

    def shortDescription(self) -> str:
        """What it does, in a sentence."""
        return tr("Draws the railway tracks of an aerial or drone picture as lines.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Parameters and outputs."""
        for parameter in (*picture_parameters(), *extraction_parameters()):
            self.addParameter(parameter)
        for number in map_numbers():
            self.addOutput(number)

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """What to ask of the worker."""
        return extraction_request(self, parameters, context)

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """Tracks, nodes, numbers, and the rasters that were asked for."""
        return extraction_outputs(self, parameters, context, feedback, request, result)
