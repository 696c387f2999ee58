"""thm-convex-local-global: a local minimiser of a convex function is a global one."""

from itertools import accumulate

import numpy as np
from convex_instances import chords_above, cliff, on_one_side, raised_at_the_end
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "a maximiser": {"sign": -1},
    "the only minimiser": {"strictly": True},
    "with a value below all others by .01": {"margin": 0.01},
}


def hypotheses(g, candidate, ws, near, inside=lambda x, y: True):
    """The points of the domain that are near the candidate are a grid of them."""
    several = [*ws, candidate]
    return {
        "domain": all(inside(x, y) for x in several for y in several),
        "convex": chords_above(g, [*several, *near], inside),
        "local": all(g(w) >= g(candidate) for w in near),
    }


def conclusion(
    g,
    candidate,
    ws,
    near,
    inside=lambda x, y: True,
    *,
    sign=1,
    strictly=False,
    margin=-1e-9,
):
    """No point has a smaller value."""
    others = [w for w in ws if np.any(w != candidate)]
    return all(sign * (g(w) - g(candidate)) > (0 if strictly else margin - 1e-12) for w in others)


@given(st.lists(st.integers(-4, 4), max_size=8).map(sorted))
def test_holds(slopes):
    places = np.arange(len(slopes) + 1.0)
    values = [*accumulate(slopes, initial=0)]

    def g(w):  # convex, a polygon on [0, n], with kinks, and minimisers at either end
        return np.interp(w, places, values)

    found = 0
    for place in places:
        near = np.clip([place - 0.1, place + 0.1], 0, places[-1])
        if all(g(w) >= g(place) for w in near):
            found += 1
            assert not broken(hypotheses(g, place, places, near))
            assert conclusion(g, place, places, near)
    assert found


def test_near_misses():
    near = [
        (lambda w: max(abs(w) - 1, 0.0), 0.5, [-1.0, 1.0, 2.0], [0.4, 0.6]),
        (lambda w: w**2, 0.0, [0.05, 3.0], [-0.1, 0.1]),
        (raised_at_the_end, 0.5, [0.0, 0.75, 1.0], [0.4, 0.6]),
        # At the end of C; in the plane, in a corner.
        (lambda w: w**2, 1.0, [1.5, 3.0], [1.05, 1.1]),
        (np.max, -np.ones(2), [np.zeros(2), np.ones(2)], [-np.ones(2) + e / 10 for e in np.eye(2)]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_domain():
    instance = (cliff, -1.0, [1.0], np.linspace(-1.5, -1, 11), on_one_side)
    assert broken(hypotheses(*instance)) == ["domain"]
    assert not conclusion(*instance)


def test_without_convex():
    def valleys(w):
        return (w**2 - 1) ** 2 + 0.3 * w

    left, _, right = np.sort(np.roots([4, 0, -4, 0.3]).real)
    near = right + np.linspace(-0.1, 0.1, 21)
    for size in (1, 0.01):  # a little is too much
        instance = (lambda w, s=size: s * valleys(w), right, [left], near)
        assert broken(hypotheses(*instance)) == ["convex"]
        assert not conclusion(*instance)


def test_without_local():
    instance = (np.square, 1.0, [0.0], np.linspace(0.9, 1.1, 21))
    assert broken(hypotheses(*instance)) == ["local"]
    assert not conclusion(*instance)


def test_all_of_the_domain_is_asked_for():
    # From w* all points are seen, and between the others there is a gap, or a chord below.
    gap = (np.square, 0.0, [-1.0, 1.0], [0.1], lambda y, z: y * z >= 0)
    assert broken(hypotheses(*gap)) == ["domain"]
    ridge = (lambda w: np.prod(w) ** 2, np.zeros(2), [*np.eye(2)], [*np.eye(2) / 10])
    assert broken(hypotheses(*ridge)) == ["convex"]


def test_without_local_in_the_plane():
    one = np.ones(2)
    instance = (lambda w: w @ w, one, [0 * one], [0.9 * one, 1.1 * one])
    assert broken(hypotheses(*instance)) == ["local"]
    assert not conclusion(*instance)
