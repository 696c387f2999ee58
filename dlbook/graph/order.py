"""Topological orders, and the cycles that stand in their way.

Two walks carry all of it. `_generations` is Kahn's algorithm (Kahn, 1962), a generation at a
time; `_depth_first` is depth-first search (Tarjan, 1976), with a path of its own in place of
recursion. Chapter 9 proves both correct. Both work on the indices of the nodes.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from dlbook.graph.digraph import CycleError, DiGraph, Node, OrderError, require_digraph
from dlbook.graph.given import check_key, iterated, shown
from dlbook.graph.states import (
    KahnReport,
    KahnState,
    SearchReport,
    SearchState,
    kahn_report,
    search_report,
)

__all__ = [
    "all_topological_sorts",
    "check_topological_order",
    "depth_first_sort",
    "find_cycle",
    "is_topological_order",
    "topological_generations",
    "topological_sort",
]


def topological_sort(
    graph: DiGraph[Node],
    key: Callable[[Node], Any] | None = None,
    *,
    observe: Callable[[KahnState[Node]], object] | None = None,
) -> list[Node]:
    """Return the nodes in an order in which every edge leads forward.

    Kahn's algorithm: a node is listed once all its predecessors are. Nodes that become ready
    wait in a queue, first in, first out; at the start they stand in the order of the graph.

    Parameters
    ----------
    graph
        Without cycles.
    key
        Of the nodes that are ready, take the one with the smallest key, and the first of equals:
        the result is the lexicographically first of all orders. Takes O(V log V + E) rather
        than O(V + E).
    observe
        Called with a `KahnState` at the start and after each node: to watch, or to teach.

    Raises
    ------
    CycleError
        If the graph has a cycle; the error carries it.
    ValueError
        If a key has no place in an order: NaN, a set, an array.

    Examples
    --------
    >>> graph = DiGraph([("c", "d"), ("a", "b"), ("b", "d")])
    >>> topological_sort(graph)
    ['c', 'a', 'b', 'd']
    >>> topological_sort(graph, key=str)
    ['a', 'b', 'c', 'd']
    >>> order = topological_sort(graph, observe=lambda state: print(state.taken, state.queue))
    None ['c', 'a']
    c ['a']
    a ['b']
    b ['d']
    d []
    """
    require_digraph(graph)
    nodes = graph.nodes
    report = kahn_report(graph, observe)
    if key is None:
        return [nodes[i] for generation in _generations(graph, report) for i in generation]
    if not callable(key):
        hint = ", such as key=….get of a mapping" if isinstance(key, Mapping) else ""
        raise TypeError(f"key is {shown(key)}; expected a function of a node{hint}")
    keys = [key(node) for node in nodes]
    for node, value in zip(nodes, keys, strict=True):
        check_key(node, value)
    remaining = graph._in_degree.copy()
    ready = [(keys[i], i) for i, degree in enumerate(remaining) if not degree]
    heapq.heapify(ready)
    if report:
        report(None, [i for _, i in sorted(ready)], remaining)
    order = []
    while ready:
        _, i = heapq.heappop(ready)
        order.append(nodes[i])
        for j in graph._heads[i]:
            remaining[j] -= 1
            if not remaining[j]:
                heapq.heappush(ready, (keys[j], j))
        if report:
            report(i, [j for _, j in sorted(ready)], remaining)
    _refuse_cycle(graph, len(order))
    return order


def topological_generations(graph: DiGraph[Node]) -> list[list[Node]]:
    """Return the nodes in generations: 0 holds the sources, k + 1 what only k held back.

    A node is in generation k if and only if the longest walk that ends in it has k edges.

    Raises
    ------
    CycleError
        If the graph has a cycle.

    Examples
    --------
    >>> topological_generations(DiGraph([(1, 2), (2, 3), (1, 3), (4, 3)]))
    [[1, 4], [2], [3]]
    """
    require_digraph(graph)
    nodes = graph.nodes
    return [[nodes[i] for i in generation] for generation in _generations(graph)]


def _generations(graph: DiGraph[Any], report: KahnReport | None = None) -> Iterator[list[int]]:
    heads = graph._heads
    remaining = graph._in_degree.copy()
    generation = [i for i, degree in enumerate(remaining) if not degree]
    if report:
        report(None, generation, remaining)
    listed = 0
    while generation:
        yield generation
        listed += len(generation)
        following: list[int] = []
        for i in generation:
            for j in heads[i]:
                remaining[j] = left = remaining[j] - 1
                if not left:
                    following.append(j)
            if report:
                report(i, generation[generation.index(i) + 1 :] + following, remaining)
        generation = following
    _refuse_cycle(graph, listed)


def _refuse_cycle(graph: DiGraph[Any], listed: int) -> None:
    if listed < len(graph):
        cycle = find_cycle(graph)
        assert cycle is not None, "what no sort can list lies on a cycle or behind one"
        raise CycleError(cycle)


def depth_first_sort(
    graph: DiGraph[Node], *, observe: Callable[[SearchState[Node]], object] | None = None
) -> list[Node]:
    """Return a topological order found by depth-first search: its postorder, reversed.

    Parameters
    ----------
    graph
        Without cycles.
    observe
        Called with a `SearchState` whenever the search has visited or left a node.

    Raises
    ------
    CycleError
        If the graph has a cycle.

    Examples
    --------
    >>> depth_first_sort(DiGraph([(1, 2), (1, 3), (3, 2)]))
    [1, 3, 2]
    """
    require_digraph(graph)
    postorder, cycle = _depth_first(graph, search_report(graph, observe))
    if cycle:
        raise CycleError(cycle)
    return [graph.nodes[i] for i in reversed(postorder)]


def find_cycle(
    graph: DiGraph[Node], *, observe: Callable[[SearchState[Node]], object] | None = None
) -> list[tuple[Node, Node]] | None:
    """Return the edges of a cycle, each beginning where the one before ends; ``None`` without.

    Parameters
    ----------
    graph
        With cycles or without.
    observe
        Called with a `SearchState` whenever the search has visited or left a node, and when it
        has found a cycle.

    Examples
    --------
    >>> find_cycle(DiGraph([(0, 1), (1, 2), (2, 1)]))
    [(1, 2), (2, 1)]
    >>> find_cycle(DiGraph([(1, 1)]))
    [(1, 1)]
    >>> cycle = find_cycle(DiGraph([(1, 1)]), observe=lambda state: print(state.event, state.path))
    visit [1]
    cycle [1]
    """
    require_digraph(graph)
    return _depth_first(graph, search_report(graph, observe))[1]


def _depth_first(
    graph: DiGraph[Node], report: SearchReport | None = None
) -> tuple[list[int], list[tuple[Node, Node]] | None]:
    """Return the indices of the nodes in the order in which the search leaves them, and no cycle.

    Where an edge leads back into the path that is being walked, the search ends with that cycle.
    """
    heads = graph._heads
    new, on_path, left = 0, 1, 2
    state = [new] * len(graph)
    postorder: list[int] = []
    for root in range(len(graph)):
        if state[root] != new:
            continue
        state[root] = on_path
        path, ahead = [root], [iter(heads[root])]
        if report:
            report("visit", root, path, postorder)
        while path:
            for j in ahead[-1]:
                if state[j] == new:
                    state[j] = on_path
                    path.append(j)
                    ahead.append(iter(heads[j]))
                    if report:
                        report("visit", j, path, postorder)
                    break
                if state[j] == on_path:
                    if report:
                        report("cycle", j, path, postorder)
                    walk = [graph.nodes[i] for i in [*path[path.index(j) :], j]]
                    return postorder, list(pairwise(walk))
            else:
                i = path.pop()
                ahead.pop()
                state[i] = left
                postorder.append(i)
                if report:
                    report("leave", i, path, postorder)
    return postorder, None


def all_topological_sorts(graph: DiGraph[Node]) -> Iterator[list[Node]]:
    """Return an iterator over every topological order, each once.

    The first is that of `topological_sort`. There may be as many as n!: take what you need.

    Raises
    ------
    CycleError
        If the graph has a cycle: at the call, not at the first order.

    Examples
    --------
    >>> list(all_topological_sorts(DiGraph([(1, 3), (2, 3)])))
    [[1, 2, 3], [2, 1, 3]]
    """
    require_digraph(graph)
    _refuse_cycle(graph, sum(map(len, _generations(graph))))
    return _all_orders(graph)


def _all_orders(graph: DiGraph[Node]) -> Iterator[list[Node]]:
    nodes, heads = graph.nodes, graph._heads
    remaining = graph._in_degree.copy()
    ready = deque(i for i, degree in enumerate(remaining) if not degree)
    order: list[int] = []
    # So many nodes, on the left of the queue, are still to be tried at each place. One that has
    # been tried goes to the right: when all have, the queue is as it was at first.
    untried = [len(ready)]
    while untried:
        if len(order) == len(nodes):
            yield [nodes[i] for i in order]
        if untried[-1]:
            untried[-1] -= 1
            order.append(ready.popleft())
            for j in heads[order[-1]]:
                remaining[j] -= 1
                if not remaining[j]:
                    ready.append(j)
            untried.append(len(ready))
        else:
            untried.pop()
            if order:
                for j in heads[order[-1]]:
                    if not remaining[j]:
                        ready.pop()
                    remaining[j] += 1
                ready.append(order.pop())


def check_topological_order(graph: DiGraph[Node], order: Iterable[Node]) -> None:
    """Raise `OrderError`, which says what is wrong, unless this is a topological order.

    Examples
    --------
    >>> check_topological_order(DiGraph([("a", "b"), ("b", "c")]), "acb")
    Traceback (most recent call last):
    dlbook.graph.digraph.OrderError: edge 'b' → 'c': 'c' is at position 1, 'b' only at position 2
    """
    require_digraph(graph)
    place: dict[Node, int] = {}
    given: Iterable[Any] = order  # of a string, its letters may be the nodes
    if not isinstance(order, str):
        given = iterated("order", order, "a list of the nodes")
    for i, node in enumerate(given):
        if node not in graph:
            raise OrderError(f"{shown(node)}, at position {i}, is not a node of the graph")
        if node in place:
            raise OrderError(
                f"{shown(node)} is at position {place[node]} and again at position {i}"
            )
        place[node] = i
    for node in graph:
        if node not in place:
            raise OrderError(
                f"{shown(node)} is missing; expected each of the {len(graph)} nodes once"
            )
    for tail, head in graph.edges():
        i, j = place[tail], place[head]
        if j <= i:
            where = f"{shown(head)} is at position {j}, {shown(tail)} only at position {i}"
            why = "no order puts a node before itself" if i == j else where
            raise OrderError(f"edge {shown(tail)} → {shown(head)}: {why}", (tail, head))


def is_topological_order(graph: DiGraph[Node], order: Iterable[Node]) -> bool:
    """Return whether `order` holds each node once and every edge leads forward in it.

    Examples
    --------
    >>> graph = DiGraph([("a", "b"), ("b", "c")])
    >>> is_topological_order(graph, "abc"), is_topological_order(graph, "ab")
    (True, False)
    """
    try:
        check_topological_order(graph, order)
    except OrderError:
        return False
    return True
