"""cor-lagrange: at the best point of a level set the two gradients are parallel."""

import numpy as np
import pytest
from convex_instances import matrices, vectors
from hypothesis import assume, given


def conclusion(objective, gradient, *, fault=None):
    """∇h = μ∇f for some μ."""
    h, f = np.asarray(objective), np.asarray(gradient)
    mu = h @ f / (f @ f)
    if fault == "equal":
        mu = 1.0
    if fault == "critical":
        mu = 0.0
    if fault == "not negative":
        mu = max(mu, 0.0)
    return bool(np.abs(h - mu * f).max() < 1e-9 * (1 + np.abs(h).max()))


def best_on_ellipsoid(M, c):
    """Return the point of {‖Mx‖ = 1} with the largest c·x."""
    x = np.linalg.solve(M.T @ M, c)
    return x / np.linalg.norm(M @ x)


@given(matrices(3, 3), vectors(3))
def test_holds(M, c):
    M = M + 10 * np.eye(3)
    assume(np.any(c))
    x = best_on_ellipsoid(M, c)
    others = np.random.default_rng(0).standard_normal((50, 3))
    others /= np.linalg.norm(others @ M.T, axis=1)[:, None]
    assert np.all(others @ c <= c @ x + 1e-9)
    assert conclusion(c, 2 * M.T @ M @ x)


NEAR_MISSES = ["equal", "critical", "not negative"]


@pytest.mark.parametrize("fault", NEAR_MISSES)
def test_near_misses(fault):
    # -x₁ is largest on the unit circle at (-1, 0), where ∇f = (-2, 0); x₁² - 2x₁ at (-1, 0) too.
    instances = [((-1.0, 0.0), (-2.0, 0.0)), ((-4.0, 0.0), (-2.0, 0.0)), ((1.0, 0.0), (-2.0, 0.0))]
    assert all(conclusion(*one) for one in instances)
    assert not all(conclusion(*one, fault=fault) for one in instances)


def peaked(w):
    """1 and 3 are its partial derivatives at 0, and 0 is its largest value on w₁ + w₂ = 0."""
    if w[0] and w[1]:
        return -abs(w[0]) - abs(w[1])
    return w[0] + 3 * w[1]


def test_without_objective():
    on_the_line = [peaked(np.array([t, -t])) for t in np.linspace(-1, 1, 21)]
    assert max(on_the_line) == peaked(np.zeros(2)) == 0
    partials = [(peaked(1e-6 * e) - peaked(-1e-6 * e)) / 2e-6 for e in np.eye(2)]
    assert not conclusion(partials, np.ones(2))


def test_without_best():
    assert not conclusion((1.0, 1.0), (2.0, 0.0))  # w₁ + w₂ at (1, 0) on the unit circle
