"""lem-gibbs: KL(p ‖ q) ≥ 0, with equality if and only if p = q."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed
from softmax_instances import distributions

NEAR_MISSES = {
    "at least .01": {"least": 0.01},
    "at least a millionth": {"least": 1e-6},
    "equality where q is positive": {"equal": lambda p, q: bool(np.all(q > 0))},
    "always equality": {"equal": lambda p, q: True},
    "never above 0": {"of": lambda p, q: -divergence(p, q)},
    "never equality": {"equal": lambda p, q: False},
}


def divergence(p, q):
    return sum(a * np.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def conclusion(
    p, q, *, of=divergence, least=0.0, equal=lambda p, q: np.allclose(p, q, rtol=0, atol=1e-6)
):
    """Not negative, and zero if and only if p = q."""
    kl = of(p, q)
    return kl >= least - 1e-12 and (kl < 1e-13) == equal(p, q)


@given(distributions(3), st.lists(st.integers(0, 5), min_size=3, max_size=3))
def test_holds(q, parts):
    parts[0] += not any(parts)
    p = np.array(parts) / sum(parts)
    assert conclusion(p, q)
    assert conclusion(q, q)


def test_near_misses():
    half = np.array([0.5, 0.5])
    near = [(half, half), (np.array([1.0, 0.0]), half), (half, np.array([0.501, 0.499]))]
    four = np.array([0.4, 0.3, 0.2, 0.1])
    near += [
        (half, np.array([0.5001, 0.4999])),
        (four, four),
        (four, four[::-1]),
        (np.ones(1), np.ones(1)),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_how_far_above_0_is_not_said():
    half, vertex = np.array([0.5, 0.5]), np.array([1.0, 0.0])
    assert conclusion(vertex, half, of=lambda p, q: divergence(p, q) / 1000)
