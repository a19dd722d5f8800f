"""Raster and traced tracks to chips for training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingUtils,
)

from ..translation import tr
from .base import PictureAlgorithm
from .parameters import (
    advanced,
    bands_request,
    is_given,
    metres_parameter,
    picture_parameters,
    with_decimals,
    with_help,
)
from .vector_source import source_problem


class ExportTrainingChips(PictureAlgorithm):
    """Raster and traced lines or polygons to pairs of pictures in a folder."""

    METHOD = "chips"
    LINES = "LINES"
    SIDE = "SIDE"
    BARE = "BARE"
    FOLDER = "FOLDER"

    def name(self) -> str:
        """The algorithm's id, which must never change."""
        return "exporttrainingchips"

    def displayName(self) -> str:
        """The algorithm's name."""
        return tr("Export training chips")

    def tags(self) -> list[str]:
        """The search tags."""
        return tr("rail,track,training,chips,tiles,labels,mask,deep learning,fine-tune,annotation").split(",")

    def help_text(self) -> str:
        """The help text."""
        return tr(
            "Cuts a picture, and the tracks that you traced in it, into pairs of small pictures that RailSeg's "
            "training reads: NAME.png and NAME_target.png, at 0.2 m per pixel. In the target, red is track, green its "
            "centre line, and blue what is ignored.\n\n"
            "Trace one line per track, midway between its rails. Whatever isn't traced is taken for background, so "
            "choose an area in which every track is traced. Lines with the field state = 'hidden' or what = 'ignore' "
            "are ignored, those rejected in the review are background. Instead of lines you can use polygons of the "
            "ground that the tracks cover, one per track: those wider than 4 m are ignored."
        )

    def shortDescription(self) -> str:
        """A one-sentence summary."""
        return tr("Cuts a picture and the tracks traced in it into chips that RailSeg's training reads.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Defines parameters and outputs."""
        raster, *others = picture_parameters()
        for parameter in (
            raster,
            with_help(
                QgsProcessingParameterFeatureSource(
                    self.LINES,
                    tr("Traced tracks"),
                    [Qgis.ProcessingSourceType.VectorLine, Qgis.ProcessingSourceType.VectorPolygon],
                ),
                tr(
                    "The centre lines of all tracks in the area, one line each; or polygons of the ground that they "
                    "cover."
                ),
            ),
            *others,
            metres_parameter(
                self.SIDE,
                tr("Side of a chip (m)"),
                102.4,
                12.8,
                819.2,
                tr("In metres on the ground; 102.4 m are 512 pixels of 0.2 m."),
            ),
            advanced(
                with_help(
                    with_decimals(
                        QgsProcessingParameterNumber(
                            self.BARE,
                            tr("Chips without track per chip with track"),
                            Qgis.ProcessingNumberParameterType.Double,
                            optional=True,
                            minValue=0.0,
                            maxValue=1000.0,
                        ),
                        3,
                    ),
                    tr("0: only chips that a track crosses; 1: as many without as with. Empty: all chips."),
                )
            ),
            with_help(
                QgsProcessingParameterFolderDestination(self.FOLDER, tr("Folder of chips")),
                tr("Existing chips of this picture are replaced; those of others are kept."),
            ),
        ):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputNumber("CHIP_COUNT", tr("Number of chips")))
        self.addOutput(QgsProcessingOutputNumber("TRACK_CHIP_COUNT", tr("Number of chips with a track")))

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The worker's parameters."""
        has_share = is_given(parameters, self.BARE)
        return {
            "output": self.parameterAsString(parameters, self.FOLDER, context),
            "side_m": self.parameterAsDouble(parameters, self.SIDE, context),
            "bare_share": self.parameterAsDouble(parameters, self.BARE, context) if has_share else None,
            "bands": bands_request(self, parameters, context),
        }

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The raster, the area if one is chosen, and the tracks as a file."""
        path = Path(QgsProcessingUtils.generateTempFilename("tracks.gpkg", context))
        source = self.parameterAsSource(parameters, self.LINES, context)
        self.export(source, path, "rail_track", context, feedback)
        return {**super().inputs(parameters, context, feedback), "lines": str(path)}

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """The folder and the numbers of chips written to it."""
        return {
            self.FOLDER: result["output"],
            "CHIP_COUNT": result["chips"],
            "TRACK_CHIP_COUNT": result["with_track"],
        }

    def _problems(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterator[str]:
        """See `RailSegAlgorithm`."""
        yield from super()._problems(parameters, context)
        source = self.parameterAsSource(parameters, self.LINES, context)
        yield str(self.invalidSourceError(parameters, self.LINES)) if source is None else source_problem(source)
