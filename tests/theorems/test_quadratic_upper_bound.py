"""lem-quadratic-upper-bound: a function with a Lipschitz gradient lies below a paraboloid."""

import numpy as np
from descents import at_most, bowl, hill, is_smooth, sums_of_log_cosh, vectors, wavy
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.autodiff import grad

NEAR_MISSES = {
    ".45 L, for L/2": {"times": 0.9},
    "L/4, for L/2": {"times": 0.5},
    "no tangent plane": {"tangent": 0},
    "the plane on the other side": {"tangent": -1},
    "the distance, not squared": {"power": 1},
    "the distance, cubed": {"power": 3},
    "strictly below": {"compare": lambda value, bound: not at_most(bound, value)},
    "not below": {"compare": lambda value, bound: at_most(bound, value)},
}


def hypotheses(f, w, u, lipschitz):
    return {"smooth": is_smooth(f, w, u, lipschitz)}


def conclusion(f, w, u, lipschitz, *, tangent=1, power=2, times=1.0, compare=at_most):
    """f(u) ≤ f(w) + ⟨∇f(w), u - w⟩ + L/2 · |u - w|²."""
    above = times * lipschitz / 2 * np.linalg.norm(u - w) ** power
    return compare(f(u), f(w) + tangent * grad(f)(w) @ (u - w) + above)


@given(st.data(), st.integers(1, 3))
def test_holds(data, d):
    f, rows = data.draw(sums_of_log_cosh(d))
    w, u, lipschitz = data.draw(vectors(d)), data.draw(vectors(d)), np.sum(rows**2)
    assert not broken(hypotheses(f, w, u, lipschitz))
    assert conclusion(f, w, u, lipschitz)


def dome(w):  # L = 1, and no convexity
    return -bowl(w)


W, U = np.array([1.0, -2.0]), np.array([3.0, 1.0])


def test_near_misses():
    near = [
        (f, w, u, 1.0) for f in (bowl, dome) for w, u in ((W, U), (U, W), (W, (9 * W + U) / 10))
    ]
    near += [(bowl, W, W, 1.0), (lambda w: 3 * w[0] - w[1], W, U, 0.0)]
    # Between other points of the segment, and off it, the slope changes faster.
    near += [(wavy, np.ones(1), np.array([u]), 1.0) for u in (0.0, 0.4, 1.9)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    assert conclusion(bowl, W, U, 1.0)
    assert not conclusion(bowl, W, U, 1.0, times=0.99)


def test_without_smooth():
    def steep(w):
        return np.sum(np.abs(w) ** 1.5)

    instance = (steep, np.array([1e-4]), np.array([-0.0149]), 1.0)
    assert broken(hypotheses(*instance)) == ["smooth"]
    assert not conclusion(*instance)


def test_the_slope_at_the_ends_is_not_enough():
    instance = (hill, np.zeros(1), np.ones(1), 1.0)
    assert broken(hypotheses(*instance)) == ["smooth"]
    assert not conclusion(*instance)


def test_one_side_and_every_constant():
    assert conclusion(lambda w: -5 * bowl(w), W, U, 1.0)  # far below the plane
    for lipschitz in (0.9, 0.0):
        assert not conclusion(bowl, W, U, lipschitz)
