"""The skeleton's pixels as a multigraph: chains of pixels between nodes.

A pixel is known by its number on the lattice, so chains run across blocks by themselves: identical keys are the
stitching. All of it is array work on the skeleton's pixels; nothing has the picture's size.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

Ints = npt.NDArray[np.int64]

_SHIFT = 32
_BIAS = 1 << 31
_ROW = 1 << _SHIFT


def pixel_keys(rows: npt.NDArray[np.integer], cols: npt.NDArray[np.integer]) -> Ints:
    """One int64 per pixel of the lattice (numbers of either sign, below 2^31), in row-major order."""
    biased_rows = np.asarray(rows, dtype=np.int64)
    return (biased_rows << _SHIFT) | (np.asarray(cols, dtype=np.int64) + _BIAS)


def pixels_of(keys: Ints) -> tuple[Ints, Ints]:
    """The rows and columns that `pixel_keys` was made of."""
    return keys >> _SHIFT, (keys & (_ROW - 1)) - _BIAS


class PixelGraph(NamedTuple):
    """Chains between nodes; two nodes may have several chains, and a chain may return to its node.

    Attributes:
        node_pixels: int64 (nodes,), the pixel (index into the keys) that stands for each node: that of the
            node's pixels nearest to their middle.
        chains: One int64 array per chain: indices of its pixels in order. The first and the last belong to the nodes
            at its ends, and those between have two neighbours each.
        chain_nodes: int64 (chains, 2), the nodes at the chain's start and end.
    """

    node_pixels: Ints
    chains: list[Ints]
    chain_nodes: Ints


def pixel_graph(keys: Ints) -> PixelGraph:
    """The multigraph of a skeleton.

    Args:
        keys: int64 (n,), sorted `pixel_keys` of the skeleton's pixels, each once.

    Returns:
        The graph; a closed ring has one node, the pixel of the lowest key, and pieces without a chain (single pixels,
        clumps) are nodes without chains. It depends on the pixels only, not on how they came together.
    """
    count = len(keys)
    start, end = _links(keys)
    degree = np.bincount(np.concatenate([start, end]), minlength=count)
    is_node = degree != 2
    is_node[_ring_pixels(start, end, is_node)] = True
    node_of, node_pixels = _clusters(keys, start, end, is_node)
    chains = _chains(start, end, is_node)
    if not chains:
        return PixelGraph(node_pixels, [], np.zeros((0, 2), dtype=np.int64))
    ends = np.array([(chain[0], chain[-1]) for chain in chains])
    return PixelGraph(node_pixels, chains, node_of[ends])


def _links(keys: Ints) -> tuple[Ints, Ints]:
    """Every pair of neighbouring pixels once; no diagonal where two steps along rows and columns lead there."""
    indices = np.arange(len(keys))

    def neighbours(delta: int) -> Ints:
        place = np.searchsorted(keys, keys + delta)
        place[place == len(keys)] = 0
        return np.where(keys[place] == keys + delta, place, -1) if len(keys) else place

    east, south, west = neighbours(1), neighbours(_ROW), neighbours(-1)
    straight = south >= 0
    south_east = np.where(straight | (east >= 0), -1, neighbours(_ROW + 1))
    south_west = np.where(straight | (west >= 0), -1, neighbours(_ROW - 1))
    ends = np.concatenate([east, south, south_east, south_west])
    starts = np.tile(indices, 4)
    return starts[ends >= 0], ends[ends >= 0]


def _graph(start: Ints, end: Ints, count: int) -> csr_array:
    """The links as a symmetric sparse matrix."""
    pairs = (np.concatenate([start, end]), np.concatenate([end, start]))
    return csr_array(coo_array((np.ones(2 * len(start), dtype=np.int8), pairs), shape=(count, count)))


def _ring_pixels(start: Ints, end: Ints, is_node: npt.NDArray[np.bool_]) -> Ints:
    """The first pixel of every closed ring: a component that has no node."""
    if not len(is_node):
        return np.zeros(0, dtype=np.int64)
    rings, label = connected_components(_graph(start, end, len(is_node)), directed=False)
    has_node = np.zeros(rings, dtype=np.bool_)
    has_node[label[is_node]] = True
    _, first = np.unique(label, return_index=True)
    return first[~has_node]


def _clusters(keys: Ints, start: Ints, end: Ints, is_node: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Nodes: touching node pixels are one. Returns the node of each pixel (-1 for none) and each node's pixel."""
    pixels = np.flatnonzero(is_node)
    place = np.cumsum(is_node) - 1
    both = is_node[start] & is_node[end]
    nodes, label = connected_components(_graph(place[start[both]], place[end[both]], len(pixels)), directed=False)
    node_of = np.full(len(keys), -1, dtype=np.int64)
    node_of[pixels] = label
    size = np.bincount(label, minlength=nodes)
    rows, cols = pixels_of(keys[pixels])
    away = np.zeros(len(pixels))
    for numbers in (rows, cols):
        # Taken from the cluster's first pixel, so that the sums stay small and exact anywhere on the lattice.
        _, first = np.unique(label, return_index=True)
        local = numbers - numbers[first][label]
        middle = np.bincount(label, weights=local, minlength=nodes) / size
        away += (local - middle[label]) ** 2
    order = np.lexsort((pixels, away, label))
    _, nearest = np.unique(label[order], return_index=True)
    return node_of, pixels[order[nearest]]


def _chains(start: Ints, end: Ints, is_node: npt.NDArray[np.bool_]) -> list[Ints]:
    """The pixels of every chain in order, with the node pixel at either end."""
    free = ~is_node
    inner = np.flatnonzero(free)
    if not len(inner):
        return []
    place = np.cumsum(free) - 1
    within = free[start] & free[end]
    a, b = place[start[within]], place[end[within]]
    total, label = connected_components(_graph(a, b, len(inner)), directed=False)

    # Every chain touches node pixels twice: at its two ends, or both at its only pixel.
    outward = free[start] != free[end]
    own = np.where(free[start], start, end)[outward]
    contact = np.where(free[start], end, start)[outward]
    order = np.lexsort((contact, own, label[place[own]]))
    own, contact = own[order].reshape(total, 2), contact[order].reshape(total, 2)

    # Threading all chains one behind the other makes a single path, and its order is one breadth-first walk.
    heads, tails = place[own[:, 0]], place[own[:, 1]]
    path = _graph(np.concatenate([a, tails[:-1]]), np.concatenate([b, heads[1:]]), len(inner))
    walk = breadth_first_order(path, heads[0], directed=True, return_predecessors=False)
    pieces = np.split(inner[walk], np.cumsum(np.bincount(label, minlength=total))[:-1])
    return [np.concatenate([contact[i, :1], piece, contact[i, 1:]]).astype(np.int64) for i, piece in enumerate(pieces)]
