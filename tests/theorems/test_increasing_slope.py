"""lem-increasing-slope: where the derivative does not decrease, the function is convex."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import chords_above
from hypothesis import assume, given
from hypothesis import strategies as st

knots = st.lists(st.integers(-4, 4), min_size=1, max_size=4)


def conclusion(g, xs, strict):
    """No chord passes below the graph; where slopes increase strictly, each passes above."""
    return chords_above(g, xs) and (not strict or chords_above(g, xs, gap=1e-6))


@given(knots, st.sampled_from([0.0, 0.5]), st.integers(-3, 3), st.sets(st.integers(-5, 5)))
def test_holds(corners, curvature, slope, xs):
    assume(xs)
    corners = np.array(corners)

    def g(w):  # its derivative is curvature * w + slope + 2 Σ max(w - corner, 0)
        return curvature * w**2 / 2 + slope * w + (np.maximum(w - corners, 0) ** 2).sum()

    assert conclusion(g, [float(x) for x in xs], strict=curvature > 0)
