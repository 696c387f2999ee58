"""prp-linear-layer: the adjoints of h = W h' are Wᵀ g and g h'ᵀ."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

STEP = 1e-6


def conclusion(ell, g, W, h):
    """One-sided quotients of L come to the formulas, from both sides."""
    by_w, by_h = np.outer(g, h), W.T @ g
    for step in (STEP, -STEP):
        for place in np.ndindex(*W.shape):
            moved = W.copy()
            moved[place] += step
            if not abs((ell(moved @ h) - ell(W @ h)) / step - by_w[place]) < 1e-3:
                return False
        for j in range(len(h)):
            moved = h.copy()
            moved[j] += step
            if not abs((ell(W @ moved) - ell(W @ h)) / step - by_h[j]) < 1e-3:
                return False
    return True


@given(st.integers(1, 3), st.integers(1, 3), st.data())
def test_holds(m, n, data):
    number = st.floats(-2, 2)
    W, h = (
        data.draw(arrays(float, (m, n), elements=number)),
        data.draw(arrays(float, n, elements=number)),
    )
    assert conclusion(lambda h: np.sum(np.sin(h)), np.cos(W @ h), W, h)


def test_without_differentiable():
    W, h = np.array([[1.0, -1.0]]), np.array([1.0, 1.0])  # W h = 0, where |·| has a kink
    for g in (-1.0, 0.0, 1.0):
        assert not conclusion(lambda h: np.sum(np.abs(h)), np.array([g]), W, h)
