"""What lies before, behind and between nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlbook.graph.digraph import DiGraph, Node, require_digraph
from dlbook.graph.given import number, shown
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


def descendants(graph: DiGraph[Node], *nodes: Node) -> set[Node]:
    """Return the nodes that a walk from one of these reaches, without these themselves.

    Raises
    ------
    ValueError
        If one of them is not a node of the graph.

    Examples
    --------
    >>> graph = DiGraph([(1, 2), (2, 3), (4, 3), (4, 5)])
    >>> descendants(graph, 1), descendants(graph, 1, 4)
    ({2, 3}, {2, 3, 5})
    """
    require_digraph(graph)
    return _reached(graph, graph._heads, nodes)


def ancestors(graph: DiGraph[Node], *nodes: Node) -> set[Node]:
    """Return the nodes from which a walk reaches one of these, without these themselves.

    Raises
    ------
    ValueError
        If one of them is not a node of the graph.

    Examples
    --------
    >>> graph = DiGraph([(1, 2), (2, 3), (4, 3), (4, 5)])
    >>> ancestors(graph, 3), ancestors(graph, 2, 5)
    ({1, 2, 4}, {1, 4})
    """
    require_digraph(graph)
    return _reached(graph, graph._tails, nodes)


def _reached(
    graph: DiGraph[Node], neighbours: list[list[int]], nodes: tuple[Node, ...]
) -> set[Node]:
    starts = {graph._number(node) for node in nodes}
    seen = starts.copy()
    waiting = list(starts)
    while waiting:
        for i in neighbours[waiting.pop()]:
            if i not in seen:
                seen.add(i)
                waiting.append(i)
    return {graph.nodes[i] for i in seen - starts}


def longest_path(
    graph: DiGraph[Node],
    weights: Mapping[tuple[Node, Node], Any] | Sequence[Any] | None = None,
) -> list[Node]:
    """Return the nodes of a path whose edges weigh the most; of a graph without nodes, none.

    Parameters
    ----------
    graph
        Without cycles.
    weights
        Edge to its weight, ``{(tail, head): weight}``; or one weight for each edge, in the order
        of `DiGraph.edges`, which tells parallel edges apart. By default each weighs 1. A path of
        one node weighs 0, so where all weights are negative, no edge is taken.

    Raises
    ------
    CycleError
        If the graph has a cycle: then there are walks of any length.
    ValueError
        If weights are missing, too many, not finite, or of something that is not an edge.

    Examples
    --------
    >>> graph = DiGraph([(1, 2), (2, 3), (1, 3), (3, 4), (5, 4)])
    >>> longest_path(graph)
    [1, 2, 3, 4]
    >>> longest_path(graph, {(1, 2): 1, (2, 3): 1, (1, 3): 5, (3, 4): 1, (5, 4): 9})
    [5, 4]
    """
    require_digraph(graph)
    of = iter(_weights(graph, weights))
    weight = [[next(of) for _ in heads] for heads in graph._heads]
    far, before = [0] * len(graph), [-1] * len(graph)
    order = [i for generation in _generations(graph) for i in generation]
    for i in order:
        for j, more in zip(graph._heads[i], weight[i], strict=True):
            if far[i] + more > far[j]:
                far[j], before[j] = far[i] + more, i
    path = [max(order, key=far.__getitem__)] if order else []
    while path and before[path[-1]] >= 0:
        path.append(before[path[-1]])
    return [graph.nodes[i] for i in reversed(path)]


def _weights(
    graph: DiGraph[Node], weights: Mapping[tuple[Node, Node], Any] | Sequence[Any] | None
) -> list[Any]:
    """Return the weight of each edge, in their order."""
    edges = list(graph.edges())
    if weights is None:
        return [1] * len(edges)
    if isinstance(weights, Mapping):
        known = set(edges)
        for edge in weights:
            if edge not in known:
                raise ValueError(f"weights: {shown(edge)} is not an edge of the graph")
        for edge in edges:
            if edge not in weights:
                raise ValueError(f"weights has nothing for the edge {shown(edge)}")
        return [number(f"weights[{shown(edge)}]", weights[edge]) for edge in edges]
    if len(weights) != len(edges):
        raise ValueError(
            f"weights has {len(weights)} entries; expected one for each of {len(edges)} edges"
        )
    return [number(f"weights[{k}]", weight) for k, weight in enumerate(weights)]


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
