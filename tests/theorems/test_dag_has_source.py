"""lem-dag-has-source: a finite non-empty directed acyclic graph has a source."""

# Not yet told from its near misses.

from hypothesis import given
from instances import Integers, dags

from dlbook.graph import DiGraph


def conclusion(graph):
    """Some vertex has no edge into it."""
    return any(graph.in_degree(v) == 0 for v in graph)


@given(dags(least=1))
def test_holds(graph):
    assert conclusion(graph)


def test_without_finite():
    assert not conclusion(Integers())


def test_without_non_empty():
    assert not conclusion(DiGraph())


def test_without_acyclic():
    assert not conclusion(DiGraph([(1, 1)]))
    assert not conclusion(DiGraph([(1, 2), (2, 3), (3, 1)]))
