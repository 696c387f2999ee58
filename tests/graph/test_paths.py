"""What lies before, behind and between nodes, against networkx."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dags, digraphs, networkx, renamed

from dlbook.graph import (
    CycleError,
    DiGraph,
    ancestors,
    descendants,
    longest_path,
    sinks,
    sources,
    topological_generations,
    transitive_reduction,
)

MANY = 100_000  # far more than Python's stack holds


@given(digraphs(max_nodes=8))
def test_ancestors_and_descendants_are_those_of_networkx(graph):
    other = networkx(graph)
    for node in graph:
        assert ancestors(graph, node) == nx.ancestors(other, node)
        assert descendants(graph, node) == nx.descendants(other, node)


@given(digraphs(max_nodes=8))
def test_sources_and_sinks_are_nodes_without_edges_in_or_out(graph):
    other = networkx(graph)
    assert sources(graph) == [node for node in other if other.in_degree(node) == 0]
    assert sinks(graph) == [node for node in other if other.out_degree(node) == 0]


@given(dags(max_nodes=8))
def test_a_longest_path_is_a_path_as_long_as_that_of_networkx(graph):
    path = longest_path(graph)
    assert all(head in graph.successors(tail) for tail, head in pairwise(path))
    assert len(path) == len(nx.dag_longest_path(networkx(graph)))
    assert len(path) == len(topological_generations(graph))


@given(digraphs(max_nodes=8), st.data())
def test_ancestors_and_descendants_of_several_are_those_of_each(graph, data):
    several = data.draw(st.lists(st.sampled_from(graph.nodes), max_size=4)) if len(graph) else []
    for function, theirs in ((ancestors, nx.ancestors), (descendants, nx.descendants)):
        each = set().union(*(theirs(networkx(graph), node) for node in several))
        assert function(graph, *several) == each - set(several)


@given(digraphs(max_nodes=8), st.data())
def test_a_subgraph_is_that_of_networkx(graph, data):
    some = data.draw(st.sets(st.sampled_from(graph.nodes))) if len(graph) else set()
    part, other = graph.subgraph(iter(some)), networkx(graph).subgraph(some)
    assert part.nodes == tuple(node for node in graph if node in some)
    assert sorted(part.edges()) == sorted(other.edges())
    assert [edge for edge in graph.edges() if set(edge) <= some] == list(part.edges())
    assert graph.subgraph(graph) == graph
    with pytest.raises(ValueError, match="99 is not a node of the graph"):
        graph.subgraph([*some, 99])


weights_of = st.integers(-4, 6) | st.fractions(-4, 6, max_denominator=4)


@given(dags(max_nodes=8), st.data())
def test_a_path_that_weighs_the_most_weighs_what_that_of_networkx_does(graph, data):
    edges = list(graph.edges())
    weights = [data.draw(weights_of) for _ in edges]
    other = nx.MultiDiGraph()
    other.add_nodes_from(graph)
    other.add_weighted_edges_from((*edge, w) for edge, w in zip(edges, weights, strict=True))
    most = {}
    for edge, weight in zip(edges, weights, strict=True):
        most[edge] = max(weight, most.get(edge, weight))
    path = longest_path(graph, weights)
    assert bool(path) is bool(len(graph))
    weight = sum(most[edge] for edge in pairwise(path))
    assert weight == nx.dag_longest_path_length(other)
    assert sum(most[edge] for edge in pairwise(longest_path(graph, most))) == weight
    assert longest_path(graph, np.array(weights, object)) == path
    assert longest_path(graph, [3] * len(edges)) == longest_path(graph)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1], "weights has 1 entries; expected one for each of 2 edges"),
        ({(1, 2): 1}, r"weights has nothing for the edge \(2, 3\)"),
        ({(1, 2): 1, (2, 3): 1, (3, 1): 1}, r"weights: \(3, 1\) is not an edge of the graph"),
        ([1, float("nan")], r"weights\[1\] is nan; expected a finite number$"),
        ({(1, 2): float("inf"), (2, 3): 1}, r"weights\[\(1, 2\)\] is inf"),
        ([1, "2"], r"weights\[1\] is '2'; expected a finite number"),
        ([1, 2j], r"weights\[1\] is 2j"),
    ],
)
def test_what_weighs_no_edge_is_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        longest_path(DiGraph([(1, 2), (2, 3)]), weights)


@given(dags(max_nodes=8))
def test_the_transitive_reduction_is_that_of_networkx(graph):
    reduced = transitive_reduction(graph)
    simple = nx.DiGraph(networkx(graph))
    assert sorted(reduced.edges()) == sorted(nx.transitive_reduction(simple).edges())
    assert reduced.nodes == graph.nodes


@given(dags(max_nodes=7))
def test_the_transitive_reduction_keeps_what_is_reached_and_needs_every_edge(graph):
    reduced = transitive_reduction(graph)
    reached = {node: descendants(graph, node) for node in graph}
    assert {node: descendants(reduced, node) for node in reduced} == reached
    for edge in reduced.edges():
        rest = DiGraph((other for other in reduced.edges() if other != edge), nodes=graph)
        assert edge[1] not in descendants(rest, edge[0])


@given(renamed(dags()))
def test_names_do_not_matter(graph):
    place = {node: i for i, node in enumerate(graph)}
    numbered = DiGraph(((place[u], place[v]) for u, v in graph.edges()), nodes=range(len(graph)))
    nodes = graph.nodes
    assert longest_path(graph) == [nodes[i] for i in longest_path(numbered)]
    assert sources(graph) == [nodes[i] for i in sources(numbered)]
    assert sinks(graph) == [nodes[i] for i in sinks(numbered)]
    reduced = transitive_reduction(numbered).edges()
    assert list(transitive_reduction(graph).edges()) == [(nodes[i], nodes[j]) for i, j in reduced]
    for i, node in enumerate(nodes):
        assert ancestors(graph, node) == {nodes[j] for j in ancestors(numbered, i)}
        assert descendants(graph, node) == {nodes[j] for j in descendants(numbered, i)}


@pytest.mark.parametrize(
    ("edges", "path"),
    [
        ([], []),
        ([(1, 2), (2, 3), (2, 4), (3, 5), (5, 6), (3, 7)], [1, 2, 3, 5, 6]),
        ([(1, 2), (2, 3), (2, 3), (3, 4), (4, 5), (1, 3), (1, 5), (3, 5)], [1, 2, 3, 4, 5]),
        ([(1, 3), (1, 3), (1, 3), (1, 2), (2, 3)], [1, 2, 3]),  # edges count, not parallel ones
    ],
)
def test_longest_paths(edges, path):
    assert longest_path(DiGraph(edges)) == path


def test_a_node_alone_is_a_path():
    assert longest_path(DiGraph(nodes=["x", "y"])) == ["x"]


def test_nodes_need_hash_and_equality_alone():
    a, b, c, d = (object() for _ in range(4))
    graph = DiGraph([(a, b), (a, c), (c, d), (b, d), (a, d)])
    assert longest_path(graph) == [a, b, d]
    assert list(transitive_reduction(graph).edges()) == [(a, b), (a, c), (b, d), (c, d)]


def test_a_node_that_lies_on_a_cycle_is_not_behind_itself():
    graph = DiGraph([(1, 2), (2, 1), (2, 2), (2, 3)])
    assert descendants(graph, 2) == {1, 3}
    assert ancestors(graph, 2) == {1}
    assert ancestors(graph, 3) == {1, 2}


@pytest.mark.parametrize("function", [ancestors, descendants])
def test_a_node_that_is_not_there(function):
    with pytest.raises(ValueError, match="8 is not a node of the graph"):
        function(DiGraph([(1, 2)]), 8)


@pytest.mark.parametrize("function", [longest_path, transitive_reduction])
@pytest.mark.parametrize("edges", [[(1, 1)], [(0, 1), (1, 2), (2, 3), (3, 1)]])
def test_what_needs_a_graph_without_cycles_says_so(function, edges):
    with pytest.raises(CycleError) as caught:
        function(DiGraph(edges))
    assert set(caught.value.cycle) <= set(edges)


def test_a_complete_graph_reduces_to_a_path():
    n = 40
    graph = DiGraph(((i, j) for i in range(n) for j in range(i + 1, n)), nodes=range(n)[::-1])
    reduced = transitive_reduction(graph)
    assert sorted(reduced.edges()) == list(pairwise(range(n)))
    assert reduced.nodes == tuple(range(n)[::-1])


@pytest.mark.slow
def test_a_path_of_many_nodes():
    graph = DiGraph(pairwise(range(MANY)))
    assert longest_path(graph) == list(range(MANY))
    assert sources(graph) == [0]
    assert sinks(graph) == [MANY - 1]
    assert descendants(graph, 0) == set(range(1, MANY))
    assert ancestors(graph, MANY - 1) == set(range(MANY - 1))
    assert graph.reversed().successors(MANY - 1) == [MANY - 2]


@pytest.mark.slow
def test_the_transitive_reduction_of_a_long_path():
    """Its cost grows with the square of the nodes; what it keeps of a path does not."""
    n = 100_000
    path = list(pairwise(range(n)))
    shortcuts = [(i, i + 2) for i in range(n - 2)]
    assert sorted(transitive_reduction(DiGraph([*shortcuts, *path])).edges()) == path
