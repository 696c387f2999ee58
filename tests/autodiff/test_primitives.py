"""Functions of one's own, and what their forward run keeps for the reverse rule."""

import numpy as np
import pytest

from dlbook.autodiff import (
    check_derivatives,
    defjvp,
    defvjp,
    grad,
    hessian,
    jvp,
    linearize,
    primitive,
    trace_graph,
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
