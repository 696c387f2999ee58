"""prp-batch-layer: the adjoints of Z = X W + 1 bᵀ."""

import numpy as np
from backward_instances import differs
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero

NEAR_MISSES = {
    "of the first example": {"by_w": lambda X, W, G: np.outer(X[0], G[0])},
    "the mean over the batch": {"by_w": lambda X, W, G: X.T @ G / len(X)},
    "the biases' mean": {"by_b": lambda X, W, G: G.mean(axis=0)},
    "the biases of the first example": {"by_b": lambda X, W, G: G[0]},
    "not transposed": {"by_x": lambda X, W, G: G @ W},
    "G passed on": {"by_x": lambda X, W, G: G},
    "by the weights, more in the last row": {"by_w": lambda X, W, G: X.T @ G + last_row(W)},
    "by the inputs, more in the last row": {"by_x": lambda X, W, G: G @ W.T + last_row(X)},
    "by the weights, a thousandth more": {"by_w": lambda X, W, G: 1.001 * X.T @ G},
    "by the biases, a thousandth more": {"by_b": lambda X, W, G: 1.001 * G.sum(axis=0)},
    "by the inputs, a thousandth more": {"by_x": lambda X, W, G: 1.001 * G @ W.T},
}


def last_row(array):
    """Return .001 in the last row, and zeros."""
    return 1e-3 * np.eye(len(array))[:, -1:] * np.ones_like(array)


def hypotheses(ell, G, X, W, b):
    """Tried in directions in which all entries of Z move together."""
    Z = X @ W + b
    ways = [
        way / np.linalg.norm(way) for way in np.random.default_rng(0).normal(size=(4, *Z.shape))
    ]
    together = [
        differs(lambda t, way=way: ell(Z + t[0] * way), np.zeros(1), np.sum(G * way))
        for way in ways
    ]
    return {"differentiable": not any(together)}


def conclusion(
    ell,
    G,
    X,
    W,
    b,
    *,
    by_w=lambda X, W, G: X.T @ G,
    by_b=lambda X, W, G: G.sum(axis=0),
    by_x=lambda X, W, G: G @ W.T,
):
    return (
        not differs(lambda W: ell(X @ W + b), W, by_w(X, W, G))
        and not differs(lambda b: ell(X @ W + b), b, by_b(X, W, G))
        and not differs(lambda X: ell(X @ W + b), X, by_x(X, W, G))
    )


def waves(Z):
    return np.sum(np.sin(Z) * np.arange(1, Z.size + 1).reshape(Z.shape))


def instance(seed, N, m, n):
    rng = np.random.default_rng(seed)
    X, W, b = (rng.integers(-2, 3, shape) / 2 + 0.1 for shape in ((N, m), (m, n), (n,)))
    G = np.cos(X @ W + b) * np.arange(1, N * n + 1).reshape(N, n)
    return waves, G, X, W, b


@given(st.integers(0, 999), *[st.integers(1, 3)] * 3)
def test_holds(seed, N, m, n):
    case = instance(seed, N, m, n)
    assert not broken(hypotheses(*case))
    assert conclusion(*case)


def test_near_misses():
    # The function may have a kink, as long as it is elsewhere.
    X, W, b = instance(2, 3, 2, 1)[2:]
    bent = (lambda Z: np.sum(np.abs(Z)), np.sign(X @ W + b), X, W, b)
    near = [instance(1, 2, 2, 2), instance(3, 1, 2, 2), instance(4, 3, 1, 2), bent]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_every_entry_is_asked_for():
    case = instance(1, 2, 2, 2)
    for more in np.eye(4).reshape(4, 2, 2) / 1000:
        assert not conclusion(*case, by_w=lambda X, W, G, more=more: X.T @ G + more)
        assert not conclusion(*case, by_x=lambda X, W, G, more=more: G @ W.T + more)
    for more in np.eye(2) / 1000:
        assert not conclusion(*case, by_b=lambda X, W, G, more=more: G.sum(axis=0) + more)


def test_without_differentiable():
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    for g in (-1.0, 0.0, 1.0):
        case = (lambda Z: np.sum(np.abs(Z)), g * one, one, zero, np.zeros(1))
        assert broken(hypotheses(*case)) == ["differentiable"]
        assert not conclusion(*case)
    for e in np.eye(2):  # by one of two entries of Z
        case = (lambda Z, e=e: np.sum(Z @ (1 - e) + np.abs(Z @ e)), (1 - e)[None], one)
        case = (*case, np.zeros((1, 2)), np.zeros(2))
        assert broken(hypotheses(*case)) == ["differentiable"]
        assert not conclusion(*case)
    # Partial derivatives are not enough where two entries move together.
    case = (lambda Z: only_partials(Z[0]), partials_at_zero[None], zero, np.ones((1, 2)))
    case = (*case, np.zeros(2))
    assert broken(hypotheses(*case)) == ["differentiable"]
    assert not conclusion(*case)
