"""Extracted lines against reference lines: how good they are."""

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

_TABLES = {"MATCHED": "matched", "MISSED": "missed", "FALSE": "false", "SWITCHES": "switches"}


class EvaluateRailway(RailSegAlgorithm):
    """Extracted lines and reference lines to figures, and layers of what is matched, missed and false."""

    METHOD = "evaluate"
    NODES = "NODES"
    REFERENCE = "REFERENCE"
    RASTER = "RASTER"
    RHO = "RHO"

    def __init__(self, environment: Environment, worker: WorkerClient) -> None:
        super().__init__(environment, worker)
        self._raster: RasterSource | None = None

    def name(self) -> str:
        """Its id, for ever."""
        return "evaluaterailway"

    def displayName(self) -> str:
        """Its name."""
        return tr("Evaluate railway")

    def tags(self) -> list[str]:
        """What it is found by."""
        return tr("rail,track,switch,quality,accuracy,completeness,correctness,reference,compare,validate").split(",")

    def shortHelpString(self) -> str:
        """What it does."""
        return tr(
            "Compares extracted tracks with tracks that you know to be right: how much was found, how much of what was "
            "drawn is right, how far it lies off, whether the number of tracks is right from place to place, whether "
            "switches are where they should be, and whether the ways along the tracks are the same.\n\n"
            "The layers may have any coordinate reference systems. Choose the picture as well where the reference "
            "reaches beyond it. Reference features count for nothing where their field state is 'hidden' or their "
            "field what is 'ignore'. Switches of the reference are where three tracks part.\n\n"
            "A figure that nothing can be said of, such as the share of switches where the reference has none, is "
            "left out."
        )

    def shortDescription(self) -> str:
        """What it does, in a sentence."""
        return tr("Says how good extracted railway tracks are, against tracks that you know to be right.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Parameters and outputs."""
        lines = [Qgis.ProcessingSourceType.VectorLine]
        for parameter in (
            with_help(
                QgsProcessingParameterFeatureSource(self.INPUT, tr("Extracted tracks"), lines),
                tr("The tracks that 'Extract railway' has drawn, or any lines."),
            ),
            with_help(
                QgsProcessingParameterFeatureSource(
                    self.NODES, tr("Extracted nodes"), [Qgis.ProcessingSourceType.VectorPoint], optional=True
                ),
                tr(
                    "The nodes that 'Extract railway' has drawn: those whose field railway is 'switch' are compared. "
                    "Empty: switches are where three tracks part."
                ),
            ),
            with_help(
                QgsProcessingParameterFeatureSource(self.REFERENCE, tr("Reference tracks"), lines),
                tr("The middles of the tracks that are truly there, traced or surveyed."),
            ),
            with_help(
                QgsProcessingParameterRasterLayer(self.RASTER, tr("Picture"), optional=True),
                tr("Only what lies on it counts, of either layer. Empty: all lines count."),
            ),
            advanced(
                with_help(
                    QgsProcessingParameterNumber(
                        self.RHO,
                        tr("Tolerance (m)"),
                        Qgis.ProcessingNumberParameterType.Double,
                        defaultValue=1.0,
                        minValue=0.01,
                        maxValue=10.0,
                    ),
                    tr(
                        "How far a line may be from the reference, in metres on the ground: less than half the "
                        "distance of two tracks, or the neighbouring track counts."
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
            "rho_m": self.parameterAsDouble(parameters, self.RHO, context),
            "layers": QgsProcessingUtils.generateTempFilename("evaluation.gpkg", context) if wants_layers else None,
        }

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The layers as files."""
        extracted = Path(QgsProcessingUtils.generateTempFilename("extracted.gpkg", context))
        reference = Path(QgsProcessingUtils.generateTempFilename("reference.gpkg", context))
        for name, path, table in (
            (self.INPUT, extracted, "rail_track"),
            (self.NODES, extracted, "rail_node"),
            (self.REFERENCE, reference, "rail_track"),
        ):
            source = self._source(parameters, name, context)
            if source is not None:
                export_table(source, path, table, context, feedback)
        raster = None if self._raster is None else self._raster.readable_path(None, context, feedback)
        return {"extracted": str(extracted), "reference": str(reference), "raster": raster}

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """Figures and layers."""
        outputs: dict[str, Any] = {}
        for name, (key, label) in _numbers().items():
            if result[key] is not None:
                outputs[name] = result[key]
                feedback.pushInfo(f"{label}: {result[key]:.4g}")
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
            sources = [self._source(parameters, name, context) for name in (self.INPUT, self.NODES, self.REFERENCE)]
        except QgsProcessingException as error:
            return str(error)
        nodes = sources[1]
        if nodes is not None and nodes.fields().indexOf("railway") < 0:
            return tr("The layer {name} has no field railway. Choose nodes that RailSeg has drawn, or none.").format(
                name=nodes.sourceName()
            )
        problems = [source_problem(source) for source in sources if source is not None]
        if parameters.get(self.RASTER) not in (None, ""):
            layer = self.parameterAsRasterLayer(parameters, self.RASTER, context)
            is_there = layer is not None
            problems.append(
                bounding_raster_problem(layer) if is_there else str(self.invalidRasterError(parameters, self.RASTER))
            )
        return next(filter(None, problems), "")

    def _source(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> QgsProcessingFeatureSource | None:
        """A vector input; None where an optional one isn't given.

        Raises:
            QgsProcessingException: It can't be read.
        """
        if name == self.NODES and parameters.get(name) in (None, ""):
            return None
        source = self.parameterAsSource(parameters, name, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, name))
        return source


def _sinks() -> list[QgsProcessingParameterDefinition]:
    """Where to put the layers."""
    line, point = Qgis.ProcessingSourceType.VectorLine, Qgis.ProcessingSourceType.VectorPoint
    texts = {
        "MATCHED": (
            line,
            tr("Matched tracks"),
            tr("Parts of the extracted tracks that are right; offset_cm is to the left."),
        ),
        "MISSED": (line, tr("Missed tracks"), tr("Parts of the reference that have no extracted track.")),
        "FALSE": (line, tr("False tracks"), tr("Parts of the extracted tracks that have no reference.")),
        "SWITCHES": (
            point,
            tr("Compared switches"),
            tr("outcome: matched, missed or false; along_m: how far a matched one lies beyond that of the reference."),
        ),
    }
    return [
        with_help(QgsProcessingParameterFeatureSink(name, label, kind, optional=True, createByDefault=True), text)
        for name, (kind, label, text) in texts.items()
    ]


def _numbers() -> dict[str, tuple[str, str]]:
    """The outputs' names, with the worker's names and labels of the figures."""
    return {
        "COMPLETENESS": ("completeness", tr("Completeness: share of the reference that was found")),
        "CORRECTNESS": ("correctness", tr("Correctness: share of the extracted tracks that is right")),
        "QUALITY": ("quality", tr("Quality: right length over all that was extracted or missed")),
        "REDUNDANCY": ("redundancy", tr("Redundancy: share of the right tracks that is drawn twice")),
        "LATERAL_RMS": ("lateral_rms_cm", tr("Lateral offset, root mean square (cm)")),
        "LATERAL_BIAS": ("lateral_bias_cm", tr("Lateral offset, mean to the left (cm)")),
        "LATERAL_P95": ("lateral_p95_cm", tr("Lateral offset that 95 % do not exceed (cm)")),
        "GAPS_PER_KM": ("gaps_per_km", tr("Gaps per km")),
        "REFERENCE_LENGTH": ("reference_m", tr("Length of the reference (m)")),
        "EXTRACTED_LENGTH": ("extracted_m", tr("Length of the extracted tracks (m)")),
        "TRACK_COUNT_ACCURACY": ("track_count_accuracy", tr("Share of cross-sections with the right number of tracks")),
        "TRACK_COUNT_MAE": ("track_count_mae", tr("Mean error of the number of tracks")),
        "SWITCHES_REFERENCE": ("switches_reference", tr("Switches of the reference")),
        "SWITCHES_EXTRACTED": ("switches_extracted", tr("Extracted switches")),
        "SWITCH_PRECISION": ("switch_precision", tr("Share of the extracted switches that is right")),
        "SWITCH_RECALL": ("switch_recall", tr("Share of the reference's switches that was found")),
        "SWITCH_F1": ("switch_f1", tr("Harmonic mean of both")),
        "SWITCH_ALONG_RMS": ("switch_along_rms_m", tr("Switches' offset along the track, root mean square (m)")),
        "SWITCH_SIDE_ACCURACY": ("switch_side_accuracy", tr("Share of the switches found that part to the right side")),
        "PATH_SIMILARITY": ("path_similarity", tr("Path similarity: whether ways along the tracks are the same")),
    }
