"""Gradient steps: pure, or written to `out` with the same bits, at a fixed or scheduled rate."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook import trees
from dlbook.optimize import GradientDescent, InverseRoot, Optimiser

rates = st.floats(1e-30, 1e3)
seeds = st.integers(0, 99)


def tree(seed, dtype="float64"):
    rng = np.random.default_rng(seed)
    return {
        "a": rng.normal(size=(3, 4)).astype(dtype),
        "b": [rng.normal(size=5).astype(dtype), (rng.normal(size=(2, 1)).astype(dtype),)],
    }


def equal(one, other):
    trees.map(np.testing.assert_array_equal, one, other)


@given(
    rates,
    seeds,
    st.integers(0, 99),
    st.sampled_from(["float32", "float64"]),
    st.sampled_from(["params", "other"]),
    st.booleans(),
)
def test_out_gets_the_bits_of_the_pure_step(rate, seed, taken, dtype, where, scheduled):
    params, grads = tree(seed, dtype), tree(seed + 100, dtype)
    before, pulled = trees.map(np.copy, params), trees.map(np.copy, grads)
    descent = GradientDescent(InverseRoot(rate) if scheduled else rate)
    rate = rate / np.sqrt(taken + 1).item() if scheduled else rate
    pure, state = descent.update(grads, taken, params)
    assert state == taken + 1
    equal(before, params)
    trees.map(lambda n, p, g: np.testing.assert_array_equal(n, p - rate * g), pure, params, grads)
    assert all(leaf.dtype == dtype for leaf in trees.leaves(pure))
    out = params if where == "params" else trees.map(np.empty_like, params)
    written, state = descent.update(grads, taken, params, out=(out, taken))
    assert state == taken + 1
    assert written is out
    equal(pure, out)
    equal(pulled, grads)
    if where == "other":
        equal(before, params)


@given(rates, seeds)
def test_a_schedule_is_called_with_the_number_of_the_step(rate, seed):
    asked = []
    descent = GradientDescent(lambda step: asked.append(step) or rate)
    params, state = tree(seed), descent.init(tree(seed))
    for _ in range(4):
        params, state = descent.update(tree(seed), state, params)
    assert asked == [1, 2, 3, 4]


@given(rates, seeds)
def test_a_schedule_that_never_changes_is_a_fixed_rate(rate, seed):
    params, grads = tree(seed), tree(seed + 100)
    fixed = GradientDescent(rate).update(grads, 3, params)
    scheduled = GradientDescent(lambda step: rate).update(grads, 3, params)
    equal(fixed, scheduled)


@pytest.mark.parametrize(
    "wrong", [0, -0.1, float("nan"), float("inf"), "0.1", None, True, 1j, [0.1]]
)
@pytest.mark.parametrize("kind", [GradientDescent, InverseRoot])
def test_a_learning_rate_is_a_finite_number_above_0(kind, wrong):
    with pytest.raises(ValueError, match=r"^learning_rate is .*; expected a finite number > 0$"):
        kind(wrong)


@pytest.mark.parametrize("wrong", [-1e-9, float("nan"), float("inf"), None])
def test_a_schedule_that_returns_no_rate_is_named(wrong):
    with pytest.raises(ValueError, match=r"for step 1 is .*; expected a finite number ≥ 0"):
        GradientDescent(lambda step: wrong).update(1.0, 0, 1.0)


def test_a_schedule_may_stop():
    assert GradientDescent(lambda step: 0).update(1.0, 0, 3.0) == (3.0, 1)


@pytest.mark.parametrize("kind", [GradientDescent, InverseRoot])
def test_numbers_that_are_equal_make_equal_optimisers(kind):
    expected = f"{kind.__name__}(learning_rate=1.0)"
    assert repr(kind(1)) == repr(kind(1.0)) == repr(kind(np.float64(1))) == expected
    assert hash(kind(1)) == hash(kind(1.0))


@given(rates, st.integers(1, 10**6))
def test_the_inverse_root_falls_with_the_root(rate, step):
    np.testing.assert_allclose(InverseRoot(rate)(step) ** 2 * step, rate**2)


def test_it_is_an_optimiser():
    assert isinstance(GradientDescent(1), Optimiser)


SHAPES = [(), (1,), (3,), (1, 3), (3, 1), (2, 3)]


@pytest.mark.parametrize("out", [None, "params", "other"])
@pytest.mark.parametrize(("shape", "gradient"), [(s, g) for s in SHAPES for g in SHAPES if s != g])
def test_a_gradient_has_the_shape_of_its_parameter(shape, gradient, out):
    params = {"a": np.zeros(2), "b": [np.zeros(shape)]}
    before = trees.map(np.copy, params)
    grads = {"a": np.ones(2), "b": [np.ones(gradient)]}
    into = {None: None, "params": params, "other": trees.map(np.copy, params)}[out]
    expected = f"grads['b'][0] has shape {gradient}; expected {shape}, as params['b'][0] has"
    with pytest.raises(ValueError, match=rf"^{re.escape(expected)}$"):
        GradientDescent(1).update(grads, 0, params, out=None if out is None else (into, 0))
    equal(params, before)


def test_a_number_may_have_a_gradient_that_is_one_of_numpys():
    assert GradientDescent(0.5).update(np.float64(2), 0, 3.0) == (2.0, 1)
    assert GradientDescent(0.5).update(np.array(2.0), 0, 3.0) == (2.0, 1)


@pytest.mark.parametrize("wrong", [(), None, {"w": 1.0}, -1, 0.5])
def test_a_state_is_what_init_returned(wrong):
    with pytest.raises(ValueError, match=r"^state is .*; expected an integer ≥ 0$"):
        GradientDescent(1).update(1.0, wrong, 1.0)


@pytest.mark.parametrize(("size", "dtype"), [(1e200, "float64"), (1e30, "float32")])
def test_what_is_finite_passes_though_its_squares_are_not(size, dtype):
    p = np.array([size, -size], dtype)
    moved, _ = GradientDescent(0.5).update(p, 0, p)
    np.testing.assert_array_equal(moved, p / 2)
