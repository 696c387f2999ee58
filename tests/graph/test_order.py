"""Orders and cycles, against networkx, graphlib and all lists of the nodes."""

from graphlib import CycleError as GraphlibCycleError
from graphlib import TopologicalSorter
from itertools import chain, count, islice, pairwise, permutations
from math import factorial

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dags, digraphs, networkx, renamed

from dlbook.graph import (
    CycleError,
    DiGraph,
    OrderError,
    all_topological_sorts,
    check_topological_order,
    depth_first_sort,
    find_cycle,
    is_topological_order,
    topological_generations,
    topological_sort,
)

SORTS = {
    "topological_sort": topological_sort,
    "with a key": lambda graph: topological_sort(graph, key=repr),
    "depth_first_sort": depth_first_sort,
    "topological_generations": lambda graph: [*chain.from_iterable(topological_generations(graph))],
    "all_topological_sorts": lambda graph: next(all_topological_sorts(graph)),
}
every_sort = pytest.mark.parametrize("sort", SORTS.values(), ids=SORTS)

PANCAKES = DiGraph(
    [("weigh", "mix"), ("melt", "mix"), ("mix", "fry"), ("heat", "fry"), ("fry", "serve")]
)
MILLION = 10**6
MANY = 100_000  # far more than Python's stack holds


def assert_cycle_of(graph, cycle):
    """Assert that it is a cycle of the graph that passes no node twice, by the definition."""
    assert cycle
    assert set(cycle) <= set(graph.edges())
    assert all(edge[1] == following[0] for edge, following in pairwise([*cycle, cycle[0]]))
    assert len({tail for tail, _ in cycle}) == len(cycle)


def graphlib_groups(graph):
    """Return what graphlib releases at a time, as sets."""
    sorter = TopologicalSorter({node: graph.predecessors(node) for node in graph})
    sorter.prepare()
    groups = []
    while sorter.is_active():
        groups.append(set(sorter.get_ready()))
        sorter.done(*groups[-1])
    return groups


# On random graphs


@given(dags(max_nodes=8))
def test_sort_and_generations_are_those_of_networkx(graph):
    generations = topological_generations(graph)
    theirs = list(nx.topological_generations(networkx(graph)))
    assert [set(generation) for generation in generations] == [set(names) for names in theirs]
    # Theirs takes parallel edges together, ours as they were given: without them, ties are alike.
    simple = DiGraph(list(dict.fromkeys(graph.edges())), nodes=graph)
    other = networkx(simple)
    assert topological_sort(simple) == list(nx.topological_sort(other))
    assert topological_generations(simple) == list(nx.topological_generations(other))


@given(dags(max_nodes=8))
def test_generations_are_what_graphlib_releases_at_a_time(graph):
    assert [set(group) for group in topological_generations(graph)] == graphlib_groups(graph)


@given(dags(max_nodes=8), st.sampled_from([lambda x: x, lambda x: -x, lambda x: x % 3, str]))
def test_a_key_gives_the_order_of_networkx(graph, key):
    expected = list(nx.lexicographical_topological_sort(networkx(graph), key=key))
    assert topological_sort(graph, key=key) == expected


@given(dags(max_nodes=6))
def test_a_key_gives_the_first_of_all_orders(graph):
    assert topological_sort(graph, key=lambda x: x) == min(all_topological_sorts(graph))


@given(dags(max_nodes=6))
def test_all_orders_are_all_lists_that_are_orders_each_once(graph):
    orders = list(all_topological_sorts(graph))
    expected = [list(order) for order in permutations(sorted(graph)) if is_order(graph, order)]
    assert sorted(orders) == expected
    assert orders[0] == topological_sort(graph)


def is_order(graph, order):
    place = {node: i for i, node in enumerate(order)}
    return all(place[tail] < place[head] for tail, head in graph.edges())


@given(dags(max_nodes=7))
def test_as_many_orders_as_networkx_finds(graph):
    assert sum(1 for _ in all_topological_sorts(graph)) == sum(
        1 for _ in nx.all_topological_sorts(networkx(graph))
    )


@every_sort
@given(graph=digraphs(max_nodes=7))
def test_there_is_an_order_or_a_cycle(sort, graph):
    cycle = find_cycle(graph)
    assert (cycle is None) is nx.is_directed_acyclic_graph(networkx(graph))
    try:
        order = sort(graph)
    except CycleError as error:
        assert_cycle_of(graph, error.cycle)
        assert_cycle_of(graph, cycle)
        with pytest.raises(GraphlibCycleError):
            graphlib_groups(graph)
    else:
        assert cycle is None
        check_topological_order(graph, order)
        assert sorted(order) == sorted(graph)
        assert is_order(graph, order)


@every_sort
@given(graph=renamed(dags()))
def test_names_do_not_matter(sort, graph):
    place = {node: i for i, node in enumerate(graph)}
    numbered = DiGraph(((place[u], place[v]) for u, v in graph.edges()), nodes=range(len(graph)))
    if sort is SORTS["with a key"]:
        order = topological_sort(graph, key=place.__getitem__)
        expected = topological_sort(numbered, key=lambda i: i)
    else:
        order, expected = sort(graph), sort(numbered)
    assert [place[node] for node in order] == expected
    assert is_topological_order(graph, order)


@every_sort
@given(graph=dags())
def test_a_graph_is_not_changed(sort, graph):
    before = list(graph), list(graph.edges())
    assert sort(graph) == sort(graph)
    assert (list(graph), list(graph.edges())) == before


@given(digraphs(), st.lists(st.integers(-1, 6), max_size=7))
def test_an_order_is_judged_by_the_definition(graph, order):
    right = sorted(order) == sorted(graph) and is_order(graph, order)
    assert is_topological_order(graph, order) is right
    assert is_topological_order(graph, iter(order)) is right


@given(digraphs(least=1).flatmap(lambda g: st.tuples(st.just(g), st.permutations(g.nodes))))
def test_an_order_that_fails_names_an_edge_that_leads_backwards(both):
    graph, order = both
    if is_order(graph, order):
        check_topological_order(graph, order)
        return
    with pytest.raises(OrderError) as caught:
        check_topological_order(graph, order)
    tail, head = caught.value.edge
    assert (tail, head) in set(graph.edges())
    assert order.index(head) <= order.index(tail)
    assert f"edge {tail!r} → {head!r}" in str(caught.value)


# Cases by hand


def test_ties_are_broken_first_in_first_out():
    graph = DiGraph([("c", "z"), ("a", "y"), ("c", "x")], nodes=["b"])
    assert topological_sort(graph) == ["b", "c", "a", "z", "x", "y"]
    assert topological_sort(graph, key=str) == ["a", "b", "c", "x", "y", "z"]
    # Which of two nodes joins the queue first depends on the last edge into each.
    assert topological_sort(DiGraph([(1, 3), (1, 4), (2, 4), (2, 3)])) == [1, 2, 4, 3]


def test_the_first_of_equal_keys_comes_first():
    graph = DiGraph(nodes=[3, 1, 2])
    assert topological_sort(graph, key=lambda node: 0) == [3, 1, 2]
    assert topological_sort(DiGraph(nodes=[None, 2, "x"]), key=lambda node: 0) == [None, 2, "x"]


def test_a_key_is_asked_once_for_each_node():
    asked = []
    topological_sort(PANCAKES, key=lambda node: asked.append(node) or node)
    assert asked == list(PANCAKES)


def test_keys_that_do_not_compare():
    with pytest.raises(TypeError, match="not supported between"):
        topological_sort(DiGraph(nodes=[1, "a"]), key=lambda node: node)


@every_sort
@pytest.mark.parametrize("copies", [1, 2, 5])
def test_parallel_edges_count_each(sort, copies):
    edges = [(i, i + 1) for i in range(1, 9) for _ in range(copies * i)]
    assert sort(DiGraph(edges, nodes=range(9, 0, -1))) == list(range(1, 10))


@every_sort
def test_empty_and_single(sort):
    assert sort(DiGraph(nodes=["x"])) == ["x"]
    assert sort(DiGraph()) == []


def test_empty_graph_has_one_order_and_no_generation():
    assert list(all_topological_sorts(DiGraph())) == [[]]
    assert topological_generations(DiGraph()) == []
    assert is_topological_order(DiGraph(), [])
    assert find_cycle(DiGraph()) is None


def test_generations_of_separate_pieces():
    graph = DiGraph([(1, 2), (3, 4), (4, 5)], nodes=[6])
    assert topological_generations(graph) == [[6, 1, 3], [2, 4], [5]]
    tree = DiGraph([(1, i) for i in (2, 3, 4)] + [(2, i) for i in (5, 6)] + [(6, 9)])
    assert topological_generations(tree) == [[1], [2, 3, 4], [5, 6], [9]]


@every_sort
@pytest.mark.parametrize(
    "edges",
    [
        [(1, 1)],
        [(1, 2), (2, 1)],
        [(1, 2), (2, 2), (2, 3)],
        [(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)],  # in the middle
        [(5, 4), (4, 6), (1, 2), (2, 3), (3, 1)],  # beside something acyclic
        [(1, 2), (2, 1), (3, 4), (4, 5), (6, 7), (7, 6)],  # two of them
        [(1, 2), (1, 2), (2, 1)],  # with a parallel edge
        [(1, 2), (2, 3), (3, 2), (3, 4), (4, 3), (4, 1)],  # that share nodes
    ],
)
def test_cycles(sort, edges):
    graph = DiGraph(edges)
    with pytest.raises(CycleError) as caught:
        sort(graph)
    assert_cycle_of(graph, caught.value.cycle)
    nodes = [tail for tail, _ in caught.value.cycle]
    assert " → ".join(map(str, [*nodes, nodes[0]])) in str(caught.value)


def test_a_cycle_stops_all_orders_at_the_call():
    with pytest.raises(CycleError):
        all_topological_sorts(DiGraph([(1, 2), (2, 1)]))


@pytest.mark.parametrize("n", range(7))
def test_without_edges_every_list_is_an_order(n):
    orders = {tuple(order) for order in all_topological_sorts(DiGraph(nodes=range(n)))}
    assert len(orders) == factorial(n)


def test_orders_that_are_handed_out_are_the_callers_to_change():
    for order in (orders := all_topological_sorts(DiGraph([(1, 3), (2, 3)]))):
        order.clear()
        assert next(orders, [2, 1, 3]) == [2, 1, 3]
    generations = topological_generations(PANCAKES)
    expected = topological_sort(PANCAKES)
    generations[0].clear()
    assert topological_sort(PANCAKES) == expected


def test_the_first_orders_of_a_wide_graph_cost_little():
    orders = all_topological_sorts(DiGraph(nodes=range(20_000)))
    assert len({tuple(order) for order in islice(orders, 3)}) == 3


@pytest.mark.parametrize(
    ("order", "message", "edge"),
    [
        ("acb", "edge 'b' → 'c': 'c' is at position 1, 'b' only at position 2", ("b", "c")),
        ("ab", "'c' is missing; expected each of the 3 nodes once", None),
        ("abbc", "'b' is at position 1 and again at position 2", None),
        ("abxc", "'x', at position 2, is not a node of the graph", None),
        (["a", [], "b", "c"], r"[], at position 1, is not a node of the graph", None),
        ("", "'a' is missing", None),
    ],
)
def test_what_is_wrong_with_an_order_is_said(order, message, edge):
    graph = DiGraph([("a", "b"), ("b", "c")])
    with pytest.raises(OrderError) as caught:
        check_topological_order(graph, order)
    assert message in str(caught.value)
    assert caught.value.edge == edge
    assert not is_topological_order(graph, order)


@pytest.mark.parametrize("node", [1, "x", float("nan"), (None,)])
def test_no_order_puts_a_node_before_itself(node):
    with pytest.raises(OrderError, match="no order puts a node before itself") as caught:
        check_topological_order(DiGraph([(node, node)]), [node])
    assert caught.value.edge == (node, node)


def test_an_endless_order_is_refused():
    assert not is_topological_order(DiGraph(nodes=range(3)), count())


def test_nodes_need_hash_and_equality_alone():
    nodes = [object() for _ in range(4)]
    a, b, c, d = nodes
    graph = DiGraph([(a, b), (a, c), (c, d), (b, d)])
    for sort in (topological_sort, depth_first_sort):
        order = sort(graph)
        assert (order[0], order[3]) == (a, d)
    assert len(list(all_topological_sorts(graph))) == 2


# Size


@pytest.fixture(scope="module")
def long_path():
    """Return a path from the last node to the first."""
    return DiGraph(pairwise(reversed(range(MILLION))), nodes=range(MILLION))


@pytest.mark.slow
@every_sort
def test_a_path_of_a_million_nodes(sort, long_path):
    assert sort(long_path) == [*reversed(range(MILLION))]


@pytest.mark.slow
def test_what_there_is_to_know_of_a_path_of_a_million_nodes(long_path):
    assert is_topological_order(long_path, reversed(range(MILLION)))
    assert not is_topological_order(long_path, range(MILLION))
    assert find_cycle(long_path) is None
    assert topological_generations(long_path) == [[i] for i in reversed(range(MILLION))]
    assert sum(1 for _ in all_topological_sorts(long_path)) == 1


@pytest.mark.slow
def test_a_cycle_of_many_nodes():
    cycle = [*pairwise(range(MANY)), (MANY - 1, 0)]
    graph = DiGraph(cycle)
    for sort in (topological_sort, depth_first_sort, all_topological_sorts):
        with pytest.raises(CycleError) as caught:
            sort(graph)
        assert caught.value.cycle == cycle
