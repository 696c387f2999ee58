"""prp-level-tangents: where the gradient is not zero, every orthogonal direction is a tangent."""

from itertools import pairwise

import numpy as np
from convex_instances import convex_functions, vectors
from hypothesis import assume, given
from level_instances import basins, is_differentiable, square, torn, ways
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero


def little(t):
    """Return what is small compared with a way of length t: a fiftieth."""
    return t / 50


NEAR_MISSES = {
    "directions that are nearly orthogonal": {"tilt": 0.05},
    "the gradient itself": {"tilt": 1e3},
    "a straight line": {"small": lambda t: 0.0},
    "the correction is small compared with the square of the way": {
        "small": lambda t: little(t**2)
    },
}


def hypotheses(f, gradient, x0, v):
    """Of continuity it is tried whether f jumps across the line along v."""
    steps = [x0 + t * v for t in (0.1, 0.01, -0.01, -0.1)]
    jumps = [abs(f(p + 1e-12 * u) - f(p - 1e-12 * u)) for p in steps for u in ways(len(x0))]
    return {
        "continuous": max(jumps) < 1e-8,
        "differentiable": is_differentiable(f, x0, gradient),
        "nonzero": bool(np.any(gradient)),
    }


def correction(f, x0, v, n, t):
    """The least |s| with f(x0 + tv + sn) = f(x0); infinity where there is none up to |t|."""

    def height(s):
        return f(x0 + t * v + s * n) - f(x0)

    if height(0.0) == 0:
        return 0.0
    found = [np.inf]
    for side in (abs(t), -abs(t)):
        ladder = side * np.concatenate([[0.0], np.geomspace(1e-6, 1, 60)])
        for low, high in pairwise(ladder):
            if (height(low) < 0) != (height(high) < 0):
                zero = bisected(height, low, high)
                # A jump across zero is not a zero.
                found += [abs(zero)] if abs(height(zero)) < 1e-12 else []
                break
    return min(found)


def bisected(height, low, high):
    """Return where the sign changes between two points."""
    sign = height(low) < 0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (height(middle) < 0) == sign else (low, middle)
    return min(low, high, key=lambda s: abs(height(s)))


def conclusion(f, gradient, x0, v, *, tilt=0.0, small=little):
    """Some correction along n is small compared with the way along v: r'(0) = v for a curve."""
    length = np.linalg.norm(gradient)
    normals = [gradient / length] if length else ways(len(x0))
    t = 1e-4
    return any(
        max(correction(f, x0, v + tilt * n, n, s) for s in (t, -t)) <= small(t) for n in normals
    )


@given(convex_functions(2), vectors(2))
def test_holds(f, x0):
    g = f.gradient(x0)
    assume(np.linalg.norm(g) > 0.5)
    v = np.array([-g[1], g[0]]) / np.linalg.norm(g)
    assert not broken(hypotheses(f, g, x0, v))
    assert conclusion(f, g, x0, v)


def test_near_misses():
    x0 = np.array([1.0, 0.0])
    circle = (square, 2 * x0, x0, np.array([0.0, 1.0]))

    def creased(w):  # differentiable at 0, and at no other point of the first axis
        return w[1] + abs(w[0] * w[1]) + w[0] ** 2

    near = [
        circle,
        (lambda w: square(w) + 7 * (w[1] > 0.5), *circle[1:]),  # a jump, not near
        (lambda w: np.log(w[0]) + w[1] ** 2, x0, x0, np.array([0.0, 1.0])),  # D is a half-plane
        (square, 2 * x0, x0, np.array([0.0, -3.0])),
        (square, 2 * x0, x0, np.zeros(2)),
        (creased, np.array([0.0, 1.0]), np.zeros(2), np.array([1.0, 0.0])),
        (square, np.array([2.0]), np.ones(1), np.zeros(1)),
        (square, np.array([1.2, 0.0, 1.6]), np.array([0.6, 0.0, 0.8]), np.array([-0.8, 1.0, 0.6])),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_continuous():
    instance = (torn, np.array([0.0, 1.0]), np.zeros(2), np.array([1.0, 0.0]))
    assert broken(hypotheses(*instance)) == ["continuous"]
    assert not conclusion(*instance)


def test_both_sides_are_asked_for():
    for side in (1, -1):

        def half(w, side=side):  # torn on one side
            return torn(np.array([max(side * w[0], 0.0), w[1]]))

        instance = (half, np.array([0.0, 1.0]), np.zeros(2), np.array([1.0, 0.0]))
        assert broken(hypotheses(*instance)) == ["continuous"]
        assert not conclusion(*instance)


def test_without_differentiable():
    orthogonal = np.array([2.0, -1.0]) / np.sqrt(5)
    instance = (only_partials, partials_at_zero, np.zeros(2), orthogonal)
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)


def test_without_nonzero():
    # At the pass only (1, ±√2) and their multiples are tangents.
    instance = (basins, np.zeros(2), np.zeros(2), np.array([1.0, 0.0]))
    assert broken(hypotheses(*instance)) == ["nonzero"]
    assert not conclusion(*instance)
    assert conclusion(basins, np.zeros(2), np.zeros(2), np.array([1.0, np.sqrt(2)]))


def test_a_pass_in_space_and_any_speed():
    instance = (lambda w: basins(w[:2]), np.zeros(3), np.zeros(3), 3 * np.eye(3)[0])
    assert broken(hypotheses(*instance)) == ["nonzero"]
    assert not conclusion(*instance)
