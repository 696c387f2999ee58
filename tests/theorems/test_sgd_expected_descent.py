"""prp-sgd-expected-descent: E f falls if and only if η < 2 and e² > 9η/(4(2 - η))."""

from hypothesis import given
from hypothesis import strategies as st
from near import missed
from sgd_laws import step

NEAR_MISSES = {
    "the threshold, times .99": {"threshold": lambda eta: 0.99 * 9 * eta / (4 * (2 - eta))},
    "the threshold, times 1.01": {"threshold": lambda eta: 1.01 * 9 * eta / (4 * (2 - eta))},
    "for every rate": {"most": 9.0, "threshold": lambda eta: 9 * eta / (4 * (abs(2 - eta) or 1))},
    "for rates below one": {"most": 1.0},
}


def conclusion(w, eta, *, most=2.0, threshold=lambda eta: 9 * eta / (4 * (2 - eta))):
    """The mean of f over both samples, against the threshold."""
    e = w - 0.5
    change = sum(step(e, eta, xi) ** 2 for xi in (1, -1)) / 2 - e**2
    return (change < 0) == (eta < most and e**2 > threshold(eta))


@given(st.integers(-20, 20).map(lambda k: k / 8 + 0.01), st.sampled_from([0.1, 0.7, 1.5, 2.5]))
def test_holds(w, eta):
    assert conclusion(w, eta)


def test_near_misses():
    edge = (9 * 0.1 / (4 * 1.9)) ** 0.5
    near = [
        (0.5 + 0.998 * edge, 0.1),
        (0.5 + 1.002 * edge, 0.1),
        (9.0, 1.5),
        (9.0, 2.5),
        (9.0, 2.0),
        (30.5, 1.99),
        (2.0, 1.0),  # at the threshold the mean stays
    ]
    assert not missed(NEAR_MISSES, near, conclusion)
    assert not missed(NEAR_MISSES, [(1 - w, eta) for w, eta in near], conclusion)  # e < 0
