"""thm-order-implies-dag: a graph with a topological order is acyclic."""

# Not yet told from its near misses.

from hypothesis import assume, given
from instances import digraphs, is_acyclic, leads_forward

from dlbook.graph import DiGraph


def conclusion(graph):
    """The graph has no cycle."""
    return is_acyclic(graph)


@given(digraphs(max_nodes=4))
def test_holds(graph):
    assume(leads_forward(graph, graph))  # the order in which its vertices are given
    assert conclusion(graph)


def test_without_order():
    assert not conclusion(DiGraph([(1, 1)]))
    assert not conclusion(DiGraph([(1, 2), (2, 1)]))
