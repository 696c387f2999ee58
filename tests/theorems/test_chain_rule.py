"""thm-chain-rule: along a curve, the derivative is gradient times velocity."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import convex_functions
from hypothesis import given
from smooth_instances import coordinates, derivatives, only_partials, partials_at_zero, waves


def conclusion(f, gradient, r, velocity, t0, h=1e-5):
    """The central difference of f∘r is ∇f(r(t0))·r'(t0), up to its error."""
    quotient = (f(r(t0 + h)) - f(r(t0 - h))) / (2 * h)
    return abs(quotient - gradient(r(t0)) @ velocity(t0)) < 1e-4 * (1 + abs(quotient))


@given(convex_functions(2), waves, waves, coordinates)
def test_holds(f, first, second, t0):
    def curve(order):
        return lambda t: np.array([derivatives(wave, order)(t) for wave in (first, second)])

    assert conclusion(f, f.gradient, curve(0), curve(1), t0)


def test_without_outer():
    direction = np.array([-np.cbrt(2), 1.0])
    assert not conclusion(
        only_partials, lambda x: partials_at_zero, lambda t: t * direction, lambda t: direction, 0.0
    )
