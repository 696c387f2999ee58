"""prp-equivariant-windows: with windows treated alike, D(S^s x) = S D(x)."""

import numpy as np
from circulant_instances import shift, vectors_over
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "a shift by one before": {"before": lambda s: 1},
    "a shift by s after": {"after": lambda s: s},
    "no shift after": {"after": lambda s: 0},
    "a shift by s + 1 before": {"before": lambda s: s + 1},
}


def layer(functions, width, stride, x):
    n = len(x)
    return np.array(
        [g(*(x[(stride * i + u) % n] for u in range(width))) for i, g in enumerate(functions)]
    )


def hypotheses(functions, width, stride, x):
    windows = [tuple(x[(i + u) % len(x)] for u in range(width)) for i in range(len(x))]
    return {
        "divides": len(x) == stride * len(functions),
        "alike": all(g(*w) == functions[0](*w) for g in functions for w in windows),
    }


def times(count, x):
    for _ in range(count):
        x = shift(x)
    return x


def conclusion(functions, width, stride, x, *, before=lambda s: s, after=lambda s: 1):
    """D(S^s x) = S D(x)."""
    moved = layer(functions, width, stride, times(before(stride), x))
    return np.array_equal(moved, times(after(stride), layer(functions, width, stride, x)))


def largest(*window):
    return max(window)


KINDS = [
    largest,
    lambda *window: sum(k * x for k, x in enumerate(window, 1)),
    lambda *window: window[0],
    lambda *window: window[-1] ** 2 + 1,
]


@given(st.sampled_from(KINDS), st.integers(1, 4), st.integers(1, 3), st.integers(1, 4), st.data())
def test_holds(g, width, stride, m, data):
    instance = ([g] * m, width, stride, data.draw(vectors_over(stride * m)))
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


x = np.array([1, -2, 3, 0, 5, -1, 2, 4])


def test_near_misses():
    near = [([largest] * 4, 2, 2, x), ([lambda u: u] * 4, 1, 2, x)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_divides():
    for n, stride in ((5, 2), (3, 2), (4, 1)):  # more than two strides, fewer, twice as many
        instance = ([lambda u: u] * 2, 1, stride, np.arange(n))
        assert broken(hypotheses(*instance)) == ["divides"]
        assert not conclusion(*instance)


def test_without_alike():
    biased, lower = ([lambda u, i=i, s=s: u + s * i for i in range(8)] for s in (1, -1))
    alike_on_the_first = [lambda u, i=i: u + i * (u != x[0]) for i in range(8)]
    alike_on_their_own = [lambda u, i=i: u + i * (u == x[i - 1]) for i in range(8)]
    fourth = [lambda u, i=i: u + (i == 3) for i in range(8)]
    for functions in biased, lower, alike_on_the_first, alike_on_their_own, fourth:
        assert broken(hypotheses(functions, 1, 1, x)) == ["alike"]
        assert not conclusion(functions, 1, 1, x)
