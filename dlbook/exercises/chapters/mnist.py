"""The exercises on training on MNIST, chapter 17."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from dlbook.exercises.answers import close, number
from dlbook.exercises.checker import Checker

__all__ = ["CHECKERS"]


def widths(most: int = 4) -> Any:
    """Return a strategy for the widths of a dense network's layers, the inputs first."""
    from hypothesis import strategies as st

    return st.lists(st.integers(1, 9), min_size=2, max_size=most)


def _not_the_parameters(given: list[int], returned: Any) -> str | None:
    layers = [(a + 1) * b for a, b in pairwise(given)]
    if number(returned) == sum(layers):
        return None
    return f"the layers have {' + '.join(map(str, layers))} = {sum(layers)}"


def findings(most: int = 8) -> Any:
    """Return a strategy for a difference and a standard deviation, in thousandths."""
    from hypothesis import strategies as st

    size = st.integers(1, most)
    return st.fixed_dictionaries({"difference": size, "deviation": size})


def _not_the_seeds(given: dict[str, int], returned: Any) -> str | None:
    difference, deviation = given["difference"], given["deviation"]
    seeds = math.ceil(Fraction(8 * deviation**2, difference**2))
    if number(returned, "a number of seeds") == seeds:
        return None
    error = deviation * math.sqrt(2 / seeds)
    return f"{seeds} are the fewest: with them the deviation of the difference is {error:.6g}"


def logits(most: int = 4) -> Any:
    """Return a strategy for the logits of an image."""
    from hypothesis import strategies as st

    entry = st.integers(-6, 6).map(lambda k: k / 2) | st.sampled_from([800.0, -800.0])
    return st.lists(entry, min_size=1, max_size=most)


def _not_the_average_loss(given: list[float], returned: Any) -> str | None:
    z = np.array(given)
    loss = float(np.log(np.exp(z - z.max()).sum()) + z.max() - z.mean())
    if close(float(number(returned)), loss):
        return None
    return f"the average over the labels is {loss:.6g}"


CHECKERS = {
    "mnist-parameters": Checker(
        widths,
        _not_the_parameters,
        "A layer from a to b units has a weight for each pair, and a bias for each of the b.",
        long=lambda: widths(12),
    ),
    "mnist-chance": Checker(
        findings,
        _not_the_seeds,
        "The difference of two means of n has variance 2s²/n. Solve for n, and round up.",
        long=lambda: findings(1000),
    ),
    "mnist-start": Checker(
        logits,
        _not_the_average_loss,
        "The loss at label k is log-sum-exp minus z_k. Which of the two could overflow?",
        long=lambda: logits(20),
    ),
}
