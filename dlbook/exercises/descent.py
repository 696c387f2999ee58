"""The exercises on gradient descent, chapter 6.

Vectors are given as lists of numbers, matrices as lists of rows; an answer may be an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.exercises.checker import Checker

__all__ = ["CHECKERS"]

Given = dict[str, Any]


def _entries(least: int = -2, most: int = 2) -> Any:
    from hypothesis import strategies as st

    return st.integers(least, most).map(float)


def _vectors(size: int) -> Any:
    from hypothesis import strategies as st

    return st.lists(_entries(), min_size=size, max_size=size)


def least_squares() -> Any:
    """Return a strategy for a matrix, a target, a rate and a number of steps."""
    from hypothesis import strategies as st

    def of_shape(shape: tuple[int, int]) -> Any:
        rows, columns = shape
        return st.fixed_dictionaries(
            {
                "matrix": st.lists(_vectors(columns), min_size=rows, max_size=rows),
                "target": _vectors(rows),
                "rate": st.sampled_from([0.125, 0.25, 0.5, 1.0]),
                "steps": st.integers(1, 5),
            }
        )

    return st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(of_shape)


def symmetric_matrices() -> Any:
    """Return a strategy for symmetric matrices of one to three rows."""
    from hypothesis import strategies as st

    def symmetric(rows: list[list[float]]) -> list[list[float]]:
        n = len(rows)
        return [[rows[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]

    sizes = st.integers(1, 3)
    return sizes.flatmap(lambda n: st.lists(_vectors(n), min_size=n, max_size=n)).map(symmetric)


def runs() -> Any:
    """Return a strategy for steps on the line, their rate and a point to compare with."""
    from hypothesis import strategies as st

    return st.fixed_dictionaries(
        {
            "steps": st.lists(_entries(), min_size=1, max_size=5),
            "rate": st.sampled_from([0.125, 0.25, 0.5, 1.0]),
            "target": _entries(),
        }
    )


def _numbers(returned: Any, shape: tuple[int, ...], of: str) -> tuple[Any, str | None]:
    """Return an answer as an array, or what is wrong with its kind."""
    try:
        array = np.asarray(returned, dtype=np.float64)
    except (TypeError, ValueError):
        return None, f"it is of type {type(returned).__name__}; expected {of}"
    if array.shape != shape:
        return None, f"it has the shape {array.shape}; expected {of}"
    return array, None


def _close(one: Any, other: Any) -> bool:
    return bool(np.allclose(one, other, rtol=1e-6, atol=1e-9))


def _not_the_average(given: Given, returned: Any) -> str | None:
    matrix, target = np.array(given["matrix"]), np.array(given["target"])
    d = matrix.shape[1]
    average, complaint = _numbers(returned, (d,), f"a list of {d} number{'s' * (d > 1)}")
    if complaint:
        return complaint
    iterates = [np.zeros(d)]
    while len(iterates) < given["steps"]:
        w = iterates[-1]
        iterates.append(w - given["rate"] * matrix.T @ (matrix @ w - target))
    expected = np.mean(iterates, axis=0)
    if _close(average, expected):
        return None
    listed = ", ".join(f"w_{t} = {w.tolist()}" for t, w in enumerate(iterates, 1))
    return f"the iterates are {listed}; their average is {expected.tolist()}"


def _not_the_least_constant(given: list[list[float]], returned: Any) -> str | None:
    constant, complaint = _numbers(returned, (), "a number")
    if complaint:
        return complaint
    values, vectors = np.linalg.eigh(np.array(given))
    largest = int(np.argmax(np.abs(values)))
    least = abs(float(values[largest]))
    if _close(constant, least):
        return None
    if constant > least:
        return f"L = {least:.6g} will do as well, and is less"
    along = np.round(vectors[:, largest], 4).tolist()
    return f"for x - y = {along}, of length 1, the gradients differ by {least:.6g}"


def _not_the_two_sides(given: Given, returned: Any) -> str | None:
    sides, complaint = _numbers(returned, (2,), "two numbers, the left and the right side")
    if complaint:
        return complaint
    rate, target, w, left, squares = given["rate"], given["target"], 0.0, 0.0, 0.0
    for v in given["steps"]:
        left += (w - target) * v
        squares += v * v
        w -= rate * v
    if not _close(sides[0], left):
        return f"the sum of (w_t - w*) v_t is {left:g}"
    if not _close(sides[1], left):
        return f"the left side is right, and the right side must equal it: both are {left:g}"
    return None


CHECKERS = {
    "descent-average": Checker(
        least_squares,
        _not_the_average,
        "The gradient of ½|Aw - b|² is Aᵀ(Aw - b). The average has T points, and w_1 is one.",
    ),
    "descent-lipschitz": Checker(
        symmetric_matrices,
        _not_the_least_constant,
        "By how much can |A v| exceed |v|? Try it with eigenvectors; eigenvalues may be negative.",
    ),
    "descent-regret": Checker(
        runs,
        _not_the_two_sides,
        "Which point has been reached after the last of the T steps?",
    ),
}
