"""The directed graph that everything else in this subpackage walks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Set
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlbook.graph.given import iterated, pair, plain, refuse_unhashable, shown

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
        names = [shown(tail, 24) for tail, _ in self.cycle]
        if len(names) > 10:
            names[5:-2] = [f"… {len(names) - 7} more …"]
        return "the graph has a cycle: " + " → ".join([*names, names[0]])


class OrderError(ValueError):
    """A list of nodes is not a topological order of a graph.

    Attributes
    ----------
    edge
        An edge (tail, head) whose head comes before its tail, or is its tail; ``None`` where
        nodes are missing, repeated or unknown.
    """

    def __init__(self, message: str, edge: tuple[Any, Any] | None = None) -> None:
        super().__init__(message)
        self.edge = edge


class DiGraph(Generic[Node]):
    """A finite directed graph, which may have parallel edges and self-loops.

    Nodes are numbered in the order in which they are first seen, and all else walks these numbers:
    sorting a graph hashes no node. A graph does not change once it is built.

    Parameters
    ----------
    edges
        Pairs (tail, head) of nodes, which are hashable, or an array of shape ``(m, 2)``. An edge
        counts as often as it is given. A set, which has no order of its own, is sorted.
    nodes
        Nodes in an order of your choice, ahead of those that only `edges` name; also the way to
        have nodes without edges. Scalars of NumPy become Python's: ``np.int64(3)`` is stored as 3.

    Raises
    ------
    TypeError
        If a node is not hashable, or `edges` is a mapping (see `from_successors`), a graph, or
        nothing that can be iterated over.
    ValueError
        If an edge is not a pair.

    Notes
    -----
    A node takes 150 bytes, besides itself. An edge is a reference in the list of its tail, and
    takes 9 to 20 bytes: less the more there are in a list, which keeps room to grow. Predecessors
    and ancestors, once asked for, have the edges stored a second time, by their heads; then it is
    220 bytes per node and 18 to 40 per edge. `CSRGraph` takes 16 and 8.

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
            node = plain(node)
            numbers[node] = len(heads)
            heads.append([])
            in_degree.append(0)
            return numbers[node]

        for node in _nodes_of(nodes):
            try:
                if node not in numbers:
                    new_number(node)
            except TypeError as error:
                refuse_unhashable(error, node)
        for edge in _edges_of(edges):
            tail, head = edge if type(edge) is tuple and len(edge) == 2 else pair(edge)
            try:
                i = numbers[tail] if tail in numbers else new_number(tail)
                j = numbers[head] if head in numbers else new_number(head)
            except TypeError as error:
                refuse_unhashable(error, tail, head)
            heads[i].append(j)
            in_degree[j] += 1
        self._numbers = numbers
        self._heads = heads
        self._in_degree = in_degree

    @classmethod
    def from_successors(cls, successors: Mapping[Node, Iterable[Node]]) -> DiGraph[Node]:
        """Build the graph of ``{node: its successors}``.

        Successors in a set are sorted; of a mapping, the keys are taken. What is written as
        ``{node: what it depends on}`` is for `from_dependencies`.

        Raises
        ------
        TypeError
            If this is not a mapping, or successors are text, which would be taken apart, or not
            iterable.

        Examples
        --------
        >>> DiGraph.from_successors({"a": ["b", "b"], "b": []}).number_of_edges
        2
        """
        given = _listed("successors", successors)
        return cls(((tail, head) for tail, heads in given.items() for head in heads), given)

    @classmethod
    def from_dependencies(cls, dependencies: Mapping[Node, Iterable[Node]]) -> DiGraph[Node]:
        """Build the graph of ``{node: what it depends on}``, as `graphlib` and build tools write.

        An edge leads from each node to those that need it: `topological_sort` puts what is needed
        first. Sets are sorted.

        Raises
        ------
        TypeError
            As `from_successors` does.

        Examples
        --------
        >>> graph = DiGraph.from_dependencies({"shoes": {"socks", "trousers"}, "coat": ["shoes"]})
        >>> list(graph.edges())
        [('shoes', 'coat'), ('socks', 'shoes'), ('trousers', 'shoes')]
        """
        given = _listed("dependencies", dependencies)
        return cls(((tail, head) for head, tails in given.items() for tail in tails), given)

    @classmethod
    def from_adjacency(cls, matrix: ArrayLike) -> DiGraph[int]:
        """Build the graph with as many edges from i to j as ``matrix[i, j]`` says.

        Parameters
        ----------
        matrix
            Shape ``(n, n)``: integers ≥ 0, in whatever dtype, or booleans; an array, or a sparse
            one of SciPy. The nodes are 0 to n - 1.

        Raises
        ------
        ValueError
            If the matrix is anything else, or asks for more edges than 2³¹.

        Examples
        --------
        >>> list(DiGraph.from_adjacency([[0, 2], [0, 1]]).edges())
        [(0, 1), (0, 1), (1, 1)]
        """
        n, places, counts = _entries(matrix)
        repeats = _numbers_of_edges(places, counts)
        return DiGraph(np.repeat(places, repeats, axis=0).tolist(), nodes=range(n))

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

    def subgraph(self, nodes: Iterable[Node]) -> DiGraph[Node]:
        """Return the graph of some of the nodes and all edges between them, in the same order.

        Raises
        ------
        ValueError
            If one of them is not a node of the graph.

        Examples
        --------
        >>> graph = DiGraph([("melt", "mix"), ("mix", "fry"), ("heat", "fry")])
        >>> list(graph.subgraph(["fry", "mix"]).edges())
        [('mix', 'fry')]
        """
        kept = {self._number(node) for node in _nodes_of(nodes)}
        names = self.nodes
        edges = ((names[i], names[j]) for i in sorted(kept) for j in self._heads[i] if j in kept)
        return DiGraph(edges, (names[i] for i in sorted(kept)))

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
            raise ValueError(f"{shown(node)} is not a node of the graph") from None

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


def require_digraph(graph: object) -> None:
    """Raise `TypeError`, which says how to make one, unless this is a `DiGraph`."""
    if isinstance(graph, DiGraph):
        return
    if hasattr(graph, "indptr"):
        how = "DiGraph(map(tuple, graph.edges().tolist()), nodes=range(len(graph)))"
    elif hasattr(graph, "edges"):
        how = "DiGraph(graph.edges(), nodes=graph)"
    elif isinstance(graph, Mapping):
        how = "DiGraph.from_successors(graph)"
    else:
        how = "DiGraph(edges)"
    raise TypeError(f"graph is a {_kind(graph)}; expected a dlbook.graph.DiGraph: {how} makes one")


def _kind(value: object) -> str:
    """Return the name of a value's type, with the package that it is from."""
    package = type(value).__module__.partition(".")[0]
    return f"{package}.{type(value).__name__}".removeprefix("builtins.")


def _nodes_of(nodes: Iterable[Node]) -> Iterable[Node]:
    if isinstance(nodes, np.ndarray):
        nodes = nodes.tolist()
    return iterated("nodes", nodes, "nodes, such as ['a', 'b']")


def _edges_of(edges: Any) -> Iterable[Any]:
    """Return the edges that were given, if it is edges that were given."""
    if hasattr(edges, "edges"):
        twice = hasattr(edges, "is_directed") and not edges.is_directed()
        first = "; of an undirected graph first take graph.to_directed()" if twice else ""
        raise TypeError(
            f"edges is a graph, a {_kind(edges)}; expected pairs (tail, head): "
            f"DiGraph(graph.edges(), nodes=graph){first}"
        )
    # The edges of a networkx graph are both a mapping, of edges to their data, and a set.
    if isinstance(edges, Mapping) and not isinstance(edges, Set):
        raise TypeError(
            f"edges is a {_kind(edges)}; expected pairs (tail, head). "
            "DiGraph.from_successors takes {node: its successors}, "
            "DiGraph.from_dependencies {node: what it depends on}"
        )
    if hasattr(edges, "tocoo"):
        raise TypeError(
            f"edges is a {_kind(edges)}; expected pairs (tail, head). "
            "DiGraph.from_adjacency takes a matrix"
        )
    if hasattr(edges, "__array__"):
        array = np.asarray(edges)
        if array.shape[:1] != (0,) and (array.ndim != 2 or array.shape[1] != 2):
            square = array.ndim == 2 and len(set(array.shape)) == 1
            hint = "; DiGraph.from_adjacency takes a matrix" if square else ""
            raise ValueError(
                f"edges has shape {array.shape}; expected (m, 2), a tail and a head each{hint}"
            )
        return array.tolist()  # type: ignore[no-any-return]
    return iterated("edges", edges, "pairs (tail, head), such as [('a', 'b')]")


def _listed(name: str, mapping: Any) -> dict[Any, Iterable[Any]]:
    """Return each key of a mapping with the nodes that it is mapped to."""
    if not isinstance(mapping, Mapping):
        raise TypeError(
            f"{name} is a {_kind(mapping)}; expected a mapping {{node: its {name}}}"
            + _advice(mapping)
        )
    return {
        node: iterated(
            f"{name}[{shown(node)}]",
            given.tolist() if isinstance(given, np.ndarray) else given,
            f"nodes, such as [{shown(given)}]",
        )
        for node, given in mapping.items()
    }


def _advice(given: Any) -> str:
    """Return how a graph is made from another one."""
    return ": DiGraph(graph.edges(), nodes=graph) makes one" if hasattr(given, "edges") else ""


def _entries(matrix: Any) -> tuple[int, NDArray[np.intp], NDArray[Any]]:
    """Return the size of a square matrix, and its entries ≠ 0: their places, row by row, and they.

    Shapes ``(k, 2)`` and ``(k,)``.
    """
    sparse = hasattr(matrix, "tocoo")
    if not sparse:
        if hasattr(matrix, "edges"):
            raise ValueError(f"matrix is a {_kind(matrix)}; expected numbers{_advice(matrix)}")
        try:
            matrix = np.asarray(
                matrix.filled(0) if isinstance(matrix, np.ma.MaskedArray) else matrix
            )
        except ValueError as error:
            raise ValueError(f"matrix is not an array: {shown(error, 80)}") from None
        if matrix.shape == (0,):  # an empty list
            matrix = matrix.reshape(0, 0)
    if len(matrix.shape) != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"matrix has shape {matrix.shape}; expected (n, n)")
    if matrix.dtype.kind not in "biuf":
        raise ValueError(f"matrix has dtype {matrix.dtype}; expected integers or booleans")
    if sparse:
        matrix = matrix.tocoo(copy=True)
        matrix.sum_duplicates()
        by_row = np.lexsort((matrix.col, matrix.row))
        places, entries = np.stack([matrix.row, matrix.col], axis=1)[by_row], matrix.data[by_row]
    else:
        places, entries = np.argwhere(matrix), matrix[matrix != 0]
    return matrix.shape[0], places, entries


def _numbers_of_edges(places: NDArray[np.intp], entries: NDArray[Any]) -> NDArray[np.intp]:
    """Return entries of a matrix as integers, if they are numbers of edges that can be stored."""
    with np.errstate(invalid="ignore"):  # ∞ % 1 is NaN, and not 0
        unfit = ~((entries >= 0) & (entries < 2**31) & (entries % 1 == 0))
    if unfit.any():
        (i, j), entry = places[unfit][0], entries[unfit][0]
        raise ValueError(
            f"matrix[{i}, {j}] is {entry}; expected a number of edges, an integer ≥ 0 and < 2³¹. "
            "Of weights, matrix != 0 makes one edge each"
        )
    repeats = entries.astype(np.intp)
    if repeats.sum() >= 2**31:
        raise ValueError(f"matrix asks for {repeats.sum()} edges; expected fewer than 2³¹")
    return repeats
