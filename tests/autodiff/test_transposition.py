"""Forward rules taken from reverse ones: what is forward over reverse needs no rule of its own."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.special
from derivatives import check_first, check_second, replaced

from dlbook import trees
from dlbook.autodiff import (
    DerivativeError,
    MismatchError,
    check_derivatives,
    defjvp,
    defvjp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
    primitive,
    trace_graph,
    vjp,
)
from dlbook.autodiff.table import TABLE
from dlbook.exercises.samples import Sample

RNG = np.random.default_rng(5)
X = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, 1.5]])
MATRIX = np.array([[2.0, 0.3, -0.4], [0.3, 1.0, 0.2], [-0.4, 0.2, -0.5]])


def ruled(f, *vjps, **options):
    function = primitive(f)
    defvjp(function, *vjps, **options)
    return function


class Polar(NamedTuple):
    radius: Any
    angle: Any
    size: int


_DISTANCE_RULES = [
    lambda g, ans, x, y: g * (x - y) / ans,
    lambda g, ans, x, y: -g * (x - y) / ans,
]
cube = ruled(
    lambda x: x**3,
    lambda g, ans, x, kept: g * 3 * kept,
    forward=lambda x: (x**3, x * x),
)
product = ruled(
    lambda x, y: x * y,
    lambda g, ans, x, y: g * y,  # in the shape of the result: what broadcasting spread
    lambda g, ans, x, y: g * x,
)
distance = ruled(lambda x, y: np.sqrt(np.sum((x - y) ** 2)), *_DISTANCE_RULES)
total = ruled(np.sum, lambda g, ans, x: g)  # one number, for the same everywhere
matmul = ruled(np.matmul, lambda g, ans, a, b: g @ b.T, lambda g, ans, a, b: a.T @ g)
polar = ruled(
    lambda x, y: Polar(np.hypot(x, y), np.arctan2(y, x), np.size(x)),
    lambda g, ans, x, y: g.radius * x / ans.radius - g.angle * y / ans.radius**2,
    lambda g, ans, x, y: g.radius * y / ans.radius + g.angle * x / ans.radius**2,
)
powers = ruled(
    lambda x: (x**2, x**3),
    lambda g, ans, x, kept: 2 * g[0] * kept + 3 * g[1] * kept**2,
    forward=lambda x: ((x**2, x**3), x),
)
lazy = ruled(np.sin, lambda g, ans, x: g * np.cos(x) if np.any(g) else 0.0)
shifted = ruled(lambda x: x + 1.0, lambda g, ans, x: g)
halved = ruled(lambda x: np.sum(x[::2]), lambda g, ans, x: np.where([True, False, True], g, 0.0))
scaled = ruled(
    lambda x, factor=1.0: factor * x**2, lambda g, ans, x, factor=1.0: 2 * factor * g * x
)
by_others = ruled(lambda x: cube(x) + 1.0, lambda g, ans, x: g * product(3.0, lazy(x) * 0 + x * x))
by_others_too = ruled(lambda x: np.log(x), lambda g, ans, x: g * np.exp(-ans))

PROGRAMS = {
    "kept": (cube, X),
    "spread": (product, X, np.array([0.5, -1.0, 2.0])),
    "spread along an axis": (product, np.array([[0.5], [2.0]]), X[0]),
    "spread from a number": (product, 0.7, X),
    "numbers": (product, 0.7, 1.3),
    "to one number": (distance, X, X[::-1] + 0.1),
    "the same everywhere": (lambda x: total(np.sin(x)), X),
    "matrices": (lambda a, b: matmul(np.sin(a), b), X, X.T + 0.5),
    "several results": (lambda x, y: polar(x, y)[:2], np.abs(X), X + 2.0),
    "one of several": (lambda x, y: polar(x, y).angle * polar(y, x).radius, 0.7, 1.9),
    "several, kept": (lambda x: list(powers(x)), X),
    "a rule that leaves work out at 0": (lazy, X),
    "the adjoint itself": (lambda x: shifted(x) ** 2, X),
    "a mask": (lambda x: halved(x) ** 2, X[0]),
    "an option": (lambda x: scaled(x, factor=3.0), X),
    "by other primitives": (by_others, np.abs(X)),
    "by the answer": (by_others_too, np.abs(X)),
    "a 0-d array": (cube, np.array(0.7)),
    "nothing": (cube, np.zeros((0, 2))),
    "twice": (lambda x: cube(cube(x) * 0.1) + lazy(cube(x)), X / 3),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_all_that_holds_of_derivatives(program):
    sample = Sample(program[0], program[1:])
    check_first(sample)
    check_second(sample)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_replayed_run_is_a_forward_run(program):
    f, *args = program
    tangents = [0.3 * np.asarray(a)[()] + 0.1 for a in args]
    tangents = [
        float(t) if isinstance(a, float) else t for t, a in zip(tangents, args, strict=True)
    ]
    moved, derivative = jvp(f, args, tangents)[1], linearize(f, *args)[1]
    for _ in range(2):
        for one, other in zip(
            trees.leaves(moved), trees.leaves(derivative(*tangents)), strict=True
        ):
            np.testing.assert_allclose(one, other, rtol=1e-13)
            assert type(one) is type(other)


def test_hessians_products_and_jacobians():
    f = lambda x: np.sum(cube(np.sin(x)) * distance(x, 1.0))  # noqa: E731
    g = lambda x: np.sum(np.sin(x) ** 3 * np.sqrt(np.sum((x - 1.0) ** 2)))  # noqa: E731
    np.testing.assert_allclose(hessian(f)(X), hessian(g)(X), rtol=1e-12)
    np.testing.assert_allclose(hvp(f, (X,), (X,)), hvp(g, (X,), (X,)), rtol=1e-12)
    np.testing.assert_allclose(jacobian(hessian(f))(X), jacobian(hessian(g))(X), rtol=1e-11)
    for mode in ("forward", "reverse"):
        found, wanted = jacobian(cube, mode=mode)(X), 3 * np.diag(X.ravel() ** 2)
        np.testing.assert_allclose(found.reshape(6, 6), wanted, rtol=1e-14)
    assert trace_graph(cube, 2.0).tangents(1.0) == [1.0, 12.0]


def test_a_rule_of_one_s_own_comes_first():
    f = ruled(np.sin, lambda g, ans, x: g * np.cos(x))
    defjvp(f, lambda g, ans, x: 7.0 * g)
    assert jvp(f, (1.0,), (1.0,))[1] == 7.0
    defvjp(f, lambda g, ans, x: -g)  # does not take it away
    assert jvp(f, (1.0,), (1.0,))[1] == 7.0
    assert grad(f)(1.0) == -1.0


def test_new_reverse_rules_give_new_forward_ones():
    f = ruled(np.sin, lambda g, ans, x: g * np.cos(x))
    defvjp(f, lambda g, ans, x: 5.0 * g)
    assert jvp(f, (1.0,), (1.0,))[1] == 5.0


def test_one_rule_written_and_one_taken():
    f = primitive(np.multiply)
    defjvp(f, lambda g, ans, x, y: g * y)
    defvjp(f, lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * x)
    check_derivatives(f, X, X + 1.0)


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("given", [(), (None,)], ids=["no rule", "none for it"])
def test_an_argument_without_any_rule_is_named_in_both_modes(several, given):
    f = ruled(
        lambda x, y: (x * y, x * y) if several else x * y, lambda g, ans, x, y: g[0] * y, *given
    )
    of = lambda y: f(2.0, y)[0] if several else f(2.0, y)  # noqa: E731
    for transform in (
        lambda: grad(of)(3.0),
        lambda: jvp(of, (3.0,), (1.0,)),
        lambda: hessian(of)(3.0),
    ):
        with pytest.raises(DerivativeError, match=r"has no (forward|reverse) rule") as error:
            transform()
        assert "defvjp(" in str(error.value)


def test_a_rule_that_cannot_be_differentiated_says_whose_it_is():
    f = ruled(np.sin, lambda g, ans, x: np.asarray([float(v) for v in g]) * np.cos(x))
    assert grad(lambda x: np.sum(f(x)))(X[0]).shape == (3,)
    with pytest.raises(DerivativeError, match="Python number") as error:
        jvp(f, (X[0],), (X[0],))
    (note,) = error.value.__notes__
    assert "forward rule of sin for its argument 0 was taken from its reverse rule" in note
    assert "instead: defjvp(sin, …)" in note


def test_a_wrong_reverse_rule_makes_both_modes_wrong_and_is_found():
    wrong = ruled(np.sin, lambda g, ans, x: g * np.cos(x) * 1.0001)
    with pytest.raises(MismatchError):
        check_derivatives(wrong, X)


def test_an_error_in_the_sweep_is_found():
    """The checks above find a forward rule of which one entry is slightly wrong."""
    rule = TABLE[cube].rule
    jvps = [lambda *args: rule_of_cube(*args) * np.where(np.arange(3) == 1, 1.0001, 1.0)]
    rule_of_cube = rule.jvps[0]
    with replaced(rule, jvps=jvps), pytest.raises(AssertionError, match="forward"):
        check_first(Sample(cube, (X,)))


def test_a_ufunc_of_scipy_s_with_a_reverse_rule():
    """As the makers of statistical models write them."""
    before = TABLE.pop(scipy.special.erfcx, None)
    try:
        root = 2 / np.sqrt(np.pi)
        defvjp(scipy.special.erfcx, lambda g, ans, x: g * (2 * x * ans - root))
        check_derivatives(scipy.special.erfcx, X)
        f = lambda x: np.sum(scipy.special.erfcx(x) ** 2)  # noqa: E731
        assert hessian(f)(X[0]).shape == (3, 3)
    finally:
        TABLE.pop(scipy.special.erfcx)
        if before is not None:
            TABLE[scipy.special.erfcx] = before


def test_float32_stays_float32():
    x = X.astype(np.float32)
    moved = jvp(lambda x: cube(x) + distance(x, np.float32(1.0)), (x,), (x,))[1]
    assert moved.dtype == np.float32


def test_arrays_can_be_written_again_afterwards():
    x = X.copy()
    jvp(cube, (x,), (x,))
    x[0, 0] = 5.0
    with pytest.raises(ZeroDivisionError):
        jvp(ruled(np.sin, lambda g, ans, x: g * (1 // 0)), (x,), (x,))
    x[0, 0] = 6.0


def test_the_tangent_is_a_program_that_outer_levels_differentiate():
    f = lambda x: jvp(cube, (x,), (x * x,))[1]  # 3x⁴  # noqa: E731
    assert grad(f)(1.5) == pytest.approx(12 * 1.5**3)
    assert grad(grad(f))(1.5) == pytest.approx(36 * 1.5**2)
    pullback = vjp(lambda t: jvp(cube, (X,), (t,))[1], X)[1]
    np.testing.assert_allclose(pullback(X)[0], 3 * X**3)
