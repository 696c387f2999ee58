"""The exercises on convexity, chapter 3.

A function on 0, 1, …, n is given as the list of its values, integers, at least one. It is
convex if the polygon through the points (i, values[i]) is: if no value lies above the mean of its
two neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any

from dlbook.exercises.answers import UnfitError, number, numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Values = list[int]


_LONG = 20  # places, so that who looks at the first few only is found out


def any_values() -> Any:
    """Return a strategy for values of any function: far from convex, nearly so, or convex."""
    from hypothesis import strategies as st

    far, near = (
        st.lists(st.integers(-most, most), min_size=1, max_size=size)
        for most, size in ((9, 7), (1, 4))
    )
    return far | near | convex_values()


def convex_values(most: int = 6) -> Any:
    """Return a strategy for values of convex functions: sums of increasing slopes."""
    return _sums(_slopes(most))


def long_values() -> Any:
    """Return a strategy for many values, mostly convex except at one place."""
    from hypothesis import strategies as st

    def dented(slopes: list[int], place: int) -> list[int]:
        rises = [k for k, (one, other) in enumerate(pairwise(slopes)) if one < other]
        if rises:
            k = rises[-1 - place % len(rises)]
            slopes = [*slopes[:k], slopes[k + 1], slopes[k], *slopes[k + 2 :]]
        return slopes

    return _sums(st.builds(dented, _slopes(_LONG), st.integers(0, _LONG)))


def _slopes(most: int) -> Any:
    from hypothesis import strategies as st

    def increasing(length: int) -> Any:
        return st.lists(st.integers(-5, 5), min_size=length, max_size=length).map(sorted)

    return of_any_size(0, most, increasing)


def _sums(slopes: Any) -> Any:
    from hypothesis import strategies as st

    start = st.integers(-5, 5)
    return st.builds(lambda start, rest: [*accumulate(rest, initial=start)], start, slopes)


def _shorter(values: Values) -> Iterator[Values]:
    if len(values) > 1:
        yield values[1:]
        yield values[:-1]


def _dents(values: Values) -> list[int]:
    inner = range(1, len(values) - 1)
    return [i for i in inner if 2 * values[i] > values[i - 1] + values[i + 1]]


def _no_dent(values: Values, returned: Any) -> str | None:
    dents = _dents(values)
    if returned is None:
        if not dents:
            return None
        i = dents[0]
        return f"at {i} the value {values[i]} lies above the mean of its neighbours"
    place = number(returned, "an integer or None")
    i = int(place)
    if i != place:
        raise UnfitError(f"{place} is not an integer")
    if i in dents:
        return None
    if not 0 < i < len(values) - 1:
        return f"{i} has no two neighbours among 0, …, {len(values) - 1}"
    return f"at {i} the value {values[i]} does not lie above the mean of its neighbours"


_ROUNDING = 1e-9


def _slopes_cut(values: Values, returned: Any) -> str | None:
    for i, slope in enumerate(numbers(returned, len(values))):
        for j, value in enumerate(values):
            line = values[i] + slope * (j - i)
            if line > value + _ROUNDING:
                point = f"({i}, {values[i]})"
                return f"the line of slope {slope} through {point} passes above ({j}, {value})"
    return None


CHECKERS = {
    "convex-dent": Checker(
        any_values,
        _no_dent,
        "Compare each inner value with the mean of its two neighbours. Which have none?",
        long=long_values,
        smaller=_shorter,
        may_be_none=True,
    ),
    "convex-slopes": Checker(
        convex_values,
        _slopes_cut,
        "The slope to the right neighbour will do. The last point has none: take its left one.",
        long=lambda: convex_values(_LONG),
        smaller=_shorter,
    ),
}
