"""prp-softmax-norm: ‖Jv‖ ≤ ½‖v‖, with equality for two equal logits only."""

import numpy as np
from hypothesis import given
from near import missed
from softmax_instances import logits, shares

NEAR_MISSES = {
    "a quarter": {"times": 0.5},
    "the largest entry on the diagonal": {"bound": lambda s: (s * (1 - s)).max()},
    "the largest share, less itself squared, doubled": {"bound": lambda s: 1.99 * s.min()},
    "equality whenever two logits are equal": {"equal": lambda z: len(set(z)) < len(z)},
    "equality for a single logit as well": {"equal": lambda z: len(z) <= 2 and z[0] == z[-1]},
    "never equality": {"equal": lambda z: False},
    "equality for two logits of zero alone": {"equal": lambda z: len(z) == 2 and not z.any()},
}


def conclusion(
    z,
    *,
    bound=lambda s: 0.5,
    equal=lambda z: len(z) == 2 and z[0] == z[1],
    times=1.0,
):
    """The norm is at most ½, and equal to it if and only if n = 2 and z₁ = z₂."""
    s = shares(z)
    norm = np.linalg.norm(np.diag(s) - np.outer(s, s), 2)
    return norm <= times * bound(s) + 1e-12 and (norm > 0.5 - 1e-12) == equal(z)


@given(logits())
def test_holds(z):
    assert conclusion(z)


PAIR = np.zeros(2)


def test_near_misses():
    near = [
        (PAIR,),
        (np.array([3.0, 3.0]),),
        (np.array([5.0]),),
        (np.zeros(4),),
        (np.array([0.0, 0.01]),),
        (np.array([0.0, 0.0, -1.0]),),
        (np.array([2.0, 1.0, 0.0]),),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_tight():
    assert conclusion(PAIR)
    assert not conclusion(PAIR, times=0.99)


def test_lengths_are_euclidean():
    # Of four equal logits J removes the mean, and divides by 4.
    assert conclusion(np.zeros(4), times=0.51)
    assert not conclusion(np.zeros(4), times=0.49)
