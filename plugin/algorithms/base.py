"""What all algorithms share: they check their inputs, send the worker a request and return its results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingUtils,
)

from ..environment import Environment
from ..locations import HELP_PICTURES, WEBSITE
from ..translation import tr
from ..unfinished import is_kept, unfinished_folder
from ..worker_client import WorkerCancelledError, WorkerClient
from .area import area_problem, chosen_area, is_area_quick_to_read
from .destinations import destination_problem, outputs_without_geometry, unreachable_database
from .layer_group import group_layers
from .parameters import INPUT, bands_request, picture_request
from .raster_source import RasterSource, picture_problem, raster_problem
from .stale_layers import refresh_layers_of
from .vector_source import export_table

_HELP_WIDTH_PX = 230
"""As wide as the help is in a dialog that QGIS has just opened, beside a scroll bar."""


class RailSegAlgorithm(QgsProcessingAlgorithm):
    """A step that the worker carries out. Subclasses define its name, parameters, request and outputs.

    Args:
        environment: The worker's Python environment.
        worker: The client that runs the requests.
    """

    METHOD: ClassVar[str]

    def __init__(self, environment: Environment, worker: WorkerClient) -> None:
        super().__init__()
        self._environment = environment
        self._worker = worker
        self._exported: dict[str, str] = {}
        self._outputs: dict[str, Any] = {}

    def createInstance(self) -> RailSegAlgorithm:
        """A new instance of the same algorithm."""
        return type(self)(self._environment, self._worker)

    def group(self) -> str:
        """The group that all algorithms share."""
        return tr("Railway")

    def groupId(self) -> str:
        """The id of that group."""
        return "railway"

    def help_text(self) -> str:
        """The help text, without the picture."""
        raise NotImplementedError

    def shortHelpString(self) -> str:
        """The help text; on the desktop with a picture of input and output."""
        picture = HELP_PICTURES / f"{self.name()}.png"
        if QgsApplication.platform() != "desktop":
            return self.help_text()
        return f'<img src="{picture.as_uri()}" width="{_HELP_WIDTH_PX}">\n{self.help_text()}'

    def helpUrl(self) -> str:
        """The address of the manual."""
        return f"{WEBSITE}#in-qgis"

    def canExecute(self) -> tuple[bool, str]:
        """Whether the worker's environment is ready and, if not, how to set it up. Only called on the desktop."""
        status = self._environment.status()
        return status.is_ok, status.message

    def checkParameterValues(self, parameters: dict[str, Any], context: QgsProcessingContext) -> tuple[bool, str]:
        """Reports problems before anything starts."""
        is_ok, message = super().checkParameterValues(parameters, context)
        if is_ok:
            message = self._problem(parameters, context)
        return is_ok and not message, message

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Checks, on the main thread, whether the work can be done.

        Raises:
            QgsProcessingException: The environment is missing, or an input or output can't be used.
        """
        problem = self._problem(parameters, context)  # not every caller has called checkParameterValues
        if problem:
            raise QgsProcessingException(problem)
        for name in outputs_without_geometry(self, parameters, context):
            feedback.pushWarning(
                tr("{name} will be a table without lines or points. Choose .gpkg to see them on the map.").format(
                    name=name
                )
            )
        return True

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Runs the request, on any thread; a cancelled run has no outputs."""
        if problem := unreachable_database(self, parameters, context):
            raise QgsProcessingException(problem)
        request = {**self.request(parameters, context), "overwrite": True}
        try:
            request |= self.inputs(parameters, context, feedback)
            result = self._worker.run(self.METHOD, request, feedback)
        except WorkerCancelledError as error:
            if not feedback.isCanceled():  # otherwise no outputs would be taken for success
                raise QgsProcessingException(
                    tr("The run was stopped because RailSeg's environment is being rebuilt. Run it again.")
                ) from error
            if is_kept(request):
                feedback.pushInfo(tr("The finished part is kept for a week: run the same again to continue."))
            return {}
        except QgsProcessingException as error:
            raise QgsProcessingException(self._with_layers_names(str(error))) from error
        outputs = self.hand_out(parameters, context, feedback, request, result)
        if name := self.group_name(parameters, context):
            group_layers(name, outputs.values(), context)
        self._outputs = outputs
        return outputs

    def postProcessAlgorithm(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Refreshes, on the main thread, the project's layers of files that were replaced; changes no output."""
        for name in refresh_layers_of(self._outputs.values(), context):
            feedback.pushWarning(
                tr(
                    "The layer {name} was edited during the run, which has replaced its data. Discard those edits: "
                    "they belong to what was there before."
                ).format(name=name)
            )
        return {}

    def group_name(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """The group of the layer tree that the layers go into; empty for none."""
        return ""

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The worker's parameters, without those of `inputs` and `overwrite`.

        Raises:
            QgsProcessingException: A value can't be used.
        """
        raise NotImplementedError

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The worker's parameters for what it reads: files that it can open.

        Raises:
            QgsProcessingException: A layer can't be used.
            WorkerCancelledError: The user has cancelled.
        """
        raise NotImplementedError

    def hand_out(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """The algorithm's outputs, from the request and the worker's result."""
        raise NotImplementedError

    def export(
        self,
        source: QgsProcessingFeatureSource,
        geopackage: Path,
        table: str,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> None:
        """Writes a vector layer to a table in a file for the worker; see `export_table`."""
        export_table(source, geopackage, table, context, feedback)
        self._exported.setdefault(str(geopackage), str(source.sourceName()))

    def _with_layers_names(self, message: str) -> str:
        """A worker's message with the names of layers in place of the files they were exported to."""
        for path, name in self._exported.items():
            message = message.replace(path, name)
        return message

    def _problem(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """Why the algorithm can't run, and what to do about it; empty if it can."""
        try:
            return next(filter(None, self._problems(parameters, context)), "")
        except QgsProcessingException as error:
            return str(error)

    def _problems(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterator[str]:
        """Checks one after the other, each of which needs the ones before: what is wrong, or an empty text.

        Raises:
            QgsProcessingException: A value can't be used; the message says why.
        """
        status = self._environment.status()
        yield "" if status.is_ok else status.message
        yield destination_problem(self, parameters, context)


class RasterAlgorithm(RailSegAlgorithm):
    """A step whose input is a raster or an area of it."""

    def __init__(self, environment: Environment, worker: WorkerClient) -> None:
        super().__init__(environment, worker)
        self._raster: RasterSource | None = None

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Takes from the layer, on the main thread, what the work needs."""
        is_ready = super().prepareAlgorithm(parameters, context, feedback)
        self._raster = RasterSource(self.parameterAsRasterLayer(parameters, INPUT, context))
        return is_ready

    def group_name(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """The raster's name."""
        return "" if self._raster is None else self._raster.name

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The raster, and the area if one is chosen."""
        if self._raster is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, INPUT))
        area = chosen_area(self, parameters, self._raster.crs, self._raster.extent, context)
        if area is None:
            return {"raster": self._raster.readable_path(None, context, feedback)}
        extent = area.bounds_in(self._raster.crs, context)
        return {"raster": self._raster.readable_path(extent, context, feedback), "area": area.request}

    def _problems(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterator[str]:
        """See `RailSegAlgorithm`; the area may be too large, for one. One of many features is left to the run."""
        yield from super()._problems(parameters, context)
        layer = self.parameterAsRasterLayer(parameters, INPUT, context)
        yield str(self.invalidRasterError(parameters, INPUT)) if layer is None else raster_problem(layer)
        if not is_area_quick_to_read(self, parameters, context):
            yield area_problem(self, parameters, context)
            return
        raster = RasterSource(layer)
        area = chosen_area(self, parameters, raster.crs, raster.extent, context)
        raster.check(None if area is None else area.bounds_in(raster.crs, context), context)


class PictureAlgorithm(RasterAlgorithm):
    """A step whose input is a picture that shows tracks."""

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The raster, the area and, if the raster is exported, its colour bands unless others are chosen."""
        inputs = super().inputs(parameters, context, feedback)
        if self._raster is not None and self._raster.colour_bands and not bands_request(self, parameters, context):
            inputs["bands"] = self._raster.colour_bands
        return inputs

    def _problems(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterator[str]:
        """See `RailSegAlgorithm`."""
        yield from super()._problems(parameters, context)
        bands_request(self, parameters, context)
        yield picture_problem(self.parameterAsRasterLayer(parameters, INPUT, context), context)


class ModelAlgorithm(PictureAlgorithm):
    """A step that runs the model over a picture, which takes long enough to be interrupted."""

    def inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """The raster, the area, and the folder that keeps finished blocks until the run is complete."""
        inputs = super().inputs(parameters, context, feedback)
        if self._raster is not None and self._raster.path is None:
            # The raster is exported anew for each run, and removed when QGIS exits: so is this folder.
            return inputs | {"unfinished": QgsProcessingUtils.generateTempFilename("unfinished", context)}
        return with_unfinished(self, inputs, parameters, context)


def with_unfinished(
    algorithm: QgsProcessingAlgorithm, inputs: dict[str, Any], parameters: dict[str, Any], context: QgsProcessingContext
) -> dict[str, Any]:
    """The inputs and the folder that keeps finished blocks until the run is complete, one for each such request.

    Without a folder in the profile the worker keeps them beside its output.
    """
    folder = unfinished_folder(inputs | picture_request(algorithm, parameters, context))
    return inputs if folder is None else inputs | {"unfinished": str(folder)}
