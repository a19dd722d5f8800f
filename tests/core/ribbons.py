"""Tracks of known geometry, drawn straight to probability rasters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from railseg_core.grid_raster import GridRaster, create_grid_raster, open_grid_raster
from railseg_core.tiling import PixelWindow

Points = npt.NDArray[np.float64]

GSD_M = 0.2
UTM = "EPSG:32633"
ORIGIN_X, ORIGIN_Y = 500_000.0, 5_500_000.0
_STEP_M = 0.1


def track(x: float, y: float, heading_deg: float, *pieces: tuple[float, float]) -> Points:
    """A track from (x, y) beside the origin: pieces of (length, radius) in metres; radius 0 is straight, > 0 left."""
    heading = np.radians(heading_deg)
    points = [np.array([[ORIGIN_X + x, ORIGIN_Y + y]])]
    for length, radius in pieces:
        along = np.linspace(_STEP_M, length, round(length / _STEP_M))
        if radius:
            step = np.column_stack(
                [
                    np.sin(heading + along / radius) - np.sin(heading),
                    np.cos(heading) - np.cos(heading + along / radius),
                ]
            )
            points.append(points[-1][-1] + radius * step)
            heading += length / radius
        else:
            points.append(points[-1][-1] + along[:, None] * [np.cos(heading), np.sin(heading)])
    return np.vstack(points)


def beside(line: Points, metres: float) -> Points:
    """The line a distance to the left."""
    direction = np.gradient(line, axis=0)
    direction /= np.hypot(*direction.T)[:, None]
    return line + metres * np.column_stack([-direction[:, 1], direction[:, 0]])


def window_round(lines: Sequence[Points], margin_m: float = 10.0, gsd_m: float = GSD_M) -> PixelWindow:
    """The pixels round lines."""
    points = np.vstack(lines)
    return PixelWindow.covering(*(points.min(axis=0) - margin_m), *(points.max(axis=0) + margin_m), gsd_m)


def probabilities(
    lines: Sequence[Points],
    window: PixelWindow,
    *,
    gsd_m: float = GSD_M,
    noise: float = 0.0,
    seed: int = 0,
) -> npt.NDArray[np.uint8]:
    """P(track) of 2.6 m and P(axis) of 0.6 m around lines, with soft edges: uint8 (2, rows, cols)."""
    x = (window.col + np.arange(window.width) + 0.5) * gsd_m
    y = -(window.row + np.arange(window.height) + 0.5) * gsd_m
    pixels = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    away = cKDTree(np.vstack(lines)).query(pixels, distance_upper_bound=5.0)[0].reshape(window.shape)
    ribbons = np.stack([1 / (1 + np.exp(np.clip((away - width / 2) / 0.12, -50, 50))) for width in (2.6, 0.6)])
    rough = np.random.default_rng(seed).normal(size=ribbons.shape)
    rough = gaussian_filter(rough, (0, 1, 1)) * 3.5 * noise
    return np.round(np.clip(ribbons + rough, 0, 1) * 255).astype(np.uint8)


def raster_of(
    path: Path,
    bands: npt.NDArray[np.uint8],
    window: PixelWindow,
    *,
    valid: npt.NDArray[np.bool_] | None = None,
    gsd_m: float = GSD_M,
) -> GridRaster:
    """Writes probabilities, or a mask of one band, and opens them."""
    names = ("track", "axis")[: len(bands)]
    with create_grid_raster(path, window, gsd_m, UTM, bands=names, overwrite=True) as output:
        output.write(window, bands, np.ones(window.shape, dtype=bool) if valid is None else valid)
    return open_grid_raster(path)
