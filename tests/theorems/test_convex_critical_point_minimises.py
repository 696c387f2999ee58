"""thm-convex-critical-point-minimises: a critical point of a convex function is a minimiser."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import chords_above, convex_functions, kink, points, slit, vectors
from hypothesis import given


def conclusion(g, candidate, ws):
    """No point has a smaller value."""
    return all(g(w) >= g(candidate) - 1e-9 for w in ws)


@given(convex_functions(3), vectors(3), points(3))
def test_holds(g, candidate, ws):
    assert conclusion(g.with_gradient_zero_at(candidate), candidate, ws)


def test_without_domain():
    left, h = np.array([-1.0, 0.0]), 1e-6
    assert all(abs(slit(left + s * e) - slit(left)) < h**1.5 for s in (h, -h) for e in np.eye(2))
    assert not conclusion(slit, left, [np.array([1.0, -1.0])])


def test_the_slit_is_convex_along_segments():
    def inside(x, y):  # whether the segment misses the cut
        if x[0] * y[0] > 0:
            return True
        t = x[0] / (x[0] - y[0])
        return x[1] + t * (y[1] - x[1]) > 1

    xs = np.random.default_rng(0).uniform(-3, 3, size=(120, 2))
    across = [(x, y) for x in xs for y in xs if x[0] < 0 < y[0] and inside(x, y)]
    assert len(across) > 1000
    assert chords_above(slit, xs, inside)


def test_without_convex():
    roots = np.sort(np.roots([4, 0, -4, 0.3]).real)
    assert not conclusion(lambda w: (w**2 - 1) ** 2 + 0.3 * w, roots[2], roots[:1])


def test_without_differentiable():
    on_the_axes = [s * e for s in np.linspace(-3, 3, 61) for e in np.eye(2)]
    assert conclusion(kink, np.zeros(2), on_the_axes)
    assert not conclusion(kink, np.zeros(2), [np.ones(2)])


def test_without_critical():
    assert not conclusion(np.square, 1.0, [0.0])
