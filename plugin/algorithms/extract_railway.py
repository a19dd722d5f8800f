"""Raster to tracks and nodes: the whole way."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterDefinition

from ..translation import tr
from .base import ModelAlgorithm
from .extraction import Extraction
from .parameters import picture_parameters


class ExtractRailway(Extraction, ModelAlgorithm):
    """Raster to tracks and nodes and, on request, probability and mask rasters."""

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

    def place_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """A layer, its bands and an area."""
        return picture_parameters()
