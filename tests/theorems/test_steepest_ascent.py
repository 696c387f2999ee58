"""prp-steepest-ascent: the gradient's direction is the steepest, and no other is as steep."""

import numpy as np
from convex_instances import convex_functions, vectors
from hypothesis import assume, given
from level_instances import is_differentiable, square
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero

NEAR_MISSES = {
    "along the axis of the largest partial derivative": {
        "best": lambda g: np.sign(g) * (np.abs(g) == np.abs(g).max())
    },
    "along the gradient, the slope is its square": {"steepest": lambda g: g @ g},
    "the slope, times .9999": {"steepest": lambda g: 0.9999 * np.linalg.norm(g)},
    "the opposite slope, times .9999": {"lowest": lambda g: -0.9999 * np.linalg.norm(g)},
    "others are less steep by one": {"margin": 1.0},
    "the opposite is level": {"lowest": lambda g: 0.0},
}


def hypotheses(f, gradient, x0, u):
    return {
        "differentiable": is_differentiable(f, x0, gradient),
        "nonzero": bool(np.any(gradient)),
    }


def slope(f, x0, u, h=1e-6):
    """The directional derivative, by a symmetric quotient."""
    return (f(x0 + h * u) - f(x0 - h * u)) / (2 * h)


def unit(v):
    length = np.linalg.norm(v)
    return v / length if length else np.array([1.0, 0.0])


def conclusion(
    f,
    gradient,
    x0,
    u,
    *,
    best=unit,
    steepest=np.linalg.norm,
    lowest=lambda g: -np.linalg.norm(g),
    margin=1e-9,
):
    """Along the gradient the slope is its length, opposite its negative; along u it is smaller."""
    g = np.asarray(gradient)
    slack, way = 1e-5 * (1 + np.linalg.norm(g)), best(g)
    return (
        abs(slope(f, x0, way) - steepest(g)) < slack
        and abs(slope(f, x0, -unit(g)) - lowest(g)) < slack
        and slope(f, x0, u) < np.linalg.norm(g) - margin
    )


@given(convex_functions(2), vectors(2), vectors(2))
def test_holds(f, x0, u):
    gradient = f.gradient(x0)
    assume(np.any(u) and np.linalg.norm(gradient) > 1e-2)
    u = unit(u)
    assume(np.linalg.norm(u - unit(gradient)) > 1e-2)
    assert not broken(hypotheses(f, gradient, x0, u))
    assert conclusion(f, gradient, x0, u)


def test_near_misses():
    near = [
        (square, np.array([1.2, 1.6]), np.array([0.6, 0.8]), np.array([0.0, 1.0])),
        (square, np.array([0.6, 0.8]), np.array([0.3, 0.4]), np.array([0.8, 0.6])),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_differentiable():
    # The vector of partial derivatives is (1, 2): its direction is less steep than (0, 1).
    instance = (only_partials, partials_at_zero, np.zeros(2), np.array([0.0, 1.0]))
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)


def test_without_nonzero():
    # On level ground every direction is as steep as any other.
    instance = (lambda w: 1.0, np.zeros(2), np.zeros(2), np.array([0.0, 1.0]))
    assert broken(hypotheses(*instance)) == ["nonzero"]
    assert not conclusion(*instance)
