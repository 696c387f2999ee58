"""thm-first-order-condition: a convex function lies above its tangents."""

import numpy as np
from convex_instances import (
    chords_above,
    cliff,
    cliff_slope,
    convex_functions,
    crease,
    on_one_side,
    points,
    quotients,
    raised_at_the_end,
    vectors,
)
from hypothesis import given
from near import broken, missed

NEAR_MISSES = {
    "the slope, times .99": {"times": 0.99},
    "the slope, times 1.01": {"times": 1.01},
    "the slope, times 1.0001": {"times": 1.0001},
    "without the slope": {"times": 0},
    "the slope to the other side": {"times": -1},
    "strictly, everywhere": {"gap": 1e-6},
}


def hypotheses(g, gradient, x, ys, inside=lambda x, y: True):
    """Of the domain it is known which segments between the points are in it."""
    some = [*ys, x]
    return {
        "domain": all(inside(y, z) for y in some for z in some),
        "convex": chords_above(g, some, inside),
    }


def conclusion(g, gradient, x, ys, inside=lambda x, y: True, *, gap=-1e-9, times=1.0):
    """g(y) ≥ g(x) + ∇g(x)·(y - x) for the points y."""
    return all(g(y) - g(x) - times * np.dot(gradient(x), y - x) >= gap for y in ys)


@given(convex_functions(2), vectors(2), points(2))
def test_holds(g, x, ys):
    assert not broken(hypotheses(g, g.gradient, x, ys))
    assert conclusion(g, g.gradient, x, ys)


LINE = (lambda w: 2 * w, lambda w: 2.0, 1.0, [-4.0, 3.0])  # it is its tangent


def test_near_misses():
    near = [
        LINE,
        (np.square, lambda w: 2 * w, 1.0, [-1.0, 0.99, 1.01, 2.0]),
        (lambda w: abs(w - 2), lambda w: -1.0, 1.0, [0.0, 2.0, 4.0]),  # with a kink elsewhere
        (raised_at_the_end, lambda w: 2 * w - 1, 0.25, [0.0, 0.5, 1.0]),
        # C begins at 0, where there is no slope.
        (lambda w: -np.sqrt(w), lambda w: -0.5 / np.sqrt(w), 1.0, [0.0, 1.0, 4.0]),
        (lambda w: w @ w, lambda w: 2 * w, np.ones(3), [*np.eye(3), np.zeros(3)]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    assert conclusion(*LINE)
    assert not conclusion(*LINE, times=0.99)


def test_without_domain():
    instance = (cliff, cliff_slope, -1.0, [1.0], on_one_side)
    assert broken(hypotheses(*instance)) == ["domain"]
    assert not conclusion(*instance)


def test_without_convex():
    instance = (np.sin, np.cos, 0.0, [2.0])
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)


def test_quotients_from_the_right_are_not_enough():
    instance = (crease, lambda x: quotients(crease, x), np.zeros(2), [np.ones(2)])
    assert broken(hypotheses(*instance)) == []
    assert not conclusion(*instance)


def test_all_of_the_domain_is_asked_for():
    # From x all points are seen, and between the others there is a gap, or a chord below.
    gap = (np.square, lambda w: 2 * w, 0.0, [-1.0, 1.0], lambda y, z: y * z >= 0)
    assert broken(hypotheses(*gap)) == ["domain"]
    ridge = (lambda w: np.prod(w) ** 2, np.zeros_like, np.zeros(2), [*np.eye(2)])
    assert broken(hypotheses(*ridge)) == ["convex"]
