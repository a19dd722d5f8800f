"""From the pixel graph to tracks: artefacts of thinning go, what runs through becomes one edge.

Everything here needs whole edges and whole components, which is why it happens after stitching and never in a block.
Ties are broken by the order of the pixels on the lattice, so the outcome does not depend on the picture's extent.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from railseg_core.centerline.blocks import SparseSkeleton
from railseg_core.centerline.params import LineParams
from railseg_core.centerline.pixel_graph import PixelGraph, pixels_of

Ints = npt.NDArray[np.int64]

MERGE_M = 1.5
"""Two forks closer than this along the graph are one node."""
SLIVER_M = 1.5
"""A loop narrower than this is a hole in a ribbon: two tracks are 3.5 m apart or more."""
_LENGTH_STEP = 5
"""A chain's length is measured over every fifth pixel: over each, its steps would make it up to 8 % too long."""


@dataclass(slots=True)
class Edge:
    """A run of track from node to node.

    Attributes:
        start: Node at the first pixel.
        end: Node at the last pixel.
        pixels: int64 (n,), indices into the skeleton, from `start` to `end`.
        length_m: Its length on the working grid.
    """

    start: int
    end: int
    pixels: Ints
    length_m: float


class TrackGraph:
    """A multigraph of edges that is simplified in place.

    Attributes:
        skeleton: The pixels all indices point into.
        edges: Edges by number.
        at: The numbers of the edges at each node that has any; one that returns to its node is there twice.
        node_pixels: The pixel that stands for each node.
    """

    def __init__(self, skeleton: SparseSkeleton, graph: PixelGraph, gsd_m: float) -> None:
        self.skeleton = skeleton
        self.gsd_m = gsd_m
        self.rows, self.cols = pixels_of(skeleton.keys)
        self.node_pixels = graph.node_pixels
        self.edges: dict[int, Edge] = {}
        self.at: dict[int, list[int]] = {}
        self._next = 0
        for chain, (start, end) in zip(graph.chains, graph.chain_nodes.tolist(), strict=True):
            self.add(start, end, chain)

    def add(self, start: int, end: int, pixels: Ints) -> int:
        """Adds an edge and returns its number."""
        number = self._next
        self._next += 1
        self.edges[number] = Edge(start, end, pixels, self._length_m(pixels))
        self.at.setdefault(start, []).append(number)
        self.at.setdefault(end, []).append(number)
        return number

    def remove(self, number: int) -> Edge:
        """Takes an edge out, and the nodes that are left without any."""
        edge = self.edges.pop(number)
        for node in (edge.start, edge.end):
            self.at[node].remove(number)
            if not self.at[node]:
                del self.at[node]
        return edge

    def degree(self, node: int) -> int:
        """Number of track ends at a node."""
        return len(self.at.get(node, ()))

    def is_cut(self, node: int) -> bool:
        """Whether the picture or the area ends where the node's only edge ends."""
        return self.degree(node) == 1 and bool(self.skeleton.at_edge[self.node_pixels[node]])

    def dissolve(self, node: int) -> int | None:
        """Makes one edge of the two at a node; returns its number, or None where there is nothing to join."""
        numbers = self.at.get(node, [])
        if len(numbers) != 2 or numbers[0] == numbers[1]:
            return None
        first, second = (self.remove(number) for number in tuple(numbers))
        before = first.pixels if first.end == node else first.pixels[::-1]
        after = second.pixels if second.start == node else second.pixels[::-1]
        start = first.start if first.end == node else first.end
        end = second.end if second.start == node else second.start
        joint = after[1:] if before[-1] == after[0] else after
        return self.add(start, end, np.concatenate([before, joint]))

    def components(self) -> Iterator[list[int]]:
        """The numbers of the edges of each connected piece."""
        unseen = dict.fromkeys(self.edges)
        while unseen:
            piece = [next(iter(unseen))]
            del unseen[piece[0]]
            for number in piece:
                edge = self.edges[number]
                for other in (*self.at[edge.start], *self.at[edge.end]):
                    if other in unseen:
                        del unseen[other]
                        piece.append(other)
            yield piece

    def _length_m(self, pixels: Ints) -> float:
        last = len(pixels) - 1
        seen = pixels[np.append(np.arange(0, last, _LENGTH_STEP), last)]
        return float(np.hypot(np.diff(self.rows[seen]), np.diff(self.cols[seen])).sum()) * self.gsd_m


def simplify(graph: TrackGraph, params: LineParams) -> None:
    """Removes slivers, spurs, short and faint pieces, merges clustered forks and joins what runs through, in place."""
    for node in list(graph.at):
        graph.dissolve(node)
    while _remove_slivers(graph) + _merge_forks(graph) + _prune_spurs(graph, params):
        pass
    _drop_doubtful_pieces(graph, params)


def _remove_slivers(graph: TrackGraph) -> int:
    """Of two edges between the same nodes that enclose next to nothing, the less certain goes; so do such loops."""
    between: dict[tuple[int, int], list[int]] = {}
    for number, edge in graph.edges.items():
        between.setdefault((min(edge.start, edge.end), max(edge.start, edge.end)), []).append(number)
    doomed: list[int] = []
    for (a, b), numbers in between.items():
        if a == b:
            doomed += [n for n in numbers if _loop_width_m(graph, graph.edges[n].pixels) < SLIVER_M]
        elif len(numbers) > 1:
            doomed += _doubles(graph, a, numbers)
    # Joined only now: until here the numbers in `between` hold.
    for node in [node for edge in map(graph.remove, doomed) for node in (edge.start, edge.end)]:
        graph.dissolve(node)
    return len(doomed)


def _doubles(graph: TrackGraph, start: int, numbers: list[int]) -> list[int]:
    """Edges between the same two nodes that run beside a more certain one."""

    def certainty(number: int) -> tuple[float, float, int]:
        edge = graph.edges[number]
        return -float(graph.skeleton.probability[edge.pixels].mean()), edge.length_m, int(edge.pixels.min())

    kept: list[Ints] = []
    doomed = []
    for number in sorted(numbers, key=certainty):
        edge = graph.edges[number]
        pixels = edge.pixels if edge.start == start else edge.pixels[::-1]
        if any(_loop_width_m(graph, np.concatenate([pixels, other[::-1]])) < SLIVER_M for other in kept):
            doomed.append(number)
        else:
            kept.append(pixels)
    return doomed


def _loop_width_m(graph: TrackGraph, pixels: Ints) -> float:
    """Mean width of the area inside a closed walk: that of a long rectangle of the same area and perimeter."""
    rows = (graph.rows[pixels] - graph.rows[pixels[0]]).astype(np.float64)
    cols = (graph.cols[pixels] - graph.cols[pixels[0]]).astype(np.float64)
    area = abs(float(np.dot(rows, np.roll(cols, 1)) - np.dot(cols, np.roll(rows, 1)))) / 2
    perimeter = float(np.hypot(rows - np.roll(rows, 1), cols - np.roll(cols, 1)).sum())
    return 2 * area / max(perimeter, 1.0) * graph.gsd_m


def _merge_forks(graph: TrackGraph) -> int:
    """Contracts the short edges between forks, shortest first; what met at the one fork now runs on to the other."""
    merged = 0
    short = [(edge.length_m, number) for number, edge in graph.edges.items() if edge.length_m < MERGE_M]
    for _, number in sorted(short):
        edge = graph.edges.get(number)
        if edge is None or edge.start == edge.end or min(graph.degree(edge.start), graph.degree(edge.end)) < 3:
            continue
        graph.remove(number)
        stays, goes, way = edge.start, edge.end, edge.pixels[::-1]
        if graph.degree(goes) > graph.degree(stays):
            stays, goes, way = goes, stays, edge.pixels
        for other in list(dict.fromkeys(graph.at[goes])):
            moved = graph.remove(other)
            pixels = moved.pixels
            if moved.start == goes:
                pixels = np.concatenate([way[::-1], pixels])
            if moved.end == goes:
                pixels = np.concatenate([pixels, way])
            pixels = pixels[np.append(True, np.diff(pixels) != 0)]
            graph.add(stays if moved.start == goes else moved.start, stays if moved.end == goes else moved.end, pixels)
        merged += 1
    return merged


def _prune_spurs(graph: TrackGraph, params: LineParams) -> int:
    """Removes dead ends that are as short as the mask is wide, shortest first, and joins what they had split."""
    waiting = [(edge.length_m, int(edge.pixels.min()), number) for number, edge in graph.edges.items()]
    heapq.heapify(waiting)
    pruned = 0
    while waiting:
        length_m, _, number = heapq.heappop(waiting)
        edge = graph.edges.get(number)
        if edge is None:
            continue
        for leaf, fork in ((edge.start, edge.end), (edge.end, edge.start)):
            if graph.degree(leaf) == 1 and graph.degree(fork) >= 3 and length_m < _spur_m(graph, leaf, fork, params):
                graph.remove(number)
                pruned += 1
                joined = graph.dissolve(fork)
                if joined is not None:
                    edge = graph.edges[joined]
                    heapq.heappush(waiting, (edge.length_m, int(edge.pixels.min()), joined))
                break
    return pruned


def _spur_m(graph: TrackGraph, leaf: int, fork: int, params: LineParams) -> float:
    """Length below which a dead end is an artefact. Where the picture cuts it, only what the width explains is one."""
    width_m = 2.5 * float(graph.skeleton.half_width_m[graph.node_pixels[fork]])
    return width_m if graph.is_cut(leaf) else max(params.min_spur_m, width_m)


def _drop_doubtful_pieces(graph: TrackGraph, params: LineParams) -> None:
    """Drops isolated pieces that are faint, or short in all; one that the picture cuts may be a long track's end."""
    for piece in list(graph.components()):
        edges = [graph.edges[number] for number in piece]
        cut = any(graph.is_cut(node) for edge in edges for node in (edge.start, edge.end))
        short = sum(edge.length_m for edge in edges) < (params.min_spur_m if cut else params.min_length_m)
        if short or _mean_probability(graph, edges) < params.min_piece_confidence:
            for number in piece:
                graph.remove(number)


def _mean_probability(graph: TrackGraph, edges: list[Edge]) -> float:
    """Mean along all pixels of the edges, 0 to 1."""
    pixels = np.concatenate([edge.pixels for edge in edges])
    return float(graph.skeleton.probability[pixels].mean()) / 255
