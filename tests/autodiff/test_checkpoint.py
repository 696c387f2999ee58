"""A checkpoint changes when something is computed, not what."""

import tracemalloc

import numpy as np
import pytest

from dlbook.autodiff import DerivativeError, checkpoint, grad, hessian, hvp, jvp, linearize

X = np.linspace(-1, 1, 5)
W = np.linspace(0.5, 1.5, 5)


def block(p, x):
    return np.tanh(p["w"] * np.sin(x)) * x


def loss(block):
    return lambda p, x: np.sum(block(p, block(p, x)) ** 2)


def test_derivatives_are_the_same():
    light, p = checkpoint(block), {"w": W}
    for one, other in zip(
        grad(loss(light), (0, 1))(p, X), grad(loss(block), (0, 1))(p, X), strict=True
    ):
        np.testing.assert_array_equal(*[g["w"] if isinstance(g, dict) else g for g in (one, other)])
    np.testing.assert_allclose(
        hessian(lambda x: loss(light)(p, x))(X), hessian(lambda x: loss(block)(p, x))(X)
    )
    np.testing.assert_allclose(
        grad(lambda x: np.sum(grad(lambda y: loss(light)(p, y))(x) ** 2))(X),
        grad(lambda x: np.sum(grad(lambda y: loss(block)(p, y))(x) ** 2))(X),
    )
    tangent = {"w": np.ones(5)}
    for f in (jvp, hvp):
        one, other = (f(loss(b), (p, X), (tangent, X)) for b in (light, block))
        if f is hvp:
            one, other = one[1], other[1]
        np.testing.assert_allclose(one, other)
    np.testing.assert_allclose(
        linearize(loss(light), p, X)[1](tangent, X), linearize(loss(block), p, X)[1](tangent, X)
    )


def test_the_function_runs_once_more_in_the_sweep():
    calls = []

    @checkpoint
    def f(x):
        calls.append(1)
        return np.exp(x)

    grad(lambda x: np.sum(f(x)))(X)
    assert len(calls) == 2
    f(X)
    assert len(calls) == 3


def test_it_keeps_less():
    def chain(step):
        def f(x):
            for _ in range(8):
                x = step(x)
            return np.sum(x)

        return f

    def step(x):
        for _ in range(8):
            x = np.sin(x)
        return x

    x, peaks = np.ones(100_000), []
    for f in (chain(step), chain(checkpoint(step))):
        tracemalloc.start()
        grad(f)(x)
        peaks.append(tracemalloc.get_traced_memory()[1] / x.nbytes)
        tracemalloc.stop()
    assert peaks[1] < 0.5 * peaks[0]
    assert peaks[1] < 2 * 8 + 8


def test_what_would_lose_a_derivative_is_refused():
    with pytest.raises(DerivativeError, match="pass the value as an argument"):
        grad(lambda x: np.sum(checkpoint(lambda y: y * x)(x)))(X)
    with pytest.raises(DerivativeError, match="one number or array"):
        grad(lambda x: checkpoint(lambda y: (y, y))(x)[0])(2.0)


def test_a_closure_over_an_outer_value_is_right():
    assert grad(lambda a: grad(lambda x: checkpoint(lambda y: a * y * y)(x))(3.0))(2.0) == 6.0
