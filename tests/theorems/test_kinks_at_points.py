"""prp-kinks-at-points: with kinks at the points, weights are differences of slopes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from interpolation_instances import matrix
from near import missed

NEAR_MISSES = {
    "the slopes themselves": {"of": lambda s: s},
    "differences the other way": {"of": lambda s: -np.diff(s, prepend=0.0)},
    "the first slope from 0": {"first": lambda z, b, y: y[0] / z[0]},
    "the first slope is 0": {"first": lambda z, b, y: 0.0},
    "differences of values": {"gap": lambda z: np.ones(len(z) - 1)},
    "the first slope, a thousandth more": {"first": lambda z, b, y: 1.001 * y[0] / (z[0] - b)},
    "the gaps, a thousandth more": {"gap": lambda z: 1.001 * np.diff(z)},
}


def differences(s):
    return np.diff(s, prepend=0.0)


def from_the_kink(z, b, y):
    return y[0] / (z[0] - b)


def conclusion(z, b, y, *, of=differences, first=from_the_kink, gap=np.diff):
    s = np.concatenate([[first(z, b, y)], np.diff(y) / gap(z)])
    reached = matrix(z, np.concatenate([[b], z[:-1]])) @ of(s)
    return np.abs(reached - y).max() < 1e-9


steps = st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=1, max_size=5)


@given(steps, st.integers(-6, 6), st.lists(st.integers(-3, 3), min_size=5, max_size=5))
def test_holds(steps, start, y):
    z = start + np.cumsum(steps)
    assert conclusion(z, z[0] - steps[0], np.array(y[: len(z)], dtype=float))


def test_near_misses():
    z, y = np.array([1.0, 2, 4]), np.array([5.0, -1, 4])
    near = [(z, 0.5, y), (z, 0.0, y), (z - 6, -7.5, -y), (z[:1], -0.5, y[:1]), (z, 0.5, -abs(y))]
    assert not missed(NEAR_MISSES, near, conclusion)
    # Of this one all values are too small.
    more = {"the first slope, a thousandth more": NEAR_MISSES["the first slope, a thousandth more"]}
    assert not missed(more, [(z[:1], -0.5, -y[:1])], conclusion)
    # Points to the left of 0 are points.
    assert not missed(more, [(z - 6, -7.5, y)], conclusion)
