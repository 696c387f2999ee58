"""prp-descent-any-step: what a step of any length changes, at the most."""

import numpy as np
from descents import at_most, bowl, hill, is_smooth, sums_of_log_cosh, vectors, wavy
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.autodiff import grad

NEAR_MISSES = {
    "the change, times 1.01": {"times": 1.01},
    "the change, doubled": {"times": 2},
    "less, for at most": {"less": 1e-6},
    ".45 L, for L/2": {"curvature": 0.9},
    "no L at all": {"curvature": 0},
    "a step twice as long": {"length": 2},
}


def hypotheses(f, w, rate, lipschitz):
    return {"smooth": is_smooth(f, w, w - rate * grad(f)(w), lipschitz)}


def conclusion(f, w, rate, lipschitz, *, length=1, curvature=1, times=1.0, less=0.0):
    """f(w - η∇f(w)) ≤ f(w) - η(1 - ηL/2)|∇f(w)|²."""
    g = grad(f)(w)
    change = -times * rate * (1 - curvature * rate * lipschitz / 2) * np.sum(g * g)
    return at_most(f(w - length * rate * g), f(w) + change - less)


@given(st.data(), st.integers(1, 3), st.floats(-4, 4))
def test_holds(data, d, part):
    f, rows = data.draw(sums_of_log_cosh(d))
    lipschitz, w = np.sum(rows**2), data.draw(vectors(d))
    rate = part / (lipschitz or 1.0)
    assert not broken(hypotheses(f, w, rate, lipschitz))
    assert conclusion(f, w, rate, lipschitz)


def dome(w):
    return -bowl(w)


ONE = np.array([1.0])


def test_near_misses():
    near = [(bowl, ONE, rate, 1.0) for rate in (-1.0, 0.5, 1.0, 1.5)]
    near += [(lambda w: w[0], ONE, -1.0, 1.0), (bowl, ONE, 3.0, 1.0), (bowl, ONE, 0.0, 1.0)]
    near += [(lambda w: w[0], ONE, 2.0, 0.0), (dome, np.array([1.0, -2.0, 3.0]), 0.5, 1.0)]
    # Between other points of the segment, and off it, the slope changes faster.
    near += [(wavy, ONE, rate, 1.0) for rate in (-0.9, 0.6, 1.0)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    for rate in (0.5, 1.0, 1.5):
        for w in (ONE, np.array([1.0, -2.0])):
            assert conclusion(bowl, w, rate, 1.0)
            assert not conclusion(bowl, w, rate, 1.0, times=1.01)


def test_without_smooth():
    instance = (lambda w: np.sum(np.abs(w) ** 1.5), 1e-4 * ONE, 1.0, 1.0)
    assert broken(hypotheses(*instance)) == ["smooth"]
    assert not conclusion(*instance)


def test_the_slope_at_the_ends_is_not_enough():
    instance = (hill, np.zeros(1), 1.0, 1.0)
    assert broken(hypotheses(*instance)) == ["smooth"]
    assert not conclusion(*instance)


def test_every_rate_counts():
    for rate in (-1.0, 3.0):
        assert not conclusion(bowl, ONE, rate, 1.0, curvature=0.9)
    assert not conclusion(bowl, ONE, 1.0, 0.0)
