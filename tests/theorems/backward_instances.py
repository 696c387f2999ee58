"""The network of chapter 16, with its loss from the definition, and derivatives by differences."""

import numpy as np

__all__ = ["differs", "forward", "network", "slopes"]


def forward(X, Y, p, phi, alpha):
    """Return the loss, and the arrays A, H and P."""
    A = X @ p["W1"] + p["b1"]
    H = phi(A)
    Z = H @ p["W2"] + p["b2"]
    logs = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
    penalty = alpha / 2 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    return -np.sum(Y * logs) / len(X) + penalty, A, H, np.exp(logs)


def slopes(f, array, h=1e-6):
    """Return the slopes of f to the left and to the right, for each entry of the array."""
    found = np.empty((2, *array.shape))
    for place in np.ndindex(*array.shape):
        for k, sign in enumerate((-1, 1)):
            moved = array.copy()
            moved[place] += sign * h
            found[k][place] = (f(moved) - f(array)) / (sign * h)
    return found


def differs(f, array, claimed, tolerance=1e-5):
    """Return whether some slope, to the left or right, is not the claimed one."""
    return bool(np.abs(slopes(f, array) - claimed).max() > tolerance)


def network(seed=0, sizes=(2, 3, 2), rows=2):
    """Return examples, unit rows of labels and parameters, all of order one."""
    rng = np.random.default_rng(seed)
    d, h, c = sizes
    p = {
        "W1": rng.normal(size=(d, h)),
        "b1": rng.normal(size=h),
        "W2": rng.normal(size=(h, c)),
        "b2": rng.normal(size=c),
    }
    return rng.normal(size=(rows, d)), np.eye(c)[rng.integers(0, c, rows)], p
