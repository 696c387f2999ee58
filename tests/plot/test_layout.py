"""The parts of a layout: orders without needless crossings, places that make lines short."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from dlbook.graph import DiGraph, topological_generations
from dlbook.plot.ordering import Order, crossings, ordered
from dlbook.plot.simplex import least_lengths


@st.composite
def arcs(draw, max_nodes=9):
    """Draw a connected, acyclic problem: arcs lead from smaller to larger numbers."""
    n = draw(st.integers(1, max_nodes))
    length, weight = st.integers(0, 5) | st.sampled_from([0.5, 2.25]), st.integers(0, 4)
    pairs = [(draw(st.integers(0, v - 1)), v) for v in range(1, n)]  # a tree
    if n > 1:
        more = st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True)
        pairs += [tuple(sorted(pair)) for pair in draw(st.lists(more, max_size=8))]
    return n, [(u, v, draw(length), draw(weight)) for u, v in pairs]


def cost(places, problem):
    return sum(weight * (places[v] - places[u]) for u, v, _, weight in problem)


@given(arcs(), st.booleans())
@settings(max_examples=150)
def test_lengths_are_least_as_linear_programming_finds_them(problem, centred):
    n, given_arcs = problem
    places = least_lengths(n, given_arcs, centred=centred)
    assert places.min() == 0
    assert all(places[v] - places[u] >= length - 1e-9 for u, v, length, _ in given_arcs)
    if given_arcs:
        rows = np.zeros((len(given_arcs), n))
        for row, (u, v, _, _) in zip(rows, given_arcs, strict=True):
            row[u], row[v] = 1, -1
        c = -sum(row * arc[3] for row, arc in zip(rows, given_arcs, strict=True))
        best = linprog(c, rows, [-arc[2] for arc in given_arcs], bounds=[(None, None)] * n)
        assert cost(places, given_arcs) == pytest.approx(best.fun, abs=1e-6)


@given(arcs())
def test_whole_lengths_give_whole_places(problem):
    n, given_arcs = problem
    whole = [(u, v, round(length), weight) for u, v, length, weight in given_arcs]
    places = least_lengths(n, whole)
    assert (places == places.round()).all()


def test_what_moves_freely_is_in_the_middle():
    """1 may be anywhere between 0 and 2."""
    problem = [(0, 1, 1, 1), (1, 2, 1, 1), (0, 2, 6, 1)]
    assert least_lengths(3, problem, centred=True)[1] == 3.0
    assert least_lengths(3, problem)[1] in (1.0, 5.0)


@st.composite
def weights(draw, max_nodes=8):
    n = draw(st.integers(1, max_nodes))
    pair = st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True)
    pairs = draw(st.lists(pair, max_size=12)) if n > 1 else []
    return n, {tuple(sorted(one)): draw(st.integers(1, 3)) for one in pairs}


@given(weights(), st.booleans())
def test_an_order_holds_every_node_and_every_edge_layer_by_layer(problem, early):
    n, weight = problem
    orders = ordered(weight, range(n), early=early)
    depth = {v: k for order in orders for k, layer in enumerate(order.layers) for v in layer}
    placed = [v for order in orders for layer in order.layers for v in layer]
    assert len(placed) == len(set(placed))
    assert sorted(v for v in placed if v < n) == list(range(n))
    chains = {edge: chain for order in orders for edge, chain in order.chains.items()}
    assert chains.keys() == weight.keys()
    for (u, v), chain in chains.items():
        assert (chain[0], chain[-1]) == (u, v)
        assert all(bend >= n for bend in chain[1:-1])
        assert [depth[x] for x in chain] == list(range(depth[u], depth[v] + 1))
    bends = [x for chain in chains.values() for x in chain[1:-1]]
    assert sorted(bends) == sorted(v for v in placed if v >= n)
    if early:
        generations = topological_generations(DiGraph(list(weight), nodes=range(n)))
        assert all(depth[v] == k for k, one in enumerate(generations) for v in one)


def counted(order, weight):
    """Return the crossings by the definition: each pair of lines between two layers."""
    place = {v: (k, i) for k, layer in enumerate(order.layers) for i, v in enumerate(layer)}
    lines = [
        (*place[u], place[v][1], weight[edge])
        for edge, chain in order.chains.items()
        for u, v in itertools.pairwise(chain)
    ]
    return sum(
        w * x
        for (k, a, b, w), (m, c, d, x) in itertools.combinations(lines, 2)
        if k == m and (a - c) * (b - d) < 0
    )


@given(weights(), st.randoms(use_true_random=False))
def test_crossings_are_counted_in_any_order(problem, random):
    n, weight = problem
    for order in ordered(weight, range(n)):
        assert crossings(order, weight) == counted(order, weight)
        for layer in order.layers:
            random.shuffle(layer)
        assert crossings(order, weight) == counted(order, weight)


@given(weights(max_nodes=6))
@settings(max_examples=60)
def test_no_order_of_these_layers_crosses_less(problem):
    """On small graphs all orders can be tried."""
    n, weight = problem
    for order in ordered(weight, range(n)):
        found = crossings(order, weight)
        for layers in itertools.product(*map(itertools.permutations, order.layers)):
            if found == 0:
                break
            assert found <= counted(Order([list(one) for one in layers], order.chains), weight)


def test_a_tree_does_not_cross():
    edges = {(v // 3, v): 1 for v in range(1, 60)}
    (order,) = ordered(edges, range(60))
    assert crossings(order, edges) == 0


@given(weights())
def test_an_order_is_the_same_every_time(problem):
    n, weight = problem
    assert ordered(weight, range(n)) == ordered(weight, range(n))
