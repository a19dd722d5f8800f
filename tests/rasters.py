"""Small rasters of a made-up scene whose every value is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint

# A corner of four 512 px chunks of the 0.2 m lattice in EPSG:25832, on its central meridian.
CORNER_X, CORNER_Y = 4883 * 102.4, 53711 * 102.4
UTM = "EPSG:25832"
# The same meridian in feet.
FEET = "+proj=tmerc +lat_0=0 +lon_0=9 +k=0.9996 +x_0=500000 +ellps=GRS80 +units=ft +no_defs"
WAVE_X, WAVE_Y = 4.0, 5.0


def waves(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The scene: two waves over the ground, in metres of UTM."""
    phase_x, phase_y = 2 * np.pi * (x - CORNER_X) / WAVE_X, 2 * np.pi * (y - CORNER_Y) / WAVE_Y
    return 128 + 50 * np.cos(phase_x) + 50 * np.cos(phase_y)


@dataclass(frozen=True)
class Kind:
    """A way to place a picture of about 30 m x 26 m round the corner of chunks.

    Attributes:
        crs: Of the raster.
        gsd_m: Of the raster, about.
        turn_deg: How far it is rotated.
        shift_px: How far its pixels are off the CRS's whole multiples.
        scale: Signs of its columns' and rows' steps.
        dtype: Of its values.
        by_points: Placed by ground control points.
    """

    crs: str = UTM
    gsd_m: float = 0.1
    turn_deg: float = 0.0
    shift_px: tuple[float, float] = (0.0, 0.0)
    scale: tuple[int, int] = (1, -1)
    dtype: str = "uint8"
    by_points: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def transform(self) -> Affine:
        """Pixels to the raster's CRS."""
        to_crs = pyproj.Transformer.from_crs(UTM, self.crs, always_xy=True).transform
        x, y = to_crs(CORNER_X, CORNER_Y)
        unit_x = (to_crs(CORNER_X + 1, CORNER_Y)[0] - x) * self.gsd_m
        unit_y = (to_crs(CORNER_X, CORNER_Y + 1)[1] - y) * self.gsd_m
        if self.crs == UTM:
            unit_x = unit_y = self.gsd_m
        width, height = self.size
        return (
            Affine.translation(x + self.shift_px[0] * unit_x, y + self.shift_px[1] * unit_y)
            @ Affine.scale(unit_x, unit_y)
            @ Affine.rotation(self.turn_deg)
            @ Affine.scale(*self.scale)
            @ Affine.translation(-(width // 2), -(height // 2))
        )

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return int(30 / self.gsd_m), int(26 / self.gsd_m)

    def write(self, path: Path, scene: Callable[[np.ndarray, np.ndarray], np.ndarray] = waves) -> Path:
        """Writes three bands: the scene, its negative, and noise."""
        width, height = self.size
        cols, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        a = self.transform
        x, y = a.a * cols + a.b * rows + a.c, a.d * cols + a.e * rows + a.f
        x, y = pyproj.Transformer.from_crs(self.crs, UTM, always_xy=True).transform(x, y)
        picture = np.clip(scene(x, y), 1, 255)
        noise = np.random.default_rng(5).integers(1, 256, picture.shape)
        bands = np.stack([picture, 256 - picture, noise])
        if self.dtype == "uint16":
            bands = bands * 37 + 1000
        whole = self.dtype.startswith("u")
        place: dict[str, Any] = {"transform": a}
        if self.by_points:
            corners = [(0, 0), (width, 0), (0, height), (width, height), (width / 2, height / 2)]
            points = [GroundControlPoint(row=r, col=c, x=(a @ (c, r))[0], y=(a @ (c, r))[1]) for c, r in corners]
            place = {"gcps": points}
        return write(path, np.rint(bands) if whole else bands, dtype=self.dtype, crs=self.crs, **place, **self.options)


KINDS = {
    "aligned": Kind(),
    "unaligned origin": Kind(shift_px=(0.37, 0.81)),
    "south-up": Kind(scale=(1, 1)),
    "rotated": Kind(turn_deg=33.0),
    "degrees": Kind(crs="EPSG:4326"),
    "feet": Kind(crs=FEET),
    "web mercator": Kind(crs="EPSG:3857"),
    "control points": Kind(by_points=True, turn_deg=5.0),
    "16 bit": Kind(dtype="uint16", shift_px=(0.5, 0.5)),
    "float": Kind(dtype="float32"),
    "coarse": Kind(gsd_m=0.3, shift_px=(0.2, 0.2)),
    "nodata": Kind(options={"nodata": 77}),
}


def write(path: Path, bands: np.ndarray, **profile: Any) -> Path:
    """Writes (bands, rows, cols) as a GeoTIFF at 0.2 m in UTM, unless told otherwise."""
    mask, palette = profile.pop("mask", None), profile.pop("palette", None)
    colours, overviews = profile.pop("colours", None), profile.pop("overviews", None)
    bands = np.asarray(bands)
    settings = {
        "driver": "GTiff",
        "crs": UTM,
        "dtype": bands.dtype.name,
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        **profile,
    }
    if not {"gcps", "rpcs", "transform"} & set(settings):
        settings["transform"] = Affine(0.2, 0, CORNER_X, 0, -0.2, CORNER_Y)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **settings) as file:
        if colours:
            file.colorinterp = colours
        file.write(bands.astype(settings["dtype"]))
        if mask is not None:
            file.write_mask(mask)
        if palette:
            file.write_colormap(1, palette)
    if overviews:
        with rasterio.open(path, "r+") as file:
            file.build_overviews(overviews, rasterio.enums.Resampling.average)
    return path
