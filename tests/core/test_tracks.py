from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from affine import Affine

from railseg_core.centerline.artefacts import drop_doubtful_pieces, simplify, trim_hooks
from railseg_core.centerline.blocks import SparseSkeleton
from railseg_core.centerline.doubts import tracks_too_close
from railseg_core.centerline.pixel_graph import pixel_graph, pixel_keys
from railseg_core.centerline.pixels import LinePixels
from railseg_core.centerline.smoothing import STEP_M, cut_line
from railseg_core.centerline.tracks import TrackGraph
from railseg_core.line_params import LineParams

GSD_M = 0.2


def _graph(*runs, at_edge=(), half_width_m=0.3, weak=()):
    """A graph of straight runs of pixels ((row, col), (row, col)), drawn corner to corner."""
    pixels = {}
    for index, ((row, col), (end_row, end_col)) in enumerate(runs):
        steps = max(abs(end_row - row), abs(end_col - col))
        for step in range(steps + 1):
            place = round(row + (end_row - row) * step / steps), round(col + (end_col - col) * step / steps)
            pixels.setdefault(place, 100 if index in weak else 200)
    rows, cols = np.array(sorted(pixels)).T
    keys = pixel_keys(rows, cols)
    skeleton = SparseSkeleton(
        keys=keys,
        probability=np.array([pixels[place] for place in sorted(pixels)], dtype=np.uint8),
        half_width_m=np.full(len(keys), half_width_m, dtype=np.float32),
        offset_m=np.zeros((len(keys), 2), dtype=np.float32),
        width_m=np.full(len(keys), 2 * half_width_m, dtype=np.float32),
        at_edge=np.isin(keys, pixel_keys(*np.array(at_edge or np.zeros((0, 2), int)).T)),
        at_rim=np.zeros(len(keys), dtype=np.bool_),
        blob_px=0,
    )
    return TrackGraph(LinePixels(skeleton, Affine.scale(GSD_M, -GSD_M), GSD_M), pixel_graph(keys))


def _simplified(*runs, params=None, **options):
    graph = _graph(*runs, **options)
    simplify(graph)
    drop_doubtful_pieces(graph, params or LineParams())
    return graph


def _lengths(graph):
    return sorted(round(edge.length_m, 1) for edge in graph.edges.values())


MAIN = ((0, 0), (0, 200))


def test_a_short_spur_goes_and_the_track_runs_through():
    graph = _simplified(MAIN, ((0, 100), (10, 100)))
    assert _lengths(graph) == [40.0]


def test_short_spurs_beside_each_other_go():
    graph = _simplified(MAIN, ((0, 100), (5, 112)), ((0, 105), (-5, 117)))
    assert _lengths(graph) == [40.0]


def test_a_siding_stays():
    graph = _simplified(MAIN, ((0, 100), (30, 190)))
    assert sorted(graph.degree(node) for node in graph.at) == [1, 1, 1, 3]


def test_spurs_on_spurs_go_from_the_shortest_on_and_the_longest_is_the_track():
    graph = _simplified(((0, 0), (0, 190)), ((0, 190), (8, 198)), ((0, 190), (-4, 194)))
    (length,) = _lengths(graph)
    assert length == pytest.approx(38 + 8 * 0.2 * 1.41, abs=0.3)


def test_a_short_track_that_the_picture_cuts_is_no_spur():
    cut = _simplified(MAIN, ((0, 100), (4, 112)), at_edge=[(4, 112)])
    assert len(cut.edges) == 3


def test_what_the_width_explains_is_a_spur_even_at_the_edge():
    cut = _simplified(MAIN, ((0, 100), (10, 110)), at_edge=[(10, 110)], half_width_m=1.4)
    assert len(cut.edges) == 1


def test_short_isolated_pieces_are_dropped_by_their_total_length():
    graph = _simplified(MAIN, ((50, 0), (50, 60)), ((80, 0), (80, 60)), ((80, 30), (90, 60)), params=LineParams())
    assert len(graph.edges) == 1 + 3
    assert len(_simplified(MAIN, ((50, 0), (50, 60)), params=LineParams(min_length_m=10)).edges) == 2


def test_a_short_piece_that_the_picture_cuts_is_kept():
    assert len(_simplified(((50, 0), (50, 60)), at_edge=[(50, 0)]).edges) == 1
    assert len(_simplified(((50, 0), (50, 12)), at_edge=[(50, 0)]).edges) == 0


def test_a_hole_in_a_ribbon_is_closed_on_its_more_certain_side():
    graph = _simplified(
        ((0, 0), (0, 80)), ((0, 80), (-2, 82)), ((-2, 82), (-2, 118)), ((-2, 118), (0, 120)),
        ((0, 80), (2, 82)), ((2, 82), (2, 118)), ((2, 118), (0, 120)), ((0, 120), (0, 200)),
        weak=(1, 2, 3),
    )  # fmt: skip
    (edge,) = graph.edges.values()
    rows = -graph.pixels.middle[edge.pixels, 1] / GSD_M - 0.5
    assert rows.max() == pytest.approx(2)
    assert rows.min() == pytest.approx(0)


def test_a_passing_loop_keeps_both_its_tracks():
    graph = _simplified(
        ((0, 0), (0, 80)), ((0, 80), (-10, 90)), ((-10, 90), (-10, 290)), ((-10, 290), (0, 300)),
        ((0, 80), (10, 90)), ((10, 90), (10, 290)), ((10, 290), (0, 300)), ((0, 300), (0, 400)),
    )  # fmt: skip
    assert len(graph.edges) == 4
    assert sorted(graph.degree(node) for node in graph.at) == [1, 1, 3, 3]


def test_a_track_that_a_vanished_spur_had_split_keeps_every_pixel():
    graph = _simplified(MAIN, ((0, 60), (6, 60)), ((0, 140), (-6, 140)))
    (edge,) = graph.edges.values()
    steps = np.abs(np.diff(graph.pixels.middle[edge.pixels], axis=0)).max(axis=1) / GSD_M
    assert steps == pytest.approx(1)
    assert len(np.unique(edge.pixels)) == len(edge.pixels)


def test_a_rung_across_two_tracks_goes_and_a_crossover_stays():
    second = ((20, 0), (20, 200))
    assert _lengths(_simplified(MAIN, second, ((0, 100), (20, 106)))) == [40.0, 40.0]
    assert len(_simplified(MAIN, second, ((0, 40), (20, 140))).edges) == 5


def test_a_line_that_turns_back_is_two_tracks():
    graph = _simplified(((0, 0), (0, 150)), ((0, 0), (40, 150)), at_edge=[(0, 0)])
    assert len(graph.edges) == 2
    assert len(list(graph.components())) == 2


def _trimmed(*runs, **options):
    """Extents of what is left, (first col, last col, lowest row, highest row), and whether it is what was there."""
    graph = _graph(*runs, **options)
    before = {number: edge.pixels.copy() for number, edge in graph.edges.items()}
    trim_hooks(graph)
    extents = []
    for edge in graph.edges.values():
        cols, rows = graph.pixels.middle[edge.pixels].T / GSD_M - 0.5
        extents.append((round(cols.min()), round(cols.max()), round((-rows - 1).min()), round((-rows - 1).max())))
        for node, pixel in ((edge.start, edge.pixels[0]), (edge.end, edge.pixels[-1])):
            assert graph.degree(node) > 1 or graph.node_pixels[node] == pixel
    untouched = before.keys() == graph.edges.keys() and all(
        (before[number] == edge.pixels).all() for number, edge in graph.edges.items()
    )
    return sorted(extents), untouched


HOOK = ((0, 200), (5, 210))  # a metre aside on the last two


def test_a_hook_at_a_free_end_is_cut_off():
    ((first, last, lowest, highest),), untouched = _trimmed(MAIN, HOOK)
    assert not untouched
    assert (first, lowest) == (0, 0)
    # Up to half a metre aside it may be the track's.
    assert 200 <= last < 206
    assert highest <= 3


@pytest.mark.parametrize("sign", [1, -1])
def test_hooks_at_both_ends_are_cut_off(sign):
    start, end = ((0, 0), (sign * 10, -8)), ((0, 200), (10, 208))
    ((first, last, lowest, highest),), _ = _trimmed(start, MAIN, end)
    assert -5 < first <= 0
    assert 200 <= last < 205
    assert max(-lowest, highest) <= 3


def test_an_end_without_a_hook_stays_as_it_was():
    assert _trimmed(MAIN) == ([(0, 200, 0, 0)], True)
    slanting = ((0, 0), (60, 200))
    assert _trimmed(slanting)[1]


@pytest.mark.parametrize("radius_m", [100, 190, 500, -150])
def test_the_end_of_a_curve_is_no_hook(radius_m):
    along = np.arange(0, 60, 1.0)
    cols = np.round(abs(radius_m) * np.sin(along / abs(radius_m)) / GSD_M).astype(int).tolist()
    rows = np.round(radius_m * (1 - np.cos(along / radius_m)) / GSD_M).astype(int).tolist()
    places = list(zip(rows, cols, strict=True))
    assert _trimmed(*pairwise(places))[1]


def test_a_hook_that_the_picture_cuts_stays():
    assert _trimmed(MAIN, HOOK, at_edge=[(5, 210)])[1]
    # The other end is not spared by it.
    assert _trimmed(((0, 0), (10, -8)), MAIN, HOOK, at_edge=[(5, 210)])[0][0][1] == 210
    assert _trimmed(((0, 0), (10, -8)), MAIN, HOOK, at_edge=[(5, 210)])[0][0][0] > -5


def test_a_piece_that_is_too_short_to_tell_where_it_leads_keeps_its_end():
    assert _trimmed(((0, 140), (0, 200)), HOOK)[1]
    assert not _trimmed(((0, 110), (0, 200)), HOOK)[1]


def test_what_bends_at_a_fork_is_no_hook():
    branch = ((0, 100), (30, 190))
    assert _trimmed(MAIN, branch)[1]
    extents, untouched = _trimmed(MAIN, branch, HOOK)
    assert not untouched
    ends = [last for _, last, *_ in extents]
    assert 190 in ends
    assert 200 <= max(ends) < 206


@pytest.mark.parametrize("cut", np.linspace(0.0, 0.95, 20))
def test_lines_too_close_are_found_wherever_nodes_cut_them(cut):
    samples = np.column_stack([np.arange(0.0, 60.0, STEP_M), np.zeros(120)])
    graph = _graph(((0, 0), (0, 20)))
    for apart_m, expected in ((0.8, {0, 1}), (2.0, set())):
        lines = {0: cut_line(samples, cut, 100), 1: cut_line(samples + np.array([0.0, apart_m]), 0.5, 110 + cut)}
        assert tracks_too_close(graph, lines, {}) == expected
