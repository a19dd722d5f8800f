"""Extracted lines against reference lines: how good the extraction is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from qgis.core import Qgis, QgsProcessingContext, QgsProcessingParameterFeatureSource

from ..translation import tr
from .line_comparison import LineComparison
from .parameters import advanced, metres_parameter, with_help


class EvaluateRailway(LineComparison):
    """Extracted lines and reference lines to figures, and layers of what is matched, missed and false."""

    METHOD = "evaluate"
    TABLES: ClassVar[dict[str, str]] = {
        "MATCHED": "matched",
        "MISSED": "missed",
        "FALSE": "false",
        "SWITCHES": "switches",
    }
    NODES = "NODES"
    RHO = "RHO"

    def name(self) -> str:
        """The algorithm's id, which must never change."""
        return "evaluaterailway"

    def displayName(self) -> str:
        """The algorithm's name."""
        return tr("Evaluate railway")

    def tags(self) -> list[str]:
        """The search tags."""
        return tr("rail,track,switch,quality,accuracy,completeness,correctness,reference,compare,validate").split(",")

    def help_text(self) -> str:
        """The help text."""
        return tr(
            "Compares extracted tracks with tracks that you know to be right: how much was found, how much of what was "
            "drawn is right, how far off it is, whether the number of tracks is right from place to place, whether "
            "switches are where they should be, and whether the routes along the tracks are the same.\n\n"
            "The layers may have any coordinate reference systems. If the reference extends beyond the picture, choose "
            "the picture as well. Reference features are ignored if their field state is 'hidden' or their field what "
            "is 'ignore'. The reference has a switch wherever three tracks meet.\n\n"
            "A figure that can't be calculated, such as the share of switches found where the reference has none, is "
            "left out."
        )

    def shortDescription(self) -> str:
        """A one-sentence summary."""
        return tr("Measures how good extracted railway tracks are, against tracks that you know to be right.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Defines parameters and outputs."""
        for parameter in (
            self.tracks_parameter(),
            with_help(
                QgsProcessingParameterFeatureSource(
                    self.NODES, tr("Extracted nodes"), [Qgis.ProcessingSourceType.VectorPoint], optional=True
                ),
                tr(
                    "The nodes that 'Extract railway' has drawn: those whose field railway is 'switch' are compared. "
                    "Empty: there is a switch wherever three tracks meet."
                ),
            ),
            with_help(
                QgsProcessingParameterFeatureSource(
                    self.REFERENCE, tr("Reference tracks"), [Qgis.ProcessingSourceType.VectorLine]
                ),
                tr("The centre lines of the tracks that are really there, traced or surveyed."),
            ),
            self.picture_parameter(),
            *self.area_parameters(),
            advanced(
                metres_parameter(
                    self.RHO,
                    tr("Tolerance (m)"),
                    1.0,
                    0.01,
                    10.0,
                    tr(
                        "How far a line may be from the reference, in metres on the ground: less than half the "
                        "distance between two tracks, or the neighbouring track counts."
                    ),
                )
            ),
            self.layer_parameter(
                "MATCHED",
                tr("Matched tracks"),
                tr("Parts of the extracted tracks that are right; offset_cm is positive to the left."),
            ),
            self.layer_parameter(
                "MISSED", tr("Missed tracks"), tr("Parts of the reference that have no extracted track.")
            ),
            self.layer_parameter(
                "FALSE", tr("False tracks"), tr("Parts of the extracted tracks that have no reference.")
            ),
            self.layer_parameter(
                "SWITCHES",
                tr("Compared switches"),
                tr(
                    "outcome: matched, missed or false; along_m: how far a matched switch lies beyond the one in the "
                    "reference."
                ),
                Qgis.ProcessingSourceType.VectorPoint,
            ),
        ):
            self.addParameter(parameter)
        self.add_numbers()

    def numbers(self) -> dict[str, tuple[str, str]]:
        """The quality figures."""
        return {
            "COMPLETENESS": ("completeness", tr("Completeness: share of the reference that was found")),
            "CORRECTNESS": ("correctness", tr("Correctness: share of the extracted tracks that is right")),
            "QUALITY": ("quality", tr("Quality: correct length divided by all that was extracted or missed")),
            "REDUNDANCY": ("redundancy", tr("Redundancy: share of the right tracks that is drawn twice")),
            "LATERAL_RMS": ("lateral_rms_cm", tr("Lateral offset, root mean square (cm)")),
            "LATERAL_BIAS": ("lateral_bias_cm", tr("Lateral offset, mean to the left (cm)")),
            "LATERAL_P95": ("lateral_p95_cm", tr("Lateral offset that 95 % do not exceed (cm)")),
            "GAPS_PER_KM": ("gaps_per_km", tr("Gaps per km")),
            "REFERENCE_LENGTH": ("reference_m", tr("Length of the reference (m)")),
            "EXTRACTED_LENGTH": ("extracted_m", tr("Length of the extracted tracks (m)")),
            "TRACK_COUNT_ACCURACY": (
                "track_count_accuracy",
                tr("Share of cross-sections with the right number of tracks"),
            ),
            "TRACK_COUNT_MAE": ("track_count_mae", tr("Mean error of the number of tracks")),
            "SWITCHES_REFERENCE": ("switches_reference", tr("Switches of the reference")),
            "SWITCHES_EXTRACTED": ("switches_extracted", tr("Extracted switches")),
            "SWITCH_PRECISION": ("switch_precision", tr("Share of the extracted switches that is right")),
            "SWITCH_RECALL": ("switch_recall", tr("Share of the reference's switches that was found")),
            "SWITCH_F1": ("switch_f1", tr("Harmonic mean of both")),
            "SWITCH_ALONG_RMS": ("switch_along_rms_m", tr("Switches' offset along the track, root mean square (m)")),
            "SWITCH_SIDE_ACCURACY": (
                "switch_side_accuracy",
                tr("Share of the switches found that branch off to the correct side"),
            ),
            "PATH_SIMILARITY": ("path_similarity", tr("Path similarity: whether routes along the tracks are the same")),
        }

    def sources(self) -> dict[str, tuple[str, str]]:
        """The vector inputs; the nodes go into the file of the tracks."""
        return {self.NODES: ("extracted", "rail_node"), **super().sources()}

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The worker's parameters."""
        return {
            "rho_m": self.parameterAsDouble(parameters, self.RHO, context),
            **self.layers_request(parameters, context),
        }

    def _problems(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterator[str]:
        """See `RailSegAlgorithm`."""
        yield from super()._problems(parameters, context)
        nodes = self.source(parameters, self.NODES, context)
        if nodes is not None and nodes.fields().indexOf("railway") < 0:
            yield tr("The layer {name} has no field railway. Choose nodes that RailSeg has drawn, or none.").format(
                name=nodes.sourceName()
            )
