"""thm-convex-local-global: a local minimiser of a convex function is a global one."""

# Not yet told from its near misses.

from itertools import accumulate

import numpy as np
from convex_instances import cliff
from hypothesis import given
from hypothesis import strategies as st


def conclusion(g, candidate, ws):
    """No point has a smaller value."""
    return all(g(w) >= g(candidate) - 1e-9 for w in ws)


def local_minimiser(g, candidate, near):
    """Whether no point near the candidate, in the domain, has a smaller value."""
    return all(g(w) >= g(candidate) for w in near)


@given(st.lists(st.integers(-4, 4), max_size=8).map(sorted))
def test_holds(slopes):
    places = np.arange(len(slopes) + 1.0)
    values = [*accumulate(slopes, initial=0)]

    def g(w):  # convex, a polygon on [0, n], with kinks, and minimisers at either end
        return np.interp(w, places, values)

    found = 0
    for place in places:
        near = np.clip([place - 0.1, place + 0.1], 0, places[-1])
        if local_minimiser(g, place, near):
            found += 1
            assert conclusion(g, place, places)
    assert found


def test_without_domain():
    assert local_minimiser(cliff, -1.0, np.linspace(-1.5, -1, 11))
    assert not conclusion(cliff, -1.0, [1.0])


def test_without_convex():
    def valleys(w):
        return (w**2 - 1) ** 2 + 0.3 * w

    left, _, right = np.sort(np.roots([4, 0, -4, 0.3]).real)
    assert local_minimiser(valleys, right, right + np.linspace(-0.1, 0.1, 21))
    assert not conclusion(valleys, right, [left])


def test_without_local():
    assert not conclusion(np.square, 1.0, [0.0])
