"""The graph of two arrays says what `DiGraph` says, in the same order."""

from itertools import pairwise
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dags, digraphs, networkx, renamed

from dlbook.graph import (
    CSRGraph,
    CycleError,
    DiGraph,
    csr,
    find_cycle,
    topological_generations,
    topological_sort,
)

MILLION = 10**6
# 0: every generation in NumPy; 2: both ways in one graph; 100: every one in the loop.
thinness = st.sampled_from([0, 2, 100])


def random_dag(n, edges, reach, rng):
    """Return edges of a DAG under shuffled names, each at most `reach` places long."""
    tails = rng.integers(n - reach, size=edges)
    return rng.permutation(n)[np.stack([tails, tails + rng.integers(1, reach, size=edges)], axis=1)]


@given(digraphs())
def test_rows_hold_what_digraph_holds(graph):
    n = len(graph)
    edges = list(graph.edges())
    compressed = CSRGraph(edges, n)
    assert (len(compressed), compressed.number_of_edges) == (n, len(edges))
    assert (len(compressed.indptr), len(compressed.indices)) == (n + 1, len(edges))
    for i in range(n):
        row = compressed.indices[compressed.indptr[i] : compressed.indptr[i + 1]]
        assert row.tolist() == graph.successors(i)
    again = DiGraph(map(tuple, compressed.edges().tolist()), nodes=range(n))
    assert again == graph


@given(renamed(digraphs()))
def test_a_digraph_is_numbered_in_its_order(graph):
    compressed = CSRGraph.from_digraph(graph)
    named = [(graph.nodes[i], graph.nodes[j]) for i, j in compressed.edges()]
    assert named == list(graph.edges())
    assert len(compressed) == len(graph)


@given(dags(max_nodes=9), thinness)
def test_orders_are_those_of_digraph(graph, thin):
    compressed = CSRGraph.from_digraph(graph)
    with mock.patch.object(csr, "THIN", thin):
        order = compressed.topological_sort()
        generations = compressed.topological_generations()
        assert compressed.find_cycle() is None
    assert [graph.nodes[i] for i in order] == topological_sort(graph)
    named = [[graph.nodes[i] for i in generation] for generation in generations]
    assert named == topological_generations(graph)
    assert order.dtype == np.intp


@given(digraphs(max_nodes=8), thinness)
def test_there_is_an_order_or_a_cycle(graph, thin):
    compressed = CSRGraph(list(graph.edges()), len(graph))
    with mock.patch.object(csr, "THIN", thin):
        cycle = compressed.find_cycle()
    assert (cycle is None) is (find_cycle(graph) is None)
    if cycle is not None:
        other = networkx(graph)
        assert all(other.has_edge(*edge) for edge in cycle)
        assert all(edge[1] == after[0] for edge, after in pairwise([*cycle, cycle[0]]))
        assert len({tail for tail, _ in cycle}) == len(cycle)
        assert all(type(node) is int for edge in cycle for node in edge)
        for sort in (compressed.topological_sort, compressed.topological_generations):
            with pytest.raises(CycleError, match="the graph has a cycle: ") as caught:
                sort()
            assert {node for edge in caught.value.cycle for node in edge} <= set(graph)


@pytest.mark.parametrize("reach", [2, 5, 30, 200, 3000])
def test_generations_of_every_width(reach):
    """From one node a generation to hundreds: some graphs change often between the two ways."""
    n = 6000
    edges = random_dag(n, 4 * n, reach, np.random.default_rng(reach))
    graph = DiGraph(edges.tolist(), nodes=range(n))
    compressed = CSRGraph(edges, n)
    assert compressed.topological_sort().tolist() == topological_sort(graph)
    generations = [generation.tolist() for generation in compressed.topological_generations()]
    assert generations == topological_generations(graph)


def test_parallel_edges_count_each_in_both_ways():
    for n in (3, 3 * csr.THIN):  # that many sources, each with three edges into the one sink
        edges = [(i, n) for i in range(n)] * 3
        generations = CSRGraph(edges).topological_generations()
        assert [generation.tolist() for generation in generations] == [[*range(n)], [n]]


@given(digraphs(), st.sampled_from([np.int8, np.uint8, np.int32, np.int64, np.uint64]))
def test_any_integers_will_do(graph, dtype):
    edges = np.array(list(graph.edges()), dtype).reshape(-1, 2)
    expected = CSRGraph(edges.tolist(), len(graph))
    for given_edges in (edges, np.asfortranarray(edges), edges[::-1][::-1]):
        compressed = CSRGraph(given_edges, np.int64(len(graph)))
        assert compressed.indptr.tolist() == expected.indptr.tolist()
        assert compressed.indices.tolist() == expected.indices.tolist()
        assert compressed.indptr.dtype == compressed.indices.dtype == np.intp


@pytest.mark.parametrize("edges", [[], np.empty((0, 2), int), np.empty((0, 2), np.uint8)])
@pytest.mark.parametrize("n", [None, 0, 3, 1000])
def test_without_edges(edges, n):
    graph = CSRGraph(edges, n)
    assert len(graph) == (n or 0)
    assert graph.topological_sort().tolist() == list(range(n or 0))
    assert len(graph.topological_generations()) == (1 if n else 0)
    assert graph.find_cycle() is None
    assert graph.edges().shape == (0, 2)


def test_as_many_nodes_as_the_edges_need():
    assert len(CSRGraph([(0, 7)])) == 8
    assert repr(CSRGraph([(0, 7), (0, 7)])) == "CSRGraph of 8 nodes and 2 edges"


def test_a_graph_does_not_change():
    edges = np.array([(0, 1), (1, 2)])
    graph = CSRGraph(edges)
    edges[:] = 0
    graph.topological_sort()[:] = 0
    graph.topological_generations()[0][:] = 2
    assert graph.topological_sort().tolist() == [0, 1, 2]
    for array in (graph.indptr, graph.indices):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("edges", "n", "message"),
    [
        ([1, 2], None, r"edges has shape \(2,\); expected \(m, 2\)"),
        ([(1, 2, 3)], None, r"shape \(1, 3\)"),
        (np.zeros((2, 2, 2), int), None, r"shape \(2, 2, 2\)"),
        ([(0.0, 1.0)], None, "edges has dtype float64; expected integers"),
        ([(True, False)], None, "dtype bool"),
        ([("a", "b")], None, "dtype <U1"),
        (np.empty((0, 2)), None, "dtype float64"),
        ([(0, 1), (0, -1)], None, r"edges\[1\] is \(0, -1\); expected nodes from 0 to 1"),
        ([(0, 1), (2, 0), (3, 0)], 2, r"edges\[1\] is \(2, 0\); expected nodes from 0 to 1"),
        ([(0, 0)], 0, r"edges\[0\] is \(0, 0\); expected no edges, as n is 0"),
        ([(-1, -1)], None, r"edges\[0\] is \(-1, -1\)"),
        (np.array([(2**64 - 1, 0)], np.uint64), 5, r"edges\[0\] is \(18446744073709551615, 0\)"),
        ([(0, 1)], -1, "n is -1; expected a number of nodes, ≥ 0"),
    ],
)
def test_what_is_no_graph_is_refused(edges, n, message):
    with pytest.raises(ValueError, match=message):
        CSRGraph(edges, n)


@pytest.mark.parametrize("n", [2.0, "2"])
def test_the_number_of_nodes_is_an_integer(n):
    with pytest.raises(TypeError, match="integer"):
        CSRGraph([(0, 1)], n)


@pytest.mark.parametrize(
    "edges",
    [
        [(1, 1)],
        [(0, 1), (1, 0)],
        [(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)],
        [(0, 1), (1, 0), (2, 3), (3, 2), (1, 2)],
    ],
)
def test_cycles(edges):
    with pytest.raises(CycleError) as caught:
        CSRGraph(edges).topological_sort()
    cycle = caught.value.cycle
    assert set(cycle) <= set(edges)
    assert [head for _, head in cycle] == [tail for tail, _ in [*cycle[1:], cycle[0]]]


@pytest.mark.slow
def test_a_path_and_a_cycle_of_a_million_nodes():
    names = np.random.default_rng(0).permutation(MILLION)
    path = np.stack([names[:-1], names[1:]], axis=1)
    graph = CSRGraph(path)
    assert np.array_equal(graph.topological_sort(), names)
    assert len(graph.topological_generations()) == MILLION
    cycle = CSRGraph([*path.tolist(), (names[-1], names[0])]).find_cycle()
    assert len(cycle) == MILLION
    assert set(cycle) == {*map(tuple, path.tolist()), (names[-1], names[0])}


@pytest.mark.slow
def test_a_random_graph_of_five_million_edges():
    edges = random_dag(MILLION, 5 * MILLION, MILLION // 2, np.random.default_rng(0))
    order = CSRGraph(edges, MILLION).topological_sort()
    place = np.empty(MILLION, int)
    place[order] = np.arange(MILLION)
    assert np.array_equal(np.sort(order), np.arange(MILLION))
    assert (place[edges[:, 0]] < place[edges[:, 1]]).all()
