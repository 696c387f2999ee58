"""prp-softmax-twice: probabilities taken for logits have a loss of log(e + C - 1) - 1 at least."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook import nn

ROUNDING = 1e-12


def floor(classes):
    return math.log(math.e + classes - 1) - 1


NEAR_MISSES = {
    "log(e + C) - 1": {"least": lambda classes: math.log(math.e + classes) - 1},
    "the loss of the uniform distribution": {"least": math.log},
    "equality nowhere": {"equal": lambda p, y: False},
    "equality where the right class is the most likely": {"equal": lambda p, y: p[y] == p.max()},
    "equality at every vertex": {"equal": lambda p, y: p.max() == 1},
    "times 1.01": {"times": 1.01},
}


def hypotheses(p, y):
    return {"probabilities": bool((p >= 0).all() and abs(p.sum() - 1) < ROUNDING)}


def conclusion(p, y, *, least=floor, equal=lambda p, y: p[y] == 1, times=1.0):
    """The loss is at least log(e + C - 1) - 1, with equality if and only if p_y = 1."""
    loss = float(nn.cross_entropy(p[None], np.array([y])))
    bound = times * least(len(p))
    above = loss >= bound - ROUNDING
    attained_there = (loss - bound < ROUNDING) == bool(equal(p, y))
    return above and attained_there


@st.composite
def instances(draw):
    weights = draw(st.lists(st.integers(0, 20), min_size=2, max_size=8).filter(any))
    return np.array(weights) / sum(weights), draw(st.integers(0, len(weights) - 1))


@given(instances())
def test_holds(instance):
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def test_near_misses():
    near = [(np.array(p), 0) for p in ([1.0, 0, 0], [0, 1.0, 0], [0.5, 0.3, 0.2], [0.999, 0.001])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    for classes in (2, 10):
        certain = np.eye(classes)[0]
        assert conclusion(certain, 0)
        assert not conclusion(certain, 0, times=1.01)


def test_without_probabilities():
    for p in (
        np.array([10.0, *[0.0] * 9]),
        np.array([2.0, -1.0]),
        np.array([1.0, 1.0]),
        np.array([2.0, -1.0, 0.0]),
        np.array([1.0, 0.5, -0.5]),
    ):
        assert broken(hypotheses(p, 0)) == ["probabilities"]
        assert not conclusion(p, 0)


def test_a_sum_that_is_less_is_refused():
    assert broken(hypotheses(np.array([0.5, 0.25]), 0)) == ["probabilities"]
