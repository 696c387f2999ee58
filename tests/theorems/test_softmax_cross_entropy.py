"""prp-softmax-cross-entropy: the gradient of -Σ y_i log s_i is (Σ y_i)s - y."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed
from softmax_instances import logits, shares

NEAR_MISSES = {
    "s - y": {"total": lambda y: 1.0},
    "the mean of y, for the sum": {"total": np.mean},
    "a thousandth more than the sum of y": {"total": lambda y: 1.001 * np.sum(y)},
    "a thousandth more in the first entry": {"more": lambda n: np.eye(n)[0] / 1000},
    "a thousandth more in the last entry": {"more": lambda n: np.eye(n)[-1] / 1000},
    "y - s, for a sum of one": {"sign": -1},
}


def conclusion(z, y, *, total=np.sum, sign=1, more=np.zeros):
    """The gradient, by symmetric quotients."""

    def loss(z):
        return -np.asarray(y) @ (z - np.max(z) - np.log(np.exp(z - np.max(z)).sum()))

    h = 1e-5
    quotients = [(loss(z + h * e) - loss(z - h * e)) / (2 * h) for e in np.eye(len(z))]
    claimed = sign * (total(y) * shares(z) - y) + more(len(z))
    return np.abs(quotients - claimed).max() < 1e-8


@given(logits(3, 3), st.lists(st.integers(-2, 3), min_size=3, max_size=3))
def test_holds(z, y):
    assert conclusion(z, y)


def test_near_misses():
    z = np.array([2.0, 1.0, 0.0])
    near = [(z, [0.5, 0.3, 0.2]), (z, [1.0, 1.0, 0.0]), (z, [2.0, -3.0, 1.0]), (z[:1], [3.0])]
    near += [
        (z, [0.0, 1.0, 0.0]),
        (np.array([1.0, -1.0]), [0.0, 0.0]),
        (np.zeros(4), [1.0, 2.0, 3.0, -1.0]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)
