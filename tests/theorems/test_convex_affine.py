"""prp-convex-affine: a convex function of an affine argument is convex."""

import numpy as np
from convex_instances import chords_above, convex_functions, line, matrices, points, vectors
from hypothesis import given
from near import broken, missed

NEAR_MISSES = {
    "a squared argument, for an affine one": {"inner": lambda A, u, c: (A @ u) ** 2 + c},
    "minus the function": {"outer": lambda value: -value},
    "a linear argument, for an affine one": {"inner": lambda A, u, c: A @ u},
    "half the gap of the chord, for the gap": {"gap": 0.6},
}


def hypotheses(g, A, c, us):
    return {"convex": chords_above(g, [A @ u + c for u in us])}


def conclusion(
    g,
    A,
    c,
    us,
    *,
    inner=lambda A, u, c: A @ u + c,
    outer=lambda value: value,
    gap=-1e-9,
):
    """No chord of the new function passes below its graph."""
    return chords_above(lambda u: outer(g(inner(A, u, c))), us, gap=gap)


@given(convex_functions(2), matrices(2, 3), vectors(2), points(3))
def test_holds(g, A, c, us):
    assert not broken(hypotheses(g, A, c, us))
    assert conclusion(g, A, c, us)


def test_near_misses():
    one = np.eye(1)
    near = [
        (lambda w: -w[0], one, np.zeros(1), line(-1, 0, 1)),
        (lambda w: w[0] ** 2, one, np.ones(1), line(-1, 0, 1)),
        # Convex from 0 on: where the arguments are, and not at the u.
        (lambda w: w[0] * abs(w[0]), one, np.ones(1), line(-1, 0, 1)),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_convex():
    for size in (1, 1e-4):  # a little is too much
        instance = (lambda w, s=size: -s * w[0] ** 2, np.eye(1), np.zeros(1), line(-1, 0, 1))
        assert broken(hypotheses(*instance)) == ["convex"]
        assert not conclusion(*instance)
    # In its middle this chord is below the graph nowhere.
    instance = (lambda w: -((2 * abs(w[0]) - 1) ** 2), np.eye(1), np.zeros(1), line(-1, 1))
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)
    # No chord between the ends is below the graph, and one between two points inside is.
    instance = (lambda w: (w[0] ** 2 - 0.25) ** 2, np.eye(1), np.zeros(1), line(-1, -0.5, 0.5, 1))
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)
