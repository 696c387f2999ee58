"""Graphs of many millions of edges: two arrays, sorted a generation at a time."""

from __future__ import annotations

import operator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlbook.graph.digraph import CycleError, DiGraph, require_digraph
from dlbook.graph.given import shown

__all__ = ["CSRGraph"]

MOST = np.iinfo(np.intp).max // 16  # nodes: their bytes can be counted no further
THIN = 20  # fewer nodes than this cost less in a loop than in a dozen calls of NumPy


class CSRGraph:
    """A directed graph on the nodes 0 to n - 1, as compressed sparse rows.

    It says the same as a `DiGraph` of numbers, in less space: parallel edges count, self-loops are
    allowed, and its orders are those of `topological_sort` and `topological_generations`, as
    arrays. It does not change once it is built.

    Parameters
    ----------
    edges
        Shape ``(m, 2)``, integers: tail and head of each edge.
    n
        How many nodes there are; if not given, as many as `edges` need.

    Attributes
    ----------
    indptr, indices
        Shapes ``(n + 1,)`` and ``(m,)``. The edges that leave node i lead to
        ``indices[indptr[i] : indptr[i + 1]]``, in the order in which they were given. Both are
        read-only.

    Raises
    ------
    ValueError
        If `edges` has another shape or dtype, names a node that is not there, or `n` is negative
        or larger than any memory.

    Notes
    -----
    A node takes 16 bytes, an edge 8. While a graph is sorted it is 16 more for a node, and some 50
    for each node of the widest generation and each edge out of it.

    Examples
    --------
    >>> graph = CSRGraph([(0, 2), (1, 2), (0, 2)], n=4)
    >>> graph
    CSRGraph of 4 nodes and 3 edges
    >>> graph.indptr, graph.indices
    (array([0, 2, 3, 3, 3]), array([2, 2, 2]))
    """

    def __init__(self, edges: ArrayLike, n: int | None = None) -> None:
        try:
            ends = np.asarray(edges)
        except ValueError as error:
            raise ValueError(f"edges is not an array: {shown(error, 80)}") from None
        if ends.ndim == 0:
            sparse = hasattr(edges, "tocoo")
            how = "np.stack(matrix.nonzero(), axis=1)" if sparse else "list(edges)"
            raise ValueError(
                f"edges is {shown(edges)}; expected an array of shape (m, 2): {how} makes one"
            )
        if ends.shape == (0,):  # an empty list
            ends = np.empty((0, 2), np.intp)
        if ends.ndim != 2 or ends.shape[1] != 2:
            raise ValueError(
                f"edges has shape {ends.shape}; expected (m, 2), a tail and a head each"
            )
        if ends.dtype.kind not in "iu":
            raise ValueError(f"edges has dtype {ends.dtype}; expected integers, the nodes' numbers")
        if n is None:
            n = int(ends.max()) + 1 if ends.size else 0
        elif operator.index(n) < 0:
            raise ValueError(f"n is {n}; expected a number of nodes, ≥ 0")
        if n > MOST:
            raise ValueError(
                f"there would be {n} nodes, 0 to {n - 1}, at 16 bytes each; nodes are numbered "
                "without gaps: np.unique(edges, return_inverse=True) does it"
            )
        outside = (ends < 0) | (ends >= n)
        if outside.any():
            k = int(outside.any(axis=1).argmax())
            edge = tuple(ends[k].tolist())
            expected = f"nodes from 0 to {n - 1}" if n else "no edges, as n is 0"
            raise ValueError(f"edges[{k}] is {edge}; expected {expected}")
        tails, heads = ends.astype(np.intp, copy=False).T
        self.indptr: NDArray[np.intp] = np.zeros(n + 1, np.intp)
        np.cumsum(np.bincount(tails, minlength=n), out=self.indptr[1:])
        self.indices: NDArray[np.intp] = heads[np.argsort(tails, kind="stable")]
        self._in_degree = np.bincount(heads, minlength=n)
        self._lock()

    def _lock(self) -> None:
        for array in (self.indptr, self.indices, self._in_degree):
            array.flags.writeable = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the arrays of a pickle or a deep copy, which come back writeable."""
        self.__dict__.update(state)
        self._lock()

    @classmethod
    def from_digraph(cls, graph: DiGraph[Any]) -> CSRGraph:
        """Build the same graph on numbers: node i is ``graph.nodes[i]``.

        Examples
        --------
        >>> graph = DiGraph([("a", "c"), ("b", "c")])
        >>> CSRGraph.from_digraph(graph).edges().tolist()
        [[0, 1], [2, 1]]
        """
        require_digraph(graph)
        tails = np.repeat(np.arange(len(graph)), [len(heads) for heads in graph._heads])
        heads = np.fromiter((j for heads in graph._heads for j in heads), np.intp, len(tails))
        return cls(np.stack([tails, heads], axis=1), len(graph))

    def edges(self) -> NDArray[np.intp]:
        """Return all edges, shape ``(m, 2)``, tails in the order of the nodes."""
        tails = np.repeat(np.arange(len(self)), np.diff(self.indptr))
        return np.stack([tails, self.indices], axis=1)

    @property
    def number_of_edges(self) -> int:
        """How many edges there are, parallel ones counted."""
        return len(self.indices)

    def topological_sort(self) -> NDArray[np.intp]:
        """Return the nodes in the order of `dlbook.graph.topological_sort`, shape ``(n,)``.

        Raises
        ------
        CycleError
            If the graph has a cycle; the error carries it.

        Examples
        --------
        >>> CSRGraph([(2, 3), (0, 1), (1, 3)]).topological_sort()
        array([0, 2, 1, 3])
        """
        return self._kahn()[0]

    def topological_generations(self) -> list[NDArray[np.intp]]:
        """Return the generations of `dlbook.graph.topological_generations`, each an array.

        Raises
        ------
        CycleError
            If the graph has a cycle.

        Examples
        --------
        >>> CSRGraph([(0, 1), (1, 2), (0, 2), (3, 2)]).topological_generations()
        [array([0, 3]), array([1]), array([2])]
        """
        order, bounds = self._kahn()
        return [order[begin:end] for begin, end in pairwise(bounds)]

    def find_cycle(self) -> list[tuple[int, int]] | None:
        """Return the edges of a cycle, each beginning where the one before ends; ``None`` without.

        Examples
        --------
        >>> CSRGraph([(0, 1), (1, 2), (2, 1)]).find_cycle()
        [(1, 2), (2, 1)]
        """
        try:
            self._kahn()
        except CycleError as error:
            return error.cycle
        return None

    def _kahn(self) -> tuple[NDArray[np.intp], list[int]]:
        """Return the nodes in order, and the places at which generations begin, and the last ends.

        A generation of many nodes is done in a few calls of NumPy; one of few nodes in a loop,
        which needs no conversion, since memoryviews read and write the entries of the same arrays
        (three times as fast as indexing an array does).
        """
        order = np.empty(len(self), np.intp)
        left = self._in_degree.copy()  # of a node's in-degree; of no meaning once it is listed
        starts, heads = self.indptr.data, self.indices.data
        order_at, left_at = order.data, left.data
        sources = np.flatnonzero(left == 0)
        end = len(sources)
        order[:end] = sources
        bounds = [0]
        while bounds[-1] < end:
            begin = bounds[-1]
            bounds.append(end)
            if end - begin < THIN:
                for i in order_at[begin:end]:
                    for j in heads[starts[i] : starts[i + 1]]:
                        left_at[j] = remains = left_at[j] - 1
                        if not remains:
                            order_at[end] = j
                            end += 1
            else:
                following = self._scan(order[begin:end], left)
                order[end : end + len(following)] = following
                end += len(following)
        if end < len(self):
            raise CycleError(self._cycle_without(order[:end]))
        return order, bounds

    def _scan(self, generation: NDArray[np.intp], left: NDArray[np.intp]) -> NDArray[np.intp]:
        """Scan the edges that leave a generation; return the nodes that become ready, in order."""
        starts = self.indptr[generation]
        counts = self.indptr[generation + 1] - starts
        ends = counts.cumsum()
        # The k-th edge out of the generation is edge k + shift of the graph.
        shift = np.repeat(starts - (ends - counts), counts)
        heads = self.indices[np.arange(ends[-1]) + shift]
        np.subtract.at(left, heads, 1)
        # A node is here as often as it has edges in this generation. As in the loop, it joins at
        # the last of them.
        ready = heads[left[heads] == 0]
        place = np.arange(len(ready))
        np.maximum.at(left, ready, place)
        joins: NDArray[np.intp] = ready[left[ready] == place]
        return joins

    def _cycle_without(self, listed: NDArray[np.intp]) -> list[tuple[int, int]]:
        """Return a cycle among the nodes that are not listed, into each of which one of them leads.

        Walking backwards, a node comes again: the proof that a finite DAG has a source.
        """
        among = np.ones(len(self), bool)
        among[listed] = False
        edges = self.edges()
        tails, heads = edges[among[edges].all(axis=1)].T
        before = np.empty(len(self), np.intp)
        before[heads] = tails  # of several tails, one
        place: dict[int, int] = {}
        node = int(tails[0])
        while node not in place:
            place[node] = len(place)
            node = int(before[node])
        backwards = list(place)[place[node] :]
        return list(pairwise([node, *reversed(backwards)]))

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def __repr__(self) -> str:
        return f"CSRGraph of {len(self)} nodes and {self.number_of_edges} edges"
