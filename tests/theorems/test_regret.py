"""thm-regret: an identity for the sum of ⟨w_t - w*, v_t⟩, and a bound without w_{T+1}."""

import numpy as np
from descents import at_most, vectors
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "w_T, for w_{T+1}": {"last": -2},
    "the squares with η, for η/2": {"share": 1},
    "the distances over η, for 2η": {"part": 1},
    "the bound, times .99": {"times": 0.99},
    "the bound, times .9": {"times": 0.9},
    "the rival on the other side": {"side": -1},
}


def walk(vs, rates, start):
    points = [start]
    for v, length in zip(vs, rates, strict=True):
        points.append(points[-1] - length * v)
    return points


def hypotheses(vs, rate, star, start, rates):
    return {
        "start": not np.any(start),
        "constant": all(length == rate for length in rates),
        "positive": rate > 0,
    }


def conclusion(vs, rate, star, start, rates, *, last=-1, share=0.5, part=2, side=1, times=1.0):
    """Both lines of the theorem, for the iterates of all T steps."""
    points = walk(vs, rates, start)
    left = sum((w - side * star) @ v for w, v in zip(points, vs, strict=False))
    squares = share * rate * sum(v @ v for v in vs)
    right = (star @ star - np.sum((points[last] - star) ** 2)) / (part * rate) + squares
    bound = times * bound_of(vs, rate, star)
    size = 1 + abs(left) + abs(bound) + abs(right)
    return abs(left - right) < 1e-9 * size and at_most(left, bound)


def bound_of(vs, rate, star):
    return star @ star / (2 * rate) + rate / 2 * sum(v @ v for v in vs)


@given(st.data(), st.integers(1, 3), st.integers(1, 8), st.floats(0.01, 10))
def test_holds(data, d, steps, rate):
    vs, star = [data.draw(vectors(d)) for _ in range(steps)], data.draw(vectors(d))
    start, rates = np.zeros(d), [rate] * steps
    assert not broken(hypotheses(vs, rate, star, start, rates))
    assert conclusion(vs, rate, star, start, rates)


def run(vs, rate, star, *, start=0.0, rates=None):
    """Return an instance on the line."""
    star, start, *vs = (np.array([float(x)]) for x in (star, start, *vs))
    return vs, rate, star, start, rates or [rate] * len(vs)


AT_THE_RIVAL = run([-3, 1, -2], 0.25, 1)  # w_4 = w*: the bound is attained


def test_near_misses():
    near = [AT_THE_RIVAL, run([-1], 0.1, 1), run([1, 2, -1], 0.5, 2), run([0, 3], 7, 0)]
    vs = [np.array([1.0, 0.0, -2.0]), np.array([0.0, 3.0, 1.0])]
    near += [(vs, 0.5, np.array([1.0, -1.0, 2.0]), np.zeros(3), [0.5, 0.5])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    vs, rate, star, _, rates = AT_THE_RIVAL
    in_the_plane = [np.repeat(v, 2) for v in vs], rate, np.repeat(star, 2), np.zeros(2), rates
    for instance in (AT_THE_RIVAL, in_the_plane):
        assert conclusion(*instance)
        assert not conclusion(*instance, times=0.99)


def test_without_start():
    # On the line, and along either axis of the plane.
    for e in (np.ones(1), *np.eye(2)):
        instance = ([e], 0.1, 0 * e, e, [0.1])
        assert broken(hypotheses(*instance)) == ["start"]
        assert not conclusion(*instance)


def test_without_constant():
    for rate in np.linspace(0.1, 1, 19):  # from the shortest to the longest, their mean too
        instance = run([1, -1, -1], rate, 0.5, rates=[1, 0.1, 0.1])
        assert broken(hypotheses(*instance)) == ["constant"]
        assert not conclusion(*instance)
        vs, _, star, start, rates = instance
        left = sum((w - star) @ v for w, v in zip(walk(vs, rates, start), vs, strict=False))
        assert not at_most(left, bound_of(vs, rate, star))  # nor does the bound alone hold


def test_without_positive():
    instance = run([0], -1, 1)
    assert broken(hypotheses(*instance)) == ["positive"]
    assert not conclusion(*instance)


def test_a_right_side_that_is_too_small_is_told():
    for instance in (AT_THE_RIVAL, run([1, 2, -1], 5.0, 2)):
        assert not conclusion(*instance, share=0.4)
