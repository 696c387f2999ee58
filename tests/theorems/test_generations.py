"""prp-generations: longest walks divide a finite DAG into generations."""

# Not yet told from its near misses.

from functools import cache

from hypothesis import given
from instances import UpToZero, dags

from dlbook.graph import DiGraph, topological_generations
from dlbook.graph.digraph import CycleError

PATIENCE = 100


def longest(graph, v):
    """Return the largest length of walks that end in v, found backwards; None if too long."""

    @cache
    def length(u, allowed):
        if allowed == 0:
            raise RecursionError
        return max((1 + length(w, allowed - 1) for w in graph.predecessors(u)), default=0)

    try:
        return length(v, PATIENCE)
    except RecursionError:
        return None


def conclusion(graph):
    """Lengths exist, edges lead upwards, and sources of what is left are the next generation."""
    level = {v: longest(graph, v) for v in graph}
    if None in level.values():
        return False
    upwards = all(level[u] < level[v] for u, v in graph.edges())
    bounded = all(length < len(graph) for length in level.values())
    return (
        upwards
        and bounded
        and all(
            _sources(graph, level, k) == {v for v in graph if level[v] == k}
            for k in range(len(graph))
        )
        and _library_agrees(graph, level)
    )


def _sources(graph, level, k):
    left = {v for v in graph if level[v] >= k}
    return {v for v in left if not left & set(graph.predecessors(v))}


def _library_agrees(graph, level):
    try:
        generations = topological_generations(graph)
    except CycleError:
        return False
    return {v: k for k, generation in enumerate(generations) for v in generation} == level


@given(dags(max_nodes=8))
def test_holds(graph):
    assert conclusion(graph)


def test_without_finite():
    assert not conclusion(UpToZero())


def test_without_acyclic():
    assert not conclusion(DiGraph([(1, 2), (2, 1)]))
