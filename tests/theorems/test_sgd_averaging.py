"""prp-sgd-averaging: with rates 1/t the iterate is the mean of the targets seen."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed
from sgd_laws import paths, step

NEAR_MISSES = {
    "rates 1/(t + 1)": {"rate": lambda t: 1 / (t + 1)},
    "the mean without the last target": {"mean": lambda xs: np.mean(xs[:-1] or xs)},
    "9/(4(t + 1))": {"square": lambda t: 9 / (4 * (t + 1))},
    "9/(4t²)": {"square": lambda t: 9 / (4 * t * t)},
}


def conclusion(e1, t, *, rate=lambda t: 1 / t, mean=np.mean, square=lambda t: 9 / (4 * t)):
    """On every path of t samples, and in the mean square over them."""
    total, equal = 0.0, True
    for path, weight in paths(t):
        e = e1
        for s, xi in enumerate(path, 1):
            e = step(e, rate(s), xi)
        equal = equal and abs(e - mean([1.5 * xi for xi in path])) < 1e-9
        total += weight * e * e
    return equal and abs(total - square(t)) < 1e-9


@given(st.integers(-8, 8).map(lambda k: k / 4), st.integers(1, 8))
def test_holds(e1, t):
    assert conclusion(e1, t)


def test_near_misses():
    assert not missed(NEAR_MISSES, [(1.0, 3), (0.0, 2), (-9.0, 1)], conclusion)


def test_what_is_larger_is_told():
    assert not conclusion(1.0, 3, mean=lambda xs: np.mean(xs) + 1e-3)
    assert not conclusion(1.0, 3, square=lambda t: 1.001 * 9 / (4 * t))


def test_the_first_rate_forgets_any_start():
    for e1, t in ((9.0, 1), (-9.0, 1), (1.0, 5)):
        assert not conclusion(e1, t, rate=lambda t: 1 / (t + 1))
