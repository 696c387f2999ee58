"""What lies before, behind and between nodes."""

from __future__ import annotations

from dlbook.graph.digraph import DiGraph, Node, require_digraph
from dlbook.graph.order import _generations

__all__ = ["ancestors", "descendants", "longest_path", "sinks", "sources", "transitive_reduction"]


def sources(graph: DiGraph[Node]) -> list[Node]:
    """Return the nodes that no edge enters, in the order of the graph.

    Examples
    --------
    >>> sources(DiGraph([(1, 2), (3, 2)]))
    [1, 3]
    """
    require_digraph(graph)
    return [node for node, degree in zip(graph, graph._in_degree, strict=True) if not degree]


def sinks(graph: DiGraph[Node]) -> list[Node]:
    """Return the nodes that no edge leaves, in the order of the graph.

    Examples
    --------
    >>> sinks(DiGraph([(1, 2), (3, 2)]))
    [2]
    """
    require_digraph(graph)
    return [node for node, heads in zip(graph, graph._heads, strict=True) if not heads]


def descendants(graph: DiGraph[Node], node: Node) -> set[Node]:
    """Return the nodes that a walk from this one reaches, without the node itself.

    Raises
    ------
    ValueError
        If it is not a node of the graph.

    Examples
    --------
    >>> descendants(DiGraph([(1, 2), (2, 3), (4, 3)]), 1)
    {2, 3}
    """
    require_digraph(graph)
    return _reached(graph, graph._heads, node)


def ancestors(graph: DiGraph[Node], node: Node) -> set[Node]:
    """Return the nodes from which a walk reaches this one, without the node itself.

    Raises
    ------
    ValueError
        If it is not a node of the graph.

    Examples
    --------
    >>> ancestors(DiGraph([(1, 2), (2, 3), (4, 3)]), 3)
    {1, 2, 4}
    """
    require_digraph(graph)
    return _reached(graph, graph._tails, node)


def _reached(graph: DiGraph[Node], neighbours: list[list[int]], node: Node) -> set[Node]:
    start = graph._number(node)
    seen = {start}
    waiting = [start]
    while waiting:
        for i in neighbours[waiting.pop()]:
            if i not in seen:
                seen.add(i)
                waiting.append(i)
    return {graph.nodes[i] for i in seen - {start}}


def longest_path(graph: DiGraph[Node]) -> list[Node]:
    """Return the nodes of a path with the most edges; of a graph without nodes, none.

    Raises
    ------
    CycleError
        If the graph has a cycle: then there are walks of any length.

    Examples
    --------
    >>> longest_path(DiGraph([(1, 2), (2, 3), (1, 3), (3, 4), (5, 4)]))
    [1, 2, 3, 4]
    """
    require_digraph(graph)
    path: list[int] = []
    for generation in reversed(list(_generations(graph))):
        # Into each node of the next generation an edge leads from this one.
        path.append(next(i for i in generation if not path or path[-1] in graph._heads[i]))
    return [graph.nodes[i] for i in reversed(path)]


def transitive_reduction(graph: DiGraph[Node]) -> DiGraph[Node]:
    """Return the graph with the fewest edges that leads from each node to the same ones.

    For a graph without cycles it is unique: an edge stays, once, unless a longer walk joins its
    ends (Aho, Garey and Ullman, 1972). Takes O(V E) steps, on 64 bits at a time; which nodes are
    reached is kept in bits, V / 8 bytes for each node whose predecessors still ask for them.

    Raises
    ------
    CycleError
        If the graph has a cycle: then there may be several.

    Examples
    --------
    >>> list(transitive_reduction(DiGraph([(1, 2), (2, 3), (1, 3), (1, 2)])).edges())
    [(1, 2), (2, 3)]
    """
    require_digraph(graph)
    order = [i for generation in _generations(graph) for i in generation]
    place = {i: k for k, i in enumerate(order)}
    awaited = graph._in_degree.copy()  # by so many edges, which are still to be looked at
    reach: dict[int, int] = {}  # bit k of reach[i]: does a walk lead from i to order[k]?
    kept: list[list[int]] = [[] for _ in order]
    for i in reversed(order):
        reached = 1 << place[i]
        for j in sorted(graph._heads[i], key=place.__getitem__):  # nearest first
            if not reached >> place[j] & 1:
                reached |= reach[j]
                kept[i].append(j)
            awaited[j] -= 1
            if not awaited[j]:
                del reach[j]
        if awaited[i]:
            reach[i] = reached
    nodes = graph.nodes
    edges = ((nodes[i], nodes[j]) for i, heads in enumerate(kept) for j in heads)
    return DiGraph(edges, nodes)
