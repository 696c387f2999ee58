"""The exercises on forward mode, chapter 12. All numbers are integers, but for quotients."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from dlbook.exercises.answers import close, compared, numbers
from dlbook.exercises.chapters import autodiff
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, Any]


def quotients() -> Any:
    """Return a strategy for two dual numbers; the second may have no inverse."""
    from hypothesis import strategies as st

    pair = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=2)
    return st.fixed_dictionaries({"over": pair, "under": pair})


def _with_directions(tapes: Any) -> Any:
    """Return a strategy for tapes, each with a number for each of its inputs."""
    from hypothesis import strategies as st

    def with_direction(tape: list[Any]) -> Any:
        inputs = sum(line[0] == "input" for line in tape)
        numbers = st.lists(st.integers(-3, 3), min_size=inputs, max_size=inputs)
        return st.fixed_dictionaries({"tape": st.just(tape), "direction": numbers})

    return tapes.flatmap(with_direction)


def polynomials(most: int = 4) -> Any:
    """Return a strategy for the coefficients of a polynomial, and a point."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        coefficients = st.lists(st.integers(-5, 5), min_size=size, max_size=size)
        return st.fixed_dictionaries({"coefficients": coefficients, "at": st.integers(-3, 3)})

    return of_any_size(1, most, of)


def _no_inverse(given: Given) -> str | None:
    return None if given["under"][0] else "the divisor has no inverse, since its real part is 0"


def _not_the_quotient(given: Given, returned: Any) -> str | None:
    found = np.array(numbers(returned, 2), dtype=np.float64)
    (a, b), (c, d) = ([Fraction(x) for x in given[key]] for key in ("over", "under"))
    right = [float(a / c), float(b / c - a * d / c**2)]
    for name, one, other in zip(("real part", "tangent"), right, found, strict=True):
        if not close(other, one):
            return f"the {name} is {one:g}, not {other:g}"
    return None


def _not_the_tangents(given: Given, returned: Any) -> str | None:
    found = numbers(returned, len(given["tape"]))
    values: list[int] = []
    right: list[int] = []
    direction = iter(given["direction"])
    for name, *rest in given["tape"]:
        if name == "input":
            values.append(rest[0])
            right.append(next(direction))
            continue
        a, b, da, db = *(values[i] for i in (rest[0], rest[-1])), right[rest[0]], right[rest[-1]]
        value, tangent = {
            "add": (a + b, da + db),
            "subtract": (a - b, da - db),
            "multiply": (a * b, a * db + da * b),
            "square": (a * a, 2 * a * da),
        }[name]
        values.append(value)
        right.append(tangent)
    for k, (one, other) in enumerate(zip(right, found, strict=True)):
        if complaint := compared(one, other, f"the tangent of line {k}"):
            return complaint
    return None


def _not_the_derivatives(given: Given, returned: Any) -> str | None:
    found, x = numbers(returned, 3), given["at"]
    for order, (name, one) in enumerate(zip(("p(x)", "p'(x)", "p''(x)"), found, strict=True)):
        terms = enumerate(given["coefficients"][order:], order)
        factor = (lambda k: 1, lambda k: k, lambda k: k * (k - 1))[order]
        right = sum(c * factor(k) * x ** (k - order) for k, c in terms)
        if complaint := compared(right, one, name):
            return complaint
    return None


CHECKERS = {
    "forward-quotient": Checker(
        quotients,
        _not_the_quotient,
        "The inverse of c + dε is 1/c - d/c² ε, if c is not 0.",
        refuses=_no_inverse,
    ),
    "forward-jvp": Checker(
        lambda: _with_directions(autodiff.tapes()),
        _not_the_tangents,
        "A product moves by both factors: the value of one times the tangent of the other, twice.",
        long=lambda: _with_directions(autodiff.deep_tapes()),
    ),
    "forward-taylor": Checker(
        polynomials,
        _not_the_derivatives,
        "The factor of ε² is half of the second derivative.",
        long=lambda: polynomials(8),
    ),
}
