"""prp-linear-layer: the adjoints of z = W x are Wᵀ g and g xᵀ."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from kink_instances import jagged
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero
from sweeps import approximates

NEAR_MISSES = {
    "W in its transpose's shape": {"by_x": lambda g, W, x: W.reshape(W.T.shape) @ g},
    "g passed on unmultiplied": {"by_x": lambda g, W, x: np.resize(g, x.shape)},
    "x gᵀ, for g xᵀ": {"by_w": lambda g, W, x: np.outer(x, g).reshape(W.shape)},
    "the first row in every row": {"by_w": lambda g, W, x: np.outer(0 * g + g[0], x)},
    "the last row in every row": {"by_w": lambda g, W, x: np.outer(0 * g + g[-1], x)},
    "the first entry of Wᵀ g alone": {"by_x": lambda g, W, x: W.T @ g * np.linspace(1, 2, len(x))},
    "the last entry of Wᵀ g alone": {"by_x": lambda g, W, x: W.T @ g * np.linspace(2, 1, len(x))},
    "g in every column": {"by_w": lambda g, W, x: np.outer(g, np.ones(len(x)))},
}


def hypotheses(ell, g, W, x):
    return {"differentiable": approximates(lambda *z: ell(np.array(z)), g, W @ x)}


def conclusion(ell, g, W, x, *, by_x=lambda g, W, x: W.T @ g, by_w=lambda g, W, x: np.outer(g, x)):
    """The derivatives of L come out as the formulas say."""
    return approximates(lambda *x: ell(W @ np.array(x)), by_x(g, W, x), x) and all(
        approximates(lambda *row, i=i: ell(_with_row(W, i, row) @ x), by_w(g, W, x)[i], W[i])
        for i in range(len(W))
    )


def _with_row(W, i, row):
    moved = W.copy()
    moved[i] = row
    return moved


def sum_of_sines(z):
    return np.sum(np.sin(z))


@given(st.integers(1, 3), st.integers(1, 3), st.data())
def test_holds(m, n, data):
    number = st.floats(-2, 2)
    W = data.draw(arrays(float, (m, n), elements=number))
    x = data.draw(arrays(float, n, elements=number))
    g = np.cos(W @ x)
    assert not broken(hypotheses(sum_of_sines, g, W, x))
    assert conclusion(sum_of_sines, g, W, x)


def test_near_misses():
    W, x = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -0.25])
    instances = [(sum_of_sines, np.cos(W @ x), W, x)]
    # The function may have a kink, as long as it is elsewhere; more rows than columns, and fewer.
    for V in (W[:, :1], W[1:]):
        z = V @ x[: V.shape[1]]
        instances += [(lambda z: np.sum(np.abs(z)), np.sign(z), V, x[: V.shape[1]])]
    # And kinks as near as one likes.
    instances += [(lambda z: np.sum(z + jagged(z)), np.ones(2), W, np.zeros(2))]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)
    # Each of them tells, whatever the shape.
    assert not any(conclusion(*one, by_x=lambda g, W, x: 1.01 * W.T @ g) for one in instances)


def test_without_differentiable():
    W, x = np.array([[1.0, -1.0]]), np.array([1.0, 1.0])  # W x = 0, where |·| has a kink
    for g in (-1.0, 0.0, 1.0):
        instance = (lambda z: np.sum(np.abs(z)), np.array([g]), W, x)
        assert broken(hypotheses(*instance)) == ["differentiable"]
        assert not conclusion(*instance)
    for way in (*np.eye(2), np.array([1.0, -1.0]), np.ones(2)):  # a kink across one direction
        instance = (lambda z, way=way: np.abs(way @ z), np.zeros(2), np.eye(2), np.zeros(2))
        assert broken(hypotheses(*instance)) == ["differentiable"]
        assert not conclusion(*instance)
    # Partial derivatives are not enough.
    instance = (only_partials, partials_at_zero, np.ones((2, 1)), np.zeros(1))
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)
