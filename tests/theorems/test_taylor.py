"""thm-taylor: the remainder is the next term, taken at a point in between."""

# Not yet told from its near misses.

from math import factorial

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from smooth_instances import coordinates, derivatives, waves


def conclusion(derivative_of, n, x, y):
    """Some ξ strictly between makes the formula true; sought on a fine grid."""
    terms = (derivative_of(k)(x) / factorial(k) * (y - x) ** k for k in range(n + 1))
    needed = (derivative_of(0)(y) - sum(terms)) * factorial(n + 1) / (y - x) ** (n + 1)
    between = x + (y - x) * np.linspace(0, 1, 40_001)[1:-1]
    return np.abs(derivative_of(n + 1)(between) - needed).min() < 0.01


@given(waves, st.integers(0, 3), coordinates, coordinates)
def test_holds(wave, n, x, y):
    assume(x != y)
    assert conclusion(lambda k: derivatives(wave, k), n, x, y)


def test_without_differentiable():
    assert not conclusion({0: np.abs, 1: np.sign}.get, 0, -1.0, 1.0 + 1e-7)
