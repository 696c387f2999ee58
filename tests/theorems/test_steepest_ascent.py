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
    "others are less steep by one": {"margins": (1.0, 1e-9)},
    "others fall less steeply by one": {"margins": (1e-9, 1.0)},
    "the size of the slope is largest along the gradient alone": {"measure": abs},
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
    return v / length if length else np.eye(len(v))[0]


def conclusion(
    f,
    gradient,
    x0,
    u,
    *,
    best=unit,
    steepest=np.linalg.norm,
    lowest=lambda g: -np.linalg.norm(g),
    margins=(1e-9, 1e-9),
    measure=float,
):
    """Along the gradient the slope is its length, opposite its negative; else strictly between."""
    g = np.asarray(gradient)
    length, slack, found = np.linalg.norm(g), 1e-5 * (1 + np.linalg.norm(g)), slope(f, x0, u)
    return (
        abs(slope(f, x0, best(g)) - steepest(g)) < slack
        and abs(slope(f, x0, -unit(g)) - lowest(g)) < slack
        and (same(u, unit(g)) or measure(found) < length - margins[0])
        and (same(u, -unit(g)) or found > -length + margins[1])
    )


def same(u, v):
    return np.abs(u - v).max() < 1e-9


@given(convex_functions(2), vectors(2), vectors(2))
def test_holds(f, x0, u):
    gradient = f.gradient(x0)
    assume(np.any(u) and np.linalg.norm(gradient) > 1e-2)
    u, best = unit(u), unit(gradient)
    assume(min(np.linalg.norm(u - best), np.linalg.norm(u + best)) > 1e-2)
    for way in (u, -u, best, -best):
        assert not broken(hypotheses(f, gradient, x0, way))
        assert conclusion(f, gradient, x0, way)


def creased(x):
    """Differentiable at (.6, .8) and at no other point of the unit circle."""
    return square(x) + abs(square(x) - 1) * np.linalg.norm(x - np.array([0.6, 0.8]))


def test_near_misses():
    steep = np.array([1.2, 1.6]), np.array([0.6, 0.8])
    ways = [[0.0, 1.0], [0.0, -1.0], [0.6, 0.8], [-0.6, -0.8]]
    near = [(f, *steep, np.array(u)) for f in (square, creased) for u in ways]
    near += [
        (square, np.array([0.6, 0.8]), np.array([0.3, 0.4]), np.array([0.8, 0.6])),
        (square, np.array([6.0]), np.array([3.0]), np.array([1.0])),  # on the line there are two
        (square, np.array([6.0]), np.array([3.0]), np.array([-1.0])),
        (square, np.array([0.0, 2.0, 0.0]), np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.6, 0.8])),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_differentiable():
    # The vector of partial derivatives is (1, 2): its direction is less steep than (0, 1).
    instance = (only_partials, partials_at_zero, np.zeros(2), np.array([0.0, 1.0]))
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)


def test_without_nonzero():
    # On level ground every direction is as steep as any other; so is (1, 0), which stands for
    # the best, and its opposite.
    for u in ([0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]):
        instance = (lambda w: 1.0, np.zeros(2), np.zeros(2), np.array(u))
        assert broken(hypotheses(*instance)) == ["nonzero"]
        assert not conclusion(*instance)


def test_in_space_it_takes_a_gradient_too():
    partials, u = np.append(partials_at_zero, 0.0), np.eye(3)[1]
    instance = (lambda w: only_partials(w[:2]), partials, np.zeros(3), u)
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)
