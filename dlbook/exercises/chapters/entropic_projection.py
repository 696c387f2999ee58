"""The exercises on the softmax as a projection, chapter 5.

Vectors are given as lists of numbers; an answer may be an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.exercises.answers import number, numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

_ROUNDING = 1e-8
_LONG = 10


def _quarters(size: int, least: int = -8, most: int = 8) -> Any:
    from hypothesis import strategies as st

    entries = st.integers(least, most).map(lambda k: k / 4)
    return st.lists(entries, min_size=size, max_size=size)


def mirror_steps(most: int = 3) -> Any:
    """Return a strategy for a distribution, a gradient of as many entries, and a rate."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        parts = st.lists(st.integers(1, 5), min_size=size, max_size=size)
        return st.fixed_dictionaries(
            {
                "point": parts.map(lambda p: [k / sum(p) for k in p]),
                "gradient": _quarters(size),
                "rate": st.sampled_from([0.25, 0.5, 1.0, 2.0]),
            }
        )

    return of_any_size(1, most, of)


def scores(most: int = 3) -> Any:
    """Return a strategy for lists of scores, with ties, inside and outside the simplex."""
    from hypothesis import strategies as st

    return of_any_size(1, most, lambda size: st.one_of(_quarters(size), _quarters(size, -1, 3)))


def wishes() -> Any:
    """Return a strategy for two scores, the first larger, and a share above a half."""
    from hypothesis import strategies as st

    two = st.tuples(st.integers(-8, 8), st.integers(1, 8))
    return st.fixed_dictionaries(
        {
            "scores": two.map(lambda pair: [(pair[0] + pair[1]) / 4, pair[0] / 4]),
            "share": st.sampled_from([0.6, 0.75, 0.9, 0.99]),
        }
    )


def _in_the_simplex(returned: Any, size: int) -> tuple[Any, str | None]:
    """Return the answer as an array, and what keeps it out of the simplex."""
    y = np.array(numbers(returned, size), dtype=np.float64)
    if y.min() < -_ROUNDING:
        return y, f"an entry is negative: {y.min():.6g}"
    if abs(y.sum() - 1) > _ROUNDING:
        return y, f"the entries add up to {y.sum():.6g}, not to 1"
    return np.maximum(y, 0), None


def _entropic(y: Any, p: Any, g: Any, rate: float) -> float:
    logs = np.log(y / p, out=np.zeros_like(y), where=y > 0)
    return float(rate * g @ y + y @ logs)


def _not_the_step(given: dict[str, Any], returned: Any) -> str | None:
    p, g, rate = np.array(given["point"]), np.array(given["gradient"]), given["rate"]
    y, wrong = _in_the_simplex(returned, len(p))
    if wrong:
        return wrong
    best = p * np.exp(-rate * (g - g.min()))
    best /= best.sum()
    if np.abs(y - best).max() <= _ROUNDING:
        return None
    here, there = (_entropic(one, p, g, rate) for one in (y, best))
    return f"the objective is {here:.6g}; {there:.6g} can be reached"


def _not_the_nearest(given: list[float], returned: Any) -> str | None:
    x = np.array(given)
    y, wrong = _in_the_simplex(returned, len(x))
    if wrong:
        return wrong
    # Nearest if and only if no corner lies on the far side (chapter 3, exercise on minimisers
    # at the edge): (y - x)·(e_i - y) ≥ 0 for all i.
    slopes = (y - x) - (y - x) @ y
    i = int(np.argmin(slopes))
    if slopes[i] >= -_ROUNDING:
        return None
    return f"the distance is {np.linalg.norm(y - x):.6g}; towards corner {i} it decreases"


def _not_the_temperature(given: dict[str, Any], returned: Any) -> str | None:
    (first, second), share = given["scores"], given["share"]
    t = float(number(returned))
    if t <= 0:
        return f"a temperature is positive, and {t:.6g} is not"
    reached = 1 / (1 + np.exp(-(first - second) / t))
    if abs(reached - share) <= _ROUNDING:
        return None
    return f"at temperature {t:.6g} the share of the first class is {reached:.6g}"


CHECKERS = {
    "entropic-mirror": Checker(
        mirror_steps,
        _not_the_step,
        "The scores are log p_i - rate · g_i; the answer is their softmax.",
        long=lambda: mirror_steps(_LONG),
    ),
    "entropic-sparsemax": Checker(
        scores,
        _not_the_nearest,
        "The entries are max(x_i - tau, 0). Which tau makes their sum 1?",
        long=lambda: scores(_LONG),
    ),
    "entropic-temperature": Checker(
        wishes,
        _not_the_temperature,
        "Solve share = 1/(1 + exp(-(x_1 - x_2)/T)) for T.",
    ),
}
