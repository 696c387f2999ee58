"""prp-recursion-walks: naive recursion comes to a vertex once for each walk to the result."""

# Not yet told from its near misses.

from collections import Counter

from computations import walks_to
from hypothesis import given
from hypothesis import strategies as st
from instances import UpToZero, dags

from dlbook.graph import DiGraph

DEPTH = 500  # visits inside each other before we say that it does not end


def conclusion(graph, r):
    """The recursion from r ends, and its visits are as many as the walks."""
    visits = Counter()

    def visit(v, depth):
        if depth == DEPTH:
            raise RecursionError
        visits[v] += 1
        for u in graph.predecessors(v):
            visit(u, depth + 1)

    try:
        visit(r, 0)
    except RecursionError:
        return False
    return dict(visits) == {v: n for v, n in walks_to(graph, r).items() if n}


@given(dags(max_nodes=7, least=1), st.data())
def test_holds(graph, data):
    assert conclusion(graph, data.draw(st.sampled_from(list(graph))))


def test_without_finite():
    assert not conclusion(UpToZero(), 0)


def test_without_acyclic():
    assert not conclusion(DiGraph([(1, 1)]), 1)
    assert not conclusion(DiGraph([(1, 2), (2, 1)]), 2)
