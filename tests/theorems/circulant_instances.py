"""Instances for chapter 20: vectors over the integers modulo m (m = 0: over the integers)."""

import numpy as np
from hypothesis import strategies as st

__all__ = [
    "circulant",
    "convolved",
    "invertible",
    "modulo",
    "rings",
    "same",
    "shift",
    "vectors_over",
]

#: Moduli: 0 stands for the integers. None of 4, 6, 15 is a field.
rings = st.sampled_from([0, 2, 3, 4, 6, 15, 17])


def modulo(x, m):
    return np.asarray(x) % m if m else np.asarray(x)


def same(x, y, m):
    return np.shape(x) == np.shape(y) and bool(np.all(modulo(x, m) == modulo(y, m)))


def vectors_over(n):
    return st.lists(st.integers(-9, 9), min_size=n, max_size=n).map(np.array)


def shift(x):
    """(Sx)_i = x_{i-1}."""
    return np.array([x[(i - 1) % len(x)] for i in range(len(x))])


def convolved(a, x):
    """Return a * x by its definition."""
    n = len(a)
    return np.array([sum(a[k] * x[(i - k) % n] for k in range(n)) for i in range(n)])


def circulant(a):
    """Return the sum of the a_k S^k, S being the matrix with S e_j = e_{j+1}."""
    n = len(a)
    S = np.array([shift(e) for e in np.eye(n, dtype=int)]).T
    total, power = np.zeros((n, n), dtype=int), np.eye(n, dtype=int)
    for entry in a:
        total = total + entry * power
        power = S @ power
    return total


def invertible(matrix, m):
    """Return whether no other vector than 0 is sent to 0, modulo a small m."""
    n = len(matrix)
    every = np.indices((m,) * n).reshape(n, -1)
    return int(np.all(matrix @ every % m == 0, axis=0).sum()) == 1
