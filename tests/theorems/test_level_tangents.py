"""prp-level-tangents: where the gradient is not zero, every orthogonal direction is a tangent."""

from itertools import pairwise

import numpy as np
import pytest
from convex_instances import convex_functions, vectors
from hypothesis import assume, given
from smooth_instances import only_partials, partials_at_zero


def correction(f, x0, v, n, t):
    """The least |s|/|t| with f(x0 + tv + sn) = f(x0); infinity where there is none up to 1."""

    def height(s):
        return f(x0 + t * v + s * n) - f(x0)

    if height(0.0) == 0:
        return 0.0
    found = [np.inf]
    for side in (abs(t), -abs(t)):
        ladder = side * np.concatenate([[0.0], np.geomspace(1e-6, 1, 60)])
        for low, high in pairwise(ladder):
            if (height(low) < 0) != (height(high) < 0):
                zero = bisected(height, low, high)
                # A jump across zero is not a zero.
                found += [abs(zero / t)] if abs(height(zero)) < 1e-12 else []
                break
    return min(found)


def bisected(height, low, high):
    """Return where the sign changes between two points."""
    sign = height(low) < 0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (height(middle) < 0) == sign else (low, middle)
    return min(low, high, key=lambda s: abs(height(s)))


def conclusion(f, x0, v, n):
    """The correction along n is small compared with the way along v, and ever smaller."""
    ratios = [correction(f, x0, v, n, t) for t in (1e-2, -1e-2, 1e-4, -1e-4)]
    return max(ratios[2:]) < 2e-2 and max(ratios[2:]) <= max(*ratios[:2], 1e-5)


@given(convex_functions(2), vectors(2))
def test_holds(f, x0):
    g = f.gradient(x0)
    assume(np.linalg.norm(g) > 0.5)
    v = np.array([-g[1], g[0]]) / np.linalg.norm(g)
    assert conclusion(f, x0, v, g / np.linalg.norm(g))


NEAR_MISSES = {
    "a direction not orthogonal": np.array([0.6, 0.8]),
    "a direction nearly orthogonal": np.array([-0.1, 0.995]),
}


@pytest.mark.parametrize("fault", NEAR_MISSES)
def test_near_misses(fault):
    x0 = np.array([1.0, 0.0])
    assert conclusion(lambda w: w @ w, x0, np.array([0.0, 1.0]), x0)
    assert not conclusion(lambda w: w @ w, x0, NEAR_MISSES[fault], x0)


def torn(w):
    bend = w @ w
    return w[1] + bend if w[1] >= 0 else w[1] - bend


def test_without_continuous():
    assert not conclusion(torn, np.zeros(2), np.array([1.0, 0.0]), np.array([0.0, 1.0]))


def test_without_differentiable():
    n = partials_at_zero / np.linalg.norm(partials_at_zero)
    assert not conclusion(only_partials, np.zeros(2), np.array([2.0, -1.0]) / np.sqrt(5), n)


def test_without_nonzero():
    # The pass of the two basins: its tangents have slopes ±√2; the first axis is not among them,
    # whatever the direction in which the height is corrected.
    def basins(w):
        return (w[0] ** 2 - 1) ** 2 + w[1] ** 2

    n = np.array([0.0, 1.0])
    assert not conclusion(basins, np.zeros(2), np.array([1.0, 0.0]), n)
