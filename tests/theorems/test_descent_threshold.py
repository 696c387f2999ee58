"""prp-descent-threshold: below 2/L every step from a slope leads down."""

# Not yet told from its near misses.

import numpy as np
from descents import iterates, sums_of_log_cosh, vectors
from hypothesis import assume, given
from hypothesis import strategies as st

from dlbook.autodiff import grad


def conclusion(f, w, rate):
    """f(w - η∇f(w)) < f(w)."""
    before, after = iterates(f, w, rate, 2)
    return f(after) < f(before)


@given(st.data(), st.integers(1, 3), st.floats(0.01, 1.99))
def test_holds(data, d, part):
    f, rows = data.draw(sums_of_log_cosh(d))
    w = data.draw(vectors(d, 3))
    assume(np.sum(rows**2) > 0.1)
    rate = part / np.sum(rows**2)
    # What the proposition promises must be more than rounding, to be seen.
    promised = rate * (1 - part / 2) * np.sum(grad(f)(w) ** 2)
    assume(promised > 1e-12 * (1 + f(w)))
    assert conclusion(f, w, rate)


def test_without_smooth():
    assert not conclusion(lambda w: np.abs(w) ** 1.5, 1e-4, 1.0)


def test_without_short():
    for rate in (2.0, 2.1, 3.0):
        assert not conclusion(lambda w: w**2 / 2, 1.0, rate)


def test_without_slope():
    assert not conclusion(lambda w: w**2 / 2, 0.0, 1.0)
