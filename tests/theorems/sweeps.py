"""Programs of smooth operations, their backward sweep, and sums over paths, for chapter 13."""

import math

from hypothesis import strategies as st

__all__ = ["OPERATIONS", "Program", "path_sum", "programs", "sweep"]

#: An operation, and its partial derivatives as the book has them.
OPERATIONS = {
    "add": (lambda a, b: a + b, lambda a, b: [1, 1]),
    "subtract": (lambda a, b: a - b, lambda a, b: [1, -1]),
    "multiply": (lambda a, b: a * b, lambda a, b: [b, a]),
    "divide": (lambda a, b: a / (1 + b * b), lambda a, b: _quotient(a, b)),
    "sin": (math.sin, lambda a: [math.cos(a)]),
    "tanh": (math.tanh, lambda a: [1 - math.tanh(a) ** 2]),
}


def _quotient(a, b):
    return [1 / (1 + b * b), -2 * a * b / (1 + b * b) ** 2]


class Program:
    """Lines in the order in which they are done: inputs, then an operation and its operands."""

    def __init__(self, inputs, lines):
        self.inputs, self.lines = inputs, lines

    def values(self, inputs=None):
        """Return the value of each vertex."""
        values = list(self.inputs if inputs is None else inputs)
        for name, *operands in self.lines:
            values.append(OPERATIONS[name][0](*[values[i] for i in operands]))
        return values

    def edges(self):
        """Return each edge as (tail, head, local derivative)."""
        values, n = self.values(), len(self.inputs)
        return [
            (tail, n + k, slope)
            for k, (name, *operands) in enumerate(self.lines)
            for tail, slope in zip(
                operands, OPERATIONS[name][1](*[values[i] for i in operands]), strict=True
            )
        ]


def sweep(edges, order, r):
    """Return the adjoints, by the words of the algorithm."""
    adjoint = dict.fromkeys(order, 0) | {r: 1}
    for v in reversed(order):
        for tail, head, slope in edges:
            if head == v:
                adjoint[tail] += adjoint[v] * slope
    return adjoint


def path_sum(edges, u, r, most=64):
    """Return the sum over all walks from u to r, walking along each; None if there is no end."""
    if most == 0:
        return None
    total = int(u == r)
    for tail, head, slope in edges:
        if tail == u:
            rest = path_sum(edges, head, r, most - 1)
            if rest is None:
                return None
            total += slope * rest
    return total


@st.composite
def programs(draw, names=tuple(OPERATIONS), most=7):
    """Draw a program whose values stay small."""
    inputs = draw(st.lists(st.floats(-2, 2), min_size=1, max_size=3))
    lines = []
    for k in range(draw(st.integers(0, most))):
        name = draw(st.sampled_from(names))
        i = st.integers(0, len(inputs) + k - 1)
        arity = 1 if name in ("sin", "tanh") else 2
        lines.append((name, *draw(st.tuples(*[i] * arity))))
    return Program(inputs, lines)
