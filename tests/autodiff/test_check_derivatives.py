"""`check_derivatives` passes what is right, and says what is wrong."""

import re

import numpy as np
import pytest

from dlbook.autodiff import (
    MismatchError,
    check_derivatives,
    defjvp,
    defvjp,
    primitive,
    stop_gradient,
)

X = np.array([0.3, -1.2, 0.8])


def cube(vjp_error=0.0, jvp_error=0.0, constant=lambda x: x):
    @primitive
    def cube(x):
        return x * x * x

    entry = np.array([0.0, 1.0, 0.0])
    defvjp(cube, lambda g, ans, x: g * (3 * constant(x) ** 2 * (1 + vjp_error * entry)))
    defjvp(cube, lambda g, ans, x: g * (3 * x * x * (1 + jvp_error * entry)))
    return cube


def test_right_derivatives_pass():
    check_derivatives(cube(), X)
    check_derivatives(lambda p, y: {"a": np.tanh(p["w"] @ y), "b": p["b"]}, {"w": X, "b": 1.0}, X)
    check_derivatives(lambda x: np.zeros(0), X)


def test_complex_arguments_and_results_are_checked_by_their_parts():
    z = np.array([0.5 - 1j, 2j])
    check_derivatives(lambda z, x: {"a": np.exp(z) * x, "b": np.abs(z)}, z, 1.5)
    check_derivatives(np.fft.ifft, X)

    def half(z):  # the derivative by the imaginary part is lost
        return np.abs(np.real(z) + 1j * np.imag(stop_gradient(z)))

    with pytest.raises(MismatchError, match="to the imaginary part of argument 0 in"):
        check_derivatives(half, 0.3 + 0.4j)


@pytest.mark.parametrize("mode", ["vjp_error", "jvp_error"])
@pytest.mark.parametrize("error", [1e-4, -1e-4])
def test_an_error_in_one_entry_of_one_mode_is_found(mode, error):
    with pytest.raises(MismatchError) as caught:
        check_derivatives(lambda y, x: cube(**{mode: error})(x) * y, 2.0, X, order=1)
    words = str(caught.value)
    assert "argument 1[1]" in words
    name, rules = ("reverse", "defvjp") if mode == "vjp_error" else ("forward", "defjvp")
    assert f"in {name} mode; expected " in words
    assert f"first those of {rules}" in words
    assert "1 of 3 entries" in words
    given, expected = map(float, re.findall(r"derivative (\S+) with .* expected (\S+),", words)[0])
    assert given == pytest.approx((1 + error) * expected, rel=1e-9)


def test_an_error_of_the_second_order_is_found():
    wrong = cube(constant=stop_gradient)  # a rule that loses the derivative of its own
    check_derivatives(wrong, X, order=1)
    with pytest.raises(MismatchError, match="the gradient of the function"):
        check_derivatives(wrong, X, order=2)


def test_leaves_are_named():
    with pytest.raises(MismatchError, match=r"argument 0 \(leaf 1 of 2\)\[1\]"):
        check_derivatives(lambda p: p["a"] * cube(vjp_error=1e-4)(p["b"]), {"a": 1.0, "b": X})


def test_what_differences_cannot_check_is_refused():
    with pytest.raises(ValueError, match="argument 0 is float32; differences need float64"):
        check_derivatives(np.sin, X.astype(np.float32))
    with pytest.raises(ValueError, match="order is 3"):
        check_derivatives(np.sin, X, order=3)
