"""Real scenes with traced tracks: a GeoTIFF and a GeoJSON of the same name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import rasterio
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.errors import RailSegError


@dataclass(frozen=True, slots=True)
class TracedScene:
    """What a person traced in a picture, in the picture's CRS.

    Attributes:
        raster: The picture.
        visible: Centre-lines of tracks that can be seen.
        hidden: Centre-lines that are certain but can't be seen: neither rewarded nor penalised.
        ignore: Polygons in which nothing counts.
        gsd_m: The picture's ground sampling distance, metres.
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
        RailSegError: If a GeoJSON's lines do not lie on its picture, or its `gsd_m` is missing.
    """
    paths = sorted(folder.glob("*.geojson"))
    if not paths:
        raise FileNotFoundError(f"no traced scenes (NAME.tif with NAME.geojson) in {folder}")
    for path in paths:
        raster = path.with_suffix(".tif")
        if not raster.exists():
            raise FileNotFoundError(f"{path} has no {raster.name} beside it")
        content = json.loads(path.read_text(encoding="utf-8"))
        by_kind: dict[str, list[BaseGeometry]] = {"visible": [], "hidden": [], "ignore": []}
        for feature in content["features"]:
            properties, geometry = feature["properties"] or {}, feature["geometry"]
            if geometry is None or properties.get("status") == "rejected":
                continue
            what = properties.get("what") or "track"
            kind = properties.get("state") or "visible" if what == "track" else what
            if kind in by_kind:
                by_kind[kind] += shapely.get_parts(shapely.from_geojson(json.dumps(geometry))).tolist()
        _check_that_they_meet(path, raster, [*by_kind["visible"], *by_kind["hidden"]])
        if "gsd_m" not in content:
            raise RailSegError(f"{path} has no gsd_m.", "Add it beside `type`: the picture's metres per pixel.")
        yield TracedScene(
            raster,
            tuple(by_kind["visible"]),
            tuple(by_kind["hidden"]),
            tuple(by_kind["ignore"]),
            float(content["gsd_m"]),
        )


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
