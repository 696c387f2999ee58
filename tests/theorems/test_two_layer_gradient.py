"""thm-two-layer-gradient: the six formulas, against slopes from both sides."""

import numpy as np
from backward_instances import differs, forward, network, slopes
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed


def sigma(t):
    return 1 / (1 + np.exp(-t))


SMOOTH = {
    "sigmoid": (sigma, lambda A: sigma(A) * (1 - sigma(A))),
    "tanh": (np.tanh, lambda A: 1 - np.tanh(A) ** 2),
    "sin": (np.sin, np.cos),
}

NEAR_MISSES = {
    "not over N": {"first": lambda P, Y: P - Y},
    "observed minus predicted": {"first": lambda P, Y: (Y - P) / len(P)},
    "the slope of the softmax once more": {"first": lambda P, Y: (P - Y) * P * (1 - P) / len(P)},
    "the slope at H": {"at": lambda A, H: H},
    "no slope": {"second": lambda G, W2, slope: G @ W2.T},
    "W2 in its transpose's shape": {
        "second": lambda G, W2, slope: (G @ W2.reshape(W2.T.shape)) * slope
    },
    "the penalty twice": {"penalty": 2.0},
    "no penalty": {"penalty": 0.0},
    "a hundredth more of the penalty": {"penalty": 1.01},
    "a penalty on biases": {"free": False},
    "biases averaged": {"biases": lambda G: G.mean(axis=0)},
    "of the first example": {"weights": lambda X, G: np.outer(X[0], G[0])},
    "by W2, a hundredth more": {"times": {"W2": 1.01}},
    "by b2, a hundredth more": {"times": {"b2": 1.01}},
    "by W1, a hundredth more": {"times": {"W1": 1.01}},
    "by b1, a hundredth more": {"times": {"b1": 1.01}},
}


def hypotheses(X, Y, p, phi, slope, alpha):
    _, A, _, _ = forward(X, Y, p, phi, alpha)
    left, right = slopes(lambda A: np.sum(phi(A)), A)
    return {
        "labels": bool(np.allclose(Y.sum(axis=1), 1)),
        "differentiable": bool(np.abs(left - right).max() < 1e-4),
    }


def conclusion(
    X,
    Y,
    p,
    phi,
    slope,
    alpha,
    *,
    first=lambda P, Y: (P - Y) / len(P),
    at=lambda A, H: A,
    second=lambda G, W2, slope: (G @ W2.T) * slope,
    penalty=1.0,
    free=True,
    biases=lambda G: G.sum(axis=0),
    weights=lambda X, G: X.T @ G,
    times=None,
):
    """All four derivatives are as the formulas say; `times` has factors for some of them."""
    _, A, H, P = forward(X, Y, p, phi, alpha)
    G2 = first(P, Y)
    G1 = second(G2, p["W2"], slope(at(A, H)))
    pull = {name: penalty * alpha * p[name] for name in ("W1", "W2")}
    extra = {name: 0 if free else alpha * p[name] for name in ("b1", "b2")}
    claimed = {
        "W2": weights(H, G2) + pull["W2"],
        "b2": biases(G2) + extra["b2"],
        "W1": weights(X, G1) + pull["W1"],
        "b1": biases(G1) + extra["b1"],
    }
    factors = {name: (times or {}).get(name, 1.0) for name in p}

    def is_right(k):
        def loss(a):
            return forward(X, Y, p | {k: a}, phi, alpha)[0]

        return not differs(loss, p[k], factors[k] * claimed[k], 1e-4)

    return all(map(is_right, p))


@given(
    st.integers(0, 999),
    st.tuples(*[st.integers(1, 3)] * 3),
    st.integers(1, 3),
    st.sampled_from(sorted(SMOOTH)),
    st.sampled_from([0.0, 0.5]),
)
def test_holds(seed, sizes, rows, activation, alpha):
    X, Y, p = network(seed, sizes, rows)
    case = (X, Y, p, *SMOOTH[activation], alpha)
    assert not broken(hypotheses(*case))
    assert conclusion(*case)


def test_shares_as_labels():
    X, _, p = network(3)
    case = (X, np.array([[0.25, 0.75], [1.5, -0.5]]), p, *SMOOTH["tanh"], 0.5)
    assert not broken(hypotheses(*case))
    assert conclusion(*case)


def test_near_misses():
    near = [(*network(1, (2, 2, 2)), *SMOOTH["sigmoid"], 0.5)]
    # One example, and a function with a kink elsewhere; three classes.
    near += [(*network(2, (2, 3, 3), rows), np.abs, np.sign, 0.5) for rows in (1, 3)]
    # Without a penalty; shares as labels, one of them negative.
    X, Y, p = network(3)
    near += [(X, Y, p, *SMOOTH["sin"], 0.0)]
    near += [(X, np.array([[0.25, 0.75], [1.5, -0.5]]), p, *SMOOTH["tanh"], 0.0)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_labels():
    X, Y, p = network(0)
    for more, less in ((1.0, 0.0), (0.01, 0.0), (0.0, 0.01), (1.0, 1.0), (1.0, -1.0)):
        case = (X, Y + np.array([[more, 0.0], [-less, 0.0]]), p, *SMOOTH["sigmoid"], 0.0)
        assert broken(hypotheses(*case)) == ["labels"]
        assert not conclusion(*case)


def test_without_differentiable():
    zero = np.zeros
    p = {"W1": zero((1, 1)), "b1": zero(1), "W2": np.array([[1.0, -1.0]]), "b2": zero(2)}
    for chosen in (0.0, 0.5, 1.0):

        def slope(A, chosen=chosen):
            return np.where(A > 0, 1.0, np.where(A < 0, 0.0, chosen))

        case = (np.ones((1, 1)), np.array([[1.0, 0.0]]), p, lambda A: np.maximum(A, 0), slope, 0.0)
        assert broken(hypotheses(*case)) == ["differentiable"]
        assert not conclusion(*case)
    # Of two units one is at a kink, or both, at kinks that bend to different sides.
    p |= {"W1": zero((1, 2)), "W2": np.array([[1.0, -1.0], [0.5, 2.0]])}
    for b1 in (0.0, 3.0), (3.0, 0.0), (0.0, 1.0):
        p["b1"] = np.array(b1)
        case = (
            np.ones((1, 1)),
            np.array([[1.0, 0.0]]),
            dict(p),
            lambda A: np.abs(A) - np.abs(A - 1),
            lambda A: np.sign(A) - np.sign(A - 1),
            0.0,
        )
        assert broken(hypotheses(*case)) == ["differentiable"]
        assert not conclusion(*case)
