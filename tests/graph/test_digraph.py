"""The graph itself: what goes in comes out, in order and as often as it was given."""

import copy
import pickle
from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import digraphs, hashables, networkx, renamed

from dlbook.graph import CycleError, DiGraph, OrderError

pairs = st.lists(st.tuples(hashables, hashables), max_size=8)


@given(pairs, st.lists(hashables, max_size=5))
def test_nodes_stand_in_the_order_in_which_they_are_first_given(edges, nodes):
    graph = DiGraph(iter(edges), nodes=iter(nodes))
    seen = dict.fromkeys([*nodes, *(node for edge in edges for node in edge)])
    assert graph.nodes == tuple(graph) == tuple(seen)
    assert len(graph) == len(seen)
    assert all(node in graph for node in seen)


@given(pairs)
def test_edges_keep_their_number_and_their_order_at_each_tail(edges):
    graph = DiGraph(edges)
    place = {node: i for i, node in enumerate(graph)}
    assert list(graph.edges()) == sorted(edges, key=lambda edge: place[edge[0]])
    assert graph.number_of_edges == len(edges)
    for node in graph:
        out = [head for tail, head in edges if place[tail] == place[node]]
        into = [tail for tail, head in edges if place[head] == place[node]]
        assert graph.successors(node) == out
        assert Counter(graph.predecessors(node)) == Counter(into)


@given(digraphs())
def test_degrees_and_neighbours_are_those_of_networkx(graph):
    other = networkx(graph)
    assert list(graph) == list(other)
    assert graph.number_of_edges == other.number_of_edges()
    for node in graph:
        assert graph.in_degree(node) == other.in_degree(node) == len(graph.predecessors(node))
        assert graph.out_degree(node) == other.out_degree(node) == len(graph.successors(node))


@given(renamed(digraphs()))
def test_a_graph_comes_back_from_its_successors_and_edges(graph):
    successors = {node: graph.successors(node) for node in graph}
    for again in (
        DiGraph.from_successors(successors),
        DiGraph(graph.edges(), nodes=graph),
        copy.deepcopy(graph),
        graph.reversed().reversed(),
    ):
        assert again == graph
        assert again.nodes == graph.nodes


@given(renamed(digraphs()))
def test_a_graph_comes_back_from_what_its_nodes_depend_on(graph):
    dependencies = {node: graph.predecessors(node) for node in graph}
    again = DiGraph.from_dependencies(dependencies)
    assert again == graph == DiGraph.from_successors(dependencies).reversed()
    assert again.nodes == graph.nodes


@given(digraphs())
def test_a_graph_comes_back_from_its_adjacency_matrix(graph):
    numbers = range(len(graph))
    matrix = nx.to_numpy_array(networkx(graph), nodelist=numbers, dtype=int)
    again = DiGraph.from_adjacency(matrix)
    assert again == graph
    assert again.nodes == tuple(numbers)
    simple = DiGraph.from_adjacency(matrix.astype(bool))
    assert sorted(simple.edges()) == sorted(set(graph.edges()))


@given(renamed(digraphs()))
def test_reversed_turns_every_edge_and_keeps_the_nodes(graph):
    turned = graph.reversed()
    assert turned.nodes == graph.nodes
    assert Counter(turned.edges()) == Counter((head, tail) for tail, head in graph.edges())


@given(digraphs(), digraphs())
def test_graphs_are_equal_exactly_if_nodes_and_edges_are(one, other):
    same = set(one) == set(other) and Counter(one.edges()) == Counter(other.edges())
    assert (one == other) is same
    assert (one != other) is not same


def test_equality_counts_edges_and_knows_other_types():
    assert DiGraph([(1, 2), (1, 2)]) != DiGraph([(1, 2)])
    assert DiGraph([(1, 2)], nodes=[3]) != DiGraph([(1, 2)])
    assert DiGraph([(1, 2)], nodes=[2]) == DiGraph([(1, 2)])
    assert DiGraph([(1, 2)]) != [(1, 2)]
    with pytest.raises(TypeError, match="unhashable"):
        hash(DiGraph())


def test_nodes_that_are_equal_are_one():
    assert DiGraph([(1, 2), (1.0, True)]).nodes == (1, 2)
    nan = float("nan")
    assert DiGraph([(nan, nan)]).nodes == (nan,)


def test_what_is_handed_out_is_the_callers_to_change():
    graph = DiGraph([(1, 2)])
    graph.successors(1).append(1)
    graph.predecessors(2).clear()
    assert (graph.successors(1), graph.predecessors(2)) == ([2], [1])


def test_any_iterable_serves_as_successors():
    graph = DiGraph.from_successors({0: (2 * i + 1 for i in range(3)), 1: {}, 7: {3: "x"}})
    assert list(graph.edges()) == [(0, 1), (0, 3), (0, 5), (7, 3)]
    assert graph.nodes == (0, 1, 7, 3, 5)


def test_an_empty_graph():
    for graph in (DiGraph(), DiGraph.from_successors({}), DiGraph.from_adjacency(np.zeros((0, 0)))):
        assert (len(graph), graph.nodes, graph.number_of_edges, list(graph.edges())) == (
            0,
            (),
            0,
            [],
        )
        assert repr(graph) == "DiGraph of 0 nodes and 0 edges"


@pytest.mark.parametrize("edge", [1, None, (1,), (1, 2, 3), "abc", ()])
def test_what_is_no_pair_is_no_edge(edge):
    with pytest.raises(ValueError, match=r"is not an edge; expected a pair \(tail, head\)"):
        DiGraph([(1, 2), edge])


@pytest.mark.parametrize("node", [[], {}, set(), ([],), np.zeros(1)])
def test_nodes_that_cannot_be_hashed_are_refused(node):
    for build in (
        lambda: DiGraph([(node, 1)]),
        lambda: DiGraph([(1, node)]),
        lambda: DiGraph(nodes=[node]),
        lambda: DiGraph.from_successors({1: [node]}),
    ):
        with pytest.raises(
            TypeError, match=r"nodes must be hashable: .*a tuple is hashable, a list is not"
        ):
            build()


def test_an_error_of_the_callers_iterator_passes():
    def edges():
        yield 1, 2
        raise TypeError("no such column")

    with pytest.raises(TypeError, match="no such column"):
        DiGraph(edges())


def test_a_mapping_is_not_taken_for_edges():
    with pytest.raises(TypeError, match=r"edges is a dict; .*from_successors"):
        DiGraph({"ab": ["cd"], "cd": []})


def test_a_string_is_not_taken_for_a_list_of_successors():
    with pytest.raises(TypeError, match=r"successors\['mix'\] is the string 'fry'.*\['fry'\]"):
        DiGraph.from_successors({"mix": "fry"})


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([1, 2], r"shape \(2,\); expected \(n, n\)"),
        (np.zeros((2, 3), int), r"shape \(2, 3\)"),
        (np.zeros((1, 1, 1), int), r"shape \(1, 1, 1\)"),
        ([[0.5]], r"matrix\[0, 0\] is 0.5; expected a number of edges, an integer"),
        ([["a"]], "dtype <U1"),
        ([[0, -1], [0, 0]], r"matrix\[0, 1\] is -1; expected a number of edges"),
    ],
)
def test_what_is_no_adjacency_matrix_is_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        DiGraph.from_adjacency(matrix)


@pytest.mark.parametrize("node", [3, "x", None, [], {}])
def test_a_node_that_is_not_there(node):
    graph = DiGraph([(1, 2)])
    assert node not in graph
    for method in (graph.successors, graph.predecessors, graph.in_degree, graph.out_degree):
        with pytest.raises(ValueError, match="is not a node of the graph"):
            method(node)


def test_a_cycle_error_carries_and_prints_its_cycle_and_can_be_sent_to_another_process():
    error = CycleError([("a", "b"), ("b", "a")])
    assert isinstance(error, ValueError)
    assert str(error) == "the graph has a cycle: 'a' → 'b' → 'a'"
    again = pickle.loads(pickle.dumps(error))
    assert (again.cycle, str(again)) == (error.cycle, str(error))


def test_a_long_cycle_is_printed_in_part_and_carried_whole():
    error = CycleError([(i, (i + 1) % 1000) for i in range(1000)])
    assert str(error).endswith("0 → 1 → 2 → 3 → 4 → … 993 more … → 998 → 999 → 0")
    assert len(error.cycle) == 1000
    assert "more" not in str(CycleError([(i, (i + 1) % 10) for i in range(10)]))


def test_an_order_error_can_be_sent_to_another_process():
    again = pickle.loads(pickle.dumps(OrderError("edge 1 → 2", (1, 2))))
    assert (str(again), again.edge) == ("edge 1 → 2", (1, 2))
