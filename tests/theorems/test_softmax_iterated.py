"""prp-softmax-iterated: after k softmaxes the distance from uniform is at most 2⁻ᵏ of the first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed
from softmax_instances import logits, shares

NEAR_MISSES = {
    "a factor ⅓ each time": {"factor": 1 / 3},
    "the bound, times .99": {"times": 0.99},
    "towards zero": {"limit": lambda x: 0 * x},
    "towards the start": {"limit": lambda x: x},
}


def conclusion(x, k, *, factor=0.5, limit=lambda x: np.ones(len(x)) / len(x), times=1.0):
    """‖softmaxᵏ(x) - u‖ ≤ 2⁻ᵏ ‖x - u‖."""
    y, u = x, limit(x)
    for _ in range(k):
        y = shares(y)
    return np.linalg.norm(y - u) <= times * factor**k * np.linalg.norm(x - u) + 1e-12


@given(logits(), st.integers(0, 6))
def test_holds(x, k):
    assert conclusion(x, k)


TWO = (np.array([0.505, 0.495]), 2)  # the Jacobian at two equal logits attains ½


def test_near_misses():
    far = np.array([9.0, 0.0, -9.0])
    near = [TWO, (far, 0), (far, 1), (far, 5), (np.array([3.0]), 2), (np.ones(2) / 2, 3)]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_tight():
    for k in (1, 2, 4):
        assert conclusion(TWO[0], k)
        assert not conclusion(TWO[0], k, times=0.99)
    far = np.array([9.0, 0.0, -9.0])
    assert not conclusion(far, 0, times=0.99)
    assert conclusion(far, 5, times=0.1)  # the first step from afar does more


def test_lengths_are_euclidean():
    # Near u the softmax of three removes the mean and divides by 3: √6/9 = .272… of (1, 0, 0).
    x = np.ones(3) / 3 + np.array([1e-3, 0.0, 0.0])
    assert conclusion(x, 1, factor=0.28)
    assert not conclusion(x, 1, factor=0.27)
