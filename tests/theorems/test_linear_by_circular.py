"""prp-linear-by-circular: extended by enough zeros, a circular convolution is a linear one."""

import numpy as np
from circulant_instances import convolved, modulo, rings, same, vectors_over
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the correlation": {"turned": lambda w: w[::-1]},
    "from entry K - 1 on": {"first": lambda K: K - 1},
    "the kernel extended at its beginning": {"after": False},
    "as long as a": {"kept": lambda linear, n: linear * (np.arange(len(linear)) < n)},
}


def hypotheses(a, w, M, m):
    return {"room": len(a) + len(w) - 1 <= M}


def conclusion(
    a, w, M, m, *, turned=lambda w: w, first=lambda K: 0, after=True, kept=lambda linear, n: linear
):
    """The circular convolution has the entries Σ w_k a_l over k + l = i."""
    n, K = len(a), len(w)
    zeros = np.zeros(M - K, dtype=int)
    kernel = np.concatenate([w, zeros] if after else [zeros, w])
    found = convolved(kernel, np.concatenate([a, np.zeros(M - n, dtype=int)]))
    linear = np.zeros(M + K + n, dtype=int)
    for k, weight in enumerate(turned(w)):
        for j, entry in enumerate(a):
            linear[k + j] += weight * entry
    start = first(K)
    return same(found, kept(linear, n)[start : start + M], m)


@given(rings, st.integers(1, 5), st.integers(1, 4), st.integers(0, 2), st.data())
def test_holds(m, n, K, more, data):
    a, w = data.draw(vectors_over(n)), data.draw(vectors_over(K))
    instance = (modulo(a, m), modulo(w, m), n + K - 1 + more, m)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


a, w = np.arange(1, 7), np.array([1, 2, -1])


def test_near_misses():
    assert not missed(NEAR_MISSES, [(a, w, 8, 0), (a, w, 9, 0)], conclusion, hypotheses)


def test_without_room():
    for M in (6, 7):  # one less than enough is too little
        assert broken(hypotheses(a, w, M, 0)) == ["room"]
        assert not conclusion(a, w, M, 0)
