"""prp-difference-noise: random errors of the values, and the mean square of the error."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

KINDS = ("forward", "central")

NEAR_MISSES = {
    "s²/h², for 2s²/h²": {"forward": 1},
    "2.001s²/h²": {"forward": 2.001},
    "s²/2.001h²": {"central": 1 / 2.001},
    "as much for the central difference": {"central": 2},
    "the errors added, not their squares": {"power": 1},
    "without the error of exact values": {"truncation": 0},
}


def hypotheses(truncation_error, h, kind, outcomes):
    """The errors are given by their outcomes, (E_1, E_2, probability)."""
    first, second, weight = np.array(outcomes).T
    return {
        "centred": bool(abs(weight @ first) < 1e-12 and abs(weight @ second) < 1e-12),
        "uncorrelated": bool(abs(weight @ (first * second)) < 1e-12),
    }


def conclusion(
    truncation_error, h, kind, outcomes, *, forward=2, central=1 / 2, power=2, truncation=1
):
    """E (d - f'(x))² = T² + 2s²/h², or T² + s²/2h²."""
    first, second, weight = np.array(outcomes).T
    s2 = weight @ first**2
    assert np.isclose(s2, weight @ second**2)
    width = h if kind == "forward" else 2 * h
    mean = weight @ (truncation_error + (second - first) / width) ** 2
    factor = forward if kind == "forward" else central
    right = (abs(truncation * truncation_error) ** power) + factor * s2 / h**2
    if power == 1:
        right = (abs(truncation_error) + np.sqrt(factor * s2) / h) ** 2
    return bool(abs(mean - right) <= 1e-9 * (1 + abs(right)))


def independent(values):
    """Return all pairs of two independent errors, each of the values with equal probability."""
    return [(a, b, 1 / len(values) ** 2) for a in values for b in values]


def centred(values):
    return [v - np.mean(values) for v in values]


@given(
    st.floats(-3, 3),
    st.floats(0.1, 3),
    st.sampled_from(KINDS),
    st.lists(st.floats(-2, 2), min_size=1, max_size=4).map(centred).map(independent),
)
def test_holds(truncation, h, kind, outcomes):
    assert not broken(hypotheses(truncation, h, kind, outcomes))
    assert conclusion(truncation, h, kind, outcomes)


def test_near_misses():
    signs = independent([-1.0, 1.0])
    # Only one of the two values errs, though they do not tell which; and two different laws.
    never_both = [(s, 0.0, 0.25) for s in (1.0, -1.0)] + [(0.0, s, 0.25) for s in (1.0, -1.0)]
    rare = [(2.0, 1 / 8), (-2.0, 1 / 8), (0.0, 3 / 4)]
    unlike = [(s, e, chance / 2) for s in (1.0, -1.0) for e, chance in rare]
    laws = [signs, never_both, unlike, [(0.0, 0.0, 1.0)]]
    near = [(t, 0.5, kind, law) for kind in KINDS for law in laws for t in (0.3, -2)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_centred():
    for outcomes in (
        [(1.0, 0.0, 0.5), (0.0, -1.0, 0.5)],  # neither is
        [(-1.0, 1.0, 0.5), (1.0, 1.0, 0.5)],  # the first one is
        [(1.0, -1.0, 0.5), (1.0, 1.0, 0.5)],  # the second one is
        [(-1.0, -1.0, 0.5), (1.0, -1.0, 0.5)],  # and with the other sign
        [(-1.0, -1.0, 0.5), (-1.0, 1.0, 0.5)],
    ):
        for kind in KINDS:
            instance = (1.0, 1.0, kind, outcomes)
            assert broken(hypotheses(*instance)) == ["centred"]
            assert not conclusion(*instance)
    # Equal means cancel, and are not 0.
    same = [(1.0, 0.0, 0.5), (0.0, 1.0, 0.5)]
    assert broken(hypotheses(1.0, 1.0, "forward", same)) == ["centred"]


def test_without_uncorrelated():
    for s, kind in product((1.0, -1.0), KINDS):
        instance = (0.0, 1.0, kind, [(-1.0, -s, 0.5), (1.0, s, 0.5)])
        assert broken(hypotheses(*instance)) == ["uncorrelated"]
        assert not conclusion(*instance)
