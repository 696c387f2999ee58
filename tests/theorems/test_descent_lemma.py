"""thm-descent-lemma: a step with λ ≥ L lowers the function by |∇f|²/(2λ) at least."""

import numpy as np
from descents import at_most, hill, is_smooth, sums_of_log_cosh, vectors, wavy
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.autodiff import grad
from dlbook.optimize import proximal_step

NEAR_MISSES = {
    "the promise, times 1.01": {"times": 1.01},
    "the promise |∇f|²/λ": {"times": 2},
    "lower than promised, for as low": {"less": 1e-6},
    "a step up the gradient": {"length": -1},
    "a step half as long": {"length": 0.5},
    "a step twice as long": {"length": 2},
}


def hypotheses(f, w, strength, lipschitz):
    step = proximal_step(grad(f)(w), w, strength)
    return {
        "smooth": is_smooth(f, w, step, lipschitz),
        "strong": bool(strength >= lipschitz * (1 - 1e-12)),
    }


def conclusion(f, w, strength, lipschitz, *, length=1, times=1.0, less=0.0):
    """f(w - ∇f(w)/λ) ≤ f(w) - |∇f(w)|²/(2λ)."""
    g = grad(f)(w)
    promise = times * np.sum(g * g) / (2 * strength)
    return at_most(f(proximal_step(length * g, w, strength)), f(w) - promise - less)


@given(st.data(), st.integers(1, 3), st.floats(1, 10))
def test_holds(data, d, more):
    f, rows = data.draw(sums_of_log_cosh(d))
    lipschitz = np.sum(rows**2)
    w, strength = data.draw(vectors(d)), more * (lipschitz or 1.0)
    assert not broken(hypotheses(f, w, strength, lipschitz))
    assert conclusion(f, w, strength, lipschitz)


def bowl(w):  # L = 1
    return np.sum(w**2) / 2


ONE = np.array([1.0])


def test_near_misses():
    near = [(bowl, ONE, 1.0, 1.0), (lambda w: 1000 * w[0], ONE, 0.1, 0.0)]
    near += [(bowl, 0 * ONE, 1.0, 1.0), (lambda w: -bowl(w), np.array([1.0, -2.0, 3.0]), 1.0, 1.0)]
    # Between other points of the segment, and off it, the slope changes faster.
    near += [(wavy, ONE, 1.0, 1.0)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    for w in (ONE, np.array([1.0, -2.0])):
        assert conclusion(bowl, w, 1.0, 1.0)
        assert not conclusion(bowl, w, 1.0, 1.0, times=1.01)


def test_without_smooth():
    instance = (lambda w: np.sum(np.abs(w) ** 1.5), 1e-4 * ONE, 1.0, 1.0)
    assert broken(hypotheses(*instance)) == ["smooth"]
    assert not conclusion(*instance)


def test_without_strong():
    for strength in (0.99, 0.6, 0.5, 1 / 3):
        instance = (bowl, ONE, strength, 1.0)
        assert broken(hypotheses(*instance)) == ["strong"]
        assert not conclusion(*instance)


def test_the_slope_at_the_ends_is_not_enough():
    instance = (hill, np.zeros(1), 1.0, 1.0)
    assert broken(hypotheses(*instance)) == ["smooth"]
    assert not conclusion(*instance)


def test_other_prices_and_dimensions():
    assert not conclusion(bowl, ONE, 2.0, 1.0, times=2)
    assert not conclusion(bowl, ONE, 0.5, 0.0)
    assert not conclusion(bowl, np.ones(3), 0.9, 1.0)
