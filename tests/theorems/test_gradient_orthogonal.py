"""thm-gradient-orthogonal: the gradient is orthogonal to every curve in the level set."""

import numpy as np
from convex_instances import matrices, vectors
from hypothesis import assume, given
from level_instances import is_differentiable, square, square_gradient
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero

NEAR_MISSES = {
    "each term is zero": {"combined": lambda products: np.abs(products).max()},
    "at a right angle, which takes a velocity": {"speed": 1e-6},
    "the gradient elsewhere on the curve": {"at": 1.0},
    "the gradient is parallel to the curve": {"turned": lambda v: np.array([-v[1], v[0]])},
    "to a direction that is nearly that of the curve": {"turned": lambda v: v + 0.01 * v[::-1]},
}


def hypotheses(f, gradient, r, velocity):
    """The curve is tried at some times around 0, the function around r(0)."""
    x0, h = r(0.0), 1e-6
    return {
        "differentiable": is_differentiable(f, x0, gradient(x0), [velocity]),
        "curve": max(np.abs((r(s) - x0) / s - velocity).max() for s in (h, -h)) < 1e-3,
        "level": all(abs(f(r(t)) - f(x0)) < 1e-9 * (1 + f(x0)) for t in (-0.1, -0.01, 0.01, 0.1)),
    }


def conclusion(f, gradient, r, velocity, *, at=0.0, combined=np.sum, turned=lambda v: v, speed=0):
    """∇f(r(0))·r'(0) = 0."""
    products = gradient(r(at)) * turned(velocity)
    orthogonal = abs(combined(products)) < 1e-9 * (1 + np.abs(products).sum())
    return orthogonal and np.linalg.norm(velocity) >= speed


@given(matrices(3, 3), vectors(3), vectors(3))
def test_holds(M, x0, b):
    M = M + 10 * np.eye(3)  # invertible, since its diagonal dominates
    assume(np.any(x0))
    a = M @ x0
    b = b - (a @ b) / (a @ a) * a
    assume(np.linalg.norm(b) > 1e-3)
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    ellipsoid = (
        lambda x: np.sum((M @ x) ** 2) / (a @ a),
        lambda x: 2 * M.T @ (M @ x) / (a @ a),
        lambda t: np.linalg.solve(M, np.cos(t) * a + np.sin(t) * b),
        np.linalg.solve(M, b),
    )
    assert not broken(hypotheses(*ellipsoid))
    assert conclusion(*ellipsoid)


def circle(t):
    """Through (.6, .8), where neither entry of the gradient is zero."""
    start = np.arctan2(0.8, 0.6)
    return np.array([np.cos(start + t), np.sin(start + t)])


def creased(x):
    """Differentiable on the circle at the start alone."""
    return square(x) + abs(square(x) - 1) * np.linalg.norm(x - circle(0.0))


def torn_apart(t):
    """Along the circle for a while, and there with a velocity at time 0 alone; then off it."""
    if abs(t) > 0.5:
        return np.array([3.0, t])
    return circle(t + t**2 * (np.floor(1 / t) % 2) if t else 0.0)


def test_near_misses():
    way = np.array([-0.8, 0.6])
    near = [
        (square, square_gradient, circle, way),
        (creased, square_gradient, circle, way),
        (square, square_gradient, torn_apart, way),
        # D is a half-plane.
        (
            lambda x: np.log(x[0]) - x[1],
            lambda x: np.array([1 / x[0], -1.0]),
            lambda t: np.array([np.exp(t), t]),
            np.ones(2),
        ),
        (square, square_gradient, lambda t: circle(t**2), 0 * way),  # it turns back
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_differentiable():
    direction = np.array([-np.cbrt(2), 1.0])
    line = (only_partials, lambda x: partials_at_zero, lambda t: t * direction, direction)
    assert broken(hypotheses(*line)) == ["differentiable"]
    assert not conclusion(*line)


def jumping(t):
    return np.array([-np.sin(t), np.cos(t)]) if t else np.array([1.0, 0.0])


def test_without_curve():
    # The symmetric quotients have a limit; the curve has no velocity.
    symmetric = (jumping(1e-9) - jumping(-1e-9)) / 2e-9
    jump = (square, square_gradient, jumping, symmetric)
    assert broken(hypotheses(*jump)) == ["curve"]
    assert not conclusion(*jump)


def test_without_level():
    leaving = (square, square_gradient, lambda t: np.array([1 + t, 0.0]), np.array([1.0, 0.0]))
    assert broken(hypotheses(*leaving)) == ["level"]
    assert not conclusion(*leaving)
    for s in (0.1, -0.1):  # it comes back once

        def r(t, s=s):
            return np.array([1 + t * (s - t), 0.0])

        back = (square, square_gradient, r, np.array([s, 0.0]))
        assert broken(hypotheses(*back)) == ["level"]
        assert not conclusion(*back)


def test_in_space_and_on_both_sides():
    e = np.eye(3)[0]
    leaving = (square, square_gradient, lambda t: e + t * e, e)
    assert broken(hypotheses(*leaving)) == ["level"]
    assert not conclusion(*leaving)
    way = np.array([-0.8, 0.6])
    for name, r in (
        ("curve", lambda t: circle(abs(t))),
        ("level", lambda t: circle(t) * (1 + min(t, 0.0) ** 2)),
    ):
        assert broken(hypotheses(square, square_gradient, r, way)) == [name]
