"""Optimisers that remember: PyTorch's iterates, Polyak's and Nesterov's recursions, `out`."""

import math
from functools import partial
from types import FunctionType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_optimisers import equal, tree

from dlbook import nn, trees
from dlbook.data import Split
from dlbook.optimize import (
    Adam,
    AdamW,
    Clipped,
    Cosine,
    Decayed,
    GradientDescent,
    HeavyBall,
    InverseRoot,
    Moments,
    Nesterov,
    Optimiser,
    WarmUp,
)
from dlbook.train import fit
from dlbook.train.content import content_of, made_of

METHODS = [
    HeavyBall(0.1, 0.9),
    HeavyBall(InverseRoot(0.1), 0.0),
    Nesterov(0.05, 0.7),
    Adam(0.01, momentum=0.8, memory=0.95, epsilon=1e-3),
    AdamW(InverseRoot(0.02), decay=0.3),
    Clipped(HeavyBall(0.1, 0.5), 1.5),
    Decayed(Adam(0.01), 0.2),
]
methods = pytest.mark.parametrize("method", METHODS, ids=repr)


def label(value):
    """The name of a case; not of a lambda, whose repr differs from process to process."""
    return None if isinstance(value, FunctionType) else repr(value)


def iterates(method, number, seed=0, dtype="float64", out=False):
    """Return the parameters after each of some steps along gradients that are drawn."""
    params, all_of_them = trees.map(np.copy, tree(seed, dtype)), []
    state = method.init(params)
    for step in range(number):
        grads = tree(seed + step + 1, dtype)
        params, state = method.update(grads, state, params, out=(params, state) if out else None)
        all_of_them.append(trees.map(np.copy, params))
    return all_of_them


def in_torch(make, number, seed=0, change=lambda parameters: None):
    """Return the same by PyTorch."""
    torch = pytest.importorskip("torch")
    params = tree(seed)
    tensors = [torch.nn.Parameter(torch.tensor(p)) for p in trees.leaves(params)]
    optimiser, all_of_them = make(torch.optim, tensors), []
    for step in range(number):
        for tensor, g in zip(tensors, trees.leaves(tree(seed + step + 1)), strict=True):
            tensor.grad = torch.tensor(g)
        change(tensors)
        optimiser.step()
        found = [t.detach().numpy().copy() for t in tensors]
        all_of_them.append(trees.unflatten(trees.flatten(params)[1], found))
    return all_of_them


def close(one, other, rtol=1e-12):
    trees.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol), one, other)


LIKE_TORCH = [
    (GradientDescent(0.1), lambda o, p: o.SGD(p, lr=0.1)),
    (HeavyBall(0.1, 0.9), lambda o, p: o.SGD(p, lr=0.1, momentum=0.9)),
    (Nesterov(0.1, 0.9), lambda o, p: o.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    (
        Decayed(HeavyBall(0.1, 0.9), 0.3),
        lambda o, p: o.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.3),
    ),
    (Adam(0.1), lambda o, p: o.Adam(p, lr=0.1)),
    (
        Adam(0.1, momentum=0.5, memory=0.7, epsilon=1e-2),
        lambda o, p: o.Adam(p, lr=0.1, betas=(0.5, 0.7), eps=1e-2),
    ),
    (Decayed(Adam(0.1), 0.3), lambda o, p: o.Adam(p, lr=0.1, weight_decay=0.3)),
    (AdamW(0.1, decay=0.3), lambda o, p: o.AdamW(p, lr=0.1, weight_decay=0.3)),
    (AdamW(), lambda o, p: o.AdamW(p)),
    (Adam(), lambda o, p: o.Adam(p)),
]


@pytest.mark.torch
@pytest.mark.parametrize(("method", "make"), LIKE_TORCH, ids=label)
def test_the_iterates_are_those_of_pytorch(method, make):
    close(iterates(method, 30), in_torch(make, 30))


@pytest.mark.torch
@pytest.mark.parametrize("most", [0.5, 4.0, 1e3])
def test_clipped_gradients_are_those_of_pytorch(most):
    torch = pytest.importorskip("torch")
    theirs = in_torch(
        lambda o, p: o.SGD(p, lr=0.1),
        10,
        change=lambda p: torch.nn.utils.clip_grad_norm_(p, most),
    )
    # PyTorch adds 1e-6 to the length that it divides by.
    close(iterates(Clipped(GradientDescent(0.1), most), 10), theirs, 1e-5)


@given(st.integers(0, 99), st.floats(1e-3, 1.0), st.floats(0, 0.99))
def test_the_heavy_ball_is_that_of_polyak(seed, rate, momentum):
    before = now = tree(seed)
    for step, found in enumerate(iterates(HeavyBall(rate, momentum), 8, seed), 1):
        new = trees.map(
            lambda w, g, last: w - rate * g + momentum * (w - last),
            now,
            tree(seed + step),
            before,
        )
        before, now = now, new
        close(found, now, 1e-9)


@given(st.integers(0, 99), st.floats(1e-3, 1.0), st.floats(0, 0.99))
def test_nesterovs_parameters_are_the_extrapolated_points(seed, rate, momentum):
    y = w = tree(seed)
    method = Nesterov(rate, momentum)
    params, state = y, method.init(y)
    equal(method.last(params, state), w)
    for step in range(1, 8):
        grads = tree(seed + step)
        params, state = method.update(grads, state, params)
        before, w = w, trees.map(lambda y, g: y - rate * g, y, grads)
        y = trees.map(lambda w, last: w + momentum * (w - last), w, before)
        close(params, y, 1e-9)
        close(method.last(params, state), w, 1e-9)


@given(st.integers(0, 99), st.floats(1e-3, 1.0))
@pytest.mark.parametrize("kind", [HeavyBall, Nesterov])
def test_without_momentum_it_is_gradient_descent(kind, seed, rate):
    equal(iterates(kind(rate, 0), 5, seed), iterates(GradientDescent(rate), 5, seed))


def test_adam_as_the_paper_writes_it():
    a, b1, b2, eps = 0.02, 0.7, 0.9, 1e-4
    w, m, v = trees.leaves(tree(0))[0], 0, 0
    for t, found in enumerate(iterates(Adam(a, b1, b2, eps), 12), 1):
        g = trees.leaves(tree(t))[0]
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        w = w - a * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
        np.testing.assert_allclose(trees.leaves(found)[0], w, rtol=1e-12)


@methods
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_out_gets_the_bits_of_the_pure_step(method, dtype):
    pure = iterates(method, 6, dtype=dtype)
    equal(pure, iterates(method, 6, dtype=dtype, out=True))
    assert {leaf.dtype.name for leaf in trees.leaves(pure)} == {dtype}


@methods
def test_a_step_leaves_its_arguments_as_they_are_and_writes_where_it_is_told(method):
    params, grads = tree(0), tree(1)
    state = method.update(grads, method.init(params), params)[1]
    copies = [trees.map(np.copy, x) for x in (params, grads, state)]
    pure = method.update(grads, state, params)
    equal(copies, [params, grads, state])
    out = trees.map(np.empty_like, params), trees.map(np.empty_like, state)
    written = method.update(grads, state, params, out=out)
    assert written[0] is out[0]
    assert written[1].first is out[1].first
    assert written[1].second is out[1].second
    equal(pure, written)
    equal(copies, [params, grads, state])


@methods
def test_a_float_is_a_tree(method):
    params, state = 2.0, method.init(2.0)
    for _ in range(3):
        params, state = method.update(1.0, state, params)
    assert float(params) < 2
    assert state.taken == 3


@given(st.integers(0, 99), st.floats(1e-3, 20))
def test_a_clipped_gradient_is_as_long_as_allowed_and_keeps_its_direction(seed, most):
    zero, grads = trees.map(np.zeros_like, tree(seed)), tree(seed)
    moved, _ = Clipped(GradientDescent(1.0), most).update(grads, 0, zero)
    g = np.concatenate([leaf.ravel() for leaf in trees.leaves(grads)])
    step = -np.concatenate([leaf.ravel() for leaf in trees.leaves(moved)])
    length = np.linalg.norm(g)
    np.testing.assert_allclose(step, g * min(1, most / length), rtol=1e-12)


@pytest.mark.parametrize(("size", "dtype"), [(1e200, "float64"), (1e30, "float32")])
def test_clipping_does_not_overflow(size, dtype):
    g = np.array([3 * size, 4 * size], dtype)
    method = Clipped(GradientDescent(1.0), 5)
    with np.errstate(all="raise"):
        moved, _ = method.update(g, 0, np.zeros(2, dtype))
    np.testing.assert_allclose(moved, [-3, -4], rtol=1e-6)
    assert moved.dtype == dtype
    np.testing.assert_array_equal(method.update(np.zeros(2), 0, np.ones(2))[0], np.ones(2))


@pytest.mark.parametrize("method", [GradientDescent(0.1), *METHODS], ids=repr)
@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_gradient_that_is_not_finite_is_an_error_that_names_the_step(method, wrong):
    params = {"a": np.ones(2), "b": np.ones(3)}
    state, good = method.init(params), trees.map(np.ones_like, params)
    for _ in range(3):
        params, state = method.update(good, state, params)
    before = trees.map(np.copy, (params, state))
    bad = {"a": np.ones(2), "b": np.array([1.0, wrong, 1.0])}
    with pytest.raises(FloatingPointError, match=rf"^step 4: grads\['b'\] holds {wrong};"):
        method.update(bad, state, params, out=(params, state))
    equal(before, (params, state))  # what was good is still there


@pytest.mark.parametrize("method", [GradientDescent(0.1), *METHODS[:-1]], ids=repr)
@pytest.mark.parametrize("into", [False, True])
def test_what_is_not_finite_is_named_whatever_the_order_of_a_dict(method, into):
    params = {"a": np.ones(2), "b": np.ones(3)}
    state = method.init(params)
    out = (dict(reversed(trees.map(np.copy, params).items())), state) if into else None
    bad = {"b": np.array([1.0, math.inf, 1.0]), "a": np.ones(2)}
    with pytest.raises(FloatingPointError, match=r"^step 1: grads\['b'\] holds inf;"):
        method.update(bad, state, params, out=out)
    bad = {"b": np.ones(3), "a": np.ones(2)}
    params["b"][1] = math.nan
    with pytest.raises(
        FloatingPointError, match=r"^step 1 leads too far: params\['b'\] holds nan;"
    ):
        method.update(bad, state, params, out=out)


@pytest.mark.parametrize(
    "method", [GradientDescent(1e3), HeavyBall(1e3, 0.5), Nesterov(1e3, 0.5)], ids=repr
)
def test_parameters_that_overflow_are_an_error_that_names_the_step(method):
    with pytest.raises(FloatingPointError, match=r"^step 1 leads too far: params holds -inf;"):
        method.update(np.array([1.0, 1e306]), method.init(np.ones(2)), np.ones(2))


@pytest.mark.parametrize(
    "method",
    [pytest.param(GradientDescent(lambda _: 0.0), id="a rate of 0"), *METHODS[:-1]],
    ids=repr,
)
def test_parameters_that_were_not_finite_before_a_step_are_told_from_its_gradient(method):
    with pytest.raises(FloatingPointError, match=r"^step 1 leads too far: params holds nan;"):
        method.update(np.ones(2), method.init(np.ones(2)), np.array([1.0, np.nan]))
    with pytest.raises(FloatingPointError, match=r"^step 1: grads holds inf;"):
        method.update(np.array([1.0, np.inf]), method.init(np.ones(2)), np.ones(2))


@pytest.mark.parametrize("method", [GradientDescent(0.5), *METHODS[:3]], ids=repr)
@pytest.mark.parametrize("into", [False, True])
def test_finite_numbers_may_have_squares_that_are_not(method, into):
    params = {"a": np.ones(2, np.float32), "b": [np.float32([1e25, 1.0]), np.float32([1.0])]}
    grads = trees.map(lambda p: np.float32(1e10) * p, params)
    state = method.init(params)
    with np.errstate(all="raise"):
        new, _ = method.update(grads, state, params, out=(params, state) if into else None)
    assert all(np.isfinite(leaf).all() for leaf in trees.leaves(new))


def test_squares_that_overflow_are_an_error():
    # The step would be divided by infinity, and nothing would move, silently.
    with pytest.raises(FloatingPointError, match=r"^step 1: state.second holds inf;"):
        Adam().update(np.array([1e200]), Adam().init(np.ones(1)), np.ones(1))


@pytest.mark.parametrize("wrong", [-0.1, 1, 1.0, math.nan, "0.9", None, True])
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda x: HeavyBall(0.1, x), "momentum"),
        (lambda x: Nesterov(0.1, x), "momentum"),
        (lambda x: Adam(momentum=x), "momentum"),
        (lambda x: AdamW(memory=x), "memory"),
    ],
)
def test_a_decay_is_below_one(make, name, wrong):
    with pytest.raises(ValueError, match=rf"^{name} is .*; expected a (finite )?number ≥ 0"):
        make(wrong)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: HeavyBall(0, 0.5), "learning_rate is 0"),
        (lambda: Nesterov(math.inf, 0.5), "learning_rate is inf"),
        (lambda: Adam(epsilon=0), "epsilon is 0"),
        (lambda: AdamW(decay=-1), "decay is -1"),
        (lambda: Decayed(Adam(), -1), "decay is -1"),
        (lambda: Clipped(Adam(), 0), "most is 0"),
    ],
)
def test_what_cannot_be_is_rejected(make, words):
    with pytest.raises(ValueError, match=f"^{words}.*; expected"):
        make()


@pytest.mark.parametrize("kind", [Clipped, Decayed])
@pytest.mark.parametrize("wrong", [Adam, 0.1, None])
def test_a_wrapper_wants_an_optimiser(kind, wrong):
    with pytest.raises(TypeError, match=r"^optimiser is .*; expected one with init and update"):
        kind(wrong, 1)


@methods
@pytest.mark.parametrize("wrong", [0, None, (0, np.ones(2))])
def test_a_state_is_what_init_or_update_returned(method, wrong):
    with pytest.raises(ValueError, match=r"^state is .*; expected what init or update returned$"):
        method.update(np.ones(2), wrong, np.ones(2))


@methods
def test_a_gradient_has_the_shape_of_its_parameter(method):
    params = {"w": np.ones((2, 1))}
    with pytest.raises(ValueError, match=r"^grads\['w'\] has shape \(2, 2\); expected \(2, 1\)"):
        method.update({"w": np.ones((2, 2))}, method.init(params), params)


@methods
def test_it_is_an_optimiser(method):
    assert isinstance(method, Optimiser)
    assert isinstance(method.init(np.ones(2)), Moments)
    assert hash(method)
    assert eval(repr(method)) == method


@methods
def test_an_experiment_can_store_it(method):
    content = content_of(method, "optimiser")
    assert made_of(content, "optimiser") == method


def test_fit_steps_with_it():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    split = Split(x, (x[:, 0] > 0).astype(np.int64))
    model = nn.TwoLayer(inputs=3, hidden=4, outputs=2, scale=0.5)
    fitted = fit(
        partial(nn.objective, model=model, loss=nn.cross_entropy, alpha=0.0),
        model.init(rng, "float64"),
        split,
        split,
        model=model,
        optimiser=Clipped(AdamW(WarmUp(Cosine(0.1, 60), 5)), 1.0),
        epochs=15,
        batch_size=10,
        rng=rng,
    )
    assert fitted.history.train_loss[-1] < 0.5 * fitted.history.train_loss[0]
