"""Raster to tracks and nodes: the complete workflow."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterDefinition

from ..translation import tr
from .base import ModelAlgorithm
from .extraction import Extraction
from .parameters import picture_parameters


class ExtractRailway(Extraction, ModelAlgorithm):
    """Raster to tracks and nodes and, on request, probability and mask rasters."""

    def name(self) -> str:
        """The algorithm's id, which must never change."""
        return "extractrailway"

    def displayName(self) -> str:
        """The algorithm's name."""
        return tr("Extract railway")

    def tags(self) -> list[str]:
        """The search tags."""
        return tr("rail,railroad,track,switch,turnout,orthophoto,drone,uav,deep learning,segmentation").split(",")

    def help_text(self) -> str:
        """The help text."""
        return tr(
            "Draws the railway tracks in an aerial or drone picture as lines: one line per track between two nodes, "
            "and switches, crossings and ends as nodes.\n\n"
            "A neural network finds the tracks, morphological opening and closing clean the mask, and its centre lines "
            "become the tracks. All lengths are in metres on the ground. Doubtful tracks and nodes have the status "
            "'review'.\n\n"
            "Everything runs on this machine; you can cancel at any time."
        )

    def shortDescription(self) -> str:
        """A one-sentence summary."""
        return tr("Draws the railway tracks in an aerial or drone picture as lines.")

    def input_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The parameters for a layer, its bands and an area."""
        return picture_parameters()
