"""Real scenes with traced tracks: a GeoTIFF and a GeoJSON of the same name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class TracedScene:
    """What a person traced in a picture, in the picture's CRS.

    Attributes:
        raster: The picture.
        visible: Centre-lines of tracks that can be seen.
        hidden: Centre-lines that are certain but not seen: neither to be rewarded nor punished.
        ignore: Polygons that count for nothing.
        gsd_m: The picture's ground sampling distance, metres.
        switches: Toes, (x, y); None for those that the lines make.
    """

    raster: Path
    visible: tuple[BaseGeometry, ...]
    hidden: tuple[BaseGeometry, ...]
    ignore: tuple[BaseGeometry, ...]
    gsd_m: float
    switches: tuple[tuple[float, float], ...] | None = None

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.raster.stem


def traced_scenes(folder: Path) -> Iterator[TracedScene]:
    """The scenes of a folder, by name.

    Raises:
        FileNotFoundError: If there are none, or a GeoJSON has no picture.
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
            properties = feature["properties"]
            kind = properties["state"] if properties["what"] == "track" else properties["what"]
            if kind in by_kind:
                by_kind[kind].append(shapely.from_geojson(json.dumps(feature["geometry"])))
        yield TracedScene(
            raster,
            tuple(by_kind["visible"]),
            tuple(by_kind["hidden"]),
            tuple(by_kind["ignore"]),
            float(content["gsd_m"]),
        )
