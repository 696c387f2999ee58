"""prp-checkpoints: 2⌈√N⌉ values suffice to differentiate a chain of N operations."""

from math import cos, isqrt, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from sweeps import approximates


def root(n):
    """Return ⌈√n⌉ without rounding."""
    return isqrt(n - 1) + 1


def slope_of_sine(before, after):
    return cos(before)


NEAR_MISSES = {
    "a value less": {"less": 1},
    "2⌈√N⌉, times .99": {"times": 0.99},
    "every operation once": {"performed": 1},
    "1.99 N operations": {"performed": 1.99},
    "one checkpoint only": {"segment": lambda n: n},
    "a checkpoint at every value": {"segment": lambda n: 1},
    "the slope at the value after": {"at": lambda before, after: after},
}


def hypotheses(n, x, operation, slope):
    return {"functions": approximates(operation, [slope(x, operation(x))], [x])}


def conclusion(
    n,
    x,
    operation,
    slope,
    *,
    segment=root,
    at=lambda before, after: before,
    performed=2,
    less=0,
    times=1.0,
):
    """Follow the proof; count the values that are stored, and the operations."""
    stored, v, done, most, length, exact = {}, x, 0, 0, segment(n), 1.0
    for i in range(n):
        if i % length == 0:
            stored[i] = v
        after = operation(v)
        exact *= slope(v, after)
        v, done = after, done + 1
        most = max(most, len(stored))
    adjoint = 1.0
    for start in reversed(range(0, n, length)):
        end = min(start + length, n)
        for i in range(start, end):
            stored[i + 1], done = operation(stored[i]), done + 1
            most = max(most, len(stored))
        for i in reversed(range(start, end)):
            adjoint *= slope(at(stored[i], stored[i + 1]), stored[i + 1])
            del stored[i + 1]
        del stored[start]
    return (
        most <= times * 2 * root(n) - less
        and done <= performed * n
        and adjoint == pytest.approx(exact, rel=1e-9)
    )


SINES = (0.7, sin, slope_of_sine)


@given(st.integers(1, 2000))
def test_holds(n):
    assert not broken(hypotheses(n, *SINES))
    assert conclusion(n, *SINES)


def test_near_misses():
    instances = [(n, *SINES) for n in (1, 16, 100)]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_tight():
    assert conclusion(16, *SINES)
    assert not conclusion(16, *SINES, times=0.99)


def test_without_functions():
    class Drift:
        """Multiply by a factor that grows with every call."""

        factor = 1.0

        def __call__(self, v):
            self.factor += 0.125
            return v * self.factor

    instance = (4, 1.0, Drift(), lambda before, after: after / before)
    assert broken(hypotheses(*instance)) == ["functions"]
    assert not conclusion(*instance)
