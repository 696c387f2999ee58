"""prp-recursion-walks: naive recursion visits a vertex once for each walk to the result."""

from collections import Counter
from math import inf

from computations import walks_to
from hypothesis import given
from hypothesis import strategies as st
from instances import UpToZero, dags, is_acyclic, size
from near import broken, missed

from dlbook.graph import DiGraph

DEPTH = 500  # visits inside each other before we say that it does not end


def exchanged(visits):
    """Give every vertex the visits of the next one."""
    numbers = list(visits.values())
    return dict(zip(visits, numbers[1:] + numbers[:1], strict=True))


NEAR_MISSES = {
    "one visit for each vertex": {"counted": lambda visits: dict.fromkeys(visits, 1)},
    "parallel edges count once": {"walks": lambda graph, r: walks_to(graph, r, parallel=False)},
    "walks of at most one edge": {"walks": lambda graph, r: walks_to(graph, r, longest=1)},
    "walks of an edge at least": {"walks": lambda graph, r: {**walks_to(graph, r), r: 0}},
    "walks from r": {"onwards": "successors"},
    "as many visits in all": {"counted": exchanged},
    "every edge makes two visits": {"twice": 2},
}


def hypotheses(graph, r):
    return {"finite": size(graph) < inf, "acyclic": is_acyclic(graph)}


def conclusion(graph, r, *, walks=walks_to, counted=dict, onwards="predecessors", twice=1):
    """The recursion from r ends, and its visits are as many as the walks."""
    visits = Counter()

    def visit(v, depth):
        if depth == DEPTH:
            raise RecursionError
        visits[v] += 1
        for u in getattr(graph, onwards)(v):
            for _ in range(twice):
                visit(u, depth + 1)

    try:
        visit(r, 0)
    except RecursionError:
        return False
    return counted(visits) == {v: n for v, n in walks(graph, r).items() if n}


@given(dags(max_nodes=7, least=1), st.data())
def test_holds(graph, data):
    r = data.draw(st.sampled_from(list(graph)))
    assert not broken(hypotheses(graph, r))
    assert conclusion(graph, r)


def test_near_misses():
    squarings = DiGraph([(0, 1), (0, 1), (1, 2), (1, 2)])
    near = [(squarings, 2), (squarings, 0), (squarings, 1), (DiGraph(nodes=[1, 2]), 1)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_finite():
    instance = (UpToZero(), 0)
    assert broken(hypotheses(*instance)) == ["finite"]
    assert not conclusion(*instance)


def test_without_acyclic():
    for edges, r in ([(1, 1)], 1), ([(1, 2), (2, 1)], 2):
        instance = (DiGraph(edges), r)
        assert broken(hypotheses(*instance)) == ["acyclic"]
        assert not conclusion(*instance)
    # The graph is to be acyclic, and not only what leads to the result.
    assert broken(hypotheses(DiGraph([(1, 2), (2, 2)]), 1)) == ["acyclic"]
