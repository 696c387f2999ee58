"""prp-sparsemax: the nearest point of the simplex, by a threshold."""

from itertools import combinations

import numpy as np
from hypothesis import given
from near import missed
from softmax_instances import logits, shares

NEAR_MISSES = {
    "at least, for more than": {"counted": lambda k, u, sums: k[1 + k * u >= sums][-1]},
    "one entry more": {"counted": lambda k, u, sums: min(k[1 + k * u > sums][-1] + 1, len(k))},
    "clip and normalise": {"point": lambda x, tau: (y := np.maximum(x, 1e-99)) / y.sum()},
    "more for all but the largest": {
        "point": lambda x, tau: np.maximum(x - tau, 0) + (x < x.max()) / 1000
    },
    "the softmax": {"point": lambda x, tau: shares(x)},
    "the sum of all x_i - τ is 1": {"cut": lambda v: v},
    "others are farther by a half": {"margin": 0.5},
    "the nearest by the largest entry": {"length": lambda v: np.abs(v).max()},
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
    cut=lambda v: np.maximum(v, 0),
    margin=1e-9,
    length=lambda v: v @ v,
):
    """One τ alone makes the sum 1, K entries are positive, and the point alone is the nearest."""
    u = np.sort(x)[::-1]
    sums, k = np.cumsum(u), np.arange(1, len(u) + 1)
    K = counted(k, u, sums)
    tau, nearest = (sums[K - 1] - 1) / K, by_supports(x)
    right = [t for t in (-1, -1e-3, 0, 1e-3, 1) if abs(cut(x - tau - t).sum() - 1) < 1e-9]
    others = [*np.eye(len(x)), *(0.9 * nearest + 0.1 * e for e in np.eye(len(x)))]
    away = [y for y in others if np.abs(y - nearest).max() > 1e-3]
    return (
        right == [0]
        and np.abs(point(x, tau) - nearest).max() < 1e-9
        and all(length(y - x) > length(nearest - x) + margin for y in away)
        and np.count_nonzero(nearest > 1e-9) == K
    )


@given(logits())
def test_holds(x):
    assert conclusion(x)


def test_near_misses():
    near = [(np.array([1.5, 0.5, 0.5]),), (np.array([2.0, 1.0, 0.0]),), (np.array([-3.0]),)]
    near += [(np.array([0.2, -0.1, 0.3, 0.1]),), (np.array([0.7, 0.3]),)]  # the last is in Δ
    near += [(np.array([0.0, 0.0, -3.0]),)]  # by the largest entry, several are as near
    assert not missed(NEAR_MISSES, near, conclusion)
    # Others are near, too: a tenth of the way towards a vertex.
    assert not conclusion(np.array([0.7, 0.3]), margin=0.01)


def test_that_there_is_no_other_threshold_is_asked_for():
    # Cut off above 1, too, a single entry is 1 for every lower threshold.
    single = np.array([-3.0])
    assert conclusion(single)
    assert not conclusion(single, cut=lambda v: np.clip(v, 0, 1))


def test_the_number_of_positive_entries_is_asked_for():
    # The point is the nearest, whatever is counted; one entry less, or one more, is false.
    for more in (-1, 1):
        assert not conclusion(
            np.array([1.0, 1.0, 0.0]),
            counted=lambda k, u, sums, more=more: k[1 + k * u > sums][-1] + more,
            point=lambda x, tau: by_supports(x),
        )
