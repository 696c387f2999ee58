"""prp-hessian-symmetric: if the partial derivatives are differentiable, the mixed ones agree."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from newton_instances import shaky, thin, uv

SMALL = 2.0**-10

NEAR_MISSES = {
    "opposite": {"sign": -1},
    "the derivative along the same axis": {"second": lambda i, j: i},
    "in the middle between here and the first unit": {"at": lambda x: x + np.eye(len(x))[0] / 2},
    "twice as large": {"times": 2},
    "a hundredth more": {"times": 1.01},
}


def partial(f, x, i, h):
    e = np.eye(len(x))[i]
    return (f(x + h * e) - f(x - h * e)) / (2 * h)


def mixed(f, x, i, j):
    """Return ∂_j ∂_i f(x): the inner step is much smaller than the outer one."""
    return partial(lambda x: partial(f, x, i, SMALL**2), x, j, SMALL)


def is_differentiable(f, x, i):
    """Whether ∂_i f is differentiable at x: quotients are linear in the direction."""
    rng = np.random.default_rng(0)

    def along(v):
        return (partial(f, x + SMALL * v, i, SMALL**2) - partial(f, x, i, SMALL**2)) / SMALL

    slopes = np.array([along(e) for e in np.eye(len(x))])
    directions = [v / np.linalg.norm(v) for v in rng.normal(size=(8, len(x)))]
    return all(abs(along(v) - slopes @ v) < 0.05 for v in directions)


def hypotheses(f, x, i, j):
    return {"twice": is_differentiable(f, x, i) and is_differentiable(f, x, j)}


def conclusion(f, x, i, j, *, sign=1, times=1, second=lambda i, j: j, at=lambda x: x):
    """∂_j ∂_i f(x) = ∂_i ∂_j f(x), up to what differences leave."""
    left = mixed(f, at(x), i, second(i, j))
    return bool(abs(left - sign * times * mixed(f, x, j, i)) < 1e-3)


def polynomial(c):
    """Return a function with cross terms of all kinds."""
    return lambda w: (
        c[0] * w[0] * w[1]
        + c[1] * w[0] ** 2 * w[1]
        + c[2] * np.sin(w[0] + 2 * w[1])
        + c[3] * w[0] ** 2
    )


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4), st.floats(-1, 1), st.floats(-1, 1))
def test_holds(c, u, v):
    instance = polynomial(c), np.array([u, v]), 0, 1
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def test_near_misses():
    near = [(polynomial([1.0, 0.5, 0.25, 2.0]), np.array([0.5, -0.25]), i, 1 - i) for i in (0, 1)]
    near += [(shaky, np.zeros(2), i, 1 - i) for i in (0, 1)]
    near += [(lambda w: w[0] * w[1] * w[2] + np.sin(w[0] + 2 * w[2]), np.ones(3) / 2, 2, 0)]
    # Of the third variable nothing is asked.
    near += [(lambda w: shaky(w[:2]) + abs(w[2]), np.zeros(3), 0, 1)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # Each of them tells, whatever the number of variables.
    assert not any(conclusion(*one, times=1.01) for one in near)


def test_without_twice():
    for i in (0, 1):
        instance = uv, np.zeros(2), i, 1 - i
        assert broken(hypotheses(*instance)) == ["twice"]
        assert not conclusion(*instance)
    # One of the two is not differentiable, ∂_2 of the first function and ∂_1 of the second.
    for f in thin, lambda w: thin(w[::-1]):
        for i in (0, 1):
            instance = f, np.zeros(2), i, 1 - i
            assert broken(hypotheses(*instance)) == ["twice"]
            assert not conclusion(*instance)
    # The values: -1 first by u, then by v, and 1 the other way round.
    assert abs(mixed(uv, np.zeros(2), 0, 1) + 1) < 1e-5
    assert abs(mixed(uv, np.zeros(2), 1, 0) - 1) < 1e-5
