"""lem-smooth-convex: how far a smooth convex function lies above its tangents."""

import numpy as np
from descents import vectors
from hypothesis import given
from hypothesis import strategies as st
from momentum_instances import (
    Function,
    above,
    around,
    below,
    bowl,
    falling,
    hill,
    huber,
    power,
    quadratic,
    sloped,
    smooth_functions,
)
from near import broken, missed

NEAR_MISSES = {
    "1/L, for 1/(2L), above the tangent": {"half": 1.0},
    ".51/L above the tangent": {"half": 0.51},
    "1.01/L, for 1/L, of the slopes": {"whole": 1.01},
    "the slope at y in the tangent": {"tangent": lambda x, y: y},
    "both constants larger": {"times": 1.01},
    "strictly above the tangent": {"strictly": "above"},
    "strictly more than |difference|²/L": {"strictly": "more"},
}


def hypotheses(f, x, y, lipschitz):
    points = around(x, y)
    return {"convex": above(f, 0, points), "smooth": below(f, lipschitz, points)}


def conclusion(
    f,
    x,
    y,
    lipschitz,
    *,
    half=0.5,
    whole=1.0,
    tangent=lambda x, y: x,
    times=1.0,
    strictly="neither",
):
    """f(y) ≥ tangent at x + |difference|²/(2L); ⟨difference, x - y⟩ ≥ |difference|²/L."""
    difference = f.slope(x) - f.slope(y)
    square = np.sum(difference**2) / lipschitz / min(times, 1 / times)
    slack = 1e-9 * (1 + abs(f(x)) + abs(f(y)) + square)
    line = f(x) + f.slope(tangent(x, y)) @ (y - x)
    above, more = (slack if strictly == one else -slack for one in ("above", "more"))
    return f(y) >= line + half * square + above and difference @ (x - y) >= whole * square + more


@given(st.data(), st.integers(1, 3))
def test_holds(data, d):
    f, _, _, lipschitz = data.draw(smooth_functions(d))
    instance = f, data.draw(vectors(d, 3)), data.draw(vectors(d, 3)), lipschitz
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


ONE = np.ones(1)
TIGHT = bowl(2.0), 3 * ONE, -ONE, 2.0


def test_near_misses():
    near = [TIGHT, (huber(), 3 * ONE, 0.5 * ONE, 1.0), (bowl(1.0), np.ones(2), 0 * np.ones(2), 1.0)]
    plane = Function(lambda w: 2 * w[0] - w[1], lambda w: np.array([2.0, -1.0]))
    near += [
        (falling(), 0.1 * ONE, -0.1 * ONE, 0.25),
        (plane, np.ones(2), np.zeros(2), 0.1),
    ]  # no minimiser
    near += [(huber(), 3 * ONE, 3 * ONE, 1.0), (bowl(0.0), ONE, -ONE, 1.0)]
    three = (bowl(1.0), np.array([1.0, -2.0, 0.0]), np.array([0.0, 1.0, 3.0]), 1.0)
    near += [three, (bowl(0.5), ONE, -ONE, 0.5)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    # The bound is from below: a constant that is larger by 1/.99 is too large.
    for instance in (TIGHT, (bowl(2.0), 3 * np.ones(2), -np.ones(2), 2.0)):
        assert conclusion(*instance)
        assert not conclusion(*instance, times=0.99)
        for other in {"half": 0.4}, {"whole": 0.8}:  # each of the two alone
            assert conclusion(*instance, **other)
            assert not conclusion(*instance, **other, times=0.99)
    # The slopes' difference (1, .2) has the square 1.04, and 1.2 with x - y; lengths give 1.44.
    oblique = quadratic(np.diag([1.0, 0.2])), np.ones(2), np.zeros(2), 1.0
    assert conclusion(*oblique, half=0.4, whole=1.15)
    assert not conclusion(*oblique, half=0.4, whole=1.16)


def test_without_convex():
    for instance in (
        (bowl(-1.0), 0 * ONE, ONE, 1.0),
        (hill(), 0 * ONE, ONE, 1.0),
        # From 0 to 1 and back it is above the tangents.
        (sloped((-9, 9), (0.25, -0.25), (9, 8.5)), 0 * ONE, ONE, 1.0),
    ):
        assert broken(hypotheses(*instance)) == ["convex"]
        assert not conclusion(*instance)


def test_the_second_clause_alone_refuses_slopes_that_decrease():
    assert not conclusion(bowl(-1.0), 0 * ONE, ONE, 1.0, half=-9.0)


def test_without_smooth():
    for instance in (
        (power(), 0 * ONE, 0.01 * ONE, 1.0),
        (bowl(1.1), ONE, 0 * ONE, 1.0),
        # Smooth from x to y, and not beyond, or not across.
        (sloped((-1, 0), (0, 0), (0.5, 0), (1, 4), (9, 4)), 0 * ONE, ONE, 6.0),
        (quadratic([[1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 0.0]), np.zeros(2), 1.0),
    ):
        assert broken(hypotheses(*instance)) == ["smooth"]
        assert not conclusion(*instance)
