"""cor-cycle-certificate: the search scans an edge into its path if and only if there is a cycle."""

from itertools import pairwise

from hypothesis import given
from instances import (
    NaturalsAndLoop,
    ParallelAndLoop,
    PointsAndLoop,
    digraphs,
    is_acyclic,
    is_finite,
)
from near import broken, missed

from dlbook.graph import DiGraph, find_cycle

PATIENCE = 500  # vertices on the path before we say that the search does not end

NEAR_MISSES = {
    "an edge to any vertex that was visited": {"closes": lambda w, path, left: w in {*path, *left}},
    "an edge to one of the latest two": {"closes": lambda w, path, left: w in path[-2:]},
    "an edge to the latest vertex": {"closes": lambda w, path, left: w == path[-1]},
    "an edge to the first vertex of the path": {"closes": lambda w, path, left: w == path[0]},
    "if and only if there is no cycle": {"without": lambda graph: not is_acyclic(graph)},
    "the whole path": {"begin": lambda path, w: 0},
    "the cycle backwards": {"read": lambda cycle: cycle[::-1]},
    "the cycle twice": {"rounds": 2},
    "the path behind the head": {"begin": lambda path, w: path.index(w) + 1},
}


def certificate(graph, closes, begin, rounds=1):
    """Return a part of the path of the search, closed by an edge into it; else None."""
    path, left = [], set()

    def visit(u):
        path.append(u)
        if len(path) > PATIENCE:
            raise RecursionError
        for scan, w in enumerate(graph.successors(u)):
            if scan > PATIENCE:
                raise RecursionError
            if closes(w, path, left):
                return [*path[begin(path, w) if w in path else 0 :] * rounds, w]
            if w not in left and w not in path and (found := visit(w)):
                return found
        left.add(path.pop())
        return None

    for turn, r in enumerate(graph):
        if r not in left and (found := visit(r)):
            return found
        path.clear()
        if turn > PATIENCE:
            raise RecursionError
    return None


def hypotheses(graph):
    return {"finite": is_finite(graph)}


def conclusion(
    graph,
    *,
    closes=lambda w, path, left: w in path,
    begin=lambda path, w: path.index(w),
    rounds=1,
    read=list,
    without=is_acyclic,
):
    """There is such an edge if and only if there is a cycle, and the part is a simple one."""
    try:
        found = certificate(graph, closes, begin, rounds)
    except RecursionError:
        found = None  # the search goes on for ever, and scans no such edge
    found = found and read(found)
    edges = set(pairwise(found or []))
    simple = not found or (found[0] == found[-1] and len(set(found)) == len(found) - 1)
    return (found is None) == without(graph) and simple and edges <= set(graph.edges())


@given(digraphs(max_nodes=8))
def test_holds(graph):
    assert not broken(hypotheses(graph))
    assert conclusion(graph)
    found = certificate(graph, lambda w, path, left: w in path, lambda path, w: path.index(w))
    assert find_cycle(graph) == (found and list(pairwise(found)))


def test_near_misses():
    instances = [
        (DiGraph([(1, 2), (1, 3), (2, 3)]),),
        (DiGraph([(1, 2), (2, 3), (3, 1)]),),
        (DiGraph([(1, 2), (2, 3), (3, 2)]),),
        (DiGraph([(1, 1)]),),
        (DiGraph([(1, 2), (3, 4), (4, 3), (4, 3)]),),  # in a later turn
        (DiGraph([(1, 2), (1, 2)]),),
        (DiGraph(),),
    ]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_without_finite():
    for graph in (NaturalsAndLoop(), PointsAndLoop(), ParallelAndLoop()):
        assert broken(hypotheses(graph)) == ["finite"]
        assert not is_acyclic(graph)  # and the search never comes to the loop
        assert not conclusion(graph)
