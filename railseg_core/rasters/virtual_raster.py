"""Checks that a virtual raster (VRT) is made only of pictures on this machine that are referred to by name."""

from __future__ import annotations

import re
import warnings
from xml.etree import ElementTree  # nosec B405

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from railseg_core.errors import RailSegError
from railseg_core.paths import file_version, is_device_or_pipe

_NETWORK = re.compile(r"/vsi(curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)|\b(https?|ftp|s3|gs|az|adls|oss|hdfs)://", re.I)
_ADDRESS = re.compile(r"/vsi|[a-z0-9+]+://", re.I)
"""Beginnings of a name that is not a path: further on, a folder may be called anything."""
_WITHIN = re.compile(r"\s*<|vrt:", re.I)
"""Beginnings of a virtual raster in the place of a file's name: GDAL opens the text itself."""
_SOURCES = ("SourceFilename", "SourceDataset")
_SIDECARS = (".ovr", ".msk", ".aux.xml")
_MAX_DEPTH = 8
_known_pictures: set[tuple[str, int, int]] = set()
"""Name, size and modification time of sources that could be opened: a mosaic of hundreds is opened several times."""


def is_on_network(name: str) -> bool:
    """Whether a raster's name, as given by the user, is an address on the network."""
    return _ADDRESS.match(name) is not None and _NETWORK.search(name) is not None


def description_of(dataset: DatasetReader) -> ElementTree.Element:
    """A virtual raster's XML description.

    Raises:
        RailSegError: it cannot be read.
    """
    try:
        # GDAL writes this text itself, from what it has read: it has none of the file's own markup, such as entities.
        written_by_gdal = dataset.tags(ns="xml:VRT").get("xml:VRT", "")
        return ElementTree.fromstring(written_by_gdal)  # noqa: S314  # nosec B314
    except ElementTree.ParseError as error:
        raise RailSegError(
            f"{dataset.name} is a virtual raster whose description cannot be read ({error}).",
            "Build it again with gdalbuildvrt.",
        ) from error


def check_sources(dataset: DatasetReader, depth: int = 0) -> None:
    """Checks what a virtual raster is made of, including virtual rasters within it; any other raster passes.

    Args:
        dataset: Any raster, just opened: the pictures behind it have not been read yet.
        depth: How many virtual rasters it is nested in.

    Raises:
        RailSegError: it reads a file's raw bytes as pixels, runs Python, embeds a virtual raster in a name, leads to
            the network though it lies on this machine, or is nested without end.
    """
    if dataset.driver != "VRT":
        return
    name = dataset.name
    description = description_of(dataset)
    if depth > _MAX_DEPTH:
        raise RailSegError(f"{name} is a virtual raster within itself.", "Build it from the pictures themselves.")
    if any(value == "VRTRawRasterBand" for element in description.iter() for value in element.attrib.values()):
        raise RailSegError(
            f"{name} is a virtual raster that reads a file's raw bytes.", "Convert it to GeoTIFF with gdal_translate."
        )
    languages = [(element.text or "").strip().lower() for element in description.iter("PixelFunctionLanguage")]
    if "python" in languages:
        raise RailSegError(
            f"{name} is a virtual raster that runs a program of its own (a pixel function in Python).",
            "If you trust it, convert it to GeoTIFF with gdal_translate first.",
        )
    sources = [(element.text or "").strip() for element in description.iter() if element.tag in _SOURCES]
    for source in sources:
        if _WITHIN.match(source):
            raise RailSegError(
                f"{name} is a virtual raster with another one embedded in it.",
                "Convert it to GeoTIFF with gdal_translate.",
            )
        if _NETWORK.search(source) and not is_on_network(name):
            raise RailSegError(
                f"{name} refers to pictures on the network ({source}).",
                "Download them and build the virtual raster from the copies, or give a picture's own address.",
            )
    for file in dataset.files:
        if file != name and file not in {f"{name}{ending}" for ending in _SIDECARS}:
            _check_source(name, file, depth)


def _check_source(name: str, file: str, depth: int) -> None:
    """Opens a source once: the second time it is read, GDAL may silently treat a missing source as empty.

    Raises:
        RailSegError: it cannot be opened, or is a virtual raster that must not be read.
    """
    if is_device_or_pipe(file):
        raise RailSegError(f"{name} refers to a device or a pipe ({file}).", "Build it from files.")
    version = file_version(file)  # none within an archive
    known = None if version is None else (file, *version)
    if known in _known_pictures:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            source = rasterio.open(file)
        except (RasterioError, CPLE_BaseError, UnicodeDecodeError) as error:
            raise RailSegError(
                f"{name} refers to {file}, which cannot be read: {error}.",
                "Restore that file, or build the virtual raster again with gdalbuildvrt.",
            ) from error
    with source:
        check_sources(source, depth + 1)
        if source.driver != "VRT" and known is not None:
            _known_pictures.add(known)
