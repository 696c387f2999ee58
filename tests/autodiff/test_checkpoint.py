"""A checkpoint changes when something is computed, not what."""

import tracemalloc

import numpy as np
import pytest

from dlbook.autodiff import DerivativeError, checkpoint, grad, hessian, hvp, jvp, linearize, vjp

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


def changing():
    """Return functions that read what is another the second time."""
    rng, calls, state, weights = np.random.default_rng(0), [], {"scale": 1.0}, np.ones(5)

    def counted(x):
        calls.append(1)
        return x * len(calls)

    def scaled(x):
        state["scale"] *= 1.001
        return np.tanh(x) * state["scale"]

    def masked(x):
        weights[len(calls) % 5] = 0.0
        calls.append(1)
        return np.sum(x * weights.copy())

    return {
        "random factors": lambda x: x * rng.normal(size=5),
        "dropout": lambda x: np.where(rng.random(5) < 0.5, x, 0.0),
        "a random order": lambda x: x[rng.permutation(5)],
        "NumPy's global generator": lambda x: x + np.random.random(5),  # noqa: NPY002
        "a counter": counted,
        "a dict": scaled,
        "an array": masked,
        "another shape": lambda x: x[: len(calls.append(1) or calls) % 4 + 1],
    }


@pytest.mark.parametrize("name", changing())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_second_run_that_differs_is_refused(name, dtype):
    x = X.astype(dtype) + dtype(3.0)  # no 0, which hides a factor
    words = "gave another value when it was run again"

    def by_vjp(f):
        value, pullback = vjp(f, x)
        pullback(value)

    for transform in (
        lambda f: grad(lambda x: np.sum(f(x) ** 2))(x),
        by_vjp,
        lambda f: linearize(f, x)[1](x),
        lambda f: grad(lambda x: np.sum(grad(lambda y: np.sum(f(y) ** 2))(x)))(x),
    ):
        f = checkpoint(changing()[name])
        with pytest.raises(DerivativeError, match=words):
            transform(f)


def test_what_is_drawn_outside_is_right():
    noise = np.random.default_rng(0).normal(size=5)
    noisy = checkpoint(lambda x, noise: np.sin(x) * noise)
    np.testing.assert_allclose(grad(lambda x: np.sum(noisy(x, noise)))(X), np.cos(X) * noise)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_rounding_and_what_is_not_finite_are_no_difference(dtype):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(40, 60)).astype(dtype)[::2, ::-1]  # a copy of it is summed otherwise

    def f(a):
        return np.average(a @ a.T, weights=np.ones((20, 20), dtype), axis=0) * np.std(a)

    light = checkpoint(f)
    expected = grad(lambda a: np.sum(f(a)))(a)
    found = vjp(lambda a: np.sum(light(a)), a)[1](1.0)[0]
    scale = np.max(np.abs(expected))
    np.testing.assert_allclose(found, expected, atol=100 * np.finfo(dtype).eps * scale)

    b = np.array([0.0, 1.0, np.inf, np.nan], dtype)
    with np.errstate(all="ignore"):
        grad(lambda x: np.sum(checkpoint(np.log)(x)))(b)
