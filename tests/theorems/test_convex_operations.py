"""prp-convex-operations: sums with weights and maxima of convex functions are convex."""

import numpy as np
from convex_instances import chords_above, convex_functions, line, points, raised_at_the_end
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the difference": {"combined": lambda a, b, p, q: a * p - b * q},
    "the product": {"combined": lambda a, b, p, q: a * p * b * q},
    "the minimum": {"larger": min},
    "the middle one of three": {"larger": lambda p, q: sorted((p, q, 0.5))[1]},
}


def hypotheses(g, h, a, b, xs):
    return {
        "convex": chords_above(g, xs) and chords_above(h, xs),
        "weights": a >= 0 and b >= 0,
    }


def conclusion(g, h, a, b, xs, *, combined=lambda a, b, p, q: a * p + b * q, larger=max):
    """No chord of the new functions passes below its graph."""
    sums = chords_above(lambda x: combined(a, b, g(x), h(x)), xs)
    return sums and chords_above(lambda x: larger(g(x), h(x)), xs)


@given(convex_functions(2), convex_functions(2), st.integers(0, 3), st.integers(0, 3), points(2))
def test_holds(g, h, a, b, xs):
    assert not broken(hypotheses(g, h, a, b, xs))
    assert conclusion(g, h, a, b, xs)


def square(w):
    return w[0] ** 2


def test_near_misses():
    near = [
        (square, lambda w: w[0], 1, 1, line(-2, -1, 0)),
        (lambda w: w[0], lambda w: -w[0], 1, 1, line(-1, 0, 1)),
        (square, square, 1, 2, line(-1, 0, 1)),
        (square, lambda w: -w[0], 0, 0, line(-1, 0, 1)),
        (raised_at_the_end, square, 1, 1, line(0, 0.5, 1)),
        # C is where the roots are: from 0 on.
        (lambda w: -np.sqrt(w[0]), square, 2, 0.5, line(0, 1, 4)),
        (np.max, lambda w: -np.sum(w), 1, 1, [*np.eye(3), np.zeros(3), np.array([1.0, -2.0, 3.0])]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_convex():
    def dome(w):
        return -np.square(w[0])

    for instance in (
        (dome, square, 1, 0, line(-1, 0, 1)),
        (square, dome, 0, 1, line(-1, 0, 1)),
    ):
        assert broken(hypotheses(*instance)) == ["convex"]
        assert not conclusion(*instance)


def test_without_weights():
    def slope(w):
        return w[0]

    for g, h, a, b in (
        (square, square, -1, 0),
        (square, square, 0, -1),
        (slope, square, 2, -1),  # which add up to 1
    ):
        instance = (g, h, a, b, line(-1, 0, 1))
        assert broken(hypotheses(*instance)) == ["weights"]
        assert not conclusion(*instance)


def test_without_convex_in_the_plane():
    xs = [*np.eye(2), *-np.eye(2), np.zeros(2)]
    instance = (lambda w: -w @ w, lambda w: w @ w, 1, 0, xs)
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)
