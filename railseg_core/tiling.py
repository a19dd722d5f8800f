"""The lattice: which pixels exist, and the tiles and blocks they are processed in.

The pixels of a working grid are numbered from the origin of its CRS, not from a picture's corner: at a
ground sampling distance (GSD) of g metres, pixel (col, row) covers x in [col, col + 1] * g and y in
[-(row + 1), -row] * g. Rows grow downwards; both numbers may be negative. A smaller picture or area
therefore has the same pixels, tiles and blocks as a larger one, which is why it gives the same lines.

A tile is what the network sees: 512 px of which it owns the 448 in the middle and blends 32 on every side
with its neighbours. A block is what is written at once: 4 x 4 tile cores, a whole number of the raster's
tiles of 256 px.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from affine import Affine

GSD_M = 0.2
"""Ground sampling distance that the bundled model was trained for."""
GSD_TOLERANCE = 1.05
"""Pixels of nominally 1 m are somewhat larger on the ground, at the edge of a UTM zone or rounded to degrees."""
TILE_PX = 512
"""Side of the square the network sees."""
OVERLAP_PX = 64
"""How far two neighbouring tiles overlap."""
STRIDE_PX = TILE_PX - OVERLAP_PX
"""Distance between neighbouring tiles, and the side of the core that a tile owns."""
BLOCK_TILES = 4
"""Tile cores along a block's side."""
BLOCK_PX = BLOCK_TILES * STRIDE_PX
"""Side of the square that is written, cleaned and vectorised at once."""
RASTER_TILE_PX = 256
"""Side of a tile of the rasters that are written; windows of pictures and areas are snapped to it."""
LATTICE_END_PX = 2**31 - 2**16
"""Limit of pixel coordinates, of either sign: a row and a column fit into an int64 together, with a halo."""


@dataclass(frozen=True, slots=True)
class PixelWindow:
    """A rectangle of whole pixels in the lattice's coordinates.

    Half-open: a pixel (c, r) is inside where `col <= c < right` and `row <= r < bottom`.
    """

    col: int
    row: int
    width: int
    height: int

    @classmethod
    def between(cls, col: int, row: int, right: int, bottom: int) -> PixelWindow:
        """From (col, row) up to, not including, (right, bottom); empty if they are the wrong way round."""
        return cls(col, row, max(0, right - col), max(0, bottom - row))

    @classmethod
    def covering(cls, xmin: float, ymin: float, xmax: float, ymax: float, gsd_m: float) -> PixelWindow:
        """The smallest window that covers a box of map coordinates.

        A millionth of a pixel is tolerated, so that a box on pixel edges does not gain a row by rounding.
        """
        slack = 1e-6
        return cls.between(
            math.floor(xmin / gsd_m + slack),
            math.floor(-ymax / gsd_m + slack),
            math.ceil(xmax / gsd_m - slack),
            math.ceil(-ymin / gsd_m - slack),
        )

    @classmethod
    def covering_all(cls, windows: Sequence[PixelWindow]) -> PixelWindow:
        """The smallest window that covers all of the given ones, at least one."""
        return cls.between(
            min(window.col for window in windows),
            min(window.row for window in windows),
            max(window.right for window in windows),
            max(window.bottom for window in windows),
        )

    @property
    def right(self) -> int:
        """One past the last column."""
        return self.col + self.width

    @property
    def bottom(self) -> int:
        """One past the last row."""
        return self.row + self.height

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols), as an array has it."""
        return self.height, self.width

    @property
    def is_empty(self) -> bool:
        """Whether the window holds no pixel."""
        return self.width <= 0 or self.height <= 0

    def contains(self, other: PixelWindow) -> bool:
        """Whether every pixel of `other` is in this window."""
        return other.is_empty or (
            self.col <= other.col
            and self.row <= other.row
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def intersection(self, other: PixelWindow) -> PixelWindow:
        """The pixels that both have; an empty window if there are none."""
        return PixelWindow.between(
            max(self.col, other.col),
            max(self.row, other.row),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def intersects(self, other: PixelWindow) -> bool:
        """Whether both have a pixel in common."""
        return not self.intersection(other).is_empty

    def expanded(self, px: int) -> PixelWindow:
        """The window with `px` more pixels on each of its four sides (fewer where `px` is negative)."""
        return PixelWindow.between(self.col - px, self.row - px, self.right + px, self.bottom + px)

    def snapped(self, multiple: int) -> PixelWindow:
        """The window grown outward to whole multiples of `multiple` pixels; an empty one stays as it is."""
        if self.is_empty:
            return self
        return PixelWindow.between(
            self.col // multiple * multiple,
            self.row // multiple * multiple,
            -(-self.right // multiple) * multiple,
            -(-self.bottom // multiple) * multiple,
        )

    def local_slices(self, origin: PixelWindow) -> tuple[slice, slice]:
        """Where this window lies in an array that holds `origin`: slices of (rows, cols).

        Raises:
            ValueError: this window reaches beyond `origin` (a negative slice would silently wrap around).
        """
        if not origin.contains(self):
            raise ValueError(f"{self} reaches beyond {origin}")
        top, left = self.row - origin.row, self.col - origin.col
        return slice(top, top + self.height), slice(left, left + self.width)

    def transform(self, gsd_m: float) -> Affine:
        """The affine transform of an array that holds this window: (col + 0.5, row + 0.5) to (x, y)."""
        return Affine(gsd_m, 0.0, self.col * gsd_m, 0.0, -gsd_m, -self.row * gsd_m)

    def bounds(self, gsd_m: float) -> tuple[float, float, float, float]:
        """The box in map coordinates: (xmin, ymin, xmax, ymax)."""
        return self.col * gsd_m, -self.bottom * gsd_m, self.right * gsd_m, -self.row * gsd_m


class Tile(NamedTuple):
    """The number of a tile on the lattice."""

    tx: int
    ty: int

    @property
    def window(self) -> PixelWindow:
        """The (512, 512) pixels that the network sees."""
        return self.core.expanded(OVERLAP_PX // 2)

    @property
    def core(self) -> PixelWindow:
        """The (448, 448) pixels that the tile owns: the cores of all tiles cover the plane once."""
        return PixelWindow(self.tx * STRIDE_PX, self.ty * STRIDE_PX, STRIDE_PX, STRIDE_PX)


class Block(NamedTuple):
    """The number of a block on the lattice."""

    bx: int
    by: int

    @property
    def window(self) -> PixelWindow:
        """The (1792, 1792) pixels of the block: the blocks cover the plane once."""
        return PixelWindow(self.bx * BLOCK_PX, self.by * BLOCK_PX, BLOCK_PX, BLOCK_PX)


def tiles_of(window: PixelWindow) -> list[Tile]:
    """Every tile that contributes to a pixel of `window` (its blended border included), row by row."""
    reach = window.expanded(OVERLAP_PX // 2) if not window.is_empty else window
    return [Tile(tx, ty) for tx, ty in _cells(reach, STRIDE_PX)]


def seams_of(window: PixelWindow) -> list[PixelWindow]:
    """The strips of `window` in which tiles overlap, downwards and across; they cross each other."""
    half = OVERLAP_PX // 2
    reach = window.expanded(half).snapped(STRIDE_PX)
    strips = [
        *(
            PixelWindow(x - half, window.row, OVERLAP_PX, window.height)
            for x in range(reach.col, reach.right, STRIDE_PX)
        ),
        *(
            PixelWindow(window.col, y - half, window.width, OVERLAP_PX)
            for y in range(reach.row, reach.bottom, STRIDE_PX)
        ),
    ]
    seams = [strip.intersection(window) for strip in strips]
    return [seam for seam in seams if not seam.is_empty]


def blocks_of(window: PixelWindow) -> list[Block]:
    """Every block that has a pixel of `window`, row by row."""
    return [Block(bx, by) for bx, by in _cells(window, BLOCK_PX)]


def _cells(window: PixelWindow, side: int) -> Iterable[tuple[int, int]]:
    snapped = window.snapped(side)
    for y in range(snapped.row, snapped.bottom, side):
        for x in range(snapped.col, snapped.right, side):
            yield x // side, y // side


def blending_weights() -> npt.NDArray[np.float32]:
    """A tile's weight in the probability of each of its pixels.

    Returns:
        float32 (512, 512), the product of a linear ramp across the overlap in either direction. All steps
        are multiples of 1/128, so that the weights of the tiles over a pixel add up to 1 exactly.
    """
    ramp = np.ones(TILE_PX, dtype=np.float32)
    rise = (np.arange(OVERLAP_PX, dtype=np.float32) + np.float32(0.5)) / np.float32(OVERLAP_PX)
    ramp[:OVERLAP_PX] = rise
    ramp[-OVERLAP_PX:] = rise[::-1]
    return np.outer(ramp, ramp)
