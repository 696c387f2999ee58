"""prp-sgd-reshuffled: the error after a pass over both targets, and its mean square in the end."""

from hypothesis import given
from hypothesis import strategies as st
from near import missed
from sgd_laws import step

NEAR_MISSES = {
    "the other sign": {"kick": lambda eta, xi: 3 * eta**2 / 2 * xi},
    "a kick of first order": {"kick": lambda eta, xi: -3 * eta / 2 * xi},
    "the same kick in both orders": {"kick": lambda eta, xi: -3 * eta**2 / 2},
    "the variance, times .99": {"limit": lambda eta: 0.99 * 9 / 4 * eta**4 / (1 - (1 - eta) ** 4)},
    "the variance, times 1.01": {"limit": lambda eta: 1.01 * 9 / 4 * eta**4 / (1 - (1 - eta) ** 4)},
    "the variance of independent samples": {"limit": lambda eta: 9 * eta / (4 * (2 - eta))},
    "the variance in the middle of a pass": {
        "limit": lambda eta: (1 - eta) ** 2 * 9 / 4 * eta**4 / (1 - (1 - eta) ** 4) + 9 * eta**2 / 4
    },
}


def conclusion(
    e,
    eta,
    *,
    kick=lambda eta, xi: -3 * eta**2 / 2 * xi,
    limit=lambda eta: 9 / 4 * eta**4 / (1 - (1 - eta) ** 4),
):
    """A pass in both orders; the mean square after many passes."""
    after = {xi: step(step(e, eta, xi), eta, -xi) for xi in (1, -1)}
    square = e * e
    for _ in range(3000):  # (a + b)² and (a - b)² have the mean a² + b²
        zero = step(step(0.0, eta, 1), eta, -1)
        square = (1 - eta) ** 4 * square + zero**2
    return (
        all(abs(after[xi] - (1 - eta) ** 2 * e - kick(eta, xi)) < 1e-12 for xi in after)
        and abs(square - limit(eta)) < 1e-9
    )


@given(st.integers(-8, 8).map(lambda k: k / 4), st.sampled_from([0.1, 0.5, 1.0, 1.7]))
def test_holds(e, eta):
    assert conclusion(e, eta)


def test_near_misses():
    assert not missed(NEAR_MISSES, [(1.0, 0.1), (2.0, 0.5), (-1.0, 1.0), (0.0, 1.9)], conclusion)


def test_the_limit_is_there_for_rates_below_two_alone():
    for eta in (2.1, 3.0, -0.1):
        assert not conclusion(1.0, eta)


def test_a_kick_that_is_larger_is_told():
    assert not conclusion(1.0, 0.1, kick=lambda eta, xi: -3 * eta**2 / 2 * xi + 1e-3)


def test_each_order_and_long_steps():
    for sign in (1, -1):
        assert not conclusion(
            1.0, 1.7, kick=lambda eta, xi, s=sign: -3 * eta**2 / 2 * xi + 1e-3 * (xi == s)
        )
