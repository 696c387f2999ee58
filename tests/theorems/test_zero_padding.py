"""prp-zero-padding: away from the border, zero padding commutes with the shift."""

import numpy as np
from circulant_instances import modulo, rings, same, vectors_over
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "one entry further, without a shift": {"after": 0},
    "a shift by two": {"before": 2},
    "padding one less": {"off": 1},
}


def padded(w, p, x, i):
    return sum(w[u] * x[i + u - p] for u in range(len(w)) if 0 <= i + u - p < len(x))


def hypotheses(w, p, x, i, m):
    return {"interior": p < i < len(x) - (len(w) - 1 - p)}


def conclusion(w, p, x, i, m, *, before=1, after=1, off=0):
    """(L(Sx))_i = (S L(x))_i."""
    left = padded(w, p, np.roll(x, before), i)
    return same(left, padded(w, p - off, x, (i - after) % len(x)), m)


@given(rings, st.integers(1, 5), st.integers(1, 4), st.data())
def test_holds(m, width, more, data):
    n, p = width + more, data.draw(st.integers(0, width - 1))
    i = data.draw(st.integers(p + 1, p + more))
    w, x = data.draw(vectors_over(width)), data.draw(vectors_over(n))
    instance = (modulo(w, m), p, modulo(x, m), i, m)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


x = np.array([1, -2, 3, 0, 5, -1, 2, 4])
w = np.array([1, 2, -1])


def test_near_misses():
    near = [(w, 1, x, i, 0) for i in range(2, 7)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_the_border_is_where_it_is_said_to_be():
    """The two ends of the hypothesis, moved by one, are each too far for some kernel."""
    wrong = [i for i in range(8) if not conclusion(w, 1, x, i, 0)]
    assert wrong == [0, 1, 7]


def test_without_interior():
    for i in (0, 1, 7):
        assert broken(hypotheses(w, 1, x, i, 0)) == ["interior"]
        assert not conclusion(w, 1, x, i, 0)
