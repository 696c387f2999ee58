"""thm-interior-minimum: at an interior local minimiser all partial derivatives are zero."""

import numpy as np
import pytest
from convex_instances import convex_functions, vectors
from hypothesis import given


def conclusion(gradient, *, fault=None):
    """Every partial derivative is zero."""
    gradient = np.asarray(gradient)
    if fault == "at least zero":
        gradient = np.minimum(gradient, 0)
    if fault == "at most zero":
        gradient = np.maximum(gradient, 0)
    if fault == "the first is zero":
        gradient = gradient[:1]
    if fault == "they add up to zero":
        gradient = gradient.sum()
    return bool(np.all(np.abs(gradient) < 1e-6))


def is_minimum(g, w, ways):
    """Nearby, no value is smaller."""
    return all(g(w + h * u) >= g(w) - 1e-12 for u in ways for h in (1e-3, 1e-2, -1e-3, -1e-2))


@given(convex_functions(2), vectors(2))
def test_holds(g, w):
    g = g.with_gradient_zero_at(w)
    assert is_minimum(g, w, [*np.eye(2), np.ones(2), np.array([1.0, -1.0])])
    quotients = [(g(w + 1e-5 * e) - g(w - 1e-5 * e)) / 2e-5 for e in np.eye(2)]
    assert conclusion(quotients)


# Gradients at points that are not minimisers: each weaker conclusion takes one for a minimiser's.
NEAR_MISSES = {
    "at least zero": (1.0, 1.0),
    "at most zero": (-1.0, -1.0),
    "the first is zero": (0.0, 1.0),
    "they add up to zero": (1.0, -1.0),
}


@pytest.mark.parametrize("fault", NEAR_MISSES)
def test_near_misses(fault):
    assert not conclusion(NEAR_MISSES[fault])
    assert conclusion(NEAR_MISSES[fault], fault=fault)


def test_without_interior():
    # w on [0, 1], at 0
    assert all(w >= 0 for w in np.linspace(0, 1, 11))
    assert not conclusion([1.0])


def test_without_minimum():
    assert not conclusion([2 * 1.0])  # w² at 1
