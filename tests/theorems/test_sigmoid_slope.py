"""lem-sigmoid-slope: the slope is made of the value, and at most a quarter, at 0 only."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed

NEAR_MISSES = {
    "the square, for the product": {"slope": lambda s: s * s},
    "of tanh": {"slope": lambda s: 1 - s * s},
    "times .99": {"slope": lambda s: 0.99 * s * (1 - s)},
    "at most .2499": {"most": 0.2499},
    "a little less away from 0": {"slope": lambda s: s * (1 - s) * (1 - 1e-3 * (s - 0.5) ** 2)},
    "strictly less than a quarter": {"equal": lambda t: False},
    "a quarter elsewhere too": {"equal": lambda t: abs(t) <= 1},
}


def sigma(t):
    return 1 / (1 + np.exp(-t))


def conclusion(t, *, slope=lambda s: s * (1 - s), most=0.25, equal=lambda t: t == 0):
    h = 1e-5
    measured = (sigma(t + h) - sigma(t - h)) / (2 * h)
    found = slope(sigma(t))
    return bool(abs(measured - found) < 1e-9 and found <= most and (found == most) == equal(t))


@given(st.integers(-80, 80).map(lambda k: k / 8))
def test_holds(t):
    assert conclusion(t)


def test_near_misses():
    assert not missed(NEAR_MISSES, [(0.0,), (0.5,), (-1.0,), (3.0,)], conclusion)


def test_every_place_is_asked_for():
    less = {"times .99": NEAR_MISSES["times .99"]}
    for t in (-9.0, -3.0, 0.0, 3.0, 9.0):
        assert not missed(less, [(t,)], conclusion)


def test_every_clause_is_asked_for():
    assert not conclusion(3.0, slope=lambda s: 1.001 * s * (1 - s))
    assert not conclusion(0.01, most=0.2499)
