"""The exercises on searching for networks, chapter 24."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook import graph
from dlbook.exercises.answers import UnfitError, close, number, sequence, table
from dlbook.exercises.chapters.graphs import dags, long_dags, simpler
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, Any]


# ---- connections that may be added ------------------------------------------------------


def _admitted(given: dict[str, list[str]]) -> set[tuple[str, str]]:
    whole = graph.DiGraph.from_successors(given)
    before = {v: {v, *graph.ancestors(whole, v)} for v in given}
    return {(u, v) for u in given for v in given if v not in before[u] and v not in given[u]}


def _not_the_additions(given: dict[str, list[str]], returned: Any) -> str | None:
    expected = "a list of pairs of nodes"
    found = set()
    for entry in sorted(returned) if isinstance(returned, set) else sequence(returned, expected):
        pair = tuple(sequence(entry, "a pair of nodes", what="an entry"))
        if len(pair) != 2:
            raise UnfitError(f"an entry has {len(pair)} nodes; expected a pair of nodes")
        found.add(pair)
    right = _admitted(given)
    for pair in sorted(found - right, key=str):
        u, v = pair
        if u not in given or v not in given:
            return f"{pair} is not a pair of nodes of the graph"
        if v in given[u]:
            return f"the connection {u} → {v} is there already"
        return f"with {u} → {v} the graph has a cycle"
    for u, v in sorted(right - found):
        return f"{u} → {v} closes no cycle, and is missing"
    return None


# ---- evaluation -------------------------------------------------------------------------

_ACTIVATIONS = {
    "linear": lambda z: z,
    "inverse": lambda z: -z,
    "ReLU": lambda z: max(z, 0.0),
    "abs": abs,
}


def networks(most: int = 5) -> Any:
    """Return a strategy for small networks, listed in any order, with inputs and a weight."""
    from hypothesis import strategies as st

    def of(n: int) -> Any:
        names = [*"abcdefghijkl"[:n]]
        pairs = [(i, j) for j in range(1, n) for i in range(j)]
        kinds = st.lists(st.sampled_from(sorted(_ACTIVATIONS)), min_size=n, max_size=n)
        values = st.lists(st.integers(-3, 3).map(float), min_size=n, max_size=n)
        chosen = st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs))
        weight = st.sampled_from([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])

        def made(
            path: list[str], listed: list[str], flags: list[bool], act: Any, x: Any, w: float
        ) -> Given:
            tails: dict[str, list[str]] = {v: [] for v in path}
            for (i, j), flag in zip(pairs, flags, strict=True):
                if flag:
                    tails[path[j]].append(path[i])
            inner = [v for v in listed if tails[v]]
            return {
                "inputs": {v: x[path.index(v)] for v in listed if not tails[v]},
                "sources": {v: tails[v] for v in inner},
                "activations": {v: act[path.index(v)] for v in inner},
                "weight": w,
            }

        order = st.permutations(names)
        return st.builds(made, order, order, chosen, kinds, values, weight)

    return of_any_size(1, most, of)


def _values(given: Given) -> dict[str, float]:
    edges = [(u, v) for v, tails in given["sources"].items() for u in tails]
    values = dict(given["inputs"])
    for v in graph.topological_sort(graph.DiGraph(edges)):
        if v not in values:
            total = given["weight"] * sum(values[u] for u in given["sources"][v])
            values[v] = _ACTIVATIONS[given["activations"][v]](total)
    return values


def _not_the_values(given: Given, returned: Any) -> str | None:
    found, right = table(returned, "a dictionary with the value of every node"), _values(given)
    for node, value in right.items():
        if node not in found:
            return f"node {node!r} has no value"
        if not close(float(number(found[node], what=f"the value of {node!r}")), value):
            return f"the value of {node!r} is {value:g}, not {float(found[node]):g}"
    for node in found:
        if node not in right:
            return f"{node!r} is not a node"
    return None


# ---- fronts -----------------------------------------------------------------------------


def clouds(most: int = 5) -> Any:
    """Return a strategy for points in the plane, often equal or equal in one coordinate."""
    from hypothesis import strategies as st

    point = st.tuples(st.integers(0, 3), st.integers(0, 3))
    return of_any_size(1, most, lambda n: st.lists(point, min_size=n, max_size=n))


def _fronts(points: list[tuple[int, int]]) -> list[int]:
    rank: dict[int, int] = {}
    for i in sorted(range(len(points)), key=lambda i: -sum(points[i])):
        p = points[i]
        above = [rank[j] for j in rank if points[j] != p and all(np.greater_equal(points[j], p))]
        rank[i] = 1 + max(above, default=0)
    return [rank[i] for i in range(len(points))]


def _not_the_fronts(given: list[tuple[int, int]], returned: Any) -> str | None:
    found = [number(k) for k in sequence(returned, "a list of the fronts' numbers")]
    if len(found) != len(given):
        return f"it has {len(found)} numbers; there are {len(given)} points"
    for i, (right, k) in enumerate(zip(_fronts(given), found, strict=True)):
        if k != right:
            return f"point {i}, which is {tuple(given[i])}, is in front {right}, not {k}"
    return None


CHECKERS = {
    "agnostic-additions": Checker(
        dags,
        _not_the_additions,
        "A cycle through u → v returns from v to u. From where can u be reached?",
        long=long_dags,
        smaller=simpler,
    ),
    "agnostic-values": Checker(
        networks,
        _not_the_values,
        "Which nodes have all their sources evaluated? Those are the next generation.",
        long=lambda: networks(12),
    ),
    "agnostic-fronts": Checker(
        clouds,
        _not_the_fronts,
        "Peel: the points that none of the rest dominates are the next front. Do equal points "
        "dominate each other?",
        long=lambda: clouds(15),
    ),
}
