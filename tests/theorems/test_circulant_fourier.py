"""thm-circulant-fourier: F is invertible, and F(a * x) is the entrywise product of Fa and Fx."""

from math import gcd

import numpy as np
from circulant_instances import convolved, invertible, modulo, same, vectors_over
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the product of x with Fa": {"product": lambda Fa, Fx, x: Fa * x},
    "the sum of Fa and Fx": {"product": lambda Fa, Fx, x: Fa + Fx},
    "the entrywise product, for a * x": {"combined": lambda a, x: a * x},
    "the correlation, for a * x": {"combined": lambda a, x: convolved(np.roll(a[::-1], 1), x)},
    "exponents that begin with 1": {"first": 1},
    "the inverse without the factor 1/n": {"factor": lambda n, m: 1},
    "the inverse with the same sign": {"sign": 1},
}


def powers(omega, n, m, first=0, sign=1):
    """Return the matrix of the ω^(jk), or of the ω^(-jk), modulo m."""
    base = omega if sign == 1 else pow(omega, n - 1, m)
    return np.array([[pow(base, (j + first) * (k + first), m) for k in range(n)] for j in range(n)])


def hypotheses(omega, a, x, m):
    n = len(a)
    return {
        "root": all(sum(pow(omega, j * k, m) for j in range(n)) % m == 0 for k in range(1, n)),
        "invertible": gcd(n, m) == 1,
    }


def inverse_of(n, m):
    return pow(n, -1, m) if gcd(n, m) == 1 else 0


def conclusion(
    omega,
    a,
    x,
    m,
    *,
    product=lambda Fa, Fx, x: Fa * Fx,
    combined=convolved,
    first=0,
    factor=inverse_of,
    sign=-1,
):
    """F G / n = I, and F(a * x) = (Fa)(Fx)."""
    n = len(a)
    F, G = powers(omega, n, m, first), powers(omega, n, m, sign=sign)
    inverse = same(factor(n, m) * (F @ G), np.eye(n, dtype=int), m)
    return inverse and same(F @ combined(a, x), product(F @ a, F @ x, x), m)


#: n, ω, m: also where the integers modulo m are not a field.
ROOTS = [
    (4, 4, 17),
    (4, 13, 17),
    (2, 16, 17),
    (8, 2, 17),
    (3, 2, 7),
    (2, 14, 15),
    (4, 2, 5),
    (1, 5, 6),
]


@given(st.sampled_from(ROOTS), st.data())
def test_holds(root, data):
    n, omega, m = root
    a, x = data.draw(vectors_over(n)), data.draw(vectors_over(n))
    instance = (omega, modulo(a, m), modulo(x, m), m)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


@given(st.integers(1, 9), st.data())
def test_holds_of_the_complex_numbers(n, data):
    a, x = data.draw(vectors_over(n)), data.draw(vectors_over(n))
    F = np.exp(-2j * np.pi * np.outer(range(n), range(n)) / n)
    assert np.allclose(F @ F.conj() / n, np.eye(n), atol=1e-12)
    assert np.allclose(F @ convolved(a, x), (F @ a) * (F @ x), atol=1e-9)
    assert np.allclose(F @ a, np.fft.fft(a), atol=1e-10)


def test_near_misses():
    near = [(4, np.array([1, 1, 2, 0]), np.array([1, 2, 3, 4]), 17)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    assert list(modulo(convolved([1, 1, 1, 0], [1, 2, 3, 4]), 17)) == [8, 7, 6, 9]


def test_without_root():
    for instance in (
        (1, np.array([1, 2, 0]), np.array([0, 1, 1]), 7),
        (1, np.array([1, 0]), np.array([0, 1]), 3),
        # ω has the order n, and 1 + ω is a divisor of zero.
        (4, np.array([1, 0]), np.array([0, 1]), 15),
        # The sums for k = 1 and k = 3 are zero, and that for k = 2 is not.
        (16, np.array([1, 1, 2, 0]), np.array([1, 2, 3, 4]), 17),
    ):
        assert broken(hypotheses(*instance)) == ["root"]
        assert not conclusion(*instance)
    assert not invertible(powers(1, 3, 7), 7)


def test_without_invertible():
    for omega, m in ((1, 2), (3, 4)):  # n is zero, or it is a divisor of zero
        instance = (omega, np.array([1, 0]), np.array([0, 1]), m)
        assert broken(hypotheses(*instance)) == ["invertible"]
        assert not conclusion(*instance)
        assert not invertible(powers(omega, 2, m), m)
