"""cor-circulants-commute: the product of two circulant matrices is that of a * b, either way."""

import numpy as np
from circulant_instances import circulant, convolved, modulo, rings, same, vectors_over
from hypothesis import given
from hypothesis import strategies as st
from near import missed

NEAR_MISSES = {
    "one of them with rows exchanged": {"second": lambda b: circulant(b)[::-1]},
    "the entrywise product of the kernels": {"kernel": lambda a, b: a * b},
    "the correlation of the kernels": {
        "kernel": lambda a, b: convolved(np.roll(a[::-1], 1), b),
    },
}


def conclusion(a, b, m, *, second=circulant, kernel=convolved):
    """C_a C_b = C_b C_a = C_{a * b}."""
    one, other = circulant(a), second(b)
    commute = same(one @ other, other @ one, m)
    return commute and same(one @ circulant(b), circulant(kernel(a, b)), m)


@given(rings, st.integers(1, 5), st.data())
def test_holds(m, n, data):
    a, b = data.draw(vectors_over(n)), data.draw(vectors_over(n))
    assert conclusion(modulo(a, m), modulo(b, m), m)


def test_near_misses():
    near = [
        (np.array([1, 2, 0, -1]), np.array([3, 1, 4, 1]), 0),
        (np.array([1, 2, 0]), np.array([0, 1, 3]), 5),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_every_row_is_asked_for():
    # With this matrix the shift commutes in the first row alone.
    entry = np.zeros((3, 3), dtype=int)
    entry[1, 0] = 1
    a, b = np.array([0, 1, 0]), np.array([1, 2, 5])
    assert not conclusion(a, b, 0, second=lambda b: circulant(b) + entry)
