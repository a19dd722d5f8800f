"""Extracted tracks against an existing map: what is new, missing and shifted."""

from __future__ import annotations

from typing import Any, ClassVar

from qgis.core import Qgis, QgsProcessingContext, QgsProcessingParameterFeatureSource

from ..translation import tr
from .line_comparison import LineComparison
from .parameters import advanced, metres_parameter, with_help


class CompareRailway(LineComparison):
    """Extracted tracks and a map's lines to layers of what is new, missing, shifted and matched."""

    METHOD = "compare"
    TABLES: ClassVar[dict[str, str]] = {"NEW": "new", "MISSING": "missing", "SHIFTED": "shifted", "MATCHED": "matched"}
    REACH = "REACH"
    SHIFT = "SHIFT"

    def name(self) -> str:
        """The algorithm's id, which must never change."""
        return "comparerailway"

    def displayName(self) -> str:
        """The algorithm's name."""
        return tr("Compare railway with a map")

    def tags(self) -> list[str]:
        """The search tags."""
        return tr("rail,track,openstreetmap,osm,change,update,difference,conflation,asset register,compare").split(",")

    def help_text(self) -> str:
        """The help text."""
        return tr(
            "Compares extracted tracks with lines that you have, such as an OpenStreetMap export or an asset register: "
            "what was extracted but isn't in the map (new), what is in the map but wasn't extracted (missing), and "
            "what is in both, either in the same place (matched) or shifted, by offset_dm decimetres to the left of "
            "the map's line, in the direction of the extracted track.\n\n"
            "Tracks are matched one to one: where the map has one of two tracks, the other is new. The layers may have "
            "any coordinate reference systems. If the map extends beyond the picture, choose the picture as well; "
            "otherwise all that lies outside it is missing."
        )

    def shortDescription(self) -> str:
        """A one-sentence summary."""
        return tr("Shows what extracted tracks have that an existing map doesn't, and the other way round.")

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        """Defines parameters and outputs."""
        for parameter in (
            self.tracks_parameter(),
            with_help(
                QgsProcessingParameterFeatureSource(self.REFERENCE, tr("Map"), [Qgis.ProcessingSourceType.VectorLine]),
                tr(
                    "The lines to compare with, one per track. All of them count: filter the layer where it has "
                    "others, such as roads or dismantled railways."
                ),
            ),
            self.picture_parameter(),
            *self.area_parameters(),
            metres_parameter(
                self.SHIFT,
                tr("Minimum shift (m)"),
                0.5,
                0.01,
                20.0,
                tr(
                    "The offset from which a track counts as shifted, in metres on the ground, averaged over 25 m of "
                    "track."
                ),
            ),
            advanced(
                metres_parameter(
                    self.REACH,
                    tr("Search distance (m)"),
                    2.5,
                    0.01,
                    20.0,
                    tr(
                        "How far a track may lie from its place in the map, in metres on the ground: less than the "
                        "distance between two tracks."
                    ),
                )
            ),
            self.layer_parameter(
                "NEW",
                tr("New tracks"),
                tr("Parts of the extracted tracks that aren't in the map; track_id is the track's."),
            ),
            self.layer_parameter(
                "MISSING",
                tr("Missing tracks"),
                tr("Parts of the map's lines that were not extracted; reference_fid is the feature's id in the map."),
            ),
            self.layer_parameter(
                "SHIFTED",
                tr("Shifted tracks"),
                tr(
                    "Parts of the extracted tracks, 25 m long at most, that the map has elsewhere: offset_dm "
                    "decimetres off."
                ),
            ),
            self.layer_parameter(
                "MATCHED",
                tr("Matched tracks"),
                tr("Parts of the extracted tracks that the map has in the same place."),
            ),
        ):
            self.addParameter(parameter)
        self.add_numbers()

    def numbers(self) -> dict[str, tuple[str, str]]:
        """The lengths and the mean distance."""
        return {
            "NEW_LENGTH": ("new_m", tr("Length of the new tracks (m)")),
            "MISSING_LENGTH": ("missing_m", tr("Length of the missing tracks (m)")),
            "SHIFTED_LENGTH": ("shifted_m", tr("Length of the shifted tracks (m)")),
            "MATCHED_LENGTH": ("matched_m", tr("Length of the matched tracks (m)")),
            "MEAN_DISTANCE": ("mean_distance_dm", tr("Mean distance of the shifted and matched tracks (dm)")),
        }

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The worker's parameters."""
        return {
            "reach_m": self.parameterAsDouble(parameters, self.REACH, context),
            "shift_m": self.parameterAsDouble(parameters, self.SHIFT, context),
            **self.layers_request(parameters, context),
        }
