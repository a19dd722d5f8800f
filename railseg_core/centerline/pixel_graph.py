"""The skeleton's pixels as a multigraph: chains of pixels between nodes.

A pixel is identified by its number on the lattice, so chains run across blocks without further stitching. All of it
is array work on the skeleton's pixels; nothing is as large as the picture.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from railseg_core.arrays import Bools, Ints

Indices = npt.NDArray[np.int32]
"""Pixel numbers where many are held at a time: there is room for some 400,000 km of track."""

_AT_ONCE = 1 << 18
_SHIFT = 32
_BIAS = 1 << 31
_ROW = 1 << _SHIFT


def pixel_keys(rows: npt.NDArray[np.integer], cols: npt.NDArray[np.integer]) -> Ints:
    """One int64 per pixel of the lattice, sorting in row-major order; rows and columns of either sign, below 2^31."""
    biased_rows = np.asarray(rows, dtype=np.int64)
    return (biased_rows << _SHIFT) | (np.asarray(cols, dtype=np.int64) + _BIAS)


def pixels_of(keys: Ints) -> tuple[Ints, Ints]:
    """The rows and columns from which `pixel_keys` made keys."""
    return keys >> _SHIFT, (keys & (_ROW - 1)) - _BIAS


class PixelGraph(NamedTuple):
    """Chains between nodes; two nodes may have several chains, and a chain may return to its node.

    Attributes:
        node_pixels: int64 (nodes,), the pixel (index into the keys) that stands for each node: the one of its
            pixels nearest to their middle.
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
        clumps) are nodes without chains. It depends only on the pixels, not on how they were put together.
    """
    count = len(keys)
    start, end = _links(keys)
    is_node = np.bincount(start, minlength=count) + np.bincount(end, minlength=count) != 2
    pieces = _pieces(start, end, is_node)
    # A closed ring has no node: its first pixel becomes one.
    in_ring = np.flatnonzero(~is_node)
    in_ring = in_ring[~pieces.is_open[pieces.label[in_ring]]]
    is_node[in_ring[np.unique(pieces.label[in_ring], return_index=True)[1]]] = True
    node_of, node_pixels = _clusters(keys, start, end, is_node)
    chains = _chains(start, end, is_node, pieces.label)
    ends = np.array([(chain[0], chain[-1]) for chain in chains], dtype=np.int64).reshape(-1, 2)
    return PixelGraph(node_pixels, chains, node_of[ends])


def _links(keys: Ints) -> tuple[Indices, Indices]:
    """Every pair of neighbouring pixels once; no diagonal where a row and a column step lead there."""
    starts, ends = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
    for first in range(0, len(keys), _AT_ONCE):
        own = keys[first : first + _AT_ONCE]

        def neighbours(delta: int, own: Ints = own) -> Ints:
            place = np.searchsorted(keys, own + delta)
            place[place == len(keys)] = 0
            return np.where(keys[place] == own + delta, place, -1)

        east, south, west = neighbours(1), neighbours(_ROW), neighbours(-1)
        straight = south >= 0
        south_east = np.where(straight | (east >= 0), -1, neighbours(_ROW + 1))
        south_west = np.where(straight | (west >= 0), -1, neighbours(_ROW - 1))
        for other in (east, south, south_east, south_west):
            there = np.flatnonzero(other >= 0)
            starts.append((there + first).astype(np.int32))
            ends.append(other[there].astype(np.int32))
    return np.concatenate(starts), np.concatenate(ends)


def _graph(start: Indices, end: Indices, count: int) -> csr_array:
    """The links as a sparse matrix, each in one direction."""
    return csr_array(coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(count, count)))


class _Pieces(NamedTuple):
    """What is left when all nodes are taken out.

    Attributes:
        label: int32 (n,), the piece of each pixel, -1 for nodes.
        is_open: bool (pieces,), whether the piece touches a node; a closed ring does not.
    """

    label: Indices
    is_open: Bools


def _pieces(start: Indices, end: Indices, is_node: Bools) -> _Pieces:
    free = ~is_node
    place = np.cumsum(free, dtype=np.int32) - np.int32(1)
    within = free[start] & free[end]
    graph = _graph(place[start[within]], place[end[within]], int(free.sum()))
    total, of_free = connected_components(graph, directed=False)
    label = np.full(len(is_node), -1, dtype=np.int32)
    label[free] = of_free
    is_open = np.zeros(total, dtype=np.bool_)
    is_open[label[start[free[start] & is_node[end]]]] = True
    is_open[label[end[free[end] & is_node[start]]]] = True
    return _Pieces(label, is_open)


def _clusters(keys: Ints, start: Indices, end: Indices, is_node: Bools) -> tuple[Ints, Ints]:
    """Merges touching node pixels; returns the node of each pixel (-1 for none) and each node's pixel."""
    pixels = np.flatnonzero(is_node)
    place = np.cumsum(is_node) - 1
    both = is_node[start] & is_node[end]
    nodes, label = connected_components(_graph(place[start[both]], place[end[both]], len(pixels)), directed=False)
    node_of = np.full(len(keys), -1, dtype=np.int64)
    node_of[pixels] = label
    size = np.bincount(label, minlength=nodes)
    rows, cols = pixels_of(keys[pixels])
    away = np.zeros(len(pixels))
    _, first = np.unique(label, return_index=True)
    for numbers in (rows, cols):
        # Relative to the cluster's first pixel, so that the sums stay small and exact anywhere on the lattice.
        local = numbers - numbers[first][label]
        middle = np.bincount(label, weights=local, minlength=nodes) / size
        away += (local - middle[label]) ** 2
    order = np.lexsort((pixels, away, label))
    _, nearest = np.unique(label[order], return_index=True)
    return node_of, pixels[order[nearest]]


def _chains(start: Indices, end: Indices, is_node: Bools, piece: Indices) -> list[Ints]:
    """The pixels of every chain in order, with the node pixel at either end.

    Args:
        start: int32 (links,), the pixel at one end of each link.
        end: int32 (links,), the pixel at the other end.
        is_node: bool (n,), whether a pixel is part of a node.
        piece: int32 (n,), the chain of each pixel that is not part of a node.
    """
    free = ~is_node
    inner = np.flatnonzero(free).astype(np.int32)
    if not len(inner):
        return []
    place = np.cumsum(free, dtype=np.int32) - np.int32(1)
    label = piece[inner]
    size = np.bincount(label)

    # Every chain touches node pixels twice: at its two ends, or both at its only pixel.
    outward = free[start] != free[end]
    own = np.where(free[start], start, end)[outward]
    contact = np.where(free[start], end, start)[outward]
    order = np.lexsort((contact, own, piece[own]))
    own, contact = own[order].reshape(-1, 2), contact[order].reshape(-1, 2)

    # Strung together, all chains make a single path, and one breadth-first walk gives its order.
    heads, tails = place[own[:, 0]], place[own[:, 1]]
    within = free[start] & free[end]
    a = np.concatenate([place[start[within]], tails[:-1]])
    b = np.concatenate([place[end[within]], heads[1:]])
    walk = breadth_first_order(_graph(a, b, len(inner)), heads[0], directed=False, return_predecessors=False)
    pieces = np.split(inner[walk], np.cumsum(size)[:-1])
    return [np.concatenate([contact[i, :1], piece, contact[i, 1:]]).astype(np.int64) for i, piece in enumerate(pieces)]
