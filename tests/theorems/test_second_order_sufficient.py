"""prp-second-order-sufficient: gradient zero, Hessian positive definite: a strict minimiser."""

import numpy as np
import pytest
from convex_instances import strictly_convex_functions, vectors
from hypothesis import given

CIRCLE = [np.array([np.cos(a), np.sin(a)]) for a in np.linspace(0, 2 * np.pi, 721)]
DISTANCES = (1e-2, 3e-3, 1e-3)


def conclusion(g, w, mu, factor=0.25, ways=CIRCLE):
    """g(w + h) ≥ g(w) + factor·μ‖h‖² and > g(w), for short h."""
    least = [min(g(w + r * u) for u in ways) - g(w) for r in DISTANCES]
    return all(
        rise > 0 and rise >= factor * mu * r**2 for rise, r in zip(least, DISTANCES, strict=True)
    )


@given(strictly_convex_functions(2), vectors(2))
def test_holds(g, w):
    g = g.with_gradient_zero_at(w)
    assert conclusion(g, w, np.linalg.eigvalsh(g.hessian(w))[0], ways=CIRCLE[::30])


def cubic(w):
    """½w² - w³: near 0 its rise is nearly half of μ‖h‖², and below it on one side."""
    return w[0] ** 2 / 2 - w[0] ** 3


NEAR_MISSES = {"half": 0.5, "the whole": 1.0}


@pytest.mark.parametrize("fault", NEAR_MISSES)
def test_near_misses(fault):
    ends = [np.array([1.0]), np.array([-1.0])]
    assert conclusion(cubic, np.zeros(1), 1.0, ways=ends)
    assert not conclusion(cubic, np.zeros(1), 1.0, NEAR_MISSES[fault], ways=ends)


def test_every_factor_below_half_is_right_near_enough():
    ends = [np.array([1.0]), np.array([-1.0])]
    assert conclusion(cubic, np.zeros(1), 1.0, 0.48, ways=ends)


def test_without_critical():
    ends = [np.array([1.0]), np.array([-1.0])]
    assert not conclusion(lambda w: w[0] + w[0] ** 2, np.zeros(1), 2.0, ways=ends)


def peano(w):
    return (w[1] - w[0] ** 2) * (w[1] - 3 * w[0] ** 2)


def test_without_positive():
    # H = diag(0, 2): not positive definite, and lower on a parabola.
    parabola = [np.array([r, 2 * r**2]) for r in DISTANCES]
    assert all(peano(h) < 0 for h in parabola)
    assert not conclusion(peano, np.zeros(2), 0.0, ways=[h / np.linalg.norm(h) for h in parabola])


def test_second_partial_derivatives_are_not_enough():
    def dented(w):
        square = w @ w
        return square - 6 * w[0] ** 2 * w[1] ** 2 / square if square else 0.0

    h = 1e-3
    second = [(dented(h * e) - 2 * 0.0 + dented(-h * e)) / h**2 for e in np.eye(2)]
    assert np.allclose(second, 2.0)
    assert not conclusion(dented, np.zeros(2), 2.0)
