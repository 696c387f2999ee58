"""thm-strictly-convex-minimiser: a strictly convex function has at most one minimiser."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import points, strictly_convex_functions, vectors
from hypothesis import given


def conclusion(g, minimiser, others):
    """Given a minimiser, no other point has a value as small."""
    return all(g(w) > g(minimiser) for w in others if np.any(w != minimiser))


@given(strictly_convex_functions(2), vectors(2), points(2))
def test_holds(g, w, others):
    assert conclusion(g.with_gradient_zero_at(w), w, others)


def test_without_strict():
    assert not conclusion(lambda w: max(abs(w) - 1, 0), 0.5, [-1.0])


def test_without_domain():
    outside = [w for w in np.linspace(-3, 3, 61) if abs(w) >= 1]
    assert not conclusion(np.square, 1.0, outside)
