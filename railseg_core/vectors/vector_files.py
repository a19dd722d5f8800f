"""What all readers of vector files share: listing layers, reading features, and helpful error messages."""

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

from railseg_core.arrays import Bools, Ints
from railseg_core.errors import RailSegError
from railseg_core.paths import exists, gdal_name, is_device_or_pipe, split_layer

_ARC_STEP_DEG = 0.1
"""Angle of an arc that a straight piece replaces: within 1 mm at a radius of 2,000 m, where GDAL's own 4 lose 1.2 m."""
_FAILURES = (
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    GeometryError,
    UnicodeDecodeError,  # a damaged file's text that cannot be decoded
    shapely.errors.GEOSException,  # coordinates that are not numbers
)


def vector_name(path: str | os.PathLike[str]) -> tuple[str, str | None]:
    """Splits the name of an input: `FILE`, or `FILE|layername=LAYER` as QGIS writes it.

    Returns:
        The file's name in the form that pyogrio accepts, and the layer's; None for whichever suits.

    Raises:
        RailSegError: the name cannot be a file's, is not UTF-8, or as for `check_vector_name`.
    """
    name, layer = split_layer(gdal_name(path))
    if exists(name):
        check_vector_name(Path(name))
    return name, layer


def check_vector_name(path: Path) -> None:
    """Checks that pyogrio takes a path for what it is.

    Raises:
        RailSegError: the path contains a `!`, whose left side pyogrio takes for an archive, or the file's own name a
            `;`, whose right side it takes for parameters; or it contains a line break, which pyogrio drops.
    """
    full = str(path.absolute())
    if (sys.platform != "win32" and "!" in full) or ";" in path.name or "\n" in full:
        raise RailSegError(
            f"{path} has a !, a ; or a line break in its name or a folder's, which is not supported for vector files.",
            "Rename it, or choose another folder.",
        )


@dataclass(frozen=True, slots=True)
class LayerParts:
    """The geometries and fields of a layer's features, with multi-part geometries split.

    Attributes:
        parts: object (n,), geometries without heights; unreadable ones are left out.
        owner: int64 (n,), the index of the feature that each belongs to, from 0.
        fids: int64 (features,), their ids in the file.
        fields: The requested columns that exist, (features,) each.
        geometry_type: The layer's geometry type, as GDAL names it; empty if it has none.
        crs: The layer's CRS, as GDAL names it; empty if it has none.
    """

    parts: npt.NDArray[np.object_]
    owner: Ints
    fids: Ints
    fields: dict[str, npt.NDArray[Any]]
    geometry_type: str
    crs: str

    def are(self, kind: shapely.GeometryType) -> Bools:
        """Which of the parts are of a type and not empty: bool (n,)."""
        found: Bools = (shapely.get_type_id(self.parts) == kind) & ~shapely.is_empty(self.parts)
        return found

    @property
    def is_rejected(self) -> Bools:
        """Which of the parts belong to features that were rejected in the review: bool (n,)."""
        return self.says("status", "rejected")[self.owner]

    def says(self, column: str, value: str) -> Bools:
        """Which features have the value in a field: bool (features,); none of them if there is no such field."""
        found = self.fields.get(column)
        if found is None:
            return np.zeros(len(self.fids), dtype=np.bool_)
        return np.asarray(found == value, dtype=np.bool_)


def read_parts(name: str, layer: str, columns: Sequence[str] = ()) -> LayerParts:
    """Reads a layer of a vector file with the given columns and `status`; must be called within `reading_vectors`.

    Arcs become straight pieces.
    """
    pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": _ARC_STEP_DEG})
    meta, fids, wkb, values = pyogrio.raw.read(
        name, layer=layer, columns=[*columns, "status"], force_2d=True, return_fids=True
    )
    parts, owner = shapely.get_parts(shapely.from_wkb(wkb, on_invalid="ignore"), return_index=True)
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():  # in a collection
        parts, index = shapely.get_parts(parts, return_index=True)
        owner = owner[index]
    points, index = shapely.get_coordinates(parts, return_index=True)
    is_readable = np.ones(len(parts), dtype=np.bool_)
    is_readable[index[~np.isfinite(points).all(axis=1)]] = False  # such as those of a failed reprojection
    parts, owner = parts[is_readable], owner[is_readable]
    fields = dict(zip(meta["fields"], values, strict=True))
    numbers = np.asarray(fids, dtype=np.int64)
    return LayerParts(parts, owner, numbers, fields, meta["geometry_type"] or "", str(meta["crs"] or ""))


@contextmanager
def reading_vectors(name: str, wanted: str = "lines") -> Iterator[None]:
    """Turns GDAL's errors on a file into a helpful one; `wanted` is what the file should contain."""
    if is_device_or_pipe(name):
        raise RailSegError(f"{name} is a device or a pipe.", "Give a file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's, about single features and the file's formatting
            yield
    except _FAILURES as error:
        raise RailSegError(
            f"{name} is not a vector file that can be read ({str(error).rstrip('.')}).",
            f"Give a GeoPackage, GeoJSON or shapefile of {wanted}.",
        ) from error


def geometry_layers(name: str, only: str | None = None, first: str | None = None) -> list[str]:
    """The layers of a file that have geometries, in the file's order.

    Args:
        name: The file's name.
        only: The one layer that is wanted; None for all.
        first: The layer to put first if it exists.

    Raises:
        RailSegError: the wanted layer does not exist.
    """
    layers = [str(layer) for layer, kind in pyogrio.list_layers(name) if kind is not None]
    if only is not None and only not in layers:
        raise RailSegError(f"{name} has no layer {only}.", f"It has {', '.join(layers) or 'none'}.")
    return sorted((layer for layer in layers if only in (None, layer)), key=lambda layer: layer != first)


def known_crs(name: str, crs: str) -> str:
    """The CRS of a layer that was read, after a check that it has one.

    Args:
        name: The file's name.
        crs: The layer's CRS, or an empty string.

    Raises:
        RailSegError: the layer has no CRS.
    """
    if not crs:
        raise RailSegError(f"{name} has no CRS.", "Assign one to the layer.")
    return crs
