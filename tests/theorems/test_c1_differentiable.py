"""prp-c1-differentiable: continuous partial derivatives make a function differentiable."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import convex_functions, vectors
from hypothesis import given
from smooth_instances import only_partials, partials_at_zero


def conclusion(f, partials, x):
    """The error of the linear approximation becomes small against ‖h‖, in many directions."""
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return all(
        max(abs(f(x + t * v) - f(x) - t * partials @ v) / t for v in directions) < 1000 * t
        for t in (1e-3, 1e-4)
    )


@given(convex_functions(2), vectors(2))
def test_holds(f, x):
    assert conclusion(f, f.gradient(x), x)


def test_without_continuous():
    assert not conclusion(only_partials, partials_at_zero, np.zeros(2))
