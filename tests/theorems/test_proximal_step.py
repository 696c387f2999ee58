"""thm-proximal-step: a gradient step minimises the linear model plus a quadratic penalty."""

import numpy as np
from descents import vectors
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.optimize import proximal_step

NEAR_MISSES = {
    "a step half as long": {"length": 0.5},
    "a step twice as long": {"length": 2},
    "a step up the gradient": {"length": -1},
    "lower by |g|²/λ, for |g|²/(2λ)": {"depth": 2},
    "larger by λ|u - step|², for half of it": {"width": 2},
    "a step longer by a thousandth": {"length": 1.001},
    "lower by a thousandth more": {"depth": 1.001},
    "lower by a thousandth less": {"depth": 0.999},
    "larger by a thousandth more": {"width": 1.001},
}


def hypotheses(w, g, strength, u):
    return {"positive": strength > 0}


def conclusion(w, g, strength, u, *, length=1, depth=1, width=1):
    """The model is larger at u than at w - g/λ, by λ/2 · |u - (w - g/λ)|²; so never smaller."""

    def model(v):
        return (v - w) @ g + strength / 2 * (v - w) @ (v - w)

    step = w - length * g / strength
    larger = model(u) - model(step)
    by = width * strength / 2 * (u - step) @ (u - step)
    size = 1 + abs(model(u)) + abs(model(step)) + abs(by)
    least = -depth * g @ g / (2 * strength)
    return (
        abs(larger - by) < 1e-9 * size
        and larger >= -1e-9 * size
        and abs(model(step) - least) < 1e-9 * size
    )


@given(st.data(), st.integers(1, 4), st.floats(0.01, 100))
def test_holds(data, d, strength):
    w, g, u = (data.draw(vectors(d)) for _ in range(3))
    np.testing.assert_array_equal(w - g / strength, proximal_step(g, w, strength))
    assert not broken(hypotheses(w, g, strength, u))
    assert conclusion(w, g, strength, u)


def test_near_misses():
    near = [
        (np.array([1.0, 2.0]), np.array([2.0, -1.0]), 0.5, np.array([0.0, 1.0])),
        (np.array([1.0, 2.0]), np.zeros(2), 3.0, np.array([1.0, 2.5])),  # at a critical point
        (np.array([1.0]), np.array([2.0]), 1e-3, np.array([5.0])),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_positive():
    one = np.array([1.0])
    for u in (-10 * one, 10 * one):
        assert broken(hypotheses(one, one, -1.0, u)) == ["positive"]
        assert not conclusion(one, one, -1.0, u)
    assert broken(hypotheses(one, one, 0.0, one)) == ["positive"]


def test_in_the_plane_and_at_other_prices():
    w, u = np.ones(2), np.zeros(2)
    assert not conclusion(w, w, -1.0, 10 * w)
    assert not conclusion(w, w, 4.0, u, length=0.5)
    assert not conclusion(w, u, 4.0, u, width=2)  # at a critical point
