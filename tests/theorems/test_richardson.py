"""prp-richardson: the error of two central differences, extrapolated once."""

import numpy as np
from difference_instances import (
    MODERATE,
    accurate,
    bounded,
    from_zero_on,
    power,
    programs,
    restless,
    sines,
    wave,
)
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the bound, times .99": {"times": 0.99},
    "2ε/h, for 3ε/h": {"rounding": 2},
    "h⁴M/500, for h⁴M/480": {"truncation": 1 / 500},
    "the fifth power of the step": {"order": 5},
    "weights that sum to 1, and no more": {"weights": (2, -1)},
    "the differences exchanged": {"weights": (-1 / 3, 4 / 3)},
    "the step (3ε/M)^⅕": {"best": lambda eps, m: (3 * eps / m) ** (1 / 5)},
    "the step (370ε/M)^⅕": {"best": lambda eps, m: (370 * eps / m) ** (1 / 5)},
    "the least bound 4ε/h": {"least": 4},
    "the largest bound": {"sign": -1},
    "the same bound everywhere": {"sign": 0},
}


def points(x, h):
    return (x - h, x - h / 2, x + h / 2, x + h)


def hypotheses(f, m, eps, x, h, values):
    return {
        "smooth": bounded(f, 5, m, x - h, x + h),
        "accurate": accurate(f, points(x, h), values, eps),
    }


def conclusion(
    f,
    m,
    eps,
    x,
    h,
    values,
    *,
    times=1.0,
    weights=(4 / 3, -1 / 3),
    truncation=1 / 480,
    rounding=3,
    order=4,
    best=lambda eps, m: (360 * eps / m) ** (1 / 5),
    least=15 / 4,
    sign=1,
):
    """|d - f'(x)| ≤ h⁴M/480 + 3ε/h, which is smallest, 15ε/4h, for h = (360ε/M)^⅕."""

    def bound(h):
        return truncation * h**order * m + rounding * eps / h

    half, whole = (values[2] - values[1]) / h, (values[3] - values[0]) / (2 * h)
    error = abs(weights[0] * half + weights[1] * whole - f(x, 1))
    below = bool(error <= times * bound(h) * (1 + 1e-9))
    step = best(eps, m)
    told = bool(abs(bound(step) - least * eps / step) <= 1e-9 * bound(step))
    alone = all(
        sign * (bound(factor * step) - bound(step)) > 0
        for factor in (0.1, 0.99, 0.996, 1.004, 1.01, 9)
    )
    smallest = told and alone
    return below and smallest


@given(st.data(), st.floats(1e-3, 1), MODERATE, st.floats(-2, 2))
def test_holds(data, eps, h, x):
    f, m = data.draw(sines(5))
    instance = f, m, eps, x, h, data.draw(programs(f, points(x, h), eps))
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def worst(m, eps, x, h):
    """Return the instance of the last sentence of the statement."""
    f = power(m, x, 5)
    # Exact values err by -h⁴M/480; these errors have the same sign.
    errors = [-eps, eps, -eps, eps]
    return f, m, eps, x, h, [f(u) + e for u, e in zip(points(x, h), errors, strict=True)]


TIGHT = worst(30.0, 0.001, 1.0, 0.9)


def test_near_misses():
    near = [TIGHT, worst(200.0, 1e-5, 0.0, 2.0), worst(2.0, 1e-3, -1.0, 0.1)]
    # An interval that begins at 0; and one inside which the fifth derivative jumps about.
    f, g = from_zero_on(5), restless(5)
    near += [(f, 400.0, 0.1, 0.5, 0.5, [f(u) for u in points(0.5, 0.5)])]
    near += [(g, 1e4, 0.1, 0.0, 0.4, [g(u) + 0.1 for u in points(0.0, 0.4)])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_all_other_steps_are_asked_for():
    # A twentieth more than the best step, with the bound there: not all others are worse.
    assert not conclusion(
        *TIGHT, best=lambda eps, m: 1.05 * (360 * eps / m) ** (1 / 5), least=3 + 0.75 * 1.05**5
    )


def test_tight():
    assert conclusion(*TIGHT)
    assert not conclusion(*TIGHT, times=0.99)


@given(MODERATE, st.floats(1e-4, 1), st.floats(0.2, 3))
def test_every_step_has_its_worst_case(m, eps, h):
    assert conclusion(*worst(m, eps, 0.0, h))
    assert not conclusion(*worst(m, eps, 0.0, h), times=0.999)
    assert not conclusion(*worst(m, eps, 0.0, h), least=3.7875)


def folded(u, k=0):
    """u|u|, with its derivatives away from 0; its second derivative jumps there."""
    u = np.float64(u)
    if k > 2:
        return np.inf if abs(u) < 1e-9 else 0.0
    return (u * abs(u), 2 * abs(u), 2 * np.sign(u))[k]


def test_without_smooth():
    instance = (folded, 1.0, 1e-6, 0.0, 0.1, [folded(u) for u in points(0.0, 0.1)])
    assert broken(hypotheses(*instance)) == ["smooth"]
    assert not conclusion(*instance)


def test_without_accurate():
    instance = (power(0.0, 0.0, 5), 1.0, 1e-6, 0.0, 0.1, (1e-3, -1e-3, 1e-3, -1e-3))
    assert broken(hypotheses(*instance)) == ["accurate"]
    assert not conclusion(*instance)


def test_a_little_too_much_is_too_much():
    f, m, eps, *rest, values = TIGHT
    assert broken(hypotheses(f, 0.99 * m, eps, *rest, values)) == ["smooth"]
    assert not conclusion(f, 0.99 * m, eps, *rest, values)
    assert broken(hypotheses(f, m, 0.99 * eps, *rest, values)) == ["accurate"]
    assert not conclusion(f, m, 0.99 * eps, *rest, values)


def bent(side, start):
    """Return a function that is ±(u - start)⁶ beyond there on one side, and 0 before."""

    def derivative(u, k=0):
        beyond = max(side * u - start, 0.0)
        return side**k * np.prod(np.arange(6.0, 6.0 - k, -1)) * beyond ** (6 - k)

    return derivative


def test_the_whole_interval_is_asked_for():
    sine = wave(1.0, np.pi / 2, 0.0, 0.0)  # whose fifth derivative is 0 at both ends
    # One side of x alone, and beyond x ± h/2 alone.
    for f in (sine, bent(1, 0.0), bent(-1, 0.0), bent(1, 0.5), bent(-1, 0.5)):
        for sign in (1, -1):

            def signed(u, k=0, f=f, sign=sign):
                return sign * f(u, k)

            instance = (signed, 1e-3, 1e-6, 0.0, 1.0, [signed(u) for u in points(0.0, 1.0)])
            assert broken(hypotheses(*instance)) == ["smooth"]
            assert not conclusion(*instance)


def test_every_value_is_asked_for():
    for place in range(4):
        values = [1e-3 * (k == place) for k in range(4)]
        instance = (power(0.0, 0.0, 5), 1.0, 1e-6, 0.0, 0.1, values)
        assert broken(hypotheses(*instance)) == ["accurate"]
        assert not conclusion(*instance)
