"""The directed graph that everything else in this room walks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["CycleError", "DiGraph", "OrderError"]

Node = TypeVar("Node", bound=Hashable)


class CycleError(ValueError):
    """A graph has a cycle, where none may be.

    Attributes
    ----------
    cycle
        Its edges in order, as pairs: each begins where the one before ends, the first where
        the last ends. Anyone can check it against the graph.
    """

    def __init__(self, cycle: list[tuple[Any, Any]]) -> None:
        super().__init__(cycle)
        self.cycle = cycle

    def __str__(self) -> str:
        names = [repr(tail) for tail, _ in self.cycle]
        if len(names) > 10:
            names[5:-2] = [f"… {len(names) - 7} more …"]
        return "the graph has a cycle: " + " → ".join([*names, names[0]])


class OrderError(ValueError):
    """A list of nodes is no topological order of a graph.

    Attributes
    ----------
    edge
        An edge (tail, head) whose head stands before its tail, or is its tail; ``None`` where
        nodes are missing, repeated or unknown.
    """

    def __init__(self, message: str, edge: tuple[Any, Any] | None = None) -> None:
        super().__init__(message)
        self.edge = edge


class DiGraph(Generic[Node]):
    """A finite directed graph, which may have parallel edges and self-loops.

    Nodes are numbered in the order in which they are first seen, and all else walks these numbers:
    to sort a graph hashes no node. A graph does not change once it is built.

    Parameters
    ----------
    edges
        Pairs (tail, head) of nodes, which are hashable. An edge counts as often as it is given.
    nodes
        Nodes in an order of your choice, ahead of those that only `edges` name; also the way to
        have nodes without edges.

    Raises
    ------
    TypeError
        If a node is not hashable, or `edges` is a mapping (see `from_successors`).
    ValueError
        If an edge is not a pair.

    Notes
    -----
    A node takes 150 bytes, besides itself. An edge is a reference in the list of its tail, and
    takes 9 to 20 bytes: less the more there are in a list, which keeps room to grow. Whoever asks
    for predecessors or ancestors has the edges stored a second time, by their heads; then it is 220
    bytes a node and 18 to 40 an edge. `CSRGraph` takes 16 and 8.

    Examples
    --------
    >>> graph = DiGraph([("socks", "shoes"), ("trousers", "shoes")], nodes=["hat"])
    >>> graph
    DiGraph of 4 nodes and 2 edges
    >>> graph.nodes
    ('hat', 'socks', 'shoes', 'trousers')
    """

    def __init__(self, edges: Iterable[tuple[Node, Node]] = (), nodes: Iterable[Node] = ()) -> None:
        numbers: dict[Node, int] = {}
        heads: list[list[int]] = []
        in_degree: list[int] = []

        def new_number(node: Node) -> int:
            numbers[node] = len(heads)
            heads.append([])
            in_degree.append(0)
            return numbers[node]

        if isinstance(edges, Mapping):
            raise TypeError(
                f"edges is a {type(edges).__name__}; expected pairs (tail, head). "
                "DiGraph.from_successors takes {node: its successors}"
            )
        try:
            for node in nodes:
                if node not in numbers:
                    new_number(node)
            for edge in edges:
                try:
                    tail, head = edge
                except (TypeError, ValueError):
                    raise ValueError(f"{edge!r} is no edge; expected a pair (tail, head)") from None
                i = numbers[tail] if tail in numbers else new_number(tail)
                j = numbers[head] if head in numbers else new_number(head)
                heads[i].append(j)
                in_degree[j] += 1
        except TypeError as error:
            if "unhashable" not in str(error):
                raise
            raise TypeError(f"nodes must be hashable: {error}; a tuple is, a list is not") from None
        self._numbers = numbers
        self._heads = heads
        self._in_degree = in_degree

    @classmethod
    def from_successors(cls, successors: Mapping[Node, Iterable[Node]]) -> DiGraph[Node]:
        """Build the graph of ``{node: its successors}``.

        `graphlib` and many tools write ``{node: what it depends on}``, which are the nodes
        *before* it: `reversed` turns that graph around.

        Raises
        ------
        TypeError
            If successors are given as a string, which would be taken apart.

        Examples
        --------
        >>> DiGraph.from_successors({"a": ["b", "b"], "b": []}).number_of_edges
        2
        """
        for node, heads in successors.items():
            if isinstance(heads, str):
                raise TypeError(
                    f"the successors of {node!r} are the string {heads!r}; "
                    f"expected nodes, such as [{heads!r}]"
                )
        edges = ((tail, head) for tail, heads in successors.items() for head in heads)
        return cls(edges, nodes=successors)

    @classmethod
    def from_adjacency(cls, matrix: ArrayLike) -> DiGraph[int]:
        """Build the graph with as many edges from i to j as ``matrix[i, j]`` says.

        Parameters
        ----------
        matrix
            Shape ``(n, n)``, integers ≥ 0 or booleans. The nodes are 0 to n - 1.

        Raises
        ------
        ValueError
            If the matrix is anything else.

        Examples
        --------
        >>> list(DiGraph.from_adjacency([[0, 2], [0, 1]]).edges())
        [(0, 1), (0, 1), (1, 1)]
        """
        counts = np.asarray(matrix)
        if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
            raise ValueError(f"matrix has shape {counts.shape}; expected (n, n)")
        if counts.dtype.kind not in "biu" and counts.size:
            raise ValueError(f"matrix has dtype {counts.dtype}; expected integers or booleans")
        if counts.size and counts.min() < 0:
            raise ValueError(f"matrix has an entry {counts.min()}; expected numbers of edges, ≥ 0")
        pairs = np.argwhere(counts)
        repeats = counts[counts != 0].astype(np.intp)
        return DiGraph(np.repeat(pairs, repeats, axis=0).tolist(), nodes=range(len(counts)))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes, in the order in which they were first given."""
        return tuple(self._numbers)

    def edges(self) -> Iterator[tuple[Node, Node]]:
        """Yield every edge (tail, head), tails in the order of the nodes."""
        nodes = self.nodes
        for tail, heads in zip(nodes, self._heads, strict=True):
            for head in heads:
                yield tail, nodes[head]

    @property
    def number_of_edges(self) -> int:
        """How many edges there are, parallel ones counted."""
        return sum(self._in_degree)

    def successors(self, node: Node) -> list[Node]:
        """Return the heads of the edges that leave a node, one for each edge."""
        return [self.nodes[head] for head in self._heads[self._number(node)]]

    def predecessors(self, node: Node) -> list[Node]:
        """Return the tails of the edges that enter a node, one for each edge."""
        return [self.nodes[tail] for tail in self._tails[self._number(node)]]

    def out_degree(self, node: Node) -> int:
        """Return how many edges leave a node."""
        return len(self._heads[self._number(node)])

    def in_degree(self, node: Node) -> int:
        """Return how many edges enter a node."""
        return self._in_degree[self._number(node)]

    def reversed(self) -> DiGraph[Node]:
        """Return the graph with every edge turned around, and the same nodes.

        Examples
        --------
        >>> list(DiGraph([(1, 2), (1, 3)]).reversed().edges())
        [(2, 1), (3, 1)]
        """
        return DiGraph(((head, tail) for tail, head in self.edges()), self.nodes)

    @cached_property
    def _tails(self) -> list[list[int]]:
        tails: list[list[int]] = [[] for _ in self._heads]
        for tail, heads in zip(self._numbers.values(), self._heads, strict=True):
            for head in heads:
                tails[head].append(tail)
        return tails

    def _number(self, node: Node) -> int:
        try:
            return self._numbers[node]
        except (KeyError, TypeError):  # a TypeError: it cannot be hashed, so it is no node
            raise ValueError(f"{node!r} is not a node of the graph") from None

    def __len__(self) -> int:
        return len(self._heads)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._numbers)

    def __contains__(self, node: object) -> bool:
        try:
            return node in self._numbers
        except TypeError:  # what cannot be hashed is no node
            return False

    def __eq__(self, other: object) -> bool:
        """Whether both have the same nodes and the same edges, in whatever order."""
        if not isinstance(other, DiGraph):
            return NotImplemented
        return self._numbers.keys() == other._numbers.keys() and (
            Counter(self.edges()) == Counter(other.edges())
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"DiGraph of {len(self)} nodes and {self.number_of_edges} edges"
