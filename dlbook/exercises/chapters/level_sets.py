"""The exercises on gradients and level sets, chapter 1.

Vectors are given as lists of numbers; an answer may be an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.exercises.answers import numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, list[float]]

_ROUNDING = 1e-8
_LONG = 8


def _vectors(size: int, least: int = -5) -> Any:
    from hypothesis import strategies as st

    return st.lists(st.integers(least, 5).map(float), min_size=size, max_size=size)


def gradients(most: int = 3) -> Any:
    """Return a strategy for vectors of at most this many integers."""
    return of_any_size(1, most, _vectors)


def steps(most: int = 3) -> Any:
    """Return a strategy for a gradient that is not zero, and a step of as many entries."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        return st.fixed_dictionaries(
            {"gradient": _vectors(size).filter(any), "step": _vectors(size)}
        )

    return of_any_size(1, most, of)


def ellipsoids(most: int = 3) -> Any:
    """Return a strategy for the semi-axes of an ellipsoid and a direction that is not zero."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        return st.fixed_dictionaries(
            {"axes": _vectors(size, 1), "direction": _vectors(size).filter(any)}
        )

    return of_any_size(1, most, of)


def _not_along(given: Given, returned: Any) -> str | None:
    g, s = np.array(given["gradient"]), np.array(given["step"])
    v = np.array(numbers(returned, len(g)), dtype=np.float64)
    if abs(g @ v) > _ROUNDING:
        return f"it is not orthogonal to the gradient: the inner product is {g @ v:.6g}"
    rest = s - v
    if np.abs(rest - (g @ rest) / (g @ g) * g).max() > _ROUNDING:
        return f"step - v = {rest.round(6).tolist()} is not a multiple of the gradient"
    return None


def _not_steepest(given: list[float], returned: Any) -> str | None:
    g = np.array(given)
    u = np.array(numbers(returned, len(g)), dtype=np.float64)
    if np.abs(u).max() > 1 + _ROUNDING:
        return f"an entry is larger than 1 in absolute value: {np.abs(u).max():.6g}"
    best = np.abs(g).sum()
    if g @ u < best - _ROUNDING:
        return f"the sum of g_i u_i is {g @ u:.6g}; {best:g} can be reached"
    return None


def _not_farthest(given: Given, returned: Any) -> str | None:
    a, c = np.array(given["axes"]), np.array(given["direction"])
    x = np.array(numbers(returned, len(a)), dtype=np.float64)
    at = float(np.sum((x / a) ** 2))
    if abs(at - 1) > _ROUNDING:
        return f"it is not on the ellipsoid: the sum of x_i²/a_i² is {at:.6g}"
    best = float(np.linalg.norm(a * c))
    if c @ x < best - _ROUNDING * best:
        return f"c·x = {c @ x:.6g}; {best:.6g} can be reached"
    return None


CHECKERS = {
    "level-project": Checker(
        steps,
        _not_along,
        "Subtract a multiple of the gradient. Which multiple makes the rest orthogonal to it?",
        long=lambda: steps(_LONG),
    ),
    "level-steepest": Checker(
        gradients,
        _not_steepest,
        "Each entry of u may be chosen on its own. What is best where g_i is negative?",
        long=lambda: gradients(_LONG),
    ),
    "level-ellipse": Checker(
        ellipsoids,
        _not_farthest,
        "At the farthest point the two gradients are parallel: x_i is a multiple of a_i² c_i.",
        long=lambda: ellipsoids(_LONG),
    ),
}
