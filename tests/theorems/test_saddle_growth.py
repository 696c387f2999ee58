"""thm-saddle-growth: near W = 0 a mode is multiplied by 1 + η(s/4 - alpha) in a step."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from saddle_instances import (
    BENT,
    COSINE,
    LOGISTIC,
    SHARP,
    TANH,
    cases,
    covariance,
    frequencies,
    gradient,
    pairs,
)


def uncentred(x, labels):
    return x.T @ np.eye(max(labels) + 1)[list(labels)] / len(x)


NEAR_MISSES = {
    "s/2 - alpha": {"rate": lambda s, a: s / 2 - a},
    "s/16 - alpha": {"rate": lambda s, a: s / 16 - a},
    ".99 s/4 - alpha": {"rate": lambda s, a: 0.99 * s / 4 - a},
    "s/4 - .99 alpha": {"rate": lambda s, a: s / 4 - 0.99 * a},
    "s/4": {"rate": lambda s, a: s / 4},
    "|s|/4 - alpha": {"rate": lambda s, a: abs(s) / 4 - a},
    "s/4 - 2alpha": {"rate": lambda s, a: s / 4 - 2 * a},
    "not centred": {"matrix": uncentred},
    "divided by N - 1": {"matrix": lambda x, y: covariance(x, y) * len(x) / (len(x) - 1)},
    "the other sign of v": {"turn": -1},
    "W1 alone": {"parts": (1, 0)},
    "W2 alone": {"parts": (0, 1)},
    "also at twice W2": {"parts": (1, 2)},
    "the step of twice the rate": {"steps": 2},
    "O(t³)": {"order": 3},
    "a remainder of the size |t|^(3/2)": {"more": lambda t: 100 * abs(t) ** 1.5},
    "turned round": {"flip": -1},
    "not where it is": {"more": lambda t: 1e-9 * (t == 0)},
    "the hidden biases move along": {"drift": (1, 0)},
    "the biases of the classes move along": {"drift": (0, 1)},
    "the same on the left": {"more": lambda t: 100 * max(-t, 0) ** 1.5},
}


def hypotheses(x, labels, mode, q, alpha, eta, activation=LOGISTIC, b1=0.0, b2=None):
    b2 = np.log(frequencies(labels)) if b2 is None else b2
    z = np.linspace(-3, 3, 13)
    return {
        "logistic": np.allclose(activation.value(z), LOGISTIC.value(z)),
        "centred": not np.any(b1),
        "frequencies": np.allclose(b2, np.log(frequencies(labels))),
        "differences": abs(np.sum(q)) < 1e-12,
    }


def conclusion(
    x,
    labels,
    mode,
    q,
    alpha,
    eta,
    activation=LOGISTIC,
    b1=0.0,
    b2=None,
    *,
    rate=lambda s, a: s / 4 - a,
    matrix=covariance,
    turn=1,
    parts=(1, 1),
    drift=(0, 0),
    flip=1,
    steps=1,
    order=2,
    more=lambda t: 0.0,
):
    """A step from θ* + tV, up to O(t²); at t = 0 it stays, so that the gradient is zero.

    Relative to t² the remainder at small t may be half as large again as at t = .001, or .0005.
    """
    s, u, v = pairs(matrix(x, labels))[mode]
    b2 = np.log(frequencies(labels)) if b2 is None else b2
    q = np.array(q)
    V1, V2 = parts[0] * np.outer(u, q), parts[1] * turn * np.outer(q, v)

    def apart(t):
        """How far a step from θ* + tV is from what is claimed."""
        at = (t * V1, np.full(len(q), b1), t * V2, b2)
        slopes = gradient(x, labels, at, alpha, activation)
        moved = [p - steps * eta * g for p, g in zip(at, slopes, strict=True)]
        factor = flip * (1 + eta * rate(s, alpha))
        claimed = (factor * t * V1, at[1] + drift[0] * t, factor * t * V2, b2 + drift[1] * t)
        away = max(np.abs(m - c).max() for m, c in zip(moved, claimed, strict=True))
        return away + more(t)

    largest = 1.5 * max(apart(t) / abs(t) ** order for t in (1e-3, 5e-4, -1e-3, -5e-4))
    small = (0.0, 1e-6, 1e-5, 1e-4, -1e-6, -1e-5, -1e-4)
    return all(apart(t) <= largest * abs(t) ** order + 1e-14 for t in small)


@given(st.data(), cases(), st.floats(0, 1), st.floats(0.01, 2))
def test_holds(data, case, alpha, eta):
    x, labels = case
    mode = data.draw(st.integers(0, len(pairs(covariance(x, labels))) - 1))
    size = data.draw(st.integers(2, 4))
    q = np.array(data.draw(st.lists(st.integers(-2, 2), min_size=size, max_size=size)), float)
    instance = (x, labels, mode, q - q.mean(), alpha, eta)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


X = np.array([[3.0, 1.0], [0.0, 2.0], [1.0, 5.0], [2.0, 0.0]])
LABELS, Q = (0, 1, 2, 0), (1.0, -3.0, 2.0)
SHOWN = (X, LABELS, 0, Q, 0.1, 0.5)


def test_near_misses():
    near = [SHOWN, (X, LABELS, 2, Q, 0.1, 0.5), (X, LABELS, 1, (1.0, -1.0), 0.3, 1.0)]
    near += [(X[:, :1], (0, 1, 1, 0), 0, (0.5, -1.0, 2.0, -1.5), 0.0, 0.25)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def changed(q=Q, activation=LOGISTIC, b1=0.0, b2=None):
    return (X, LABELS, 0, q, 0.1, 0.5, activation, b1, b2)


def test_without_logistic():
    for activation in (TANH, SHARP, COSINE, *BENT):
        instance = changed(activation=activation)
        assert broken(hypotheses(*instance)) == ["logistic"]
        assert not conclusion(*instance)


def test_without_centred():
    for b1 in (2.0, -2.0, np.array([1.0, -1.0, 0.0])):
        instance = changed(b1=b1)
        assert broken(hypotheses(*instance)) == ["centred"]
        assert not conclusion(*instance)


def test_without_frequencies():
    one_wrong = [np.log(frequencies(LABELS)) + 0.1 * e for e in np.eye(3)]
    for b2 in (np.zeros(3), *one_wrong):
        instance = changed(b2=b2)
        assert broken(hypotheses(*instance)) == ["frequencies"]
        assert not conclusion(*instance)
    # The same added to all entries is not allowed either, though the network answers the same.
    assert broken(hypotheses(*changed(b2=np.log(frequencies(LABELS)) + 1))) == ["frequencies"]


def test_without_differences():
    for q in (1.0, 1.0, 1.0), (1.0, -3.0, 2.3), (1.0, -3.0, 1.7):
        instance = changed(q=q)
        assert broken(hypotheses(*instance)) == ["differences"]
        assert not conclusion(*instance)
