"""Smooth lines from chains of pixels: as straight as a track is, and within a pixel or two of the chain.

A local cubic is fitted along the line (a Savitzky-Golay filter). Unlike a moving average it keeps arcs where they are:
the error on a circle of 150 m is far below a centimetre. Its support is finite, so a line cut by the picture's edge is
unchanged further inside.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from scipy.ndimage import correlate1d, gaussian_filter1d

from railseg_core.arrays import Floats, Points
from railseg_core.vectors.polylines import along_m, cross, left_of, unit

STEP_M = 0.5
"""Spacing of the samples that are filtered."""
WINDOW_M = 20.0
"""Length of the local cubic."""
RADIUS_BASE_M = 20.0
"""Length over which a radius is measured."""
SAGITTA_M = 0.01
"""How far the written line may stray from the smooth one."""
MAX_CHORD_M = 50.0
"""Longest straight segment written: what is straight in one CRS is bent in another."""
STRAIGHT_M = 5000.0
"""A line of larger radius counts as straight."""
_STAIRS_PX = 2.0
"""Standard deviation, in pixels, of the first, light smoothing, which removes the pixels' staircase."""
_SHIFT_PX = 1.5
"""How far smoothing may move a line off its pixels."""
_PIN_M = 10.0
"""Length over which a line bends to meet the node at its end."""


def smooth(points: Points, offsets: Points, gsd_m: float) -> tuple[Points, Floats]:
    """A smooth line along a chain of pixels.

    Args:
        points: float64 (n, 2), the pixels' middles in order, (x, y), metres; n at least 2.
        offsets: float64 (n, 2), sub-pixel corrections; only their component across the line is used.
        gsd_m: Size of a pixel, metres.

    Returns:
        The line's samples, float64 (m, 2), m at least 2, evenly spaced by about `STEP_M`; and where the points
        are along them, float64 (n,), in samples from the start (increasing, 0 to m - 1).
    """
    stepless = _gaussian(points, _STAIRS_PX)
    along = along_m(stepless)
    normal = left_of(unit(np.gradient(stepless, axis=0)))
    refined = stepless + _gaussian(normal * np.sum(offsets * normal, axis=1)[:, np.newaxis], _STAIRS_PX)
    count = max(2, round(along[-1] / STEP_M) + 1)
    places = np.linspace(0.0, along[-1], count)
    samples = np.column_stack([np.interp(places, along, refined[:, axis]) for axis in (0, 1)])
    shift = local_cubic(samples) - samples
    length = np.hypot(*shift.T)[:, np.newaxis]
    limit = _SHIFT_PX * gsd_m
    samples += shift * np.minimum(1.0, limit / np.maximum(length, 1e-12))
    return samples, along / max(along[-1], 1e-12) * (count - 1)


def cut_line(samples: Points, start: float, end: float) -> Points:
    """The part of an evenly sampled line between two places, counted in samples; its ends lie exactly there."""
    inner = np.arange(np.floor(start) + 1, np.ceil(end)).astype(np.int64)
    places = np.arange(len(samples))
    first, last = (np.array([np.interp(place, places, samples[:, axis]) for axis in (0, 1)]) for place in (start, end))
    return np.vstack([first, samples[inner], last])


def pin(line: Points, start: npt.ArrayLike, end: npt.ArrayLike) -> Points:
    """Bends a line's ends to given points, each over its last `_PIN_M` metres, or half the line if that is less."""
    pinned = line.copy()
    along = along_m(line)
    reach = max(min(_PIN_M, along[-1] / 2), 1e-12)
    for index, point, distance in ((0, start, along), (-1, end, along[-1] - along)):
        fading = np.clip(1 - distance / reach, 0, 1) ** 2
        pinned += fading[:, np.newaxis] * (np.asarray(point) - line[index])
        pinned[index] = point
    return pinned


def simplified(line: Points) -> Points:
    """The line with few vertices: within `SAGITTA_M` of it, at most `MAX_CHORD_M` apart, with the same ends."""
    spare = shapely.simplify(shapely.linestrings(line), SAGITTA_M, preserve_topology=False)
    return np.asarray(shapely.get_coordinates(shapely.segmentize(spare, MAX_CHORD_M)))


def min_radius_m(line: Points) -> float | None:
    """The smallest radius along evenly spaced samples, by parabolas over `RADIUS_BASE_M`.

    Returns:
        Metres; None for a line shorter than the base or one that is straight.
    """
    step = float(np.hypot(*np.diff(line, axis=0).T).mean())
    half = round(RADIUS_BASE_M / step / 2) if step > 0 else 0
    if not 1 < half <= (len(line) - 1) / 2:
        return None
    _, slope, bend = _polynomials(half, 2)
    first = _weighted(line, slope) / (half * step)
    second = 2 * _weighted(line, bend) / (half * step) ** 2
    bending = np.abs(cross(first, second))
    sharpest = float((bending / np.maximum(np.hypot(*first.T) ** 3, 1e-12)).max())
    return None if sharpest < 1 / STRAIGHT_M else 1 / sharpest


def _gaussian(values: Points, sigma: float) -> Points:
    """Gaussian smoothing along a chain that keeps its ends in place: beyond each, it continues mirrored through it."""
    reach = min(len(values) - 1, int(4 * sigma))
    before = 2 * values[0] - values[reach:0:-1]
    after = 2 * values[-1] - values[-2 : -2 - reach : -1]
    smoothed = gaussian_filter1d(np.vstack([before, values, after]), sigma, axis=0, truncate=4.0)
    return np.asarray(smoothed[len(before) : len(before) + len(values)])


def local_cubic(samples: Points) -> Points:
    """Each sample moved onto the cubic that fits its surroundings; near the ends, onto the first or last such cubic.

    Args:
        samples: float64 (n, 2), evenly spaced by about `STEP_M`.
    """
    half = min(round(WINDOW_M / STEP_M / 2), (len(samples) - 1) // 2)
    if half < 1:
        return samples
    coefficients = _polynomials(half, min(3, 2 * half - 1))
    places = np.vander(np.arange(-half, half + 1) / half, len(coefficients), increasing=True)
    first, last = (places @ (coefficients @ end) for end in (samples[: 2 * half + 1], samples[-2 * half - 1 :]))
    return np.vstack([first[:half], _weighted(samples, coefficients[0]), last[half + 1 :]])


def _weighted(samples: Points, weights: Floats) -> Points:
    """The weighted sums around all samples that have enough neighbours on either side for the weights."""
    half = len(weights) // 2
    return np.asarray(correlate1d(samples, weights, axis=0)[half : len(samples) - half])


@lru_cache
def _polynomials(half: int, degree: int) -> Floats:
    """The matrix that fits a polynomial to 2 * half + 1 evenly spaced samples (Savitzky and Golay, 1964).

    `scipy.signal` has it too, but importing that takes as long as drawing the lines of a small picture.

    Returns:
        float64 (degree + 1, 2 * half + 1); times the samples, the coefficients of 1, x, x²… with x from -1 to 1.
    """
    return np.asarray(np.linalg.pinv(np.vander(np.arange(-half, half + 1) / half, degree + 1, increasing=True)))
