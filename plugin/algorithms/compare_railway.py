"""Extracted tracks against an existing map: what is new, missing and shifted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
)

from ..environment import Environment
from ..translation import tr
from ..worker_client import WorkerClient
from .base import RailSegAlgorithm
from .map_layers import copy_table
from .parameters import advanced, check_destinations, with_help
from .raster_source import RasterSource, bounding_raster_problem
from .vector_source import export_table, source_problem

_TABLES = {"NEW": "new", "MISSING": "missing", "SHIFTED": "shifted", "MATCHED": "matched"}


class CompareRailway(RailSegAlgorithm):
    """Extracted tracks and a map's lines to layers of what is new, missing, shifted and matched."""

    METHOD = "compare"
    REFERENCE = "REFERENCE"
    RASTER = "RASTER"
    REACH = "REACH"
    SHIFT = "SHIFT"

    def __init__(self, environment: Environment, worker: WorkerClient) -> None:
        super().__init__(environment, worker)
        self._raster: RasterSource | None = None

    def name(self) -> str:
        """Its id, for ever."""
        return "comparerailway"

    def displayName(self) -> str:
        """Its name."""
        return tr("Compare railway with a map")

    def tags(self) -> list[str]:
        """What it is found by."""
        return tr("rail,track,openstreetmap,osm,change,update,difference,conflation,asset register,compare").split(",")

    def shortHelpString(self) -> str:
        """What it does."""
        return tr(
            "Compares extracted tracks with lines that you have, such as an OpenStreetMap export or an asset register: "
            "what was extracted and isn't in the map (new), what is in the map and wasn't extracted (missing), and "
            "what is in both, where it should be (matched) or off (shifted, offset_dm decimetres to the left of the "
            "map's line as the extracted track runs).\n\n"
            "Tracks are matched one to one: where the map has one of two tracks, the other is new. The layers may have "
            "any coordinate reference systems. Choose the picture as well where the map reaches beyond it, or all "
            "that lies there is missing."
        )

    def shortDescription(self) -> str:
        """What it does, in a sentence."""
        return tr("Tells what extracted tracks have that an existing map has not, and the other way round.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Parameters and outputs."""
        lines = [Qgis.ProcessingSourceType.VectorLine]
        for parameter in (
            with_help(
                QgsProcessingParameterFeatureSource(self.INPUT, tr("Extracted tracks"), lines),
                tr("The tracks that 'Extract railway' has drawn, or any lines."),
            ),
            with_help(
                QgsProcessingParameterFeatureSource(self.REFERENCE, tr("Map"), lines),
                tr(
                    "The lines to compare with, one per track. All of them count: filter the layer where it has "
                    "others, such as roads or dismantled railways."
                ),
            ),
            with_help(
                QgsProcessingParameterRasterLayer(self.RASTER, tr("Picture"), optional=True),
                tr("Only what lies on it counts, of either layer. Empty: all lines count."),
            ),
            _metres(
                self.SHIFT,
                tr("Shifted from (m)"),
                0.5,
                tr("From which offset a track is shifted, in metres on the ground, in the mean over 25 m of it."),
            ),
            advanced(
                _metres(
                    self.REACH,
                    tr("Search distance (m)"),
                    2.5,
                    tr(
                        "How far a track may lie from where the map has it, in metres on the ground: less than the "
                        "distance of two tracks."
                    ),
                )
            ),
            *_sinks(),
        ):
            self.addParameter(parameter)
        for name, (_, label) in _numbers().items():
            self.addOutput(QgsProcessingOutputNumber(name, label))

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """On the main thread: takes from the picture what the work needs."""
        super().prepareAlgorithm(parameters, context, feedback)
        layer = self.parameterAsRasterLayer(parameters, self.RASTER, context)
        self._raster = None if layer is None else RasterSource(layer)
        return True

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """What to ask of the worker."""
        check_destinations(parameters, _TABLES)
        wants_layers = any(parameters.get(name) is not None for name in _TABLES)
        return {
            "reach_m": self.parameterAsDouble(parameters, self.REACH, context),
            "shift_m": self.parameterAsDouble(parameters, self.SHIFT, context),
            "layers": QgsProcessingUtils.generateTempFilename("comparison.gpkg", context) if wants_layers else None,
        }

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The layers as files."""
        paths = {}
        for key, name in (("extracted", self.INPUT), ("reference", self.REFERENCE)):
            path = Path(QgsProcessingUtils.generateTempFilename(f"{key}.gpkg", context))
            export_table(self._source(parameters, name, context), path, "rail_track", context, feedback)
            paths[key] = str(path)
        raster = None if self._raster is None else self._raster.readable_path(None, context, feedback)
        return {**paths, "raster": raster}

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """Lengths and layers."""
        outputs: dict[str, Any] = {}
        for name, (key, label) in _numbers().items():
            if result[key] is not None:
                outputs[name] = result[key]
                feedback.pushInfo(f"{label}: {result[key]:.5g}")
        for name, table in _TABLES.items():
            if parameters.get(name) is not None:
                outputs[name] = copy_table(self, parameters, name, context, Path(result["layers"]), table)
        return outputs

    def _problem(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """See `RailSegAlgorithm`."""
        problem = super()._problem(parameters, context)
        if problem:
            return problem
        try:
            sources = [self._source(parameters, name, context) for name in (self.INPUT, self.REFERENCE)]
        except QgsProcessingException as error:
            return str(error)
        problems = [source_problem(source) for source in sources]
        if parameters.get(self.RASTER) not in (None, ""):
            layer = self.parameterAsRasterLayer(parameters, self.RASTER, context)
            is_there = layer is not None
            problems.append(
                bounding_raster_problem(layer) if is_there else str(self.invalidRasterError(parameters, self.RASTER))
            )
        return next(filter(None, problems), "")

    def _source(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> QgsProcessingFeatureSource:
        """A vector input.

        Raises:
            QgsProcessingException: It can't be read.
        """
        source = self.parameterAsSource(parameters, name, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, name))
        return source


def _metres(name: str, description: str, default: float, help_text: str) -> QgsProcessingParameterDefinition:
    kind = Qgis.ProcessingNumberParameterType.Double
    parameter = QgsProcessingParameterNumber(name, description, kind, default, minValue=0.01, maxValue=20.0)
    return with_help(parameter, help_text)


def _sinks() -> list[QgsProcessingParameterDefinition]:
    """Where to put the layers."""
    texts = {
        "NEW": (tr("New tracks"), tr("Parts of the extracted tracks that the map has not; track_id is the track's.")),
        "MISSING": (
            tr("Missing tracks"),
            tr("Parts of the map's lines that were not extracted; reference_fid is the feature's id in the map."),
        ),
        "SHIFTED": (
            tr("Shifted tracks"),
            tr("Parts of the extracted tracks, of 25 m at most, that the map has elsewhere: offset_dm decimetres off."),
        ),
        "MATCHED": (tr("Matched tracks"), tr("Parts of the extracted tracks that the map has where they are.")),
    }
    line = Qgis.ProcessingSourceType.VectorLine
    return [
        with_help(QgsProcessingParameterFeatureSink(name, label, line, optional=True, createByDefault=True), text)
        for name, (label, text) in texts.items()
    ]


def _numbers() -> dict[str, tuple[str, str]]:
    """The outputs' names, with the worker's names and labels of the figures."""
    return {
        "NEW_LENGTH": ("new_m", tr("Length of the new tracks (m)")),
        "MISSING_LENGTH": ("missing_m", tr("Length of the missing tracks (m)")),
        "SHIFTED_LENGTH": ("shifted_m", tr("Length of the shifted tracks (m)")),
        "MATCHED_LENGTH": ("matched_m", tr("Length of the matched tracks (m)")),
        "MEAN_DISTANCE": ("mean_distance_dm", tr("Mean distance of the shifted and matched tracks (dm)")),
    }
