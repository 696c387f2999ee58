"""prp-circulant-real: diagonalisable over the real numbers if and only if a_k = a_{-k}."""

import numpy as np
from circulant_instances import circulant, vectors_over
from hypothesis import given
from hypothesis import strategies as st
from near import missed

NEAR_MISSES = {
    "a palindrome": {"symmetric": lambda a: np.array_equal(a, a[::-1])},
    "for every a": {"symmetric": lambda a: True},
    "for no a but multiples of e_0": {"symmetric": lambda a: not np.any(a[1:])},
    "equal up to the sign": {"symmetric": lambda a: np.array_equal(abs(a[1:]), abs(a[:0:-1]))},
    "a_1 = a_{-1}": {"symmetric": lambda a: a[1 % len(a)] == a[-1]},
    "a_1 = a_{-1} and a_2 = a_{-2}": {"symmetric": lambda a: np.array_equal(a[1:3], a[:-3:-1])},
}


def real_eigenvalues(matrix):
    """Return whether all are real; a circulant matrix has eigenvectors enough."""
    return bool(np.abs(np.linalg.eigvals(matrix).imag).max() < 1e-6)


def conclusion(a, *, symmetric=lambda a: np.array_equal(a[1:], a[:0:-1])):
    """Some T makes T C_a T⁻¹ diagonal if and only if a_k = a_{-k} for all k."""
    return real_eigenvalues(circulant(a)) == symmetric(a)


@given(st.integers(1, 6), st.booleans(), st.data())
def test_holds(n, mirrored, data):
    a = data.draw(vectors_over(n))
    assert conclusion(a + np.roll(a[::-1], 1) if mirrored else a)


def test_near_misses():
    near = [
        (np.array([0, 1, 0]),),
        (np.array([0, 1, -1]),),
        (np.array([0, 1, 2, 1]),),
        (np.array([1, 2, 1]),),
        (np.array([4, 1, 2, 3, 1]),),
        (np.array([4, 1, 2, 3, 5, 2, 1]),),
        (np.array([7]),),
        (np.array([0, 1.001, 1]),),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)
