"""thm-depth-first-search: reversed postorder is a topological order of a finite DAG."""

# Not yet told from its near misses.

from hypothesis import given
from instances import Naturals, Parallel, Points, dags, leads_forward

from dlbook.graph import DiGraph, depth_first_sort
from dlbook.graph.digraph import CycleError

PATIENCE = 500  # vertices met, or edges scanned, before we say that the search does not end


def postorder(graph, roots):
    """Return the vertices as a search leaves them; None where it does not end."""
    met, left, scans = set(), [], 0

    def visit(u):
        nonlocal scans
        met.add(u)
        if len(met) > PATIENCE:
            raise RecursionError
        for w in graph.successors(u):
            scans += 1
            if scans > PATIENCE:
                raise RecursionError
            if w not in met:
                visit(w)
        left.append(u)

    try:
        for r in roots:
            if r not in met:
                visit(r)
    except RecursionError:
        return None
    return left


def conclusion(graph):
    """The search ends, and its postorder, reversed, is a topological order."""
    left = postorder(graph, graph)
    return left is not None and leads_forward(graph, left[::-1]) and _library_agrees(graph, left)


def _library_agrees(graph, left):
    try:
        return depth_first_sort(graph) == left[::-1]
    except CycleError:
        return False


@given(dags(max_nodes=8))
def test_holds(graph):
    assert conclusion(graph)


def test_without_finite():
    assert not conclusion(Naturals())
    assert not conclusion(Points())
    assert not conclusion(Parallel())


def test_without_acyclic():
    assert not conclusion(DiGraph([(1, 1)]))
    assert not conclusion(DiGraph([(1, 2), (2, 3), (3, 1)]))
