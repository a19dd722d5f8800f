"""What all readers of vector files share: which layers there are, and messages with a way out."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, GeometryError

from railseg_core.errors import RailSegError
from railseg_core.paths import exists, gdal_name, is_device_or_pipe, split_layer

_FAILURES = (
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    GeometryError,
    UnicodeDecodeError,  # words of a damaged file that are no text
    shapely.errors.GEOSException,  # coordinates that are no numbers
)


def vector_name(path: str | os.PathLike[str]) -> tuple[str, str | None]:
    """What a person named to be read: `FILE`, or `FILE|layername=LAYER` as QGIS writes it.

    Returns:
        The file's name in the form that pyogrio takes, and the layer's; None for whichever suits.

    Raises:
        RailSegError: the name is no name at all, not UTF-8, or as for `check_vector_name`.
    """
    name, layer = split_layer(gdal_name(path))
    if exists(name):
        check_vector_name(Path(name))
    return name, layer


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


@dataclass(frozen=True, slots=True)
class LayerParts:
    """What a layer's features are made of, multi-part ones taken apart.

    Attributes:
        parts: object (n,), geometries without heights; of features that can't be read there are none.
        owner: int64 (n,), the number of the feature that each is of, from 0.
        fids: int64 (features,), their numbers in the file.
        fields: The columns asked for that there are, (features,) each.
        geometry_type: Of the layer, as GDAL calls it; empty where it has none.
        crs: Of the layer, as GDAL names it; empty where it has none.
    """

    parts: npt.NDArray[np.object_]
    owner: npt.NDArray[np.int64]
    fids: npt.NDArray[np.int64]
    fields: dict[str, npt.NDArray[Any]]
    geometry_type: str
    crs: str

    def are(self, kind: shapely.GeometryType) -> npt.NDArray[np.bool_]:
        """Which of the parts are of a kind and not empty: bool (n,)."""
        found: npt.NDArray[np.bool_] = (shapely.get_type_id(self.parts) == kind) & ~shapely.is_empty(self.parts)
        return found

    @property
    def is_rejected(self) -> npt.NDArray[np.bool_]:
        """Which of the parts are of features that a person has rejected in the review: bool (n,)."""
        return self.says("status", "rejected")[self.owner]

    def says(self, column: str, value: str) -> npt.NDArray[np.bool_]:
        """Whose field has the value: bool (features,); none of them where there is no such field."""
        found = self.fields.get(column)
        if found is None:
            return np.zeros(len(self.fids), dtype=np.bool_)
        return np.asarray(found == value, dtype=np.bool_)


def read_parts(name: str, layer: str, columns: Sequence[str] = ()) -> LayerParts:
    """A layer of a vector file with some of its columns and `status`, to be called within `reading_vectors`."""
    meta, fids, wkb, values = pyogrio.raw.read(
        name, layer=layer, columns=[*columns, "status"], force_2d=True, return_fids=True
    )
    parts, owner = shapely.get_parts(shapely.from_wkb(wkb, on_invalid="ignore"), return_index=True)
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():  # in a collection
        parts, index = shapely.get_parts(parts, return_index=True)
        owner = owner[index]
    fields = dict(zip(meta["fields"], values, strict=True))
    numbers = np.asarray(fids, dtype=np.int64)
    return LayerParts(parts, owner, numbers, fields, meta["geometry_type"] or "", str(meta["crs"] or ""))


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
            f"{name} is not a vector file that can be read ({str(error).rstrip('.')}).",
            f"Give a GeoPackage, GeoJSON or shapefile of {wanted}.",
        ) from error


def geometry_layers(name: str, only: str | None = None, first: str | None = None) -> list[str]:
    """The layers of a file that have geometries, in its own order.

    Args:
        name: The file's.
        only: The one layer that is wanted; None for all.
        first: The layer that comes first if it is there.

    Raises:
        RailSegError: the layer that is wanted is not there.
    """
    layers = [str(layer) for layer, kind in pyogrio.list_layers(name) if kind is not None]
    if only is not None and only not in layers:
        raise RailSegError(f"{name} has no layer {only}.", f"It has {', '.join(layers) or 'none'}.")
    return sorted((layer for layer in layers if only in (None, layer)), key=lambda layer: layer != first)


def known_crs(name: str, crs: str) -> str:
    """The CRS of a layer that was read.

    Args:
        name: The file's.
        crs: What it says.

    Raises:
        RailSegError: it says none.
    """
    if not crs:
        raise RailSegError(f"{name} does not say its CRS.", "Assign one to the layer.")
    return crs
