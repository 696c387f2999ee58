"""Functions of one's own, and what their forward run keeps for the reverse rule."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from dlbook import trees
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


# ---- several results -----------------------------------------------------------------------


class Spectrum(NamedTuple):
    values: Any
    vectors: Any


@primitive
def eigh(a):
    return Spectrum(*np.linalg.eigh((a + a.T) / 2))


def _gaps(values):
    """Return 1 / (λⱼ - λᵢ), and 0 on the diagonal."""
    n = np.shape(values)[0]
    gaps = np.reshape(values, (1, n)) - np.reshape(values, (n, 1))
    return np.where(np.eye(n, dtype=bool), 0.0, 1 / np.where(np.eye(n, dtype=bool), 1.0, gaps))


def _eigh_jvp(g, ans, a):
    values, vectors = ans
    inner = vectors.T @ ((g + g.T) / 2) @ vectors
    return Spectrum(np.diag(inner), vectors @ (_gaps(values) * inner))


def _eigh_vjp(g, ans, a):
    values, vectors = ans
    inner = np.diag(g.values) + _gaps(values) * (vectors.T @ g.vectors)
    outer = vectors @ inner @ vectors.T
    return (outer + outer.T) / 2


defjvp(eigh, _eigh_jvp)
defvjp(eigh, _eigh_vjp)

MATRIX = np.array([[2.0, 0.3, -0.4], [0.3, 1.0, 0.2], [-0.4, 0.2, -0.5]])


@primitive
def polar(x, y):
    return np.hypot(x, y), np.arctan2(y, x), np.argmax([np.size(x), np.size(y)])


defvjp(
    polar,
    lambda g, ans, x, y: g[0] * x / ans[0] - g[1] * y / ans[0] ** 2,
    lambda g, ans, x, y: g[0] * y / ans[0] + g[1] * x / ans[0] ** 2,
)
defjvp(
    polar,
    lambda g, ans, x, y: (g * x / ans[0], -g * y / ans[0] ** 2, 0),
    lambda g, ans, x, y: (g * y / ans[0], g * x / ans[0] ** 2, 0),
)

A, B = np.array([3.3, -6.6, 9.9]), np.array([1.7, 2.5, 3.6])

SEVERAL = {
    "values": (lambda a: eigh(a).values, (MATRIX,)),
    "vectors, up to their sign": (lambda a: eigh(a)[1] ** 2, (MATRIX,)),
    "both": (lambda a: eigh(a).vectors @ (np.exp(eigh(a).values) * eigh(a)[1][0]), (MATRIX,)),
    "one twice": (lambda a: eigh(a)[0][0] * np.sin(eigh(a)[0][1]) * np.sum(a), (MATRIX,)),
    "polar": (lambda x, y: polar(x, y)[0] * polar(y, x)[1], (0.7, 1.9)),
    "polar, arrays": (lambda x, y: list(polar(x, y)[:2]), (np.abs(X), X + 2.0)),
    "modf": (lambda x: np.modf(x)[0] ** 2 + np.modf(x)[1] * x, (X * 3.3,)),
    "divmod": (lambda x, y: np.divmod(x, y)[1] * y + np.divmod(x, y)[0] * x, (A, B)),
    "divmod, one number": (lambda x, y: np.divmod(x, y)[1], (7.3, 2.0)),
    "divmod, spread": (lambda x, y: np.divmod(x, y)[1] ** 2, (X * 3.3, np.array(1.7))),
}


@pytest.mark.parametrize(("f", "args"), SEVERAL.values(), ids=SEVERAL)
def test_several_results(f, args):
    args = tuple([a if isinstance(a, float) else np.asarray(a) for a in args])
    check_derivatives(f, *args)
    tangents = tuple([0.3 * a + 0.1 for a in args])
    value, moved = jvp(f, args, tangents)
    again, derivative = linearize(f, *args)
    for one, other in zip(trees.leaves(value), trees.leaves(again), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(trees.leaves(moved), trees.leaves(derivative(*tangents)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)


def test_several_results_keep_their_container_and_their_integers():
    def f(a, x):
        spectrum = eigh(a)
        assert type(spectrum) is Spectrum
        radius, angle, count = polar(x, 2.0)
        assert type(count) is np.int64
        whole, part = np.divmod(x, 0.7)
        return np.sum(spectrum.values) + radius + angle + whole * part

    assert eigh(MATRIX).values.shape == (3,)
    gradient = grad(f, (0, 1))(MATRIX, 1.6)
    np.testing.assert_allclose(gradient[0], np.eye(3), atol=1e-14)
    assert [n.operation for n in trace_graph(eigh, MATRIX).nodes] == ["input", "eigh[0]", "eigh[1]"]


def test_the_function_is_called_once_for_all_results():
    calls = []

    @primitive
    def both(x):
        calls.append(x)
        return x * 2.0, x * 3.0

    defvjp(both, lambda g, ans, x: 2 * g[0] + 3 * g[1])
    assert grad(lambda x: sum(both(x)))(1.5) == 5.0
    assert len(calls) == 1
    # A result that is not used costs no rule.
    assert grad(lambda x: both(x)[1])(1.5) == 3.0


def test_a_forward_run_may_keep_something_for_several_results():
    @primitive
    def powers(x):
        return x**2, x**3

    defvjp(
        powers,
        lambda g, ans, x, kept: 2 * g[0] * kept + 3 * g[1] * kept**2,
        forward=lambda x: ((x**2, x**3), x),
    )
    assert grad(lambda x: powers(x)[0] + powers(x)[1])(2.0) == 16.0
    assert grad(grad(lambda x: powers(x)[1]))(2.0) == 12.0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda g, ans, x: g,
        lambda g, ans, x: (g,),
        lambda g, ans, x: (g, None),
        lambda g, ans, x: (g, np.zeros(7)),
        lambda g, ans, x: (g, 1j * g),
    ],
)
def test_a_forward_rule_that_does_not_return_a_tuple_like_the_result(wrong):
    @primitive
    def twice(x):
        return x, 2.0 * x

    defjvp(twice, wrong)
    with pytest.raises(DerivativeError, match="forward rule of twice for its argument 0") as error:
        jvp(lambda x: twice(x)[1], (X,), (X,))
    assert "return a tuple like the result" in str(error.value)


@pytest.mark.parametrize(
    "results", [lambda x: (x, 1j * x), lambda x: (x, (x, x)), lambda x: (x, [x]), lambda x: [x, x]]
)
def test_results_that_have_no_derivative(results):
    odd = primitive(results)
    defvjp(odd, lambda g, ans, x: g[0])
    with pytest.raises(DerivativeError):
        grad(lambda x: np.sum(odd(x)[0]))(X)
