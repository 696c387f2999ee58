"""prp-c1-differentiable: continuous partial derivatives make a function differentiable."""

import numpy as np
from convex_instances import convex_functions, vectors
from hypothesis import given
from level_instances import ways
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
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


def hypotheses(f, x):
    """The partial derivatives near x are near those at x, in many directions."""
    here, near = partials_of(f, x), [x + 1e-4 * v for v in ways(len(x))]
    apart = max(np.abs(partials_of(f, y) - here).max() for y in near)
    return {"continuous": bool(apart < 0.05)}


def proportional(t):
    return 1000 * t


def conclusion(f, x, *, linear=1, small=proportional):
    """The error of the linear approximation is small compared with ‖h‖, in many directions."""
    a = linear * partials_of(f, x)
    return all(
        max(abs(f(x + t * v) - f(x) - t * a @ v) / t for v in ways(len(x))) < small(t)
        for t in (1e-3, 1e-4)
    )


@given(convex_functions(2), vectors(2))
def test_holds(f, x):
    assert not broken(hypotheses(f, x))
    assert conclusion(f, x)


def kinks_towards_zero(x):
    """Its derivative is continuous at 0; at ½, ¼, … it jumps about, ever less."""
    terms = ((2.0**-k, x[0] - 2.0**-k) for k in range(1, 30))
    return sum(size * u**2 * np.sin(1 / u) for size, u in terms if u)


def test_near_misses():
    near = [
        (lambda x: 3 * x[0] - 4 * x[1] + 5 * x @ x, np.array([1.0, 2.0])),
        (only_partials, np.array([0.3, 0.1])),  # not at 0, but here
        (kinks_towards_zero, np.zeros(1)),
        (lambda x: kinks_towards_zero(x) + x[1], np.zeros(2)),
        (lambda x: x[0] * x[1] - x[2], np.array([1.0, 2.0, 3.0])),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_continuous():
    assert broken(hypotheses(only_partials, np.zeros(2))) == ["continuous"]
    assert not conclusion(only_partials, np.zeros(2))
