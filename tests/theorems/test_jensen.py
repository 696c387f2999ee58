"""thm-jensen: the value at an average is at most the average of the values."""

import numpy as np
from convex_instances import (
    chords_above,
    cliff,
    convex_functions,
    on_one_side,
    points,
    raised_at_the_end,
)
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "at least, for at most": {"sign": -1},
    "the value at the first point, for the average": {"at": lambda weights, xs: xs[0]},
    "the average with equal weights": {"at": lambda weights, xs: sum(xs) / len(xs)},
    "the sum, for the average": {"at": lambda weights, xs: sum(xs)},
    "the bound, times .99": {"times": 0.99},
}


def average(weights, xs):
    return sum(weight * x for weight, x in zip(weights, xs, strict=True))


def hypotheses(g, weights, xs, inside=lambda x, y: True):
    """Of C it is known which segments between the points are in it."""
    return {
        "domain": all(inside(x, y) for x in xs for y in xs),
        "convex": chords_above(g, [*xs, average(np.ones(len(xs)) / len(xs), xs)], inside),
        "nonnegative": min(weights) >= 0,
        "sum": abs(sum(weights) - 1) < 1e-12,
    }


def conclusion(g, weights, xs, inside=lambda x, y: True, *, at=average, sign=1, times=1.0):
    """Σ λ_i x_i ∈ C, and g(Σ λ_i x_i) ≤ Σ λ_i g(x_i)."""
    point, bound = at(weights, xs), times * average(weights, [g(x) for x in xs])
    below = sign * g(point) <= sign * bound + 1e-9 * (1 + abs(bound))
    return inside(point, point) and below


@given(convex_functions(2), points(2, least=1), st.data())
def test_holds(g, xs, data):
    parts = data.draw(st.lists(st.integers(0, 5), min_size=len(xs), max_size=len(xs)))
    if sum(parts) == 0:
        parts[0] = 1
    weights = np.array(parts) / sum(parts)
    assert not broken(hypotheses(g, weights, xs))
    assert conclusion(g, weights, xs)


def line(w):  # on which both sides are equal
    return 2 * w + 1


def up_to_four(x, y):
    return min(x, y) >= 0 and max(x, y) <= 4


def test_near_misses():
    near = [
        (line, [0.75, 0.25], [0.0, 4.0]),
        (line, [0.25, 0.75], [4.0, 0.0]),
        (np.square, [1], [3.0]),
        (np.square, [0.5, 0.5], [-1.0, 1.0]),
        (np.square, [0.0, 1.0], [-1.0, 1.0]),
        (lambda w: -np.sqrt(w), [0.5, 0.25, 0.25], [0.0, 1.0, 4.0]),  # C begins at 0
        (raised_at_the_end, [0.5, 0.5, 0.0], [0.0, 1.0, 1.0]),
        (lambda w: w @ w, [0.5, 0.5], [np.array([1.0, 0.0, 2.0]), np.array([-1.0, 2.0, 0.0])]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # The sum has a low value here; but it is not in C.
    outside = {"the sum, for the average": NEAR_MISSES["the sum, for the average"]}
    falling = (lambda w: -w, [0.5, 0.5], [3.0, 4.0], up_to_four)
    assert not missed(outside, [falling], conclusion, hypotheses)


def test_tight():
    assert conclusion(line, [0.75, 0.25], [0.0, 4.0])
    assert not conclusion(line, [0.75, 0.25], [0.0, 4.0], times=0.99)


def test_without_domain():
    instance = (cliff, [0.5, 0.5], [-3.0, 1.0], on_one_side)
    assert broken(hypotheses(*instance)) == ["domain"]
    assert not conclusion(*instance)


def test_without_convex():
    instance = (np.sqrt, [0.5, 0.5], [0.0, 1.0])
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)


def test_without_nonnegative():
    for weights in [2, -1], [1.01, -0.01], [0.6, -0.2, 0.6]:
        instance = (np.square, weights, [0.0, 1.0, 0.0][: len(weights)])
        assert broken(hypotheses(*instance)) == ["nonnegative"]
        assert not conclusion(*instance)


def test_without_sum():
    for weights in [1, 1], [0.51, 0.5]:
        instance = (np.square, weights, [1.0, 1.0])
        assert broken(hypotheses(*instance)) == ["sum"]
        assert not conclusion(*instance)
    for weights in [0.5], [0.99]:  # too little
        instance = (lambda w: w**2 + 1, weights, [1.0])
        assert broken(hypotheses(*instance)) == ["sum"]
        assert not conclusion(*instance)


def test_without_convex_in_the_plane():
    instance = (lambda w: -w @ w, [0.5, 0.5], [*np.eye(2)])
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)
