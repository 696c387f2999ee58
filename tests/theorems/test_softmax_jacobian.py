"""thm-softmax-jacobian: J = diag(s) - ssᵀ, a variance, zero on constants alone."""

import numpy as np
from hypothesis import given
from near import broken, missed
from softmax_instances import jacobian, logits, shares

NEAR_MISSES = {
    "without the square in the denominator": {"off": lambda z, s: np.exp(z).sum() * np.outer(s, s)},
    "only the diagonal": {"off": lambda z, s: np.diag(s**2)},
    "plus, for minus": {"off": lambda z, s: -np.outer(s, s)},
    "the variance with equal weights": {"weights": lambda s: np.ones(len(s)) / len(s)},
    "the second moment": {"centre": lambda s, v: 0.0},
    "of full rank": {"lost": 0},
    "of rank n - 2": {"lost": 2},
}


def hypotheses(z):
    return {"finite": bool(np.all(np.isfinite(z)))}


def conclusion(
    z,
    *,
    off=lambda z, s: np.outer(s, s),
    weights=lambda s: s,
    centre=lambda s, v: s @ v,
    lost=1,
):
    """The entries, the variance, and the rank; the first by quotients where they exist."""
    s = shares(z)
    J = np.diag(s) - np.outer(s, s)
    v = np.arange(1.0, len(s) + 1)
    variance = weights(s) @ (v - centre(s, v)) ** 2
    measured = jacobian(z) if hypotheses(z)["finite"] else J
    return (
        np.abs(measured - (np.diag(s) - off(z, s))).max() < 1e-8
        and abs(v @ J @ v - variance) < 1e-9
        and np.linalg.matrix_rank(J, tol=1e-9) == len(s) - lost
    )


@given(logits())
def test_holds(z):
    assert not broken(hypotheses(z))
    assert conclusion(z)


def test_near_misses():
    near = [(np.array([2.0, 1.0, 0.0]),), (np.array([1.0, 1.0]),)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_finite():
    masked = (np.array([0.0, 0.0, -np.inf]),)
    assert broken(hypotheses(*masked)) == ["finite"]
    assert not conclusion(*masked)
