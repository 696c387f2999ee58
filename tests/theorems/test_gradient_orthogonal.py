"""thm-gradient-orthogonal: the gradient is orthogonal to every curve in the level set."""

import numpy as np
import pytest
from convex_instances import matrices, vectors
from hypothesis import assume, given
from smooth_instances import only_partials, partials_at_zero

ROUNDING = 1e-9


def conclusion(gradient, velocity, *, fault=None):
    """∇f(x0)·r'(t0) = 0."""
    products = np.asarray(gradient) * np.asarray(velocity)
    if fault == "each term is zero":
        return bool(np.abs(products).max() < ROUNDING)
    if fault == "parallel":
        return bool(abs(gradient[0] * velocity[1] - gradient[1] * velocity[0]) < ROUNDING)
    if fault == "at most zero":
        return bool(products.sum() < -ROUNDING)
    return bool(abs(products.sum()) < ROUNDING * (1 + np.abs(products).sum()))


def ellipsoid(M, x0, b):
    """Return the gradient of ‖Mx‖² at x0 and the velocity of a curve in its level set."""
    a = M @ x0
    b = b - (a @ b) / (a @ a) * a
    return 2 * M.T @ a, np.linalg.solve(M, b)


INSTANCES = (matrices(3, 3), vectors(3), vectors(3))


@given(*INSTANCES)
def test_holds(M, x0, b):
    M = M + 10 * np.eye(3)  # invertible: its diagonal dominates
    assume(np.any(x0))
    gradient, velocity = ellipsoid(M, x0, b)
    assert conclusion(gradient, velocity)


NEAR_MISSES = {
    "each term is zero": "the sum is",
    "parallel": "orthogonal",
    "at most zero": "zero",
}


@pytest.mark.parametrize("fault", NEAR_MISSES)
def test_near_misses(fault):
    gradient, velocity = ellipsoid(np.eye(2), np.array([0.6, 0.8]), np.array([1.0, 0.0]))
    assert conclusion(gradient, velocity)
    assert not conclusion(gradient, velocity, fault=fault)


def test_without_differentiable():
    direction = np.array([-np.cbrt(2), 1.0])
    assert all(abs(only_partials(t * direction)) < 1e-12 for t in (-1.0, 0.0, 2.0))
    assert not conclusion(partials_at_zero, direction)


def jumping(t):
    return np.array([-np.sin(t), np.cos(t)]) if t else np.array([1.0, 0.0])


def test_without_curve():
    assert all(abs(jumping(t) @ jumping(t) - 1) < 1e-12 for t in (-0.5, 0.0, 0.5))
    quotient = (jumping(1e-6) - jumping(-1e-6)) / 2e-6
    assert not conclusion(2 * jumping(0), quotient)


def test_without_level():
    assert not conclusion(np.array([2.0, 0.0]), np.array([1.0, 0.0]))
