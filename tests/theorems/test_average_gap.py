"""lem-average-gap: for convex f the gap of an average is at most a mean of inner products."""

import numpy as np
from convex_instances import chords_above
from descents import at_most, sums_of_log_cosh, vectors
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.autodiff import grad

NEAR_MISSES = {
    "the bound, times .99": {"times": 0.99},
    "the last point, for the average": {"at": lambda points: points[-1]},
    "twice the gap": {"gaps": 2},
    "less than the mean, for at most": {"less": 1e-6},
    "the mean of ⟨w* - w_t, ∇f(w_t)⟩": {"times": -1},
    "the gradient at the first point, for those at all": {
        "slopes_at": lambda points: [points[0]] * len(points)
    },
    "the gap to the rival, from the rival": {"gaps": -1},
}


def hypotheses(f, points, star):
    return {"convex": chords_above(f, [*points, star], gap=-1e-9 * (1 + abs(f(star))))}


def conclusion(
    f,
    points,
    star,
    *,
    at=lambda points: np.mean(points, axis=0),
    slopes_at=lambda points: points,
    gaps=1,
    times=1.0,
    less=0.0,
):
    """f(average) - f(w*) ≤ mean of ⟨w_t - w*, ∇f(w_t)⟩."""
    slopes = [grad(f)(w) for w in slopes_at(points)]
    mean = np.mean([(w - star) @ slope for w, slope in zip(points, slopes, strict=True)])
    return at_most(gaps * (f(at(points)) - f(star)), times * mean - less)


@given(st.data(), st.integers(1, 3), st.integers(1, 5))
def test_holds(data, d, number):
    f, _ = data.draw(sums_of_log_cosh(d))
    points, star = [data.draw(vectors(d)) for _ in range(number)], data.draw(vectors(d))
    assert not broken(hypotheses(f, points, star))
    assert conclusion(f, points, star)


def plane(w):  # on which both sides are equal
    return 3 * w[0] + 1


def square(w):
    return w[0] ** 2


def numbers(*entries):
    return [np.array([float(entry)]) for entry in entries]


def test_near_misses():
    near = [
        (plane, numbers(1, 2, 6), numbers(0)[0]),
        (plane, numbers(1, 2), numbers(4)[0]),
        (square, numbers(1, -1), numbers(0.5)[0]),
        (square, numbers(3), numbers(3)[0]),
        (square, numbers(3, 2), numbers(0)[0]),
        (lambda w: w @ w, [np.array([1.0, 0.0, 2.0]), np.zeros(3)], np.array([0.0, 1.0, 0.0])),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    assert conclusion(plane, numbers(1, 2, 6), numbers(0)[0])
    assert not conclusion(plane, numbers(1, 2, 6), numbers(0)[0], times=0.99)


def test_without_convex():
    instance = (lambda w: np.cos(w[0]), numbers(0), numbers(np.pi)[0])
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)


def test_without_convex_in_the_plane():
    instance = (lambda w: np.cos(w[0]), [np.zeros(2)], np.array([np.pi, 0.0]))
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)


def test_the_average_of_the_values_is_not_bounded():
    # At both points the value is 2, and the slope 0; at their average the value is 0.
    assert conclusion(lambda w: 1 - np.cos(np.pi * w[0]), numbers(-1, 1), numbers(0)[0])
