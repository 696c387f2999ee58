"""prp-positive-inputs: the gradient of one example has entries of one sign."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.autodiff import grad

NEAR_MISSES = {
    "the gradient with respect to the inputs": {"by": lambda ell, w, x, b: grad_by(ell, x, w, b)},
    "of two examples with opposite slopes": {"by": lambda ell, w, x, b: both(ell, w, x, b)},
    "never zero": {"zero": False},
    "always positive": {"signs": (1,)},
    "always negative": {"signs": (-1,)},
}


def grad_by(ell, w, x, b):
    return grad(lambda w: ell(w @ x + b))(w)


def both(ell, w, x, b):
    return grad_by(ell, w, x, b) - grad_by(ell, w, x[::-1], b)


def hypotheses(ell, w, x, b):
    return {"positive": bool(np.all(x > 0))}


def conclusion(ell, w, x, b, *, by=grad_by, signs=(1, -1), zero=True):
    g = by(ell, w, x, b)
    return bool(any(np.all(s * g > 0) for s in signs) or (zero and np.all(g == 0)))


numbers = st.integers(-8, 8).map(lambda k: k / 4)
LOSSES = [lambda z: 1.0 * z, np.sin, np.square, lambda z: 0.0 * z, np.exp, lambda z: -np.exp(z)]
LOSSES += [lambda z: np.abs(z - 0.1)]  # with a kink where no z of these is


@given(
    st.sampled_from(LOSSES),
    st.lists(st.tuples(numbers, st.integers(1, 8).map(lambda k: k / 4)), min_size=1, max_size=4),
    numbers,
)
def test_holds(ell, pairs, b):
    w, x = zip(*pairs, strict=True)
    instance = (ell, np.array(w), np.array(x), b)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def test_near_misses():
    w, x = np.array([1.0, -2.0]), np.array([0.5, 2.0])
    instances = [(ell, w, x, 0.0) for ell in LOSSES]
    instances += [(np.sin, np.ones(d), 0.5 ** np.arange(d), 0.25) for d in (1, 3)]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_without_positive():
    for x in ([1.0, -1.0], [1.0, 0.0], [-1.0, 1.0], [0.0, 1.0]):
        instance = (np.exp, np.array([0.0, 0.0]), np.array(x), 0.0)
        assert broken(hypotheses(*instance)) == ["positive"]
        assert not conclusion(*instance)


def test_negative_inputs_are_not_positive():
    assert broken(hypotheses(np.exp, np.ones(2), np.array([-1.0, -2.0]), 0.0)) == ["positive"]
