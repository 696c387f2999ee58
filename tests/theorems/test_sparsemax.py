"""prp-sparsemax: the nearest point of the simplex, by a threshold."""

from itertools import combinations

import numpy as np
from hypothesis import given
from near import missed
from softmax_instances import logits, shares

NEAR_MISSES = {
    "at least, for more than": {"counted": lambda k, u, sums: k[1 + k * u >= sums][-1]},
    "one entry more": {"counted": lambda k, u, sums: min(k[1 + k * u > sums][-1] + 1, len(k))},
    "clip and normalise": {"point": lambda x, tau: np.maximum(x, 0) / np.maximum(x, 0).sum()},
    "the softmax": {"point": lambda x, tau: shares(x)},
    "a threshold higher by .001": {"point": lambda x, tau: np.maximum(x - tau - 1e-3, 0)},
}


def by_supports(x):
    """The nearest point, by trying every support."""
    n, best = len(x), None
    for size in range(1, n + 1):
        for support in map(list, combinations(range(n), size)):
            y = np.zeros(n)
            y[support] = x[support] - (x[support].sum() - 1) / size
            if y.min() >= -1e-12 and (best is None or np.sum((y - x) ** 2) < best[0]):
                best = np.sum((y - x) ** 2), y
    return best[1]


def conclusion(
    x,
    *,
    counted=lambda k, u, sums: k[1 + k * u > sums][-1],
    point=lambda x, tau: np.maximum(x - tau, 0),
):
    """K entries are positive, and the point is the nearest."""
    u = np.sort(x)[::-1]
    sums, k = np.cumsum(u), np.arange(1, len(u) + 1)
    K = counted(k, u, sums)
    nearest = by_supports(x)
    return (
        np.abs(point(x, (sums[K - 1] - 1) / K) - nearest).max() < 1e-9
        and np.count_nonzero(nearest > 1e-9) == K
    )


@given(logits())
def test_holds(x):
    assert conclusion(x)


def test_near_misses():
    near = [(np.array([1.5, 0.5, 0.5]),), (np.array([2.0, 1.0, 0.0]),)]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_the_number_of_positive_entries_is_asked_for():
    # The point is the nearest, whatever is counted; one entry less, or one more, is false.
    for more in (-1, 1):
        assert not conclusion(
            np.array([1.0, 1.0, 0.0]),
            counted=lambda k, u, sums, more=more: k[1 + k * u > sums][-1] + more,
            point=lambda x, tau: by_supports(x),
        )
