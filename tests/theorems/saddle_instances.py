"""A network with one hidden layer near W = 0: its loss, and its gradient by the six formulas."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

__all__ = [
    "BENT", "COSINE", "LOGISTIC", "SHARP", "TANH", "Activation", "cases", "covariance",
    "frequencies", "gradient", "loss", "pairs",
]  # fmt: skip


class Activation(NamedTuple):
    """A function and its derivative."""

    value: object
    slope: object


def logistic(z):
    return 1 / (1 + np.exp(-z))


LOGISTIC = Activation(logistic, lambda z: logistic(z) * (1 - logistic(z)))
TANH = Activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
SHARP = Activation(lambda z: logistic(2 * z), lambda z: 2 * LOGISTIC.slope(2 * z))
COSINE = Activation(np.cos, lambda z: -np.sin(z))


def bent(side):
    """Return the logistic function on one side of 0, and a line of slope 1 on the other."""
    return Activation(
        lambda z: np.where(side * z >= 0, LOGISTIC.value(z), z + 0.5),
        lambda z: np.where(side * z >= 0, LOGISTIC.slope(z), 1.0),
    )


BENT = bent(1), bent(-1)


def units(labels):
    return np.eye(max(labels) + 1)[list(labels)]


def frequencies(labels):
    return units(labels).mean(axis=0)


def covariance(x, labels):
    Y = units(labels)
    return (x - x.mean(axis=0)).T @ (Y - Y.mean(axis=0)) / len(x)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def gradient(x, labels, params, alpha, activation):
    W1, b1, W2, b2 = params
    z = x @ W1 + b1
    H = activation.value(z)
    G2 = (softmax(H @ W2 + b2) - units(labels)) / len(x)
    G1 = (G2 @ W2.T) * activation.slope(z)
    return x.T @ G1 + alpha * W1, G1.sum(axis=0), H.T @ G2 + alpha * W2, G2.sum(axis=0)


def loss(x, labels, params, alpha, activation):
    W1, b1, W2, b2 = params
    z = activation.value(x @ W1 + b1) @ W2 + b2
    top = z.max(axis=1)
    entropy = top + np.log(np.exp(z - top[:, None]).sum(axis=1)) - (z * units(labels)).sum(axis=1)
    return entropy.mean() + alpha / 2 * (np.sum(W1**2) + np.sum(W2**2))


def pairs(C):
    """Return (s, u, v) with C v = s u and Cᵀ u = s v for each singular value, and for -s."""
    u, s, vt = np.linalg.svd(C, full_matrices=False)
    found = [(s[i], u[:, i], vt[i]) for i in range(len(s))]
    return found + [(-s, u, -v) for s, u, v in found]


@st.composite
def cases(draw):
    """Draw images of whole numbers, and labels of which each class has one."""
    classes, pixels = draw(st.integers(2, 3)), draw(st.integers(1, 3))
    more = draw(st.lists(st.integers(0, classes - 1), max_size=3))
    labels = (*range(classes), *more)
    rows = st.lists(st.integers(-3, 3), min_size=pixels, max_size=pixels)
    x = draw(st.lists(rows, min_size=len(labels), max_size=len(labels)))
    return np.array(x, dtype=float), labels
