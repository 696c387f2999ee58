"""What of a graph lies on common cycles, and the acyclic graph of these parts."""

from __future__ import annotations

from typing import Any

from dlbook.graph.digraph import DiGraph, Node, require_digraph

__all__ = ["condensation", "strongly_connected_components"]


def strongly_connected_components(graph: DiGraph[Node]) -> list[list[Node]]:
    """Return the nodes in components: two are in one if and only if walks lead both ways.

    The components are in an order in which every edge from one to another leads forward; within a
    component, nodes are in the order of the graph. Depth-first search (Tarjan, 1972), without
    recursion; takes O(V + E) steps.

    Examples
    --------
    >>> strongly_connected_components(DiGraph([(0, 1), (1, 2), (2, 1), (2, 3)]))
    [[0], [1, 2], [3]]
    """
    require_digraph(graph)
    nodes = graph.nodes
    return [[nodes[i] for i in sorted(component)] for component in _components(graph)]


def _components(graph: DiGraph[Any]) -> list[list[int]]:
    heads = graph._heads
    n = len(graph)
    # When each node was visited; n while it is new, and n + 1 once its component is known.
    visited = [n] * n
    lowest = [n] * n  # the first visit that is seen from a node's subtree
    waiting: list[int] = []  # visited, of components that are not known yet
    components: list[list[int]] = []
    visits = 0
    for root in range(n):
        if visited[root] != n:
            continue
        path, ahead = [root], [iter(heads[root])]
        visited[root] = lowest[root] = visits
        visits += 1
        waiting.append(root)
        while path:
            i = path[-1]
            for j in ahead[-1]:
                if visited[j] == n:
                    path.append(j)
                    ahead.append(iter(heads[j]))
                    visited[j] = lowest[j] = visits
                    visits += 1
                    waiting.append(j)
                    break
                if visited[j] < lowest[i]:
                    lowest[i] = visited[j]
            else:
                path.pop()
                ahead.pop()
                if path and lowest[i] < lowest[path[-1]]:
                    lowest[path[-1]] = lowest[i]
                if lowest[i] == visited[i]:  # no walk leads from here to an earlier visit
                    component: list[int] = []
                    while not component or component[-1] != i:
                        component.append(waiting.pop())
                        visited[component[-1]] = n + 1
                    components.append(component)
    return components[::-1]


def condensation(graph: DiGraph[Node]) -> DiGraph[tuple[Node, ...]]:
    """Return the graph of the strongly connected components, each a tuple of nodes.

    An edge leads from one to another, once, if one leads from a node of the first to a node of
    the second. The condensation is acyclic. Kahn's algorithm lists the nodes whose component, and
    every component from which a walk leads to it, is one node without a self-loop.

    Examples
    --------
    >>> list(condensation(DiGraph([(0, 1), (1, 2), (2, 1), (2, 3), (1, 3)])).edges())
    [((0,), (1, 2)), ((1, 2), (3,))]
    """
    require_digraph(graph)
    components = [sorted(component) for component in _components(graph)]
    number = {i: k for k, component in enumerate(components) for i in component}
    names = [tuple(graph.nodes[i] for i in component) for component in components]
    edges: dict[tuple[int, int], None] = {}
    for k, component in enumerate(components):
        edges |= dict.fromkeys((k, number[j]) for i in component for j in graph._heads[i])
    return DiGraph(((names[k], names[m]) for k, m in edges if k != m), names)
