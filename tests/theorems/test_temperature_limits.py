"""prp-temperature-limits: cold, the softmax is uniform on the maxima; hot, on all classes."""

import numpy as np
from hypothesis import given
from near import missed
from softmax_instances import logits, shares

NEAR_MISSES = {
    "cold, one of the maxima alone": {"cold": lambda x: 1.0 * (np.arange(len(x)) == x.argmax())},
    "cold, the smallest": {"cold": lambda x: (x == x.min()) / np.sum(x == x.min())},
    "hot, the scores' own softmax": {"hot": shares},
    "hot, a thousandth more": {"hot": lambda x: 1.001 * np.ones(len(x)) / len(x)},
    "hot, a thousandth more of the last": {
        "hot": lambda x: np.ones(len(x)) / len(x) + 1e-3 * (np.arange(len(x)) == len(x) - 1)
    },
    "cold, a thousandth of those that are smaller": {
        "cold": lambda x: (x == x.max()) / np.sum(x == x.max()) + 1e-3 * (x < x.max())
    },
    "cold, a thousandth more": {"cold": lambda x: 1.001 * (x == x.max()) / np.sum(x == x.max())},
}


def conclusion(
    x,
    *,
    cold=lambda x: (x == x.max()) / np.sum(x == x.max()),
    hot=lambda x: np.ones(len(x)) / len(x),
):
    """The two limits, at temperatures far from 1."""
    return (
        np.abs(shares(x / 1e-3) - cold(x)).max() < 1e-6
        and np.abs(shares(x / 1e7) - hot(x)).max() < 1e-6
    )


@given(logits())
def test_holds(x):
    assert conclusion(x)


def test_near_misses():
    near = [(np.array([1.0, 1.0, 0.0]),), (np.array([-2.0, -1.0]),), (np.zeros(4),)]
    near += [(np.array([7.0]),), (np.array([0.0, 3.0, 1.0, 3.0]),)]
    assert not missed(NEAR_MISSES, near, conclusion)
