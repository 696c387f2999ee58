"""thm-cauchy-schwarz: |a·b| ≤ ‖a‖‖b‖, with equality for parallel vectors only."""

import numpy as np
from convex_instances import vectors
from hypothesis import given
from hypothesis import strategies as st
from near import missed


def same_line(a, b):
    return np.linalg.matrix_rank(np.stack([a, b])) < 2


NEAR_MISSES = {
    "the bound, times .99": {"times": 0.99},
    "equality never": {"equal": lambda a, b: False},
    "equality for b = 0 only": {"equal": lambda a, b: not b.any()},
    "equality for vectors of the same direction only": {
        "equal": lambda a, b: same_line(a, b) and a @ b >= 0
    },
    "equality for vectors at an acute angle, too": {
        "equal": lambda a, b: same_line(a, b) or a @ b > 0
    },
    "equality for vectors of one length, too": {
        "equal": lambda a, b: same_line(a, b) or a @ a == b @ b
    },
}


def conclusion(a, b, *, equal=same_line, times=1.0):
    """The inequality, squared: integers, so that equality can be told."""
    inner, product = (a @ b) ** 2, (a @ a) * (b @ b)
    return inner <= times**2 * product and (inner == product) == equal(a, b)


@given(vectors(3), vectors(3), st.integers(-3, 3))
def test_holds(a, b, t):
    assert conclusion(a, b)
    assert conclusion(t * b, b)


def test_near_misses():
    a = np.array([1.0, 2.0, 2.0])
    near = [(a, 2 * a), (a, -a), (a, np.zeros(3)), (a, a[::-1]), (np.zeros(3), a)]
    near += [(a[:1], -3 * a[:1]), (a[:2], a[1::-1]), (np.ones(5), np.arange(5.0))]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_tight():
    a = np.array([1.0, 2.0, 2.0])
    assert conclusion(a, -3 * a)
    assert not conclusion(a, -3 * a, times=0.99)
