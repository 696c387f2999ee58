"""thm-kahn: Kahn's algorithm ends, and lists all vertices if and only if there is no cycle."""

from collections import Counter, deque
from itertools import islice

import networkx as nx
from hypothesis import given
from instances import (
    Integers,
    Naturals,
    Parallel,
    Points,
    digraphs,
    is_acyclic,
    is_finite,
    leads_forward,
    networkx,
)
from near import broken, missed

from dlbook.graph import DiGraph, topological_sort
from dlbook.graph.digraph import CycleError

PATIENCE = 1000  # vertices in the queue, or edges scanned, before we say that it does not end


def kahn(graph, degree, ready, scans):
    """Return the list, how often each edge was scanned, and whether the algorithm ended."""
    left, scanned = {}, Counter()
    queue = deque(islice((v for v in graph if ready(degree(graph, v))), PATIENCE))
    listed = []
    while queue and len(listed) < PATIENCE:
        u = queue.popleft()
        listed.append(u)
        for place, w in enumerate(graph.successors(u)):
            scanned[u, place] += scans(place)
            if scanned.total() >= PATIENCE:
                return listed, scanned, False
            left[w] = left.get(w, degree(graph, w)) - 1
            if ready(left[w]):
                queue.append(w)
    return listed, scanned, len(listed) < PATIENCE


def on_or_behind_cycles(graph):
    """Return the vertices on a cycle, and those to which a walk leads from one."""
    on = on_cycles(graph)
    return on.union(*(nx.descendants(networkx(graph), v) for v in on))


def on_cycles(graph):
    other = networkx(graph)
    parts = nx.strongly_connected_components(other)
    return {v for part in parts for v in part if len(part) > 1 or other.has_edge(v, v)}


NEAR_MISSES = {
    "every edge is scanned twice": {"scans": lambda place: 2},
    "the second edge out of a vertex is scanned twice": {"scans": lambda place: 1 + (place == 1)},
    "predecessors are counted, not edges": {
        "degree": lambda graph, v: len(set(graph.predecessors(v)))
    },
    "a vertex is ready when one edge into it remains": {"ready": lambda left: left == 1},
    "all vertices are listed if there is a source": {"acyclic": lambda graph: has_source(graph)},
    "never all": {"acyclic": lambda graph: False},
    "a missing vertex lies on a cycle": {"missing": on_cycles},
    "the list is an order backwards": {"read": lambda listed: listed[::-1]},
}


def has_source(graph):
    return any(graph.in_degree(v) == 0 for v in graph)


def hypotheses(graph):
    return {"finite": is_finite(graph)}


def conclusion(
    graph,
    *,
    scans=lambda place: 1,
    degree=lambda graph, v: graph.in_degree(v),
    ready=lambda left: left == 0,
    acyclic=is_acyclic,
    missing=on_or_behind_cycles,
    read=list,
):
    """It ends, scans no edge twice, and lists all precisely if G is acyclic; cycles explain why."""
    listed, scanned, ended = kahn(graph, degree, ready, scans)
    if not ended:
        return False
    once = len(listed) == len(set(listed)) and all(count == 1 for count in scanned.values())
    complete = set(listed) == set(graph)
    forward = not complete or leads_forward(graph, read(listed))
    return (
        once
        and complete == acyclic(graph)
        and forward
        and set(graph) - set(listed) <= missing(graph)
    )


def library(graph):
    """Return the order that the library finds, and None where it says that there is a cycle."""
    try:
        return topological_sort(graph)
    except CycleError:
        return None


@given(digraphs(max_nodes=8))
def test_holds(graph):
    assert not broken(hypotheses(graph))
    assert conclusion(graph)
    listed, _, _ = kahn(
        graph, lambda graph, v: graph.in_degree(v), lambda left: left == 0, lambda _: 1
    )
    assert library(graph) == (listed if is_acyclic(graph) else None)


def test_near_misses():
    instances = [
        (DiGraph([(1, 2), (2, 3)]),),
        (DiGraph([(1, 3), (1, 3), (2, 4), (4, 3)]),),
        (DiGraph([(0, 1), (1, 2), (2, 1), (2, 3)]),),
        (DiGraph([(1, 1)]),),
        (DiGraph([(1, 1), (1, 2), (2, 3), (3, 4)]),),  # far behind a cycle
        (DiGraph(),),
    ]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_a_missing_vertex_has_a_cycle_before_it():
    # Where nothing is ever ready 0 is missing, too, and no walk leads from the cycle to it.
    graph = DiGraph([(0, 1), (1, 2), (2, 1), (2, 3)])
    assert conclusion(graph)
    assert not conclusion(graph, ready=lambda left: left < 0)


def test_what_is_behind_a_cycle_may_be_listed():
    # As far as the statement goes: here 3 is listed at the start.
    graph = DiGraph([(0, 1), (1, 2), (2, 1), (2, 3)])
    assert conclusion(graph, degree=lambda graph, v: graph.in_degree(v) * (v != 3))


def test_a_vertex_is_taken_once():
    # A cycle, none of whose vertices is ever ready, and one that is ready twice.
    graph = DiGraph([(1, 3), (2, 3), (4, 5), (4, 5), (5, 4), (5, 4)])
    assert conclusion(graph)
    assert not conclusion(graph, ready=lambda left: left <= 1)


def test_without_finite():
    for graph in (Integers(), Naturals(), Points(), Parallel()):
        assert broken(hypotheses(graph)) == ["finite"]
        assert not conclusion(graph)
