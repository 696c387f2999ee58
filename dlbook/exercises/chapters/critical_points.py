"""The exercises on critical points, chapter 2."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.exercises.answers import UnfitError, kind, numbers, shown
from dlbook.exercises.chapters.descent import symmetric_matrices
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

_VERDICTS = ("minimum", "maximum", "saddle", "not decided")
_ROUNDING = 1e-9


def matrices(most: int = 3) -> Any:
    """Return a strategy for symmetric matrices of integers, of every kind, often singular."""
    from hypothesis import strategies as st

    def gram(rows: list[list[float]]) -> list[list[float]]:
        square = np.array(rows).T @ np.array(rows)
        return [[float(x) for x in row] for row in square]

    def negative(rows: list[list[float]]) -> list[list[float]]:
        return [[0.0 - x for x in row] for row in rows]

    any_kind = symmetric_matrices(most)
    definite = any_kind.map(gram)
    return st.one_of(any_kind, definite, definite.map(negative))


def clouds(most: int = 3) -> Any:
    """Return a strategy for points, at most this many, of one to three coordinates."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        point = st.lists(st.integers(-5, 5).map(float), min_size=size, max_size=size)
        return st.lists(point, min_size=1, max_size=most)

    return of_any_size(1, 3, of)


def _proved(matrix: list[list[float]]) -> str:
    eigenvalues = np.linalg.eigvalsh(np.array(matrix))
    # Of small matrices of whole numbers no eigenvalue but zero itself is nearly zero.
    negative, positive = np.any(eigenvalues < -1e-6), np.any(eigenvalues > 1e-6)
    if negative and positive:
        return "saddle"
    if np.all(np.abs(eigenvalues) > 1e-6):
        return "minimum" if positive else "maximum"
    return "not decided"


def _not_the_verdict(given: list[list[float]], returned: Any) -> str | None:
    if not isinstance(returned, str):
        raise UnfitError(f"it is {kind(returned)}; expected one of {', '.join(_VERDICTS)}")
    if returned not in _VERDICTS:
        raise UnfitError(f"it is {shown(returned)}; expected one of {', '.join(_VERDICTS)}")
    expected = _proved(given)
    if returned == expected:
        return None
    eigenvalues = (np.linalg.eigvalsh(np.array(given)).round(6) + 0.0).tolist()
    return f"the eigenvalues are {eigenvalues}, which says: {expected}"


def _not_the_centre(given: list[list[float]], returned: Any) -> str | None:
    points = np.array(given)
    w = np.array(numbers(returned, points.shape[1]), dtype=np.float64)
    centre = points.mean(axis=0)
    if np.abs(w - centre).max() <= _ROUNDING * (1 + np.abs(centre).max()):
        return None
    here, best = (float(np.sum((points - at) ** 2)) for at in (w, centre))
    return f"the sum of squared distances is {here:.6g}; {best:.6g} can be reached"


_AT_ZERO = ("minimum", "maximum", "neither")


def polynomials(most: int = 5) -> Any:
    """Return a strategy for polynomials, by their coefficients, c_1 = 0 mostly; none constant."""
    from hypothesis import strategies as st

    def of(first: int, leading: int, more: list[int], start: int) -> list[float]:
        return [float(c) for c in (start, *[0] * (first - 1), leading, *more)]

    small, leading = st.integers(-3, 3), st.sampled_from([-3, -2, -1, 1, 2, 3])
    return st.builds(of, st.integers(1, most), leading, st.lists(small, max_size=2), small)


def _not_the_kind_of_point(given: list[float], returned: Any) -> str | None:
    if not isinstance(returned, str) or returned not in _AT_ZERO:
        found = shown(returned) if isinstance(returned, str) else kind(returned)
        raise UnfitError(f"it is {found}; expected one of {', '.join(_AT_ZERO)}")
    power = next(k for k, c in enumerate(given) if k and c)
    expected = "neither" if power % 2 else "minimum" if given[power] > 0 else "maximum"
    if returned == expected:
        return None
    return f"near 0 it is c_0 + ({given[power]:g}) w^{power} and smaller terms: {expected}"


CHECKERS = {
    "critical-flat": Checker(
        polynomials,
        _not_the_kind_of_point,
        "Which power of w, except the constant, is the first with a coefficient? Is it even?",
        long=lambda: polynomials(12),
    ),
    "critical-sort": Checker(
        matrices,
        _not_the_verdict,
        "Count positive, negative and zero eigenvalues. Is a tiny one of them zero?",
        long=lambda: matrices(4),
    ),
    "critical-centre": Checker(
        clouds,
        _not_the_centre,
        "Where is the gradient, the sum of 2(w - x_i), zero?",
        long=lambda: clouds(12),
    ),
}
