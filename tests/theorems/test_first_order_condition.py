"""thm-first-order-condition: a convex function lies above its tangents."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import cliff, cliff_slope, convex_functions, kink, points, vectors
from hypothesis import given


def conclusion(g, gradient, x, ys):
    """g(y) ≥ g(x) + ∇g(x)·(y - x) for the points y."""
    return all(g(y) >= g(x) + np.dot(gradient(x), y - x) - 1e-9 for y in ys)


@given(convex_functions(2), vectors(2), points(2))
def test_holds(g, x, ys):
    assert conclusion(g, g.gradient, x, ys)


def test_without_domain():
    assert not conclusion(cliff, cliff_slope, -1.0, [1.0])


def test_without_convex():
    assert not conclusion(np.sin, np.cos, 0.0, [2.0])


def test_without_differentiable():
    def quotients(x, h=1e-6):
        return np.array([(kink(x + h * e) - kink(x)) / h for e in np.eye(2)])

    assert not conclusion(kink, quotients, np.zeros(2), [np.ones(2)])
