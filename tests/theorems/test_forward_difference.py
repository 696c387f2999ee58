"""thm-forward-difference: the error of a forward difference, and the step with the best bound."""

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
    "ε/h, for 2ε/h": {"rounding": 1},
    "hM/4, for hM/2": {"truncation": 1 / 4},
    "the square of the step": {"order": 2},
    "the step √(ε/M)": {"best": lambda eps, m: np.sqrt(eps / m)},
    "the step 2√ε, without M": {"best": lambda eps, m: 2 * np.sqrt(eps)},
    "the step 2√(εM)": {"best": lambda eps, m: 2 * np.sqrt(eps * m)},
    "two per cent more than the best step": {"best": lambda eps, m: 2.04 * np.sqrt(eps / m)},
    "the least bound √(εM)": {"least": 1},
    "the least bound 2.1√(εM)": {"least": 2.1},
    "the largest bound": {"sign": -1},
    "the same bound everywhere": {"sign": 0},
}


def hypotheses(f, m, eps, x, h, values):
    return {
        "smooth": bounded(f, 2, m, x, x + h),
        "accurate": accurate(f, (x, x + h), values, eps),
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
    truncation=1 / 2,
    rounding=2,
    order=1,
    best=lambda eps, m: 2 * np.sqrt(eps / m),
    least=2,
    sign=1,
):
    """|d - f'(x)| ≤ hM/2 + 2ε/h ≥ 2√(εM), with equality at 2√(ε/M) alone."""

    def bound(h):
        return truncation * h**order * m + rounding * eps / h

    error = abs((values[1] - values[0]) / h - f(x, 1))
    below = bool(error <= times * bound(h) * (1 + 1e-9))
    step = best(eps, m)
    told = bool(abs(bound(step) - least * np.sqrt(eps * m)) <= 1e-9 * bound(step))
    alone = all(
        sign * (bound(factor * step) - bound(step)) > 0
        for factor in (0.1, 0.98, 0.99, 1.01, 1.02, 9)
    )
    smallest = told and alone
    return below and smallest


@given(st.data(), MODERATE, MODERATE, st.floats(-2, 2))
def test_holds(data, eps, h, x):
    f, m = data.draw(sines(2))
    instance = f, m, eps, x, h, data.draw(programs(f, (x, x + h), eps))
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def worst(m, eps, x, h):
    """Return the instance of the last sentence of the theorem."""
    f = power(m, x, 2)
    return f, m, eps, x, h, (f(x) - eps, f(x + h) + eps)


TIGHT = worst(3.0, 0.02, 1.0, 0.5)


def test_near_misses():
    near = [TIGHT, worst(0.5, 0.1, 0.0, 2.0), worst(2.0, 1e-3, -1.0, 0.1)]
    for f in from_zero_on(2), restless(2):  # on [0, ½], where |f''| ≤ 10
        near += [(f, 10.0, 0.1, 0.0, 0.5, (f(0.0) + 0.1, f(0.5) - 0.1))]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_all_other_steps_are_asked_for():
    # A twentieth more than the best step, with the bound there: not all others are worse.
    least = 1.05 + 2 / 2.1
    assert not conclusion(*TIGHT, best=lambda eps, m: 2.1 * np.sqrt(eps / m), least=least)


def test_tight():
    assert conclusion(*TIGHT)
    assert not conclusion(*TIGHT, times=0.99)


@given(MODERATE, MODERATE, MODERATE)
def test_every_step_has_its_worst_case(m, eps, h):
    assert conclusion(*worst(m, eps, 0.0, h))
    assert not conclusion(*worst(m, eps, 0.0, h), times=0.999)
    assert not conclusion(*worst(m, eps, 0.0, h), least=2.02)


def rough_power(u, k=0):
    """|u|^1.5 near 0, with derivatives."""
    if k == 0:
        return np.abs(u) ** 1.5
    return 1.5 * np.sign(u) * np.abs(u) ** 0.5 if k == 1 else 0.75 * np.abs(u) ** -0.5


def test_without_smooth():
    for h in (1e-2, 1e-4):
        values = tuple(rough_power(np.float64(u)) for u in (0.0, h))
        instance = (rough_power, 1.0, 2.0**-53, np.float64(0.0), h, values)
        assert broken(hypotheses(*instance)) == ["smooth"]
        assert not conclusion(*instance)


def test_the_whole_interval_is_asked_for():
    # The second derivative of the sine is 0 at both ends, and that of the cube at x.
    for f in (wave(1.0, 1.0, 0.0, 0.0), wave(-1.0, 1.0, 0.0, 0.0), power(-6.0, 0.0, 3)):
        instance = (f, 0.1, 1e-6, 0.0, np.pi, (f(0.0), f(np.pi)))
        assert broken(hypotheses(*instance)) == ["smooth"]
        assert not conclusion(*instance)


def test_without_accurate():
    # In float32 the two values are equal; and x + h is not a float64 near 1.5.
    f, h = power(np.e, 0.0, 1), 2e-8
    single = tuple(float(np.float32(f(np.float32(u)))) for u in (1.0, 1 + h))
    instance = (f, 1.0, 2.0**-52, 1.0, h, single)
    assert broken(hypotheses(*instance)) == ["accurate"]
    assert not conclusion(*instance)


def test_a_little_too_much_is_too_much():
    f, m, eps, *rest, values = TIGHT
    assert broken(hypotheses(f, 0.99 * m, eps, *rest, values)) == ["smooth"]
    assert not conclusion(f, 0.99 * m, eps, *rest, values)
    assert broken(hypotheses(f, m, 0.99 * eps, *rest, values)) == ["accurate"]
    assert not conclusion(f, m, 0.99 * eps, *rest, values)


def test_every_value_is_asked_for():
    for values in ((-1e-2, 0.0), (0.0, 1e-2)):
        instance = (power(0.0, 0.0, 2), 1.0, 1e-6, 0.0, 0.1, values)
        assert broken(hypotheses(*instance)) == ["accurate"]
        assert not conclusion(*instance)
