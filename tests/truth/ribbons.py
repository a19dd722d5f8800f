"""Tracks of known geometry, drawn directly as probability rasters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Points
from railseg_core.rasters.grid_raster import GridRaster, open_grid_raster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.tiling import PixelWindow

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


@dataclass(frozen=True, slots=True)
class Seer:
    """How well a model sees tracks: what its probabilities look like around them.

    Attributes:
        soft_m: How slowly a ribbon fades at its rim.
        noise: Standard deviation of the noise, of a correlation length of about a pixel.
        plateau: Probability in the middle of a ribbon.
        fading: Share of the tracks' length on which P(axis) sinks towards nothing, in stretches of some metres.
        track_fading: The same for P(track).
    """

    soft_m: float = 0.12
    noise: float = 0.0
    plateau: float = 1.0
    fading: float = 0.0
    track_fading: float = 0.0


GOOD = Seer(noise=0.05)
POOR = Seer(soft_m=0.2, noise=0.1, plateau=0.75, fading=0.05, track_fading=0.01)
_FADING_M = 4.0


def probabilities(
    lines: Sequence[Points],
    window: PixelWindow,
    *,
    gsd_m: float = GSD_M,
    noise: float = 0.0,
    seed: int = 0,
    seer: Seer | None = None,
    hidden: BaseGeometry | None = None,
) -> npt.NDArray[np.uint8]:
    """P(track) of 2.6 m and P(axis) of 0.6 m around lines: uint8 (2, rows, cols).

    Args:
        lines: Points at most 0.15 m apart (`dense` makes them so).
        window: Pixels to draw.
        gsd_m: Their size.
        noise: Of a model that is good else; `seer` says more.
        seed: Of the noise.
        seer: How well the tracks are seen.
        hidden: Where nothing is seen at all.
    """
    seer = seer or Seer(noise=noise)
    x = (window.col + np.arange(window.width) + 0.5) * gsd_m
    y = -(window.row + np.arange(window.height) + 0.5) * gsd_m
    away = np.full(window.shape, 5.0)
    near = _near(lines, window, gsd_m)
    rows, cols = np.nonzero(near)
    away[rows, cols] = cKDTree(np.vstack(lines)).query(np.column_stack([x[cols], y[rows]]), workers=-1)[0]
    rng = np.random.default_rng(seed)
    ribbons = np.stack(
        [seer.plateau / (1 + np.exp(np.clip((away - width / 2) / seer.soft_m, -50, 50))) for width in (2.6, 0.6)]
    )
    for band, share in enumerate((seer.track_fading, seer.fading)):
        if share:
            slow = gaussian_filter(rng.normal(size=window.shape), _FADING_M / gsd_m)
            slow /= slow.std()
            lowest = np.quantile(slow[near], share)
            ribbons[band] *= np.clip((slow - lowest) / 0.35 + 0.25, 0.1, 1.0)
    if hidden is not None:
        shapely.prepare(hidden)
        ribbons[:, rows, cols] *= ~shapely.contains_xy(hidden, x[cols], y[rows])
    rough = gaussian_filter(rng.normal(size=ribbons.shape), (0, 1, 1)) * 3.5 * seer.noise
    return np.round(np.clip(ribbons + rough, 0, 1) * 255).astype(np.uint8)


def dense(line: Points) -> Points:
    """The line with a point every `_STEP_M`."""
    return np.asarray(shapely.get_coordinates(shapely.segmentize(shapely.linestrings(line), _STEP_M)))


def _near(lines: Sequence[Points], window: PixelWindow, gsd_m: float) -> npt.NDArray[np.bool_]:
    """Which pixels are within about 4 m of a line."""
    out = np.zeros(window.shape, dtype=np.uint8)
    for line in lines:
        places = np.column_stack([line[:, 0] / gsd_m - window.col, -line[:, 1] / gsd_m - window.row])
        cv2.polylines(out, [places.round().astype(np.int32)], False, 1, round(8.0 / gsd_m))
    return out > 0


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
