"""A small station on the map, and vector files and rasters of it."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely
from hypothesis import strategies as st
from rasterio.transform import Affine
from rasters import UTM, write

from railseg_core.railway_map import Node, RailwayMap, Track
from railseg_core.vectors.map_file import RunRecord, write_map

ORIGIN = np.array([500_000.0, 5_600_000.0])


def line(*points):
    return np.array(points, dtype=np.float64) + ORIGIN


def branch(x=100.0, length_m=80.0):
    along = np.linspace(0, length_m, 81)
    return np.column_stack([x + along, along**2 / 600]) + ORIGIN


def beside(one, x, y):
    return one + np.array([x, y])


MAIN = line((0, 0), (400, 0))
NEXT = beside(MAIN, 0, 4.0)
STATION = [MAIN, branch(), beside(NEXT, 0, 20)]


@st.composite
def yards(draw: st.DrawFn) -> list[np.ndarray]:
    """Tracks side by side, wavy, in pieces, with a branch now and then."""
    lines = []
    for row in range(draw(st.integers(1, 4))):
        x = np.linspace(0, draw(st.integers(60, 300)), 60)
        wave = draw(st.floats(-1, 1)) * np.sin(x / draw(st.floats(40, 90)))
        track = np.column_stack([x, 6 * row + wave]) + ORIGIN
        cut = draw(st.integers(1, 58))
        lines += [track[: cut + 1], track[cut:]]
        if draw(st.booleans()):
            along = np.linspace(0, 50, 26)
            lines.append(track[cut] + np.column_stack([along, along**2 / 600]))
    return lines


def moved(geometry: shapely.Geometry, crs: str) -> shapely.Geometry:
    """A geometry that is given in UTM, in another CRS."""
    if crs == UTM:
        return geometry
    move = pyproj.Transformer.from_crs(UTM, crs, always_xy=True).transform
    return shapely.transform(geometry, move, interleaved=False)


def write_lines(path: Path, lines: list, crs: str | None = UTM, **fields: list) -> Path:
    """A vector file of lines, points or polygons that are given in UTM."""
    geometries = [shapely.LineString(one) if isinstance(one, np.ndarray) else one for one in lines]
    geometries = [one if crs is None else moved(one, crs) for one in geometries]
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # that there is no CRS, where that is meant
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array(geometries, dtype=object)),
            [np.array(values, dtype=object) for values in fields.values()],
            list(fields),
            geometry_type="Unknown",
            crs=crs,
        )
    return path


def write_extracted(path: Path, lines: list, switches: list = ()) -> Path:
    """A map as the product writes it."""
    tracks = [Track(f"t{i}", "a", "b", one, 1.0, 0.9, 0.9, 0.0, None, "ok", None) for i, one in enumerate(lines)]
    nodes = [Node(f"n{i}", *place, "switch", 3, 6.0, None, None, 0.9, "ok", None) for i, place in enumerate(switches)]
    write_map(path, RailwayMap(tracks, nodes, [], UTM, 0.2), UTM, RunRecord(version="0", raster="a.tif"))
    return path


def write_raster(path: Path, transform: Affine, size: int = 100, crs: str = UTM) -> Path:
    return write(path, np.ones((1, size, size), np.uint8), crs=crs, transform=transform)


def layer_of(path: Path, layer: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    meta, _, wkb, values = pyogrio.raw.read(path, layer=layer)
    return shapely.from_wkb(wkb), dict(zip(meta["fields"], values, strict=True))
