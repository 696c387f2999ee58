"""prp-even-slope: an even function that is differentiable at 0 has slope 0 there."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from kink_instances import jagged
from near import broken, missed

NEAR_MISSES = {
    "slope 1e-3": {"slope": 1e-3},
    "the slope at another point": {"at": 0.01},
    "the value for the slope": {"of": lambda g, x: g(x)},
}

STEPS = (1e-3, 1e-4, 1e-5)


def quotients(g, x):
    """Return the difference quotients to the left and to the right, at the smallest step."""
    h = STEPS[-1]
    return (g(x) - g(x - h)) / h, (g(x + h) - g(x)) / h


def hypotheses(g):
    places = np.linspace(0, 3, 61)
    gaps = [abs((g(h) - g(0.0)) / h - (g(0.0) - g(-h)) / h) for h in STEPS]
    return {
        "even": bool(np.allclose(g(places), g(-places), rtol=0, atol=1e-12)),
        "differentiable": gaps[-1] < 1e-3,
    }


def conclusion(g, *, slope=0.0, at=0.0, of=quotients):
    return bool(np.all(np.abs(np.array(of(g, at)) - slope) < 5e-4))


def even(a, b, c):
    return lambda x: a * np.cos(b * x) + c * x * x


@given(*[st.integers(-4, 4).map(lambda k: k / 2)] * 3)
def test_holds(a, b, c):
    g = even(a, b, c)
    assert not broken(hypotheses(g))
    assert conclusion(g)


def jumping(x):
    return x * x * (1 / np.maximum(np.abs(x), 1e-300) % 2)


def test_near_misses():
    # The function may have kinks and jumps, as near to 0 as it likes, as long as none is at 0,
    # and need not have an extremum there.
    near = [(np.cos,), (even(1, 2, 1),), (lambda x: np.abs(x * x - 1),), (jagged,)]
    near += [(lambda x: jagged(x) - x * x / 2,), (jumping,)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_even():
    for odd in (1, 1e-3):  # a little is too much
        assert broken(hypotheses(lambda x, s=odd: np.cos(x) + s * np.tanh(x))) == ["even"]
        assert not conclusion(lambda x, s=odd: np.cos(x) + s * np.tanh(x))


def test_even_near_0_is_not_even():
    assert broken(hypotheses(lambda x: np.maximum(x, 1))) == ["even"]


def test_without_differentiable():
    assert broken(hypotheses(np.abs)) == ["differentiable"]
    assert not conclusion(np.abs)
    assert broken(hypotheses(lambda x: 2e-3 * np.abs(x))) == ["differentiable"]
    assert not conclusion(lambda x: 2e-3 * np.abs(x))
    h = STEPS[-1]
    assert (np.abs(h) - np.abs(-h)) / (2 * h) == 0  # a central difference sees nothing


def test_both_sides_are_asked_for():
    for side in (1, -1):
        assert not conclusion(lambda x, side=side: np.maximum(side * x, 0))
