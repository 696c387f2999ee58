"""Instances of the book's theorems on graphs: random ones, and some that are infinite."""

from itertools import chain, count, permutations, repeat
from math import inf

import networkx as nx
from strategies import dags, digraphs, networkx

__all__ = [
    "Integers",
    "Naturals",
    "NaturalsAndLoop",
    "Parallel",
    "ParallelAndLoop",
    "Points",
    "PointsAndLoop",
    "UpToZero",
    "dags",
    "digraphs",
    "is_acyclic",
    "is_finite",
    "leads_forward",
    "networkx",
    "size",
    "some_order",
]


class Integers:
    """The graph on all integers with an edge from n to n + 1 for each.

    It is acyclic, since edges increase the number. To shift all numbers changes nothing: what
    holds of the vertex 0 holds of every vertex, and it alone stands for all when we go through
    them.
    """

    def __iter__(self):
        return iter([0])

    def in_degree(self, n):
        return len(self.predecessors(n))

    def predecessors(self, n):
        return [n - 1]

    def successors(self, n):
        return [n + 1]


class Naturals(Integers):
    """The same on 0, 1, 2, … alone. The vertex 1 stands for all but 0."""

    def __iter__(self):
        return iter([0, 1])

    def predecessors(self, n):
        return [n - 1] if n else []


class UpToZero(Integers):
    """The same on …, -2, -1, 0 alone. The vertex -1 stands for all but 0."""

    def __iter__(self):
        return iter([0, -1])

    def successors(self, n):
        return [n + 1] if n else []


class NaturalsAndLoop(Naturals):
    """The numbers 0, 1, 2, … with their edges, and then a vertex with a self-loop."""

    def __iter__(self):
        return iter([0, 1, "beside"])

    def predecessors(self, v):
        return [v] if v == "beside" else super().predecessors(v)

    def successors(self, v):
        return [v] if v == "beside" else super().successors(v)


class Points(Integers):
    """The vertices 0, 1, 2, … and no edges: V is infinite, E is finite."""

    def __iter__(self):
        return count()

    def predecessors(self, n):
        return []

    successors = predecessors


class Parallel:
    """Two vertices, and infinitely many edges from u to v: V is finite, E is infinite."""

    def __iter__(self):
        return iter("uv")

    def __len__(self):
        return 2

    def in_degree(self, v):
        return inf if v == "v" else 0

    def predecessors(self, v):
        return repeat("u") if v == "v" else []

    def successors(self, u):
        return repeat("v") if u == "u" else []


class PointsAndLoop(Points, NaturalsAndLoop):
    """The vertices 0, 1, 2, … without edges, and then a vertex with a self-loop."""

    def successors(self, v):
        return [v] if v == "beside" else []

    predecessors = successors


class ParallelAndLoop(Parallel):
    """Infinitely many edges from u to v, and then a self-loop at u."""

    def in_degree(self, v):
        return inf if v == "v" else 1

    def predecessors(self, v):
        return repeat("u") if v == "v" else ["u"]

    def successors(self, u):
        return chain(repeat("v"), "u") if u == "u" else []


def size(graph):
    """Return the number of vertices."""
    return inf if isinstance(graph, Integers) else len(graph)


def is_finite(graph):
    """Whether there are finitely many vertices and edges."""
    return not isinstance(graph, Integers | Parallel)


def is_acyclic(graph):
    """Judge by networkx; of the infinite graphs of this file those are that have no loop."""
    if isinstance(graph, Integers | Parallel):
        return not isinstance(graph, NaturalsAndLoop | ParallelAndLoop)
    return nx.is_directed_acyclic_graph(networkx(graph))


def leads_forward(graph, order):
    """Whether a list is a topological order, by the words of the definition."""
    order = list(order)
    return sorted(order) == sorted(graph) and all(
        order.index(tail) < order.index(head) for tail, head in graph.edges()
    )


def some_order(graph):
    """Return a topological order found by trying all lists; None if there is none."""
    return next((order for order in permutations(graph) if leads_forward(graph, order)), None)
