"""Removes what thinning and noise leave behind, and joins the edges that run through.

Everything here needs whole edges and whole components, so it happens after stitching and never within a block.
Ties are broken by the order of the pixels on the lattice, so the outcome does not depend on the picture's extent.
"""

from __future__ import annotations

import heapq
import math

import numpy as np

from railseg_core.arrays import Floats, Ints
from railseg_core.centerline.legs import leg_places
from railseg_core.centerline.poses import end_pose
from railseg_core.centerline.tracks import TrackEnd, TrackGraph
from railseg_core.line_params import LineParams
from railseg_core.vectors.polylines import unit

MIN_SPUR_M = 3.0
"""Dead-end branches shorter than this are artefacts of thinning."""
SLIVER_M = 1.5
"""A loop narrower than this is a hole in a ribbon: two tracks are at least 3.5 m apart."""
HAIRPIN_M = 3.0
HAIRPIN_DEG = 60.0
"""A line that turns by more than this from one `HAIRPIN_M` to the next is not one track, not even a tram's, but two."""
RUNG_M = 20.0
RUNG_DEG = 30.0
"""An edge shorter than `RUNG_M` that leaves straight tracks at a larger angle is not a track."""
_SPUR_WIDTHS = 2.5
"""A dead end shorter than this many half-widths of the ribbon at its fork is an artefact of thinning as well."""
_RUNG_LEG_M = 8.0
"""Length over which the directions at a rung's ends are measured."""
_HOOK_M, _HOOK_LEG_M = 3.0, 16.0
"""Length of a track's last metres, and of the track up to which these are compared with it."""
_STRAY_M = 0.5
"""A free end whose last metres stray further than this from the track before them was bent by something else."""
_RIM_SHARE = 0.8
"""Share of its pixels at the picture's rim above which a piece counts as running along the rim: it may waver."""


def simplify(graph: TrackGraph) -> None:
    """Removes slivers, spurs and rungs, joins what runs through, splits hairpins; in place."""
    for node in list(graph.at):
        graph.dissolve(node)
    while _remove_slivers(graph) + _prune_spurs(graph) + _remove_rungs(graph) + _split_hairpins(graph):
        pass


def _remove_slivers(graph: TrackGraph) -> int:
    """Removes narrow loops, and the less certain of two edges between the same nodes that enclose next to nothing."""
    between: dict[tuple[int, int], list[int]] = {}
    for number, edge in graph.edges.items():
        between.setdefault((min(edge.start, edge.end), max(edge.start, edge.end)), []).append(number)
    doomed: list[int] = []
    for (a, b), numbers in between.items():
        if a == b:
            doomed += [n for n in numbers if _loop_width_m(graph, graph.edges[n].pixels) < SLIVER_M]
        elif len(numbers) > 1:
            doomed += _doubles(graph, a, numbers)
    graph.take_out(doomed)
    return len(doomed)


def _doubles(graph: TrackGraph, start: int, numbers: list[int]) -> list[int]:
    """Edges between the same two nodes that run along a more certain one."""

    def certainty(number: int) -> tuple[float, float, int]:
        edge = graph.edges[number]
        return -float(graph.pixels.probability[edge.pixels].mean()), edge.length_m, int(edge.pixels.min())

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
    x, y = (graph.pixels.middle[pixels] - graph.pixels.middle[pixels[0]]).T
    area = abs(float(np.dot(y, np.roll(x, 1)) - np.dot(x, np.roll(y, 1)))) / 2
    perimeter = float(np.hypot(x - np.roll(x, 1), y - np.roll(y, 1)).sum())
    return 2 * area / max(perimeter, graph.pixels.gsd_m)


def _prune_spurs(graph: TrackGraph) -> int:
    """Removes dead ends shorter than `_spur_m`, shortest first, and rejoins the edges they had split."""
    waiting = [(edge.length_m, int(edge.pixels.min()), number) for number, edge in graph.edges.items()]
    heapq.heapify(waiting)
    pruned = 0
    while waiting:
        length_m, _, number = heapq.heappop(waiting)
        edge = graph.edges.get(number)
        if edge is None:
            continue
        for leaf, fork in ((edge.start, edge.end), (edge.end, edge.start)):
            if graph.degree(leaf) == 1 and graph.degree(fork) >= 3 and length_m < _spur_m(graph, leaf, fork):
                graph.remove(number)
                pruned += 1
                joined = graph.dissolve(fork)
                if joined is not None:
                    edge = graph.edges[joined]
                    heapq.heappush(waiting, (edge.length_m, int(edge.pixels.min()), joined))
                break
    return pruned


def _spur_m(graph: TrackGraph, leaf: int, fork: int) -> float:
    """Length below which a dead end is an artefact; one that the picture cuts is only judged by the ribbon's width."""
    width_m = _SPUR_WIDTHS * float(graph.pixels.half_width_m[graph.node_pixels[fork]])
    return width_m if graph.is_cut(leaf) else max(MIN_SPUR_M, width_m)


def _remove_rungs(graph: TrackGraph) -> int:
    """Removes short edges that stand across the tracks they end at; one of their ends may be free."""
    doomed = []
    for number, edge in graph.edges.items():
        if edge.length_m < RUNG_M and edge.start != edge.end:
            across = [_stands_across(graph, TrackEnd(number, end)) for end in (0, 1)]
            free = [graph.degree(node) == 1 for node in (edge.start, edge.end)]
            if any(across) and all(a or f for a, f in zip(across, free, strict=True)):
                doomed.append(number)
    graph.take_out(doomed)
    return len(doomed)


def _stands_across(graph: TrackGraph, end: TrackEnd) -> bool:
    """Whether two other edges run straight through the node at an edge's end and it leaves them at a steep angle."""
    ends = graph.ends_at(graph.node_at(end))
    if len(ends) != 3 or len({other.edge for other in ends}) < 3:
        return False
    one, other = (_direction(graph, leg) for leg in ends if leg != end)
    own = _direction(graph, end)
    limit = math.cos(math.radians(RUNG_DEG))
    return bool(one @ other < -limit and max(abs(own @ one), abs(own @ other)) < limit)


def _direction(graph: TrackGraph, end: TrackEnd) -> Floats:
    places = leg_places(graph, end, _RUNG_LEG_M)
    return unit(places[-1] - places[0])


def _split_hairpins(graph: TrackGraph) -> int:
    """Splits edges where they turn back: at a fork whose stem is outside the picture, or at a hook caused by noise."""
    reach = round(HAIRPIN_M / graph.pixels.gsd_m)
    limit = math.cos(math.radians(HAIRPIN_DEG))
    count = 0
    for number, edge in list(graph.edges.items()):
        if len(edge.pixels) < 2 * reach + 2:
            continue
        steps = graph.pixels.middle[edge.pixels[reach:]] - graph.pixels.middle[edge.pixels[:-reach]]
        before, after = steps[:-reach], steps[reach:]
        length = np.maximum(np.hypot(*before.T) * np.hypot(*after.T), 1e-9)
        cosine = np.sum(before * after, axis=1) / length
        sharpest = int(np.argmin(cosine))
        if cosine[sharpest] >= limit:
            continue
        at = sharpest + reach
        graph.remove(number)
        for start, end, pixels in (
            (edge.start, graph.add_node(edge.pixels[at]), edge.pixels[: at + 1]),
            (graph.add_node(edge.pixels[at + 1]), edge.end, edge.pixels[at + 1 :]),
        ):
            graph.add(start, end, pixels, edge.doubts)
        count += 1
    return count


def trim_hooks(graph: TrackGraph) -> None:
    """Cuts off the last metres of free ends, in place, where they stray from where the track before them leads."""
    for node in graph.free_nodes():
        end = graph.ends_at(node)[0]
        pixels = graph.outward(end)
        strays = _stray_pixels(graph.pixels.places(pixels))
        if strays:
            edge = graph.remove(end.edge)
            pixels = pixels[strays:]
            graph.add(graph.add_node(int(pixels[0])), edge.node(end.other.end), pixels, edge.doubts)


def _stray_pixels(places: Floats) -> int:
    """How many of a track's places, float64 (n, 2) from its end on, to cut off: they stray from where others lead."""
    away = np.hypot(*(places - places[0]).T)
    hook = int(np.searchsorted(np.maximum.accumulate(away), _HOOK_M))
    beyond = np.flatnonzero(away > _HOOK_LEG_M)
    if not len(beyond):
        return 0
    pose = end_pose(places[hook:], _HOOK_LEG_M)
    ahead, left = pose.local(places[:hook]).T
    stray = np.flatnonzero(np.abs(left - 0.5 * pose.curvature * ahead**2) > _STRAY_M)
    return int(stray[-1]) + 1 if len(stray) else 0


def drop_doubtful_pieces(graph: TrackGraph, params: LineParams) -> None:
    """Drops isolated pieces that are faint or short in total; one that the picture cuts may be a long track's end.

    Pieces along the picture's rim are dropped as well: mirrored objects there look like the two rails of a track.
    Bridged gaps count neither for nor against a piece.
    """
    for piece in list(graph.components()):
        edges = [graph.edges[number] for number in piece]
        pixels = np.concatenate([edge.pixels for edge in edges])
        seen = ~graph.pixels.is_inferred[pixels]
        cut = any(graph.is_cut(node) for edge in edges for node in (edge.start, edge.end))
        seen_m = sum(edge.length_m for edge in edges) * float(seen.mean())
        is_short = seen_m < (MIN_SPUR_M if cut else params.min_length_m)
        margin = params.short_piece_margin * params.min_length_m / max(seen_m, MIN_SPUR_M) * (0.5 if cut else 1.0)
        confidence = float(graph.pixels.probability[pixels[seen]].mean()) / 255
        is_faint = confidence < params.min_piece_confidence + margin
        is_mirrored = graph.pixels.at_rim[pixels].mean() > _RIM_SHARE
        if is_short or is_faint or is_mirrored:
            for number in piece:
                graph.remove(number)
