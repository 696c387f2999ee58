"""thm-convex-critical-point-minimises: a critical point of a convex function is a minimiser."""

import numpy as np
from convex_instances import (
    chords_above,
    convex_functions,
    crease,
    line,
    misses_the_slit,
    points,
    quotients,
    raised_at_the_end,
    slit,
    vectors,
)
from hypothesis import given
from near import broken, missed

NEAR_MISSES = {
    "a maximiser": {"sign": -1},
    "the only minimiser": {"strictly": True},
    "with a value below all others by .01": {"margin": 0.01},
}


def hypotheses(g, candidate, ws, inside=lambda x, y: True):
    """Of the domain it is known which segments between the points are in it."""
    near = [*ws, candidate]
    right, left = quotients(g, candidate), quotients(g, candidate, -1)
    return {
        "domain": all(inside(x, y) for x in near for y in near),
        "convex": chords_above(g, near, inside, gap=-1e-6),
        "critical": max(np.abs(right).max(), np.abs(left).max()) < 1e-3,
    }


def conclusion(g, candidate, ws, inside=lambda x, y: True, *, sign=1, strictly=False, margin=-1e-9):
    """No point has a smaller value."""
    others = [w for w in ws if np.any(w != candidate)]
    return all(sign * (g(w) - g(candidate)) > (0 if strictly else margin - 1e-12) for w in others)


@given(convex_functions(3), vectors(3), points(3))
def test_holds(g, candidate, ws):
    g = g.with_gradient_zero_at(candidate)
    assert not broken(hypotheses(g, candidate, ws))
    assert conclusion(g, candidate, ws)


def flat(w):
    return max(abs(w[0]) - 1, 0.0) ** 2


def test_near_misses():
    near = [
        (flat, line(0), line(*np.linspace(-1, 1, 5))),
        (lambda w: w[0] ** 2, line(0), line(-0.05, 0.05, 3)),
        (lambda w: max(w[0] ** 2, 3 * abs(w[0]) - 2), line(0), line(-1.5, 0.5, 3)),  # kinks
        (lambda w: -np.sqrt(1 - w[0] ** 2), line(0), line(-1, 0.5, 1)),  # C ends at -1 and 1
        (raised_at_the_end, line(0.5), line(0, 0.75, 1)),
    ]
    near = [(g, candidate[0], ws) for g, candidate, ws in near]
    for d in 2, 3:  # least along a diagonal
        near.append((lambda w: (w[0] - w[1]) ** 2, np.zeros(d), [*np.eye(d), np.ones(d)]))
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_domain():
    here, there = np.array([-1.0, 0.0]), np.array([1.0, -1.0])
    assert broken(hypotheses(slit, here, [there], misses_the_slit)) == ["domain"]
    assert not conclusion(slit, here, [there], misses_the_slit)


def test_the_slit_is_convex_along_segments():
    xs = np.random.default_rng(0).uniform(-3, 3, size=(120, 2))
    across = [(x, y) for x in xs for y in xs if x[0] < 0 < y[0] and misses_the_slit(x, y)]
    assert len(across) > 1000
    assert chords_above(slit, xs, misses_the_slit)


def valleys(w):
    return (w[0] ** 2 - 1) ** 2 + 0.3 * w[0]


def test_without_convex():
    left, _, right = np.sort(np.roots([4, 0, -4, 0.3]).real)
    for size in (1, 0.01):
        instance = (lambda w, s=size: s * valleys(w), line(right)[0], line(left))
        assert broken(hypotheses(*instance)) == ["convex"]
        assert not conclusion(*instance)


def test_no_step_down_along_an_axis_is_not_enough():
    on_the_axes = [s * e for s in np.linspace(-3, 3, 61) for e in np.eye(2)]
    assert conclusion(crease, np.zeros(2), on_the_axes)
    assert broken(hypotheses(crease, np.zeros(2), [np.ones(2)])) == ["critical"]
    assert not conclusion(crease, np.zeros(2), [np.ones(2)])


def test_every_point_is_asked_for():
    # On one side of a point of inflexion the values are larger.
    instance = (lambda w: w[0] ** 3, np.zeros(1), line(-1, 1))
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)


def test_without_critical():
    for size in (1, 4e-3):  # a little slope is too much
        instance = (lambda w, s=size: s * w[0] ** 2, line(1)[0], line(0))
        assert broken(hypotheses(*instance)) == ["critical"]
        assert not conclusion(*instance)
    for e in np.eye(2):  # a slope along one axis alone
        instance = (lambda w, e=e: np.sum((w - e) ** 2), np.zeros(2), [e])
        assert broken(hypotheses(*instance)) == ["critical"]
        assert not conclusion(*instance)


def test_all_of_the_domain_and_both_sides_are_asked_for():
    # From w* all points are seen, and between the others there is a gap, or a chord below.
    gap = (lambda w: w[0] ** 2, np.zeros(1), line(-1, 1), lambda y, z: y[0] * z[0] >= 0)
    assert broken(hypotheses(*gap)) == ["domain"]
    ridge = (lambda w: np.prod(w) ** 2, np.zeros(2), [*np.eye(2)])
    assert broken(hypotheses(*ridge)) == ["convex"]
    for kink in (lambda w: max(w[0], 0.0), lambda w: max(-w[0], 0.0), lambda w: abs(w[0])):
        assert broken(hypotheses(kink, np.zeros(1), line(-1, 1))) == ["critical"]
