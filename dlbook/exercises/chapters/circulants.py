"""The exercises on circulant matrices and shift equivariance, chapter 20.

Kernels and matrices hold integers; indices are modulo the length.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from dlbook.exercises.answers import close, numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

_LONG = 8
_ZERO = 1e-9  # below which an entry of a Fourier transform of these kernels is 0
_ROUNDING = 1e-6

#: Entries of vectors on which one would compare two matrices.
_TRIED: list[Callable[[int], int]] = [
    lambda k: k,
    lambda k: k + 1,
    lambda k: k * k,
    lambda k: 2**k,
    lambda k: 10**k,
]


def kernels(most: int = 4) -> Any:
    """Return a strategy for kernels of at most this many integers."""
    from hypothesis import strategies as st

    return of_any_size(1, most, lambda n: st.lists(st.integers(-3, 3), min_size=n, max_size=n))


def divisors_of_one(most: int = 4) -> Any:
    """Return a strategy for kernels, of which many have a transform with a zero."""
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        entries = st.lists(st.integers(-3, 3), min_size=size, max_size=size)
        small = st.lists(st.integers(0, 1), min_size=size, max_size=size)
        signs = small.map(lambda a: [x * (-1) ** k for k, x in enumerate(a)])
        return entries | small | signs

    return of_any_size(1, most, of)


def layers(most: int = 4, least: int = 1) -> Any:
    """Return a strategy for square matrices: circulant, circulant except for one entry, or any.

    Others differ from a circulant matrix by what a vector that one would try does not show.
    """
    from hypothesis import strategies as st

    def of(size: int) -> Any:
        index = st.integers(0, size - 1)
        entry = st.integers(-2, 2)
        row = st.lists(entry, min_size=size, max_size=size)

        def nearly(kernel: list[int], i: int, j: int, more: int) -> list[list[int]]:
            matrix = _circulant(kernel)
            matrix[i][j] += more
            return matrix

        def hidden(kernel: list[int], i: int, tried: Any) -> list[list[int]]:
            if size < 3:
                return _circulant(kernel)
            x = [tried(k) for k in range(size)]
            matrix = np.array(_circulant(kernel))
            matrix[i, :3] += np.cross(x[:3], [x[-1], *x[:2]])  # 0 for x, and for S x
            return [[int(number) for number in row] for row in matrix]

        whole = row.map(_circulant)
        one_more = st.builds(nearly, row, index, index | st.just(size - 1), entry)
        unseen = st.builds(hidden, row, index, st.sampled_from(_TRIED))
        any_other = st.lists(row, min_size=size, max_size=size)
        return st.one_of(whole, one_more, one_more, unseen, unseen, any_other)

    return of_any_size(least, most, of)


def _circulant(kernel: list[int]) -> list[list[int]]:
    n = len(kernel)
    return [[kernel[(i - j) % n] for j in range(n)] for i in range(n)]


def _convolved(a: Any, x: Any) -> Any:
    return np.array(_circulant(list(a))) @ np.asarray(x, dtype=np.float64)


def _not_circulant(kernel: list[int], returned: Any) -> str | None:
    right = _circulant(kernel)
    found = numbers(returned, len(kernel), len(kernel))
    for j in range(len(kernel)):
        column = [row[j] for row in found]
        if column != [row[j] for row in right]:
            return (
                f"column {j} is {_plain(column)}; "
                f"the kernel moved down by {j} is {[row[j] for row in right]}"
            )
    return None


def _not_flipped(weights: list[int], returned: Any) -> str | None:
    n = len(weights)
    found = numbers(returned, n)
    for j in range(n):
        x = np.eye(n)[j]
        wanted = [sum(weights[k] * x[(i + k) % n] for k in range(n)) for i in range(n)]
        if not close(_convolved(found, x), wanted):
            return f"for x = e_{j} the convolution gives {_plain(_convolved(found, x))}, " + (
                f"the correlation {_plain(wanted)}"
            )
    return None


def _no_witness(matrix: list[list[int]], returned: Any) -> str | None:
    M, n = np.array(matrix), len(matrix)
    commutes = bool(np.all(np.roll(M, -1, axis=1) == np.roll(M, 1, axis=0)))
    if returned is None:
        return None if commutes else "you found none, but MS and SM differ"
    found = numbers(returned, n, expected=f"a list of {n} numbers, or None")
    x = np.array([Fraction(int(v) if v == int(v) else float(v)) for v in found])
    one, two = M @ np.roll(x, 1), np.roll(M @ x, 1)  # exactly: entries may be very large
    if commutes:
        return f"MS = SM, so {_plain(x)} is not a witness"
    if np.all(one == two):
        return f"for x = {_plain(x)} both L(Sx) and S L(x) are {_plain(two)}"
    return None


def _not_inverse(kernel: list[int], returned: Any) -> str | None:
    n = len(kernel)
    exists = bool(np.abs(np.fft.fft(kernel)).min() > _ZERO)
    if returned is None:
        return "it has an inverse, and you found none" if exists else None
    b = np.array(numbers(returned, n, expected=f"a list of {n} numbers, or None"), np.float64)
    if not exists:
        return "an entry of the kernel's transform is 0, so no b has a * b = e_0"
    product = _convolved(kernel, b)
    if np.abs(product - np.eye(n)[0]).max() > _ROUNDING:
        return f"a * b is {_plain(product)}, not e_0"
    return None


def _plain(values: Any) -> list[float]:
    return [int(v) if v == int(v) else round(float(v), 6) for v in values]


CHECKERS = {
    "circulant-matrix": Checker(
        kernels,
        _not_circulant,
        "The first column is the kernel. How does the next column arise from it?",
        long=lambda: kernels(_LONG),
    ),
    "circulant-flip": Checker(
        kernels,
        _not_flipped,
        "What does the correlation make of e_0? Its answer is the kernel.",
        long=lambda: kernels(_LONG),
    ),
    "circulant-witness": Checker(
        layers,
        _no_witness,
        "If MS and SM differ, they differ in some column, and column j is what happens to e_j.",
        long=lambda: layers(_LONG, 5),
        may_be_none=True,
    ),
    "circulant-inverse": Checker(
        divisors_of_one,
        _not_inverse,
        "In the Fourier basis the convolution multiplies entrywise. What has a reciprocal there?",
        long=lambda: divisors_of_one(_LONG),
        may_be_none=True,
    ),
}
