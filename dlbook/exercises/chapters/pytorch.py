"""The exercises on the same networks in PyTorch, chapter 23. None of them needs PyTorch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlbook.exercises.answers import close, compared, number, numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, Any]


# ---- torch-map ----------------------------------------------------------------------------


def _layers(most: int) -> Any:
    """Return a strategy for a dense layer behind images with their channels last."""
    from hypothesis import strategies as st

    def of(sizes: tuple[int, int, int, int]) -> Any:
        rows, columns, channels, outputs = sizes
        row = st.lists(st.integers(-9, 9), min_size=outputs, max_size=outputs)
        inputs = rows * columns * channels
        return st.fixed_dictionaries(
            {
                "rows": st.just(rows),
                "columns": st.just(columns),
                "channels": st.just(channels),
                "W": st.lists(row, min_size=inputs, max_size=inputs),
            }
        )

    size = st.integers(1, most)
    return st.tuples(size, size, size, st.integers(1, 3)).flatmap(of)


def _not_the_weight(given: Given, returned: Any) -> str | None:
    R, C, K = given["rows"], given["columns"], given["channels"]
    outputs = len(given["W"][0])
    found = numbers(returned, outputs, R * C * K)
    for o in range(outputs):
        for k, r, c in np.ndindex(K, R, C):
            right = given["W"][(r * C + c) * K + k][o]
            at = (k * R + r) * C + c
            if found[o][at] != right:
                return (
                    f"the weight from channel {k}, row {r}, column {c} to output {o} is {right}; "
                    f"weight[{o}][{at}] is {found[o][at]}"
                )
    return None


# ---- torch-step ---------------------------------------------------------------------------


def _steps(most: int) -> Any:
    from hypothesis import strategies as st

    return st.fixed_dictionaries(
        {
            "w": st.sampled_from([0.0, 1.0, -2.0, 4.0]),
            "rate": st.sampled_from([0.5, 0.25, 1.0]),
            "momentum": st.sampled_from([0.0, 0.5, 0.75]),
            "decay": st.sampled_from([0.0, 0.25, 0.5]),
            "gradients": st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=most),
        }
    )


def _not_the_step(given: Given, returned: Any) -> str | None:
    found = number(returned)
    w, buffer = given["w"], 0.0
    for g in given["gradients"]:
        buffer = given["momentum"] * buffer + g + given["decay"] * w
        w -= given["rate"] * buffer
    if close(found, w):
        return None
    return f"PyTorch's w is {w:g}, not {float(found):g}"


# ---- sum-depths ---------------------------------------------------------------------------


def _orders(most: int) -> Any:
    """Return a strategy for orders of summation: which two positions are added, step by step."""
    from hypothesis import strategies as st

    def of(n: int) -> Any:
        def replayed(choices: list[tuple[int, int]]) -> Given:
            there, pairs = list(range(n)), []
            for one, other in choices:
                i = there[one % len(there)]
                rest = [k for k in there if k != i]
                j = rest[other % len(rest)]
                there.remove(j)
                pairs.append((i, j))
            return {"n": n, "pairs": pairs}

        place = st.integers(0, n - 1)
        return st.lists(st.tuples(place, place), min_size=n - 1, max_size=n - 1).map(replayed)

    return of_any_size(1, most, of)


def _not_the_depths(given: Given, returned: Any) -> str | None:
    found = numbers(returned, given["n"])
    sums = [{k} for k in range(given["n"])]
    right = [0] * given["n"]
    for i, j in given["pairs"]:
        sums[i] |= sums[j]
        for k in sums[i]:
            right[k] += 1
    for k, (one, other) in enumerate(zip(found, right, strict=True)):
        if one != other:
            return compared(other, one, f"the number of additions of x_{k}")
    return None


# ---- softmax-twice ------------------------------------------------------------------------


def _losses() -> Any:
    from hypothesis import strategies as st

    return st.tuples(st.integers(2, 12), st.integers(1, 19)).map(
        lambda drawn: {"classes": drawn[0], "loss": _twice(drawn[0], drawn[1] / 20)}
    )


def _twice(classes: int, p: float) -> float:
    return math.log1p((classes - 1) * math.exp((1 - p) / (classes - 1) - p))


def _not_the_probability(given: Given, returned: Any) -> str | None:
    found = float(number(returned))
    if not 0 <= found <= 1:
        return f"{found:g} is not a probability"
    loss = _twice(given["classes"], found)
    if abs(loss - given["loss"]) < 1e-9:
        return None
    return f"with p_y = {found:.6g} the loss is {loss:.6g}, not {given['loss']:.6g}"


CHECKERS = {
    "torch-map": Checker(
        lambda: _layers(3),
        _not_the_weight,
        "W.reshape(rows, columns, channels, -1) names the inputs; the other library wants the "
        "channel first, and one row for each output.",
        long=lambda: _layers(4),
    ),
    "torch-step": Checker(
        lambda: _steps(3),
        _not_the_step,
        "The decay is added to the gradient before it enters the buffer, and the rate multiplies "
        "the buffer, not what enters it. The buffer is not weighted by 1 - momentum.",
        long=lambda: _steps(8),
    ),
    "sum-depths": Checker(
        lambda: _orders(5),
        _not_the_depths,
        "An addition counts for every number that is in either of the two sums.",
        long=lambda: _orders(9),
    ),
    "softmax-twice": Checker(
        _losses,
        _not_the_probability,
        "exp(loss) - 1 is the sum over the wrong classes of exp(p_j - p_y), and all p_j are equal.",
    ),
}
