"""thm-softmax-jacobian: J = diag(s) - ssᵀ, a variance, zero on constants alone."""

import numpy as np
from hypothesis import given
from near import broken, missed
from softmax_instances import jacobian, logits, shares

NEAR_MISSES = {
    "without the square in the denominator": {"off": lambda z, s: np.exp(z).sum() * np.outer(s, s)},
    "only the diagonal": {"off": lambda z, s: np.diag(s**2)},
    "the diagonal, a thousandth more": {"off": lambda z, s: np.outer(s, s) - np.diag(s) / 1000},
    "the rest, a thousandth more": {
        "off": lambda z, s: np.outer(s, s) - (1 - np.eye(len(s))) / 1000
    },
    "plus, for minus": {"off": lambda z, s: -np.outer(s, s)},
    "the variance with equal weights": {"weights": lambda s: np.ones(len(s)) / len(s)},
    "about the mean of the sizes": {"centre": lambda s, v: s @ abs(v)},
    "the variance, a thousandth less": {"weights": lambda s: 0.999 * s},
    "the second moment": {"centre": lambda s, v: 0.0},
    "the variance, a thousandth more": {"centre": lambda s, v: s @ v + 0.03},
    "zero on the multiples of s": {"kernel": lambda s: s},
    "zero on the first axis": {"kernel": lambda s: np.eye(len(s))[0]},
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
    kernel=np.ones_like,
    lost=1,
):
    """The entries, by quotients where they exist, the variances, and what J takes to zero."""
    s = shares(z)
    J = np.diag(s) - np.outer(s, s)
    measured = jacobian(z) if hypotheses(z)["finite"] else J
    n = len(s)
    several = [
        np.arange(1.0, n + 1),
        np.arange(1.0, n + 1) ** 2 * (-1) ** np.arange(n),
        *np.eye(n),
        np.ones(n),
    ]
    return (
        np.abs(measured - (np.diag(s) - off(z, s))).max() < 1e-8
        and all(abs(v @ J @ v - weights(s) @ (v - centre(s, v)) ** 2) < 1e-9 for v in several)
        and np.linalg.norm(J @ kernel(s)) < 1e-12
        and np.linalg.matrix_rank(J, tol=1e-9) == n - lost
    )


@given(logits())
def test_holds(z):
    assert not broken(hypotheses(z))
    assert conclusion(z)


def test_near_misses():
    near = [(np.array([2.0, 1.0, 0.0]),), (np.array([1.0, 1.0]),), (np.array([-3.0]),)]
    near += [(np.array([0.5, -1.0, 0.0, 2.0]),)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_finite():
    for z in [0.0, 0.0, -np.inf], [0.0, 0.0, np.inf]:
        assert broken(hypotheses(np.array(z))) == ["finite"]
        assert not conclusion(np.array(z))
