"""thm-jensen: the value at an average is at most the average of the values."""

import numpy as np
from convex_instances import cliff, convex_functions, points
from hypothesis import given
from hypothesis import strategies as st


def conclusion(g, weights, xs):
    """g(Σ λ_i x_i) ≤ Σ λ_i g(x_i)."""
    mean = sum(weight * x for weight, x in zip(weights, xs, strict=True))
    bound = sum(weight * g(x) for weight, x in zip(weights, xs, strict=True))
    return g(mean) <= bound + 1e-9 * (1 + abs(bound))


@given(convex_functions(2), points(2, least=1), st.data())
def test_holds(g, xs, data):
    parts = data.draw(st.lists(st.integers(0, 5), min_size=len(xs), max_size=len(xs)))
    if sum(parts) == 0:
        parts[0] = 1
    assert conclusion(g, np.array(parts) / sum(parts), xs)


def test_without_domain():
    assert not conclusion(cliff, [0.5, 0.5], [-3.0, 1.0])


def test_without_convex():
    assert not conclusion(np.sqrt, [0.5, 0.5], [0.0, 1.0])


def test_without_nonnegative():
    assert not conclusion(np.square, [2, -1], [0.0, 1.0])


def test_without_sum():
    assert not conclusion(np.square, [1, 1], [1.0, 1.0])
