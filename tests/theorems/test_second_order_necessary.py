"""prp-second-order-necessary: at a local minimiser the gradient is zero and the Hessian ⪰ 0."""

import numpy as np
import pytest
from convex_instances import convex_functions, vectors
from hypothesis import given


def conclusion(gradient, hessian, *, fault=None):
    """∇g(w) = 0 and H ⪰ 0."""
    least = np.linalg.eigvalsh(hessian)[0]
    flat = np.abs(gradient).max() < 1e-6 or fault == "no gradient"
    floor = {"strict": 1e-9, "curved by one": 1.0, "no Hessian": -np.inf}.get(fault, -1e-9)
    return bool(flat and least >= floor)


@given(convex_functions(2), vectors(2))
def test_holds(g, w):
    g = g.with_gradient_zero_at(w)
    assert conclusion(g.gradient(w), g.hessian(w))


# w⁴, ½·½w² are minima; the plane w₁ and the saddle are not.
NEAR_MISSES = {
    "strict": ([0.0], [[0.0]], True),
    "curved by one": ([0.0], [[0.5]], True),
    "no gradient": ([1.0, 0.0], np.zeros((2, 2)), False),
    "no Hessian": ([0.0, 0.0], np.diag([2.0, -2.0]), False),
}


@pytest.mark.parametrize("fault", NEAR_MISSES)
def test_near_misses(fault):
    gradient, hessian, truth = NEAR_MISSES[fault]
    assert conclusion(gradient, hessian) == truth
    assert conclusion(gradient, hessian, fault=fault) != truth


def test_without_minimum():
    assert not conclusion([0.0, 0.0], np.diag([2.0, -2.0]))  # w₁² - w₂² at 0
