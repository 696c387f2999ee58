"""lem-separating-direction: some direction tells different points apart."""

import numpy as np
from hypothesis import given
from interpolation_instances import point_sets
from near import broken, missed

NEAR_MISSES = {
    "the first coordinate": {"among": lambda d, n: [np.eye(d)[0]]},
    "any coordinate": {"among": lambda d, n: np.eye(d)},
    "the first n - 1 moments": {"among": lambda d, n: moments(d, n - 1)},
    "as many moments as pairs times roots": {"among": lambda d, n: enough(d, n)[1:]},
    "each of the directions": {"some": all},
}


def moments(d, n):
    return [float(t) ** np.arange(d) for t in range(n)]


def enough(d, n):
    """More moments than there are pairs times roots."""
    return moments(d, 1 + (d - 1) * n * (n - 1) // 2)


def hypotheses(x):
    return {"distinct": len(np.unique(x, axis=0)) == len(x)}


def conclusion(x, *, among=enough, some=any):
    """One of these directions gives as many values as there are points."""
    n, d = x.shape
    return some(len(np.unique(x @ a)) == n for a in among(d, n))


@given(point_sets(5))
def test_holds(x):
    assert not broken(hypotheses(x))
    assert conclusion(x)


def test_near_misses():
    square = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])
    pair = np.array([[0.0, 0], [0, 1]])
    near = [(square,), (pair,), (np.array([[0.0, 0], [1, -1], [2, -1]]),)]
    near += [(np.array([[-2.0], [3]]),), (np.eye(3),), (np.zeros((1, 2)),)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_distinct():
    for numbers in ([0.0, 0.0, 1.0], [0.0, 1.0, 0.0]):  # side by side, and apart
        instance = (np.array(numbers)[:, None],)
        assert broken(hypotheses(*instance)) == ["distinct"]
        assert not conclusion(*instance)
