"""Functions with bounds on their derivatives, and programs with errors, for chapter 11."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

__all__ = [
    "MODERATE",
    "Smooth",
    "accurate",
    "bounded",
    "from_zero_on",
    "power",
    "programs",
    "restless",
    "sines",
    "wave",
]

MODERATE = st.floats(0.1, 2)


class Smooth(NamedTuple):
    """A function with all its derivatives: ``f(u, k)`` is that of order k."""

    derivative: object

    def __call__(self, u, k=0):
        return self.derivative(u, k)


def power(m, at, order):
    """Return M(u - x)ⁿ/n!, whose n-th derivative is M everywhere."""

    def derivative(u, k):
        if k > order:
            return 0.0 * u
        return m * (u - at) ** (order - k) / np.prod(np.arange(1.0, order - k + 1))

    return Smooth(derivative)


def from_zero_on(order):
    """Return u to the order plus a half: there is none below 0, nor at 0 a further derivative."""

    def derivative(u, k):
        return np.prod(order + 0.5 - np.arange(k)) * np.float64(u) ** (order + 0.5 - k)

    return Smooth(derivative)


def restless(order):
    """Return u^(2·order) sin(1/u): its derivative of this order exists, and jumps about at 0.

    It is a sum of terms c·u^a·sin(1/u + bπ/2), to be differentiated term by term.
    """
    terms = {0: [(1.0, 2 * order, 0)]}
    for k in range(order):
        terms[k + 1] = [(c * a, a - 1, b) for c, a, b in terms[k]]
        terms[k + 1] += [(-c, a - 2, b + 1) for c, a, b in terms[k]]

    def derivative(u, k):
        if abs(u) < 1e-12:
            return 0.0
        return sum(c * u**a * np.sin(1 / u + b * np.pi / 2) for c, a, b in terms[k])

    return Smooth(derivative)


def wave(a, k, phase, slope):
    """Return a sine on a slope."""

    def derivative(u, order):
        sine = a * k**order * np.sin(k * u + phase + order * np.pi / 2)
        return sine + (slope * u if order == 0 else slope if order == 1 else 0)

    return Smooth(derivative)


@st.composite
def sines(draw, order):
    """Draw a sine on a slope, and the largest value of its derivative of this order."""
    a, k = draw(st.floats(-3, 3).filter(lambda a: abs(a) > 0.1)), draw(MODERATE)
    phase, slope = draw(st.floats(0, 6)), draw(st.floats(-2, 2))
    return wave(a, k, phase, slope), abs(a) * k**order


@st.composite
def programs(draw, f, points, eps):
    """Draw the values that a program returns at some points, each off by at most ε."""
    return [f(u) + eps * draw(st.floats(-1, 1)) for u in points]


def bounded(f, order, m, low, high):
    """Return whether the derivative of this order is at most M, tried at points of an interval."""
    tried = np.linspace(low, high, 201)
    with np.errstate(all="ignore"):
        return bool(np.all(np.abs([f(u, order) for u in tried]) <= m * (1 + 1e-9)))


def accurate(f, points, values, eps):
    """Return whether values are those of f, up to ε."""
    exact = [f(u) for u in points]
    return bool(np.all(np.abs(np.subtract(values, exact)) <= eps * (1 + 1e-9)))
