"""prp-sgd-raises: between the targets one of the samples raises the loss, whatever the rate."""

from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from sgd_laws import step

NEAR_MISSES = {
    "both samples raise it": {"quantifier": all},
    "neither does": {"quantifier": lambda rises: not any(rises)},
    "the sample 2 always does": {"samples": (1,)},
    "both do only at ½, and one at ½ does not": {"at_minimum": lambda rises: not all(rises)},
}


def hypotheses(w, eta):
    return {"between": -1 < w < 2}


def conclusion(w, eta, *, quantifier=any, at_minimum=all, samples=(1, -1)):
    """|e'| > |e| for one of the samples; at the minimiser for both."""
    e = w - 0.5
    rises = [abs(step(e, eta, xi)) > abs(e) for xi in samples]
    return quantifier(rises) and (e != 0 or at_minimum(rises))


@given(st.integers(-7, 15).map(lambda k: k / 8), st.sampled_from([0.01, 0.5, 1.0, 3.0]))
def test_holds(w, eta):
    assert not broken(hypotheses(w, eta))
    assert conclusion(w, eta)


def test_near_misses():
    near = [(1.0, 0.1), (0.5, 0.1), (1.9, 0.5), (-0.9, 0.01), (0.6, 1.0), (1.0, 30.0), (0.5, 3.0)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_that_both_do_at_the_minimiser_is_asked_for():
    # A sample of the mean of the targets leaves the minimiser where it is.
    assert not conclusion(0.5, 0.1, samples=(1, 0))
    assert conclusion(1.0, 0.1, samples=(1, 0))


def test_a_rate_of_zero_raises_nothing():
    for w in (0.5, 1.0):
        assert not conclusion(w, 0.0)


def test_without_between():
    for w in (2.5, 2.0, -1.0, -1.5):  # at a target the other sample leaves the loss as it is
        instance = (w, 0.5)
        assert broken(hypotheses(*instance)) == ["between"]
        assert not conclusion(*instance)


def test_long_steps():
    assert not conclusion(1.0, 3.0, quantifier=lambda rises: not any(rises))
    assert not conclusion(0.5, 3.0, at_minimum=lambda rises: not all(rises))
    # It need not be the sample of the nearer target.
    assert conclusion(2.5, 3.0)
