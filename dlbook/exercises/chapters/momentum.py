"""The exercises on smoothness, conditioning and momentum, chapter 7.

Vectors are given as lists of numbers; an answer may be an array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.exercises.answers import number, numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Problem = dict[str, Any]

_LONG = 12


def _parts(least: int, most: int, whole: int) -> Any:
    """Return a strategy for the fractions of `whole` between two numerators."""
    from hypothesis import strategies as st

    return st.integers(least, most).map(lambda k: k / whole)


def _lists(size: int, entries: Any) -> Any:
    from hypothesis import strategies as st

    return st.lists(entries, min_size=size, max_size=size)


def spectra(most: int = 3) -> Any:
    """Return a strategy for lists of positive eigenvalues in any order."""
    return of_any_size(1, most, lambda size: _lists(size, _parts(1, 40, 4)))


def _problems(rate: str, most: int) -> Any:
    """Return a strategy for a quadratic, a start, two numbers and how many steps are taken.

    The rate times an eigenvalue is at most 1, so that nothing grows.
    """
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        return st.fixed_dictionaries(
            {
                "eigenvalues": _lists(size, _parts(1, 8, 4)),
                "start": _lists(size, _parts(-8, 8, 2)),
                rate: _parts(1, 8, 16),
                "beta": _parts(0, 7, 8),
                "steps": st.integers(0, 6),
            }
        )

    return of_any_size(1, most, of)


def balls(most: int = 2) -> Any:
    """Return a strategy for problems of heavy ball."""
    return _problems("alpha", most)


def accelerated(most: int = 2) -> Any:
    """Return a strategy for problems of Nesterov's method."""
    return _problems("eta", most)


def factors() -> Any:
    """Return a strategy for numbers between 0 and 1, also close to 1."""
    from hypothesis import strategies as st

    near = st.integers(2, 8).map(lambda k: 1 - 2.0**-k)
    return st.one_of(_parts(1, 199, 200), near)


def _not_the_best(given: list[float], returned: Any) -> str | None:
    step = float(number(returned, "a step size"))
    values = np.array(given)
    low, high = values.min(), values.max()
    factor, best = np.abs(1 - step * values).max(), (high - low) / (high + low)
    if factor <= best + 1e-9:
        return None
    return f"its worst factor is {factor:.6g}; {best:.6g} is possible"


def _path(given: Problem) -> NDArray[np.float64]:
    values = np.array(given["eigenvalues"])
    before = now = np.array(given["start"])
    for _ in range(given["steps"]):
        moved = given["beta"] * (now - before)
        if "alpha" in given:
            new = now - given["alpha"] * values * now + moved
        else:
            new = now + moved - given["eta"] * values * (now + moved)
        before, now = now, new
    return now


def _not_the_point(given: Problem, returned: Any) -> str | None:
    expected = _path(given)
    answer = np.array(numbers(returned, len(expected)), dtype=np.float64)
    errors = np.abs(answer - expected)
    i = int(np.argmax(errors))
    if errors[i] <= 1e-9 * (1 + abs(expected[i])):
        return None
    return f"entry {i} is {answer[i]:.6g}; it should be {expected[i]:.6g}"


def _not_the_numbers(given: float, returned: Any) -> str | None:
    alpha, m = (float(entry) for entry in numbers(returned, 2))
    for eigenvalue, name in ((1.0, "1"), (m, f"your m = {m:.6g}")):
        half = (1 + given**2 - alpha * eigenvalue) / 2
        # The roots have modulus √β as long as |half| ≤ √β, and are equal at the ends.
        if abs(abs(half) - given) > 1e-9:
            return (
                f"for alpha = {alpha:.6g} and the eigenvalue {name} the roots have the sum "
                f"{2 * half:.6g}; at both ends it should be twice the factor, up to the sign"
            )
    if not 0 < m < 1:
        return f"m is {m:.6g}; it should be between 0 and 1"
    return None


def _hinted(judge: Callable[[Any, Any], str | None], cases: Any, hint: str) -> Checker:
    return Checker(cases, judge, hint, long=lambda: cases(_LONG))


CHECKERS = {
    "momentum-best-step": _hinted(
        _not_the_best, spectra, "Balance the smallest eigenvalue against the largest."
    ),
    "momentum-heavy-ball": _hinted(
        _not_the_point, balls, "The gradient is taken at the present point, and w_0 = w_1."
    ),
    "momentum-nesterov": _hinted(
        _not_the_point, accelerated, "First extrapolate to y; step from y, along the gradient at y."
    ),
    "momentum-parameters": Checker(
        factors,
        _not_the_numbers,
        "L = 1, so 1 + √β is the root of alpha; then 1 - √β is the root of alpha times m.",
    ),
}
