from __future__ import annotations

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import label
from skimage.morphology import skeletonize

from railseg_core.centerline.pixel_graph import pixel_graph, pixel_keys, pixels_of

numbers = arrays(np.int64, 20, elements=st.integers(-(2**30), 2**30))


def _keys(picture, row=0, col=0):
    rows, cols = np.nonzero(picture)
    return pixel_keys(rows + row, cols + col)


def _drawn(*lines):
    return np.array([[symbol == "#" for symbol in line] for line in lines])


@given(numbers, numbers)
def test_keys_hold_pixels_of_either_sign_and_sort_row_by_row(rows, cols):
    keys = pixel_keys(rows, cols)
    back_rows, back_cols = pixels_of(keys)
    assert (back_rows == rows).all()
    assert (back_cols == cols).all()
    assert (np.argsort(keys, kind="stable") == np.lexsort((cols, rows))).all()


def test_a_line_is_one_chain_in_order_with_two_nodes():
    keys = _keys(_drawn("##....", "..##..", "....##"), row=-2, col=-3)
    graph = pixel_graph(keys)
    assert len(graph.node_pixels) == 2
    (chain,) = graph.chains
    rows, cols = pixels_of(keys[chain])
    assert list(cols) == [-3, -2, -1, 0, 1, 2]
    assert list(rows) == [-2, -2, -1, -1, 0, 0]


def test_a_staircase_has_no_forks():
    graph = pixel_graph(_keys(_drawn("##....", ".##...", "..##..", "...##.")))
    assert len(graph.chains) == 1
    assert len(graph.node_pixels) == 2


def test_a_fork_has_three_chains_and_one_node_of_degree_three():
    graph = pixel_graph(_keys(_drawn("#.....#", ".#...#.", "..#.#..", "...#...", "...#...", "...#...")))
    assert len(graph.chains) == 3
    assert sorted(np.bincount(graph.chain_nodes.ravel())) == [1, 1, 1, 3]


def test_a_passing_loop_keeps_both_its_tracks():
    graph = pixel_graph(
        _keys(_drawn(".....####.....", "....#....#....", "####......####", "....#....#....", ".....####....."))
    )
    pairs = [tuple(sorted(pair)) for pair in graph.chain_nodes.tolist()]
    assert len(pairs) == 4
    assert len(set(pairs)) == 3


def test_a_ring_has_one_node_and_returns_to_it():
    keys = _keys(_drawn(".###.", "#...#", "#...#", ".###."))
    graph = pixel_graph(keys)
    assert graph.node_pixels.tolist() == [0]
    (chain,) = graph.chains
    assert chain[0] == chain[-1] == 0
    assert sorted(chain[:-1].tolist()) == list(range(len(keys)))


def test_nothing_and_single_pixels_have_no_chains():
    assert pixel_graph(np.zeros(0, dtype=np.int64)).chains == []
    assert pixel_graph(_keys(_drawn("#....", "....#"))).chains == []


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.15, 0.4, 0.6]), thinned=st.booleans())
def test_every_pixel_is_in_one_chain_or_in_a_node_and_chains_are_connected(seed, share, thinned):
    picture = np.random.default_rng(seed).random((40, 50)) < share
    picture = skeletonize(picture) if thinned else picture
    keys = _keys(picture, row=-17, col=-23)
    graph = pixel_graph(keys)
    inner = np.concatenate([chain[1:-1] for chain in graph.chains]) if graph.chains else np.zeros(0, dtype=int)
    assert len(np.unique(inner)) == len(inner)
    for chain in graph.chains:
        rows, cols = pixels_of(keys[chain])
        assert (np.maximum(np.abs(np.diff(rows)), np.abs(np.diff(cols))) == 1).all()
    _, pieces = label(picture, np.ones((3, 3)))
    joined = {node: node for node in range(len(graph.node_pixels))}

    def root(node):
        while joined[node] != node:
            node = joined[node]
        return node

    for a, b in graph.chain_nodes.tolist():
        joined[root(a)] = root(b)
    assert len({root(node) for node in joined}) == pieces


def test_two_hundred_thousand_pixels_take_less_than_two_seconds():
    row = np.arange(2000).repeat(100)
    col = np.tile(np.arange(100) * 7, 2000)
    keys = pixel_keys(row, col)
    started = time.process_time()
    assert len(pixel_graph(keys).chains) == 100
    assert time.process_time() - started < 2.0
