"""thm-chain-rule: along a curve, the derivative is gradient times velocity."""

import numpy as np
from convex_instances import convex_functions
from hypothesis import given
from level_instances import ways
from near import broken, missed
from smooth_instances import coordinates, derivatives, only_partials, partials_at_zero, waves

NEAR_MISSES = {
    "twice the velocity": {"speed": 2},
    "the velocity, times 1.001": {"speed": 1.001},
    "the velocity at another time": {"later": 0.5},
    "the gradient at another point": {"gradient_later": 0.5},
    "the first coordinate only": {"kept": lambda v: v * np.eye(len(v))[0]},
}


def hypotheses(f, gradient, r, velocity, t0):
    """The linear approximation is tried in many directions, near the point."""
    x, h = r(t0), 1e-5
    slopes = gradient(x)
    error = max(abs(f(x + h * v) - f(x) - h * slopes @ v) / h for v in ways(len(x)))
    return {"outer": bool(error < 1e-3 * (1 + np.abs(slopes).max()))}


def conclusion(f, gradient, r, velocity, t0, *, speed=1, later=0, gradient_later=0, kept=np.array):
    """The central difference of f∘r is ∇f(r(t0))·r'(t0), up to its error."""
    h = 1e-5
    quotient = (f(r(t0 + h)) - f(r(t0 - h))) / (2 * h)
    found = gradient(r(t0 + gradient_later)) @ (speed * kept(velocity(t0 + later)))
    return bool(abs(quotient - found) < 1e-4 * (1 + abs(quotient)))


@given(convex_functions(2), waves, waves, coordinates)
def test_holds(f, first, second, t0):
    def curve(order):
        return lambda t: np.array([derivatives(wave, order)(t) for wave in (first, second)])

    instance = f, f.gradient, curve(0), curve(1), t0
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def test_near_misses():
    near = [
        (
            lambda x: x[0] ** 2 * x[1],
            lambda x: np.array([2 * x[0] * x[1], x[0] ** 2]),
            lambda t: np.array([np.cos(t), np.exp(t)]),
            lambda t: np.array([-np.sin(t), np.exp(t)]),
            1.0,
        ),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_one_point_is_enough_and_there_may_be_more_coordinates():
    for instance in (
        # Differentiable at (1, 1) and at no other point of the diagonal, along which the curve is.
        (
            lambda x: x[0] + abs(x[0] - x[1]) * np.linalg.norm(x - 1),
            lambda x: np.array([1.0, 0.0]),
            lambda t: np.array([1 + t, 1 + t]),
            lambda t: np.ones(2),
            0.0,
        ),
        # The curve jumps about, and has a velocity at 0.
        (
            lambda x: 3 * x[0] + x[1],
            lambda x: np.array([3.0, 1.0]),
            lambda t: t + t**2 * (np.floor(1 / t) % 2) * np.ones(2) if t else np.zeros(2),
            lambda t: np.ones(2),
            0.0,
        ),
        (
            lambda x: x[0] * x[1] * x[2],
            lambda x: np.array([x[1] * x[2], x[0] * x[2], x[0] * x[1]]),
            lambda t: np.array([t, 1.0, t**2]),
            lambda t: np.array([1.0, 0.0, 2 * t]),
            2.0,
        ),
    ):
        assert not broken(hypotheses(*instance))
        assert conclusion(*instance)


def test_without_outer():
    direction = np.array([-np.cbrt(2), 1.0])
    instance = (
        only_partials,
        lambda x: partials_at_zero,
        lambda t: t * direction,
        lambda t: direction,
        0.0,
    )
    assert broken(hypotheses(*instance)) == ["outer"]
    assert not conclusion(*instance)
