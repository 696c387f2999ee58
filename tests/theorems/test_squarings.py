"""cor-squarings: on a chain of squarings naive recursion makes 2 ** (N + 1) - 1 visits."""

# Not yet told from its near misses.

from hypothesis import given
from hypothesis import strategies as st

from dlbook.autodiff import trace_graph
from dlbook.graph import topological_sort


def conclusion(n):
    """Visits of the recursion, and of an evaluation along an order, on the traced chain."""

    def squarings(a):
        for _ in range(n):
            a = a * a
        return a

    graph = trace_graph(squarings, 1.0).graph

    def visits(v):
        return 1 + sum(visits(u) for u in graph.predecessors(v))

    return visits(n) == 2 ** (n + 1) - 1 and len(topological_sort(graph)) == n + 1


@given(st.integers(0, 11))
def test_holds(n):
    assert conclusion(n)
