"""Newton's method: SciPy's iterates, one step on a quadratic, trees, what is refused."""

from itertools import islice, pairwise

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

from dlbook.autodiff import grad
from dlbook.optimize import Newton, Optimiser, descend

seeds = st.integers(0, 2**32 - 1)

ONE_DIMENSION = {
    "w - log w": (lambda w: w - np.log(w), lambda w: 1 - 1 / w, lambda w: 1 / w**2, 0.4),
    "exp": (lambda w: np.exp(w) - 2 * w, lambda w: np.exp(w) - 2, np.exp, 1.5),
    "quartic": (lambda w: w**4 - w, lambda w: 4 * w**3 - 1, lambda w: 12 * w**2, 2.0),
    "a maximum": (np.cos, lambda w: -np.sin(w), lambda w: -np.cos(w), 0.5),
}


@pytest.mark.parametrize("name", ONE_DIMENSION)
def test_its_iterates_are_those_of_scipy_on_the_derivative(name):
    f, slope, curvature, start = ONE_DIMENSION[name]
    for number, w in enumerate(islice(descend(f, start, Newton(f)), 1, 6), 1):
        found, _ = scipy.optimize.newton(
            slope, start, curvature, tol=1e-300, maxiter=number, full_output=True, disp=False
        )
        assert w == pytest.approx(found, rel=1e-13, abs=1e-15)


@given(seeds, st.integers(1, 4))
def test_one_step_minimises_a_quadratic(seed, n):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n))
    a, b = root @ root.T + np.eye(n), rng.normal(size=n)

    def f(w):
        return 0.5 * w @ a @ w - b @ w

    _, found = islice(descend(f, rng.normal(size=n), Newton(f)), 2)
    np.testing.assert_allclose(found, np.linalg.solve(a, b), rtol=1e-9, atol=1e-9)


def test_it_walks_trees_and_takes_all_of_the_hessian():
    """The optimum couples the leaves: without the mixed derivatives one step would miss it."""

    def f(params):
        v, w = params["v"], params["w"]
        return np.sum((v @ w - np.array([1.0, 2.0])) ** 2) + (w[0] + params["b"] - 3) ** 2

    v = np.array([[2.0, 0.0], [1.0, 1.0]])

    def g(free):
        return f({**free, "v": v})

    start = {"w": np.zeros(2), "b": 0.5}
    _, found = islice(descend(g, start, Newton(g)), 2)
    np.testing.assert_allclose(found["w"], np.linalg.solve(v, [1, 2]), rtol=1e-12)
    assert found["b"] == pytest.approx(3 - found["w"][0], rel=1e-12)
    assert start["w"].tolist() == [0, 0]


def test_digits_double():
    def f(w):
        return np.exp(w[0]) + np.exp(-w[0]) + w[1] ** 4 + w[1] ** 2 + w[0] * w[1]

    errors = [np.linalg.norm(w) for w in islice(descend(f, np.array([0.4, 0.3]), Newton(f)), 5)]
    for one, then in pairwise(errors):
        assert then <= 2 * one**2 + 1e-16


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_out_and_dtypes(dtype):
    def f(w):
        return np.sum(w**4) + np.sum(w**2)

    params = np.array([1.0, -2.0], dtype)
    g = grad(f)(params)
    new, state = Newton(f).update(g, 0, params)
    assert new.dtype == dtype
    same, again = Newton(f).update(g, 0, params, out=(params, 0))
    assert same is params
    assert state == again == 1
    np.testing.assert_array_equal(params, new)


def test_it_is_an_optimiser_and_checks_what_it_is_given():
    newton = Newton(lambda w: np.sum(w))
    assert isinstance(newton, Optimiser)
    with pytest.raises(TypeError, match=r"f is 0\.1; expected a function"):
        Newton(0.1)
    with pytest.raises(FloatingPointError, match="step 1: the Hessian is singular"):
        newton.update(np.ones(2), 0, np.zeros(2))
    with pytest.raises(FloatingPointError, match="step 3: grads holds nan"):
        newton.update(np.array([np.nan]), 2, np.zeros(1))
    with pytest.raises(ValueError, match="grads has shape"):
        newton.update(np.ones(3), 0, np.zeros(2))
    infinite = Newton(lambda w: np.sum(w**4) * 1e300)
    too_far = pytest.raises(FloatingPointError, match="step 1: the Hessian holds inf")
    with np.errstate(over="ignore"), too_far:
        infinite.update(np.ones(1), 0, np.array([1e10]))
