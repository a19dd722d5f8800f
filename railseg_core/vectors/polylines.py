"""Plane geometry of lines as arrays of their vertices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from railseg_core.arrays import Floats, Points

_SHORTEST = 1e-9
"""Shorter vectors have no meaningful direction."""


def along_m(line: Points) -> Floats:
    """Distance from the start of a line to each of its vertices, float64 (n,)."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])


def unit(vectors: Points) -> Points:
    """Vectors (…, 2) scaled to length 1; those without a direction stay close to 0."""
    length = np.hypot(vectors[..., 0], vectors[..., 1])
    return np.asarray(vectors / np.maximum(length, _SHORTEST)[..., np.newaxis])


def left_of(vectors: Points) -> Points:
    """Vectors (…, 2) turned by 90° to the left."""
    return np.stack([-vectors[..., 1], vectors[..., 0]], axis=-1)


def cross(first: Points, second: Points) -> Floats:
    """The cross product of vectors (…, 2): positive where the second points to the left of the first."""
    return np.asarray(first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0])


def linestrings(lines: Sequence[Points], move: Callable[[Points], Points] | None = None) -> npt.NDArray[np.object_]:
    """Lines as LineStrings, object (n,).

    Args:
        lines: float64 (n, 2) vertices of each.
        move: Takes all of these vertices at once to where they are wanted; by default they stay.
    """
    if not lines:
        return np.zeros(0, dtype=object)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    points = np.concatenate(lines)
    return np.asarray(shapely.linestrings(points if move is None else move(points), indices=owner), dtype=object)
