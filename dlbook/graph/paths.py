"""What lies before, behind and between nodes."""

from __future__ import annotations

from dlbook.graph.digraph import DiGraph, Node
from dlbook.graph.order import topological_sort

__all__ = ["ancestors", "descendants", "longest_path", "sinks", "sources", "transitive_reduction"]


def sources(graph: DiGraph[Node]) -> list[Node]:
    """Return the nodes that no edge enters, in the order of the graph.

    Examples
    --------
    >>> sources(DiGraph([(1, 2), (3, 2)]))
    [1, 3]
    """
    return [node for node in graph if not graph.in_degree(node)]


def sinks(graph: DiGraph[Node]) -> list[Node]:
    """Return the nodes that no edge leaves, in the order of the graph.

    Examples
    --------
    >>> sinks(DiGraph([(1, 2), (3, 2)]))
    [2]
    """
    return [node for node in graph if not graph.out_degree(node)]


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
    length = dict.fromkeys(topological_sort(graph), 0)  # of a longest path that ends here
    before: dict[Node, Node] = {}
    for node in length:
        for head in graph.successors(node):
            if length[head] < length[node] + 1:
                length[head] = length[node] + 1
                before[head] = node
    if not length:
        return []
    path = [max(length, key=length.__getitem__)]
    while path[-1] in before:
        path.append(before[path[-1]])
    return path[::-1]


def transitive_reduction(graph: DiGraph[Node]) -> DiGraph[Node]:
    """Return the graph with the fewest edges that leads from each node to the same ones.

    For a graph without cycles it is unique: an edge stays, once, unless a longer walk joins its
    ends (Aho, Garey and Ullman, 1972). Which nodes are reached is kept in bits: V² / 8 bytes.

    Raises
    ------
    CycleError
        If the graph has a cycle: then there may be several.

    Examples
    --------
    >>> list(transitive_reduction(DiGraph([(1, 2), (2, 3), (1, 3), (1, 2)])).edges())
    [(1, 2), (2, 3)]
    """
    place = {node: i for i, node in enumerate(topological_sort(graph))}
    # Bit i of reach[node] says whether a walk leads from the node to the one at place i.
    reach: dict[Node, int] = {}
    kept: dict[Node, list[Node]] = {}
    for node in reversed(place):
        reach[node] = 1 << place[node]
        kept[node] = []
        for head in sorted(graph.successors(node), key=place.__getitem__):  # nearest first
            if not reach[node] >> place[head] & 1:
                reach[node] |= reach[head]
                kept[node].append(head)
    return DiGraph.from_successors({node: kept[node] for node in graph})
