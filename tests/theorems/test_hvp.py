"""prp-hvp: the Hessian times v, along the gradient and as the gradient of a slope."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from newton_instances import lopsided, shaky, thin, uv
from test_hessian_symmetric import SMALL, is_differentiable, mixed, partial

NEAR_MISSES = {
    "the slope along v": {"first": lambda f, x, v: v * slopes(f, x)},
    "the gradient at v": {"first": lambda f, x, v: slopes(f, v)},
    "along v, by half a step": {"first": lambda f, x, v: along(f, x, v) / 2},
    "the slope of the square": {"second": lambda f, x, v: gradient_of(f, x, v) * 2},
    "in the direction of x": {"second": lambda f, x, v: gradient_of(f, x, x)},
    "the first entry alone": {"first": lambda f, x, v: along(f, x, v) * np.array([1, 2])},
    "the last entry alone": {"first": lambda f, x, v: along(f, x, v) * np.array([2, 1])},
    "the first entry of the second alone": {
        "second": lambda f, x, v: gradient_of(f, x, v) * np.array([1, 2])
    },
    "the last entry of the second alone": {
        "second": lambda f, x, v: gradient_of(f, x, v) * np.array([2, 1])
    },
    "the diagonal alone": {"matrix": lambda H: np.diag(H.diagonal())},
}


def slopes(f, x):
    return np.array([partial(f, x, i, SMALL**2) for i in range(len(x))])


def along(f, x, v):
    """Return the derivative of the gradient along v, nan if those of the two sides differ."""
    ahead, back = ((slopes(f, x + h * v) - slopes(f, x)) / h for h in (SMALL, -SMALL))
    return np.where(abs(ahead - back) < 0.1, (ahead + back) / 2, np.nan)


def gradient_of(f, x, v):
    """Return the gradient of y ↦ ⟨∇f(y), v⟩."""
    return np.array([partial(lambda y: slopes(f, y) @ v, x, j, SMALL) for j in range(len(x))])


def hypotheses(f, x, v):
    return {"twice": all(is_differentiable(f, x, i) for i in range(len(x)))}


def conclusion(f, x, v, *, first=along, second=gradient_of, matrix=lambda H: H):
    """Both are ∇²f(x) v, where row i and column j of the matrix hold ∂_j ∂_i f(x)."""
    d = len(x)
    H = np.array([[mixed(f, x, i, j) for j in range(d)] for i in range(d)])
    product = matrix(H) @ v
    return (
        np.abs(first(f, x, v) - product).max() < 1e-3  # which is not true of nan
        and np.abs(second(f, x, v) - product).max() < 1e-3
    )


def function(c):
    return lambda w: c[0] * w[0] * w[1] ** 2 + c[1] * np.sin(w[0] - w[1]) + c[2] * w[0] ** 2


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3), st.integers(0, 2**16))
def test_holds(c, seed):
    x, v = np.random.default_rng(seed).uniform(-1, 1, (2, 2))
    assert not broken(hypotheses(function(c), x, v))
    assert conclusion(function(c), x, v)


def test_near_misses():
    instances = [(function([1.0, 0.5, 2.0]), np.array([0.5, -0.25]), np.array([1.0, 2.0]))]
    instances += [(shaky, np.zeros(2), np.array([1.0, 2.0]))]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)
    # Each of them tells, and so do directions along an axis.
    instances += [(shaky, np.zeros(2), e) for e in np.eye(2)]
    assert not any(conclusion(*one, matrix=lambda H: 1.01 * H) for one in instances)


def test_any_number_of_variables():
    row = np.array([1.0, -2.0, 0.5])
    for d in (1, 3):

        def wave(w, d=d):
            return np.sin(row[:d] @ w) + w[0] * w[-1] ** 2

        x, v = np.array([0.5, -0.25, 1.0])[:d], np.array([2.0, 1.0, -1.0])[:d]
        assert not broken(hypotheses(wave, x, v))
        assert conclusion(wave, x, v)
        assert not conclusion(wave, x, v, matrix=lambda H: 1.01 * H)


def test_without_twice():
    instance = uv, np.zeros(2), np.ones(2)
    assert broken(hypotheses(*instance)) == ["twice"]
    assert not conclusion(*instance)
    assert np.allclose(along(*instance), [1, -1])
    for f in thin, lambda w: thin(w[::-1]):  # one of the two is differentiable
        instance = f, np.zeros(2), np.ones(2)
        assert broken(hypotheses(*instance)) == ["twice"]
        assert not conclusion(*instance)
    # The matrix is there, and a derivative from each side, and they differ.
    instance = lopsided, np.zeros(2), np.ones(2)
    assert broken(hypotheses(*instance)) == ["twice"]
    assert not conclusion(*instance)
