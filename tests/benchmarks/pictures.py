"""Pictures of any size with known tracks: the sample, mirrored from copy to copy so that tracks run on."""

from __future__ import annotations

import json
from pathlib import Path

import rasterio
from rasterio.windows import Window

from railseg_core.resources_dir import resource_path

SAMPLE_PX = 3000
"""Side of the sample."""


def mirrored_sample(path: Path, side_px: int) -> None:
    """Writes a square picture of `side_px` a side at 0.1 m."""
    with rasterio.open(resource_path("sample", "sample.tif")) as sample:
        pixels = sample.read()
        profile = sample.profile | {"width": side_px, "height": side_px, "bigtiff": "if_safer"}
    with rasterio.open(path, "w", **profile) as picture:
        for row in range(0, side_px, SAMPLE_PX):
            for col in range(0, side_px, SAMPLE_PX):
                part = pixels[:, :: -1 if row // SAMPLE_PX % 2 else 1, :: -1 if col // SAMPLE_PX % 2 else 1]
                height, width = min(SAMPLE_PX, side_px - row), min(SAMPLE_PX, side_px - col)
                picture.write(part[:, :height, :width], window=Window(col, row, width, height))


def mirrored_tracks(path: Path, side_px: int) -> None:
    """Writes the true tracks of `mirrored_sample` as GeoJSON; those of the last copies reach beyond the picture."""
    tracks = json.loads(resource_path("sample", "sample_tracks.geojson").read_text(encoding="utf-8"))
    with rasterio.open(resource_path("sample", "sample.tif")) as sample:
        left, bottom, right, top = sample.bounds
    copies = range(-(-side_px // SAMPLE_PX))
    features = []
    for row in copies:
        for col in copies:
            for feature in tracks["features"]:
                geometry = feature["geometry"]
                points = geometry["coordinates"] if geometry["type"] == "LineString" else [geometry["coordinates"]]
                moved = [
                    [_in_copy(x, left, right, col), _in_copy(y, top, bottom, row)]  # rows grow downwards
                    for x, y in points
                ]
                coordinates = moved if geometry["type"] == "LineString" else moved[0]
                features.append(feature | {"geometry": geometry | {"coordinates": coordinates}})
    path.write_text(json.dumps(tracks | {"features": features}), encoding="utf-8")


def _in_copy(value: float, first: float, last: float, copy: int) -> float:
    """A coordinate of the sample (from `first` to `last`) in one of its copies, of which every second is mirrored."""
    return copy * (last - first) + (first + last - value if copy % 2 else value)
