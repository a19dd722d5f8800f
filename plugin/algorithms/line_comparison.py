"""What the algorithms that compare extracted lines with others share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    Qgis,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
    QgsRectangle,
)

from ..environment import Environment
from ..translation import tr
from ..worker_client import WorkerClient
from .area import ChosenArea, chosen_area, is_area_quick_to_read, moved
from .base import RailSegAlgorithm
from .map_layers import copy_table
from .parameters import AREA, INPUT, area_parameters, is_asked_for, is_given, with_help
from .raster_source import RasterSource, bounding_raster_problem
from .vector_source import source_problem


class LineComparison(RailSegAlgorithm):
    """Extracted lines and others, optionally bounded by a picture or an area, to figures and layers.

    Attributes:
        TABLES: The worker's table for each layer, by the output's name.
    """

    TABLES: ClassVar[dict[str, str]]
    REFERENCE = "REFERENCE"
    RASTER = "RASTER"

    def __init__(self, environment: Environment, worker: WorkerClient) -> None:
        super().__init__(environment, worker)
        self._raster: RasterSource | None = None

    def numbers(self) -> dict[str, tuple[str, str]]:
        """The number outputs' names, each with the worker's name and the label of the figure."""
        raise NotImplementedError

    def sources(self) -> dict[str, tuple[str, str]]:
        """The vector inputs' names, each with the worker's file and the table in it that it goes to."""
        return {INPUT: ("extracted", "rail_track"), self.REFERENCE: ("reference", "rail_track")}

    def tracks_parameter(self) -> QgsProcessingParameterDefinition:
        """The parameter for the extracted lines."""
        return with_help(
            QgsProcessingParameterFeatureSource(INPUT, tr("Extracted tracks"), [Qgis.ProcessingSourceType.VectorLine]),
            tr(
                "The tracks that 'Extract railway' has drawn, or any other lines. Tracks rejected in the review are "
                "left out."
            ),
        )

    def picture_parameter(self) -> QgsProcessingParameterDefinition:
        """The parameter for a picture that bounds the comparison."""
        return with_help(
            QgsProcessingParameterRasterLayer(self.RASTER, tr("Picture"), optional=True),
            tr("Only the parts of both layers that lie on the picture count. Empty: all lines count."),
        )

    def area_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The parameters for an area that bounds the comparison as well."""
        return area_parameters(
            tr(
                "Only the parts of both layers that lie in these polygons, or beside these lines, count. Empty: all "
                "lines count."
            )
        )

    def layer_parameter(
        self,
        name: str,
        description: str,
        help_text: str,
        kind: Qgis.ProcessingSourceType = Qgis.ProcessingSourceType.VectorLine,
    ) -> QgsProcessingParameterDefinition:
        """The parameter for an output layer, one of `TABLES`."""
        sink = QgsProcessingParameterFeatureSink(name, description, kind, optional=True, createByDefault=True)
        return with_help(sink, help_text)

    def add_numbers(self) -> None:
        """Adds the number outputs."""
        for name, (_, label) in self.numbers().items():
            self.addOutput(QgsProcessingOutputNumber(name, label))

    def layers_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The worker's `layers`: a file if any layer is requested."""
        is_wanted = any(is_asked_for(parameters, name) for name in self.TABLES)
        return {"layers": QgsProcessingUtils.generateTempFilename("layers.gpkg", context) if is_wanted else None}

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Takes from the picture, on the main thread, what the work needs."""
        is_ready = super().prepareAlgorithm(parameters, context, feedback)
        layer = self.parameterAsRasterLayer(parameters, self.RASTER, context)
        self._raster = None if layer is None else RasterSource(layer)
        return is_ready

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The layers as files, and what bounds the comparison; for a picture that the worker can't open, its extent."""
        files: dict[str, Path] = {}
        for name, (file, table) in self.sources().items():
            if file not in files:
                files[file] = Path(QgsProcessingUtils.generateTempFilename(f"{file}.gpkg", context))
            source = self.source(parameters, name, context)
            if source is not None:
                self.export(source, files[file], table, context, feedback)
        raster, area = self._raster, self._area(parameters, context)
        if raster is not None and raster.path is None:
            box = ChosenArea(QgsGeometry.fromRect(raster.extent), raster.crs)
            area = box if area is None else replace(area, within=box)
        return {
            **{file: str(path) for file, path in files.items()},
            "raster": None if raster is None else raster.path,
            "area": None if area is None else area.request,
        }

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """Figures and layers; undefined figures are left out."""
        outputs: dict[str, Any] = {}
        for name, (key, label) in self.numbers().items():
            if result[key] is not None:
                outputs[name] = result[key]
                feedback.pushInfo(f"{label}: {_figure(result[key])}")
        for name, table in self.TABLES.items():
            if is_asked_for(parameters, name):
                outputs[name] = copy_table(self, parameters, name, context, Path(result["layers"]), table)
        return outputs

    def group_name(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """The names of both layers. QGIS puts a group on top, where the lines that are compared don't hide it."""
        sources = [self.source(parameters, name, context) for name in (INPUT, self.REFERENCE)]
        return " – ".join(source.sourceName() for source in sources if source is not None)

    def source(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> QgsProcessingFeatureSource | None:
        """A vector input; None where an optional one isn't given.

        Raises:
            QgsProcessingException: It can't be read.
        """
        is_optional = self.parameterDefinition(name).flags() & Qgis.ProcessingParameterFlag.Optional
        if is_optional and not is_given(parameters, name):
            return None
        source = self.parameterAsSource(parameters, name, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, name))
        return source

    def _area(self, parameters: dict[str, Any], context: QgsProcessingContext) -> ChosenArea | None:
        """The area; None if none is chosen.

        Raises:
            QgsProcessingException: No part of it lies where the lines are.
        """
        tracks, reference = (self.source(parameters, name, context) for name in (INPUT, self.REFERENCE))
        if tracks is None or reference is None:
            return None
        place = QgsRectangle()
        for source in (tracks, reference):
            extent = source.sourceExtent()
            if not extent.isNull():  # as it is for a layer without features
                place.combineExtentWith(moved(extent, source.sourceCrs(), tracks.sourceCrs(), context))
        return chosen_area(
            self,
            parameters,
            tracks.sourceCrs(),
            None if place.isNull() else place,
            context,
            none_there=tr("None of the tracks lies in the area. Choose another, or check the layers' CRS."),
        )

    def _problems(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterator[str]:
        """See `RailSegAlgorithm`."""
        yield from super()._problems(parameters, context)
        for name in self.sources():
            source = self.source(parameters, name, context)
            yield "" if source is None else source_problem(source)
        if is_given(parameters, self.RASTER):
            layer = self.parameterAsRasterLayer(parameters, self.RASTER, context)
            yield (
                str(self.invalidRasterError(parameters, self.RASTER))
                if layer is None
                else bounding_raster_problem(layer)
            )
        if is_given(parameters, AREA) and is_area_quick_to_read(self, parameters, context):
            self._area(parameters, context)


def _figure(value: float) -> str:
    """A figure in the log with four significant digits or more, but never with an exponent: railways are long."""
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
