"""cor-cycle-certificate: the search meets an edge into its path exactly if there is a cycle."""

# Not yet told from its near misses.

from itertools import pairwise

from hypothesis import given
from instances import NaturalsAndLoop, digraphs, is_acyclic

from dlbook.graph import find_cycle

PATIENCE = 500  # vertices on the path before we say that the search does not end


def certificate(graph):
    """Return the path from the head of an edge back into it, and that head again; else None."""
    path, left = [], set()

    def visit(u):
        path.append(u)
        if len(path) > PATIENCE:
            raise RecursionError
        for w in graph.successors(u):
            if w in path:
                return [*path[path.index(w) :], w]
            if w not in left and (found := visit(w)):
                return found
        left.add(path.pop())
        return None

    for r in graph:
        if r not in left and (found := visit(r)):
            return found
    return None


def conclusion(graph):
    """There is such an edge exactly if there is a cycle, and what is found is one."""
    try:
        found = certificate(graph)
    except RecursionError:
        return is_acyclic(graph)  # the search goes on for ever, and scans no such edge
    if found is None or is_acyclic(graph):
        return found is None and is_acyclic(graph) and find_cycle(graph) is None
    edges = list(pairwise(found))
    closed = found[0] == found[-1] and len(set(found)) == len(found) - 1
    return closed and set(edges) <= set(graph.edges()) and find_cycle(graph) == edges


@given(digraphs(max_nodes=8))
def test_holds(graph):
    assert conclusion(graph)


def test_without_finite():
    assert not conclusion(NaturalsAndLoop())
