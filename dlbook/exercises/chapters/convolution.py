"""The exercises on convolution, pooling and batch normalisation, chapter 21, in one dimension."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.exercises.answers import compared, number, numbers, table
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

_LONG = 9
_ROUNDING = 1e-6

Given = dict[str, Any]


def sizes() -> Any:
    """Return a strategy for the sizes of a convolution, in which the kernel need not fit."""
    from hypothesis import strategies as st

    return st.fixed_dictionaries(
        {
            "size": st.integers(1, 12),
            "kernel": st.integers(1, 9),
            "stride": st.integers(1, 4),
            "padding": st.integers(0, 3),
            "dilation": st.integers(1, 3),
        }
    )


def _integers(size: int, least: int = -5) -> Any:
    from hypothesis import strategies as st

    return st.lists(st.integers(least, 5), min_size=size, max_size=size)


def layers(most: int = 5, widest: int = 3) -> Any:
    """Return a strategy for a signal, a kernel that fits and the adjoint of the output."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        def with_numbers(sizes: tuple[int, int, int]) -> Any:
            kernel, stride, padding = sizes
            outputs = (size + 2 * padding - kernel) // stride + 1
            return st.fixed_dictionaries(
                {
                    "x": _integers(size),
                    "w": _integers(kernel),
                    "g": _integers(outputs),
                    "stride": st.just(stride),
                    "padding": st.just(padding),
                }
            )

        some = st.tuples(st.integers(1, min(size, widest)), st.integers(1, 3), st.integers(0, 2))
        return some.flatmap(with_numbers)

    return of_any_size(1, most, of)


def pools(most: int = 5, widest: int = 3) -> Any:
    """Return a strategy for a signal with ties, a window that fits and an adjoint of the output."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        def with_numbers(sizes: tuple[int, int]) -> Any:
            window, stride = sizes
            few = st.lists(st.integers(-2, 0), min_size=size, max_size=size)
            return st.fixed_dictionaries(
                {
                    "x": few | _integers(size),
                    "window": st.just(window),
                    "stride": st.just(stride),
                    "g": _integers((size - window) // stride + 1),
                }
            )

        return st.tuples(st.integers(1, min(size, widest)), st.integers(1, 3)).flatmap(with_numbers)

    return of_any_size(1, most, of)


def batches(most: int = 4) -> Any:
    """Return a strategy for the values of one channel, and the adjoint of the output."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        return st.fixed_dictionaries(
            {
                "x": _integers(size).map(lambda x: [float(v) for v in x]),
                "g": _integers(size).map(lambda g: [float(v) for v in g]),
                "gamma": st.sampled_from([1.0, 2.0, -0.5]),
                "eps": st.sampled_from([0.5, 1.0, 0.25]),
            }
        )

    return of_any_size(1, most, of)


def _not_size(given: Given, returned: Any) -> str | None:
    last = given["size"] + 2 * given["padding"] - given["dilation"] * (given["kernel"] - 1) - 1
    right = len(range(0, last + 1, given["stride"]))
    return compared(right, number(returned), "the number of outputs")


def _not_backward(given: Given, returned: Any) -> str | None:
    found = table(returned, "a dictionary with the lists 'x' and 'w'")
    x, w, s, p = given["x"], given["w"], given["stride"], given["padding"]
    outputs, wide = len(given["g"]), [0] * p + x + [0] * p
    for name, others in (("x", w), ("w", wide)):
        if name not in found:
            return f"it has no entry {name!r}"
        own = numbers(found[name], len(given[name]), what=f"the entry {name!r}")
        for k, value in enumerate(own):
            # The loss is linear in each entry: its slope is what it gains by a unit.
            at = range(outputs)
            if name == "x":
                terms = [(i, k + p - s * i) for i in at if 0 <= k + p - s * i < len(w)]
                right = sum(given["g"][i] * others[u] for i, u in terms)
            else:
                right = sum(given["g"][i] * others[s * i + k] for i in at)
            if value != right:
                return f"the derivative with respect to {name}[{k}] is {right}, not {value}"
    return None


def _not_pooling(given: Given, returned: Any) -> str | None:
    found = numbers(returned, len(given["x"]))
    right = [0] * len(given["x"])
    for i, g in enumerate(given["g"]):
        start = given["stride"] * i
        window = given["x"][start : start + given["window"]]
        right[start + window.index(max(window))] += g
    for k, (one, other) in enumerate(zip(found, right, strict=True)):
        if one != other:
            return f"entry {k} receives {other}, not {one}"
    return None


def _not_norm(given: Given, returned: Any) -> str | None:
    found = np.array(numbers(returned, len(given["x"])), dtype=np.float64)
    x, g = np.array(given["x"]), np.array(given["g"])
    r = 1 / np.sqrt(x.var() + given["eps"])
    hat = r * (x - x.mean())
    right = given["gamma"] * r * (g - g.mean() - hat * np.mean(g * hat))
    wrong = np.abs(found - right) > _ROUNDING
    if wrong.any():
        k = int(np.argmax(wrong))
        return f"the derivative with respect to x[{k}] is {right[k]:.6g}, not {found[k]:.6g}"
    return None


CHECKERS = {
    "conv-size": Checker(
        sizes,
        _not_size,
        "The last window must end inside the padded signal. Where the kernel does not fit, there "
        "is no window.",
    ),
    "conv-backward": Checker(
        layers,
        _not_backward,
        "In y_i the weight w_u meets entry s i + u - p of x, if there is one: each passes g_i on, "
        "times the other.",
        long=lambda: layers(_LONG, 6),
    ),
    "pool-backward": Checker(
        pools,
        _not_pooling,
        "For each window find the first position of its maximum, and add g_i there.",
        long=lambda: pools(_LONG, 6),
    ),
    "batch-norm-backward": Checker(
        batches,
        _not_norm,
        "The mean and the variance depend on x: subtract from g its mean, and the part along "
        "the normalised x.",
        long=lambda: batches(_LONG),
    ),
}
