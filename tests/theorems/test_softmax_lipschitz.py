"""cor-softmax-lipschitz: ‖s(y) - s(z)‖ ≤ ½‖y - z‖."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed
from softmax_instances import logits, shares

NEAR_MISSES = {
    "a quarter": {"times": 0.5},
    "measured by the largest difference of logits": {"length": lambda v: np.abs(v).max()},
    "equality": {"equal": True},
}


def conclusion(y, z, *, length=np.linalg.norm, equal=False, times=1.0):
    """The shares differ by half as much as the logits at most."""
    left, right = np.linalg.norm(shares(y) - shares(z)), times * length(y - z) / 2
    return abs(left - right) < 1e-9 if equal else left <= right + 1e-12


@given(logits(3, 3), st.lists(st.integers(-9, 9), min_size=3, max_size=3).map(np.array))
def test_holds(y, change):
    assert conclusion(y, y + change / 3)


CLOSE = (np.array([0.01, -0.01]), np.zeros(2))


def test_near_misses():
    one, four = np.array([7.0]), np.array([5.0, -5.0, 0.0, 1.0])
    near = [CLOSE, (np.array([3.0, 0.0]), np.zeros(2)), (one, 0 * one), (four, four[::-1])]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_tight():
    assert conclusion(*CLOSE)
    assert not conclusion(*CLOSE, times=0.99)


def test_lengths_are_euclidean():
    # Near equal logits the softmax of two removes the mean and halves: (1, 0) becomes (¼, -¼).
    one = np.array([1e-3, 0.0]), np.zeros(2)
    assert conclusion(*one, times=0.71)
    assert not conclusion(*one, times=0.70)
