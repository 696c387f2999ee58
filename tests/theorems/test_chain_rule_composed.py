"""lem-chain-rule-composed: how fast a composition of differentiable functions moves."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from kink_instances import jagged
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero
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


def test_any_numbers_of_variables_and_kinks_nearby():
    # Of one function of three variables, and of three functions of one: each is differentiable
    # at the one point that is asked for, and nowhere near it.
    row, at = np.array([1.0, -2.0, 3.0]), np.zeros(3)
    one = (lambda s: 2 * s + jagged(s), lambda s: [2.0], lambda x: np.array([row @ x]))
    three = (lambda a, b, c: 5 * a + b * c + jagged(c), lambda a, b, c: [5.0, c, b])
    for instance in (
        (*one, lambda x: row[None], at),
        (*three, lambda x: row * x[0] + jagged(x[0]), lambda x: row[:, None], np.zeros(1)),
    ):
        assert not broken(hypotheses(*instance))
        assert conclusion(*instance)
        assert not conclusion(*instance, rate=lambda p, J: 1.01 * p @ J)


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
    # Partial derivatives are not enough, and nor is it enough to have them in the end.
    inner = (lambda x: np.array([only_partials(x)]), lambda x: partials_at_zero[None])
    instance = (lambda s: s, lambda s: [1.0], *inner, np.zeros(2))
    assert broken(hypotheses(*instance)) == ["inner"]
    assert not conclusion(*instance)
    # Nor is it enough to be defined on one side alone.
    half = (lambda x: np.where(x < 0, np.nan, x), lambda x: [[1.0]], np.zeros(1))
    assert broken(hypotheses(lambda s: s, lambda s: [1.0], *half)) == ["inner"]
    assert not conclusion(lambda s: s, lambda s: [1.0], *half)


def test_without_outer():
    def phi(a, b):
        return only_partials((a, b))

    def twice(x):
        return np.array([x[0], x[0]])

    diagonal = (twice, lambda x: [[1.0], [1.0]], np.zeros(1))
    itself = (lambda x: x, lambda x: np.eye(2), np.zeros(2))  # where φ has partial derivatives
    for inner in diagonal, itself:
        instance = (phi, lambda a, b: partials_at_zero, *inner)
        assert broken(hypotheses(*instance)) == ["outer"]
        assert not conclusion(*instance)
