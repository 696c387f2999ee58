"""cor-share-sums: what reaches the outputs adds up to zero, whatever the labels."""

import numpy as np
from backward_instances import forward, network, slopes
from hypothesis import given
from hypothesis import strategies as st
from near import missed

NEAR_MISSES = {
    "with the penalty": {"free": 0.0},
    "the columns of the weights": {"axis": 0},
    "the hidden biases": {"biases": "b1"},
    "each entry": {"total": lambda g: g},
    "the sum is .001": {"total": lambda g: np.sum(g) - 1e-3},
    "with a thousandth of the penalty": {"free": 0.999},
}


def conclusion(X, Y, p, phi, alpha, *, free=1.0, axis=1, biases="b2", total=np.sum):
    def gradient(name):
        left, right = slopes(lambda a: forward(X, Y, p | {name: a}, phi, alpha)[0], p[name])
        return (left + right) / 2

    rows = (gradient("W2") - free * alpha * p["W2"]).sum(axis=axis)
    return bool(np.abs(total(gradient(biases))).max() < 1e-7 and np.abs(rows).max() < 1e-7)


@given(
    st.integers(0, 999),
    st.tuples(*[st.integers(1, 3)] * 3),
    st.integers(1, 3),
    st.sampled_from([np.tanh, np.abs, np.sign]),
    st.sampled_from([0.0, 0.5]),
)
def test_holds(seed, sizes, rows, phi, alpha):
    X, Y, p = network(seed, sizes, rows)
    labels = Y + np.random.default_rng(seed).integers(-1, 2, Y.shape)
    assert conclusion(X, labels, p, phi, alpha)


def test_near_misses():
    near = [(*network(1), np.tanh, 0.5), (*network(2, (1, 2, 3), 1), np.abs, 0.0)]
    near += [(*network(3, (3, 1, 2), 4), np.sign, 1.0)]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_any_labels_and_any_function_are_asked_for():
    X, Y, p = network(1)
    near_miss = {"with a thousandth of the penalty": {"free": 0.999}}
    for labels, phi in (Y, np.sign), (Y - 0.5, np.tanh), (3 * Y, np.abs):
        assert not missed(near_miss, [(X, labels, p, phi, 0.5)], conclusion)


def test_every_row_is_asked_for():
    X, Y, p = network(1)
    for k in range(3):
        one = p | {"W2": np.eye(3)[:, [k]] * np.ones(2)}
        assert conclusion(X, Y, one, np.tanh, 0.5)
        assert not conclusion(X, Y, one, np.tanh, 0.5, free=0.0)


def test_sums_below_zero_are_told():
    X, Y, p = network(1)
    p = p | {"W2": -np.abs(p["W2"])}
    assert conclusion(X, Y, p, np.tanh, 0.5)
    assert not conclusion(X, Y, p, np.tanh, 0.5, free=0.0)
