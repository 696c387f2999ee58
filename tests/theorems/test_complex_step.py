"""prp-complex-step: the imaginary part of f(x + ih), divided by h."""

import cmath

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the bound, times .99": {"times": 0.99},
    "an error as large as the bound": {"least": 0.99},
    "the truncation error of a real step": {"truncation": lambda a, r, h: a * h**2 / r**3},
    "r² + h², for r² - h²": {"truncation": lambda a, r, h: a * h**2 / (r * (r**2 + h**2))},
    "no relative error of the truncation error": {"inner": 0},
    "no relative error of the derivative": {"slope": 0},
    "the real part": {"part": lambda v, re: re},
}


def series(coefficients, z):
    """Return Σ a_k z^k; the coefficients are so many that the rest is rounding."""
    return sum(a * z**k for k, a in enumerate(coefficients))


def hypotheses(coefficients, a, r, h, delta, returned):
    odd = [abs(c) * r**k for k, c in enumerate(coefficients) if k >= 3 and k % 2]
    exact = series(coefficients, 1j * h).imag
    return {
        "size": max(odd, default=0) <= a * (1 + 1e-9),
        "program": abs(returned.imag - exact) <= (delta + 1e-12) * abs(exact) * (1 + 1e-9),
    }


def truncation_error(a, r, h):
    return a * h**2 / (r * (r**2 - h**2))


def conclusion(
    coefficients,
    a,
    r,
    h,
    delta,
    returned,
    *,
    times=1.0,
    truncation=truncation_error,
    inner=1,
    slope=1,
    part=lambda v, re: v,
    least=0.0,
):
    """|v/h - f'(x)| ≤ T + δ(|f'(x)| + T)."""
    t, derivative = truncation(a, r, h), coefficients[1]
    bound = t + delta * (slope * abs(derivative) + inner * t)
    error = abs(part(returned.imag, returned.real) / h - derivative)
    return bool(least * bound <= error <= times * bound * (1 + 1e-9) + 1e-12)


def returned(coefficients, h, relative):
    exact = series(coefficients, 1j * h)
    return complex(exact.real, exact.imag * (1 + relative))


@given(st.data(), st.floats(0.5, 2), st.floats(0.1, 3), st.floats(0, 0.5), st.floats(0.05, 0.5))
def test_holds(data, r, a, delta, share):
    terms = st.lists(st.floats(-1, 1), min_size=2, max_size=12)
    coefficients = [a * c / r**k for k, c in enumerate(data.draw(terms))]
    h = share * r
    off = delta * data.draw(st.floats(-1, 1))
    instance = coefficients, a, r, h, delta, returned(coefficients, h, off)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def worst(a, r, h, delta):
    """Return the instance of the last sentence of the statement."""
    terms = 2 * round(40 / -np.log2(h / r)) + 3
    coefficients = [0.0] * terms
    coefficients[1] = 1.0
    for k in range(3, terms, 2):
        coefficients[k] = (-1) ** ((k - 1) // 2) * a / r**k
    return coefficients, a, r, h, delta, returned(coefficients, h, delta)


TIGHT = worst(2.0, 1.5, 0.9, 0.1)


def test_near_misses():
    # The even coefficients may be of any size.
    odd, *rest = worst(1.0, 2.0, 0.1, 0.2)
    near = [TIGHT, worst(1.0, 1.0, 0.5, 0.0), ([*odd[:4], 99.0, *odd[5:]], *rest)]
    # A slope larger than A/r, or none; a program that errs by all of it, or more; h next to r.
    slopes = [[2.0, 50.0, 7.0, 0.5], [1.0, 0.0, 0.0, -1.0]]
    near += [(c, 1.0, 1.0, 0.9, 2.0, returned(c, 0.9, off)) for c in slopes for off in (-2, -1, 2)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # Each of them tells, whatever the series and δ.
    assert not any(conclusion(*one, part=lambda v, re: 1e4) for one in near)


def test_tight():
    assert conclusion(*TIGHT)
    assert not conclusion(*TIGHT, times=0.99)


@given(st.floats(1e-3, 3), st.floats(0.5, 2), st.floats(0.1, 0.8), st.floats(0, 3))
def test_all_constants_have_their_worst_case(a, r, share, delta):
    assert conclusion(*worst(a, r, share * r, delta))
    assert not conclusion(*worst(a, r, share * r, delta), times=0.99)


def test_tanh_as_in_the_chapter():
    slope, third = 1 / np.cosh(0.5) ** 2, np.tanh(0.5)
    third = (6 * third**2 - 2) * slope
    error = cmath.tanh(0.5 + 1e-3j).imag / 1e-3 - slope
    np.testing.assert_allclose(error, -third * 1e-6 / 6, rtol=1e-5)
    np.testing.assert_allclose(error, 9.42015e-8, rtol=1e-6)


def test_without_size():
    # sin(100u)/100 at 0.
    coefficients, factorial = [0.0] * 60, 1.0
    for k in range(1, 60):
        factorial *= k
        coefficients[k] = (0, 1, 0, -1)[k % 4] * 100.0 ** (k - 1) / factorial
    instance = (coefficients, 1.0, 1.0, 0.1, 0.0, cmath.sin(10j) / 100)
    assert broken(hypotheses(*instance)) == ["size"]
    assert not conclusion(*instance)
    # u - 1000u³ and so on: the third coefficient alone is too large, or a later one.
    for k in (3, 5, 7, 9):
        power = [0.0, 1.0, *[0.0] * (k - 2), -(10.0**k)]
        instance = (power, 1.0, 1.0, 0.1, 0.0, returned(power, 0.1, 0.0))
        assert broken(hypotheses(*instance)) == ["size"]
        assert not conclusion(*instance)


def test_without_program():
    # np.abs at 1, where |1 + t| = 1 + t.
    # And at 1 + t: an error that is small compared with |f|, and not with the imaginary part.
    for instance in (
        ([1.0, 1.0], 1.0, 1.0, 1e-8, 0.0, complex(np.abs(1 + 1e-8j))),
        ([1.0, 1.0], 1.0, 1.0, 1e-8, 1e-3, 1 + 1e-6j),
    ):
        assert broken(hypotheses(*instance)) == ["program"]
        assert not conclusion(*instance)
