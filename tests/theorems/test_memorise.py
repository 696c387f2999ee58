"""thm-memorise: a network with n units takes n different points to any values."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from interpolation_instances import matrix, point_sets
from near import broken, missed

NEAR_MISSES = {
    "with a unit fewer": {"fewer": 1},
    "in the direction of the first axis": {"ways": lambda d: [np.eye(d)[0]]},
    "by linear units": {"bend": lambda t: t},
    "all kinks at one place": {"kinks": lambda z, k: np.full(k, z[0] - 1)},
}


def moments(d):
    return [float(t) ** np.arange(d) for t in range(30)]


def at_the_points(z, k):
    return np.concatenate([[z[0] - 1], z[:-1]])[:k]


def bent(t):
    return np.maximum(t, 0)


def hypotheses(x, y):
    return {"distinct": len(np.unique(x, axis=0)) == len(x)}


def error(x, y, a, k, bend, kinks):
    """How far the best network of k units in direction a stays from some value."""
    order = np.argsort(x @ a)
    z = (x @ a)[order]
    m = bend(z[:, None] - kinks(z, k))
    w = np.linalg.lstsq(m, y[order])[0] if k else np.zeros(0)
    return np.abs(m @ w - y[order]).max()


def conclusion(x, y, *, fewer=0, ways=moments, bend=bent, kinks=at_the_points):
    """Some network with that many units goes through all points."""
    k = len(x) - fewer
    return min(error(x, y, a, k, bend, kinks) for a in ways(x.shape[1])) < 1e-9


@given(point_sets(), st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_holds(x, y):
    y = np.array(y[: len(x)], dtype=float)
    assert not broken(hypotheses(x, y))
    assert conclusion(x, y)


def test_near_misses():
    square = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])
    near = [(square, np.array([0.0, 1, 1, 0])), (np.array([[1.0, 2]]), np.array([3.0]))]
    near += [(np.array([[2.0], [-1]]), np.array([1.0, -1])), (np.eye(3), np.array([1.0, 2, -4]))]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # To miss small values by little is to miss them.
    small = [(x, y / 1000) for x, y in near]
    assert not missed(NEAR_MISSES, small, conclusion, hypotheses)


def test_the_network_has_as_many_numbers_as_the_text_says():
    x = np.random.default_rng(0).standard_normal((7, 3))
    a, z = np.ones(3), np.sort(x @ np.ones(3))
    b = at_the_points(z, 7)
    w = np.linalg.solve(matrix(z, b), np.arange(7.0))
    assert a.size + b.size + w.size == 2 * 7 + 3


def test_without_distinct():
    for numbers in ([0.0, 0.0], [0.0, 1.0, 0.0]):  # side by side, and apart
        instance = (np.array(numbers)[:, None], np.arange(float(len(numbers))))
        assert broken(hypotheses(*instance)) == ["distinct"]
        assert not conclusion(*instance)


def test_equal_points_are_refused_whatever_their_values():
    assert broken(hypotheses(np.zeros((2, 1)), np.ones(2))) == ["distinct"]
