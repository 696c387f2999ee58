"""lem-hoeffding-answer: log E exp(s(B - p)) is at most s²/8, for a B that is 0 or 1."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed

NEAR_MISSES = {
    "the bound, times .99": {"times": 0.99},
    "s²/9": {"bound": lambda s: s * s / 9},
    "|s|/8": {"bound": lambda s: abs(s) / 8},
    "s/8": {"bound": lambda s: s / 8},
    "s²/9 for positive s": {"bound": lambda s: s * s / (9 if s > 0 else 8)},
    "s²/9 for negative s": {"bound": lambda s: s * s / (9 if s < 0 else 8)},
    "not centred": {"centre": lambda p: 0.0},
    "centred at 1/2": {"centre": lambda p: 0.5},
}


def conclusion(p, s, *, times=1.0, bound=lambda s: s * s / 8, centre=lambda p: p):
    with np.errstate(divide="ignore"):
        left = np.logaddexp(np.log1p(-p), np.log(p) + s) - centre(p) * s
    return left <= times * bound(s) + 1e-12


chances, scales = st.floats(0, 1), st.floats(-20, 20)


@given(chances, scales)
def test_holds(p, s):
    assert conclusion(p, s)


TIGHT = 0.5, 0.1


def test_near_misses():
    assert not missed(
        NEAR_MISSES,
        [TIGHT, (0.5, -0.1), (0.5, 1.0), (0.5, 3.0), (0.9, 0.1), (0.1, -3.0)],
        conclusion,
    )


def test_answers_that_are_certain_are_asked_for():
    for near_miss, instance in (("not centred", (1.0, 1.0)), ("centred at 1/2", (0.0, -1.0))):
        assert not missed({near_miss: NEAR_MISSES[near_miss]}, [instance], conclusion)


def test_tight():
    assert conclusion(*TIGHT)
    assert not conclusion(*TIGHT, times=0.99)
