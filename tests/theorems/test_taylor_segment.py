"""cor-taylor-segment: Taylor's theorem along a segment, of first and of second order."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import convex_functions, vectors
from hypothesis import assume, given


def conclusion(f, x, y):
    """Some θ makes each formula true: the values in between are continuous."""
    way = y - x
    between = [x + t * way for t in np.linspace(0, 1, 401)]
    first = [f.gradient(p) @ way for p in between]
    second = [way @ f.hessian(p) @ way for p in between]
    rise = f(y) - f(x)
    return _among(rise, first) and _among(2 * (rise - f.gradient(x) @ way), second)


def _among(needed, values):
    slack = 1e-3 * (1 + abs(needed))
    return min(values) - slack <= needed <= max(values) + slack


@given(convex_functions(2), vectors(2), vectors(2))
def test_holds(f, x, y):
    assume(np.any(x != y))
    assert conclusion(f, x, y)
