"""lem-dag-has-source: a finite non-empty directed acyclic graph has a source."""

from math import inf

from hypothesis import given
from instances import Integers, Parallel, dags, is_acyclic, size
from near import broken, missed

from dlbook.graph import DiGraph

NEAR_MISSES = {
    "two sources": {"enough": lambda sources, graph: len(sources) >= 2},
    "every vertex is a source": {"enough": lambda sources, graph: len(sources) == len(graph)},
    "exactly one source": {"enough": lambda sources, graph: len(sources) == 1},
}


def hypotheses(graph):
    return {
        "finite": size(graph) < inf,
        "non-empty": size(graph) > 0,
        "acyclic": is_acyclic(graph),
    }


def conclusion(graph, *, enough=lambda sources, graph: len(sources) >= 1):
    """Some vertex has no edge into it."""
    return enough([v for v in graph if graph.in_degree(v) == 0], graph)


@given(dags(least=1))
def test_holds(graph):
    assert not broken(hypotheses(graph))
    assert conclusion(graph)


def test_near_misses():
    instances = [(DiGraph([(1, 2)]),), (DiGraph([(1, 3), (2, 3)]),), (DiGraph(nodes=[1]),)]
    instances += [(Parallel(),), (DiGraph([(1, 2), (1, 2)]),)]  # E need not be finite
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_without_finite():
    graph = Integers()
    assert broken(hypotheses(graph)) == ["finite"]
    assert not conclusion(graph)


def test_without_non_empty():
    graph = DiGraph()
    assert broken(hypotheses(graph)) == ["non-empty"]
    assert not conclusion(graph)


def test_without_acyclic():
    for edges in [(1, 1)], [(1, 2), (2, 3), (3, 1)]:
        graph = DiGraph(edges)
        assert broken(hypotheses(graph)) == ["acyclic"]
        assert not conclusion(graph)
