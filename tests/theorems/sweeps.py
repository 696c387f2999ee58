"""Programs of smooth operations, their backward sweep, and sums over paths, for chapter 13."""

import math
from itertools import product
from operator import add, mul

import networkx as nx
import numpy as np
from hypothesis import strategies as st

__all__ = [
    "OPERATIONS",
    "Loop",
    "Program",
    "approximates",
    "has_order",
    "is_order",
    "path_sum",
    "programs",
    "relu_with",
    "sweep",
    "twice_relu_with",
]

#: An operation, and its partial derivatives as the book has them.
OPERATIONS = {
    "add": (lambda a, b: a + b, lambda a, b: [1, 1]),
    "subtract": (lambda a, b: a - b, lambda a, b: [1, -1]),
    "multiply": (lambda a, b: a * b, lambda a, b: [b, a]),
    "divide": (lambda a, b: a / (1 + b * b), lambda a, b: _quotient(a, b)),
    "sin": (math.sin, lambda a: [math.cos(a)]),
    "tanh": (math.tanh, lambda a: [1 - math.tanh(a) ** 2]),
    "negative": (lambda a: -a, lambda a: [-1]),
}


def _quotient(a, b):
    return [1 / (1 + b * b), -2 * a * b / (1 + b * b) ** 2]


def approximates(f, slopes, x, small=1e-6):
    """Whether f(x + h) - f(x) - slopes·h is small compared with h, in many directions."""
    slopes, x = np.asarray(slopes, float), np.asarray(x, float)
    for signs in product([-1, 0, 1], repeat=len(x)):
        if any(signs):
            h = small * np.array(signs) / np.linalg.norm(signs)
            # by three values, of which the curvature drops out
            moved = 4 * f(*(x + h)) - f(*(x + 2 * h)) - 3 * f(*x)
            if not abs(moved / 2 - slopes @ h) <= 1e-3 * small * (1 + np.abs(slopes).sum()):
                return False
    return True


class Program:
    """Lines in the order in which they are performed: inputs, then operations with operands.

    Attributes
    ----------
    operations
        Name to the operation and its partial derivatives, or what stands for them.
    """

    def __init__(self, inputs, lines, operations=OPERATIONS):
        self.inputs, self.lines, self.operations = inputs, lines, operations

    def values(self, inputs=None):
        """Return the value of each vertex."""
        values = list(self.inputs if inputs is None else inputs)
        for name, *operands in self.lines:
            values.append(self.operations[name][0](*[values[i] for i in operands]))
        return values

    def evaluations(self, inputs):
        """Return all evaluations with these inputs."""
        return [self.values(inputs)]

    def edges(self):
        """Return each edge as (tail, head, local derivative)."""
        values, n = self.values(), len(self.inputs)
        return [
            (tail, n + k, slope)
            for k, (name, *operands) in enumerate(self.lines)
            for tail, slope in zip(
                operands, self.operations[name][1](*[values[i] for i in operands]), strict=True
            )
        ]

    def is_differentiable(self):
        """Whether every operation is, at the values of its operands."""
        values = self.values()
        for name, *operands in self.lines:
            function, slopes = self.operations[name]
            given = [values[i] for i in operands]
            if not approximates(function, slopes(*given), given):
                return False
        return True


class Loop(Program):
    """The input x, w = w·w, and r = x + w: w is 0 or 1. The values are those with w = 0."""

    def __init__(self, inputs):
        super().__init__(inputs, [("multiply", 1, 1), ("add", 0, 1)])

    def values(self, inputs=None):
        (x,) = self.inputs if inputs is None else inputs
        return [x, 0.0, x]

    def evaluations(self, inputs):
        (x,) = inputs
        found = [[x, w, x + w] for w in (0.0, 1.0)]
        assert all(w == w * w and r == x + w for x, w, r in found)
        return found


def _with_relu(slope):
    relu = (lambda a: max(a, 0.0), lambda a: [float(a > 0) if a else slope])
    return OPERATIONS | {"relu": relu}


def relu_with(slope):
    """Return relu(x) - relu(-x), which is x, with a number for the derivative of relu at 0."""
    lines = [("relu", 0), ("negative", 0), ("relu", 2), ("subtract", 1, 3)]
    return Program([0.0], lines, _with_relu(slope))


def twice_relu_with(slope):
    """Return relu(relu(x)) - relu(-x), which is x as well."""
    lines = [("relu", 0), ("relu", 1), ("negative", 0), ("relu", 3), ("subtract", 2, 4)]
    return Program([0.0], lines, _with_relu(slope))


def is_order(edges, order):
    """Whether a list holds each vertex once, and every edge leads forward in it."""
    vertices = {v for tail, head, _ in edges for v in (tail, head)}
    places = {v: k for k, v in enumerate(order)}
    return (
        len(places) == len(order)
        and vertices <= set(order)
        and all(places[tail] < places[head] for tail, head, _ in edges)
    )


def has_order(edges):
    """Whether there is such a list."""
    graph = nx.MultiDiGraph([(tail, head) for tail, head, _ in edges])
    return nx.is_directed_acyclic_graph(graph)


def sweep(edges, order, r, *, along=reversed, put=add, share=mul, start=(0, 1)):
    """Return the adjoints, by the words of the algorithm.

    Its parts can be exchanged for wrong ones: in which direction the list is passed, how a share
    is put to an adjoint, how it is made of an adjoint and a local derivative, and with what
    numbers the adjoints start.
    """
    adjoint = dict.fromkeys(order, start[0]) | {r: start[1]}
    for v in along(order):
        for tail, head, slope in edges:
            if head == v:
                adjoint[tail] = put(adjoint[tail], share(adjoint[v], slope))
    return adjoint


def walks(edges, u, r, most=64):
    """Yield the local derivatives along each walk from u to r; raise if some do not end."""
    if most == 0:
        raise RecursionError
    if u == r:
        yield []
    for tail, head, slope in edges:
        if tail == u:
            for rest in walks(edges, head, r, most - 1):
                yield [slope, *rest]


def path_sum(edges, u, r, *, read=list, weigh=math.prod, gather=sum):
    """Return the sum of the weights of all walks from u to r, walking along each.

    Wrong ways to read the edges, to weigh a walk and to gather the weights can be tried.
    """
    return gather([weigh(walk) for walk in walks(read(edges), u, r)])


@st.composite
def programs(draw, names=tuple(OPERATIONS), most=7):
    """Draw a program whose values stay small."""
    inputs = draw(st.lists(st.floats(-2, 2), min_size=1, max_size=3))
    lines = []
    for k in range(draw(st.integers(0, most))):
        name = draw(st.sampled_from(names))
        i = st.integers(0, len(inputs) + k - 1)
        arity = 1 if name in ("sin", "tanh", "negative") else 2
        lines.append((name, *draw(st.tuples(*[i] * arity))))
    return Program(inputs, lines)
