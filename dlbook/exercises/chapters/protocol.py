"""The exercises on doing better, chapter 19."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlbook.exercises.answers import close, number, numbers
from dlbook.exercises.checker import Checker

__all__ = ["CHECKERS"]


def _accuracies(most: int) -> Any:
    """Return a strategy for accuracies of epochs, with equal ones among them."""
    from hypothesis import strategies as st

    coarse = st.integers(90, 99).map(lambda k: k / 100)
    fine = st.integers(9800, 9803).map(lambda k: k / 10_000)
    return st.lists(coarse, min_size=1, max_size=most) | st.lists(fine, min_size=1, max_size=most)


def _not_the_best(given: list[float], returned: Any) -> str | None:
    found = number(returned)
    right = given.index(max(given)) + 1
    if found == right:
        return None
    return f"{max(given)} is the best, and epoch {right} is the first that has it"


def _budgets(most: int) -> Any:
    from hypothesis import strategies as st

    # The exponent 2nb² is never the logarithm of an integer but 1's: what rounding could upset.
    return st.fixed_dictionaries(
        {"examples": st.integers(1, most), "bias": st.integers(1, 40).map(lambda k: k / 100)}
    ).filter(lambda case: 2 * case["examples"] * case["bias"] ** 2 < 20)


def _not_the_number(given: dict[str, Any], returned: Any) -> str | None:
    found = number(returned)
    n, b = given["examples"], given["bias"]
    right = math.floor(math.exp(2 * n * b * b))
    if found == right:
        return None
    promised = [math.sqrt(math.log(m) / (2 * n)) for m in (right, right + 1)]
    return (
        f"{right} have a bias of at most {promised[0]:.4g}, and one more would allow "
        f"{promised[1]:.4g}"
    )


def _comparisons(most: int) -> Any:
    from hypothesis import strategies as st

    accuracy = st.integers(900, 999).map(lambda k: k / 1000)
    return st.lists(st.tuples(accuracy, accuracy), min_size=2, max_size=most).map(
        lambda pairs: {"all": [a for a, _ in pairs], "without": [b for _, b in pairs]}
    )


def _not_the_difference(given: dict[str, Any], returned: Any) -> str | None:
    mean, error = numbers(returned, 2)
    differences = np.subtract(given["without"], given["all"])
    right = differences.mean(), differences.std(ddof=1) / math.sqrt(len(differences))
    for name, one, expected in (
        ("mean difference", mean, right[0]),
        ("standard error", error, right[1]),
    ):
        if not close(one, expected):
            return f"the {name} is {expected:.6g}, not {float(one):.6g}"
    return None


CHECKERS = {
    "better-early-stopping": Checker(
        lambda: _accuracies(4),
        _not_the_best,
        "The first of equals; epochs are counted from 1.",
        long=lambda: _accuracies(20),
    ),
    "better-candidates": Checker(
        lambda: _budgets(50),
        _not_the_number,
        "Solve for m, and round down.",
        long=lambda: _budgets(2000),
    ),
    "better-paired": Checker(
        lambda: _comparisons(4),
        _not_the_difference,
        "Subtract seed by seed; the standard error is that of the mean.",
        long=lambda: _comparisons(12),
    ),
}
