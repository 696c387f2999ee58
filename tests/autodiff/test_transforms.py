"""The transformations agree with each other, whatever trees go in and come out."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from dlbook import trees
from dlbook.autodiff import (
    DerivativeError,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
    stop_gradient,
    value_and_grad,
    vjp,
)
from dlbook.autodiff.numerical import richardson

RNG = np.random.default_rng(0)
X, V = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3))
MASK = np.array([[True, False, True], [True, True, False]])


class Pair(NamedTuple):
    a: Any
    b: Any


@dataclass(frozen=True)
class Layer:
    w: Any
    b: Any


def mixed(x):
    return np.tanh(x) @ np.array([1.0, -2.0, 0.5]) * np.sum(x**2)


def test_the_jacobian_is_the_same_in_both_modes_and_by_differences():
    forward, reverse = (jacobian(mixed, mode=mode)(X) for mode in ("forward", "reverse"))
    np.testing.assert_allclose(forward, reverse, rtol=1e-12)
    np.testing.assert_allclose(forward, richardson(mixed, X), rtol=1e-9)
    assert forward.shape == (2, 2, 3)
    np.testing.assert_array_equal(jacobian(mixed)(X), reverse)


def test_products_with_the_jacobian():
    full, u = jacobian(mixed)(X), np.array([2.0, -1.0])
    np.testing.assert_allclose(jvp(mixed, (X,), (V,))[1], np.tensordot(full, V, 2))
    np.testing.assert_allclose(vjp(mixed, X)[1](u)[0], np.tensordot(u, full, 1))
    value, derivative = linearize(mixed, X)
    np.testing.assert_array_equal(value, mixed(X))
    np.testing.assert_allclose(derivative(V), np.tensordot(full, V, 2))
    np.testing.assert_allclose(derivative(2 * V), 2 * derivative(V))


def test_products_with_the_hessian():
    def f(x):
        return np.sum(mixed(x) ** 2)

    full = hessian(f)(X)
    assert full.shape == (2, 3, 2, 3)
    np.testing.assert_allclose(full, richardson(grad(f), X), rtol=1e-8)
    np.testing.assert_allclose(hvp(f, (X,), (V,)), np.tensordot(full, V, 2))
    np.testing.assert_allclose(full, np.transpose(full, (2, 3, 0, 1)), rtol=1e-12)


TREES = [
    {"w": X, "b": [1.0, (2.0,)]},
    Pair(X, {"c": 2.0}),
    Layer(X, np.array(3.0)),
    [X, X],
]


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: type(tree).__name__)
def test_a_gradient_is_a_tree_like_its_argument(tree):
    def f(tree):
        return sum(np.sum(leaf * leaf) for leaf in trees.leaves(tree)) / 2

    gradient = grad(f)(tree)
    assert type(gradient) is type(tree)
    for leaf, value in zip(trees.leaves(gradient), trees.leaves(tree), strict=True):
        assert type(leaf) is type(value)
        np.testing.assert_allclose(leaf, value)
    arrays = [leaf for leaf in trees.leaves(gradient) if isinstance(leaf, np.ndarray)]
    for i, one in enumerate(arrays):
        assert not any(np.shares_memory(one, other) for other in [*arrays[:i], X])


def test_results_are_trees_too():
    def f(x):
        return {"sum": np.sum(x), "rest": (x[0], 7.0)}

    value, tangent = jvp(f, (X,), (V,))
    assert value["rest"][1] == 7.0
    assert tangent["rest"][1] == 0.0
    np.testing.assert_allclose(tangent["rest"][0], V[0])
    _, pullback = vjp(f, X)
    (gradient,) = pullback({"rest": (np.ones(3), 1.0), "sum": 2.0})
    np.testing.assert_allclose(gradient, [[3.0] * 3, [2.0] * 3])
    blocks = jacobian(f)({"a": X}["a"])
    assert blocks["sum"].shape == (2, 3)
    assert not blocks["rest"][1].any()


def test_a_bias_collects_from_every_row():
    w, b = np.ones((4, 3)), np.zeros(3)
    assert grad(lambda b: np.sum(w + b))(b).tolist() == [4.0] * 3
    assert grad(lambda b: np.sum(b + w * b))(b).tolist() == [8.0] * 3
    assert grad(lambda c: np.sum(w * c))(2.0) == 12.0
    assert grad(lambda c: np.sum(w * c))(np.full((4, 1), 2.0)).tolist() == [[3.0]] * 4


NOT_FLOATING = {
    "allclose": lambda x: np.allclose(x, 1.0),
    "a comparison": lambda x: x[0] > 1,
    "comparisons": lambda x: x > 1,
    "argmax": np.argmax,
    "argsort": np.argsort,
    "round": lambda x: round(float(stop_gradient(x[0]))),
    "round of a traced number": lambda x: round(x[0] * 1.0).__int__(),
    "an integer": lambda x: 3,
    "a truth value": lambda x: True,
    "integers": lambda x: np.arange(3),
    "a cast": lambda x: x.astype(int),
    "counts": lambda x: np.count_nonzero(x),
    "the length": len,
    "a leaf": lambda x: {"loss": np.sum(x), "right": np.sum(stop_gradient(x) > 1)},
    "an int16": lambda x: np.int16(2),
}


@pytest.mark.parametrize("f", NOT_FLOATING.values(), ids=NOT_FLOATING)
def test_a_result_that_is_not_floating_point_is_refused(f):
    x = np.array([1.5, 2.5])
    attempts = {
        "grad": lambda: grad(f)(x),
        "value_and_grad": lambda: value_and_grad(f)(x),
        "vjp": lambda: vjp(f, x),
        "jvp": lambda: jvp(f, (x,), (x,)),
        "linearize": lambda: linearize(f, x),
        "jacobian": lambda: jacobian(f)(x),
        "hessian": lambda: hessian(f)(x),
        "nested": lambda: grad(lambda x: grad(lambda y: f(x * y) * 1)(1.0))(x),
    }
    for name, attempt in attempts.items():
        if name == "nested" and f(x).__class__ is dict:
            continue
        with pytest.raises(DerivativeError) as error:
            attempt()
        assert "given:" in str(error.value), name
        if name in ("vjp", "jvp"):
            assert "is not floating point" in str(error.value)


def test_what_is_not_differentiated_may_be_an_integer():
    x = np.array([1.5, 2.5])
    gradient, aux = grad(lambda x: (np.sum(x), np.sum(x > 2)), has_aux=True)(x)
    assert gradient.tolist() == [1.0, 1.0]
    assert aux == 1
    assert grad(lambda x: 3.0)(x).tolist() == [0.0, 0.0]  # a constant has a derivative


@pytest.mark.parametrize("argnums", [(0, 0), (0, -2), (1, 0, 1), [-1, 1]])
def test_an_argument_is_named_once(argnums):
    for transformation in (grad, value_and_grad):
        with pytest.raises(TypeError, match="expected each argument once"):
            transformation(lambda a, b: a * b, argnums)(1.0, 2.0)


def test_argnums():
    def f(x, y, *, scale=1.0):
        return scale * x * y**2

    assert grad(f)(2.0, 3.0) == 9.0
    assert grad(f, 1)(2.0, 3.0) == grad(f, -1)(2.0, 3.0) == 12.0
    assert grad(f, (1, 0))(2.0, 3.0, scale=2.0) == (24.0, 18.0)
    assert value_and_grad(f, (0,))(2.0, 3.0) == (18.0, (9.0,))
    with pytest.raises(TypeError, match=r"argnums names argument 2; .* called with 2"):
        grad(f, 2)(2.0, 3.0)


def test_negative_argnums_count_from_the_end():
    def f(x, y, z):
        return x * y**2 * z**3

    at = 2.0, 3.0, 5.0
    for i in range(3):
        assert grad(f, i - 3)(*at) == grad(f, i)(*at)
        assert jacobian(f, i - 3)(*at) == jacobian(f, i)(*at)
        assert hessian(f, i - 3)(*at) == hessian(f, i)(*at)
        assert value_and_grad(f, i - 3)(*at) == value_and_grad(f, i)(*at)
    assert grad(f, (-1, 0, -2))(*at) == grad(f, (2, 0, 1))(*at)
    for transform in (grad, jacobian, hessian, value_and_grad):
        with pytest.raises(TypeError, match=r"argnums names argument -4; .* called with 3"):
            transform(f, -4)(*at)


def test_what_is_not_differentiated_by_may_be_anything():
    def f(x, name, table):
        return x * table[name]

    assert grad(f)(2.0, "a", {"a": 3}) == 3.0


def test_aux_comes_out_plain():
    def f(x):
        y = np.exp(x)
        return np.sum(y), {"y": y, "name": "exp", "none": None}

    (value, aux), gradient = value_and_grad(f, has_aux=True)(X)
    np.testing.assert_array_equal(aux["y"], np.exp(X))
    np.testing.assert_array_equal(gradient, np.exp(X))
    assert value == np.sum(np.exp(X))
    assert (aux["name"], aux["none"]) == ("exp", None)
    assert type(aux["y"]) is np.ndarray
    _, pullback, aux = vjp(f, X, has_aux=True)
    np.testing.assert_array_equal(pullback(1.0)[0], aux["y"])
    with pytest.raises(TypeError, match="a pair"):
        grad(np.sum, has_aux=True)(X)


def test_stop_gradient():
    assert grad(lambda x: stop_gradient(x) * x)(3.0) == 3.0
    assert grad(lambda x: stop_gradient({"a": x})["a"] * 1.0)(3.0) == 0.0
    assert jvp(lambda x: grad(lambda y: x * stop_gradient(y) * y)(x), (3.0,), (1.0,))[1] == 3.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_argument_decides_the_dtype_of_its_derivative(dtype):
    x = X.astype(dtype)
    wide = np.ones(3)
    assert grad(lambda x: np.sum(x * wide))(x).dtype == dtype
    assert jacobian(lambda x: x @ wide)(x).dtype == dtype
    assert hessian(lambda x: np.sum(np.sin(x) * wide))(x).dtype == dtype


@pytest.mark.parametrize("value", [2.0, np.float32(2), np.float64(2), np.array(2.0)])
def test_the_derivative_by_a_number_has_its_type(value):
    gradient = grad(lambda x: np.exp(x) * x)(value)
    assert type(gradient) is type(value)
    assert np.asarray(gradient).dtype == np.asarray(value).dtype
    np.testing.assert_allclose(gradient, 3 * np.exp(2.0), rtol=1e-6)


def test_a_constant_function_has_derivative_zero():
    assert grad(lambda x: 3.0)(2.0) == 0.0
    np.testing.assert_array_equal(grad(lambda x: 1.0)(X), np.zeros((2, 3)))
    np.testing.assert_array_equal(jacobian(lambda x: np.ones(4))(X), np.zeros((4, 2, 3)))
    assert jvp(lambda x: np.ones(2), (X,), (V,))[1].tolist() == [0.0, 0.0]


def test_arrays_without_entries():
    empty = np.zeros((0, 3))
    assert grad(lambda x: np.sum(x * 2))(empty).shape == (0, 3)
    assert jacobian(lambda x: x @ np.ones(3))(empty).shape == (0, 0, 3)
    assert hessian(np.sum)(empty).shape == (0, 3, 0, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: jvp(np.sin, (1.0,), ()), "1 primals and 0 tangents"),
        (lambda: jvp(np.sin, (X,), (V[0],)), r"tangent has shape \(3,\)"),
        (lambda: vjp(np.sin, X)[1](V[0]), r"cotangent has shape \(3,\)"),
        (lambda: jacobian(np.sin, mode="sideways"), "expected 'forward', 'reverse'"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_gradient_of_more_than_one_number_is_refused():
    with pytest.raises(DerivativeError, match=r"of shape \(2, 3\)\n.*jacobian"):
        grad(np.sin)(X)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x[:, 1]),
        lambda x: np.mean(x[[0, 0, 1], 1]),
        lambda x: np.sum(np.sum(x, axis=0)),
        lambda x: np.sum(np.sum(x, axis=1, keepdims=True)),
        lambda x: np.mean(np.mean(x, axis=0, where=MASK)),
        lambda x: np.sum(np.sum(x, axis=0, where=MASK) - np.mean(x, axis=(0, 1))),
        lambda x: np.sum(x[MASK]) - np.sum(x.T[2]),
    ],
)
def test_an_adjoint_that_is_one_number_for_many_entries(f):
    np.testing.assert_allclose(grad(f)(X), richardson(f, X), atol=1e-9)
    entry = np.zeros((2, 3))
    entry[0, 1] = grad(f)(X)[0, 1]
    np.testing.assert_allclose(grad(lambda x: grad(f)(x)[0, 1] * x[0, 1])(X), entry)
    assert grad(f)(X.astype(np.float32)).dtype == np.float32


def test_a_python_number_that_is_clipped_keeps_its_precision():
    one = np.float32(1)
    value, slope = value_and_grad(lambda x: np.clip(x, -one, one))(0.1)
    assert (type(value), value, slope) == (np.float64, 0.1, 1.0)
