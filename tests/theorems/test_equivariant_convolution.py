"""thm-equivariant-convolution: linear and commuting with the shift is circular convolution."""

import numpy as np
from circulant_instances import convolved, modulo, rings, same, shift, vectors_over
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the answer to e_1, for that to e_0": {"asked": 1},
    "the answer to the ones": {"kernel": lambda L, e: L(np.ones_like(e))},
    "the correlation with it": {"combined": lambda a, x: convolved(np.roll(a[::-1], 1), x)},
    "the entrywise product with it": {"combined": lambda a, x: a * x},
    "for another kernel, too": {"others": lambda n: [np.zeros(n, dtype=int)]},
}


def tried(n, m):
    """Return vectors; for m = 0 also some over the integers with i."""
    rng = np.random.default_rng(n)
    vectors = [*np.eye(n, dtype=int), *rng.integers(-5, 6, (4, n))]
    return vectors if m else [*vectors, 1j * vectors[0], vectors[-1] + 1j * vectors[-2]]


def hypotheses(L, n, m):
    """Tried on the e_j and on a few sums, multiples and shifts."""
    sums = all(same(L(x + y), L(x) + L(y), m) for x in tried(n, m) for y in tried(n, m))
    numbers = (-1, 2, 3) if m else (-1, 2, 3, 1j)
    multiples = all(same(L(c * x), c * L(x), m) for x in tried(n, m) for c in numbers)
    return {
        "linear": sums and multiples,
        "equivariant": all(same(L(shift(x)), shift(L(x)), m) for x in tried(n, m)),
    }


def conclusion(
    L,
    n,
    m,
    *,
    asked=0,
    kernel=lambda L, e: L(e),
    combined=convolved,
    others=lambda n: np.eye(n, dtype=int),
):
    """L(x) = a * x with a = L(e_0), and for no other a: here those that differ from it a little."""
    a = kernel(L, np.eye(n, dtype=int)[asked % n])

    def fits(b):
        return all(same(L(x), combined(b, x), m) for x in tried(n, m))

    return fits(a) and not any(fits(a + other) for other in others(n))


def by_rows(rows):
    """Return the linear map of a matrix that is constant along its diagonals."""
    return lambda x: np.array([row @ x for row in rows])


@given(rings, st.integers(1, 5), st.data())
def test_holds(m, n, data):
    first = data.draw(vectors_over(n))
    rows = [first]
    for _ in range(n - 1):  # each row is the one before it, moved to the right
        rows.append(np.roll(rows[-1], 1))
    L = by_rows([modulo(row, m) for row in rows])
    assert not broken(hypotheses(L, n, m))
    assert conclusion(L, n, m)


@given(st.integers(1, 3), st.integers(2, 3), st.data())
def test_holds_of_averages_over_all_shifts(n, m, data):
    """Any map, summed over all shifts of it, is equivariant; a convolution says the theorem."""
    M = np.array([data.draw(vectors_over(n)) for _ in range(n)])

    def total(x):
        return sum(np.roll(M @ np.roll(x, k), -k) for k in range(n))

    assert not broken(hypotheses(total, n, m))
    assert conclusion(total, n, m)


def correlation(x):
    return x + 2 * np.roll(x, -1) - np.roll(x, 1)


def test_near_misses():
    near = [(correlation, 4, 0), (correlation, 5, 17), (lambda x: x, 3, 2)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_another_kernel_is_told():
    # Of which only the first entry counts, the kernel may be any.
    assert not conclusion(lambda x: 2 * x, 4, 0, combined=lambda a, x: a[0] * x)


def test_without_linear():
    def larger(x):  # the larger of two neighbours in size: multiples, and not sums
        return np.where(np.abs(x) >= np.abs(np.roll(x, -1)), x, np.roll(x, -1))

    def crowded(x):  # of e_i and e_j the sums are right, and all multiples
        return x * (1 + (np.count_nonzero(x) > 2))

    # The last one: sums, and not multiples, since i becomes -i.
    for L in lambda x: np.maximum(x, 0), larger, crowded, np.conj:
        instance = (L, 8, 0)
        assert broken(hypotheses(*instance)) == ["linear"]
        assert not conclusion(*instance)


def test_without_equivariant():
    reversal = (lambda x: np.roll(x[::-1], 1), 8, 0)
    # Linear, and right where x is e_0: entry 2 is added to entry 0.
    once = (lambda x: x + x[2] * np.eye(len(x), dtype=int)[0], 8, 0)
    # Linear, and commuting with shifts by two; the second one with the shift up to the sign.
    every_other = (lambda x: x * (1 + np.arange(len(x)) % 2), 8, 0)
    alternating = (lambda x: x * (-1) ** np.arange(len(x)), 8, 0)
    for instance in reversal, once, every_other, alternating:
        assert broken(hypotheses(*instance)) == ["equivariant"]
        assert not conclusion(*instance)
