"""thm-taylor: the remainder is the next term, taken at a point in between."""

from math import factorial

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from near import broken, missed
from smooth_instances import coordinates, derivatives, waves

NEAR_MISSES = {
    "one term less": {"terms": -1},
    "without the factorial": {"factor": lambda n: 1},
    "n!, for (n + 1)!": {"factor": factorial},
    "a hundredth more than (n + 1)!": {"factor": lambda n: 1.01 * factorial(n + 1)},
    "the remainder with the derivative of order n": {"order": 0},
    "the remainder with the power n": {"power": 0},
    "a point beyond y": {"place": (1.0, 1.5)},
    "a point in the first tenth": {"place": (0.0, 0.1)},
}


def hypotheses(derivative_of, n, x, y):
    """Each derivative up to n + 1 is compared with quotients of the one before."""
    h, errors = 1e-6, []
    for t in x + (y - x) * np.linspace(0, 1, 101):
        for k in range(n + 1):
            for side in (h, -h):
                quotient = (derivative_of(k)(t + side) - derivative_of(k)(t)) / side
                errors.append(abs(quotient - derivative_of(k + 1)(t)))
    return {"differentiable": bool(max(errors) < 1e-2)}


def conclusion(
    derivative_of,
    n,
    x,
    y,
    *,
    terms=0,
    factor=lambda n: factorial(n + 1),
    order=1,
    power=1,
    place=(0.0, 1.0),
):
    """Some ξ strictly between makes the formula true; sought on a fine grid."""
    way = y - x
    sums = (derivative_of(k)(x) / factorial(k) * way**k for k in range(n + 1 + terms))
    needed = (derivative_of(0)(y) - sum(sums)) * factor(n) / way ** (n + power)
    between = x + way * np.linspace(*place, 40_001)[1:-1]
    return bool(np.abs(derivative_of(n + order)(between) - needed).min() < 0.01)


@given(waves, st.integers(0, 3), coordinates, coordinates)
def test_holds(wave, n, x, y):
    assume(x != y)

    def derivative_of(k):
        return derivatives(wave, k)

    assert not broken(hypotheses(derivative_of, n, x, y))
    assert conclusion(derivative_of, n, x, y)


def exponential(k):
    return np.exp


def parabola(k):
    return [lambda t: t**2 + 5 * t, lambda t: 2 * t + 5, lambda t: 2 + 0 * t][k]


def restless(k):
    """t² sin(1/t), whose derivative jumps about at 0."""

    def value(t):
        inverse = np.divide(1, t, out=np.zeros_like(t, float), where=np.not_equal(t, 0))
        slope = 2 * t * np.sin(inverse) - np.cos(inverse) * np.not_equal(t, 0)
        return slope if k else t**2 * np.sin(inverse)

    return value


def test_near_misses():
    near = [(exponential, n, 0.0, 2.0) for n in (1, 2)] + [(parabola, 1, 1.0, 3.0)]
    near += [(exponential, 0, 0.0, -1.0), (parabola, 1, 3.0, 1.0), (parabola, 0, -2.0, -1.0)]
    near += [(restless, 0, -1.0, 1.0), (restless, 0, 1.0, 0.0)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_differentiable():
    kink = [np.abs, np.sign]
    kink_of_the_slope = [lambda t: t * np.abs(t) / 2, *kink]
    jump = [lambda t: t + (t > 0), lambda t: 1 + 0 * t, lambda t: 0 * t]
    # The mean slope 0 is what is said of the slope at the two ends, and nowhere between them.
    level_at_the_ends = [np.abs, lambda t: np.sign(t) * (np.abs(t) < 1)]
    for given_ones in kink, kink_of_the_slope, jump, level_at_the_ends:
        instance = given_ones.__getitem__, len(given_ones) - 2, -1.0, 1.0 + 1e-7
        assert broken(hypotheses(*instance)) == ["differentiable"]
        assert not conclusion(*instance)
