"""The exercises on gradient descent, chapters 6 and 6A.

Vectors are given as lists of numbers, matrices as lists of rows; an answer may be an array.
"""

from __future__ import annotations

import math
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


def bowls(most: int = 4, rates: Sequence[float] = (0.125, 0.5, 1.0, 1.5)) -> Any:
    """Return a strategy for a curvature, a start, a rate and a number of steps on the line."""
    from hypothesis import strategies as st

    return st.fixed_dictionaries(
        {
            "curvature": st.sampled_from([0.5, 1.0, 2.0]),
            "start": _entries(-3, 3),
            "rate": st.sampled_from(rates),
            "steps": st.integers(0, most),
        }
    )


def _not_the_iterates(given: Given, returned: Any) -> str | None:
    found = numbers(returned, given["steps"] + 1)
    w = given["start"]
    for t, one in enumerate(found, 1):
        if not close(float(one), w):
            return f"w_{t} is {w:g}"
        w -= given["rate"] * given["curvature"] * w
    return None


def promises(most: int = 4) -> Any:
    """Return a strategy for the numbers of the rate theorem, with any step size."""
    from hypothesis import strategies as st

    size = st.sampled_from([0.5, 1.0, 2.0, 3.0])
    numbers_of_it = {"radius": size, "slope": size, "step_size": size}
    return st.fixed_dictionaries({**numbers_of_it, "steps": st.integers(1, most)})


def _not_the_promise(given: Given, returned: Any) -> str | None:
    eta, steps = given["step_size"], given["steps"]
    first, second = given["radius"] ** 2 / (2 * eta * steps), eta * given["slope"] ** 2 / 2
    if close(float(number(returned)), first + second):
        return None
    return f"the bound is B²/(2ηT) + η·rho²/2 = {first:g} + {second:g} = {first + second:g}"


def wishes(most: int = 6) -> Any:
    """Return a strategy for a smoothness, a distance and a gap that is to be reached."""
    from hypothesis import strategies as st

    size = st.sampled_from([0.5, 1.0, 2.0, 4.0])
    gap = st.integers(-most, 2).map(lambda k: 2.0**k) | st.sampled_from([0.75, 0.3])
    return st.fixed_dictionaries({"smoothness": size, "distance": size, "gap": gap})


def _not_the_fewest_steps(given: Given, returned: Any) -> str | None:
    steps, half = number(returned, "an integer"), given["smoothness"] * given["distance"] ** 2 / 2
    fewest = max(1, math.ceil(half / given["gap"]))
    if steps == fewest:
        return None
    for t in (fewest - 1, fewest):
        if t == steps or (t == fewest and steps > fewest):
            word = "still above" if t < fewest else "enough already, with"
            return (
                f"for T = {t} the bound is {half / t if t else math.inf:g}, {word} {given['gap']:g}"
            )
    return f"the bound LR²/(2T) with L R²/2 = {half:g} asks for T = {fewest}"


def last_points(most: int = 5) -> Any:
    """Return a strategy for the numbers of the rate theorem."""
    from hypothesis import strategies as st

    size = st.sampled_from([0.5, 1.0, 2.0, 3.0])
    return st.fixed_dictionaries({"radius": size, "slope": size, "steps": st.integers(1, most)})


def _not_the_bound_for_the_last(given: Given, returned: Any) -> str | None:
    steps = given["steps"]
    factor = 1 + sum(1 / k for k in range(1, steps)) / 2
    bound = factor * given["radius"] * given["slope"] / math.sqrt(steps)
    if close(float(number(returned)), bound):
        return None
    return f"the factor of B·rho/√T is {factor:.6g}, and the bound {bound:.6g}"


def gradients_on_the_way(most: int = 5) -> Any:
    """Return a strategy for the gradients that a run on the line has met, none too long."""
    from hypothesis import strategies as st

    def of(length: int) -> Any:
        return st.fixed_dictionaries(
            {
                "gradients": st.lists(_entries(-2, 2), min_size=length, max_size=length),
                "radius": st.sampled_from([0.5, 1.0, 3.0]),
                "slope": st.sampled_from([2.0, 4.0]),
            }
        )

    return of_any_size(1, most, of)


def _not_the_weighted_average(given: Given, returned: Any) -> str | None:
    w, total, weight = 0.0, 0.0, 0.0
    points = []
    for t, v in enumerate(given["gradients"], 1):
        eta = given["radius"] / (given["slope"] * math.sqrt(t))
        points.append(f"w_{t} = {w:.4g}")
        total, weight = total + eta * w, weight + eta
        w -= eta * v
    if close(float(number(returned)), total / weight):
        return None
    return f"{', '.join(points)}; their average, weighted by η_t, is {total / weight:.6g}"


CHECKERS = {
    "descent-by-hand": Checker(
        bowls,
        _not_the_iterates,
        "The gradient is a·w. The list begins with the start, and has one point more than steps.",
        long=lambda: bowls(_LONG, (0.125, 0.5)),
    ),
    "descent-wrong-guess": Checker(
        promises,
        _not_the_promise,
        "Where in the proof is the value of η used? Stop there.",
        long=lambda: promises(100),
    ),
    "descent-smooth": Checker(
        wishes,
        _not_the_fewest_steps,
        "LR²/(2T) ≤ gap, solved for T. T is an integer, at least 1.",
        long=lambda: wishes(30),
    ),
    "descent-last": Checker(
        last_points,
        _not_the_bound_for_the_last,
        "How many terms does the sum have for T = 1, and for T = 2?",
        long=lambda: last_points(200),
    ),
    "descent-any-time": Checker(
        gradients_on_the_way,
        _not_the_weighted_average,
        "The points are w_1 = 0, …, w_T; the last gradient is not used. Each has the weight η_t.",
        long=lambda: gradients_on_the_way(_LONG),
    ),
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
