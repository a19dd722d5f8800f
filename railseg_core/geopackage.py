"""GeoPackages that appear whole or not at all, layer by layer."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from railseg_core.errors import RailSegError
from railseg_core.outputs import written_aside

_UTC = 100
"""GDAL's time zone flag for UTC."""
_STYLES_TABLE = "layer_styles"
"""Where QGIS keeps the styles of a file's layers: they go with these."""


@contextmanager
def written_geopackage(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Gives a temporary name to write layers to, and renames it to `path` when the work in the `with` block is done.

    Raises:
        RailSegError: as `written_aside`, and where a layer cannot be written.
    """
    with written_aside(path, overwrite=overwrite) as aside, _one_moment():
        aside.unlink(missing_ok=True)
        try:
            yield aside
        except (DataSourceError, DataLayerError, sqlite3.Error, OSError) as error:
            raise RailSegError(
                f"{os.fspath(path)} could not be written ({error}).",
                "Check that the disk has space left and that no other program holds the file.",
            ) from error


def check_replaceable(path: Path, layers: Collection[str]) -> None:
    """Whether a GeoPackage of some layers may take a file's place without loss.

    Args:
        path: The file, if there is one.
        layers: The names of the layers that will be written.

    Raises:
        RailSegError: the file is a GeoPackage with a layer of another name.
    """
    if not path.is_file():
        return
    try:
        there = pyogrio.list_layers(path)[:, 0]
    except (DataSourceError, DataLayerError):
        return  # nothing that could be read of it is lost
    if others := sorted(set(there) - {*layers, _STYLES_TABLE}):
        raise RailSegError(
            f"{path} would lose what else it holds: {', '.join(others)}.",
            "Choose another name, or move that into another file.",
        )


@contextmanager
def _one_moment() -> Iterator[None]:
    """Lets GDAL take all that it writes under it for written at one time.

    It notes the time after every step, and whether two steps fall into one millisecond shows in the file's counters.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": now})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_layer(
    path: Path,
    layer: str,
    fields: Mapping[str, npt.NDArray[Any]],
    geometries: npt.NDArray[np.object_] | None = None,
    geometry_type: str | None = None,
    crs: pyproj.CRS | None = None,
) -> None:
    """Appends a layer to a GeoPackage; one without features keeps its fields and CRS."""
    pyogrio.raw.write(
        path,
        None if geometries is None else shapely.to_wkb(geometries),
        list(fields.values()),
        list(fields),
        layer=layer,
        driver="GPKG",
        geometry_type=geometry_type,
        crs=None if crs is None else crs.to_wkt(),
        append=path.exists(),
        # What every GDAL since 2.2 reads without a warning: QGIS brings older ones than the core's.
        dataset_options={"VERSION": "1.2"},
        layer_options={"DATETIME_PRECISION": "MILLISECOND"},
        gdal_tz_offsets={name: np.full(len(data), _UTC) for name, data in fields.items() if data.dtype.kind == "M"},
    )
