"""Instances of the theorems on gradient descent: vectors, functions, points on a path."""

from itertools import islice

import numpy as np
from hypothesis import strategies as st

from dlbook.optimize import GradientDescent, descend

__all__ = ["at_most", "iterates", "log_cosh", "segment", "sums_of_log_cosh", "vectors"]


def vectors(d, size=10):
    """Draw a vector of length d."""
    entry = st.floats(-size, size, allow_subnormal=False)
    return st.lists(entry, min_size=d, max_size=d).map(np.array)


def log_cosh(z):
    """Return log cosh z, of which cosh alone would overflow."""
    return np.logaddexp(z, -z) - np.log(2)


@st.composite
def sums_of_log_cosh(draw, d):
    """Draw a convex f(w) = Σ log cosh(⟨a_i, w⟩ - b_i), with its rows a_i.

    Each summand has a gradient tanh(…) a_i, so |∇f| ≤ Σ|a_i|, and ∇f is Lipschitz with the
    constant Σ|a_i|².
    """
    rows = np.array(draw(st.lists(vectors(d, 3), min_size=1, max_size=4)))
    offsets = draw(vectors(len(rows), 3))
    return lambda w: np.sum(log_cosh(rows @ w - offsets)), rows


def iterates(f, start, rate, number):
    """Return so many iterates of gradient descent, the start first."""
    return list(islice(descend(f, start, GradientDescent(rate)), number))


def segment(start, end):
    """Return points of the segment between two points."""
    return [start + s * (end - start) for s in np.linspace(0, 1, 9)]


def at_most(left, right):
    """Whether left ≤ right, but for rounding."""
    return left <= right + 1e-9 * (1 + abs(left) + abs(right))
