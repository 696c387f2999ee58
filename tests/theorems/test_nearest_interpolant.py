"""cor-nearest-interpolant: from anywhere, such steps lead to the nearest interpolant."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from interpolation_instances import rows_and_values, walk
from near import broken, missed
from test_minimum_norm import LEAST, ONE, ROW, in_row_space, unseen

NEAR_MISSES = {
    "to the origin": {"origin": lambda path: np.zeros(len(path[0]))},
    "to the point opposite": {"origin": lambda path: -path[0]},
    "by a factor": {"times": 0.99},
    "of what is equal for all": {"size": lambda w: 0.0},
    "in the largest entry": {"size": lambda w: np.abs(w).max()},
    "of the opposite values": {"values": np.negative},
}


def hypotheses(X, y, path):
    return {
        "updates": all(in_row_space(X, b - a) for a, b in pairwise(path)),
        "converges": bool(np.abs(X @ path[-1] - y).max() < 1e-7),
    }


def first(path):
    return path[0]


def conclusion(X, y, path, *, origin=first, times=1.0, size=np.linalg.norm, values=np.array):
    w, start = path[-1], origin(path)
    if np.abs(X @ w - values(y)).max() >= 1e-7:
        return False
    rivals = [w + t * u for u in unseen(X) for t in (-1e-3, 1e-3, -1.0, 1.0)]
    return all(times * size(rival - start) > size(w - start) for rival in rivals)


@settings(max_examples=25)
@given(rows_and_values(), st.lists(st.integers(-2, 2), min_size=3, max_size=3))
def test_holds(given_rows, start):
    X, y = given_rows
    path = [np.array(start, dtype=float), walk(X, y, start, momentum=0.5, steps=6000)]
    if hypotheses(X, y, path)["converges"]:
        assert not broken(hypotheses(X, y, path))
        assert conclusion(X, y, path)


def test_near_misses():
    near = [
        (ROW, ONE, [np.array([1.0, 0.0]), np.array([0.76, -0.32])]),
        (ROW, ONE, [LEAST * 3, -LEAST, 2 * LEAST, LEAST]),
        (np.vstack([ROW, -ROW]), np.array([1.0, -1.0]), [np.array([0.92, -0.44])] * 2),
        (np.eye(2), LEAST, [np.array([1.0, 0.0]), LEAST]),  # with one interpolant alone
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_updates():
    path = [np.array([1.0, 0.0]), walk(ROW, ONE, [1.0, 0.0], scale=np.array([1.0, 4.0]))]
    assert broken(hypotheses(ROW, ONE, path)) == ["updates"]
    assert not conclusion(ROW, ONE, path)
    # One step alone that leads off, the first of two or the last.
    start, nearest = np.array([1.0, 0.0]), np.array([0.76, -0.32])
    for path in ([start, np.zeros(2), LEAST], [start, nearest, nearest + np.array([0.4, -0.3])]):
        assert broken(hypotheses(ROW, ONE, path)) == ["updates"]
        assert not conclusion(ROW, ONE, path)
    # Two steps that lead off and back: where they end is right, by luck.
    path = [start, np.array([1.0, 1.0]), nearest]
    assert broken(hypotheses(ROW, ONE, path)) == ["updates"]


def test_without_converges():
    for end in ([1.3, 0.4], [0.7, -0.4]):  # too far along the row, and not far enough
        path = [np.array([1.0, 0.0]), np.array(end)]
        assert broken(hypotheses(ROW, ONE, path)) == ["converges"]
        assert not conclusion(ROW, ONE, path)
    X, y = np.eye(3)[:2], np.ones(2)
    for place in range(2):  # of two equations one alone is not satisfied
        path = [np.zeros(3), np.array([1.0, 1.0, 0.0]) + 0.1 * X[place]]
        assert broken(hypotheses(X, y, path)) == ["converges"]
        assert not conclusion(X, y, path)
    X, y = np.ones((2, 1)), np.array([0.0, 1.0])  # least squares, where nothing interpolates
    assert broken(hypotheses(X, y, [np.zeros(1), np.array([0.5])])) == ["converges"]
    assert not conclusion(X, y, [np.zeros(1), np.array([0.5])])
