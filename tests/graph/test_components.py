"""Strongly connected components and the condensation, against networkx and the definition."""

from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import digraphs, networkx, renamed

from dlbook.graph import (
    DiGraph,
    condensation,
    descendants,
    find_cycle,
    is_topological_order,
    strongly_connected_components,
    topological_sort,
)

MANY = 100_000  # far more than Python's stack holds


@given(digraphs(max_nodes=9))
def test_components_are_those_of_networkx(graph):
    components = strongly_connected_components(graph)
    expected = nx.strongly_connected_components(networkx(graph))
    assert {frozenset(one) for one in components} == {frozenset(one) for one in expected}
    assert sorted(node for one in components for node in one) == sorted(graph)


@given(digraphs())
def test_two_nodes_are_in_one_component_exactly_if_walks_lead_both_ways(graph):
    component = {
        node: k for k, one in enumerate(strongly_connected_components(graph)) for node in one
    }
    reached = {node: descendants(graph, node) | {node} for node in graph}
    for u in graph:
        for v in graph:
            assert (component[u] == component[v]) is (u in reached[v] and v in reached[u])


@given(renamed(digraphs(max_nodes=8)))
def test_components_are_in_order_and_so_are_their_nodes(graph):
    place = {node: i for i, node in enumerate(graph)}
    components = strongly_connected_components(graph)
    number = {node: k for k, one in enumerate(components) for node in one}
    assert all(number[tail] <= number[head] for tail, head in graph.edges())
    assert all(one == sorted(one, key=place.__getitem__) for one in components)


@given(digraphs(max_nodes=9))
def test_the_condensation_is_that_of_networkx(graph):
    parts = condensation(graph)
    other = nx.condensation(nx.DiGraph(networkx(graph)))
    members = {k: tuple(sorted(data["members"])) for k, data in other.nodes(data=True)}
    assert {tuple(sorted(part)) for part in parts} == set(members.values())
    assert sorted((tuple(sorted(u)), tuple(sorted(v))) for u, v in parts.edges()) == sorted(
        (members[u], members[v]) for u, v in other.edges()
    )
    assert is_topological_order(parts, parts)
    assert [list(part) for part in parts] == strongly_connected_components(graph)


@given(digraphs(max_nodes=8))
def test_kahn_leaves_what_lies_on_a_cycle_or_behind_one(graph):
    states = []
    try:
        topological_sort(graph, observe=states.append)
    except ValueError:
        assert find_cycle(graph)
    loops = {tail for tail, head in graph.edges() if tail == head}
    cyclic = {part for part in condensation(graph) if len(part) > 1 or part[0] in loops}
    left = cyclic | descendants(condensation(graph), *cyclic)
    assert set(graph) - set(states[-1].listed) == {node for part in left for node in part}


@given(digraphs(max_nodes=8), st.data())
def test_the_nodes_given_in_another_order_are_in_the_same_components(graph, data):
    other = DiGraph(
        data.draw(st.permutations(list(graph.edges()))), data.draw(st.permutations(list(graph)))
    )
    assert {frozenset(one) for one in strongly_connected_components(other)} == {
        frozenset(one) for one in strongly_connected_components(graph)
    }


def test_a_graph_without_nodes():
    assert strongly_connected_components(DiGraph()) == []
    assert condensation(DiGraph()) == DiGraph()


@pytest.mark.slow
def test_a_cycle_and_a_path_of_many_nodes():
    path = DiGraph(pairwise(range(MANY)))
    assert strongly_connected_components(path) == [[i] for i in range(MANY)]
    cycle = DiGraph([*pairwise(range(MANY)), (MANY - 1, 0)])
    assert strongly_connected_components(cycle) == [list(range(MANY))]
