"""A folder of pictures to tracks and nodes, as if it were one picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterFile,
)

from ..translation import tr
from ..unfinished import unfinished_folder
from .area import chosen_area
from .base import RailSegAlgorithm
from .extraction import METHOD, extraction_outputs, extraction_parameters, extraction_request
from .layer_group import group_layers
from .map_layers import map_numbers
from .parameters import picture_request, place_parameters, with_help


class ExtractRailwayFolder(RailSegAlgorithm):
    """A folder of rasters to tracks and nodes and, on request, probability and mask rasters."""

    METHOD = METHOD
    FOLDER = "FOLDER"

    def name(self) -> str:
        """Its id, for ever."""
        return "extractrailwayfolder"

    def displayName(self) -> str:
        """Its name."""
        return tr("Extract railway from a folder")

    def tags(self) -> list[str]:
        """What it is found by."""
        return tr("rail,railroad,track,switch,turnout,orthophoto,tiles,mosaic,directory,batch").split(",")

    def help_text(self) -> str:
        """What it does."""
        return tr(
            "Draws the railway tracks of all pictures of a folder, looked at as one: tracks run through their "
            "seams.\n\n"
            "Up to 500 GeoTIFF, JPEG 2000, JPEG, PNG and IMG files, not those of its subfolders. They may have "
            "different coordinate reference systems, such as two UTM zones: the layers have the one that most of them "
            "have. Where pictures overlap, the first by name counts.\n\n"
            "All else is as in 'Extract railway'."
        )

    def shortDescription(self) -> str:
        """What it does, in a sentence."""
        return tr("Draws the railway tracks of all pictures of a folder as lines.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Parameters and outputs."""
        folder = QgsProcessingParameterFile(
            self.FOLDER, tr("Folder of pictures"), Qgis.ProcessingFileParameterBehavior.Folder
        )
        folder_help = tr("Georeferenced rasters with a ground sampling distance of 1 m or finer.")
        for parameter in (with_help(folder, folder_help), *place_parameters(), *extraction_parameters()):
            self.addParameter(parameter)
        for number in map_numbers():
            self.addOutput(number)

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """See `RailSegAlgorithm`; the layers stand together."""
        outputs = super().processAlgorithm(parameters, context, feedback)
        group_layers(self._folder(parameters, context).name, outputs.values(), context)
        return outputs

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """What to ask of the worker."""
        return extraction_request(self, parameters, context)

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The folder, the area if one is chosen, and where what is finished lies until all is."""
        inputs: dict[str, Any] = {"raster": str(self._folder(parameters, context))}
        area = chosen_area(self, parameters, QgsCoordinateReferenceSystem(), None, context)
        if area is not None:
            inputs["area"] = area.request
        folder = unfinished_folder(inputs | picture_request(self, parameters, context))
        return inputs | {"unfinished": str(folder)}

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

    def _folder(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path:
        return Path(self.parameterAsFile(parameters, self.FOLDER, context))

    def _problem(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """See `RailSegAlgorithm`; the pictures themselves are looked at by the worker, before it starts."""
        problem = super()._problem(parameters, context)
        if problem:
            return problem
        folder = self._folder(parameters, context)
        if not folder.is_dir():
            return tr("The folder {folder} isn't there. Choose another.").format(folder=folder)
        try:
            chosen_area(self, parameters, QgsCoordinateReferenceSystem(), None, context)
        except QgsProcessingException as error:
            return str(error)
        return ""
