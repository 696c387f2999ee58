"""thm-descent-rate: the average of T iterates is as good as any point of the ball, nearly."""

# Not yet told from its near misses.

import numpy as np
from descents import at_most, iterates, log_cosh, sums_of_log_cosh, vectors
from hypothesis import assume, given
from hypothesis import strategies as st

from dlbook.autodiff import grad


def conclusion(f, star, radius, slope, steps, *, start=None, rate=None):
    """f(average of w_1 … w_T) - f(w*) ≤ radius · slope / √T."""
    w = 0.0 * star if start is None else start
    rate = radius / (slope * np.sqrt(steps)) if rate is None else rate
    average = np.mean(iterates(f, w, rate, steps), axis=0)
    return at_most(f(average) - f(star), radius * slope / np.sqrt(steps))


@given(st.data(), st.integers(1, 3), st.integers(1, 30), st.floats(1, 3), st.floats(1, 3))
def test_holds(data, d, steps, wider, steeper):
    f, rows = data.draw(sums_of_log_cosh(d))
    star = data.draw(vectors(d, 3))
    radius, slope = np.linalg.norm(star), np.sum(np.linalg.norm(rows, axis=1))
    assume(radius > 1e-3 and slope > 1e-3)
    assert conclusion(f, star, wider * radius, steeper * slope, steps)


def smoothed(center, width=1e-3):
    """|w - center| without its kink."""
    return lambda w: width * log_cosh((w - center) / width)


def largest_slope(f, start, rate, steps):
    return max(abs(grad(f)(w)) for w in iterates(f, start, rate, steps))


def test_without_convex():
    assert largest_slope(np.cos, 0.0, 0.3, 100) <= 1
    assert not conclusion(np.cos, np.pi, np.pi, 1.0, 100)


def test_without_start():
    assert not conclusion(smoothed(1.0), 1.0, 1.0, 1.0, 100, start=-10.0)


def test_without_radius():
    assert not conclusion(lambda w: log_cosh(w - 10), 10.0, 1.0, 1.0, 100)


def test_without_slope():
    assert not conclusion(lambda w: 15 * (w - 1) ** 2, 1.0, 1.0, 1.0, 10)

    def slope_at_the_start_only(w):
        return -w + 101e-3 * np.logaddexp(0.0, (w - 0.95) / 1e-3)

    assert abs(grad(slope_at_the_start_only)(0.0)) <= 1
    assert not conclusion(slope_at_the_start_only, 0.95, 1.0, 1.0, 100)


def test_without_step():
    for rate in (1.0, 1e-3):
        assert not conclusion(smoothed(0.25), 0.25, 1.0, 1.0, 100, rate=rate)
