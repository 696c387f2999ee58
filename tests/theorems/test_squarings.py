"""cor-squarings: on a chain of squarings naive recursion makes 2 ** (N + 1) - 1 visits."""

from computations import Computation
from hypothesis import given
from hypothesis import strategies as st
from near import missed

from dlbook.autodiff import trace_graph
from dlbook.graph import topological_sort

NEAR_MISSES = {
    "2 ** N visits": {"recursive": lambda n: 2**n},
    "2 ** (N + 1) visits": {"recursive": lambda n: 2 ** (n + 1)},
    "N + 2 evaluations along the order": {"listed": lambda n: n + 2},
    "N evaluations along the order": {"listed": lambda n: n},
    "the input evaluated twice": {"order": lambda graph: [*topological_sort(graph), 0]},
}


def conclusion(
    n,
    *,
    recursive=lambda n: 2 ** (n + 1) - 1,
    listed=lambda n: n + 1,
    order=topological_sort,
):
    """Visits of the recursion, and of an evaluation along an order, on the traced chain."""

    def squarings(a):
        for _ in range(n):
            a = a * a
        return a

    graph = trace_graph(squarings, 1.0).graph
    operands = {v: list(graph.predecessors(v)) for v in graph}
    chain = Computation(operands, dict.fromkeys(graph, lambda a, b: a * b), {0: 1.0})
    chain.evaluate(order(graph))

    def visits(v):
        return 1 + sum(visits(u) for u in operands[v])

    return visits(n) == recursive(n) and chain.performed == listed(n)


@given(st.integers(0, 11))
def test_holds(n):
    assert conclusion(n)


def test_near_misses():
    assert not missed(NEAR_MISSES, [(0,), (1,), (5,)], conclusion)
    # Each length is asked for, 0 too.
    for n in range(8):
        assert not conclusion(n, recursive=lambda n: 2 ** (n + 1))
        assert not conclusion(n, listed=lambda n: n)
