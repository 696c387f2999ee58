"""prp-log-sum-exp: gradient s, Hessian J, convex, between the maximum and that plus log n."""

import numpy as np
from convex_instances import chords_above
from hypothesis import given
from near import missed
from softmax_instances import jacobian, logits, shares

NEAR_MISSES = {
    "the gradient is the softmax of -z": {"gradient": lambda z: shares(-z)},
    "the gradient is 1 at the largest": {"gradient": lambda z: 1.0 * (z == z.max())},
    "the Hessian is the diagonal of J": {"hessian": lambda z: np.diag(np.diag(jacobian(z)))},
    "below the maximum": {"above": -1e-6},
    "the gradient, a thousandth more": {"gradient": lambda z: 1.001 * shares(z)},
    "the gradient, more in the last entry": {"gradient": lambda z: shares(z) + last(z) / 1000},
    "the gradient, more where z is least": {
        "gradient": lambda z: shares(z) + (z == z.min()) / 1000
    },
    "the Hessian, more on the diagonal": {"hessian": lambda z: jacobian(z) + np.eye(len(z)) / 1000},
    "the Hessian, more in a corner": {
        "hessian": lambda z: jacobian(z) + np.outer(last(z), last(z)[::-1]) / 1000
    },
    "the Hessian, a thousandth more": {"hessian": lambda z: 1.001 * jacobian(z)},
    "the bound log n, times .99": {"times": 0.99},
    "above the maximum by log 2": {"below": np.log(2)},
    "concave": {"side": -1},
    "strictly convex": {"gap": 1e-9},
}


def last(z):
    return np.eye(len(z))[-1]


def lse(z):
    return np.max(z) + np.log(np.sum(np.exp(z - np.max(z))))


def quotients(f, z, h=1e-5):
    return np.array([(f(z + h * e) - f(z - h * e)) / (2 * h) for e in np.eye(len(z))])


def conclusion(
    z, *, gradient=shares, hessian=jacobian, side=1, gap=-1e-9, above=None, below=0.0, times=1.0
):
    """∇lse = s, ∇²lse = J, no chord below the graph, and max ≤ lse ≤ max + log n."""
    points = [z, z + 1, -z, 0 * z, *np.eye(len(z))]
    most = np.log(len(z)) * times if above is None else above
    return (
        np.abs(quotients(lse, z) - gradient(z)).max() < 1e-8
        and np.abs(quotients(shares, z) - hessian(z)).max() < 1e-8
        and chords_above(lambda x: side * lse(x), points, gap=gap)
        and lse(z) <= np.max(z) + most + 1e-12
        and lse(z) >= np.max(z) + below - 1e-12
    )


@given(logits())
def test_holds(z):
    assert conclusion(z)


EQUAL = np.zeros(3)


def test_near_misses():
    near = [
        (EQUAL,),
        (np.array([0.5, -1.0, 0.0, 2.0]),),
        (np.array([2.0, 1.0, 0.0]),),
        (np.array([9.0, 0.0]),),
        (np.array([-4.0]),),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)
    # For two logits far apart the maximum is nearly attained, and no other mean of them.
    assert not conclusion(np.array([9.0, 0.0]), below=0.001)


def test_every_entry_is_asked_for():
    z = np.array([0.0, 2.0, 1.0])
    for e in np.eye(3):
        assert not conclusion(z, gradient=lambda z, e=e: shares(z) + e / 1000)
        for other in np.eye(3):
            more = np.outer(e, other) / 1000
            assert not conclusion(z, hessian=lambda z, more=more: jacobian(z) + more)


def test_tight():
    for z in (EQUAL, EQUAL + 3, EQUAL - 3):
        assert conclusion(z)
        assert not conclusion(z, times=0.99)
