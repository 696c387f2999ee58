"""thm-first-order-characterisation: convex if and only if above all tangents."""

# Not yet told from its near misses.

from itertools import product

import numpy as np
from convex_instances import (
    Smooth,
    chords_above,
    cliff,
    cliff_slope,
    convex_functions,
    matrices,
    on_one_side,
    points,
    strictly_convex_functions,
    vectors,
)
from hypothesis import given


def conclusion(g, gradient, xs, inside=lambda x, y: True):
    """Chords and tangents agree, on these points, about convex, and about strictly convex."""
    return all(
        chords_above(g, xs, inside, gap) == tangents_below(g, gradient, xs, gap)
        for gap in (-1e-9, 1e-6)
    )


def tangents_below(g, gradient, xs, gap):
    return all(
        g(y) - g(x) - np.dot(gradient(x), y - x) >= gap
        for x, y in product(xs, repeat=2)
        if gap <= 0 or np.any(x != y)
    )


@given(convex_functions(2), strictly_convex_functions(2), matrices(2, 2), vectors(2), points(2))
def test_holds(convex, strict, M, c, xs):
    # On its eigenvectors a quadratic function, convex or not, shows what it is.
    quadratic = Smooth(M + M.T, np.zeros((1, 2)), c)
    vectors_of = [np.zeros(2), *np.linalg.eigh(M + M.T)[1].T]
    assert conclusion(quadratic, quadratic.gradient, vectors_of)
    assert conclusion(strict, strict.gradient, xs)
    assert chords_above(convex, xs)
    assert tangents_below(convex, convex.gradient, xs, -1e-9)


def test_without_domain():
    assert not conclusion(cliff, cliff_slope, [-1.0, -2.0, 1.0, 2.0], on_one_side)


def test_without_differentiable():
    def spike(w):
        return float(w == 0)

    assert not conclusion(spike, lambda w: 0.0, [-1.0, 1.0])
