"""The exercises on the softmax, chapter 4.

Vectors are given as lists of numbers; an answer may be an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.exercises.answers import numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, list[float]]

_LONG = 12


def _entries(least: float, most: float) -> Any:
    from hypothesis import strategies as st

    return st.integers(round(4 * least), round(4 * most)).map(lambda k: k / 4)


def _lists(size: int, entries: Any) -> Any:
    from hypothesis import strategies as st

    return st.lists(entries, min_size=size, max_size=size)


def pull_backs(most: int = 3) -> Any:
    """Return a strategy for the softmax of some logits and a vector of as many entries."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        shares = _lists(size, _entries(-3, 3)).map(lambda z: _softmax(np.array(z)).tolist())
        return st.fixed_dictionaries({"shares": shares, "cotangent": _lists(size, _entries(-3, 3))})

    return of_any_size(1, most, of)


def logits(most: int = 3) -> Any:
    """Return a strategy for lists of logits, moderate ones and very large ones of either sign."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        moderate = _lists(size, _entries(-3, 3))
        large = _lists(size, st.sampled_from([-10_000.0, -1000.0, -1.0, 0.0, 1000.0, 10_000.0]))
        return st.one_of(moderate, large)

    return of_any_size(1, most, of)


def labelled(most: int = 3) -> Any:
    """Return a strategy for logits and labels that are not negative and need not add up to 1."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        large = st.sampled_from([-1000.0, 0.0, 1000.0])
        any_logits = st.one_of(_lists(size, _entries(-3, 3)), _lists(size, large))
        return st.fixed_dictionaries({"logits": any_logits, "labels": _lists(size, _entries(0, 2))})

    return of_any_size(1, most, of)


def _softmax(z: NDArray[np.float64]) -> NDArray[np.float64]:
    e = np.exp(z - z.max())
    return np.asarray(e / e.sum())


def _differs(expected: NDArray[np.float64], returned: Any, tolerance: float) -> str | None:
    """Say at which entry an answer is off by more than the tolerance."""
    answer = np.array(numbers(returned, len(expected)), dtype=np.float64)
    errors = np.abs(answer - expected)
    i = int(np.argmax(errors))
    if errors[i] <= tolerance:
        return None
    return f"entry {i} is {answer[i]:.6g}; it should be {expected[i]:.6g}"


def _not_pulled_back(given: Given, returned: Any) -> str | None:
    s, v = np.array(given["shares"]), np.array(given["cotangent"])
    return _differs((np.diag(s) - np.outer(s, s)) @ v, returned, 1e-9)


def _not_the_logarithms(given: list[float], returned: Any) -> str | None:
    z = np.array(given)
    shifted = z - z.max()
    expected = shifted - np.log(np.exp(shifted).sum())
    return _differs(expected, returned, 1e-8 * max(1.0, float(np.ptp(z))))


def _not_the_gradient(given: Given, returned: Any) -> str | None:
    z, y = np.array(given["logits"]), np.array(given["labels"])
    return _differs(y.sum() * _softmax(z) - y, returned, 1e-9)


CHECKERS = {
    "softmax-vjp": Checker(
        pull_backs,
        _not_pulled_back,
        "Subtract from v its mean, weighted by the shares; then multiply by the shares.",
        long=lambda: pull_backs(_LONG),
    ),
    "softmax-log": Checker(
        logits,
        _not_the_logarithms,
        "Subtract the largest logit before the exponential. The logarithm is of the sum alone.",
        long=lambda: logits(_LONG),
    ),
    "softmax-gradient": Checker(
        labelled,
        _not_the_gradient,
        "Write the loss as -y·z + (sum of y) log-sum-exp(z), and differentiate that.",
        long=lambda: labelled(_LONG),
    ),
}
