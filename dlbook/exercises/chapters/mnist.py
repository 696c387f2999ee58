"""The exercises on training on MNIST, chapter 17."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from dlbook.exercises.answers import UnfitError, close, number, sequence
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


def penalties(most: int = 12) -> Any:
    """Return a strategy: a step takes an n-th of the weights away, until an m-th is left."""
    from hypothesis import strategies as st

    return st.fixed_dictionaries({"n": st.integers(2, most), "m": st.integers(2, 12)})


def _not_the_steps(given: dict[str, int], returned: Any) -> str | None:
    left, steps = Fraction(1), 0
    while left > Fraction(1, given["m"]):
        left, steps = left * (1 - Fraction(1, given["n"])), steps + 1
    if number(returned, "a number of steps") == steps:
        return None
    return f"{steps} are the fewest: after them {float(left):.6g} of the weights remains"


def collections(most: int = 6) -> Any:
    """Return a strategy for who wrote each of some images."""
    from hypothesis import strategies as st

    return st.lists(st.sampled_from("abcd"), min_size=2, max_size=most).filter(
        lambda writers: len(set(writers)) > 1
    )


def _leaks(given: list[str], returned: Any) -> str | None:
    parts = sequence(returned, "two lists of indices")
    if len(parts) != 2:
        raise UnfitError(f"it has length {len(parts)}; expected two lists of indices")
    read = []
    for name, part in zip(("training", "validation"), parts, strict=True):
        where = f"the {name} part"
        entries = enumerate(sequence(part, "a list of indices", what=where))
        indices = [number(i, "an integer", what=f"entry {k} of {where}") for k, i in entries]
        if not indices:
            return f"{where} is empty"
        read.append(indices)
    used = sorted(read[0] + read[1])
    if used != list(range(len(given))):
        return f"the indices used are {used}; each of 0 to {len(given) - 1} is to be used once"
    both = {given[int(i)] for i in read[0]} & {given[int(i)] for i in read[1]}
    return f"images of {min(both)!r} are in both parts" if both else None


CHECKERS = {
    "mnist-split": Checker(
        collections,
        _leaks,
        "Divide the writers first, and then let each image follow its writer.",
        long=lambda: collections(40),
    ),
    "mnist-penalty": Checker(
        penalties,
        _not_the_steps,
        "After k steps (1 - 1/n)^k remains. Which k is the first with at most 1/m?",
        long=lambda: penalties(200),
    ),
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
