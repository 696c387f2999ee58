"""prp-second-order-necessary: at a local minimiser the gradient is zero and the Hessian ⪰ 0."""

import numpy as np
from convex_instances import convex_functions, vectors
from hypothesis import given
from level_instances import square, square_gradient, ways
from near import broken, missed

NEAR_MISSES = {
    "positive definite": {"least": 1e-9},
    "curved by one at least": {"least": 1.0},
    "level nearby as well": {"away": 0.1},
}


def hypotheses(g, gradient, hessian, w):
    around = [w + h * u for h in (1e-3, 1e-2) for u in ways(len(w))]
    return {"minimum": all(g(x) >= g(w) - 1e-12 for x in around)}


def conclusion(g, gradient, hessian, w, *, least=-1e-9, away=0.0):
    """∇g(w) = 0 and vᵀHv ≥ 0."""
    return np.abs(gradient(w + away)).max() < 1e-6 and np.linalg.eigvalsh(hessian(w))[0] >= least


@given(convex_functions(2), vectors(2))
def test_holds(g, w):
    g = g.with_gradient_zero_at(w)
    assert not broken(hypotheses(g, g.gradient, g.hessian, w))
    assert conclusion(g, g.gradient, g.hessian, w)


def test_near_misses():
    trough = (
        lambda w: w[0] ** 2 + w[1] ** 4,
        lambda w: np.array([2 * w[0], 4 * w[1] ** 3]),
        lambda w: np.diag([2, 12 * w[1] ** 2]),
        np.zeros(2),
    )
    bowl = (
        lambda w: square(w) / 4,
        lambda w: square_gradient(w) / 4,
        lambda w: np.eye(2) / 2,
        np.zeros(2),
    )
    right = np.sort(np.roots([4, 0, -4, 0.3]).real)[2]
    valley = (  # the one that is not as deep: no global minimiser
        lambda w: (w[0] ** 2 - 1) ** 2 + 0.3 * w[0] + w[1] ** 2,
        lambda w: np.array([4 * w[0] * (w[0] ** 2 - 1) + 0.3, 2 * w[1]]),
        lambda w: np.diag([12 * w[0] ** 2 - 4, 2]),
        np.array([right, 0.0]),
    )
    level = (lambda w: 1.0, np.zeros_like, lambda w: np.zeros((2, 2)), np.ones(2))
    line = (lambda w: w[0] ** 4, lambda w: 4 * w**3, lambda w: 12 * w[:, None] ** 2, np.zeros(1))
    A = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    space = (lambda w: w @ A @ w, lambda w: 2 * A @ w, lambda w: 2 * A, np.zeros(3))
    # With slopes of both signs as near to 0 as you like, on both sides.
    restless = (
        lambda w: w[0] ** 4 * (2 + np.sin(1 / w[0])) if w[0] else 0.0,
        lambda w: 0 * w if not w[0] else 4 * w**3 * (2 + np.sin(1 / w)) - w**2 * np.cos(1 / w),
        lambda w: np.zeros((1, 1)),
        np.zeros(1),
    )
    near = [trough, bowl, valley, level, line, space, restless]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_minimum():
    saddle = (
        lambda w: w[0] ** 2 - w[1] ** 2,
        lambda w: np.array([2 * w[0], -2 * w[1]]),
        lambda w: np.diag([2.0, -2.0]),
        np.zeros(2),
    )
    tilted = (  # no slope along one axis, and none of its curvatures is negative
        lambda w: w[0] + w[1] ** 2,
        lambda w: np.array([1.0, 2 * w[1]]),
        lambda w: np.diag([0.0, 2.0]),
        np.zeros(2),
    )
    falling = (
        lambda w: -w[0] + w[1] ** 2,
        lambda w: np.array([-1.0, 2 * w[1]]),
        lambda w: np.diag([0.0, 2.0]),
        np.zeros(2),
    )
    H = np.array([[1.0, 2.0], [2.0, 1.0]])
    diagonal = (  # lowest along both axes, and not between them
        lambda w: w @ H @ w / 2,
        lambda w: H @ w,
        lambda w: H,
        np.zeros(2),
    )
    # In space: two eigenvalues are negative, and the determinant is not.
    A = np.array([[1.0, 2.0, 2.0], [2.0, 1.0, 2.0], [2.0, 2.0, 1.0]])
    space = (lambda w: w @ A @ w, lambda w: 2 * A @ w, lambda w: 2 * A, np.zeros(3))
    for instance in (saddle, tilted, falling, diagonal, space):
        assert broken(hypotheses(*instance)) == ["minimum"]
        assert not conclusion(*instance)


def test_a_little_is_too_much():
    # Slopes along each axis, and a maximiser, in one to three dimensions.
    for d in (1, 2, 3):
        for e in np.eye(d):
            slope = (
                lambda w, e=e: 0.01 * e @ w,
                lambda w, e=e: 0.01 * e,
                lambda w: 0 * np.eye(len(w)),
            )
            assert broken(hypotheses(*slope, np.zeros(d))) == ["minimum"]
            assert not conclusion(*slope, np.zeros(d))
        top = (lambda w: -square(w) / 200, lambda w: -w / 100, lambda w: -np.eye(len(w)) / 100)
        assert broken(hypotheses(*top, np.zeros(d))) == ["minimum"]
        assert not conclusion(*top, np.zeros(d))
