"""The exercises on directed graphs, chapter 9.

A graph is given as a dictionary ``{node: [successors]}``: every node is a key, a successor may
stand there twice, and self-loops occur where cycles may.
"""

from __future__ import annotations

from itertools import pairwise, permutations
from numbers import Integral
from typing import Any

from dlbook import graph
from dlbook.exercises.checker import Checker

__all__ = ["CHECKERS"]

Given = dict[str, list[str]]


def digraphs(most: int = 5) -> Any:
    """Return a strategy for graphs of up to so many nodes."""
    from hypothesis import strategies as st

    def of_nodes(names: list[str]) -> Any:
        node = st.sampled_from(names)
        edges = st.lists(st.tuples(node, node), max_size=2 * len(names)) if names else st.just([])
        return st.tuples(st.permutations(names), edges).map(lambda both: _given(*both))

    return st.integers(0, most).flatmap(lambda n: of_nodes(list("abcde"[:n])))


def dags() -> Any:
    """Return a strategy for graphs without cycles."""
    from hypothesis import strategies as st

    def forward(given: Given, order: list[str]) -> Given:
        place = {name: i for i, name in enumerate(order)}
        return {u: [v for v in heads if place[u] < place[v]] for u, heads in given.items()}

    names = st.permutations("abcde")
    return st.tuples(digraphs(), names).map(lambda both: forward(*both))


def _given(nodes: list[str], edges: list[tuple[str, str]]) -> Given:
    given: Given = {node: [] for node in nodes}
    for tail, head in edges:
        given[tail].append(head)
    return given


def _arrows(nodes: list[Any]) -> str:
    return " → ".join(map(str, nodes))


def _cycle(given: Given) -> str | None:
    cycle = graph.find_cycle(graph.DiGraph.from_successors(given))
    if cycle is None:
        return None
    return f"there is the cycle {_arrows([cycle[0][0], *(head for _, head in cycle)])}"


def _not_a_list(returned: Any, of: str) -> str | None:
    if isinstance(returned, list | tuple):
        return None
    return f"it is of type {type(returned).__name__}; expected a list of {of}"


def _sorted_wrongly(given: Given, order: Any) -> str | None:
    if complaint := _not_a_list(order, "nodes"):
        return complaint
    try:
        graph.check_topological_order(graph.DiGraph.from_successors(given), order)
    except graph.OrderError as error:
        return str(error)
    return None


def _no_cycle(given: Given, walk: Any) -> str | None:
    if walk is None:
        return _cycle(given)
    if complaint := _not_a_list(walk, "nodes, or None"):
        return complaint
    if len(walk) < 2 or walk[0] != walk[-1]:
        return "a cycle ends with the node that it begins with, after at least one edge"
    for tail, head in pairwise(walk):
        if tail not in given or head not in given[tail]:
            return f"there is no edge {tail!r} → {head!r}"
    return None


def _not_all_orders(given: Given, orders: Any) -> str | None:
    if complaint := _not_a_list(orders, "orders"):
        return complaint
    seen = set()
    for order in orders:
        if complaint := _not_a_list(order, "nodes, for each order"):
            return complaint
        if complaint := _sorted_wrongly(given, order):
            return f"{list(order)} is no order: {complaint}"
        if tuple(order) in seen:
            return f"{list(order)} comes twice"
        seen.add(tuple(order))
    for order in permutations(given):
        if order not in seen and _sorted_wrongly(given, order) is None:
            return f"{list(order)} is missing"
    return None


def _not_longest(given: Given, length: Any) -> str | None:
    path = graph.longest_path(graph.DiGraph.from_successors(given))
    longest = max(len(path) - 1, 0)
    if not isinstance(length, Integral):
        return f"it is of type {type(length).__name__}; expected a number of edges"
    if length == longest:
        return None
    edges = "1 edge" if longest == 1 else f"{longest} edges"
    return f"a longest path has {edges}" + (f": {_arrows(path)}" if path else "")


CHECKERS = {
    "dag-topological-sort": Checker(
        digraphs,
        _sorted_wrongly,
        "Count the edges into each node, parallel ones too. Which nodes may come first?",
        refuses=_cycle,
    ),
    "dag-find-cycle": Checker(
        digraphs,
        _no_cycle,
        "Keep the path of a depth-first search. An edge back into the path closes a cycle.",
    ),
    "dag-all-orders": Checker(
        lambda: digraphs(4),  # which has 24 orders at most, of 5 nodes there would be 120
        _not_all_orders,
        "Choose what comes next in every possible way. It may come if all that it needs is there.",
    ),
    "dag-longest-path": Checker(
        dags,
        _not_longest,
        "The longest path from a node is one edge longer than the longest from a successor.",
    ),
}
