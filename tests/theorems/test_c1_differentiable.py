"""prp-c1-differentiable: continuous partial derivatives make a function differentiable."""

import numpy as np
from convex_instances import convex_functions, vectors
from hypothesis import given
from near import broken, missed
from smooth_instances import only_partials

NEAR_MISSES = {
    "twice the linear part": {"linear": 2},
    "the linear part, times 1.01": {"linear": 1.01},
    "without the linear part": {"linear": 0},
    "an error of the order ‖h‖³": {"small": lambda t: 1000 * t**2},
}


def partials_of(f, x):
    """Return the partial derivatives, by central differences."""
    h = 1e-6
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(2)])


def circle(number=16):
    angles = np.linspace(0, 2 * np.pi, number, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def hypotheses(f, x):
    """The partial derivatives near x are near those at x, in many directions."""
    apart = max(np.abs(partials_of(f, x + 1e-4 * v) - partials_of(f, x)).max() for v in circle())
    return {"continuous": bool(apart < 0.05)}


def proportional(t):
    return 1000 * t


def conclusion(f, x, *, linear=1, small=proportional):
    """The error of the linear approximation is small compared with ‖h‖, in many directions."""
    a = linear * partials_of(f, x)
    return all(
        max(abs(f(x + t * v) - f(x) - t * a @ v) / t for v in circle()) < small(t)
        for t in (1e-3, 1e-4)
    )


@given(convex_functions(2), vectors(2))
def test_holds(f, x):
    assert not broken(hypotheses(f, x))
    assert conclusion(f, x)


def test_near_misses():
    near = [(lambda x: 3 * x[0] - 4 * x[1] + 5 * x @ x, np.array([1.0, 2.0]))]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_continuous():
    assert broken(hypotheses(only_partials, np.zeros(2))) == ["continuous"]
    assert not conclusion(only_partials, np.zeros(2))
