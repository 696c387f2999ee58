"""thm-minimum-norm: steps in the row space, from there, lead to the interpolant of least norm."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from interpolation_instances import rows_and_values, walk
from near import broken, missed

NEAR_MISSES = {
    "of the largest entry": {"size": lambda w: np.abs(w).max()},
    "of the sum of the entries": {"size": lambda w: np.abs(w).sum()},
    "among all vectors": {"others": lambda X: np.eye(X.shape[1])},
    "by a factor": {"times": 0.99},
    "of what is equal for all": {"size": lambda w: 0.0},
}


def unseen(X):
    """A basis of what X takes to 0."""
    *_, rows = np.linalg.svd(X)
    return rows[np.linalg.matrix_rank(X) :]


def in_row_space(X, w):
    return bool(np.abs(unseen(X) @ w).max(initial=0.0) < 1e-9)


def hypotheses(X, y, path):
    """The path is its points, of which the last is the limit."""
    return {
        "start": in_row_space(X, path[0]),
        "updates": all(in_row_space(X, b - a) for a, b in pairwise(path)),
        "converges": bool(np.abs(X @ path[-1] - y).max() < 1e-7),
    }


def conclusion(X, y, path, *, size=np.linalg.norm, others=unseen, times=1.0):
    """No interpolant nearby, or farther along what X does not see, is smaller than the limit."""
    w = path[-1]
    if np.abs(X @ w - y).max() >= 1e-7:
        return False
    rivals = [w + t * u for u in others(X) for t in (-1e-3, 1e-3, -1.0, 1.0)]
    return all(times * size(rival) > size(w) for rival in rivals)


@settings(max_examples=25)
@given(rows_and_values(), st.lists(st.integers(-2, 2), min_size=2, max_size=2), st.booleans())
def test_holds(given_rows, c, with_momentum):
    X, y = given_rows
    start = X.T @ np.array(c[: len(X)], dtype=float)
    options = {"momentum": 0.5} if with_momentum else {"seed": 0}
    path = [start, walk(X, y, start, **options, steps=6000)]
    if hypotheses(X, y, path)["converges"]:  # dependent rows may need more steps than these
        assert not broken(hypotheses(X, y, path))
        assert conclusion(X, y, path)


ROW, ONE = np.array([[3.0, 4.0]]), np.array([1.0])
LEAST = np.array([0.12, 0.16])


def test_near_misses():
    skew, twice = np.array([[1.0, 2.0, 0.0]]), np.vstack([ROW, 2 * ROW])
    near = [
        (ROW, ONE, [np.zeros(2), LEAST]),
        (ROW, ONE, [np.zeros(2), 2 * LEAST, -LEAST, LEAST]),  # in many steps
        (skew, np.array([5.0]), [np.zeros(3), np.array([1.0, 2, 0])]),
        (twice, np.array([1.0, 2.0]), [np.array([3.0, 4.0]), LEAST]),  # of dependent rows
        (np.eye(2), LEAST, [np.zeros(2), LEAST]),  # with one interpolant alone
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_the_limit_is_that_of_the_pseudoinverse():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((3, 6)), rng.standard_normal(3)
    np.testing.assert_allclose(
        walk(X, y, np.zeros(6), seed=1, steps=40_000), np.linalg.pinv(X) @ y, atol=1e-9
    )


def test_without_start():
    path = [np.array([1.0, 0.0]), walk(ROW, ONE, [1.0, 0.0])]
    np.testing.assert_allclose(path[-1], [0.76, -0.32], atol=1e-9)
    assert broken(hypotheses(ROW, ONE, path)) == ["start"]
    assert not conclusion(ROW, ONE, path)


def test_a_little_outside_is_outside():
    path = [np.array([0.01, 0.0]), walk(ROW, ONE, [0.01, 0.0])]
    assert broken(hypotheses(ROW, ONE, path)) == ["start"]
    assert not conclusion(ROW, ONE, path)


def test_without_updates():
    path = [np.zeros(2), walk(ROW, ONE, [0.0, 0.0], scale=np.array([1.0, 4.0]))]
    np.testing.assert_allclose(path[-1], [3 / 73, 16 / 73], atol=1e-9)
    assert broken(hypotheses(ROW, ONE, path)) == ["updates"]
    assert not conclusion(ROW, ONE, path)
    # One step alone that leads off, the first of two or the last.
    for path in (
        [np.zeros(2), np.array([1.0, 0.0]), np.array([0.76, -0.32])],
        [np.zeros(2), LEAST, LEAST + np.array([0.4, -0.3])],
    ):
        assert broken(hypotheses(ROW, ONE, path)) == ["updates"]
        assert not conclusion(ROW, ONE, path)
    # Two steps that lead off and back: where they end is right, by luck.
    path = [np.zeros(2), np.array([1.0, 1.0]), LEAST]
    assert broken(hypotheses(ROW, ONE, path)) == ["updates"]


def test_without_converges():
    for times in (2.0, 1.001, 0.999):
        path = [np.zeros(2), times * LEAST]
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
