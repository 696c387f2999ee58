"""thm-first-order-characterisation: convex if and only if above all tangents."""

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
from near import broken, missed

NEAR_MISSES = {
    "above all tangents with half the slope": {"slope": 0.5},
    "x - y, for y - x": {"slope": -1},
    "above some tangent": {"quantifier": any},
    "convex if and only if strictly above all tangents": {"gaps": ((-1e-9, 1e-6),)},
    "strictly convex if and only if above all tangents": {"gaps": ((1e-6, -1e-9),)},
}


def hypotheses(g, gradient, xs, inside=lambda x, y: True):
    """Of the domain it is known which segments between the points are in it."""
    return {"domain": all(inside(x, y) for x, y in product(xs, repeat=2))}


def conclusion(
    g,
    gradient,
    xs,
    inside=lambda x, y: True,
    *,
    slope=1,
    quantifier=all,
    gaps=((-1e-9, -1e-9), (1e-6, 1e-6)),
):
    """Chords and tangents agree, on these points, about convex, and about strictly convex."""
    pairs = [(x, y) for x, y in product(xs, repeat=2) if np.any(x != y)]
    rises = [g(y) - g(x) - slope * np.dot(gradient(x), y - x) for x, y in pairs]
    return all(
        chords_above(g, xs, inside, chord) == quantifier(rise >= tangent for rise in rises)
        for chord, tangent in gaps
    )


@given(convex_functions(2), strictly_convex_functions(2), matrices(2, 2), vectors(2), points(2))
def test_holds(convex, strict, M, c, xs):
    # On its eigenvectors a quadratic function, convex or not, shows what it is.
    quadratic = Smooth(M + M.T, np.zeros((1, 2)), c)
    vectors_of = [np.zeros(2), *np.linalg.eigh(M + M.T)[1].T]
    assert not broken(hypotheses(quadratic, quadratic.gradient, vectors_of))
    assert conclusion(quadratic, quadratic.gradient, vectors_of)
    assert not broken(hypotheses(strict, strict.gradient, xs))
    assert conclusion(strict, strict.gradient, xs)
    # A convex function that is not strictly so need not show it on a few points.
    assert chords_above(convex, xs)
    agree = conclusion(convex, convex.gradient, xs, gaps=((-1e-9, -1e-9),))
    assert agree


def test_near_misses():
    near = [
        (lambda w: 2 * w, lambda w: 2.0, [-1.0, 0.0, 1.0]),
        (np.square, lambda w: 2 * w, [-1.0, 0.0, 1.0]),
        (np.sin, np.cos, [-2.0, 0.0, 2.0]),
        (lambda w: w**4, lambda w: 4 * w**3, [-1.0, 0.0, 1.0]),
        (lambda w: -np.log(w), lambda w: -1 / w, [0.1, 1.0, 2.0]),  # there is none up to 0
        (lambda w: w @ w, lambda w: 2 * w, [*np.eye(3), np.zeros(3)]),
        (np.sum, np.ones_like, [*np.eye(3), np.zeros(3)]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_the_strict_part_is_asked_for():
    # With 0 for the slopes, the chord is above the graph and one tangent meets the curve twice.
    assert not conclusion(np.square, lambda w: 0.0, [-1.0, 1.0])
    assert conclusion(np.square, lambda w: 0.0, [-1.0, 1.0], gaps=((-1e-9, -1e-9),))
    # The other way round, of a line: all tangents are strictly below, and no chord is above.
    level = (lambda w: 0.0, lambda w: w, [-1.0, 1.0])
    assert not conclusion(*level)
    assert conclusion(*level, gaps=((-1e-9, -1e-9),))


def test_without_domain():
    instance = (cliff, cliff_slope, [-1.0, -2.0, 1.0, 2.0], on_one_side)
    assert broken(hypotheses(*instance)) == ["domain"]
    assert not conclusion(*instance)


def test_all_points_but_one_are_not_enough():
    instance = (lambda w: float(w == 0), lambda w: 0.0, [-1.0, 1.0])
    assert broken(hypotheses(*instance)) == []
    assert not conclusion(*instance)


def test_the_strict_part_in_the_plane():
    assert not conclusion(lambda w: w @ w, np.zeros_like, [*np.eye(2), *-np.eye(2)])
