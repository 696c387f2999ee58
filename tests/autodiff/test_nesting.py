"""Derivatives of derivatives, closures, aliases: cases that trip naive engines."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

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


def forward(f):
    return lambda x: jvp(f, (x,), (1.0,))[1]


def backward(f):
    return lambda x: vjp(f, x)[1](1.0)[0]


def replayed(f):
    return lambda x: linearize(f, x)[1](1.0)


MODES = {"forward": forward, "backward": backward, "gradient": grad, "replayed": replayed}
PAIRS = list(product(MODES.values(), repeat=2))
names = [f"{a}-{b}" for a, b in product(MODES, repeat=2)]
in_both_modes = pytest.mark.parametrize(("outer", "inner"), PAIRS, ids=names)


# ---- perturbations are kept apart --------------------------------------------------------


@in_both_modes
def test_perturbation_confusion(outer, inner):
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0
    assert outer(lambda x: inner(lambda y: x)(1.0) + x)(1.0) == 1.0
    assert outer(lambda x: inner(lambda y: y * y * x)(x))(3.0) == 12.0
    assert outer(lambda x: inner(lambda y: x * x)(x))(3.0) == 0.0


@in_both_modes
def test_a_shifting_operator(outer, inner):
    """Sussman's and Manzyuk's example: a derivative that returns a function of the outer value."""

    def shift(d):
        return lambda g: lambda x: d(lambda offset: g(x + offset))(0.0)

    assert outer(lambda x: shift(inner)(lambda y: x * y * y)(2.0))(5.0) == 4.0


@in_both_modes
@given(st.floats(-1.5, 1.5))
def test_second_derivatives(outer, inner, x):
    f, second = (lambda x: np.sin(x) * np.exp(x)), 2 * np.cos(x) * np.exp(x)
    assert_allclose(outer(inner(f))(x), second, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("modes", list(product([forward, backward, grad], repeat=3)))
def test_third_derivatives(modes):
    one, two, three = modes
    x = 0.7
    assert one(two(three(np.tanh)))(x) == pytest.approx(
        (4 * np.tanh(x) ** 2 - 2 / np.cosh(x) ** 2) / np.cosh(x) ** 2, rel=1e-13
    )
    assert one(two(three(lambda x: x**5)))(x) == pytest.approx(60 * x**2, rel=1e-14)
    assert one(lambda x: two(lambda y: three(lambda z: x * y * z)(1.0))(1.0))(1.0) == 1.0


@pytest.mark.parametrize("d", MODES.values(), ids=MODES)
def test_seventh_derivative(d):
    f = np.sin
    for _ in range(7):
        f = d(f)
    assert f(0.3) == pytest.approx(-np.cos(0.3), rel=1e-12)


@in_both_modes
def test_closures_over_traced_values(outer, inner):
    def f(x):
        def g(y):
            return np.sum(x * y * np.array([1.0, 2.0]))

        return inner(g)(2.0) * g(1.0)  # 3 x · 3 x

    assert outer(f)(2.0) == 36.0


def test_closures_over_several_levels():
    def f(x):
        return grad(lambda y: grad(lambda z: x * y**2 * z**3)(y) + x * y)(x)

    # the inner is 3 x y⁴ + x y, its derivative 12 x y³ + x; at y = x that is 12 x⁴ + x
    assert grad(f)(2.0) == pytest.approx(48 * 8 + 1)


def test_newtons_method_is_differentiated():
    def root(a):
        x = 1.0
        for _ in range(20):
            x = x - (x * x - a) / grad(lambda y: y * y - a)(x)
        return x

    assert grad(root)(2.0) == pytest.approx(0.5 / np.sqrt(2), rel=1e-14)
    assert jvp(root, (2.0,), (1.0,))[1] == pytest.approx(0.5 / np.sqrt(2), rel=1e-14)


def test_hessians_in_all_mixtures():
    def f(x):
        return np.sum(np.log(np.sum(np.exp(np.outer(x, x)), axis=0))) * x[0]

    x, v = np.array([0.3, -0.5, 0.7]), np.array([1.0, 2.0, -1.0])
    h = hessian(f)(x)
    assert_allclose(h, h.T, rtol=1e-13)
    for one, two in product(["forward", "reverse"], repeat=2):
        assert_allclose(jacobian(jacobian(f, mode=two), mode=one)(x), h, rtol=1e-12)
    assert_allclose(hvp(f, (x,), (v,)), h @ v, rtol=1e-12)
    assert_allclose(grad(lambda x: np.sum(grad(f)(x) * v))(x), h @ v, rtol=1e-12)
    assert_allclose(grad(lambda x: jvp(f, (x,), (v,))[1])(x), h @ v, rtol=1e-12)
    assert_allclose(linearize(grad(f), x)[1](v), h @ v, rtol=1e-12)


def test_a_pullback_is_a_function_like_any_other():
    def f(x):
        _, pullback = vjp(np.sin, x)
        return pullback(x)[0] * pullback(1.0)[0]

    x = 0.4
    exact = np.cos(x) ** 2 - 2 * x * np.cos(x) * np.sin(x)
    assert grad(f)(x) == pytest.approx(exact, rel=1e-14)
    assert jvp(f, (x,), (1.0,))[1] == pytest.approx(exact, rel=1e-14)


def test_derivative_by_the_tangent_and_the_cotangent():
    assert grad(lambda t: jvp(np.exp, (1.0,), (t * t,))[1])(3.0) == pytest.approx(6 * np.e)
    assert grad(lambda c: vjp(np.exp, 1.0)[1](c * c)[0])(3.0) == pytest.approx(6 * np.e)


# ---- values that are used again, renamed, aliased ----------------------------------------


def test_a_value_used_twice():
    x = np.array([1.0, 2.0])
    assert_array_equal(grad(lambda x: np.sum(x + x))(x), [2.0, 2.0])
    assert_array_equal(grad(lambda x: np.sum(x * x * x))(x), 3 * x**2)
    assert_array_equal(grad(lambda x: np.sum(x @ x))(x), 2 * x)
    assert_array_equal(grad(lambda x: np.sum(np.concatenate([x, x, x])))(x), [3.0, 3.0])

    def many(x):
        y = np.sin(x)
        return np.sum(y * y + y + np.exp(y) * y)

    y, cos = np.sin(x), np.cos(x)
    assert_allclose(grad(many)(x), cos * (2 * y + 1 + np.exp(y) * (1 + y)), rtol=1e-14)


def test_a_diamond_of_many_floors():
    def f(x):
        for _ in range(50):
            x = 0.5 * x + 0.5 * x
        return x

    assert grad(f)(3.0) == 1.0
    assert jvp(f, (3.0,), (1.0,))[1] == 1.0


def test_a_name_given_again():
    def f(x):
        y = x * 2.0
        x = y * y
        y = x + y
        return np.sum(y)

    assert_array_equal(grad(f)(np.array([1.0, 3.0])), [10.0, 26.0])


def test_aliases_by_views():
    def f(x):
        row, flat, same = x[0], x.reshape(-1), x.T.T
        return np.sum(row * flat[:3]) + np.sum(same[1] * row) + flat[0]

    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    expected = np.array([2 * x[0] + x[1], x[0]])
    expected[0, 0] += 1
    assert_array_equal(grad(f)(x), expected)


def test_one_array_as_two_arguments():
    x = np.array([1.0, 2.0])
    one, two = grad(lambda a, b: np.sum(a * a * b), (0, 1))(x, x)
    assert_array_equal(one, 2 * x * x)
    assert_array_equal(two, x * x)
    assert not np.shares_memory(one, two)
    one, two = grad(lambda a, b: np.sum(a + b), (0, 1))(x, x)
    one += 1
    assert_array_equal(two, [1.0, 1.0])


def test_a_view_and_its_base_as_arguments():
    x = np.array([1.0, 2.0, 3.0])
    one, two = grad(lambda a, b: np.sum(a) * np.sum(b), (0, 1))(x, x[1:])
    assert_array_equal(one, [5.0, 5.0, 5.0])
    assert_array_equal(two, [6.0, 6.0])
    x[0] = 7.0  # writeable again


@pytest.mark.parametrize("owned", [True, False])
def test_levels_that_hold_different_views_of_one_array(owned):
    base = np.arange(6.0)
    left, right = base[:3], base[3:]
    if not owned:
        base.flags.writeable = False  # the views stay as they were

    def f(x):
        held = np.sum(x * x * left)
        return held * np.sum(grad(lambda y: np.sum(y * y * right))(np.ones(3)))

    assert_array_equal(grad(f)(np.ones(3)), [0.0, 48.0, 96.0])
    assert left.flags.writeable
    assert right.flags.writeable
    assert base.flags.writeable is owned


def test_swaps_in_a_loop():
    def fibonacci(x):
        a, b = x, x * x
        for _ in range(10):
            a, b = b, a + b
        return a

    assert grad(fibonacci)(2.0) == 34 + 55 * 4
    assert jvp(fibonacci, (2.0,), (1.0,))[1] == 34 + 55 * 4


# ---- trees, constants, nothing at all ----------------------------------------------------


@dataclass
class Pair:
    left: object
    right: object


def test_functions_that_return_trees():
    def f(p):
        return {"a": [p["x"] * 2, (p["x"] ** 2, 3.0)], "b": Pair(p["y"], np.ones(2))}

    p = {"x": 3.0, "y": np.array([1.0, 2.0])}
    value, pullback = vjp(f, p)
    assert value["a"][1] == (9.0, 3.0)
    unit = {"a": [1.0, (1.0, 1.0)], "b": Pair(np.array([5.0, 7.0]), np.ones(2))}
    (found,) = pullback(unit)
    assert found["x"] == 8.0
    assert_array_equal(found["y"], [5.0, 7.0])
    _, moved = jvp(f, (p,), ({"x": 1.0, "y": np.ones(2)},))
    assert moved["a"] == [2.0, (6.0, 0.0)]
    assert_array_equal(moved["b"].right, [0.0, 0.0])


def test_the_same_leaf_twice_in_the_result():
    value, pullback = vjp(lambda x: (x, x, 2 * x), 3.0)
    assert value == (3.0, 3.0, 6.0)
    assert pullback((1.0, 10.0, 100.0)) == (211.0,)


def test_trees_at_several_levels():
    def f(p):
        return np.sum(grad(lambda q: np.sum(q["w"] ** 3) * q["b"])(p)["w"])

    p = {"w": np.array([1.0, 2.0]), "b": 2.0}
    found = grad(f)(p)  # of Σ 3 b w²
    assert_array_equal(found["w"], 12 * p["w"])
    assert found["b"] == 15.0


def test_constants():
    x = np.array([1.0, 2.0])
    assert_array_equal(grad(lambda x: 3.0)(x), [0.0, 0.0])
    assert_array_equal(grad(lambda x: np.sum(np.ones(3)))(x), [0.0, 0.0])
    assert jvp(lambda x: 3.0, (x,), (x,)) == (3.0, 0.0)
    assert_array_equal(jacobian(lambda x: np.ones(3))(x), np.zeros((3, 2)))
    assert_array_equal(hessian(lambda x: np.sum(x))(x), np.zeros((2, 2)))
    assert_array_equal(hessian(lambda x: 1.0)(x), np.zeros((2, 2)))
    assert grad(lambda x: grad(lambda y: 2.0)(x))(1.0) == 0.0
    assert grad(lambda a, b: np.sum(a), (0, 1))(x, 5.0)[1] == 0.0


def test_the_identity():
    x = np.array([1.0, 2.0])
    assert grad(lambda x: x)(2.0) == 1.0
    assert_array_equal(jacobian(lambda x: x)(x), np.eye(2))
    value, pullback = vjp(lambda x: x, x)
    assert not np.shares_memory(value, x)
    c = np.array([3.0, 4.0])
    (found,) = pullback(c)
    assert_array_equal(found, c)
    assert not np.shares_memory(found, c)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)])
def test_arrays_without_entries(shape):
    x = np.zeros(shape)
    assert grad(lambda x: np.sum(x * x) + 1.0)(x).shape == shape
    assert jvp(lambda x: x @ x.T, (np.zeros((2, 0)),), (np.zeros((2, 0)),))[1].shape == (2, 2)
    assert jacobian(np.sin)(x).shape == shape * 2
    assert hessian(lambda x: np.sum(x**3))(x).shape == shape * 2
    assert grad(lambda x: np.sum(np.concatenate([np.ravel(x), np.ones(2)])))(x).shape == shape
    value, pullback = vjp(lambda x: np.exp(x), x)
    assert pullback(value)[0].shape == shape


def test_no_leaves_at_all():
    assert grad(lambda p: 1.0)({}) == {}
    assert vjp(lambda x: (), 1.0)[1](()) == (0.0,)


def test_stopping_at_one_level_stops_at_that_and_all_outer_ones():
    assert grad(lambda x: x * stop_gradient(x))(3.0) == 3.0
    assert grad(lambda x: grad(lambda y: y * y * stop_gradient(y))(x))(3.0) == 6.0


# ---- levels end --------------------------------------------------------------------------


@pytest.mark.parametrize("d", [grad, forward, backward], ids=["grad", "forward", "backward"])
def test_a_value_that_outlives_its_level(d):
    kept = []

    def f(x):
        kept.append(x)
        return x * 2.0

    d(f)(1.0)
    for use in (
        lambda x: x + 1.0,
        lambda x: np.exp(x),
        lambda x: np.stack([x, x]),
        lambda x: x < 2,
        lambda x: np.zeros_like(x),
        bool,
    ):
        with pytest.raises(DerivativeError, match="after its transformation has ended"):
            use(kept[0])


def test_a_value_of_an_inner_level_in_an_outer_one():
    def f(x):
        kept = []

        def g(y):
            kept.append(y * x)
            return y

        grad(g)(2.0)
        return x * kept[0]

    with pytest.raises(DerivativeError, match="after its transformation has ended"):
        grad(f)(1.0)


def test_an_exception_leaves_nothing_behind():
    def broken(x):
        grad(lambda y: y * x)(1.0)
        raise KeyError("mine")

    for d in MODES.values():
        with pytest.raises(KeyError, match="mine"):
            d(broken)(1.0)
        assert d(lambda x: x * x)(3.0) == 6.0


def test_recursion_on_data():
    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert grad(power)(2.0, 5) == 80.0
    assert grad(grad(power))(2.0, 5) == 160.0


@in_both_modes
def test_branches_on_values(outer, inner):
    def f(x):
        return x * x if x > 1 else (np.sin(x) if x > 0 else -x)

    assert outer(inner(f))(2.0) == 2.0
    assert outer(inner(f))(0.5) == pytest.approx(-np.sin(0.5))
    assert outer(inner(f))(-1.0) == 0.0


def test_float32_stays_at_every_level():
    x = np.array([0.5, 1.5], np.float32)
    f = lambda x: np.sum(np.tanh(x) * np.mean(x) ** 2)  # noqa: E731
    assert grad(f)(x).dtype == np.float32
    assert hessian(f)(x).dtype == np.float32
    assert hvp(f, (x,), (x,)).dtype == np.float32
    assert grad(lambda x: np.sum(grad(f)(x) ** 2))(x).dtype == np.float32
    value, slope = value_and_grad(f)(x)
    assert value.dtype == slope.dtype == np.float32
    assert_allclose(hessian(f)(x), hessian(f)(x.astype(float)), rtol=1e-5)
