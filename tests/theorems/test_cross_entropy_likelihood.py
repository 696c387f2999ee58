"""prp-cross-entropy-likelihood: cross-entropy is the negative log-likelihood, least at ȳ."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed
from softmax_instances import logits, shares
from test_gibbs import divergence

NEAR_MISSES = {
    "the likelihood, not divided by N": {"per": lambda draws: 1},
    "the likelihood, divided by 1.001N": {"per": lambda draws: 1.001 * len(draws)},
    "the other way round": {"swapped": True},
    "never below the entropy plus .01": {"least": 0.01},
    "a larger infimum where some class does not occur": {
        "infimum": lambda y: plogq(y, y) + (y.min() == 0)
    },
    "twice the divergence": {"beyond": lambda y, s: 2 * divergence(y, s)},
    "the divergence the other way round": {"beyond": lambda y, s: divergence(s, y + 1e-300)},
    "equality for one-hot frequencies": {"attained": lambda y: True},
    "equality never": {"attained": lambda y: False},
    "equality at the logarithms of the frequencies alone": {
        "where": lambda y, z: np.allclose(z, best(y))
    },
    "equality wherever the largest shares are the same": {
        "where": lambda y, z: shares(z).argmax() == y.argmax()
    },
    "equality wherever the first shares are the same": {
        "where": lambda y, z: abs(shares(z) - y)[0] < 1e-9
    },
    "equality nowhere but at equal logits": {"where": lambda y, z: np.ptp(z) == 0},
}


def frequencies(draws, n):
    return np.bincount(draws, minlength=n) / len(draws)


def plogq(p, q):
    return -sum(a * np.log(b) for a, b in zip(p, q, strict=True) if a > 0)


def best(y):
    """Logits whose shares are the frequencies, or next to them."""
    return np.log(np.maximum(y, 1e-9))


def conclusion(
    draws,
    z,
    *,
    per=len,
    swapped=False,
    least=0.0,
    infimum=lambda y: plogq(y, y),
    beyond=lambda y, s: divergence(y, s),
    attained=lambda y: bool(np.all(y > 0)),
    where=lambda y, z: np.allclose(shares(z), y, rtol=0, atol=1e-6),
):
    """-(1/N) log Λ = H(ȳ, s) = H(ȳ) + KL(ȳ ‖ s), with infimum H(ȳ); and where it is attained."""
    s, y = shares(z), frequencies(draws, len(z))
    log_likelihood = np.sum(np.log(s[draws]))
    cross = plogq(s, y + 1e-300) if swapped else plogq(y, s)
    reached = plogq(y, shares(best(y))) - plogq(y, y) < 1e-12
    here = plogq(y, s) - plogq(y, y) < 1e-13
    return (
        abs(-log_likelihood / per(draws) - cross) < 1e-9
        and abs(plogq(y, s) - plogq(y, y) - beyond(y, s)) < 1e-9
        and plogq(y, s) >= infimum(y) + least - 1e-12
        and abs(plogq(y, shares(best(y))) - infimum(y)) < 1e-7
        and reached == attained(y)
        and here == where(y, z)
    )


@given(logits(3, 3), st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_holds(z, draws):
    assert conclusion(draws, z)


def test_near_misses():
    draws = [0, 0, 0, 1, 1, 2]
    near = [
        (draws, best(frequencies(draws, 3))),
        (draws, np.array([2.0, 1.0, 0.0])),
        ([1, 1, 2], np.array([2.0, 1.0, 0.0])),
        (draws, best(frequencies(draws, 3)) + 3),
        (draws, np.array([0.0, 0.001, 0.0]) + best(frequencies(draws, 3))),
        (draws, np.log([3.0, 2.1, 0.9])),
        ([0, 1, 2, 1], np.zeros(3)),
        ([0, 1], np.zeros(2)),
        ([0], np.array([5.0])),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)
