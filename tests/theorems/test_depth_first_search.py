"""thm-depth-first-search: reversed postorder is a topological order of a finite DAG."""

from collections import Counter

from hypothesis import given
from instances import Naturals, Parallel, Points, dags, is_acyclic, is_finite, leads_forward
from near import broken, missed

from dlbook.graph import DiGraph, depth_first_sort

PATIENCE = 500  # vertices visited, or edges scanned, before we say that the search does not end

NEAR_MISSES = {
    "every edge is scanned twice": {"scans": 2},
    "no edge is scanned": {"scans": 0},
    "of parallel edges one is scanned": {"heads": lambda graph, u: set(graph.successors(u))},
    "every vertex is visited twice": {"visits": 2},
    "no vertex is visited": {"visits": 0},
    "a vertex is visited from every edge into it": {"again": True},
    "vertices are listed when they are visited": {"early": True},
    "the list is an order as it is": {"read": list},
    "a root above all vertices is visited, too": {"root": ("root",)},
    "only the first vertex has a turn": {"turns": 1},
}


def successors(graph, u):
    return graph.successors(u)


def search(graph, visits=1, scans=1, again=False, early=False, turns=None, heads=successors):
    """Return the list, and how often vertices were visited and edges scanned; None if no end."""
    visited, scanned, listed = Counter(), Counter(), []

    def visit(u):
        visited[u] += visits
        if early:
            listed.append(u)
        for place, w in enumerate(heads(graph, u)):
            scanned[u, place] += scans
            if max(visited.total(), scanned.total()) > PATIENCE:
                raise RecursionError
            if again or w not in visited:
                visit(w)
        if not early:
            listed.append(u)

    try:
        for turn, r in enumerate(graph):
            if r not in visited and (turns is None or turn < turns):
                visit(r)
            if turn > PATIENCE:
                raise RecursionError
    except RecursionError:
        return None
    return listed, visited, scanned


def hypotheses(graph):
    return {"finite": is_finite(graph), "acyclic": is_acyclic(graph)}


def conclusion(
    graph,
    *,
    visits=1,
    scans=1,
    again=False,
    early=False,
    turns=None,
    heads=successors,
    read=lambda listed: listed[::-1],
    root=(),
):
    """The search ends, scans each edge once, and its postorder, reversed, is an order."""
    found = search(graph, visits, scans, again, early, turns, heads)
    if found is None:
        return False
    listed, visited, scanned = found
    places = {(u, k) for u in graph for k, _ in enumerate(graph.successors(u))}
    once = visited == dict.fromkeys([*graph, *root], 1) and scanned == dict.fromkeys(places, 1)
    return once and leads_forward(graph, read(listed))


@given(dags(max_nodes=8))
def test_holds(graph):
    assert not broken(hypotheses(graph))
    assert conclusion(graph)
    listed, _, _ = search(graph)
    assert depth_first_sort(graph) == listed[::-1]


def test_near_misses():
    instances = [
        (DiGraph([("u", "v"), ("u", "w"), ("w", "v")]),),
        (DiGraph([], nodes=[1, 2]),),
        (DiGraph([(2, 1), (2, 1)], nodes=[1, 2]),),
        (DiGraph(),),
    ]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_without_finite():
    for graph in (Naturals(), Points(), Parallel()):
        assert broken(hypotheses(graph)) == ["finite"]
        assert not conclusion(graph)


def test_without_acyclic():
    for edges in [(1, 1)], [(1, 2), (2, 3), (3, 1)]:
        graph = DiGraph(edges)
        assert broken(hypotheses(graph)) == ["acyclic"]
        assert not conclusion(graph)
