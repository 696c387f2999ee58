"""The exercises on stochastic gradient descent, chapter 8."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.exercises.answers import number, numbers
from dlbook.exercises.checker import Checker

__all__ = ["CHECKERS"]

Given = dict[str, Any]

_ROUNDING = 1e-9


def _quarters(least: int = -8, most: int = 8) -> Any:
    from hypothesis import strategies as st

    return st.integers(least, most).map(lambda k: k / 4)


def problems(least: int, most: int) -> Any:
    """Return a strategy for targets, a start and a rate between 0 and 2."""
    from hypothesis import strategies as st

    return st.fixed_dictionaries(
        {
            "targets": st.lists(_quarters(), min_size=least, max_size=most),
            "w": _quarters(),
            "rate": st.sampled_from([0.125, 0.25, 0.5, 1.0, 1.5]),
        }
    )


def starts() -> Any:
    """Return a strategy for numbers other than ½."""
    return _quarters(-200, 200).filter(lambda w: w != 0.5)


def _differs(returned: Any, expected: list[float], names: list[str]) -> str | None:
    answer = numbers(returned, len(expected), expected=f"two numbers: {' and '.join(names)}")
    for found, right, name in zip(answer, expected, names, strict=True):
        if abs(float(found) - right) > _ROUNDING * (1 + abs(right)):
            return f"{name} is {right:.6g}, not {float(found):.6g}"
    return None


def _not_the_moments(given: Given, returned: Any) -> str | None:
    after = [(1 - given["rate"]) * given["w"] + given["rate"] * x for x in given["targets"]]
    expected = [float(np.mean(after)), float(np.var(after))]
    return _differs(returned, expected, ["the mean", "the variance"])


def _not_the_pass(given: Given, returned: Any) -> str | None:
    expected = []
    for order in (given["targets"], given["targets"][::-1]):
        w = given["w"]
        for target in order:
            w -= given["rate"] * (w - target)
        expected.append(w)
    return _differs(returned, expected, ["the first result", "the second result"])


def _not_the_supremum(given: float, returned: Any) -> str | None:
    rate = float(number(returned))
    square = (given - 0.5) ** 2

    def change(eta: float) -> float:
        """Return the expected change of the loss in a step."""
        return float((1 - eta) ** 2 * square + 9 * eta**2 / 4 - square)

    supremum = 8 * square / (4 * square + 9)
    if abs(rate - supremum) <= _ROUNDING:
        return None
    between = (rate + supremum) / 2
    return f"at rate {between:.6g} the expected loss changes by {change(between):.3g}"


CHECKERS = {
    "sgd-rate": Checker(
        starts,
        _not_the_supremum,
        "The expected loss falls if and only if e² (2 - rate) > 9 rate / 4, with e = w - 1/2.",
    ),
    "sgd-moments": Checker(
        lambda: problems(1, 4),
        _not_the_moments,
        "The result is (1 - rate) w + rate X; only X is random.",
        long=lambda: problems(5, 12),
    ),
    "sgd-pass": Checker(
        lambda: problems(2, 2),
        _not_the_pass,
        "Each step is w -> (1 - rate) w + rate x.",
    ),
}
