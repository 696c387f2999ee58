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
    "a with itself, for a with b": {"kernel": lambda a, b: convolved(a, a)},
    "C_b C_a, with an entry one more": {"swapped": lambda P: P + unit(len(P), 1, 2)},
    "it is another entry": {"swapped": lambda P: P + unit(len(P), 2, 0)},
    "C_{a * b}, with an entry one more": {"whole": lambda C: C + unit(len(C), 1, 2)},
    "there it is another entry": {"whole": lambda C: C + unit(len(C), 0, 1)},
}


def unit(n, i, j):
    """Return a matrix with a 1 there and zeros elsewhere."""
    matrix = np.zeros((n, n), dtype=int)
    matrix[i, j] = 1
    return matrix


def conclusion(
    a,
    b,
    m,
    *,
    second=circulant,
    kernel=convolved,
    swapped=lambda P: P,
    whole=lambda C: C,
):
    """C_a C_b = C_b C_a = C_{a * b}."""
    one, other = circulant(a), second(b)
    commute = same(one @ other, swapped(other @ one), m)
    return commute and same(one @ circulant(b), whole(circulant(kernel(a, b))), m)


@given(rings, st.integers(1, 5), st.data())
def test_holds(m, n, data):
    a, b = data.draw(vectors_over(n)), data.draw(vectors_over(n))
    assert conclusion(modulo(a, m), modulo(b, m), m)


def test_near_misses():
    near = [
        (np.array([1, 2, 0, -1]), np.array([3, 1, 4, 1]), 0),
        (np.array([1, 2, 0]), np.array([0, 1, 3]), 5),
        (np.array([2, 1, 0]), np.array([-1, 3, -2]), 0),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_every_row_is_asked_for():
    # With this matrix the shift commutes in the first row alone.
    entry = unit(3, 1, 0)
    a, b = np.array([0, 1, 0]), np.array([1, 2, 5])
    assert not conclusion(a, b, 0, second=lambda b: circulant(b) + entry)
