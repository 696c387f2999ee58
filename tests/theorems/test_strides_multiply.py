"""cor-strides-multiply: D_1 takes s to 1 and D_2 takes t to 1; together they take st to 1."""

import numpy as np
from circulant_instances import vectors_over
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "s + t": {"together": lambda s, t: s + t},
    "the larger of s and t": {"together": lambda s, t: max(s, t)},
    "s": {"together": lambda s, t: s},
    "st before, t after": {"after": lambda s, t: t},
}


def intertwines(D, stride, xs):
    return all(np.array_equal(D(np.roll(x, stride)), np.roll(D(x), 1)) for x in xs)


def hypotheses(one, two, s, t, x):
    """Tried on all shifts of x, and of its image."""
    xs = [np.roll(x, k) for k in range(len(x))]
    return {
        "first": intertwines(one, s, xs),
        "second": intertwines(two, t, [np.roll(one(x), k) for k in range(len(one(x)))]),
    }


def conclusion(one, two, s, t, x, *, together=lambda s, t: s * t, after=lambda s, t: 1):
    """D_2 D_1 S^(st) x = S D_2 D_1 x."""
    moved = two(one(np.roll(x, together(s, t))))
    return np.array_equal(moved, np.roll(two(one(x)), after(s, t)))


def pool(stride):
    return lambda x: x.reshape(-1, stride).max(axis=1)


def skip(stride):
    return lambda x: x[::stride]


def around(stride):
    """As many entries as before, the stride apart, around the circle."""
    return lambda x: x[stride * np.arange(len(x)) % len(x)]


@given(
    st.sampled_from([pool, skip]),
    st.sampled_from([pool, skip]),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.data(),
)
def test_holds(first, second, s, t, m, data):
    instance = (first(s), second(t), s, t, data.draw(vectors_over(s * t * m)))
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def test_near_misses():
    rng = np.random.default_rng(0)
    near = [
        (skip(2), pool(3), 2, 3, rng.integers(-9, 10, 18)),
        (pool(2), skip(2), 2, 2, rng.integers(-9, 10, 12)),
        # The strides need not divide the lengths.
        (around(2), around(3), 2, 3, rng.integers(-9, 10, 5)),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # Nor these: every unit sees everything, and no shift changes what they see.
    one = (lambda x: np.full(3, x.sum()), lambda y: y, 2, 1, rng.integers(-9, 10, 5))
    assert not broken(hypotheses(*one))
    assert conclusion(*one)


def reverse(x):
    return np.roll(x[::-1], 1)


x = np.array([1, -2, 3, 0, 5, -1, 2, 4])


def later(y):
    """Commutes with one shift of x, and not with the next one."""
    return reverse(y) if np.array_equal(y, np.roll(x, 2)) else y


def test_without_first():
    for instance in (reverse, lambda y: y, 1, 1, x), (later, skip(2), 1, 2, x):
        assert broken(hypotheses(*instance)) == ["first"]
        assert not conclusion(*instance)


def test_without_second():
    instance = (lambda y: y, reverse, 1, 1, x)
    assert broken(hypotheses(*instance)) == ["second"]
    assert not conclusion(*instance)
    assert broken(hypotheses(lambda y: y, later, 1, 1, x)) == ["second"]  # at a shift of x
