"""Parameters that several algorithms share, and how their values become the worker's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsVariantUtils,
)

from ..translation import tr

INPUT = "INPUT"
BANDS = "BANDS"
EXTENT = "EXTENT"
AREA = "AREA"
CORRIDOR = "CORRIDOR"
MODEL = "MODEL"
DEVICE = "DEVICE"
EVERY_TILE = "EVERY_TILE"
THRESHOLD = "THRESHOLD"
OPENING = "OPENING"
CLOSING = "CLOSING"
KERNEL = "KERNEL"
MIN_LENGTH = "MIN_LENGTH"
PROBABILITY = "PROBABILITY"
MASK = "MASK"
_DEVICES = ["auto", "cpu", "cuda", "mps"]
_KERNELS = ["disc", "square"]


def picture_parameters() -> list[QgsProcessingParameterDefinition]:
    """The parameters for the picture, its bands and an area in it."""
    return [
        with_help(
            QgsProcessingParameterRasterLayer(INPUT, tr("Aerial or drone picture")),
            tr("A georeferenced raster with a ground sampling distance of 1 m or finer."),
        ),
        *place_parameters(),
        advanced(
            with_help(
                QgsProcessingParameterBand(
                    BANDS, tr("Bands"), parentLayerParameterName=INPUT, optional=True, allowMultiple=True
                ),
                tr(
                    "Three bands to use as red, green and blue, or a single one. Empty: the picture's own red, green "
                    "and blue."
                ),
            )
        ),
    ]


def band_numbers_parameter() -> QgsProcessingParameterDefinition:
    """The parameter for the bands of pictures that aren't layers, so that QGIS can't list them."""
    return advanced(
        with_help(
            QgsProcessingParameterString(BANDS, tr("Bands"), optional=True),
            tr(
                "The numbers of three bands to use as red, green and blue, such as 4, 1, 2, or of a single one. Empty: "
                "the pictures' own red, green and blue."
            ),
        )
    )


def place_parameters() -> list[QgsProcessingParameterDefinition]:
    """The parameters for the extent and the area."""
    return [
        with_help(
            QgsProcessingParameterExtent(EXTENT, tr("Extent"), optional=True),
            tr("Only this part of the picture is processed. Empty: all of it."),
        ),
        *area_parameters(
            tr(
                "Only what lies in these polygons, or beside these lines, is processed: a rough line of the railway, "
                "such as from OpenStreetMap, will do. Empty: the whole picture, or the whole extent."
            )
        ),
    ]


def area_parameters(help_text: str) -> list[QgsProcessingParameterDefinition]:
    """The parameters for polygons, or for lines with a corridor to either side."""
    return [
        with_help(
            QgsProcessingParameterFeatureSource(
                AREA,
                tr("Area or lines"),
                [Qgis.ProcessingSourceType.VectorPolygon, Qgis.ProcessingSourceType.VectorLine],
                optional=True,
            ),
            help_text,
        ),
        metres_parameter(
            CORRIDOR,
            tr("Corridor (m)"),
            50.0,
            0.0,
            1000.0,
            tr("How far to look to either side of the lines and beyond their ends, in metres; not used for polygons."),
        ),
    ]


def model_parameters() -> list[QgsProcessingParameterDefinition]:
    """The parameters for the model, the device it runs on, and how closely it looks."""
    return [
        advanced(
            with_help(
                QgsProcessingParameterFile(
                    MODEL, tr("Model file"), fileFilter=tr("RailSeg model (*.safetensors)"), optional=True
                ),
                tr("A model of your own, trained with RailSeg. Empty: the bundled one."),
            )
        ),
        advanced(
            with_help(
                QgsProcessingParameterEnum(DEVICE, tr("Device"), _DEVICES, defaultValue="auto", usesStaticStrings=True),
                tr("What the model runs on: auto uses a graphics card if there is one, otherwise the processor."),
            )
        ),
        advanced(
            with_help(
                QgsProcessingParameterBoolean(EVERY_TILE, tr("Look closely everywhere"), defaultValue=False),
                tr(
                    "The model first glances at each part of the picture and skips those without any sign of track, "
                    "which saves time. Check this if a track is missing, or if you lower the threshold."
                ),
            )
        ),
    ]


def mask_input_parameter() -> QgsProcessingParameterDefinition:
    """The parameter for a mask or probability raster to work on."""
    return with_help(
        QgsProcessingParameterRasterLayer(INPUT, tr("Mask or probability raster")),
        tr("RailSeg's probability raster, or a one-band mask or probability raster made elsewhere."),
    )


def cleaning_parameters() -> list[QgsProcessingParameterDefinition]:
    """The parameters for the threshold and the morphology that cleans the mask."""
    return [
        with_help(
            with_decimals(
                QgsProcessingParameterNumber(
                    THRESHOLD,
                    tr("Threshold"),
                    Qgis.ProcessingNumberParameterType.Double,
                    optional=True,
                    minValue=0.0,
                    maxValue=1.0,
                ),
                3,
            ),
            tr(
                "Probability from which a pixel counts as track, 0 to 1. Empty: the value that the model was tuned for."
            ),
        ),
        metres_parameter(
            OPENING,
            tr("Opening (m)"),
            0.6,
            0.0,
            10.0,
            tr("Removes specks and bridges thinner than this, in metres on the ground; 0: nothing."),
        ),
        metres_parameter(
            CLOSING,
            tr("Closing (m)"),
            1.0,
            0.0,
            10.0,
            tr("Then fills gaps narrower than this, in metres on the ground; 0: none."),
        ),
        advanced(
            with_help(
                QgsProcessingParameterEnum(KERNEL, tr("Kernel"), _KERNELS, defaultValue="disc", usesStaticStrings=True),
                tr("Shape of the kernel for opening and closing."),
            )
        ),
    ]


def advanced_cleaning_parameters() -> list[QgsProcessingParameterDefinition]:
    """The same as `cleaning_parameters`, for the model's own probabilities, which few need to treat differently."""
    return [advanced(parameter) for parameter in cleaning_parameters()]


def min_length_parameter() -> QgsProcessingParameterDefinition:
    """The parameter for the length from which a piece of track is drawn."""
    return metres_parameter(
        MIN_LENGTH,
        tr("Minimum length (m)"),
        15.0,
        0.0,
        1000.0,
        tr(
            "Isolated pieces shorter than this, in metres, are left out unless the edge of the picture or area cuts "
            "them."
        ),
    )


def raster_output_parameter(
    name: str, description: str, help_text: str, *, is_optional: bool
) -> QgsProcessingParameterDefinition:
    """The parameter for an output raster; an optional one is made only on request."""
    parameter = QgsProcessingParameterRasterDestination(
        name, description, optional=is_optional, createByDefault=not is_optional
    )
    return with_help(parameter, help_text)


def probability_parameters(*, is_optional: bool) -> list[QgsProcessingParameterDefinition]:
    """The parameters for the probability raster and the mask made from it."""
    return [
        raster_output_parameter(
            PROBABILITY,
            tr("Probability raster"),
            tr("Bands track and axis, 0–255 for 0–1, at the model's ground sampling distance."),
            is_optional=is_optional,
        ),
        raster_output_parameter(MASK, tr("Mask raster"), tr("The cleaned mask of the tracks."), is_optional=True),
    ]


def picture_request(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> dict[str, Any]:
    """The worker's parameters for the bands and the model's run.

    Raises:
        QgsProcessingException: See `bands_request`.
    """
    has_model = is_given(parameters, MODEL)
    return {
        "bands": bands_request(algorithm, parameters, context),
        "model": (algorithm.parameterAsFile(parameters, MODEL, context) or None) if has_model else None,
        "device": algorithm.parameterAsEnumString(parameters, DEVICE, context),
        "every_tile": algorithm.parameterAsBoolean(parameters, EVERY_TILE, context),
    }


def bands_request(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> list[int] | None:
    """The worker's `bands`; None for the picture's own.

    Raises:
        QgsProcessingException: There are neither one nor three, or they aren't numbers.
    """
    if not is_given(parameters, BANDS):
        return None
    bands = _numbers_in(algorithm.parameterAsString(parameters, BANDS, context))  # of a list, that is empty
    if not bands:
        bands = [band for band in algorithm.parameterAsInts(parameters, BANDS, context) if band]  # 0 if it is empty
    if len(bands) not in (0, 1, 3):
        raise QgsProcessingException(
            tr("{n} bands are chosen: choose three as red, green and blue, or one, or none.").format(n=len(bands))
        )
    return bands or None


def _numbers_in(text: str) -> list[int]:
    """Whole numbers separated by commas, semicolons or spaces."""
    try:
        return [int(part) for part in re.split(r"[\s,;]+", text) if part]
    except ValueError as error:
        raise QgsProcessingException(
            tr("'{text}' isn't a list of band numbers: give three, such as 4, 1, 2, or one, or none.").format(text=text)
        ) from error


def cleaning_request(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> dict[str, Any]:
    """The worker's parameters for threshold and morphology."""
    has_threshold = is_given(parameters, THRESHOLD)
    return {
        "threshold": algorithm.parameterAsDouble(parameters, THRESHOLD, context) if has_threshold else None,
        "opening_m": algorithm.parameterAsDouble(parameters, OPENING, context),
        "closing_m": algorithm.parameterAsDouble(parameters, CLOSING, context),
        "kernel": algorithm.parameterAsEnumString(parameters, KERNEL, context),
    }


def raster_output(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], name: str, context: QgsProcessingContext
) -> str | None:
    """Where to write a raster; None if it isn't requested.

    Raises:
        QgsProcessingException: Its name has another format's extension.
    """
    if not is_asked_for(parameters, name):
        return None
    path: str = algorithm.parameterAsOutputLayer(parameters, name, context)
    if Path(path).suffix.lower() not in (".tif", ".tiff"):
        raise QgsProcessingException(
            tr("{path} will be a GeoTIFF: give it a name that ends in .tif.").format(path=path)
        )
    return path


def is_asked_for(parameters: dict[str, Any], name: str) -> bool:
    """Whether an output is requested; for one that isn't, a batch passes an empty destination."""
    value = parameters.get(name)
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        is_plain = value.sink.propertyType() == Qgis.PropertyType.Static
        value = value.sink.staticValue() if is_plain else value.sink
    return _is_set(value)


def is_given(parameters: dict[str, Any], name: str) -> bool:
    """Whether an optional input has a value; a script or a model may pass QGIS's own null for none."""
    return _is_set(parameters.get(name))


def _is_set(value: Any) -> bool:
    return value != "" and not QgsVariantUtils.isNull(value)


def metres_parameter(
    name: str, description: str, default: float, smallest: float, largest: float, help_text: str
) -> QgsProcessingParameterDefinition:
    """The parameter for a length on the ground, with the worker's limits."""
    kind = Qgis.ProcessingNumberParameterType.Double
    parameter = QgsProcessingParameterNumber(name, description, kind, default, minValue=smallest, maxValue=largest)
    return with_help(with_decimals(parameter, 2), help_text)


def with_decimals(parameter: QgsProcessingParameterDefinition, decimals: int) -> QgsProcessingParameterDefinition:
    """The parameter, whose number has so many decimals in the dialog; by default there are six."""
    parameter.setMetadata({"widget_wrapper": {"decimals": decimals}})
    return parameter


def with_help(parameter: QgsProcessingParameterDefinition, help_text: str) -> QgsProcessingParameterDefinition:
    """The parameter, with a help text."""
    parameter.setHelp(help_text)
    return parameter


def advanced(parameter: QgsProcessingParameterDefinition) -> QgsProcessingParameterDefinition:
    """The parameter, marked as advanced."""
    parameter.setFlags(parameter.flags() | Qgis.ProcessingParameterFlag.Advanced)
    return parameter
