"""The pixels that lines run along: the skeleton's, then those added where it has none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from affine import Affine

from railseg_core.arrays import Ints, Points
from railseg_core.centerline.blocks import SparseSkeleton
from railseg_core.centerline.pixel_graph import pixels_of


class LinePixels:
    """A table of pixels by number; the skeleton's come first, in the order of their keys.

    The columns have spare capacity: only use numbers that were given out.

    Attributes:
        middle: float64 (n, 2), (x, y) in the raster's CRS.
        offset_m: float32 (n, 2), from there to where the line runs.
        probability: uint8 (n,), 0 to 255.
        half_width_m: float32 (n,), half the width of the mask around the pixel; 0 where there is none.
        width_m: float32 (n,), as `SparseSkeleton.width_m`; 0 where there is none.
        at_edge: bool (n,), whether the picture or the area ends there.
        at_rim: bool (n,), whether the picture ends so close by that less than a track's width is seen.
        is_inferred: bool (n,), whether there is no evidence of a track.
        gsd_m: Size of a pixel.
    """

    def __init__(self, skeleton: SparseSkeleton, transform: Affine, gsd_m: float) -> None:
        rows, cols = pixels_of(skeleton.keys)
        self.middle: Points = np.column_stack([cols + 0.5, rows + 0.5]) * (transform.a, transform.e)
        self.middle += transform.c, transform.f
        self.offset_m = skeleton.offset_m
        self.probability = skeleton.probability
        self.half_width_m = skeleton.half_width_m
        self.width_m = skeleton.width_m
        self.at_edge = skeleton.at_edge
        self.at_rim = skeleton.at_rim
        self.is_inferred = np.zeros(len(rows), dtype=np.bool_)
        self.gsd_m = gsd_m
        self._count = len(rows)

    def places(self, pixels: Ints) -> Points:
        """Where the line runs at pixels, float64 (n, 2)."""
        return np.asarray(self.middle[pixels] + self.offset_m[pixels])

    def add(self, places: Points, probability: npt.ArrayLike, *, is_inferred: bool) -> Ints:
        """Adds pixels at places, float64 (n, 2), and returns their numbers."""
        first, self._count = self._count, self._count + len(places)
        if self._count > len(self.middle):
            self._make_room(self._count + self._count // 8)
        own = slice(first, self._count)
        self.middle[own] = places
        self.probability[own] = probability
        self.is_inferred[own] = is_inferred
        return np.arange(first, self._count)

    def _make_room(self, capacity: int) -> None:
        columns = ("middle", "offset_m", "probability", "half_width_m", "width_m", "at_edge", "at_rim", "is_inferred")
        for name in columns:
            old = getattr(self, name)
            new = np.zeros((capacity, *old.shape[1:]), dtype=old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)
