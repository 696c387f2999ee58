"""prp-convex-composition: a nondecreasing convex function of a convex function is convex."""

import numpy as np
from convex_instances import chords_above, convex_functions, line, points, raised_at_the_end
from hypothesis import given
from near import broken, missed

NEAR_MISSES = {
    "the inner function of the outer": {
        "composed": lambda outer, g: lambda x: g(np.array([outer(x[0])]))
    },
    "the product of the two": {"composed": lambda outer, g: lambda x: outer(x[0]) * g(x)},
    "minus the composition": {"composed": lambda outer, g: lambda x: -outer(g(x))},
}


def hypotheses(outer, g, xs):
    """The outer function is tried at the values of g and between them."""
    values = sorted(g(x) for x in xs)
    many = np.linspace(values[0], values[-1], 41)
    return {
        "convex": chords_above(g, xs),
        "outer": chords_above(outer, [values[0], values[-1], *many[::5]]),
        "monotone": bool(np.all(np.diff([outer(t) for t in many]) >= -1e-12)),
    }


def conclusion(outer, g, xs, *, composed=lambda outer, g: lambda x: outer(g(x))):
    """No chord of the composition passes below its graph."""
    return chords_above(composed(outer, g), xs)


def positive_square(t):
    return np.maximum(t, 0) ** 2


@given(convex_functions(2), points(2))
def test_holds(g, xs):
    assert not broken(hypotheses(positive_square, g, xs))
    assert conclusion(positive_square, g, xs)


def test_near_misses():
    near = [
        (np.exp, lambda w: -w[0], line(-3, 0, 3)),
        (lambda t: t, lambda w: w[0] ** 2, line(-2, -1, 0)),
        (lambda t: max(t, 0.0), lambda w: w[0] ** 2 - 1, line(-2, -1, 0, 1)),
        # On J the outer function does not fall; elsewhere it falls, or there is none.
        (np.square, lambda w: abs(w[0]), line(-2, 0, 1)),
        (lambda t: -1 / t, lambda w: w[0] ** 2 - 5, line(-2, -0.5, 1)),
        (np.exp, raised_at_the_end, line(0, 0.5, 1)),
        (lambda t: t**2 if t < 1 else 5.0, lambda w: abs(w[0]), line(-1, 0, 1)),
        # C is where the roots are: from 0 on.
        (np.exp, lambda w: -np.sqrt(w[0]), line(0, 1, 4)),
        (np.exp, np.max, [*np.eye(3), np.zeros(3)]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_convex():
    for size in (1, 1e-4):  # a little is too much
        instance = (lambda t: t, lambda w, s=size: -s * w[0] ** 2, line(-1, 0, 1))
        assert broken(hypotheses(*instance)) == ["convex"]
        assert not conclusion(*instance)


def test_without_outer():
    def dented(t):  # by chords from end to end it is convex
        return np.interp(t, [0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 0.1, 0.15, 0.5, 1.0])

    for instance in (
        (lambda t: t**3 if t < 0 else t, lambda w: w[0], line(-2, -1, 0)),
        (dented, lambda w: w[0], line(0, 0.25, 0.5, 1)),
    ):
        assert broken(hypotheses(*instance)) == ["outer"]
        assert not conclusion(*instance)


def test_without_monotone():
    # On the second, the outer function has the same value at both ends.
    for xs in line(-1, 0, 1), line(-1, 0, 1, np.sqrt(2)):
        instance = (lambda t: t**2, lambda w: w[0] ** 2 - 1, xs)
        assert broken(hypotheses(*instance)) == ["monotone"]
        assert not conclusion(*instance)


def test_without_convex_in_the_plane():
    instance = (lambda t: t, lambda w: -w @ w, [*np.eye(2), *-np.eye(2)])
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)


def test_nonincreasing_is_not_enough():
    instance = (lambda t: -t, lambda w: w[0] ** 2, line(-1, 0, 1))
    assert broken(hypotheses(*instance)) == ["monotone"]
    assert not conclusion(*instance)
