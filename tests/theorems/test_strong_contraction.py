"""thm-strong-contraction: with η = 1/L the distance shrinks by 1 - m/L in every step."""

import numpy as np
from descents import at_most, vectors
from hypothesis import given
from hypothesis import strategies as st
from momentum_instances import (
    Function,
    above,
    around,
    below,
    bowl,
    huber,
    moved,
    quadratic,
    smooth_functions,
    steep,
)
from near import broken, missed

NEAR_MISSES = {
    "the factor, times .99": {"times": 0.99},
    "the factor squared": {"power": 2},
    "1 - 1.05 m/L": {"part": 1.05},
    "1 - 2m/L": {"part": 2},
    "(L - m)/(L + m)": {"part": 4 / 3},  # for m = L/2
    "a step half as long": {"length": 0.5},
    "a step twice as long": {"length": 2},
    "a step up the gradient": {"length": -1},
    "less, for at most": {"compared": lambda after, bound: not at_most(bound, after)},
}


def hypotheses(f, star, m, lipschitz, w, rate):
    points = around(star, w, w - rate * f.slope(w))
    return {
        "strong": above(f, m, points),
        "smooth": below(f, lipschitz, points),
        "step": abs(rate * lipschitz - 1) < 1e-12,
    }


def conclusion(
    f, star, m, lipschitz, w, rate, *, times=1.0, power=1, part=1.0, length=1, compared=at_most
):
    """|w₊ - w*| ≤ (1 - m/L) |w - w*|."""
    after = w - length * rate * f.slope(w) - star
    factor = max(0.0, 1 - part * m / lipschitz) ** power
    return compared(np.linalg.norm(after), times * factor * np.linalg.norm(w - star))


@given(st.data(), st.integers(1, 3))
def test_holds(data, d):
    f, star, m, lipschitz = data.draw(smooth_functions(d, 0.05))
    instance = f, star, m, lipschitz, data.draw(vectors(d, 5)), 1 / lipschitz
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


ONE, ZERO, FIRST = np.ones(1), np.zeros(1), np.array([1.0, 0.0])
TIGHT = bowl(0.5), ZERO, 0.5, 1.0, ONE, 1.0
#: In space, with a minimiser and a smallest value other than 0.
STAR = np.array([1.0, -2.0, 3.0])
ELSEWHERE = moved(bowl(1.0), STAR, 7.0), STAR, 1.0, 2.0, np.zeros(3), 0.5


#: Curved by 1 up to 0 and by ½ from there on.
KINKED = Function(
    lambda w: np.sum(np.where(w < 0, w * w / 2, w * w / 4)), lambda w: np.where(w < 0, w, w / 2)
)


def test_near_misses():
    near = [
        TIGHT,
        (bowl(0.5), ZERO, 0.25, 1.0, ONE, 1.0),
        (bowl(1.0), ZERO, 1.0, 1.0, ONE, 1.0),  # m = L: one step
        (bowl(2.0), np.zeros(2), 1.0, 2.0, np.ones(2), 0.5),
        (KINKED, ZERO, 0.5, 1.0, -2 * ONE, 1.0),
        ELSEWHERE,
        (bowl(0.5), ZERO, 0.5, 1.0, ZERO, 1.0),  # there already
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    for instance in (TIGHT, ELSEWHERE, (bowl(0.5), np.zeros(2), 0.5, 1.0, np.ones(2), 1.0)):
        assert conclusion(*instance)
        assert not conclusion(*instance, times=0.99)


def test_more_is_not_said():
    # One step may lead to w*, where the bound does not.
    assert conclusion(bowl(1.0), ZERO, 0.5, 1.0, ONE, 1.0, times=0.0)


def test_without_strong():
    for instance in (
        (huber(), ZERO, 1.0, 1.0, 10 * ONE, 1.0),
        (bowl(0.49), ZERO, 0.5, 1.0, ONE, 1.0),
        # Strongly convex from w* to w, and not across.
        (quadratic([[1.0, 0.5], [0.5, 1.0]]), np.zeros(2), 1.0, 2.0, FIRST, 0.5),
    ):
        assert broken(hypotheses(*instance)) == ["strong"]
        assert not conclusion(*instance)


def test_without_smooth():
    for instance in (
        (steep(), ZERO, 0.5, 1.0, 1e-4 * ONE, 1.0),
        (bowl(1.6), ZERO, 0.5, 1.0, ONE, 1.0),
        # Smooth from w* to w, and not across.
        (quadratic([[1.0, 0.5], [0.5, 3.0]]), np.zeros(2), 0.8, 1.0, FIRST, 1.0),
    ):
        assert broken(hypotheses(*instance)) == ["smooth"]
        assert not conclusion(*instance)


def test_without_step():
    # Longer steps suit a flat function, and not one as steep as it may be.
    steps = [(bowl(0.5), rate) for rate in (0.98, 0.5, 3.5, 4.0, -1.0)]
    for f, rate in (*steps, (bowl(1.0), 1.9)):
        instance = (f, ZERO, 0.5, 1.0, ONE, rate)
        assert broken(hypotheses(*instance)) == ["step"]
        assert not conclusion(*instance)
