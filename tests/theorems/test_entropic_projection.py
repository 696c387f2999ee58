"""thm-entropic-projection: softmax(x/T) alone minimises -x·y - T·H(y) over the simplex."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from softmax_instances import distributions, logits, shares

NEAR_MISSES = {
    "the softmax of the scores": {"best": lambda x, T: shares(x)},
    "the softmax of Tx": {"best": lambda x, T: shares(T * x)},
    "the largest score alone": {"best": lambda x, T: 1.0 * (np.arange(len(x)) == np.argmax(x))},
    "the minimum is -lse(x)": {"minimum": lambda x, T: -lse(x)},
    "the minimum is the largest score": {"minimum": lambda x, T: -np.max(x)},
    "the minimum is .001 less": {"minimum": lambda x, T: -T * lse(x / T) - 1e-3},
    "the minimum is .001 more": {"minimum": lambda x, T: -T * lse(x / T) + 1e-3},
    "others are worse by .1": {"gap": lambda y, best: 0.1},
}


def lse(z):
    return np.max(z) + np.log(np.sum(np.exp(z - np.max(z))))


def objective(y, x, T):
    logs = np.log(y, out=np.zeros_like(y), where=y > 0)
    return -x @ y + T * (y @ logs)


def hypotheses(x, T, others):
    """`others` are vectors with entries ≥ 0."""
    return {
        "temperature": T > 0,
        "sum": all(abs(y.sum() - 1) < 1e-9 for y in others),
    }


def conclusion(
    x,
    T,
    others,
    *,
    best=lambda x, T: shares(x / T),
    minimum=lambda x, T: -T * lse(x / T),
    gap=lambda y, best: 1e-9 * np.sum((y - best) ** 2),
):
    """The value at the softmax is -T·lse(x/T), and larger at every other point."""
    y = best(x, T)
    value = objective(y, x, T)
    return abs(value - minimum(x, T)) < 1e-9 and all(
        objective(one, x, T) - value > gap(one, y) - 1e-12
        for one in others
        if np.abs(one - y).max() > 1e-6
    )


@given(logits(3, 3), st.sampled_from([0.25, 1.0, 3.0]), st.lists(distributions(3), min_size=1))
def test_holds(x, T, others):
    others = [*others, *np.eye(3)]
    assert not broken(hypotheses(x, T, others))
    assert conclusion(x, T, others)


def test_near_misses():
    x = np.array([2.0, 1.0, 0.0])
    others = [*np.eye(3), np.ones(3) / 3, shares(x) + np.array([0.01, -0.01, 0.0])]
    near = [(x, 2.0, others), (x, 0.5, others), (x[:1], 1.0, [np.ones(1)]), (x, 1.0, [shares(x)])]
    near += [(np.zeros(3), 0.01, [*np.eye(3)])]  # where others are worse by little
    near += [(np.zeros(4), 3.0, [*np.eye(4), np.array([0.5, 0.5, 0.0, 0.0])])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_no_point_is_better_even_by_little():
    x = np.array([2.0, 1.0, 0.0])
    near = shares(x + np.array([0.1, 0.0, 0.0]))  # by .0011 worse than the softmax
    assert not conclusion(
        x, 1.0, [shares(x)], best=lambda x, T: near, minimum=lambda x, T: objective(near, x, T)
    )


def test_without_temperature():
    # A little below 0, the vertices are better by little.
    for instance in (
        (np.array([2.0, 1.0, 0.0]), -1.0, [*np.eye(3)]),
        (np.zeros(3), -1e-10, [*np.eye(3)]),
    ):
        assert broken(hypotheses(*instance)) == ["temperature"]
        assert not conclusion(*instance)


def test_that_it_is_the_only_one_is_asked_for():
    # At temperature 0 all points are as good as the mean of the vertices, if the scores are equal.
    mean = {"best": lambda x, T: np.ones(3) / 3, "minimum": lambda x, T: 0.0}
    instance = (np.zeros(3), 0.0, [*np.eye(3)])
    assert broken(hypotheses(*instance)) == ["temperature"]
    assert not conclusion(*instance, **mean)
    assert conclusion(*instance, **mean, gap=lambda y, best: -1e-9)


def test_without_sum():
    x = np.array([2.0, 1.0, 0.0])
    for scores in (x, x - 2):  # the best vector without the constraint: too large, too small
        instance = (scores, 1.0, [np.eye(3)[0], np.exp(scores - 1), np.eye(3)[1]])
        assert broken(hypotheses(*instance)) == ["sum"]
        assert not conclusion(*instance)
