"""prp-generations: longest walks divide a finite DAG into generations."""

from functools import cache
from itertools import islice
from math import inf

from hypothesis import given
from instances import Parallel, UpToZero, dags, is_acyclic, size
from near import broken, missed

from dlbook.graph import DiGraph, topological_generations

PATIENCE = 100

NEAR_MISSES = {
    "shortest walks from a source": {"choose": min},
    "walks that begin in the vertex": {"back": "successors"},
    "vertices are counted, not edges": {"start": 1},
    "all vertices in generation 0": {"choose": lambda found, default: 0},
    "and generation 0 has a vertex": {"sources": 1},
    "less than |V| - 1": {"below": lambda n: n - 1},
}


def lengths(graph, choose, back, start):
    """Return the length that is chosen among walks to each vertex; None if one is too long."""

    @cache
    def length(u, allowed):
        if allowed == 0:
            raise RecursionError
        before = islice(getattr(graph, back)(u), PATIENCE)  # infinitely many, if edges are parallel
        return choose((1 + length(w, allowed - 1) for w in before), default=start)

    try:
        return {v: length(v, PATIENCE) for v in graph}
    except RecursionError:
        return None


def hypotheses(graph):
    return {"finite": size(graph) < inf, "acyclic": is_acyclic(graph)}


def conclusion(graph, *, choose=max, back="predecessors", start=0, below=lambda n: n, sources=0):
    """Lengths exist, and sources of what remains are the next generation, so edges lead upwards."""
    level = lengths(graph, choose, back, start)
    if level is None:
        return False
    peeled = all(
        _sources(graph, level, k) == {v for v in graph if level[v] == k}
        for k in range(len(graph) + 1)
    )
    short = all(length < below(len(graph)) for length in level.values())
    return peeled and short and list(level.values()).count(0) >= sources


def _sources(graph, level, k):
    left = {v for v in graph if level[v] >= k}
    return {v for v in left if not left & set(islice(graph.predecessors(v), PATIENCE))}


@given(dags(max_nodes=8))
def test_holds(graph):
    assert not broken(hypotheses(graph))
    assert conclusion(graph)
    generations = enumerate(topological_generations(graph))
    found = {v: k for k, generation in generations for v in generation}
    assert found == lengths(graph, max, "predecessors", 0)


def test_near_misses():
    shortcut = DiGraph([(1, 2), (2, 3), (1, 3)])
    several = DiGraph([(1, 2), (1, 2), (3, 2)], nodes=[1, 2, 3, 4])
    near = [(shortcut,), (several,), (Parallel(),), (DiGraph(nodes=[1]),), (DiGraph(),)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_no_generation_is_left_out():
    # Where an edge counts twice edges lead upwards, and lengths are small enough.
    graph = DiGraph([(1, 2)], nodes=[1, 2, 3])
    assert conclusion(graph)
    assert not conclusion(graph, choose=lambda found, default: 1 + max(found, default=default - 1))


def test_without_finite():
    graph = UpToZero()
    assert broken(hypotheses(graph)) == ["finite"]
    assert not conclusion(graph)


def test_without_acyclic():
    graph = DiGraph([(1, 2), (2, 1)])
    assert broken(hypotheses(graph)) == ["acyclic"]
    assert not conclusion(graph)
