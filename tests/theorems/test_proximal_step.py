"""thm-proximal-step: a gradient step minimises the linear model plus a quadratic penalty."""

# Not yet told from its near misses.

import numpy as np
from descents import vectors
from hypothesis import given
from hypothesis import strategies as st

from dlbook.optimize import proximal_step


def conclusion(w, g, strength, u):
    """The model is larger at u than at w - g/λ, by λ/2 · |u - (w - g/λ)|²; so never smaller."""

    def model(v):
        return (v - w) @ g + strength / 2 * (v - w) @ (v - w)

    step = w - g / strength
    if strength > 0:
        np.testing.assert_array_equal(step, proximal_step(g, w, strength))
    larger = model(u) - model(step)
    by = strength / 2 * (u - step) @ (u - step)
    size = 1 + abs(model(u)) + abs(model(step))
    least = model(step) + g @ g / (2 * strength)
    return abs(larger - by) < 1e-9 * size and larger >= -1e-9 * size and abs(least) < 1e-9 * size


@given(st.data(), st.integers(1, 4), st.floats(0.01, 100))
def test_holds(data, d, strength):
    w, g, u = (data.draw(vectors(d)) for _ in range(3))
    assert conclusion(w, g, strength, u)


def test_without_positive():
    one = np.array([1.0])
    for u in (-10 * one, 10 * one):
        assert not conclusion(one, one, -1.0, u)
