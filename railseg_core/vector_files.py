"""What all readers of vector files share: which layers there are, and messages with a way out."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, GeometryError

from railseg_core.errors import RailSegError
from railseg_core.outputs import exists, gdal_name, is_device_or_pipe

_FAILURES = (
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    GeometryError,
    UnicodeDecodeError,  # words of a damaged file that are no text
    shapely.errors.GEOSException,  # coordinates that are no numbers
)


def vector_name(path: str | os.PathLike[str]) -> str:
    """The name of a vector file to be read, in the form that pyogrio takes.

    Raises:
        RailSegError: the name is no name at all, not UTF-8, or as for `check_vector_name`.
    """
    name = gdal_name(path)
    if exists(name):
        check_vector_name(Path(name))
    return name


def check_vector_name(path: Path) -> None:
    """Whether pyogrio takes a path for what it is.

    Raises:
        RailSegError: it takes what stands before a `!` for an archive, and what follows a `;` in the file's own name
            for parameters.
    """
    if (sys.platform != "win32" and "!" in str(path.absolute())) or ";" in path.name:
        raise RailSegError(
            f"{path} has a ! or ; in its name or a folder's, which vector files can't have here.",
            "Rename it, or choose another folder.",
        )


@contextmanager
def reading_vectors(name: str, wanted: str = "lines") -> Iterator[None]:
    """Turns what GDAL says of a file that is none into a message with a way out; `wanted` is what it should hold."""
    if is_device_or_pipe(name):
        raise RailSegError(f"{name} is a device or a pipe.", "Give a file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's about single features and how the file is written
            yield
    except _FAILURES as error:
        raise RailSegError(
            f"{name} is not a vector file that can be read.", f"Give a GeoPackage, GeoJSON or shapefile of {wanted}."
        ) from error


def geometry_layers(name: str, first: str | None = None) -> list[str]:
    """The layers of a file that have geometries, in its own order but for one that comes first if it is there."""
    layers = [str(layer) for layer, kind in pyogrio.list_layers(name) if kind is not None]
    return sorted(layers, key=lambda layer: layer != first)


def known_crs(name: str, meta: Mapping[str, Any]) -> str:
    """The CRS of a layer that was read, as GDAL names it.

    Args:
        name: The file's.
        meta: What pyogrio says of the layer.

    Raises:
        RailSegError: it has none.
    """
    if not meta["crs"]:
        raise RailSegError(f"{name} does not say its CRS.", "Assign one to the layer.")
    return str(meta["crs"])
