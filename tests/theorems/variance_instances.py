"""Random layers with finitely many values, so that every mean is a finite sum."""

from itertools import product

import numpy as np

__all__ = [
    "AXES", "CYCLE", "HALF_SKEWED", "SIGNS", "SKEWED", "SKEWED_ROW", "TWINS", "independent", "mean",
    "relu", "row_moments", "same_law", "symmetric",
]  # fmt: skip

#: Values with their probabilities: a random sign, and one of mean 0 and mean square 2.
SIGNS = ((1.0, 0.5), (-1.0, 0.5))
SKEWED = ((2.0, 1 / 3), (-1.0, 2 / 3))

#: Matrices whose entries are uncorrelated and not independent (one of two is always 0), of
#: different laws, and two rows that are always equal.
AXES = [(sign * np.sqrt(2) * row[None], 0.25) for row in np.eye(2) for sign in (1, -1)]
HALF_SKEWED = [(np.array([[s, t / np.sqrt(2)]]), p * q) for s, p in SIGNS for t, q in SKEWED]
TWINS = [(np.array([[s, t], [s, t]]), p * q) for s, p in SIGNS for t, q in SIGNS]

#: Each row has the law of its negative, and the matrix has not: its second row is one further on.
_ROUND = np.sqrt(0.4) * np.array([-2.0, -1.0, 1.0, 2.0])
CYCLE = [(np.array([[s], [t]]), 0.25) for s, t in zip(_ROUND, np.roll(_ROUND, -1), strict=True)]

#: Each entry has the law of its negative, and the row has not.
SKEWED_ROW = [
    (np.array([w]), p)
    for w, p in (([1, np.sqrt(2)], 0.25), ([1, -np.sqrt(2)], 0.25), ([-1.0, 0], 0.5))
]


def relu(t):
    return np.maximum(t, 0)


def independent(shape, law=SIGNS, scale=1.0):
    """Return the law of a matrix with independent entries: pairs of a matrix and a probability."""
    count = int(np.prod(shape))
    return [
        (scale * np.reshape([x for x, _ in case], shape), float(np.prod([p for _, p in case])))
        for case in product(law, repeat=count)
    ]


def mean(law, f):
    """Return the mean of a function of what has the law."""
    return sum(p * f(value) for value, p in law)


def row_moments(law):
    """Return the mean of W_ij W_ik for each row i, of a law of matrices."""
    return mean(law, lambda W: np.einsum("ij,ik->ijk", W, W))


def _weights(cases):
    found = {}
    for value, p in cases:
        key = tuple(np.round(np.ravel(value), 9) + 0.0)
        found[key] = found.get(key, 0) + p
    return found


def same_law(one, other):
    """Return whether two laws of arrays of one shape are the same."""
    a, b = _weights(one), _weights(other)
    return all(abs(a.get(key, 0) - b.get(key, 0)) < 1e-9 for key in a.keys() | b.keys())


def symmetric(law):
    """Return whether each row of a random matrix has the law of its negative."""
    rows = len(law[0][0])
    return all(
        same_law([(W[i], p) for W, p in law], [(-W[i], p) for W, p in law]) for i in range(rows)
    )
