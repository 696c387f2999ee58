"""lem-average-gap: for convex f the gap of an average is at most a mean of inner products."""

# Not yet told from its near misses.

import numpy as np
from descents import at_most, sums_of_log_cosh, vectors
from hypothesis import given
from hypothesis import strategies as st

from dlbook.autodiff import grad


def conclusion(f, points, star):
    """f(average) - f(w*) ≤ mean of ⟨w_t - w*, ∇f(w_t)⟩."""
    mean = np.mean([(w - star) @ grad(f)(w) for w in points])
    return at_most(f(np.mean(points, axis=0)) - f(star), mean)


@given(st.data(), st.integers(1, 3), st.integers(1, 5))
def test_holds(data, d, number):
    f, _ = data.draw(sums_of_log_cosh(d))
    assert conclusion(f, [data.draw(vectors(d)) for _ in range(number)], data.draw(vectors(d)))


def test_without_convex():
    assert not conclusion(lambda w: np.cos(w[0]), [np.array([0.0])], np.array([np.pi]))
