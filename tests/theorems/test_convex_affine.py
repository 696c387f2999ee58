"""prp-convex-affine: a convex function of an affine argument is convex."""

from itertools import product

import numpy as np
from convex_instances import (
    chords_above,
    convex_functions,
    line,
    matrices,
    points,
    raised_at_the_end,
    vectors,
)
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "a squared argument, for an affine one": {"inner": lambda A, u, c: (A @ u) ** 2 + c},
    "minus the function": {"outer": lambda value: -value},
    "a linear argument, for an affine one": {"inner": lambda A, u, c: A @ u},
    "half the gap of the chord, for the gap": {"gap": 0.6},
    "C' is not empty": {"fewest": 1},
    "the u that do not lead into C": {"chosen": lambda inside: not inside},
}


def everywhere(w):
    return True


def hypotheses(g, A, c, us, inside=everywhere):
    """The function is tried where the u lead: at the points of C = {w : inside(w)}."""
    ws = [A @ u + c for u in us]
    return {"convex": chords_above(g, [w for w in ws if inside(w)])}


def conclusion(
    g,
    A,
    c,
    us,
    inside=everywhere,
    *,
    inner=lambda A, u, c: A @ u + c,
    outer=lambda value: value,
    gap=-1e-9,
    chosen=lambda inside: inside,
    fewest=0,
):
    """What is between points of C' is in C'; no chord of the new function is below its graph."""
    members = [u for u in us if chosen(inside(inner(A, u, c)))]
    between = [(1 - t) * u + t * v for u, v in product(members, repeat=2) for t in (0.1, 0.5, 0.8)]
    whole = all(chosen(inside(inner(A, u, c))) for u in between)
    above = chords_above(lambda u: outer(g(inner(A, u, c))), members, gap=gap)
    return len(members) >= fewest and whole and above


@given(convex_functions(2), matrices(2, 3), vectors(2), points(3), st.integers(1, 9))
def test_holds(g, A, c, us, radius):
    for inside in everywhere, lambda w: np.linalg.norm(w) <= radius, lambda w: w[0] > -radius:
        assert not broken(hypotheses(g, A, c, us, inside))
        assert conclusion(g, A, c, us, inside)


def from_zero_on(w):
    return w[0] >= 0


def test_near_misses():
    one = np.eye(1)
    near = [
        (lambda w: -w[0], one, np.zeros(1), line(-1, 0, 1)),
        (lambda w: w[0] ** 2, one, np.ones(1), line(-1, 0, 1)),
        # Convex from 0 on: where the arguments are, and not at the u.
        (lambda w: w[0] * abs(w[0]), one, np.ones(1), line(-1, 0, 1)),
        # C begins at 0, below which g is not convex.
        (lambda w: -np.sqrt(max(w[0], 0.0)), -one, np.ones(1), line(-3, 0, 1, 2), from_zero_on),
        (lambda w: w[0] ** 2, one, np.zeros(1), line(-2, 0, 2), lambda w: abs(w[0]) < 1),
        (lambda w: w[0] ** 2, one, np.zeros(1), line(-2, 0, 2), lambda w: False),  # C' is empty
        (raised_at_the_end, one, np.zeros(1), line(-1, 0, 0.5, 1), lambda w: 0 <= w[0] <= 1),
        (lambda w: w[0] ** 2, np.zeros((1, 2)), np.ones(1), [np.zeros(2), np.ones(2)]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_that_the_set_is_convex_is_asked_for():
    # Of two pieces the second clause is true, as far as a function on them can be told.
    def apart(w):
        return abs(w[0]) >= 1

    def even(w):  # the middle of -2 and 2 is one of these
        return w[0] % 2 == 0

    for pieces in apart, even:
        instance = (lambda w: w[0] ** 2, np.eye(1), np.zeros(1), line(-2, 2), pieces)
        assert not conclusion(*instance)
        assert conclusion(*instance[:4])


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


def test_without_convex_from_space_to_the_plane():
    u = np.eye(3)[0]
    instance = (lambda w: -w @ w, np.eye(2, 3), np.zeros(2), [u, -u, 0 * u])
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)
