"""The exercises on networks for photographs, chapter 22."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from dlbook.exercises.answers import close, number, numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, Any]


# ---- cifar-count --------------------------------------------------------------------------


def _widths(most: int) -> Any:
    from hypothesis import strategies as st

    return of_any_size(1, most, lambda n: st.lists(st.integers(1, 9), min_size=n, max_size=n))


def _counts(widths: list[int]) -> tuple[int, int]:
    channels, side, parameters, products = 3, 32, 0, 0
    for width in widths:
        parameters += 9 * channels * width + 2 * width
        products += side * side * 9 * channels * width
        channels, side = width, side // 2
    inputs = side * side * channels
    return parameters + 10 * inputs + 10, products + 10 * inputs


def _not_the_counts(widths: list[int], returned: Any) -> str | None:
    found = numbers(returned, 2)
    for what, one, right in zip(("parameters", "products"), found, _counts(widths), strict=True):
        if one != right:
            return f"the network has {right} {what}, not {one}"
    return None


# ---- cifar-orbits -------------------------------------------------------------------------


def _mapped(most: int) -> Any:
    """Return a strategy for scores of a few images and a map that permutes these.

    Often it turns the images in two circles, whose lengths may have no common divisor.
    """
    from hypothesis import strategies as st

    def of(n: int) -> Any:
        def in_two_circles(order: list[int], first: int) -> list[int]:
            mapped = [0] * n
            for circle in (order[:first], order[first:]):
                for here, there in zip(circle, circle[1:] + circle[:1], strict=True):
                    mapped[here] = there
            return mapped

        order = st.permutations(range(n))
        row = st.lists(st.integers(-6, 6), min_size=2, max_size=2)
        return st.fixed_dictionaries(
            {
                "scores": st.lists(row, min_size=n, max_size=n),
                "map": order | st.builds(in_two_circles, order, st.integers(0, n // 2)),
            }
        )

    return of_any_size(1, most, of)


def _orbit(mapped: list[int], x: int) -> list[int]:
    found = [x]
    while mapped[found[-1]] != x:
        found.append(mapped[found[-1]])
    return found


def _not_the_average(given: Given, returned: Any) -> str | None:
    scores, mapped = given["scores"], given["map"]
    found = numbers(returned, len(scores), 2)
    for x, row in enumerate(found):
        if not close(row, found[mapped[x]]):
            return (
                f"image {x} and image {mapped[x]}, to which the map takes it, have different "
                f"scores, {_plain(row)} and {_plain(found[mapped[x]])}"
            )
    for x, row in enumerate(found):
        orbit = _orbit(mapped, x)
        right = np.mean([scores[y] for y in orbit], axis=0)
        if not close(row, right):
            return (
                f"the maps take image {x} to {sorted(orbit)}, with mean scores {_plain(right)}, "
                f"not {_plain(row)}"
            )
    return None


# ---- cifar-mirror -------------------------------------------------------------------------


def _filters(most: int) -> Any:
    """Return a strategy for kernels of odd length, often symmetric, and sizes of an image."""
    from hypothesis import strategies as st

    def of(reach: int) -> Any:
        entry = st.integers(-2, 2)
        half = st.lists(entry, min_size=reach, max_size=reach)
        whole = st.lists(entry, min_size=2 * reach + 1, max_size=2 * reach + 1)
        even = st.tuples(half, entry).map(lambda drawn: [*drawn[0], drawn[1], *drawn[0][::-1]])
        # Both halves have one sum here, so an image of equal pixels often tells nothing.
        twice = st.tuples(half, entry).map(lambda drawn: [*drawn[0], drawn[1], *drawn[0]])

        def changed(kernel: list[int], at: int, by: int) -> list[int]:
            return [w + by * (k == at) for k, w in enumerate(kernel)]

        nearly = st.builds(changed, even, st.integers(0, 2 * reach), st.sampled_from([-1, 1]))
        return st.fixed_dictionaries(
            {"kernel": even | nearly | twice | whole, "size": st.integers(1, reach + 2)}
        )

    return of_any_size(0, most, of)


def _filtered(kernel: list[int], x: Any) -> Any:
    reach = len(kernel) // 2
    return np.correlate(np.pad(np.asarray(x, np.float64), reach), kernel, "valid")


def _no_witness(given: Given, returned: Any) -> str | None:
    kernel, n = given["kernel"], given["size"]
    reach = len(kernel) // 2
    seen = [(kernel[reach + d], kernel[reach - d]) for d in range(1, min(reach, n - 1) + 1)]
    commutes = all(one == other for one, other in seen)
    if returned is None:
        if commutes:
            return None
        return "you found no image, but there is one that the layer and the mirror do not share"
    x = numbers(returned, n, expected=f"a list of {n} numbers, or None")
    if commutes:
        return f"the layer commutes with the mirror on all images of {n}, also on {_plain(x)}"
    one, two = _filtered(kernel, x[::-1]), _filtered(kernel, x)[::-1]
    if np.abs(one - two).max() <= 1e-9 * max(1.0, *(abs(float(entry)) for entry in x)):
        return f"for x = {_plain(x)} both orders give {_plain(one)}"
    return None


def _shorter(given: Given) -> Iterable[Given]:
    if len(given["kernel"]) > 1:
        yield given | {"kernel": given["kernel"][1:-1]}


# ---- cifar-floor --------------------------------------------------------------------------


def _smoothed() -> Any:
    from hypothesis import strategies as st

    return st.tuples(st.integers(2, 12), st.integers(0, 19)).map(
        lambda drawn: {"classes": drawn[0], "smoothing": drawn[1] / 20}
    )


def _not_the_floor(given: Given, returned: Any) -> str | None:
    found, C, s = float(number(returned)), given["classes"], given["smoothing"]
    target = [1 - s + s / C] + [s / C] * (C - 1)
    right = -sum(p * math.log(p) for p in target if p > 0)
    if close(found, right):
        return None
    labels = f"the label is {_plain(target)}"
    if found > right:
        return f"{labels}, and a network that answers just that has the loss {right:.6g}"
    return f"{labels}, and no probabilities have a loss below {right:.6g}"


def _plain(values: Any) -> list[float]:
    return [int(v) if v == int(v) else round(float(v), 6) for v in values]


CHECKERS = {
    "cifar-count": Checker(
        lambda: _widths(3),
        _not_the_counts,
        "A convolution has no bias here, and reads its input before it is pooled. Batch "
        "normalisation has a scale and a shift for each channel; the dense layer has biases.",
        long=lambda: _widths(5),
    ),
    "cifar-orbits": Checker(
        lambda: _mapped(4),
        _not_the_average,
        "Follow an image until it comes back: the group has all powers of the map, not only the "
        "map itself.",
        long=lambda: _mapped(8),
    ),
    "cifar-mirror": Checker(
        lambda: _filters(2),
        _no_witness,
        "If some image tells the two orders apart, then so does one with a single pixel. Which "
        "entries of the kernel can an image of this size meet?",
        long=lambda: _filters(4),
        smaller=_shorter,
        may_be_none=True,
    ),
    "cifar-floor": Checker(
        _smoothed,
        _not_the_floor,
        "The cross-entropy of a label that is a distribution is smallest where the network "
        "answers that distribution. What is it there, and what if an entry is 0?",
    ),
}
