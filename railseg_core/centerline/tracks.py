"""The graph of tracks: edges of pixels between nodes, changed step by step from the pixel graph to the map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from railseg_core.arrays import Ints
from railseg_core.centerline.pixel_graph import PixelGraph
from railseg_core.centerline.pixels import LinePixels

_LENGTH_STEP = 5
"""A chain's length is measured over every fifth pixel: over each, its steps would make it up to 8 % too long."""


class TrackEnd(NamedTuple):
    """An end of an edge: 0 for its start, 1 for its end."""

    edge: int
    end: int

    @property
    def other(self) -> TrackEnd:
        """The edge's other end."""
        return TrackEnd(self.edge, 1 - self.end)


@dataclass(slots=True)
class Edge:
    """A run of track from node to node.

    Attributes:
        start: Node at the first pixel.
        end: Node at the last pixel.
        pixels: int64 (n,), numbers of its pixels, from `start` to `end`.
        length_m: Its length on the working grid.
        doubts: Why a person should check it, each reason once.
    """

    start: int
    end: int
    pixels: Ints
    length_m: float
    doubts: frozenset[str] = frozenset()

    def node(self, end: int) -> int:
        """The node at an end, 0 or 1 as in `TrackEnd`."""
        return self.end if end else self.start


class TrackGraph:
    """A multigraph of edges that is simplified in place.

    Attributes:
        pixels: The pixels that pixel numbers stand for.
        edges: Edges by number.
        at: The numbers of the edges at each node that has any; an edge that returns to its node is listed twice.
        node_pixels: The pixel that stands for each node.
    """

    def __init__(self, pixels: LinePixels, graph: PixelGraph) -> None:
        self.pixels = pixels
        self.node_pixels = graph.node_pixels
        self.edges: dict[int, Edge] = {}
        self.at: dict[int, list[int]] = {}
        self._next = 0
        for chain, (start, end) in zip(graph.chains, graph.chain_nodes.tolist(), strict=True):
            self.add(start, end, chain)

    def add(self, start: int, end: int, pixels: Ints, doubts: frozenset[str] = frozenset()) -> int:
        """Adds an edge and returns its number."""
        number = self._next
        self._next += 1
        self.edges[number] = Edge(start, end, pixels, self._length_m(pixels), doubts)
        self.at.setdefault(start, []).append(number)
        self.at.setdefault(end, []).append(number)
        return number

    def add_node(self, pixel: int) -> int:
        """Adds a node and returns its number; it is in `at` once an edge uses it."""
        self.node_pixels = np.append(self.node_pixels, pixel)
        return len(self.node_pixels) - 1

    def redraw(self, number: int, pixels: Ints) -> None:
        """Gives an edge another way between its nodes."""
        edge = self.edges[number]
        edge.pixels, edge.length_m = pixels, self._length_m(pixels)

    def remove(self, number: int) -> Edge:
        """Takes an edge out, and the nodes left without any; returns the edge."""
        edge = self.edges.pop(number)
        for node in (edge.start, edge.end):
            self.at[node].remove(number)
            if not self.at[node]:
                del self.at[node]
        return edge

    def take_out(self, numbers: Iterable[int]) -> None:
        """Removes edges, then joins those that they had split."""
        for node in [node for edge in map(self.remove, numbers) for node in (edge.start, edge.end)]:
            self.dissolve(node)

    def degree(self, node: int) -> int:
        """Number of track ends at a node."""
        return len(self.at.get(node, ()))

    def node_at(self, end: TrackEnd) -> int:
        """The node at a track end."""
        return self.edges[end.edge].node(end.end)

    def is_cut(self, node: int) -> bool:
        """Whether the picture or the area ends where the node's only edge ends."""
        return self.degree(node) == 1 and bool(self.pixels.at_edge[self.node_pixels[node]])

    def free_nodes(self, *, at_rim: bool = False) -> list[int]:
        """The nodes at which a track ends inside the picture and the area, in the order of their pixels.

        With `at_rim`, also those at which the picture ends.
        """
        nodes = (
            node
            for node in self.at
            if self.degree(node) == 1
            and (not self.is_cut(node) or (at_rim and self.pixels.at_rim[self.node_pixels[node]]))
        )
        return sorted(nodes, key=lambda node: int(self.node_pixels[node]))

    def ends_at(self, node: int) -> list[TrackEnd]:
        """The track ends at a node, in the order of their pixels."""
        numbers = sorted(set(self.at.get(node, ())), key=lambda number: (int(self.edges[number].pixels.min()), number))
        return [
            TrackEnd(number, end)
            for number in numbers
            for end, at in enumerate((self.edges[number].start, self.edges[number].end))
            if at == node
        ]

    def outward(self, end: TrackEnd) -> Ints:
        """The pixels of a track end's edge, from that end on."""
        pixels = self.edges[end.edge].pixels
        return pixels if end.end == 0 else pixels[::-1]

    def dissolve(self, node: int) -> int | None:
        """Joins the two edges at a node into one; returns its number, or None where there is nothing to join."""
        numbers = self.at.get(node, [])
        if len(numbers) != 2 or numbers[0] == numbers[1]:
            return None
        first, second = (self.remove(number) for number in tuple(numbers))
        before = first.pixels if first.end == node else first.pixels[::-1]
        after = second.pixels if second.start == node else second.pixels[::-1]
        start = first.start if first.end == node else first.end
        end = second.end if second.start == node else second.start
        shared = int(before[-1] == after[0])  # a node may consist of several pixels
        return self.add(start, end, np.concatenate([before, after[shared:]]), first.doubts | second.doubts)

    def orient(self) -> None:
        """Makes every edge run from the node that comes first on the lattice, however it was made."""
        for edge in self.edges.values():
            first, last = self.node_pixels[edge.start], self.node_pixels[edge.end]
            if (first, edge.pixels[1]) > (last, edge.pixels[-2]):
                edge.start, edge.end, edge.pixels = edge.end, edge.start, edge.pixels[::-1]

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
        seen = self.pixels.middle[every_nth(pixels, _LENGTH_STEP)]
        return float(np.hypot(*np.diff(seen, axis=0).T).sum())


def every_nth(pixels: Ints, step: int) -> Ints:
    """Every `step`-th of a chain's pixels from the first on, and the last."""
    last = len(pixels) - 1
    return np.asarray(pixels[np.append(np.arange(0, last, step), last)])
