"""Instances of the theorems on gradient descent: vectors, functions, points on a path."""

from itertools import islice

import numpy as np
from hypothesis import strategies as st

from dlbook.autodiff import grad
from dlbook.optimize import GradientDescent, descend

__all__ = [
    "at_most",
    "bowl",
    "hill",
    "is_smooth",
    "iterates",
    "log_cosh",
    "segment",
    "sums_of_log_cosh",
    "treacherous",
    "vectors",
    "wavy",
]


def vectors(d, size=10):
    """Draw a vector of length d."""
    entry = st.floats(-size, size, allow_subnormal=False)
    return st.lists(entry, min_size=d, max_size=d).map(np.array)


def log_cosh(z):
    """Return log cosh z, of which cosh alone would overflow."""
    return np.logaddexp(z, -z) - np.log(2)


def bowl(w):
    """Return half the squared length: its gradient is Lipschitz with constant 1."""
    return np.sum(w * w) / 2


def wavy(w):
    """Near the point 1 the slope is 1 + t(1 + cos 20t)/2, for t = w - 1: nearer to 1 than t.

    From elsewhere on the way down it changes ten times as fast, and behind the point 2 as well.
    """
    t = w - 1
    waves = t * t / 4 + t * np.sin(20 * t) / 40 + np.cos(20 * t) / 800
    return np.sum(w + waves + 10 * np.maximum(w - 2, 0.0) ** 2)


def treacherous(steps):
    """Return a function whose last iterate is worse than the bound, a rival, and its largest slope.

    It is the largest of steps + 1 linear functions, the earlier a little larger at ties, rounded
    off at a still smaller scale. Where all have one, negative value, at length 1, is the rival.
    """
    a = 0.25 / (steps + 2 - np.arange(1, steps + 2))
    below = np.tril(np.tile(a, (steps + 1, 1)), -1)
    planes = below - np.sqrt(1 - np.sum(a**2)) * np.eye(steps + 1)
    offsets, width = -1e-9 * np.arange(steps + 1), 2.5e-11
    star = np.linalg.solve(planes, -np.ones(steps + 1))
    return (
        lambda w: width * np.logaddexp.reduce((planes @ w + offsets) / width),
        star / np.linalg.norm(star),
        np.max(np.linalg.norm(planes, axis=1)),
    )


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


def is_smooth(f, w, u, lipschitz):
    """Whether the gradient changes no faster than L says, from w to points of the segment."""
    gradient = grad(f)
    return all(
        at_most(np.linalg.norm(gradient(x) - gradient(w)), lipschitz * np.linalg.norm(x - w))
        for x in segment(w, u)
    )


def at_most(left, right):
    """Whether left ≤ right, but for rounding."""
    return left <= right + 1e-9 * (1 + abs(left) + abs(right))


def hill(w):
    """Have the slope -1 at 0 and at 1, and steeper ones between."""
    return np.sum(-w + 4.5 * w**2 - 3 * w**3)
