"""prp-reading-adding: reading entries transposes to adding them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed


def last(g, sigma, n):
    total = np.zeros(n, int)
    total[sigma] = g
    return total


def added(g, sigma, n):
    return np.array([sum(gi for gi, s in zip(g, sigma, strict=True) if s == j) for j in range(n)])


def averaged(g, sigma, n):
    times = added([1] * len(g), sigma, n)
    return added(g, sigma, n) / np.maximum(times, 1)


NEAR_MISSES = {
    "the last share, for the sum": {"add": last},
    "the mean, for the sum": {"add": averaged},
    "onto ones, for zeros": {"add": lambda g, sigma, n: 1 + added(g, sigma, n)},
    "everything to each entry": {"add": lambda g, sigma, n: np.full(n, sum(g))},
    "the places shifted": {"read": lambda x, sigma: np.roll(x, 1)[sigma]},
}


def conclusion(sigma, g, x, *, add=added, read=lambda x, sigma: x[sigma]):
    """⟨g, Rx⟩ = ⟨Ag, x⟩, for integers; the indices are numbered."""
    sigma, x = np.array(sigma, int), np.array(x)
    return sum(g * read(x, sigma)) == sum(add(g, sigma, len(x)) * x)


@given(st.data(), st.integers(0, 5), st.integers(1, 4))
def test_holds(data, m, n):
    number = st.integers(-9, 9)
    sigma = data.draw(st.lists(st.integers(0, n - 1), min_size=m, max_size=m))
    g = np.array(data.draw(st.lists(number, min_size=m, max_size=m)), int)
    x = data.draw(st.lists(number, min_size=n, max_size=n))
    assert conclusion(sigma, g, x)


def test_near_misses():
    instances = [([0, 0, 1], np.array([1, 10, 100]), [2, 3, 5]), ([], np.array([], int), [1])]
    assert not missed(NEAR_MISSES, instances, conclusion)
    # A map that is one to one, onto and not, and numbers of both signs.
    for sigma in ([1, 0], [2, 0], [1, 1, 0, 2]):
        g, x = np.array([1, -10, 100, -1000][: len(sigma)]), [2, -3, 5][: max(sigma) + 1]
        assert conclusion(sigma, g, x)
        for factor in (-1, 2):
            assert not conclusion(sigma, g, x, read=lambda x, s, factor=factor: factor * x[s])
    # Here the last share is less than the sum by one.
    one_less = {"the last share, for the sum": NEAR_MISSES["the last share, for the sum"]}
    assert not missed(one_less, [([0, 0], np.array([1, 1]), [1])], conclusion)
