"""Real scenes with traced tracks: a GeoTIFF and a GeoJSON of the same name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rasterio
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.errors import RailSegError
from railseg_core.raster import read_raster_info
from train.pictures import GEOTIFFS, file_beside, files_in


@dataclass(frozen=True, slots=True)
class TracedScene:
    """What a person traced in a picture, in the picture's CRS.

    Attributes:
        raster: The picture.
        visible: Centre-lines of tracks that can be seen.
        hidden: Lines that are neither rewarded nor penalised: tracks that are certain but can't be seen.
        ignore: Polygons in which nothing counts.
        gsd_m: The camera's ground sampling distance, metres: the GeoJSON's `gsd_m`, or else the picture's.
        switches: Toes of the switches, (x, y); None to derive them from the lines.
    """

    raster: Path
    visible: tuple[BaseGeometry, ...]
    hidden: tuple[BaseGeometry, ...]
    ignore: tuple[BaseGeometry, ...]
    gsd_m: float
    switches: tuple[tuple[float, float], ...] | None = None

    @property
    def name(self) -> str:
        """The file's name without its extension."""
        return self.raster.stem


def traced_scenes(folder: Path) -> Iterator[TracedScene]:
    """The scenes of a folder, in order of name.

    Raises:
        FileNotFoundError: If there are none, or a GeoJSON has no picture.
        RailSegError: If a file is not GeoJSON, its lines do not lie on its picture, or the picture can't be used.
    """
    paths = files_in(folder, (".geojson",))
    if not paths:
        raise FileNotFoundError(f"no traced scenes (NAME.tif with NAME.geojson) in {folder}")
    for path in paths:
        raster = file_beside(path, GEOTIFFS)
        if raster is None:
            raise FileNotFoundError(f"{path} has no {path.stem}.tif beside it")
        content = _read(path)
        by_kind: dict[str, list[BaseGeometry]] = {"visible": [], "hidden": [], "ignore": []}
        for feature in content["features"]:
            properties, geometry = feature.get("properties") or {}, feature.get("geometry")
            if geometry is None or properties.get("status") == "rejected":
                continue
            for part in shapely.get_parts(shapely.from_geojson(json.dumps(geometry))):
                if kind := _kind_of(part, properties):
                    by_kind[kind].append(part)
        _check_that_they_meet(path, raster, [*by_kind["visible"], *by_kind["hidden"]])
        yield TracedScene(
            raster,
            tuple(by_kind["visible"]),
            tuple(by_kind["hidden"]),
            tuple(by_kind["ignore"]),
            float(content["gsd_m"]) if "gsd_m" in content else read_raster_info(raster).gsd_m,
        )


def _read(path: Path) -> dict[str, Any]:
    """A GeoJSON file's content.

    Raises:
        RailSegError: If it isn't a collection of features.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # of JSON and of UTF-8
        content = None
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise RailSegError(f"{path} is not GeoJSON with features.", "Export the traced lines again, as GeoJSON.")
    return content


def _kind_of(part: BaseGeometry, properties: dict[str, Any]) -> str | None:
    """What a traced geometry without parts of its own is, as `read_tracing` has it; None for points: switches."""
    if part.geom_type == "Polygon":
        return "ignore"
    if part.geom_type != "LineString":
        return None
    is_passed_over = properties.get("state") == "hidden" or properties.get("what") == "ignore"
    return "hidden" if is_passed_over else "visible"


def _check_that_they_meet(path: Path, raster: Path, lines: list[BaseGeometry]) -> None:
    """Checks that lines lie on their picture: elsewhere, all of it would count as background.

    Raises:
        RailSegError: If there are lines, but none lies on the picture.
    """
    with rasterio.open(raster) as dataset:
        picture = shapely.box(*dataset.bounds)
    if lines and not any(line.intersects(picture) for line in lines):
        raise RailSegError(
            f"None of the lines of {path} lies on {raster.name}.", "Give them in the picture's CRS, whatever that is."
        )
