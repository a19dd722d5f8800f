"""A folder of pictures to tracks and nodes, as if it were one picture."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
)

from ..translation import tr
from .area import area_problem, chosen_area
from .base import with_unfinished
from .extraction import Extraction
from .parameters import band_numbers_parameter, bands_request, place_parameters, with_help


class ExtractRailwayFolder(Extraction):
    """A folder of rasters to tracks and nodes and, on request, probability and mask rasters."""

    FOLDER = "FOLDER"

    def name(self) -> str:
        """The algorithm's id, which must never change."""
        return "extractrailwayfolder"

    def displayName(self) -> str:
        """The algorithm's name."""
        return tr("Extract railway from a folder")

    def tags(self) -> list[str]:
        """The search tags."""
        return tr("rail,railroad,track,switch,turnout,orthophoto,tiles,mosaic,directory,batch").split(",")

    def help_text(self) -> str:
        """The help text."""
        return tr(
            "Draws the railway tracks in all pictures of a folder as if they were one picture: tracks continue across "
            "the seams.\n\n"
            "The folder may hold up to 500 GeoTIFF, JPEG 2000, JPEG, PNG and IMG files; subfolders are ignored. The "
            "pictures may have different coordinate reference systems, such as two UTM zones: the layers get the one "
            "that most of them have. Where pictures overlap, the first by name counts.\n\n"
            "Everything else is as in 'Extract railway'."
        )

    def shortDescription(self) -> str:
        """A one-sentence summary."""
        return tr("Draws the railway tracks in all pictures of a folder as lines.")

    def input_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The parameters for a folder, an area and bands."""
        folder = QgsProcessingParameterFile(
            self.FOLDER, tr("Folder of pictures"), Qgis.ProcessingFileParameterBehavior.Folder
        )
        folder_help = tr("Georeferenced rasters with a ground sampling distance of 1 m or finer.")
        return [with_help(folder, folder_help), *place_parameters(), band_numbers_parameter()]

    def group_name(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """The folder's name."""
        return self._folder(parameters, context).name

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The folder, the area if one is chosen, and where finished blocks are kept until the run is complete."""
        inputs: dict[str, Any] = {"raster": str(self._folder(parameters, context))}
        area = chosen_area(self, parameters, QgsCoordinateReferenceSystem(), None, context)
        if area is not None:
            inputs["area"] = area.request
        return with_unfinished(self, inputs, parameters, context)

    def _folder(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path:
        return Path(self.parameterAsFile(parameters, self.FOLDER, context))

    def _problems(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterator[str]:
        """See `RailSegAlgorithm`; the worker checks the pictures themselves before it starts."""
        yield from super()._problems(parameters, context)
        folder = self._folder(parameters, context)
        if not (os.access(folder, os.R_OK) and folder.is_dir()):
            yield tr("The folder {folder} doesn't exist. Choose another.").format(folder=folder)
        bands_request(self, parameters, context)
        yield area_problem(self, parameters, context)
