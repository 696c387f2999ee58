"""The exercises on gradient descent, chapter 6.

Vectors are given as lists of numbers, matrices as lists of rows; an answer may be an array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlbook.exercises.answers import close, number, numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, Any]


def _entries(least: int = -2, most: int = 2) -> Any:
    from hypothesis import strategies as st

    return st.integers(least, most).map(float)


def _vectors(size: int) -> Any:
    from hypothesis import strategies as st

    return st.lists(_entries(), min_size=size, max_size=size)


_RATES = [0.125, 0.25, 0.5, 1.0]
_LONG = 20  # steps, so that who takes the first few only is found out


def least_squares(most_steps: int = 5, rates: Sequence[float] = _RATES) -> Any:
    """Return a strategy for a matrix, a target, a rate and a number of steps."""
    from hypothesis import strategies as st

    def of_shape(rows: int, columns: int) -> Any:
        return st.fixed_dictionaries(
            {
                "matrix": st.lists(_vectors(columns), min_size=rows, max_size=rows),
                "target": _vectors(rows),
                "rate": st.sampled_from(rates),
                "steps": st.integers(1, most_steps),
            }
        )

    return of_any_size(1, 3, lambda rows: of_any_size(1, 3, lambda n: of_shape(rows, n)))


def symmetric_matrices(most: int = 3) -> Any:
    """Return a strategy for symmetric matrices of at most this many rows."""
    from hypothesis import strategies as st

    def symmetric(rows: list[list[float]]) -> list[list[float]]:
        n = len(rows)
        return [[rows[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]

    def square(n: int) -> Any:
        return st.lists(_vectors(n), min_size=n, max_size=n)

    return of_any_size(1, most, square).map(symmetric)


def runs(most: int = 5) -> Any:
    """Return a strategy for at most this many steps on the line, their rate and a rival point."""
    from hypothesis import strategies as st

    return st.fixed_dictionaries(
        {
            "steps": of_any_size(1, most, _vectors),
            "rate": st.sampled_from(_RATES),
            "target": _entries(),
        }
    )


def _not_the_average(given: Given, returned: Any) -> str | None:
    matrix, target = np.array(given["matrix"]), np.array(given["target"])
    d = matrix.shape[1]
    average = np.array(numbers(returned, d), dtype=np.float64)
    iterates = [np.zeros(d)]
    while len(iterates) < given["steps"]:
        w = iterates[-1]
        iterates.append(w - given["rate"] * matrix.T @ (matrix @ w - target))
    expected = np.mean(iterates, axis=0)
    if close(average, expected):
        return None
    listed = ", ".join(f"w_{t} = {w.tolist()}" for t, w in enumerate(iterates, 1))
    return f"the iterates are {listed}; their average is {expected.tolist()}"


def _not_the_least_constant(given: list[list[float]], returned: Any) -> str | None:
    constant = float(number(returned))
    values, vectors = np.linalg.eigh(np.array(given))
    largest = int(np.argmax(np.abs(values)))
    least = abs(float(values[largest]))
    if close(constant, least):
        return None
    if constant > least:
        return f"L = {least:.6g} will do as well, and is less"
    along = np.round(vectors[:, largest], 4).tolist()
    return f"for x - y = {along}, of length 1, the gradients differ by {least:.6g}"


def _not_the_three_terms(given: Given, returned: Any) -> str | None:
    expected = "three numbers: the left side, |w_{T+1} - w*|² and the sum of the |v_t|²"
    terms = numbers(returned, 3, expected=expected)
    rate, target, w, left, squares = given["rate"], given["target"], 0.0, 0.0, 0.0
    for v in given["steps"]:
        left += (w - target) * v
        squares += v * v
        w -= rate * v
    distance, last = (w - target) ** 2, len(given["steps"]) + 1
    if not close(float(terms[0]), left):
        return f"the first number, the sum of (w_t - w*) v_t, is {left:g}"
    if not close(float(terms[1]), distance):
        return f"the second number is (w_{last} - w*)² = {distance:g}, as w_{last} = {w:g}"
    if not close(float(terms[2]), squares):
        return f"the third number, the sum of the v_t², is {squares:g}"
    return None


CHECKERS = {
    "descent-average": Checker(
        least_squares,
        _not_the_average,
        "The gradient of ½|Aw - b|² is Aᵀ(Aw - b). The average has T points, and w_1 is one.",
        long=lambda: least_squares(_LONG, [1 / 64, 1 / 32]),  # small, so that nothing explodes
    ),
    "descent-lipschitz": Checker(
        symmetric_matrices,
        _not_the_least_constant,
        "By how much can |A v| exceed |v|? Try it with eigenvectors; eigenvalues may be negative.",
        long=lambda: symmetric_matrices(6),
    ),
    "descent-regret": Checker(
        runs,
        _not_the_three_terms,
        "Which point has been reached after the last of the T steps?",
        long=lambda: runs(_LONG),
    ),
}
