"""thm-sgd-decreasing: rates that vanish and have an infinite sum bring the error to zero."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "to half of the start": {"limit": lambda e1: e1 * e1 / 2},
    "to the variance of a constant rate": {"limit": lambda e1: 0.1184},
    "as fast as 1/t²": {"by": lambda t: 1e3 / t**2},
}

STEPS = 50_000


def hypotheses(e1, rate):
    """Tried on many steps: the last rate is small, and the last nine tenths add up to much."""
    t = np.arange(1.0, STEPS)
    rates = rate(t)
    return {
        "vanishing": rates[-1] < 1e-2,
        "far": rates[STEPS // 10 :].sum() > 0.1,
    }


def near_the_end(t):
    return 0.05


def conclusion(e1, rate, *, limit=lambda e1: 0.0, by=near_the_end):
    """The exact mean square after many steps is near the limit."""
    square = e1 * e1
    for t in range(1, STEPS):
        eta = rate(t)
        square = (1 - eta) ** 2 * square + 9 * eta**2 / 4
    return abs(square - limit(e1)) < by(STEPS)


@given(st.sampled_from([0.0, 1.0, -3.0]), st.sampled_from([(1.0, 1.0), (0.5, 0.6), (0.3, 0.5)]))
def test_holds(e1, form):
    factor, power = form

    def rate(t):
        return factor / t**power

    assert not broken(hypotheses(e1, rate))
    assert conclusion(e1, rate)


def test_near_misses():
    near = [
        (1.0, lambda t: 1 / t),
        (1.0, lambda t: 0.5 / t**0.6),
        (-3.0, lambda t: 0.3 / t**0.5),  # whose squares have an infinite sum
        (1.0, lambda t: np.where(t % 2, 1 / t, 0.1 / t)),  # which rise again and again
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_vanishing():
    for constant in (0.05, 0.1):
        instance = (1.0, lambda t, constant=constant: constant + 0 * t)
        assert broken(hypotheses(*instance)) == ["vanishing"]
        assert not conclusion(*instance)
    instance = (-1.0, lambda t: 0.1 + 1 / t)  # they decrease, to a tenth
    assert broken(hypotheses(*instance)) == ["vanishing"]
    assert not conclusion(*instance)


def test_without_far():
    instance = (1.0, lambda t: 1.0 / (t + 1) ** 2)
    assert broken(hypotheses(*instance)) == ["far"]
    assert not conclusion(*instance)
