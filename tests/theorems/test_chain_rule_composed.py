"""lem-chain-rule-composed: how fast a composition of differentiable functions moves."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from sweeps import approximates

NEAR_MISSES = {
    "one term of the sum": {"rate": lambda p, J: p[0] * J[0]},
    "the last term replaces the others": {"rate": lambda p, J: p[-1] * J[-1]},
    "the sums multiplied": {"rate": lambda p, J: p.sum() * J.sum(axis=0)},
    "the transposed matrix": {"rate": lambda p, J: J @ p},
    "a hundredth more": {"rate": lambda p, J: 1.01 * p @ J},
    "the outer derivative at x": {"at": lambda x, y: x},
}


def hypotheses(phi, gradient, g, jacobian, x):
    rows = enumerate(jacobian(x))
    return {
        "inner": all(approximates(lambda *x, k=k: g(np.array(x))[k], row, x) for k, row in rows),
        "outer": approximates(phi, gradient(*g(x)), g(x)),
    }


def conclusion(phi, gradient, g, jacobian, x, *, rate=lambda p, J: p @ J, at=lambda x, y: y):
    """φ∘g is differentiable at x, with the partial derivatives Σ ∂ₖφ(y) ∂ⱼgₖ(x)."""
    p, J = np.asarray(gradient(*at(x, g(x)))), np.asarray(jacobian(x))
    return approximates(lambda *x: phi(*g(np.array(x))), rate(p, J), x)


numbers = st.floats(-1, 1)


def waves(A):
    """Return s·e^t, its gradient, A sin x and its Jacobian."""
    return (
        lambda s, t: s * math.exp(t),
        lambda s, t: np.array([math.exp(t), s * math.exp(t)]),
        lambda x: A @ np.sin(x),
        lambda x: A * np.cos(x),
    )


@given(st.lists(numbers, min_size=4, max_size=4), numbers, numbers)
def test_holds(matrix, a, b):
    A, x = np.reshape(matrix, (2, 2)), np.array([a, b])
    assert not broken(hypotheses(*waves(A), x))
    assert conclusion(*waves(A), x)


def test_near_misses():
    instances = [(*waves(np.array([[1.0, 0.5], [-1.0, 0.25]])), np.array([0.5, 1.0]))]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_without_inner():
    # |x| has no derivative at 0; whatever number stands for it, one side disagrees.
    for slope in (-1.0, 0.0, 1.0):
        jacobian = [[slope]]
        instance = (lambda s: s, lambda s: [1.0], np.abs, lambda x, J=jacobian: J, np.zeros(1))
        assert broken(hypotheses(*instance)) == ["inner"]
        assert not conclusion(*instance)
        # Nor may one of two inner functions have such a kink, the second or the first.
        for turn in (1, -1):
            instance = (
                lambda s, t: s + t,
                lambda s, t: [1.0, 1.0],
                lambda x, turn=turn: np.array([x[0], abs(x[0])])[::turn],
                lambda x, slope=slope, turn=turn: [[1.0], [slope]][::turn],
                np.zeros(1),
            )
            assert broken(hypotheses(*instance)) == ["inner"]
            assert not conclusion(*instance)


def test_without_outer():
    def phi(a, b):
        return (a**3 + 2 * b**3) / (a**2 + b**2) if a or b else 0.0

    def twice(x):
        return np.array([x[0], x[0]])

    instance = (phi, lambda a, b: [1.0, 2.0], twice, lambda x: [[1.0], [1.0]], np.zeros(1))
    assert broken(hypotheses(*instance)) == ["outer"]
    assert not conclusion(*instance)
