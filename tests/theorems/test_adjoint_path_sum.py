"""thm-adjoint-path-sum: the backward sweep finds the sum over all walks to the result."""

# Not yet told from its near misses.

from hypothesis import given
from hypothesis import strategies as st
from instances import dags
from sweeps import path_sum, sweep

from dlbook.graph import topological_sort


def conclusion(edges, order, r):
    """Every vertex has its path sum for adjoint; an edge is (tail, head, number)."""
    adjoint = sweep(edges, order, r)
    return all(adjoint[v] == path_sum(edges, v, r) for v in order)


@given(dags(max_nodes=6, least=1), st.data())
def test_holds(graph, data):
    number = st.integers(-5, 5)
    edges = [(tail, head, data.draw(number)) for tail, head in graph.edges()]
    order = topological_sort(graph)
    assert conclusion(edges, order, data.draw(st.sampled_from(order)))


def test_without_order():
    edges = [("x", "a", 3), ("x", "a", 3), ("a", "b", 1), ("a", "c", 10), ("b", "c", 9)]
    assert conclusion(edges, ["x", "a", "b", "c"], "c")
    assert not conclusion(edges, ["x", "b", "a", "c"], "c")
    assert not conclusion([("v", "v", 2)], ["v"], "v")
