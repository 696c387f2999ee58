"""Differences converge as their formulas say, and no better."""

import numpy as np
import pytest

from dlbook.autodiff import numerical

METHODS = [
    numerical.forward_difference,
    numerical.central_difference,
    numerical.complex_step,
    numerical.richardson,
]


def f(x):
    return np.stack([np.exp(x[0] * x[1]), np.sin(x[2]) * x[0], x[1] ** 3])


def exact(x):
    a, b, c = x
    e = np.exp(a * b)
    return np.array([[b * e, a * e, 0], [np.sin(c), 0, a * np.cos(c)], [0, 3 * b**2, 0]])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(3))
def test_every_method_finds_the_jacobian(method, seed):
    x = np.random.default_rng(seed).uniform(0.5, 1.5, 3)
    tolerance = {0: 1e-7, 1: 1e-9, 2: 1e-14, 3: 1e-11}[METHODS.index(method)]
    np.testing.assert_allclose(method(f, x), exact(x), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("method", "order"), [(METHODS[0], 1), (METHODS[1], 2), (METHODS[2], 2)])
def test_the_error_falls_with_the_order_of_the_formula(method, order):
    steps = 2.0 ** -np.arange(3, 9)
    errors = [abs(float(method(np.exp, 1.0, step=h)) - np.e) for h in steps]
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert abs(slope - order) < 0.05


@pytest.mark.parametrize(("levels", "order", "largest"), [(2, 4, 0.25), (3, 6, 0.5), (4, 8, 2)])
def test_each_level_of_richardson_removes_a_term(levels, order, largest):
    steps = largest * 2.0 ** -np.arange(3)
    errors = [
        abs(float(numerical.richardson(np.exp, 1.0, step=h, levels=levels)) - np.e) for h in steps
    ]
    slopes = np.diff(np.log(errors)) / np.diff(np.log(steps))
    assert np.all(np.abs(slopes - order) < 0.1), slopes


def test_default_steps_are_near_the_best():
    for method in METHODS[:2]:
        best = min(abs(float(method(np.exp, 1.0, step=2.0**-k)) - np.e) for k in range(4, 40))
        assert abs(float(method(np.exp, 1.0)) - np.e) < 30 * best


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(), (0,), (2, 1), (1, 2, 2)])
def test_shapes(method, shape):
    x = np.ones(shape)
    found = method(lambda x: np.stack([x * x, x]), x)
    assert found.shape == (2, *shape, *shape)


@pytest.mark.parametrize(
    "method",
    [numerical.forward_difference, numerical.central_difference, numerical.richardson],
)
def test_values_may_be_complex_and_places_not(method):
    slope = method(lambda x: np.exp(1j * x), np.array([0.5, -1.0]))
    np.testing.assert_allclose(slope, np.diag(1j * np.exp(1j * np.array([0.5, -1.0]))), atol=1e-7)
    with pytest.raises(ValueError, match="x is complex; expected real numbers"):
        method(np.abs, 1j)


def test_complex_steps_refuse_real_values():
    with pytest.raises(ValueError, match="absolute values"):
        numerical.complex_step(np.abs, 1.0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("step", [0.0, -1e-3, np.nan])
def test_a_step_is_positive(method, step):
    with pytest.raises(ValueError, match="expected a number > 0"):
        method(np.exp, 1.0, step=step)


def test_richardson_needs_two_levels():
    with pytest.raises(ValueError, match="levels is 1"):
        numerical.richardson(np.exp, 1.0, levels=1)


def test_at_a_large_argument_the_step_grows():
    assert abs(float(numerical.central_difference(np.square, 1e8)) / 2e8 - 1) < 1e-9
