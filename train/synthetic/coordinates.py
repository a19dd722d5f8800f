"""Track coordinates: how far along and how far across a track a pixel lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from railseg_core.arrays import Floats
from train.synthetic.alignment import arc_lengths
from train.synthetic.canvas import Floats32

SEAM_M = 0.05
"""How far the pieces of a line overlap."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Track coordinates of the pixels near a track.

    Attributes:
        rows, cols: int32 (n,) pixels.
        u, v: float32 (n,) metres along and across.
    """

    rows: npt.NDArray[np.int32]
    cols: npt.NDArray[np.int32]
    u: Floats32
    v: Floats32


def track_patches(points: Floats, px: int, gsd_m: float, half_width_m: float) -> Iterator[Patch]:
    """Track coordinates of all pixels within `half_width_m` of a line.

    The line is cut where it changes between mostly horizontal and mostly vertical; in each piece the line's height,
    slope and bend are known at every column (or row), from which the foot of each pixel follows to second order.

    Args:
        points: (n, 2) metres, about 1 m apart.
        px: Rows and columns of the square raster.
        gsd_m: Pixel size.
        half_width_m: Greatest distance from the line.

    Yields:
        One patch per piece.
    """
    delta = np.diff(points, axis=0)
    arc = arc_lengths(points)
    flat = np.abs(delta[:, 0]) >= np.abs(delta[:, 1])
    starts = np.flatnonzero(np.diff(flat.astype(np.int8))) + 1
    limits = [0, *starts.tolist(), len(delta)]
    for first, last in pairwise(limits):
        piece, along = points[first : last + 1], arc[first : last + 1]
        axis = 0 if flat[first] else 1
        if piece[0, axis] > piece[-1, axis]:
            piece, along = piece[::-1], along[::-1]
        # Pieces overlap a little so that no pixel falls between them; the ends of the line are not extended.
        reach_m = (max(arc[first] - SEAM_M, 0.0), min(arc[last] + SEAM_M, arc[-1]))
        patch = _patch(piece[:, axis], piece[:, 1 - axis], along, reach_m, px, gsd_m, half_width_m)
        if patch is None:
            continue
        line, cross, u, v = patch
        # A line that runs along the rows has them as its cross direction; swapping axes mirrors the side.
        yield Patch(cross, line, u, v) if axis == 0 else Patch(line, cross, u, -v)


def _patch(
    x: Floats, y: Floats, arc: Floats, reach_m: tuple[float, float], px: int, gsd_m: float, half_width_m: float
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats32, Floats32] | None:
    """Pixels near a piece y(x), u in `reach_m`: (index along x, index along y, u, v), or None if it lies outside."""
    reach = half_width_m * 0.75
    first, last = max(int((x[0] - reach) / gsd_m), 0), min(int((x[-1] + reach) / gsd_m) + 1, px)
    if last - first < 2:
        return None
    line = np.arange(first, last, dtype=np.int32)
    at = (line + 0.5) * gsd_m
    slopes = np.gradient(y, x) if len(x) > 2 else np.full(len(x), (y[-1] - y[0]) / (x[-1] - x[0]))
    before, after = np.minimum(at - x[0], 0.0), np.maximum(at - x[-1], 0.0)
    slope = np.interp(at, x, slopes)
    height = np.interp(at, x, y) + before * slopes[0] + after * slopes[-1]
    bend = np.gradient(slope, gsd_m)
    secant = np.sqrt(1.0 + slope**2)
    sense = 1.0 if arc[-1] > arc[0] else -1.0
    along = np.interp(at, x, arc) + sense * (before * secant[0] + after * secant[-1])
    depth = int(half_width_m * float(secant.max()) / gsd_m) + 2
    cross = (np.floor(height / gsd_m).astype(np.int32))[:, None] + np.arange(-depth, depth + 1, dtype=np.int32)
    dy = ((cross + 0.5) * gsd_m - height[:, None]).astype(np.float32)
    m, k, s = (a.astype(np.float32)[:, None] for a in (slope, bend, secant))
    step = dy * m / (s * s)
    step = step + step * (dy - m * step) * k / (s * s)
    m1 = m + k * step
    s1 = np.sqrt(1.0 + m1 * m1)
    rise = dy - (m + 0.5 * k * step) * step
    v = (m1 * step + rise) / s1
    u = along.astype(np.float32)[:, None] + sense * step * 0.5 * (s + s1) + sense * (rise * m1 - step) / s1
    keep = (np.abs(v) <= half_width_m) & (cross >= 0) & (cross < px)
    keep &= (u >= reach_m[0]) & (u <= reach_m[1])
    lines = np.broadcast_to(line[:, None], keep.shape)
    return lines[keep], cross[keep], u[keep], (v * sense)[keep]
