"""Instances for the theorems on convexity: random functions, and some that look convex."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

__all__ = [
    "Smooth",
    "chords_above",
    "cliff",
    "cliff_slope",
    "convex_functions",
    "crease",
    "line",
    "matrices",
    "misses_the_slit",
    "on_one_side",
    "points",
    "quotients",
    "raised_at_the_end",
    "slit",
    "strictly_convex_functions",
    "vectors",
]

ROUNDING = 1e-9


def matrices(rows, columns, most=3):
    """Draw matrices of small integers."""
    return arrays(float, (rows, columns), elements=st.integers(-most, most).map(float))


def vectors(d, most=3):
    """Draw vectors of small integers."""
    return arrays(float, (d,), elements=st.integers(-most, most).map(float))


def points(d, least=2, most=5):
    """Draw lists of vectors."""
    return st.lists(vectors(d), min_size=least, max_size=most)


def line(*numbers):
    """Return numbers as vectors of one entry."""
    return [np.array([float(number)]) for number in numbers]


def quotients(g, x, side=1):
    """Return the difference quotients at x along the axes, from the right or (-1) the left."""
    h = 1e-6 * side
    return np.array([(g(x + h * e) - g(x)) / h for e in np.eye(len(x))])


@dataclass
class Smooth:
    """w ↦ ½ wᵀQw + Σ log cosh(a_i·w) + c·w, with rows a_i of A; convex where Q ⪰ 0."""

    Q: np.ndarray
    A: np.ndarray
    c: np.ndarray

    def __call__(self, w):
        return w @ self.Q @ w / 2 + np.logaddexp(self.A @ w, -self.A @ w).sum() + self.c @ w

    def gradient(self, w):
        return self.Q @ w + np.tanh(self.A @ w) @ self.A + self.c

    def hessian(self, w):
        return self.Q + self.A.T @ np.diag(1 - np.tanh(self.A @ w) ** 2) @ self.A

    def with_gradient_zero_at(self, w):
        return Smooth(self.Q, self.A, self.c - self.gradient(w))


def convex_functions(d, added=0.0):
    """Draw convex functions of d variables."""
    return st.builds(
        lambda M, A, c: Smooth(M.T @ M + added * np.eye(d), A, c),
        matrices(d, d),
        matrices(2, d, most=2),
        vectors(d),
    )


def strictly_convex_functions(d):
    """Draw strictly convex functions of d variables."""
    return convex_functions(d, added=0.5)


def chords_above(g, xs, inside=lambda x, y: True, gap=-ROUNDING):
    """Whether no chord between the points passes below the graph; `inside` says which there are.

    With a positive gap, whether each passes above it by so much, in the middle.
    """
    for x, y in product(xs, repeat=2):
        if inside(x, y) and (gap <= 0 or np.any(x != y)):
            for t in (0.25, 0.5, 0.75):
                if (1 - t) * g(x) + t * g(y) - g((1 - t) * x + t * y) < gap:
                    return False
    return True


# ---- functions on domains that are not convex, or with a crease ------------------------------


def cliff(w):
    """w² on the left of 0, w² - 20 on the right of it, nothing at 0."""
    w = np.ravel(w)[0]
    return w**2 - 20 * (w > 0)


def cliff_slope(w):
    return 2 * w


def on_one_side(x, y):
    """Whether the segment avoids 0, on the line."""
    return np.ravel(x)[0] * np.ravel(y)[0] > 0


def slit(w):
    """Convex along the segments of the plane without the half-line u = 0, v ≤ 1."""
    u, v = w
    return v - 0.5 if u > 0 and v < 1 else max(v, 0.0) ** 2 / 2


def misses_the_slit(x, y):
    """Whether the segment is in the plane without the half-line."""
    if x[0] * y[0] > 0:
        return True
    if x[0] == y[0]:
        return min(x[1], y[1]) > 1
    t = x[0] / (x[0] - y[0])
    return x[1] + t * (y[1] - x[1]) > 1


def raised_at_the_end(w):
    """Strictly convex on [0, 1], least at ½, and not continuous at 1."""
    w = np.ravel(w)[0]
    return 5.0 if w == 1 else (w - 0.5) ** 2


def crease(w):
    """Convex, and has no gradient at 0."""
    u, v = w
    return abs(u - v) + (u + v - 2) ** 2 / 4
