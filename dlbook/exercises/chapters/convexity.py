"""The exercises on convexity, chapters 3 and 3A.

In the first two a function on 0, 1, …, n is given as the list of its values, integers, at least
one. It is convex if the polygon through the points (i, values[i]) is: if no value lies above the
mean of its two neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from dlbook.exercises.answers import UnfitError, close, number, numbers
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


def bent_polynomials(most: int = 3) -> Any:
    """Return a strategy for polynomials that are not convex on [-2, 2], by their coefficients."""
    from hypothesis import strategies as st

    places = np.linspace(-2, 2, 41)

    def bends(coefficients: list[float]) -> bool:
        second = np.polynomial.Polynomial(coefficients).deriv(2)
        return bool(np.min(second(places)) <= -0.5)

    entry = st.integers(-2, 2).map(float)
    return st.lists(entry, min_size=3, max_size=most + 1).filter(bends)


def _no_chord_below(given: list[float], returned: Any) -> str | None:
    ends = numbers(returned, 2, expected="two numbers, the ends of a chord")
    x, y = (Fraction(float(end)) for end in ends)

    def value(w: Fraction) -> Fraction:
        return sum((Fraction(c) * w**k for k, c in enumerate(given)), Fraction(0))

    for end in (x, y):
        if abs(end) > 2:
            return f"{float(end)} is outside [-2, 2]"
    middle, chord = value((x + y) / 2), (value(x) + value(y)) / 2
    if middle > chord:
        return None
    return f"halfway the graph is at {float(middle):.6g} and the chord at {float(chord):.6g}"


def least_squares(most: int = 3) -> Any:
    """Return a strategy for a matrix ``X`` and numbers ``y``, often with dependent columns."""
    from hypothesis import strategies as st

    def of_shape(rows: int, columns: int) -> Any:
        entries = st.lists(st.integers(-2, 2).map(float), min_size=columns, max_size=columns)
        return st.fixed_dictionaries(
            {
                "X": st.lists(entries, min_size=rows, max_size=rows),
                "y": st.lists(st.integers(-3, 3).map(float), min_size=rows, max_size=rows),
            }
        )

    sizes = range(1, most + 1)
    return st.one_of(*[of_shape(rows, columns) for rows in sizes for columns in sizes])


def _no_least_squares(given: dict[str, Any], returned: Any) -> str | None:
    x, y = np.array(given["X"]), np.array(given["y"])
    w = np.array(numbers(returned, x.shape[1]), dtype=np.float64)
    slopes = x.T @ (x @ w - y)
    if np.abs(slopes).max() <= 1e-7 * (1 + np.abs(x).max() ** 2 * np.abs(w).max()):
        return None
    best = np.linalg.lstsq(x, y)[0]
    here, least = (float(np.sum((x @ v - y) ** 2) / 2) for v in (w, best))
    slope = slopes.round(6).tolist()
    return (
        f"g is {here:.6g} there, where the gradient is {slope}; the smallest value is {least:.6g}"
    )


def positive_numbers(sizes: Any = (-2, 2), most: int = 4) -> Any:
    """Return a strategy for positive numbers whose logarithms to base 10 are in a range."""
    from hypothesis import strategies as st

    return st.lists(
        st.integers(*sizes).map(lambda k: 10.0**k) | st.just(2.0), min_size=1, max_size=most
    )


def _not_the_mean(given: list[float], returned: Any) -> str | None:
    mean = float(np.exp(np.mean(np.log(given))))
    found = float(number(returned))
    if abs(found - mean) <= 1e-9 * mean:
        return None
    return f"it is {found:.6g}; the geometric mean is {mean:.6g}"


def distributions(most: int = 4) -> Any:
    """Return a strategy for ``p``, which may hold zeros, and ``q``, which does not."""
    from hypothesis import strategies as st

    def shares(counts: list[int]) -> list[float]:
        return [count / sum(counts) for count in counts]

    def of(size: int) -> Any:
        some, all_of_them = (
            st.lists(st.integers(least, 4), min_size=size, max_size=size) for least in (0, 1)
        )
        return st.fixed_dictionaries(
            {"p": some.filter(any).map(shares), "q": all_of_them.map(shares)}
        )

    return of_any_size(1, most, of)


def _not_the_divergence(given: dict[str, list[float]], returned: Any) -> str | None:
    pairs = zip(given["p"], given["q"], strict=True)
    divergence = float(sum(p * np.log(p / q) for p, q in pairs if p))
    found = float(number(returned))
    return None if close(found, divergence) else f"the sum is {divergence:.6g}"


def broken_lines(most: int = 3) -> Any:
    """Return a strategy for a maximum of lines ``a w + b`` and a place, mostly one of its kinks."""
    from hypothesis import strategies as st

    small = st.integers(-3, 3).map(float)

    def through(x: float, height: float, slopes: list[float], below: list[list[float]]) -> Any:
        lines = [[a, height - a * x] for a in slopes]
        lower = [[a, height - a * x - drop] for a, drop in below]
        return {"lines": [*lower, *lines], "x": x}

    drops = st.lists(st.tuples(small, st.sampled_from([0.5, 2.0])).map(list), max_size=most)
    return st.builds(through, small, small, st.lists(small, min_size=1, max_size=most), drops)


def _not_the_slopes_there(given: dict[str, Any], returned: Any) -> str | None:
    left, right = (float(s) for s in numbers(returned, 2, expected="the two one-sided slopes"))
    x = given["x"]
    height = max(a * x + b for a, b in given["lines"])
    touching = [a for a, b in given["lines"] if a * x + b == height]
    if close(left, min(touching)) and close(right, max(touching)):
        return None
    return f"the lines that reach the maximum {height:g} at {x:g} have the slopes {touching}"


CHECKERS = {
    "convex-not": Checker(
        bent_polynomials,
        _no_chord_below,
        "Where is the second derivative negative? Take a short chord across that place.",
        long=lambda: bent_polynomials(6),
    ),
    "convex-least-squares": Checker(
        least_squares,
        _no_least_squares,
        "Solve XᵀX w = Xᵀy. If the columns are dependent there are many solutions; take any.",
        long=lambda: least_squares(5),
    ),
    "convex-means": Checker(
        positive_numbers,
        _not_the_mean,
        "The product of many numbers may be too large or too small for a float. Their logarithms?",
        long=lambda: positive_numbers((-300, 300), 20),
    ),
    "convex-gibbs": Checker(
        distributions,
        _not_the_divergence,
        "t log t tends to 0 as t does. What should a term with p_i = 0 contribute?",
        long=lambda: distributions(12),
    ),
    "convex-one-sided": Checker(
        broken_lines,
        _not_the_slopes_there,
        "Which lines attain the maximum at x? Just to the right, which of them is highest?",
        long=lambda: broken_lines(8),
    ),
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
