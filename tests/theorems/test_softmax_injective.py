"""prp-softmax-injective: equal shares if and only if the logits differ by a constant."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed
from softmax_instances import distributions, logits, shares

NEAR_MISSES = {
    "always": {"same": lambda y, z: True},
    "also for differences of a thousandth": {"same": lambda y, z: np.ptp(y - z) < 1e-3},
    "only for equal logits": {"same": lambda y, z: np.allclose(y, z)},
    "up to a factor": {"same": lambda y, z: np.linalg.matrix_rank(np.stack([y, z])) < 2},
    "as far as the first two": {"same": lambda y, z: np.ptp((y - z)[:2]) < 1e-9},
    "up to a permutation": {"same": lambda y, z: np.allclose(sorted(y), sorted(z))},
    "the shares themselves are logits": {"inverse": lambda p: p},
    "the negative logarithms are logits": {"inverse": lambda p: -np.log(p)},
}


def conclusion(y, z, p, *, same=lambda y, z: np.ptp(np.asarray(y) - z) < 1e-9, inverse=np.log):
    """s(y) = s(z) if and only if y - z is constant; and s(log p) = p."""
    equal = np.allclose(shares(y), shares(z), rtol=0, atol=1e-9)
    found = inverse(p)
    return bool(equal == same(y, z) and np.isfinite(found).all() and np.allclose(shares(found), p))


PAIRS = st.integers(1, 4).flatmap(lambda n: st.tuples(logits(n, n), logits(n, n)))


@given(PAIRS, distributions(4), st.integers(-3, 3))
def test_holds(pair, p, c):
    y, z = pair
    assert conclusion(y, z, p)
    assert conclusion(y, y + c, p)


def test_near_misses():
    p = np.array([0.5, 0.3, 0.2])
    near = [
        (np.array([1.0, 2.0]), np.array([3.0, 4.0]), p),
        (np.array([1.0, 2.0]), np.array([2.0, 4.0]), p),
        (np.array([1.0, 2.0]), np.array([2.0, 1.0]), p),
        (np.zeros(3), np.array([0.0, 0.0, 1.0]), p),
        (np.zeros(3), np.array([1.0, 0.0, 0.0]), p),
        (np.zeros(3), np.array([0.0, 0.0, 1e-6]), p),
        (np.array([3.0, 1.0, 2.0]), np.array([1.0, -1.0, 0.0]), p),
        (np.array([3.0]), np.array([-1.0]), np.array([1.0])),
        (np.array([3.0, 1.0, 2.0, 0.0]), np.array([1.0, -1.0, 0.0, -2.0]), np.ones(4) / 4),
        (np.zeros(4), np.array([0.0, 0.0, 0.0, 1.0]), np.array([0.4, 0.3, 0.2, 0.1])),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_a_share_of_zero_has_no_logits():
    for p in ([1.0, 0.0], [0.0, 0.5, 0.5]):
        with np.errstate(divide="ignore"):
            assert not conclusion(np.zeros(2), np.ones(2), np.array(p))
        large = {"inverse": lambda p: np.where(p > 0, 0.0, -9.0)}  # nearly, and not
        assert not conclusion(np.zeros(2), np.ones(2), np.array(p), **large)
