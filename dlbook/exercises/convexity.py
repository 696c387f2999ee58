"""The exercises on convexity, chapter 3.

A function on 0, 1, …, n is given as the list of its values, whole numbers, at least one. It is
convex if the polygon through the points (i, values[i]) is: if no value lies above the mean of its
two neighbours.
"""

from __future__ import annotations

import math
from itertools import accumulate
from numbers import Integral, Real
from typing import Any

from dlbook.exercises.checker import Checker

__all__ = ["CHECKERS"]

Values = list[int]


def any_values() -> Any:
    """Return a strategy for values of any function: far from convex, nearly so, or convex."""
    from hypothesis import strategies as st

    far, near = (
        st.lists(st.integers(-most, most), min_size=1, max_size=size)
        for most, size in ((9, 7), (1, 4))
    )
    return far | near | convex_values()


def convex_values() -> Any:
    """Return a strategy for values of convex functions: sums of increasing slopes."""
    from hypothesis import strategies as st

    slopes = st.lists(st.integers(-5, 5), max_size=6).map(sorted)
    return st.tuples(st.integers(-5, 5), slopes).map(
        lambda both: [*accumulate(both[1], initial=both[0])]
    )


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
    if isinstance(returned, bool) or not isinstance(returned, Integral):
        return f"it is of type {type(returned).__name__}; expected a whole number or None"
    i = int(returned)
    if i in dents:
        return None
    if not 0 < i < len(values) - 1:
        return f"{i} has no two neighbours among 0, …, {len(values) - 1}"
    return f"at {i} the value {values[i]} does not lie above the mean of its neighbours"


def _no_numbers(items: list[Any], expected: int) -> str | None:
    """Say why a list does not hold so many finite numbers."""
    for item in items:
        if isinstance(item, bool) or not isinstance(item, Real) or not math.isfinite(item):
            return f"it contains {item!r}, which is no finite number"
    if len(items) != expected:
        return f"it has {len(items)} entries; expected {expected}"
    return None


_ROUNDING = 1e-9


def _slopes_cut(values: Values, returned: Any) -> str | None:
    try:
        slopes = list(returned)  # once: an iterator can be read only once
    except TypeError:
        return f"it is of type {type(returned).__name__}; expected a list of {len(values)} numbers"
    if complaint := _no_numbers(slopes, len(values)):
        return complaint
    for i, slope in enumerate(slopes):
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
    ),
    "convex-slopes": Checker(
        convex_values,
        _slopes_cut,
        "The slope to the right neighbour will do. The last point has none: take its left one.",
    ),
}
