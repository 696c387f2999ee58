"""thm-circulant-commutes: a circulant matrix commutes with the shift; its first column is a."""

import numpy as np
from circulant_instances import circulant, modulo, rings, same, shift, vectors_over
from hypothesis import given
from hypothesis import strategies as st
from near import missed

NEAR_MISSES = {
    "with a shift that fills up with 0": {"shifted": lambda x: np.array([0, *x[:-1]])},
    "with the reversal": {"shifted": lambda x: x[::-1]},
    "with the exchange of the first two": {"shifted": lambda x: np.array([*x[1::-1], *x[2:]])},
    "the transpose of the product": {"product": lambda C, x: C.T @ x},
    "the product in another order": {"product": lambda C, x: (C @ x)[::-1]},
    "C_a S x with the first entry one more": {
        "product": lambda C, x: C @ x + (np.arange(len(x)) < 1)
    },
    "with all other entries one more": {"product": lambda C, x: C @ x + (np.arange(len(x)) > 0)},
    "the kernel is the first row": {"column": lambda C: C[0]},
    "the kernel is the last column": {"column": lambda C: C[:, -1]},
}


def conclusion(
    a,
    x,
    m,
    *,
    shifted=shift,
    product=lambda C, x: C @ x,
    column=lambda C: C @ np.eye(len(C), dtype=int)[0],
):
    """C_a S x = S C_a x, and C_a e_0 = a."""
    C = circulant(a)
    return same(product(C, shifted(x)), shifted(C @ x), m) and same(column(C), a, m)


@given(rings, st.integers(1, 6), st.data())
def test_holds(m, n, data):
    a, x = data.draw(vectors_over(n)), data.draw(vectors_over(n))
    assert conclusion(modulo(a, m), modulo(x, m), m)


def test_near_misses():
    near = [
        (np.array([1, 2, 0, -1]), np.array([3, 1, 4, 2]), 0),
        (np.array([1, 0, 0]), np.array([0, 1, 1]), 2),
        (np.array([5]), np.array([3]), 6),
        (np.array([1, -3, 2]), np.array([-2, 0, 1]), 0),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)
    # One number is not the vector whose entries are all that number.
    number = {"the first entry alone": {"column": lambda C: C[0, 0]}}
    assert not missed(number, [(np.ones(3, dtype=int), np.array([3, 1, 4]), 0)], conclusion)
