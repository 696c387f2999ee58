"""lem-increasing-slope: where the derivative does not decrease, the function is convex."""

import numpy as np
from convex_instances import chords_above
from hypothesis import assume, given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "strictly convex in both cases": {"strict_when": lambda slopes: True},
    "strictly, where the slopes are positive": {"strict_when": lambda slopes: min(slopes) > 0},
    "by chords that pass a tenth above": {"gap": 0.1},
    "concave": {"sign": -1},
}


def increases_strictly(slopes):
    return bool(np.all(np.diff(slopes) > 1e-9))


def fine(xs):
    """Return the points with others between them."""
    return np.unique([t * x + (1 - t) * y for x in xs for y in xs for t in np.linspace(0, 1, 9)])


def hypotheses(g, slope, xs):
    return {"increasing": bool(np.all(np.diff([slope(w) for w in fine(xs)]) >= -1e-9))}


def conclusion(g, slope, xs, *, strict_when=increases_strictly, gap=-1e-9, sign=1):
    """No chord passes below the graph; where slopes increase strictly, each passes above."""
    strict = strict_when([slope(w) for w in fine(xs)])
    convex = chords_above(lambda w: sign * g(w), xs, gap=gap)
    return convex and (not strict or chords_above(g, xs, gap=1e-6))


knots = st.lists(st.integers(-4, 4), min_size=1, max_size=4)


@given(knots, st.sampled_from([0.0, 0.5]), st.integers(-3, 3), st.sets(st.integers(-5, 5)))
def test_holds(corners, curvature, tilt, xs):
    assume(xs)
    corners, xs = np.array(corners), [float(x) for x in xs]

    def g(w):
        return curvature * w**2 / 2 + tilt * w + (np.maximum(w - corners, 0) ** 2).sum()

    def slope(w):
        return curvature * w + tilt + 2 * np.maximum(w - corners, 0).sum()

    assert not broken(hypotheses(g, slope, xs))
    assert conclusion(g, slope, xs)


def test_near_misses():
    near = [
        (lambda w: 2 * w, lambda w: 2.0, [-1.0, 0.0, 1.0]),
        (lambda w: w**2 / 10, lambda w: w / 5, [-0.5, 0.5]),
        (lambda w: w**4, lambda w: 4 * w**3, [-1.0, 0.0, 1.0]),
        # An interval that begins at 0, with a slope from one side there.
        (lambda w: w * np.sqrt(w), lambda w: 1.5 * np.sqrt(w), [0.0, 0.5, 1.0]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_a_strict_chord_is_asked_for():
    # Of a line whose slopes are said to increase strictly, the second clause is false.
    assert not conclusion(lambda w: 2 * w, lambda w: 2 + w, [-1.0, 1.0])


def test_all_points_but_one_are_not_enough():
    instance = (lambda w: float(w == 0), lambda w: 0.0, [-1.0, 1.0])
    assert broken(hypotheses(*instance)) == []
    assert not conclusion(*instance)


def test_without_increasing():
    for size in (1, 1e-3):  # a little is too much
        instance = (lambda w, s=size: -s * w**2, lambda w, s=size: -2 * s * w, [-1.0, 0.0, 1.0])
        assert broken(hypotheses(*instance)) == ["increasing"]
        assert not conclusion(*instance)
    # The slopes at the points are equal, and others between them are not.
    instance = (
        lambda w: np.sin(np.pi * w) ** 2,
        lambda w: np.pi * np.sin(2 * np.pi * w),
        [-1.0, 0.0, 1.0],
    )
    assert broken(hypotheses(*instance)) == ["increasing"]
    assert not conclusion(*instance)
    # Up to 0 the slope increases.
    instance = (lambda w: -w * abs(w), lambda w: -2 * abs(w), [-1.0, 0.0, 1.0])
    assert broken(hypotheses(*instance)) == ["increasing"]
    assert not conclusion(*instance)
