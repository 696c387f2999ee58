"""prp-convex-log-sum-exp: log Σ exp(a_i·w) is convex, and strictly if the a_i·v can all differ."""

import numpy as np
from convex_instances import chords_above, matrices, points
from hypothesis import given
from hypothesis import strategies as st
from near import missed


def all_equal(A):
    """Return the directions v in which all a_i·v are equal, as rows."""
    _, sizes, directions = np.linalg.svd(A - A[0], full_matrices=True)
    return directions[np.count_nonzero(sizes > 1e-9) :]


def all_zero(A):
    """Return the directions v in which all a_i·v are zero, as rows."""
    _, sizes, directions = np.linalg.svd(A, full_matrices=True)
    return directions[np.count_nonzero(sizes > 1e-9) :]


def log_sum_exp(A, w):
    return np.log(np.exp(A @ w).sum())


NEAR_MISSES = {
    "the logarithm of the sum of a_i·w + 20, squared": {
        "function": lambda A, w: np.log(np.sum((A @ w + 20) ** 2))
    },
    "the logarithm of the squared sum, less w·w": {
        "function": lambda A, w: 2 * log_sum_exp(A, w) - w @ w
    },
    "strictly convex always": {"flat": lambda A: A[:0]},
    "strictly convex never": {"flat": lambda A: np.eye(A.shape[1])},
    "strictly, if no direction has all a_i·v = 0": {"flat": all_zero},
    "strictly, if there are two or more a_i": {
        "flat": lambda A: all_equal(A) if len(A) == 1 else A[:0]
    },
}


def conclusion(A, xs, *, function=log_sum_exp, flat=all_equal):
    """Chords are above the graph; strictly if and only if no direction has all a_i·v equal."""
    directions = flat(A)
    lines = [[xs[0] + t * v for t in (-1, 0, 2)] for v in directions]
    convex = chords_above(lambda w: function(A, w), xs)
    strictly = chords_above(lambda w: function(A, w), xs, gap=1e-8)
    on_lines = [chords_above(lambda w: function(A, w), line, gap=1e-8) for line in lines]
    return convex and (strictly or len(lines) > 0) and not any(on_lines)


@given(st.integers(1, 4).flatmap(lambda n: matrices(n, 2, most=1)), points(2))
def test_holds(A, xs):
    assert conclusion(A, xs)


def test_near_misses():
    xs = [np.array(x, float) for x in ((0, 0), (1, 0), (0, 1), (-1, 2), (2, 2))]
    egg, valley = np.array([[1, 2], [1, -2], [-1, 0.0]]), np.array([[1, 1], [1, -1.0]])
    single = np.array([[1.0, 2.0]])
    assert not missed(NEAR_MISSES, [(A, xs) for A in (egg, valley, single)], conclusion)
    # More points than are needed; as many, and with one that is the mean of two others.
    square = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1.0]])
    collinear = np.array([[1, 1], [0, 0], [-1, -1.0]])
    near = [(A, xs) for A in (square, collinear)]
    on_the_line = [np.array([x]) for x in (-1.0, 0.0, 2.0)]
    near += [(np.array([[1.0], [2.0]]), on_the_line), (np.array([[3.0]]), on_the_line)]
    in_space = [*np.eye(3), np.zeros(3), np.array([1.0, -1.0, 2.0])]
    near += [(np.eye(3), in_space), (np.array([*np.eye(3), [0.0, 0.0, 0.0]]), in_space)]
    assert all(conclusion(*instance) for instance in near)


def test_strictly_is_told_in_space_and_of_one_function():
    in_space = [*np.eye(3), np.zeros(3), np.ones(3)]
    for A in (np.eye(3), np.eye(3)[:2], np.eye(3)[:1]):
        assert conclusion(A, in_space)
        assert not conclusion(A, in_space, flat=lambda A: A[:0])
    assert not conclusion(np.eye(2)[:1], [*np.eye(2)], flat=lambda A: A[:0])
