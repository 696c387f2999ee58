"""prp-checkpoints: 2⌈√N⌉ values suffice to differentiate a chain of N operations."""

# Not yet told from its near misses.

from math import ceil, isqrt, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st


def slope(before, after):
    """Return the derivative of sin, at a value."""
    return (1 - after * after) ** 0.5  # cosine, for values in [0, 1]


def conclusion(n, x=0.7):
    """Follow the proof; count the values that are kept, and the operations."""
    k = ceil(n**0.5)
    assert (k - 1) ** 2 < n <= k**2  # no rounding
    kept, v, done, most = {}, x, 0, 0
    for i in range(n):
        if i % k == 0:
            kept[i] = v
        v, done = sin(v), done + 1
        most = max(most, len(kept))
    adjoint = 1.0
    for start in reversed(range(0, n, k)):
        end = min(start + k, n)
        for i in range(start, end):
            kept[i + 1], done = sin(kept[i]), done + 1
            most = max(most, len(kept))
        for i in reversed(range(start, end)):
            adjoint *= slope(kept[i], kept[i + 1])
            del kept[i + 1]
        del kept[start]
    exact, v = 1.0, x
    for _ in range(n):
        exact *= slope(v, sin(v))
        v = sin(v)
    root = isqrt(n - 1) + 1
    return most <= 2 * root and done <= 2 * n and adjoint == pytest.approx(exact, rel=1e-9)


@given(st.integers(1, 2000))
def test_holds(n):
    assert conclusion(n)
