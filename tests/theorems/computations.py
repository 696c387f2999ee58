"""Instances of the book's theorems on computations: random graphs with operations."""

from copy import deepcopy

from hypothesis import strategies as st
from instances import dags

from dlbook.graph import DiGraph

__all__ = ["Computation", "are_functions", "computations", "topological_orders", "walks_to"]


class Computation:
    """A graph, each vertex with an operation and its operands in order.

    Attributes
    ----------
    operands
        Vertex to its operands, a parallel edge as often as it is there.
    operations
        Vertex to a function of as many values.
    inputs
        Source to its value.
    performed
        How often an operation was performed, or an input given its value.
    """

    def __init__(self, operands, operations, inputs):
        self.operands, self.operations, self.inputs = operands, operations, inputs
        edges = [(u, v) for v in operands for u in operands[v]]
        self.graph = DiGraph(edges, nodes=operands)
        self.performed = 0

    def value(self, v, values):
        """Return the value that vertex `v` gets from those of its operands."""
        self.performed += 1
        given = [values[u] for u in self.operands[v]]
        return self.operations[v](*given) if given else self.inputs[v]

    def evaluate(self, order):
        """Return the value of each vertex, given one at a time."""
        values = {}
        for v in order:
            values[v] = self.value(v, values)
        return values

    def is_evaluation(self, values):
        """Whether values satisfy all equations at once."""
        return all(values[v] == self.value(v, values) for v in self.operands)


def are_functions(computation, values=range(3)):
    """Whether every operation returns the same twice, on a few values, and changes none."""

    def is_function(operation, value, arity):
        first, second = ([deepcopy(value) for _ in range(arity)] for _ in range(2))
        same = operation(*first) == operation(*second)
        return same and first == [value] * arity

    return all(
        is_function(operation, value, arity)
        for v, operation in computation.operations.items()
        if (arity := len(computation.operands[v]))
        for value in values
    )


def _weighted(weights, shift):
    def operation(*values):  # operands are not interchangeable, and results do not grow
        pairs = zip(weights, values, strict=False)
        return (shift + sum(w * x for w, x in pairs)) % 101

    return operation


@st.composite
def computations(draw, max_nodes=6):
    """Draw a finite acyclic computation graph with random operations on 0, …, 100."""
    graph = draw(dags(max_nodes=max_nodes))
    operands = {v: draw(st.permutations(list(graph.predecessors(v)))) for v in graph}
    number = st.integers(0, 100)
    operations = {
        v: _weighted(draw(st.lists(number, min_size=12, max_size=12)), draw(number)) for v in graph
    }
    return Computation(operands, operations, {v: draw(number) for v in graph if not operands[v]})


def topological_orders(graph):
    """Return all topological orders, by trying sources; none if there is a cycle."""

    def further(begun):
        if len(begun) == len(graph):
            yield begun
        for v in graph:
            if v not in begun and all(u in begun for u in graph.predecessors(v)):
                yield from further([*begun, v])

    return further([])


def walks_to(graph, r, *, parallel=True, longest=None):
    """Return how many walks lead from each vertex to `r`, by powers of the matrix of edges.

    Parallel edges can be counted once, and walks longer than `longest` left out.
    """
    nodes = list(graph)
    edges = list(graph.edges()) if parallel else list(dict.fromkeys(graph.edges()))
    layer, total = {v: int(v == r) for v in nodes}, {v: int(v == r) for v in nodes}
    for _ in nodes if longest is None else range(longest):
        layer = {v: sum(layer[head] for tail, head in edges if tail == v) for v in nodes}
        total = {v: total[v] + layer[v] for v in nodes}
    return total
