"""thm-kahn: Kahn's algorithm ends, and lists all vertices exactly if there is no cycle."""

# Not yet told from its near misses.

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
    leads_forward,
    networkx,
    size,
)

from dlbook.graph import topological_sort
from dlbook.graph.digraph import CycleError

PATIENCE = 1000  # vertices in the queue, or edges scanned, before we say that it does not end


def kahn(graph, start):
    """Return the list, how often each edge was scanned, and whether the algorithm ended."""
    left, scanned = {}, Counter()
    queue, listed = deque(islice(start, PATIENCE)), []
    while queue:
        u = queue.popleft()
        listed.append(u)
        for place, w in enumerate(graph.successors(u)):
            scanned[u, place] += 1
            if scanned.total() == PATIENCE:
                return listed, scanned, False
            left[w] = left.get(w, graph.in_degree(w)) - 1
            if left[w] == 0:
                queue.append(w)
    return listed, scanned, len(listed) < PATIENCE


def conclusion(graph):
    """It ends, scans no edge twice, lists all exactly if G is acyclic; cycles explain the rest."""
    listed, scanned, ended = kahn(graph, (v for v in graph if graph.in_degree(v) == 0))
    once = len(listed) == len(set(listed)) and all(count == 1 for count in scanned.values())
    complete = len(listed) == size(graph)
    right = complete == is_acyclic(graph) and (not complete or leads_forward(graph, listed))
    return (
        ended
        and once
        and right
        and set(graph) - set(listed) <= _on_or_behind_cycles(graph)
        and _library_agrees(graph, listed, complete)
    )


def _on_or_behind_cycles(graph):
    """Return the vertices on a cycle, and those to which a walk leads from one."""
    other = networkx(graph)
    parts = nx.strongly_connected_components(other)
    on = {v for part in parts for v in part if len(part) > 1 or other.has_edge(v, v)}
    return on.union(*(nx.descendants(other, v) for v in on))


def _library_agrees(graph, listed, complete):
    try:
        return topological_sort(graph) == listed
    except CycleError:
        return not complete


@given(digraphs(max_nodes=8))
def test_holds(graph):
    assert conclusion(graph)


def test_without_finite():
    assert not conclusion(Integers())
    assert not conclusion(Naturals())
    assert not conclusion(Points())
    assert not conclusion(Parallel())
