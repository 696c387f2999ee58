"""prp-linear-layer: the adjoints of z = W x are Wᵀ g and g xᵀ."""

# Not yet told from its near misses.

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

STEP = 1e-6


def conclusion(ell, g, W, x):
    """One-sided quotients of L come to the formulas, from both sides."""
    by_w, by_x = np.outer(g, x), W.T @ g
    for step in (STEP, -STEP):
        for place in np.ndindex(*W.shape):
            moved = W.copy()
            moved[place] += step
            if not abs((ell(moved @ x) - ell(W @ x)) / step - by_w[place]) < 1e-3:
                return False
        for j in range(len(x)):
            moved = x.copy()
            moved[j] += step
            if not abs((ell(W @ moved) - ell(W @ x)) / step - by_x[j]) < 1e-3:
                return False
    return True


@given(st.integers(1, 3), st.integers(1, 3), st.data())
def test_holds(m, n, data):
    number = st.floats(-2, 2)
    W, x = (
        data.draw(arrays(float, (m, n), elements=number)),
        data.draw(arrays(float, n, elements=number)),
    )
    assert conclusion(lambda z: np.sum(np.sin(z)), np.cos(W @ x), W, x)


def test_without_differentiable():
    W, x = np.array([[1.0, -1.0]]), np.array([1.0, 1.0])  # W x = 0, where |·| has a kink
    for g in (-1.0, 0.0, 1.0):
        assert not conclusion(lambda z: np.sum(np.abs(z)), np.array([g]), W, x)
