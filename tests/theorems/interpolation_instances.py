"""What the tests of chapter 25's statements share."""

import numpy as np
from hypothesis import strategies as st

__all__ = ["matrix", "point_sets", "rows_and_values", "walk"]


def matrix(z, b):
    """Entries max(z_i - b_j, 0)."""
    return np.maximum(np.asarray(z)[:, None] - np.asarray(b), 0)


def point_sets(most=4):
    """Different points with one to three small integer coordinates, which often coincide."""

    def of_dimension(d):
        point = st.tuples(*[st.integers(-2, 2)] * d)
        return st.lists(point, min_size=1, max_size=most, unique=True)

    some = st.integers(1, 3).flatmap(of_dimension)
    return some.map(lambda rows: np.array(rows, dtype=float))


def rows_and_values(most=2, dimensions=3):
    """Rows X, independent or not, and values y = X v that can be interpolated."""
    entry = st.integers(-2, 2).map(float)
    row = st.lists(entry, min_size=dimensions, max_size=dimensions)
    return st.builds(
        lambda X, v: (np.array(X), np.array(X) @ v), st.lists(row, min_size=1, max_size=most), row
    )


def walk(X, y, start, *, momentum=0.0, scale=1.0, seed=None, steps=4000):
    """Descent on ½|Xw - y|², gradients multiplied by `scale`; with a seed, one row a step."""
    w, v = np.array(start, dtype=float), np.zeros(X.shape[1])
    rng = None if seed is None else np.random.default_rng(seed)
    rate = 0.4 / (1e-12 + np.sum(X * X) * np.max(scale))
    for _ in range(steps):
        rows = slice(None) if rng is None else [rng.integers(len(X))]
        v = momentum * v + X[rows].T @ (X[rows] @ w - y[rows])
        w = w - rate * scale * v
    return w
