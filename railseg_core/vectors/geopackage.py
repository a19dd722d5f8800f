"""Writes GeoPackages layer by layer; they appear complete or not at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
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
"""Table in which QGIS keeps the styles of a file's layers; it is replaced along with them."""


@contextmanager
def written_geopackage(path: str | os.PathLike[str], *, overwrite: bool) -> Iterator[Path]:
    """Yields a temporary name to write layers to, and renames it to `path` when the `with` block succeeds.

    Raises:
        RailSegError: as for `written_aside`, or a layer cannot be written.
    """
    with written_aside(path, overwrite=overwrite) as aside, _one_moment():
        aside.unlink(missing_ok=True)
        try:
            yield aside
            check_replaceable(Path(path), _contents(aside))  # the work may have taken hours since the first check
        except (DataSourceError, DataLayerError, sqlite3.Error, OSError) as error:
            raise RailSegError(
                f"{os.fspath(path)} could not be written ({error}).",
                "Check that the disk has space left and that no other program holds the file.",
            ) from error


def check_replaceable(path: Path, layers: Collection[str]) -> None:
    """Checks that a GeoPackage with the given layers can replace a file without losing others.

    Args:
        path: The file; it need not exist.
        layers: The names of the layers that will be written.

    Raises:
        RailSegError: the file is a GeoPackage with a layer of another name.
    """
    if others := sorted(_contents(path) - {*layers, _STYLES_TABLE}):
        raise RailSegError(
            f"{path} contains other layers, which would be lost: {', '.join(others)}.",
            "Choose another name, or move those layers to another file.",
        )


def _contents(path: Path) -> set[str]:
    """The names of a file's layers, tables and rasters; of a file that is not a GeoPackage there are none."""
    if not path.is_file():
        return set()
    names: set[str] = set()
    with suppress(DataSourceError, DataLayerError):
        names.update(map(str, pyogrio.list_layers(path)[:, 0]))
    # A raster is not a layer to pyogrio.
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        names.update(str(name) for (name,) in database.execute("SELECT table_name FROM gpkg_contents"))
    return names


@contextmanager
def _one_moment() -> Iterator[None]:
    """Makes GDAL use a single time for everything it writes in the `with` block.

    It records the time after every step, and the file's counters depend on whether two steps fall in one millisecond.
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
        # Every GDAL since 2.2 reads this version without a warning: QGIS may have an older one than the core.
        dataset_options={"VERSION": "1.2"},
        layer_options={"DATETIME_PRECISION": "MILLISECOND"},
        gdal_tz_offsets={name: np.full(len(data), _UTC) for name, data in fields.items() if data.dtype.kind == "M"},
    )
