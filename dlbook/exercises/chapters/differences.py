"""The exercises on numerical differentiation, chapter 11."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from dlbook.exercises.answers import number, numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, Any]

_TWELVE_DIGITS = 1e-12
_LONG = 8


def _nonzero(most: int) -> Any:
    from hypothesis import strategies as st

    return st.integers(-most, most).filter(bool).map(float)


def _integers(size: int) -> Any:
    from hypothesis import strategies as st

    return st.lists(st.integers(-5, 5), min_size=size, max_size=size)


def sines() -> Any:
    """Return a strategy for a sine and the accuracy of its values."""
    from hypothesis import strategies as st

    return st.fixed_dictionaries(
        {
            "amplitude": _nonzero(5),
            "frequency": _nonzero(5),
            "error": st.sampled_from([2.0**-k for k in (0, 10, 23, 52)]),
        }
    )


def nodes(most: int = 5) -> Any:
    """Return a strategy for different integers, at least two."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        return st.lists(st.integers(-most, most), min_size=size, max_size=size, unique=True)

    return of_any_size(2, most, of)


def polynomials(most: int = 4) -> Any:
    """Return a strategy for the coefficients of a polynomial, and a point."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        point = st.integers(-6, 6).map(lambda k: k / 2)
        return st.fixed_dictionaries({"coefficients": _integers(size), "at": point})

    return of_any_size(1, most, of)


def quotients(most: int = 4) -> Any:
    """Return a strategy for central differences that lack rounding errors, and a claim."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        def made(terms: list[int], claimed: int) -> Given:
            series = [
                float(sum(c * Fraction(1, 4 ** (j * k)) for j, c in enumerate(terms)))
                for k in range(size)
            ]
            return {"quotients": series, "claimed": float(claimed)}

        return st.builds(made, _integers(size), st.integers(-5, 5))

    return of_any_size(1, most, of)


def _not_the_best_step(given: Given, returned: Any) -> str | None:
    h = float(number(returned))
    if h <= 0:
        return f"the step is {h:g}; expected a number > 0"
    eps = given["error"]
    third = abs(given["amplitude"] * given["frequency"] ** 3)
    best = (3 * eps / third) ** (1 / 3)
    least, bound = 1.5 * eps / best, h**2 * third / 6 + eps / h
    if abs(h - best) > 1e-6 * best:
        return f"with step {h:.6g} the bound is {bound:.6g}; {least:.6g} can be reached"
    return None


def _not_the_weights(points: list[int], returned: Any) -> str | None:
    w = np.array(numbers(returned, len(points)), dtype=np.float64)
    for k in range(len(points)):
        found, right = float(w @ np.array([float(s) ** k for s in points])), float(k == 1)
        scale = float(np.abs(w) @ np.array([abs(float(s)) ** k for s in points]))
        if abs(found - right) > 1e-9 * (1 + scale):
            name = ("1", "u")[k] if k < 2 else f"u^{k}"
            return f"for f(u) = {name} the sum is {found:.6g}, and f'(0) is {right:g}"
    return None


def _not_the_slope(given: Given, returned: Any) -> str | None:
    found = float(number(returned))
    x, c = Fraction(given["at"]), given["coefficients"]
    value = sum((a * x**k for k, a in enumerate(c)), Fraction(0))
    slope = sum((k * a * x ** (k - 1) for k, a in enumerate(c) if k), Fraction(0))
    below = 1 + x * x
    right = float((slope * below - 2 * x * value) / below**2)
    reach = max(Fraction(1), abs(x))
    size = sum(((k + 1) * abs(a) * reach**k for k, a in enumerate(c)), Fraction(0)) / below
    if abs(found - right) > _TWELVE_DIGITS * float(size):
        return f"the derivative is {right:.13g}, not {found:.13g}"
    return None


def _not_the_error(given: Given, returned: Any) -> str | None:
    found = float(number(returned))
    d = [Fraction(q) for q in given["quotients"]]
    h2 = [Fraction(1, 4**k) for k in range(len(d))]
    limit = Fraction(0)  # the polynomial in h² through the quotients, at 0
    for i, value in enumerate(d):
        others = [h for k, h in enumerate(h2) if k != i]
        weight = Fraction(1)
        for h in others:
            weight *= h / (h - h2[i])
        limit += value * weight
    right = float(Fraction(given["claimed"]) - limit)
    if abs(found - right) > 1e-9 * (1 + max(abs(q) for q in given["quotients"])):
        return f"it is {right:.9g}, not {found:.9g}: the derivative is {float(limit):.9g}"
    return None


CHECKERS = {
    "diff-step": Checker(
        sines,
        _not_the_best_step,
        "The third derivative is -a k³ cos(ku). How large can its absolute value be?",
    ),
    "diff-weights": Checker(
        nodes,
        _not_the_weights,
        "One equation for each of the functions 1, u, u², …: the sum of w_i s_i^k is 1 for k = 1, "
        "and 0 for all other k < n.",
        long=lambda: nodes(7),
    ),
    "diff-complex": Checker(
        polynomials,
        _not_the_slope,
        "Evaluate f at x + 1e-20j, and divide the imaginary part by 1e-20.",
        long=lambda: polynomials(_LONG),
    ),
    "diff-audit": Checker(
        quotients,
        _not_the_error,
        "(4 d_(h/2) - d_h)/3 has lost c_1 h². What are the factors for the next terms?",
        long=lambda: quotients(6),
    ),
}
