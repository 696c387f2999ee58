"""Graphs of other tools: networkx and dot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlbook.graph.digraph import DiGraph, Node, require_digraph

__all__ = ["from_networkx", "to_dot", "to_networkx"]


def from_networkx(graph: Any) -> DiGraph[Any]:
    """Return the graph that a directed graph or multigraph of networkx is, without its data.

    Raises
    ------
    TypeError
        If it is undirected, or not a graph of networkx.

    Examples
    --------
    >>> import networkx
    >>> from_networkx(networkx.MultiDiGraph([(1, 2), (1, 2)])).number_of_edges
    2
    """
    if not hasattr(graph, "is_directed"):
        raise TypeError(f"graph is a {type(graph).__name__}; expected one of networkx")
    if not graph.is_directed():
        raise TypeError("graph is undirected; graph.to_directed() has an edge in each direction")
    return DiGraph(graph.edges(), graph)


def to_networkx(graph: DiGraph[Any]) -> Any:
    """Return the same graph as a ``networkx.MultiDiGraph``.

    Nodes and edges are in the same order, parallel edges and self-loops are kept.

    Raises
    ------
    ModuleNotFoundError
        If networkx is not installed.

    Examples
    --------
    >>> to_networkx(DiGraph([(1, 2), (1, 2)])).number_of_edges(1, 2)
    2
    """
    require_digraph(graph)
    try:
        import networkx
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "networkx is not installed; pip install networkx installs it", name="networkx"
        ) from None
    other = networkx.MultiDiGraph()
    other.add_nodes_from((node, {}) for node in graph)  # a pair alone would be a node and its data
    other.add_edges_from(((tail, head, {}) for tail, head in graph.edges()))
    return other


def to_dot(graph: DiGraph[Node], labels: Mapping[Node, str] | None = None) -> str:
    """Return the text that Graphviz draws the graph from; edges lead to the right.

    Nodes go by their indices, since names of two nodes may read the same.

    Parameters
    ----------
    graph
        Any graph.
    labels
        Node to its text; by default ``str(node)``.

    Raises
    ------
    ValueError
        If there is a label for something that is not a node.

    Examples
    --------
    >>> print(to_dot(DiGraph([("mix", "fry")])))
    digraph {
      rankdir=LR
      node [shape=box]
      0 [label="mix"]
      1 [label="fry"]
      0 -> 1
    }
    """
    require_digraph(graph)
    for node in labels or ():
        graph._number(node)
    texts: dict[Node, object] = dict(zip(graph, graph, strict=True)) | dict(labels or {})
    lines = [f"  {i} [label={_quoted(str(texts[node]))}]" for i, node in enumerate(graph)]
    lines += [f"  {i} -> {j}" for i, heads in enumerate(graph._heads) for j in heads]
    return "\n".join(["digraph {", "  rankdir=LR", "  node [shape=box]", *lines, "}"])


def _quoted(text: str) -> str:
    """Return text as a label that dot shows as it is."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    # Dot reads the names of characters in a label, such as &amp;.
    return f'"{escaped.replace("&", "&amp;")}"'
