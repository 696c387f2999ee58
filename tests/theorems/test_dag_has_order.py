"""thm-dag-has-order: a finite directed acyclic graph has a topological order."""

# Not yet told from its near misses.

from hypothesis import given
from instances import Integers, dags, some_order

from dlbook.graph import DiGraph


def conclusion(graph):
    """Some list of the vertices is a topological order."""
    if isinstance(graph, Integers):
        # What comes first in an order is a source, so without sources there is none.
        return any(graph.in_degree(v) == 0 for v in graph)
    return some_order(graph) is not None


@given(dags(max_nodes=5))
def test_holds(graph):
    assert conclusion(graph)


def test_without_finite():
    assert not conclusion(Integers())


def test_without_acyclic():
    assert not conclusion(DiGraph([(1, 1)]))
    assert not conclusion(DiGraph([(1, 2), (2, 3), (3, 1), (3, 4)]))
