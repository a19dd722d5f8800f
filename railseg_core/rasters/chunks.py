"""Arbitrary windows of pixels, assembled from whole chunks of the lattice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

import numpy as np

from railseg_core.arrays import UInt8Array
from railseg_core.tiling import PixelWindow

_CACHE_BYTES = 96 * 2**20


class ChunkCache:
    """Assembles windows from chunks that are computed once, as a whole, and cached while there is room.

    A pixel whose value depends on what is computed together with it (an interpolated transformation, a polygon's
    edge through a pixel's centre) would change with the requested window. A chunk is always the same lattice-aligned
    square, so the pixels of any two windows agree. Several threads may read: a chunk that one is computing is not
    computed again by another.

    Args:
        chunk_px: Side of a chunk in pixels.
        bands: Number of bands.
        make: Computes the chunk for a window: uint8 (bands, rows, cols), or None if all of it is 0. Called in the
            reading thread.
    """

    def __init__(self, chunk_px: int, bands: int, make: Callable[[PixelWindow], UInt8Array | None]) -> None:
        self._chunk_px = chunk_px
        self._bands = bands
        self._make = make
        self._chunks: OrderedDict[PixelWindow, Future[UInt8Array | None]] = OrderedDict()
        self._lock = Lock()
        self._capacity = max(4, _CACHE_BYTES // (bands * chunk_px * chunk_px))

    def read(self, window: PixelWindow) -> UInt8Array:
        """The pixels of `window`: uint8 (bands, rows, cols)."""
        pixels = np.zeros((self._bands, *window.shape), dtype=np.uint8)
        reach = window.snapped(self._chunk_px)
        for row in range(reach.row, reach.bottom, self._chunk_px):
            for col in range(reach.col, reach.right, self._chunk_px):
                place = PixelWindow(col, row, self._chunk_px, self._chunk_px)
                chunk = self._chunk(place)
                if chunk is not None:
                    part = place.intersection(window)
                    pixels[:, *part.local_slices(window)] = chunk[:, *part.local_slices(place)]
        return pixels

    def _chunk(self, place: PixelWindow) -> UInt8Array | None:
        own: Future[UInt8Array | None] = Future()
        try:
            with self._lock:
                chunk = self._chunks.setdefault(place, own)
                self._chunks.move_to_end(place)
                if len(self._chunks) > self._capacity:
                    self._chunks.popitem(last=False)
            if chunk is own:
                own.set_result(self._make(place))
        except BaseException as error:
            with self._lock:
                if self._chunks.get(place) is own:
                    del self._chunks[place]
            if not own.done():
                own.set_exception(error)  # for the threads that wait for it
            raise
        return chunk.result()
