"""Functions of one's own, and what their forward run keeps for the reverse rule."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from dlbook.autodiff import (
    DerivativeError,
    check_derivatives,
    defjvp,
    defvjp,
    grad,
    hessian,
    jvp,
    linearize,
    primitive,
    trace_graph,
    vjp,
)


def make_cube():
    """Return x³ as a primitive that keeps x², and the list of what was called."""
    calls = []

    @primitive
    def cube(x):
        calls.append("cube")
        return x * x * x

    def cube_and_square(x):
        calls.append("forward")
        square = x * x
        return x * square, square

    def vjp_rule(g, ans, x, kept):
        return g * 3 * kept

    defvjp(cube, vjp_rule, forward=cube_and_square)
    defjvp(cube, lambda g, ans, x: g * 3 * x * x)
    return cube, calls


def test_the_forward_run_is_used_only_where_a_reverse_sweep_follows():
    cube, calls = make_cube()
    assert cube(2.0) == 8.0
    assert jvp(cube, (2.0,), (1.0,)) == (8.0, 12.0)
    assert calls == ["cube", "cube"]
    assert grad(cube)(2.0) == 12.0
    assert calls == ["cube", "cube", "forward"]


def test_what_is_kept_is_differentiated_by_outer_levels():
    cube, _ = make_cube()
    x = np.array([1.0, -2.0, 0.5])
    check_derivatives(cube, x)
    np.testing.assert_allclose(hessian(lambda x: np.sum(cube(x)))(x), np.diag(6 * x))
    assert grad(grad(grad(cube)))(2.0) == 6.0


def test_what_is_kept_is_no_argument_of_the_forward_rule():
    cube, _ = make_cube()
    value, derivative = linearize(cube, 2.0)
    assert (value, derivative(1.0)) == (8.0, 12.0)
    trace = trace_graph(cube, 2.0)
    assert (trace.adjoints(), trace.tangents(1.0)) == ([12.0, 1.0], [1.0, 12.0])


def test_new_reverse_rules_replace_the_forward_run():
    cube, calls = make_cube()
    defvjp(cube, lambda g, ans, x: g * 3 * x * x)
    assert grad(cube)(2.0) == 12.0
    assert calls == ["cube"]


def test_a_forward_run_must_return_a_pair():
    @primitive
    def double(x):
        return 2 * x

    defvjp(double, lambda g, ans, x, kept: 2 * g, forward=lambda x: 2 * x)
    with pytest.raises(TypeError, match=r"forward of double returned .*; expected a pair"):
        grad(double)(1.0)


# ---- where a traced value would pass the rule by -----------------------------------------


@dataclass(frozen=True)
class Box:
    inside: Any


Pair = namedtuple("Pair", "one other")


@primitive
def scaled(x, factor=1.0, **more):
    """Return x times a factor; its rules have ten times the derivative."""
    while not isinstance(factor, float | np.ndarray):
        factor = factor.inside if isinstance(factor, Box) else next(iter(factor))
    return np.sum(x) * factor


defvjp(scaled, lambda g, ans, x, factor=1.0, **more: 10.0 * g)
defjvp(scaled, lambda g, ans, x, factor=1.0, **more: 10.0 * np.sum(g))

HIDDEN = {
    "a keyword": lambda x: scaled(1.0, factor=x),
    "a keyword beside a traced value": lambda x: scaled(x, factor=x),
    "another keyword": lambda x: scaled(x, more=x),
    "a list": lambda x: scaled([x, 1.0]),
    "a tuple": lambda x: scaled((1.0, x)),
    "a list in a list": lambda x: scaled([[1.0, x]]),
    "a list beside a traced value": lambda x: scaled(x, [x]),
    "a dict": lambda x: scaled(1.0, {0.5: x}),
    "a dataclass": lambda x: scaled(1.0, Box(x)),
    "a named tuple": lambda x: scaled(1.0, Pair(x, x)),
    "a list as a keyword": lambda x: scaled(1.0, factor=[x]),
    "a dict as a keyword": lambda x: scaled(x, more={"a": x}),
    "a dataclass as a keyword": lambda x: scaled(x, more=Box(x)),
    "a named tuple as a keyword": lambda x: scaled(x, more=Pair(1.0, x)),
    "a list in a dataclass": lambda x: scaled(x, more=Box([x])),
}


@pytest.mark.parametrize("f", HIDDEN.values(), ids=HIDDEN)
def test_a_traced_value_that_the_rule_would_not_see_is_refused(f):
    transformations = (
        lambda: grad(f)(2.0),
        lambda: jvp(f, (2.0,), (1.0,)),
        lambda: grad(lambda x: grad(lambda y: f(x) * y)(1.0))(2.0),
    )
    for transform in transformations:
        with pytest.raises(DerivativeError, match=r"scaled|beside a traced value|list that holds"):
            transform()


def test_plain_containers_are_right():
    assert grad(lambda x: np.sum(scaled(x, [3.0])))(2.0) == 10.0
    assert grad(lambda x: scaled(x, factor=Box(3.0)))(2.0) == 10.0
    assert grad(lambda x: scaled(x, more={"a": None}))(2.0) == 10.0


# ---- what a rule may do ------------------------------------------------------------------

X = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, 1.5]])


def primitive_with(vjp_rule=None, jvp_rule=None, f=lambda x: 2 * x):
    @primitive
    def mine(x):
        return f(x)

    if vjp_rule is not None:
        defvjp(mine, vjp_rule)
    if jvp_rule is not None:
        defjvp(mine, jvp_rule)
    return mine


WRONG = {
    "None": lambda g, ans, x: None,
    "complex": lambda g, ans, x: 2j * g,
    "a complex number": lambda g, ans, x: 2j,
    "a tuple": lambda g, ans, x: (2 * g,),
    "a list": lambda g, ans, x: [2.0, 2.0],
    "text": lambda g, ans, x: "2 g",
    "objects": lambda g, ans, x: np.array(2 * g, dtype=object),
    "too few entries": lambda g, ans, x: 2 * g[:, :2],
    "too many entries": lambda g, ans, x: np.stack([2 * g] * 5),
    "turned": lambda g, ans, x: 2 * g.T,
    "summed too far, axes kept": lambda g, ans, x: 2 * g[None],
}


@pytest.mark.parametrize("rule", WRONG.values(), ids=WRONG)
def test_a_rule_that_returns_something_else_is_named(rule):
    mine = primitive_with(rule, rule)
    words = "rule of mine for its argument 0 returned"
    for transform in (
        lambda: grad(lambda x: np.sum(mine(x)))(X),
        lambda: vjp(mine, X)[1](X),
        lambda: grad(lambda x: np.sum(grad(lambda y: np.sum(mine(y)))(x)))(X),
    ):
        with pytest.raises(DerivativeError, match="the reverse " + words) as error:
            transform()
        assert str(error.value).count("\n") == 2
        assert "shape (2, 3), that of the argument" in str(error.value)
    with pytest.raises(DerivativeError, match="the forward " + words):
        jvp(mine, (X,), (X,))


def test_a_sum_over_the_wrong_axis_is_not_spread_over_the_other():
    mine = primitive_with(lambda g, ans, x: g, f=lambda x: np.sum(x, axis=1))
    with pytest.raises(DerivativeError, match=r"returned float64 array of shape \(3,\)"):
        grad(lambda x: np.sum(mine(x) * np.arange(3)))(np.ones((3, 3)))


def test_a_number_is_expected_for_a_number():
    mine = primitive_with(lambda g, ans, x: np.array([g]))
    with pytest.raises(DerivativeError, match="return one real number, as the argument is"):
        grad(mine)(2.0)


def test_what_broadcasting_spread_is_summed():
    @primitive
    def product(x, y):
        return x * y

    defvjp(product, lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * x)
    defjvp(product, lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * x)
    check_derivatives(product, X, np.array([0.5, -1.0, 2.0]))
    check_derivatives(product, X, 0.7)
    check_derivatives(product, np.array([[0.5], [2.0]]), np.array([0.5, -1.0, 2.0]))


def test_one_number_stands_for_equal_entries():
    total = primitive_with(lambda g, ans, x: g, lambda g, ans, x: np.sum(g), np.sum)
    check_derivatives(total, X)
    shifted = primitive_with(lambda g, ans, x: g, lambda g, ans, x: g[:1] + 0.0, lambda x: x + 1)
    np.testing.assert_array_equal(grad(lambda x: np.sum(shifted(x)))(X), np.ones((2, 3)))
    np.testing.assert_array_equal(jvp(shifted, (X,), (X,))[1], np.tile(X[0], (2, 1)))


def into(array, way):
    {
        "an operator": lambda: array.__imul__(2.0),
        "an assignment": lambda: array.__setitem__((0, 0), 7.0),
        "out=": lambda: np.multiply(array, 2.0, out=array),
        "a method": lambda: array.sort(),
        "a view": lambda: array[0].fill(1.0),
        "a copy": lambda: np.copyto(array, 0.0),
        "numpy.random": lambda: np.random.default_rng(0).standard_normal(out=array),
    }[way]()
    return array


WAYS = ["an operator", "an assignment", "out=", "a method", "a view", "a copy", "numpy.random"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_rule_that_writes_into_what_it_is_given_is_named(which, way):
    def rule(*given):
        return into(given[which], way)

    mine = primitive_with(rule, rule)
    with pytest.raises(DerivativeError, match=r"the reverse rule of mine .* writes into an array"):
        grad(lambda x: np.sum(mine(np.sin(x))))(X)
    with pytest.raises(DerivativeError, match=r"the forward rule of mine .* writes into an array"):
        jvp(lambda x: mine(np.sin(x)), (X,), (X,))


@pytest.mark.parametrize("way", WAYS)
def test_a_function_that_changes_its_argument_is_named(way):
    mine = primitive_with(lambda g, ans, x: 2 * g, f=lambda x: into(x, way))
    with pytest.raises(DerivativeError, match=r"^mine writes into an array"):
        grad(lambda x: np.sum(mine(np.sin(x)) ** 2))(X)
    into(X.copy(), way)


def test_what_a_forward_run_keeps_cannot_be_written_into():
    @primitive
    def double(x):
        return 2 * x

    def rule(g, ans, x, kept):
        kept[0][0] += 1.0
        return g * kept[0]

    defvjp(double, rule, forward=lambda x: (2 * x, (np.full_like(x, 2.0), None)))
    _, pullback = vjp(double, X)
    for _ in range(2):
        with pytest.raises(DerivativeError, match="writes into an array"):
            pullback(X)


def test_another_error_of_a_rule_stays_what_it_is():
    def rule(g, ans, x):
        raise ValueError("no such luck")

    with pytest.raises(ValueError, match="no such luck"):
        grad(primitive_with(rule))(2.0)


def test_what_a_rule_returns_stays_the_rule_s_own():
    slope = np.array([1.0, 2.0])
    x = np.array([0.5, 1.5])

    @primitive
    def energy(x):
        return np.sum(x * x) / 2

    @primitive
    def linear(x):
        return np.sum(slope * x)

    defvjp(energy, lambda g, ans, x: x)
    defvjp(linear, lambda g, ans, x: slope)
    for f in (energy, linear, lambda x: energy(x) + linear(x), lambda x: linear(x) + linear(x)):
        gradient = grad(f)(x)
        gradient += 100.0
        assert x.tolist() == [0.5, 1.5]
        assert slope.tolist() == [1.0, 2.0]
