"""prp-central-difference: the error of a central difference, and the step with the best bound."""

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
    "ε/2h, for ε/h": {"rounding": 1 / 2},
    "h²M/12, for h²M/6": {"truncation": 1 / 12},
    "the third power of the step": {"order": 3},
    "the step (ε/M)^⅓": {"best": lambda eps, m: (eps / m) ** (1 / 3)},
    "equal errors": {"best": lambda eps, m: (6 * eps / m) ** (1 / 3)},
    "the step of the forward difference": {"best": lambda eps, m: 2 * np.sqrt(eps / m)},
    "the least bound 2ε/h": {"least": 2},
    "the largest bound": {"sign": -1},
    "the same bound everywhere": {"sign": 0},
}


def hypotheses(f, m, eps, x, h, values):
    return {
        "smooth": bounded(f, 3, m, x - h, x + h),
        "accurate": accurate(f, (x - h, x + h), values, eps),
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
    truncation=1 / 6,
    rounding=1,
    order=2,
    best=lambda eps, m: (3 * eps / m) ** (1 / 3),
    least=3 / 2,
    sign=1,
):
    """|d - f'(x)| ≤ h²M/6 + ε/h, which is smallest, 3ε/2h, for h = (3ε/M)^⅓."""

    def bound(h):
        return truncation * h**order * m + rounding * eps / h

    error = abs((values[1] - values[0]) / (2 * h) - f(x, 1))
    below = bool(error <= times * bound(h) * (1 + 1e-9))
    step = best(eps, m)
    told = bool(abs(bound(step) - least * eps / step) <= 1e-9 * bound(step))
    alone = all(
        sign * (bound(factor * step) - bound(step)) > 0
        for factor in (0.1, 0.98, 0.99, 1.01, 1.02, 9)
    )
    smallest = told and alone
    return below and smallest


@given(st.data(), MODERATE, MODERATE, st.floats(-2, 2))
def test_holds(data, eps, h, x):
    f, m = data.draw(sines(3))
    instance = f, m, eps, x, h, data.draw(programs(f, (x - h, x + h), eps))
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def worst(m, eps, x, h):
    """Return the instance of the last sentence of the statement."""
    f = power(m, x, 3)
    return f, m, eps, x, h, (f(x - h) - eps, f(x + h) + eps)


TIGHT = worst(3.0, 0.02, 1.0, 0.5)


def test_near_misses():
    near = [TIGHT, worst(0.5, 0.1, 0.0, 2.0), worst(2.0, 1e-3, -1.0, 0.1)]
    # An interval that begins at 0; and one inside which the third derivative jumps about.
    f, g = from_zero_on(3), restless(3)
    near += [(f, 15.0, 0.1, 0.5, 0.5, (f(0.0) - 0.1, f(1.0) + 0.1))]
    near += [(g, 50.0, 0.1, 0.0, 0.4, (g(-0.4) + 0.1, g(0.4) + 0.1))]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_all_other_steps_are_asked_for():
    # A twentieth more than the best step, with the bound there: not all others are worse.
    assert not conclusion(
        *TIGHT, best=lambda eps, m: 1.05 * (3 * eps / m) ** (1 / 3), least=1 + 1.05**3 / 2
    )


def test_tight():
    assert conclusion(*TIGHT)
    assert not conclusion(*TIGHT, times=0.99)


@given(MODERATE, MODERATE, MODERATE)
def test_every_step_has_its_worst_case(m, eps, h):
    assert conclusion(*worst(m, eps, 0.0, h))
    assert not conclusion(*worst(m, eps, 0.0, h), times=0.999)
    assert not conclusion(*worst(m, eps, 0.0, h), least=1.515)


def folded(u, k=0):
    """u|u|, with its derivatives away from 0; its second derivative jumps there."""
    u = np.float64(u)
    if k == 3:
        return np.inf if abs(u) < 1e-9 else 0.0
    return (u * abs(u), 2 * abs(u), 2 * np.sign(u))[k]


def test_without_smooth():
    instance = (folded, 1.0, 1e-6, 0.0, 0.1, (folded(-0.1), folded(0.1)))
    assert broken(hypotheses(*instance)) == ["smooth"]
    assert not conclusion(*instance)


def test_without_accurate():
    instance = (power(0.0, 0.0, 3), 1.0, 1e-6, 0.0, 0.1, (-1e-3, 1e-3))
    assert broken(hypotheses(*instance)) == ["accurate"]
    assert not conclusion(*instance)


def test_a_little_too_much_is_too_much():
    f, m, eps, *rest, values = TIGHT
    assert broken(hypotheses(f, 0.99 * m, eps, *rest, values)) == ["smooth"]
    assert not conclusion(f, 0.99 * m, eps, *rest, values)
    assert broken(hypotheses(f, m, 0.99 * eps, *rest, values)) == ["accurate"]
    assert not conclusion(f, m, 0.99 * eps, *rest, values)


def bent(side):
    """Return a function that is 0 on one side, with the third derivative ±60 on the other."""
    return lambda u, k=0: (
        (10, 30, 60, 60)[k] * side**k * max(side * u, 0.0) ** (3 - k) * (side * u > 0)
    )


def test_the_ends_are_not_enough():
    # The third derivative of the sine is 0 at x - h and at x + h.
    for f in (wave(1.0, 1.0, 0.0, 0.0), wave(-1.0, 1.0, 0.0, 0.0)):
        h = np.pi / 2
        instance = (f, 0.1, 1e-6, 0.0, h, (f(-h), f(h)))
        assert broken(hypotheses(*instance)) == ["smooth"]
        assert not conclusion(*instance)


def test_both_sides_are_asked_for():
    for side in (1, -1):
        f = bent(side)
        instance = (f, 1.0, 1e-6, 0.0, 0.1, (f(-0.1), f(0.1)))
        assert broken(hypotheses(*instance)) == ["smooth"]
        assert not conclusion(*instance)


def test_every_value_is_asked_for():
    for values in ((-1e-3, 0.0), (0.0, 1e-3)):
        instance = (power(0.0, 0.0, 3), 1.0, 1e-6, 0.0, 0.1, values)
        assert broken(hypotheses(*instance)) == ["accurate"]
        assert not conclusion(*instance)
