"""thm-strictly-convex-minimiser: a strictly convex function has at most one minimiser."""

import numpy as np
from convex_instances import (
    chords_above,
    points,
    raised_at_the_end,
    strictly_convex_functions,
    vectors,
)
from hypothesis import given
from near import broken, missed

NEAR_MISSES = {
    "no minimiser": {"most": 0},
    "exactly one minimiser": {"least": 1},
    "no two points of one value": {"compared": lambda values: values},
    "no two points with values below the mean": {
        "compared": lambda values: [
            0.0 if value < np.mean(values) else 1.0 + i for i, value in enumerate(values)
        ]
    },
}


def lowest(values):
    """Return the values of those that are as low as any, as 0, and of all others."""
    return [value for value in values if value == min(values)]


def hypotheses(g, ws, inside=lambda x, y: True):
    """The minimisers are among the points; which segments are in the domain is known."""
    return {
        "domain": all(inside(x, y) for x in ws for y in ws),
        "strict": chords_above(g, ws, inside, gap=1e-9),
    }


def conclusion(g, ws, inside=lambda x, y: True, *, least=0, most=1, compared=lowest):
    """At most one point of the list has the smallest value."""
    found = compared([g(w) for w in ws])
    return least <= max((found.count(value) for value in found), default=0) <= most


@given(strictly_convex_functions(2), vectors(2), points(2))
def test_holds(g, w, others):
    g = g.with_gradient_zero_at(w)
    ws = [np.array(x) for x in {tuple(x) for x in (w, *others)}]
    assert not broken(hypotheses(g, ws))
    assert conclusion(g, ws)


def test_near_misses():
    near = [
        (np.square, [-1.0, -0.001, 0.0, 0.001, 1.0, 5.0]),
        (lambda w: abs(w) + w**2, [-1.0, 0.0, 1.0]),  # with a kink
        (np.exp, [0.0, 0.5, 1.0]),  # at the end of C
        (np.square, []),
        (raised_at_the_end, [0.0, 0.5, 1.0]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_strict():
    # Some chords are strictly above the graph where it has two slopes.
    for ws in [-1.0, 0.5, 1.0], [-3.0, -1.0, 0.5, 1.0, 3.0]:
        instance = (lambda w: max(abs(w) - 1, 0), ws)
        assert broken(hypotheses(*instance)) == ["strict"]
        assert not conclusion(*instance)


def test_without_domain():
    outside = [w for w in np.linspace(-3, 3, 61) if abs(w) >= 1]
    instance = (np.square, outside, lambda x, y: x * y > 0)
    assert broken(hypotheses(*instance)) == ["domain"]
    assert not conclusion(*instance)


def test_without_strict_in_the_plane():
    instance = (lambda w: max(np.abs(w).max() - 1, 0.0), [*np.eye(2), np.zeros(2)])
    assert broken(hypotheses(*instance)) == ["strict"]
    assert not conclusion(*instance)
