"""lem-conv-size: the number of positions of a kernel is ⌊(H + 2p - δ(K - 1) - 1)/s⌋ + 1."""

from hypothesis import assume, given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "without the 1 at the end": {"more": 0},
    "rounded up": {"rounded": lambda r, s: -(-r // s)},
    "padding on one side": {"sides": 1},
    "K, for K - 1": {"shorter": 0},
    "without the dilation": {"spread": lambda d: 1},
    "one row more": {"less": 0},
}


def hypotheses(H, K, s, p, d):
    return {"fits": H + 2 * p >= d * (K - 1) + 1}


def conclusion(
    H,
    K,
    s,
    p,
    d,
    *,
    more=1,
    rounded=lambda r, s: r // s,
    sides=2,
    shorter=1,
    spread=lambda d: d,
    less=1,
):
    """As many i ≥ 0 have s i + δ(K - 1) - p ≤ H + p - 1."""
    found = sum(s * i + d * (K - 1) - p <= H + p - 1 for i in range(H + 2 * p + 1))
    return found == rounded(H + sides * p - spread(d) * (K - shorter) - less, s) + more


@given(
    st.integers(1, 12), st.integers(1, 6), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3)
)
def test_holds(H, K, s, p, d):
    instance = (H, K, s, p, d)
    assume(H + 2 * p >= d * (K - 1) + 1)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def test_near_misses():
    near = [(32, 7, 1, 3, 1), (32, 3, 2, 1, 1), (5, 3, 1, 0, 2), (6, 3, 2, 0, 1), (4, 1, 9, 0, 1)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_the_border_is_where_it_is_said_to_be():
    assert broken(hypotheses(5, 5, 1, 0, 1)) == broken(hypotheses(3, 5, 1, 1, 1)) == []
    assert broken(hypotheses(4, 5, 1, 0, 1)) == broken(hypotheses(2, 5, 1, 1, 1)) == ["fits"]
    assert broken(hypotheses(5, 3, 1, 0, 2)) == []  # five rows, with the gaps
    assert broken(hypotheses(4, 3, 1, 0, 2)) == ["fits"]


def test_without_fits():
    for instance in (4, 8, 2, 0, 1), (4, 3, 2, 0, 3):
        assert broken(hypotheses(*instance)) == ["fits"]
        assert not conclusion(*instance)
