"""The exercises on directed graphs, chapters 9 and 9A.

A graph is given as a dictionary ``{node: [successors]}``: every node is a key, a successor may
stand there twice, and self-loops occur where cycles may.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, permutations
from string import ascii_lowercase
from typing import Any

import numpy as np

from dlbook import graph
from dlbook.exercises.answers import UnfitError, kind, many, number, sequence
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, list[str]]

_LONG = 20  # nodes, so that who looks at the first few only is found out


def digraphs(most: int = 5) -> Any:
    """Return a strategy for graphs of at most this many nodes."""
    from hypothesis import strategies as st

    def of_nodes(names: list[str]) -> Any:
        node = st.sampled_from(names)
        edges = st.lists(st.tuples(node, node), max_size=2 * len(names)) if names else st.just([])
        return st.tuples(st.permutations(names), edges).map(lambda both: _given(*both))

    return of_any_size(0, most, lambda n: of_nodes(list("abcde"[:n])))


def dags() -> Any:
    """Return a strategy for graphs without cycles."""
    from hypothesis import strategies as st

    def forward(given: Given, order: list[str]) -> Given:
        place = {name: i for i, name in enumerate(order)}
        return {u: [v for v in heads if place[u] < place[v]] for u, heads in given.items()}

    names = st.permutations("abcde")
    return st.tuples(digraphs(), names).map(lambda both: forward(*both))


def long_dags() -> Any:
    """Return a strategy for paths through many nodes, with a few edges more that lead forward.

    So few that to walk along every path still ends soon.
    """
    return _paths(lambda i, j: [(min(i, j), max(i, j))] if i != j else [])


def long_digraphs() -> Any:
    """Return a strategy for paths through many nodes, with a few edges more, to anywhere."""
    return _paths(lambda i, j: [(i, j)]) | long_dags()


def _paths(edges: Callable[[int, int], list[tuple[int, int]]]) -> Any:
    """Return a strategy for paths, with edges between some pairs of places."""
    from hypothesis import strategies as st

    def of_length(n: int) -> Any:
        names, place = st.permutations(ascii_lowercase[:n]), st.integers(0, n - 1)
        return st.builds(together, names, names, st.lists(st.tuples(place, place), max_size=2))

    def together(nodes: list[str], path: list[str], more: list[tuple[int, int]]) -> Given:
        extra = [(path[i], path[j]) for pair in more for i, j in edges(*pair)]
        return _given(nodes, [*pairwise(path), *extra])

    return of_any_size(2, _LONG, of_length)


def simpler(given: Given) -> Iterator[Given]:
    """Yield a graph without a node, with a node skipped, without an edge, and with other names."""
    for v in given:
        yield {u: [w for w in heads if w != v] for u, heads in given.items() if u != v}
    for v, after in given.items():
        if len(after) == 1 and after != [v]:
            skips = {v: after[0]}
            yield {u: [skips.get(w, w) for w in heads] for u, heads in given.items() if u != v}
    for u, heads in given.items():
        for k in range(len(heads)):
            yield given | {u: heads[:k] + heads[k + 1 :]}
    for names in first_letters(given):
        yield {names[u]: [names[w] for w in heads] for u, heads in given.items()}


def first_letters(names: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield maps of names to the first letters, by their place and by their order; if any moves."""
    for ordered in (list(names), sorted(names)):
        letters = dict(zip(ordered, ascii_lowercase, strict=False))
        if len(ordered) <= len(letters) and any(one != letters[one] for one in ordered):
            yield letters


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


def _sorted_wrongly(given: Given, order: Any) -> str | None:
    nodes = sequence(order, "a list of nodes")
    try:
        graph.check_topological_order(graph.DiGraph.from_successors(given), nodes)
    except graph.OrderError as error:
        return str(error)
    return None


def _no_cycle(given: Given, walk: Any) -> str | None:
    if walk is None:
        return _cycle(given)
    nodes = sequence(walk, "a list of nodes, or None")
    if len(nodes) < 2 or nodes[0] != nodes[-1]:
        return "a cycle ends with the node that it begins with, after at least one edge"
    for tail, head in pairwise(nodes):
        if tail not in given or head not in given[tail]:
            return f"there is no edge {tail!r} → {head!r}"
    return None


def _not_all_orders(given: Given, orders: Any) -> str | None:
    seen = set()
    for k, one in enumerate(sequence(orders, "a list of orders")):
        listed = sequence(one, "a list of nodes", what=f"entry {k}")
        if complaint := _sorted_wrongly(given, listed):
            return f"{listed} is not an order: {complaint}"
        if tuple(listed) in seen:
            return f"{listed} comes twice"
        seen.add(tuple(listed))
    for order in permutations(given):
        if order not in seen and _sorted_wrongly(given, order) is None:
            return f"{list(order)} is missing"
    return None


def _not_longest(given: Given, length: Any) -> str | None:
    path = graph.longest_path(graph.DiGraph.from_successors(given))
    longest = max(len(path) - 1, 0)
    if number(length, "a number of edges") == longest:
        return None
    return f"a longest path has {many(longest, 'edge')}" + (f": {_arrows(path)}" if path else "")


def _not_without_sources(given: Given, returned: Any) -> str | None:
    if returned is None:
        cycle = _cycle(given)
        return cycle and f"{cycle}; what about its nodes?"
    nodes = set(
        sequence(list(returned) if isinstance(returned, set) else returned, "nodes, or None")
    )
    if not nodes:
        return "it is empty"
    for v in nodes:
        if v not in given:
            return f"{v!r} is not a node"
        if not any(v in given[u] for u in nodes):
            return f"no edge from these nodes leads to {v!r}: it is a source of their graph"
    return None


def chains(most: int = 3) -> Any:
    """Return a strategy for the lengths of chains, some of which may be empty."""
    from hypothesis import strategies as st

    return st.lists(st.integers(0, 4), max_size=most)


def _not_the_number_of_orders(lengths: list[int], returned: Any) -> str | None:
    orders = math.factorial(sum(lengths)) // math.prod(map(math.factorial, lengths))
    if number(returned, "a number of orders") == orders:
        return None
    return f"there are {many(orders, 'order')}"


def _not_whether_one(given: Given, returned: Any) -> str | None:
    if not isinstance(returned, bool | np.bool_):
        raise UnfitError(f"it is {kind(returned)}; expected True or False")
    order = graph.topological_sort(graph.DiGraph.from_successors(given))
    apart = next(((u, v) for u, v in pairwise(order) if v not in given[u]), None)
    if returned == (apart is None):
        return None
    if apart is None:
        return f"each node of {_arrows(order)} leads to the next: there is no other order"
    return f"in {_arrows(order)} the neighbours {apart[0]} and {apart[1]} may be exchanged"


def nearly_ordered(most: int = 4) -> Any:
    """Return a strategy for graphs with one order or a few: paths in which a link may be missing.

    Where one is missing, edges lead past it, so that there is still one source and one sink.
    """
    from hypothesis import strategies as st

    def of(names: list[str], nodes: list[str], gap: int, skips: list[int]) -> Given:
        links = [pair for k, pair in enumerate(pairwise(names)) if k != gap]
        past = [(names[k], names[k + 2]) for k in range(len(names) - 2) if k in skips]
        return _given(nodes, links + past)

    def of_length(n: int) -> Any:
        names, place = st.permutations(ascii_lowercase[:n]), st.integers(0, max(n - 1, 0))
        near = place.flatmap(
            lambda k: st.tuples(st.just(k), st.just([k - 1, k, k + 1]) | st.just([]))
        )
        return st.builds(lambda a, b, both: of(a, b, *both), names, names, near)

    return of_any_size(0, most, of_length)


def names_in_order(most: int = 5) -> Any:
    """Return a strategy for some letters in an order."""
    from hypothesis import strategies as st

    return of_any_size(0, most, lambda n: st.permutations(ascii_lowercase[:n]))


def _not_the_most_edges(order: list[str], returned: Any) -> str | None:
    place = {name: i for i, name in enumerate(order)}
    pairs = []
    for k, edge in enumerate(sequence(returned, "a list of edges")):
        pair = tuple(sequence(edge, "a pair of names", what=f"entry {k}"))
        if len(pair) != 2 or any(name not in place for name in pair):
            return f"{list(pair)} is not a pair of these names"
        if place[pair[0]] >= place[pair[1]]:
            return f"the edge {pair[0]} → {pair[1]} does not lead forward"
        if pair in pairs:
            return f"there are two edges {pair[0]} → {pair[1]}"
        pairs.append(pair)
    for i, one in enumerate(order):
        for other in order[i + 1 :]:
            if (one, other) not in pairs:
                return f"{one} → {other} can be added"
    return None


CHECKERS = {
    "dag-sources-everywhere": Checker(
        digraphs,
        _not_without_sources,
        "Take away sources as long as there are any. What remains?",
        long=long_digraphs,
        smaller=simpler,
        may_be_none=True,
    ),
    "dag-two-chains": Checker(
        chains,
        _not_the_number_of_orders,
        "Which of the positions does the first chain take? And of those left, the second?",
        long=lambda: chains(8),
    ),
    "dag-unique-order": Checker(
        lambda: dags() | nearly_ordered(),
        _not_whether_one,
        "Find one order. Does an edge lead from each node to the next?",
        long=lambda: nearly_ordered(_LONG),
        smaller=simpler,
    ),
    "dag-edges": Checker(
        names_in_order,
        _not_the_most_edges,
        "Which pairs can an edge join, if it has to lead forward?",
        long=lambda: names_in_order(_LONG),
    ),
    "dag-topological-sort": Checker(
        digraphs,
        _sorted_wrongly,
        "Count the edges into each node, parallel ones too. Which nodes may come first?",
        refuses=_cycle,
        long=long_digraphs,
        smaller=simpler,
    ),
    "dag-find-cycle": Checker(
        digraphs,
        _no_cycle,
        "Keep the path of a depth-first search. An edge back into the path closes a cycle.",
        long=long_digraphs,
        smaller=simpler,
        may_be_none=True,
    ),
    "dag-all-orders": Checker(
        lambda: digraphs(4),  # which has 24 orders at most, of 5 nodes there would be 120
        _not_all_orders,
        "Choose what comes next in every possible way. It may come if all that it needs is there.",
        smaller=simpler,
    ),
    "dag-longest-path": Checker(
        dags,
        _not_longest,
        "The longest path from a node is one edge longer than the longest from a successor.",
        long=long_dags,
        smaller=simpler,
    ),
}
