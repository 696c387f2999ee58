"""Instances for the prerequisites: smooth functions with their derivatives, and one that is not."""

import numpy as np
from hypothesis import strategies as st

__all__ = ["coordinates", "derivatives", "only_partials", "partials_at_zero", "waves"]

coordinates = st.integers(-8, 8).map(lambda k: k / 4)

waves = st.tuples(*[st.sampled_from([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])] * 3)


def derivatives(wave, order):
    """Return the derivative of this order of t ↦ a sin(bt) + ct², a function."""
    a, b, c = wave
    polynomial = [lambda t: c * t**2, lambda t: 2 * c * t, lambda t: 2 * c + 0 * t]

    def derivative(t):
        rest = polynomial[order](t) if order <= 2 else 0 * t
        return a * b**order * np.sin(b * t + order * np.pi / 2) + rest

    return derivative


def only_partials(x):
    """Have partial derivatives everywhere, and no gradient at 0."""
    u, v = x
    return (u**3 + 2 * v**3) / (u**2 + v**2) if u or v else 0.0


partials_at_zero = np.array([1.0, 2.0])
