"""lem-chain-rule-composed: how fast a composition of differentiable functions moves."""

# Not yet told from its near misses.

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

SMALL = 1e-5


def conclusion(phi, partials, g, slopes, x):
    """Along both axes the quotients of φ∘g come to Σ ∂ₖφ ∂ⱼgₖ, from the right and the left."""
    rate = np.asarray(partials) @ np.asarray(slopes)
    for j, unit in enumerate(np.eye(len(x))):
        for h in (SMALL, -SMALL):
            quotient = (phi(*g(x + h * unit)) - phi(*g(x))) / h
            if not abs(quotient - rate[j]) < 1e-2 * (1 + abs(rate[j])):
                return False
    return True


numbers = st.floats(-1, 1)


@given(st.lists(numbers, min_size=4, max_size=4), numbers, numbers)
def test_holds(matrix, a, b):
    A, x = np.reshape(matrix, (2, 2)), np.array([a, b])
    inside = A @ np.sin(x)
    assert conclusion(
        lambda s, t: s * math.exp(t),
        [math.exp(inside[1]), inside[0] * math.exp(inside[1])],
        lambda x: A @ np.sin(x),
        A * np.cos(x),
        x,
    )


def test_without_inner():
    # |x| has no derivative at 0; whatever number stands for it, one side disagrees.
    for slope in (-1.0, 0.0, 1.0):
        assert not conclusion(lambda s: s, [1.0], np.abs, [[slope]], np.array([0.0]))


def test_without_outer():
    def phi(a, b):
        return (a**3 + 2 * b**3) / (a**2 + b**2) if a or b else 0.0

    def twice(x):
        return np.array([x[0], x[0]])

    assert not conclusion(phi, [1.0, 2.0], twice, [[1.0], [1.0]], np.array([0.0]))
