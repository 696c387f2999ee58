"""thm-dag-has-order: a finite directed acyclic graph has a topological order."""

from itertools import permutations
from math import inf

from hypothesis import given
from instances import Integers, Parallel, dags, is_acyclic, leads_forward, size
from near import broken, missed

from dlbook.graph import DiGraph

NEAR_MISSES = {
    "every list is an order": {"enough": all},
    "exactly one order": {"enough": lambda found: sum(found) == 1},
    "two orders": {"enough": lambda found: sum(found) >= 2},
    "an order in which edges join neighbours": {
        "is_order": lambda graph, order: joined(graph, order)
    },
}


def joined(graph, order):
    """Whether every edge leads to the next vertex of a list."""
    return all(order.index(v) == order.index(u) + 1 for u, v in graph.edges())


def hypotheses(graph):
    return {"finite": size(graph) < inf, "acyclic": is_acyclic(graph)}


def conclusion(graph, *, enough=any, is_order=leads_forward):
    """Some list of the vertices is a topological order."""
    if isinstance(graph, Integers):
        # What comes first in an order is a source, so without sources there is none.
        return any(graph.in_degree(v) == 0 for v in graph)
    if isinstance(graph, Parallel):  # its orders are those with one edge for all of them
        graph = DiGraph([("u", "v")])
    return enough(is_order(graph, list(order)) for order in permutations(graph))


@given(dags(max_nodes=5))
def test_holds(graph):
    assert not broken(hypotheses(graph))
    assert conclusion(graph)


def test_near_misses():
    instances = [(DiGraph([(1, 2), (2, 3)]),), (DiGraph([(1, 3), (2, 3)]),), (DiGraph(),)]
    instances += [(DiGraph([(1, 2), (1, 2)], nodes=[1, 2, 3]),), (Parallel(),)]
    instances += [(DiGraph(nodes=[1, 2]),)]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_without_finite():
    graph = Integers()
    assert broken(hypotheses(graph)) == ["finite"]
    assert not conclusion(graph)


def test_without_acyclic():
    for edges in [(1, 1)], [(1, 2), (2, 3), (3, 1), (3, 4)]:
        graph = DiGraph(edges)
        assert broken(hypotheses(graph)) == ["acyclic"]
        assert not conclusion(graph)
