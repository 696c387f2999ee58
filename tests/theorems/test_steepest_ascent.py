"""prp-steepest-ascent: the gradient's direction is the steepest, and no other is as steep."""

import numpy as np
import pytest
from convex_instances import convex_functions, vectors
from hypothesis import assume, given
from smooth_instances import only_partials, partials_at_zero


def slope(f, x0, u, h=1e-6):
    """The directional derivative, by a central difference."""
    return (f(x0 + h * u) - f(x0 - h * u)) / (2 * h)


def conclusion(f, gradient, x0, u, *, fault=None):
    """Along the gradient the slope is ‖∇f‖; along another unit vector u it is smaller."""
    length = np.linalg.norm(gradient)
    best = gradient / length
    factor = {"twice as steep": 2.0, "one per cent flatter": 0.99}.get(fault, 1.0)
    if fault == "largest entry":
        best = np.eye(len(gradient))[np.argmax(np.abs(gradient))]
        best *= np.sign(gradient @ best)
    if fault == "descent":
        best = -best
    slack = 1e-5 * (1 + length)
    attained = abs(slope(f, x0, best) - factor * length) < slack
    # ½‖u - best‖² = 1 - u·best: how much less steep another direction is.
    less = length * np.sum((u - best) ** 2) / 2
    others = abs(slope(f, x0, u) - (factor * length - less)) < slack
    return bool(attained and others)


@given(convex_functions(2), vectors(2), vectors(2))
def test_holds(f, x0, u):
    gradient = f.gradient(x0)
    assume(np.any(u) and np.linalg.norm(gradient) > 1e-3)
    assert conclusion(f, gradient, x0, u / np.linalg.norm(u))
    assert conclusion(f, gradient, x0, -gradient / np.linalg.norm(gradient))


NEAR_MISSES = ["twice as steep", "one per cent flatter", "largest entry", "descent"]


@pytest.mark.parametrize("fault", NEAR_MISSES)
def test_near_misses(fault):
    gradient, u = np.array([1.0, 2.0]), np.array([0.6, 0.8])
    instance = (lambda w: w @ w, gradient, gradient / 2, u)
    assert conclusion(*instance)
    assert not conclusion(*instance, fault=fault)


def test_without_differentiable():
    # The vector of partial derivatives is not where the slope is largest.
    f, u = only_partials, np.array([0.0, 1.0])
    assert np.allclose([slope(f, np.zeros(2), e) for e in np.eye(2)], partials_at_zero)
    assert not conclusion(f, partials_at_zero, np.zeros(2), u)
    along = partials_at_zero / np.linalg.norm(partials_at_zero)
    assert slope(f, np.zeros(2), u) > slope(f, np.zeros(2), along) + 0.4


def test_without_nonzero():
    # Every direction has slope 0: the largest, but not for one direction alone.
    slopes = [slope(lambda w: 1.0, np.zeros(2), u) for u in np.eye(2)]
    assert slopes == [0.0, 0.0]
