"""thm-kahn: Kahn's algorithm ends, and lists all vertices exactly if there is no cycle."""

from collections import Counter, deque

from hypothesis import given
from instances import Integers, Naturals, digraphs, is_acyclic, leads_forward, size

from dlbook.graph import topological_sort
from dlbook.graph.digraph import CycleError

PATIENCE = 1000  # vertices taken out of the queue before we say that it does not end


def kahn(graph, start):
    """Return the list, how often each edge was scanned, and whether the algorithm ended."""
    left, scanned = {}, Counter()
    queue, listed = deque(start), []
    while queue and len(listed) < PATIENCE:
        u = queue.popleft()
        listed.append(u)
        for place, w in enumerate(graph.successors(u)):
            scanned[u, place] += 1
            left[w] = left.get(w, graph.in_degree(w)) - 1
            if left[w] == 0:
                queue.append(w)
    return listed, scanned, not queue


def conclusion(graph):
    """It ends, scans no edge twice, and what it lists is all of V exactly if G is acyclic."""
    listed, scanned, ended = kahn(graph, [v for v in graph if graph.in_degree(v) == 0])
    once = len(listed) == len(set(listed)) and all(count == 1 for count in scanned.values())
    complete = len(listed) == size(graph)
    right = complete == is_acyclic(graph) and (not complete or leads_forward(graph, listed))
    return ended and once and right and _library_agrees(graph, listed, complete)


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
