"""thm-order-implies-dag: a graph with a topological order is acyclic."""

from itertools import pairwise

from hypothesis import assume, given
from instances import (
    Integers,
    Naturals,
    NaturalsAndLoop,
    digraphs,
    is_acyclic,
    leads_forward,
)
from near import broken, missed

from dlbook.graph import DiGraph

NEAR_MISSES = {
    "no walks of length 2 either": {"claim": lambda graph: not any(longer(graph))},
    "no parallel edges": {
        "claim": lambda graph: len(set(graph.edges())) == len(list(graph.edges()))
    },
    "no cycle, and a path through all vertices": {"claim": lambda graph: has_path(graph)},
}


def longer(graph):
    """Yield the walks of length 2."""
    return ((u, v, w) for u, v in graph.edges() for w in graph.successors(v))


def has_path(graph):
    """Whether the vertices, as they are given, are a walk."""
    nodes = list(graph)
    return all(v in graph.successors(u) for u, v in pairwise(nodes))


def hypotheses(graph, order):
    """Of an infinite graph the order is given by the place of each vertex."""
    if isinstance(graph, Integers):
        ordered = all(0 <= order(u) < order(v) for u in graph for v in graph.successors(u))
    else:
        ordered = leads_forward(graph, order)
    return {"order": ordered}


def conclusion(graph, order, *, claim=is_acyclic):
    """The graph has no cycle."""
    return claim(graph)


@given(digraphs(max_nodes=4))
def test_holds(graph):
    order = list(graph)  # in which its vertices are given
    assume(leads_forward(graph, order))
    assert not broken(hypotheses(graph, order))
    assert conclusion(graph, order)


def test_near_misses():
    instances = [
        (DiGraph([(1, 2), (2, 3)]), [1, 2, 3]),
        (DiGraph([(1, 2), (1, 2)]), [1, 2]),
        (DiGraph([(1, 3)], nodes=[1, 2, 3]), [1, 2, 3]),
    ]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def place(v):
    return v + 1 if v != "beside" else 0


def test_an_infinite_graph_may_have_an_order():
    for places in place, int:  # from 1 and from 0
        assert not broken(hypotheses(Naturals(), places))
        assert conclusion(Naturals(), places)


def test_without_order():
    assert broken(hypotheses(NaturalsAndLoop(), place)) == ["order"]
    assert not conclusion(NaturalsAndLoop(), place)
    # A cycle amid vertices in order.
    graph = DiGraph([(1, 2), (2, 3), (3, 2), (3, 4)])
    assert broken(hypotheses(graph, [1, 2, 3, 4])) == ["order"]
    assert not conclusion(graph, [1, 2, 3, 4])
    # A list without some of the vertices, and one with some of them twice.
    for order in ([1, 4], [1, 2, 3, 2, 3, 4]):
        assert broken(hypotheses(graph, order)) == ["order"]
    # A list has a first position, and none below; so the integers in their order are not one.
    assert broken(hypotheses(Integers(), lambda n: n - 1)) == ["order"]
    for edges in [(1, 1)], [(1, 2), (2, 1)]:
        graph = DiGraph(edges)
        order = list(graph)
        assert broken(hypotheses(graph, order)) == ["order"]
        assert not conclusion(graph, order)
