"""thm-regret: an identity for the sum of ⟨w_t - w*, v_t⟩, and a bound without w_{T+1}."""

# Not yet told from its near misses.

import numpy as np
from descents import at_most, vectors
from hypothesis import given
from hypothesis import strategies as st


def conclusion(vs, rate, star, *, start=None, rates=None, identity=True):
    """Both lines of the theorem, or the second alone, for the iterates of all T steps."""
    w = np.zeros_like(star) if start is None else start
    left = squares = 0.0
    for v, length in zip(vs, rates or [rate] * len(vs), strict=True):
        left += (w - star) @ v
        squares += v @ v
        w = w - length * v
    bound = star @ star / (2 * rate) + rate / 2 * squares
    right = bound - (w - star) @ (w - star) / (2 * rate)
    size = 1 + abs(left) + abs(bound) + abs(right)
    return (not identity or abs(left - right) < 1e-9 * size) and at_most(left, bound)


@given(st.data(), st.integers(1, 3), st.integers(1, 8), st.floats(0.01, 10))
def test_holds(data, d, steps, rate):
    vs = [data.draw(vectors(d)) for _ in range(steps)]
    assert conclusion(vs, rate, data.draw(vectors(d)))


def number(x):
    return np.array([float(x)])


def test_without_start():
    assert not conclusion([number(1)], 0.1, number(0), start=number(1))


def test_without_constant():
    vs, rates = [number(1), number(-1), number(-1)], [1, 0.1, 0.1]
    for rate in np.linspace(0.1, 1, 19):  # from the shortest to the longest, their mean too
        assert not conclusion(vs, rate, number(0.5), rates=rates, identity=False)


def test_without_positive():
    assert not conclusion([number(0)], -1, number(1))
